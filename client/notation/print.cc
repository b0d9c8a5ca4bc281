#include <array>
#include <utility>

#include "capexdb/notation.h"
#include "client/notation/number.h"
#include "proto/model/decimal.h"

namespace capexdb {
namespace notation {
namespace {

// "4.3bn" of 4300000000 stated to -8: the smallest scale whose last written
// digit is the stated one, and that leaves the number with one reading.
std::optional<std::string> scaled_text(const std::string& value, int stated_decimals) {
  static constexpr std::array<std::pair<int, std::string_view>, 4> kScales = {
      {{3, "k"}, {6, "m"}, {9, "bn"}, {12, "tn"}}};
  const auto number = Decimal::parse(value);
  if (!number || number->scale() != std::max(0, stated_decimals)) return std::nullopt;
  for (const auto& [power, word] : kScales) {
    const int decimals = power + stated_decimals;
    if (decimals < 0) continue;
    int128 mantissa = number->mantissa();
    if (stated_decimals < 0) {
      const int128 unit = power_of_ten(-stated_decimals);
      if (mantissa % unit != 0) return std::nullopt;
      mantissa /= unit;
    }
    const auto written = Decimal::make(mantissa, decimals);
    if (!written) return std::nullopt;
    const std::string digits = written->to_string();
    if (!is_ambiguous(digits)) return digits + std::string(word);
  }
  return std::nullopt;
}

// Digits beside which something stands: a zero in front leaves them one reading.
std::string digits_text(const std::string& plain) {
  if (!is_ambiguous(plain)) return plain;
  return plain.starts_with('-') ? "-0" + plain.substr(1) : "0" + plain;
}

std::optional<std::string> number_text(const v1::Quantity& q) {
  const bool low = !q.low().empty();
  const bool high = !q.high().empty();
  if (!q.value().empty()) {
    if (low || high) return std::nullopt;
    return q.has_stated_decimals() ? scaled_text(q.value(), q.stated_decimals())
                                   : std::optional(digits_text(q.value()));
  }
  if (q.has_stated_decimals()) return std::nullopt;
  const auto closed = [](v1::BoundKind kind) { return kind == v1::BOUND_KIND_CLOSED; };
  const auto open = [](v1::BoundKind kind) { return kind == v1::BOUND_KIND_OPEN; };
  if (low && high) {
    std::string range = digits_text(q.low()) + ".." + digits_text(q.high());
    if (closed(q.low_kind()) && closed(q.high_kind())) return range;
    return (closed(q.low_kind()) ? "[" : "(") + range + (closed(q.high_kind()) ? "]" : ")");
  }
  if (low && closed(q.low_kind())) return ">=" + digits_text(q.low());
  if (low && open(q.low_kind())) return ">" + digits_text(q.low());
  if (high && closed(q.high_kind())) return "<=" + digits_text(q.high());
  if (high && open(q.high_kind())) return "<" + digits_text(q.high());
  return std::nullopt;
}

std::optional<std::string> text_of(const QuantityText& text) {
  static constexpr std::array<std::pair<v1::Measure, std::string_view>, 6> kGrowth = {
      {{v1::MEASURE_UNSPECIFIED, ""},
       {v1::MEASURE_GROWTH, " growth"},
       {v1::MEASURE_GROWTH_YOY, " yoy"},
       {v1::MEASURE_GROWTH_QOQ, " qoq"},
       {v1::MEASURE_GROWTH_YTD, " ytd"},
       {v1::MEASURE_GROWTH_SINCE_LISTING, " since listing"}}};
  const v1::Quantity& q = text.quantity;
  const auto number = number_text(q);
  if (!number) return std::nullopt;
  std::string out = (q.approx() ? "~" : "") + *number;
  const bool money = !q.currency().empty();
  if (money) out += " " + q.currency();
  if (money && q.unit().starts_with(q.currency() + "/")) {
    out += " " + q.unit().substr(q.currency().size());
  } else if (!q.unit().empty()) {
    out += q.unit() == "%" ? "%" : " " + q.unit();
  }
  for (const auto& [measure, word] : kGrowth) {
    if (measure == text.measure) return out + std::string(word);
  }
  return std::nullopt;
}

bool same(const QuantityText& a, const QuantityText& b) {
  return a.measure == b.measure && a.quantity.SerializeAsString() == b.quantity.SerializeAsString();
}

}  // namespace
}  // namespace notation

std::optional<std::string> print_quantity(const QuantityText& text) {
  // Digits alone are what programs write, and need nothing to tell them apart.
  QuantityText digits;
  digits.quantity.set_value(text.quantity.value());
  auto printed =
      notation::same(digits, text) ? std::optional(text.quantity.value()) : notation::text_of(text);
  // A unit or a currency may be one that no text names.
  if (!printed) return std::nullopt;
  const auto read = parse_quantity(*printed);
  if (!read || !notation::same(*read, text)) return std::nullopt;
  return printed;
}

}  // namespace capexdb
