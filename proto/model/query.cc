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

}  // namespace

std::string_view to_string(Dimension dimension) {
  for (const auto& [value, word] : kDimensions) {
    if (value == dimension) return word;
  }
  return "";
}

std::optional<Dimension> parse_dimension(std::string_view word) {
  for (const auto& [value, candidate] : kDimensions) {
    if (candidate == word) return value;
  }
  return std::nullopt;
}

std::string bounds_to_string(const Interval& value) {
  if (!value.has_number()) return {};
  const auto square = [](const std::optional<Bound>& bound) {
    return bound && bound->kind != BoundKind::open;
  };
  return std::string(square(value.low) ? "[" : "(") + (square(value.high) ? "]" : ")");
}

}  // namespace capexdb
