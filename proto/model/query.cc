#include "proto/model/query.h"

#include <array>
#include <utility>

namespace capexdb {
namespace {

constexpr std::array<std::pair<Dimension, std::string_view>, 6> kDimensions = {
    {{Dimension::period, "period"},
     {Dimension::company, "company"},
     {Dimension::product, "product"},
     {Dimension::counterparty, "counterparty"},
     {Dimension::status, "status"},
     {Dimension::source, "source"}}};

constexpr std::array<std::pair<Every, std::string_view>, 5> kEvery = {
    {{Every::reported, "reported"},
     {Every::quarter, "quarter"},
     {Every::half, "half"},
     {Every::year, "year"},
     {Every::ttm, "ttm"}}};

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

std::string bounds_to_string(const Interval& value) {
  if (!value.has_number()) return {};
  const auto square = [](const std::optional<Bound>& bound) {
    return bound && bound->kind != BoundKind::open;
  };
  return std::string(square(value.low) ? "[" : "(") + (square(value.high) ? "]" : ")");
}

}  // namespace capexdb
