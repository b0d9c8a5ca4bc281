#include "client/importers/fx_series.h"

#include <algorithm>
#include <array>

#include "client/importers/formats.h"
#include "client/importers/us_date.h"
#include "proto/model/currency.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

struct H10Series {
  std::string_view id;
  std::string_view quoted;
  std::string_view base;
};

// The H.10 quotes the dollar in four of them, and all others per dollar.
constexpr std::array<H10Series, 22> kH10 = {{
    {"DEXUSAL", "USD", "AUD"}, {"DEXUSEU", "USD", "EUR"}, {"DEXUSNZ", "USD", "NZD"},
    {"DEXUSUK", "USD", "GBP"}, {"DEXBZUS", "BRL", "USD"}, {"DEXCAUS", "CAD", "USD"},
    {"DEXCHUS", "CNY", "USD"}, {"DEXDNUS", "DKK", "USD"}, {"DEXHKUS", "HKD", "USD"},
    {"DEXINUS", "INR", "USD"}, {"DEXJPUS", "JPY", "USD"}, {"DEXKOUS", "KRW", "USD"},
    {"DEXMAUS", "MYR", "USD"}, {"DEXMXUS", "MXN", "USD"}, {"DEXNOUS", "NOK", "USD"},
    {"DEXSDUS", "SEK", "USD"}, {"DEXSFUS", "ZAR", "USD"}, {"DEXSIUS", "SGD", "USD"},
    {"DEXSLUS", "LKR", "USD"}, {"DEXSZUS", "CHF", "USD"}, {"DEXTAUS", "TWD", "USD"},
    {"DEXTHUS", "THB", "USD"},
}};

tl::unexpected<Error> refuse_series(const char* reason, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), {}, reason});
}

std::string upper_ascii(std::string_view text) {
  std::string result(trim(text));
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

bool is_date_column(std::string_view name) {
  const std::string lower = to_lower_ascii(trim(name));
  return lower == "date" || lower == "observation_date";
}

Result<RateSeries> ecb_series(const std::string& name) {
  const std::string code(trim(name));
  if (!is_currency_code(code) || code == "EUR") {
    return refuse_series("unknown_series",
                         "the column '" + std::string(clip(code, 40)) +
                             "' is no currency code such as USD; the ECB's file has "
                             "Date and one column for each currency");
  }
  return RateSeries{0, "Euro foreign exchange reference rates, EXR.D." + code + ".EUR.SP00.A", code,
                    "EUR"};
}

Result<RateSeries> fred_series(const std::string& name) {
  const std::string id = upper_ascii(name);
  std::string known;
  for (const H10Series& series : kH10) {
    if (series.id == id) {
      return RateSeries{0, "H.10 Foreign Exchange Rates, " + id, std::string(series.quoted),
                        std::string(series.base)};
    }
    known += (known.empty() ? "" : ", ") + std::string(series.id);
  }
  return refuse_series("unknown_series",
                       "the column '" + std::string(clip(trim(name), 40)) +
                           "' is no daily exchange rate of FRED that is known; known "
                           "are " +
                           known);
}

}  // namespace

Result<std::vector<RateSeries>> rate_series(const std::vector<std::string>& header, Format format) {
  if (header.empty() || !is_date_column(header.front())) {
    return refuse_series("no_header", "the first column is to be the date, named " +
                                          std::string(format == Format::ecb ? "Date"
                                                                            : "DATE or "
                                                                              "observation_date"));
  }
  std::vector<RateSeries> all;
  for (std::size_t i = 1; i < header.size(); ++i) {
    // The ECB ends its lines with a comma.
    if (i + 1 == header.size() && trim(header[i]).empty()) continue;
    CAPEXDB_ASSIGN(RateSeries series,
                   format == Format::ecb ? ecb_series(header[i]) : fred_series(header[i]));
    series.column = i;
    for (const RateSeries& other : all) {
      if (other.title == series.title) {
        return refuse_series("repeated_column", "the column '" + header[i] + "' comes twice");
      }
    }
    all.push_back(std::move(series));
  }
  if (all.empty()) return refuse_series("no_header", "there is no column of rates behind the date");
  return all;
}

const char* rate_publisher(Format format) {
  return format == Format::ecb ? "European Central Bank" : "Federal Reserve";
}

Result<Day> rate_day(std::string_view text, Format format) {
  if (format == Format::ecb) return parse_date(trim(text));
  return parse_us_date(text, ShortYears::refused);
}

Format format_of_header(std::span<const std::string> header) {
  if (header.size() < 2 || !is_date_column(header.front())) return Format::csv;
  const auto all_are = [&](auto is) {
    return std::all_of(header.begin() + 1, header.end(), [&](const std::string& cell) {
      const bool last = &cell == &header.back();
      return is(std::string(trim(cell))) || (last && header.size() > 2 && trim(cell).empty());
    });
  };
  if (all_are([](const std::string& cell) { return is_currency_code(cell); })) return Format::ecb;
  const auto is_fred = [](const std::string& cell) {
    return cell.size() == 7 && upper_ascii(cell).starts_with("DEX");
  };
  return all_are(is_fred) ? Format::fred : Format::csv;
}

}  // namespace capexdb::importers
