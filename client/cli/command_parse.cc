// capex parse TEXT... [--company C] [--currency CCY]
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "capexdb/notation.h"
#include "client/cli/verb.h"
#include "proto/model/interval.h"
#include "proto/model/query.h"
#include "proto/model/terms.h"
#include "proto/model/text.h"

namespace capexdb::cli {
namespace {

struct ParseOptions {
  std::vector<std::string> texts;
  std::string company;
  std::string currency;
};

// One way to understand a text; without a kind, none.
struct Reading {
  std::string text;
  std::string kind;  // quantity, period, periods, unit
  Interval value;    // effective
  std::optional<int> stated_decimals;
  std::string unit;
  std::string currency;
  std::string measure;
  std::string period;
  std::string period_kind;
  std::string start;
  std::string end;
  std::string reason;
};

std::optional<Bound> bound_of(const std::string& number, v1::BoundKind kind) {
  const auto value = Decimal::parse(number);
  if (number.empty() || !value) return std::nullopt;
  return Bound{*value, kind == v1::BOUND_KIND_OPEN ? BoundKind::open : BoundKind::closed};
}

Reading reading_of(const QuantityText& read) {
  const v1::Quantity& q = read.quantity;
  Reading reading;
  reading.kind = "quantity";
  Interval stated;
  if (!q.value().empty()) {
    const auto point = Decimal::parse(q.value());
    if (point) stated.point = *point;
  }
  stated.low = bound_of(q.low(), q.low_kind());
  stated.high = bound_of(q.high(), q.high_kind());
  stated.approx = q.approx();
  if (q.has_stated_decimals()) stated.stated_decimals = q.stated_decimals();
  reading.stated_decimals = stated.stated_decimals;
  reading.value = effective(stated);
  reading.unit = q.unit().empty() ? q.currency() : q.unit();
  reading.currency = q.currency();
  if (read.measure != v1::MEASURE_UNSPECIFIED) {
    reading.measure = to_string(static_cast<Measure>(read.measure));
  }
  return reading;
}

std::string kind_word(PeriodKind kind) {
  switch (kind) {
    case PeriodKind::span:
      return "span";
    case PeriodKind::instant:
      return "instant";
    case PeriodKind::window:
      return "window";
    case PeriodKind::open_end:
    case PeriodKind::open_start:
      return "open";
    case PeriodKind::none:
      break;
  }
  return "none";
}

Reading reading_of(const Period& period) {
  Reading reading;
  reading.kind = "period";
  reading.period = period_to_string(period);
  reading.period_kind = kind_word(period.kind);
  reading.start = period_start_text(period);
  reading.end = period_end_text(period);
  return reading;
}

// "2020..2024": periods, as questions name them.
Reading reading_of(const PeriodRange& range, std::string_view text) {
  Reading reading;
  reading.kind = "periods";
  reading.period = trim(text);
  if (range.start) reading.start = date_to_string(*range.start);
  if (range.end) reading.end = date_to_string(*range.end - 1);
  return reading;
}

// The currency that is meant where the text has none.
Result<QuantityText> quantity_in(std::string_view text, const std::string& currency) {
  CAPEXDB_ASSIGN(QuantityText read, parse_quantity(text, currency));
  v1::Quantity& q = read.quantity;
  if (currency.empty() || !q.unit().empty()) return read;
  if (!q.currency().empty() && q.currency() != currency) {
    return fail(
        Error{Errc::invalid_argument,
              "'" + std::string(text) + "' is in " + q.currency() + ", --currency says " + currency,
              {},
              "unit_mismatch"});
  }
  q.set_currency(currency);
  return read;
}

// Asks for the calendar at the first fiscal label only: nothing else needs a server.
class Calendar {
 public:
  Calendar(const Globals& globals, const std::string& company)
      : globals_(globals), company_(company) {}

  // Error: of the text (invalid_argument), or what the server says.
  Result<Period> days(const FiscalLabel& label) {
    if (company_.empty()) {
      return fail(Errc::invalid_argument, to_string(label) +
                                              " is a company's fiscal period: --company NAME "
                                              "says whose");
    }
    if (!asked_) {
      CAPEXDB_TRY(ask());
    }
    if (rule_.empty()) {
      return fail(Errc::invalid_argument,
                  "the fiscal calendar of " + id_ +
                      " is not known: give the dates, or set its fiscal_year_end");
    }
    return fiscal_days(label, rule_);
  }

  // The server could not tell, which is no fault of a text.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  Result<void> ask() {
    const Deadline deadline = after(globals_.timeout());
    auto client = Client::connect(globals_.client_options(), deadline);
    auto answer = client ? client->catalog({CatalogKind::companies, company_}, deadline)
                         : Result<CatalogAnswer>(fail(client.error()));
    if (!answer || answer->entries.parties.empty()) {
      failure_ =
          answer ? Error{Errc::not_found, "unknown company '" + company_ + "'"} : answer.error();
      return fail(*failure_);
    }
    id_ = answer->entries.parties.front().id;
    rule_ = answer->entries.parties.front().fiscal_year_end;
    asked_ = true;
    return {};
  }

  const Globals& globals_;
  const std::string& company_;
  bool asked_ = false;
  std::string id_;
  std::string rule_;
  std::optional<Error> failure_;
};

// Whether a reason is rather about the period that is no period: it names a year.
bool names_a_year(std::string_view text) {
  std::size_t run = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] >= '0' && text[i] <= '9') {
      ++run;
      continue;
    }
    const auto year = run == 4 ? parse_unsigned(text.substr(i - 4, 4)) : std::nullopt;
    if (year && *year >= 1800 && *year < 2300) return true;
    run = 0;
  }
  return false;
}

// Every way to understand the text; one without a kind and with the reason where
// there is none.
std::vector<Reading> readings_of(const std::string& given, const std::string& currency,
                                 Calendar& calendar) {
  const std::string text(trim(given));
  std::vector<Reading> readings;
  std::string reason;
  const auto quantity = quantity_in(text, currency);
  if (quantity) {
    readings.push_back(reading_of(*quantity));
    const bool plain = quantity->quantity.value() == text;
    const std::size_t dot = text.find('.');
    if (plain && dot != std::string::npos && text.size() - dot - 1 == 3) {
      readings.back().reason = "plain digits: the dot is a decimal point";
    }
  } else {
    reason = quantity.error().message;
  }
  const auto period = parse_period(text);
  if (period) {
    readings.push_back(reading_of(*period));
  } else if (const auto label = parse_fiscal_label(text)) {
    const auto days = calendar.days(*label);
    if (days) {
      readings.push_back(reading_of(*days));
    } else {
      reason = days.error().message;
    }
  } else if (const auto range = parse_period_range(text); range && !range->is_all()) {
    readings.push_back(reading_of(*range, text));
  } else if (text.starts_with('@') || names_a_year(text)) {
    if (quantity || quantity.error().reason == "bad_number" ||
        quantity.error().reason == "bad_range") {
      reason = period.error().message;
    }
  }
  const auto unit = parse_unit(text, currency);
  if (unit && readings.empty()) {
    Reading& reading = readings.emplace_back();
    reading.kind = "unit";
    reading.unit = unit->unit.empty() ? unit->currency : unit->unit;
    reading.currency = unit->currency;
  }
  if (readings.empty()) {
    const bool digits = text.find_first_of("0123456789") != std::string::npos;
    const bool nothing = !digits && quantity.error().reason == "bad_number";
    readings.emplace_back().reason =
        nothing ? "'" + text + "' is no number, period or unit" : reason;
  }
  for (Reading& reading : readings) reading.text = text;
  return readings;
}

Json text_or_nothing(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Table readings_table(const std::vector<Reading>& readings, Output output) {
  const bool for_people = output == Output::table || output == Output::markdown;
  Table table;
  table.columns = {{"text"},        {"kind"},     {"value", true}, {"low", true},
                   {"high", true},  {"bounds"},   {"approx"},      {"stated_decimals", true},
                   {"unit"},        {"currency"}, {"measure"},     {"period"},
                   {"period_kind"}, {"start"},    {"end"},         {"reason", false, true}};
  table.row_count = readings.size();
  table.row = [&readings, for_people](std::size_t index) {
    const Reading& r = readings[index];
    const Interval& v = r.value;
    const bool quantity = r.kind == "quantity";
    Json approx;
    if (quantity && !for_people) approx = v.approx;
    if (v.approx && for_people) approx = "yes";
    return Row{r.text,
               text_or_nothing(r.kind),
               v.point ? Json(v.point->to_string()) : Json(nullptr),
               v.low ? Json(v.low->value.to_string()) : Json(nullptr),
               v.high ? Json(v.high->value.to_string()) : Json(nullptr),
               quantity ? Json(bounds_to_string(v)) : Json(nullptr),
               approx,
               r.stated_decimals ? Json(*r.stated_decimals) : Json(nullptr),
               text_or_nothing(r.unit),
               text_or_nothing(r.currency),
               text_or_nothing(r.measure),
               text_or_nothing(r.period),
               text_or_nothing(r.period_kind),
               text_or_nothing(r.start),
               text_or_nothing(r.end),
               text_or_nothing(r.reason)};
  };
  return table;
}

int parse_texts(const Globals& globals, const ParseOptions& options) {
  Calendar calendar(globals, options.company);
  const std::string currency =
      options.currency.empty() ? std::string() : currency_of_word(options.currency);
  std::vector<Reading> readings;
  std::size_t lost = 0;
  for (const std::string& text : options.texts) {
    std::vector<Reading> of_text = readings_of(text, currency, calendar);
    if (calendar.failure()) return report(*calendar.failure());
    if (of_text.front().kind.empty()) ++lost;
    readings.insert(readings.end(), of_text.begin(), of_text.end());
  }
  const Style style = globals.style();
  print(readings_table(readings, style.output), Json{{"not_understood", lost}}, style, std::cout);
  if (lost == 0) return kOk;
  std::cout.flush();
  if (style.output != Output::json) {
    std::cerr << "capex: " << lost << " of " << options.texts.size()
              << (lost == 1 ? " texts is" : " texts are") << " not understood\n";
  }
  return kBadData;
}

}  // namespace

Run declare_parse(CLI::App& app, const Globals& globals) {
  auto options = std::make_shared<ParseOptions>();
  app.add_option("TEXT", options->texts, "A number, period or unit, as somebody writes it")
      ->required();
  app.add_option("--company", options->company, "Whose fiscal year FY2025 is")->type_name("NAME");
  app.add_option("--currency", options->currency,
                 "Of numbers that name none, and of '\u00A5': an ISO 4217 code or a name")
      ->type_name("CCY")
      ->check([](const std::string& word) {
        return currency_of_word(word).empty() ? "\"" + word + "\" is no currency that ISO 4217 has"
                                              : std::string{};
      });
  return [options, &globals] { return parse_texts(globals, *options); };
}

}  // namespace capexdb::cli
