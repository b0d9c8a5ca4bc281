#include "client/importers/xbrl.h"

#include <algorithm>
#include <utility>

#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

bool is_currency_unit(std::string_view code) {
  return code.size() == 3 &&
         std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

tl::unexpected<Error> refuse_unit(std::string_view field, const char* reason, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), std::string(field), reason});
}

}  // namespace

Result<MetricByTag> metrics_by_tag(const AskMetrics& ask) {
  MetricByTag by_tag;
  if (!ask) return by_tag;
  CAPEXDB_ASSIGN(const std::vector<CatalogMetric> list, ask());
  for (const CatalogMetric& metric : list) {
    for (const std::string& tag : metric.tags) by_tag.try_emplace(tag, metric);
  }
  return by_tag;
}

bool is_accession(std::string_view text) {
  constexpr std::string_view kShape = "##########-##-######";
  return std::equal(text.begin(), text.end(), kShape.begin(), kShape.end(), [](char c, char shape) {
    return shape == '#' ? c >= '0' && c <= '9' : c == shape;
  });
}

std::string plain_name(std::string name) {
  static constexpr std::string_view kNoBreak = "\xC2\xA0";
  for (std::size_t at = name.find(kNoBreak); at != std::string::npos; at = name.find(kNoBreak)) {
    name.replace(at, kNoBreak.size(), " ");
  }
  return std::string(trim(name));
}

Result<v1::Quantity> xbrl_quantity(const CatalogMetric& metric, const std::string& definition,
                                   const std::string& unit, std::string digits,
                                   std::string_view field) {
  v1::Quantity quantity;
  quantity.set_value(std::move(digits));
  if (is_currency_unit(unit)) {
    quantity.set_currency(unit);
  } else if (metric.unit_class == UnitClass::money) {
    return refuse_unit(
        field, "unit_mismatch",
        definition + " is stated in '" + std::string(clip(unit, 40)) + "', but " + metric.id +
            " is money: a currency such as USD is wanted; if the filer tagged it so, "
            "leave this fact out");
  } else if (!is_clean_text(unit) || trim(unit).empty()) {
    return refuse_unit(field, "bad_text", "the name of the unit is empty or not clean UTF-8 text");
  }
  quantity.set_unit(unit);
  return quantity;
}

v1::Source filing_source(std::string accession, std::string form) {
  v1::Source source;
  source.set_publisher("SEC EDGAR");
  source.set_accession(std::move(accession));
  source.set_attribution(v1::ATTRIBUTION_ISSUER);
  source.set_form(std::move(form));
  return source;
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string counted_words(std::uint64_t count, const std::string& one, const std::string& many) {
  return grouped(count) + " " + (count == 1 ? one : many);
}

}  // namespace capexdb::importers
