#include "proto/model/query.h"

#include <array>
#include <utility>

namespace capexdb {
namespace {

constexpr std::array<std::pair<Dimension, std::string_view>, 7> kDimensions = {
    {{Dimension::period, "period"},
     {Dimension::company, "company"},
     {Dimension::product, "product"},
     {Dimension::counterparty, "counterparty"},
     {Dimension::status, "status"},
     {Dimension::source, "source"},
     {Dimension::group, "group"}}};

constexpr std::array<std::pair<Every, std::string_view>, 5> kEvery = {
    {{Every::reported, "reported"},
     {Every::quarter, "quarter"},
     {Every::half, "half"},
     {Every::year, "year"},
     {Every::ttm, "ttm"}}};

constexpr std::array<std::pair<Fold, std::string_view>, 6> kFolds = {{{Fold::sum, "sum"},
                                                                      {Fold::avg, "avg"},
                                                                      {Fold::min, "min"},
                                                                      {Fold::max, "max"},
                                                                      {Fold::median, "median"},
                                                                      {Fold::count, "count"}}};

constexpr std::array<std::pair<Growth, std::string_view>, 4> kGrowths = {
    {{Growth::none, "none"}, {Growth::yoy, "yoy"}, {Growth::qoq, "qoq"}, {Growth::cagr, "cagr"}}};

constexpr std::array<std::pair<Finding, std::string_view>, 9> kFindings = {
    {{Finding::complete_duplicate, "complete-duplicate"},
     {Finding::consistent_duplicate, "consistent-duplicate"},
     {Finding::inconsistent_duplicate, "inconsistent-duplicate"},
     {Finding::scope_drift, "scope-drift"},
     {Finding::bound_lost, "bound-lost"},
     {Finding::part_above_whole, "part-above-whole"},
     {Finding::broken_identity, "broken-identity"},
     {Finding::parts_and_total, "parts-and-total"},
     {Finding::conversion, "conversion"}}};

template <class List, class Value>
std::string_view word_of(const List& list, Value value) {
  for (const auto& [known, word] : list) {
    if (known == value) return word;
  }
  return "";
}

template <class Value, class List>
std::optional<Value> value_of(const List& list, std::string_view word) {
  for (const auto& [value, candidate] : list) {
    if (candidate == word) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Dimension dimension) { return word_of(kDimensions, dimension); }

std::optional<Dimension> parse_dimension(std::string_view word) {
  return value_of<Dimension>(kDimensions, word);
}

std::string_view to_string(Every every) { return word_of(kEvery, every); }

std::optional<Every> parse_every(std::string_view word) { return value_of<Every>(kEvery, word); }

std::string_view to_string(Fold fold) { return word_of(kFolds, fold); }

std::optional<Fold> parse_fold(std::string_view word) { return value_of<Fold>(kFolds, word); }

std::string_view to_string(Growth growth) { return word_of(kGrowths, growth); }

std::optional<Growth> parse_growth(std::string_view word) {
  return value_of<Growth>(kGrowths, word);
}

std::string_view to_string(Finding finding) { return word_of(kFindings, finding); }

std::optional<Finding> parse_finding(std::string_view word) {
  return value_of<Finding>(kFindings, word);
}

std::vector<Finding> all_findings() {
  std::vector<Finding> all;
  for (const auto& [finding, word] : kFindings) all.push_back(finding);
  return all;
}

bool is_contradiction(Finding finding) {
  return finding != Finding::complete_duplicate && finding != Finding::consistent_duplicate;
}

std::string bounds_to_string(const Interval& value) {
  if (!value.has_number()) return {};
  const auto square = [](const std::optional<Bound>& bound) {
    return bound && bound->kind != BoundKind::open;
  };
  return std::string(square(value.low) ? "[" : "(") + (square(value.high) ? "]" : ")");
}

std::string interval_to_string(const Interval& value) {
  if (value.point) return (value.approx ? "~" : "") + value.point->to_string();
  if (!value.has_number()) return "no number";
  const std::string brackets = bounds_to_string(value);
  return brackets.substr(0, 1) + (value.low ? value.low->value.to_string() : "") + ", " +
         (value.high ? value.high->value.to_string() : "") + brackets.substr(1);
}

}  // namespace capexdb
