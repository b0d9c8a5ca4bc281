// print_quantity() of quantity_text.h.
#include <array>
#include <utility>

#include "client/importers/quantity_text.h"
#include "proto/model/decimal.h"

namespace capexdb::importers {
namespace {

// "4.3bn" of 4300000000 stated to -8: the smallest scale whose last written
// digit is the stated one.
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
    return written->to_string() + std::string(word);
  }
  return std::nullopt;
}

std::optional<std::string> number_text(const v1::Quantity& q) {
  const bool low = !q.low().empty();
  const bool high = !q.high().empty();
  if (!q.value().empty()) {
    if (low || high) return std::nullopt;
    return q.has_stated_decimals() ? scaled_text(q.value(), q.stated_decimals())
                                   : std::optional(q.value());
  }
  if (q.has_stated_decimals()) return std::nullopt;
  const auto closed = [](v1::BoundKind kind) { return kind == v1::BOUND_KIND_CLOSED; };
  const auto open = [](v1::BoundKind kind) { return kind == v1::BOUND_KIND_OPEN; };
  if (low && high) {
    if (!closed(q.low_kind()) || !closed(q.high_kind())) return std::nullopt;
    return q.low() + ".." + q.high();
  }
  if (low && closed(q.low_kind())) return ">=" + q.low();
  if (low && open(q.low_kind())) return ">" + q.low();
  if (high && closed(q.high_kind())) return "<=" + q.high();
  if (high && open(q.high_kind())) return "<" + q.high();
  return std::nullopt;
}

}  // namespace

std::optional<std::string> print_quantity(const QuantityText& text) {
  static constexpr std::array<std::pair<v1::Measure, std::string_view>, 5> kGrowth = {
      {{v1::MEASURE_UNSPECIFIED, ""},
       {v1::MEASURE_GROWTH_YOY, " yoy"},
       {v1::MEASURE_GROWTH_QOQ, " qoq"},
       {v1::MEASURE_GROWTH_YTD, " ytd"},
       {v1::MEASURE_GROWTH_SINCE_LISTING, " since listing"}}};
  const v1::Quantity& q = text.quantity;
  if (q.unquantified() || q.growth_only()) return std::nullopt;
  const auto number = number_text(q);
  if (!number) return std::nullopt;
  std::string out = (q.approx() ? "~" : "") + *number;
  const bool money = !q.currency().empty();
  if (money && currency_of_word(q.currency()) != q.currency()) return std::nullopt;
  if (money) out += " " + q.currency();
  if (money && q.unit().starts_with(q.currency() + "/{")) {
    out += " " + q.unit().substr(q.currency().size());
  } else if (money ? !q.unit().empty()
                   : q.unit() != "%" && q.unit() != "mo" && !q.unit().empty() &&
                         !q.unit().starts_with("{")) {
    return std::nullopt;
  } else if (!money && !q.unit().empty()) {
    out += q.unit() == "%" ? "%" : " " + q.unit();
  }
  for (const auto& [measure, word] : kGrowth) {
    if (measure != text.measure) continue;
    if (measure != v1::MEASURE_UNSPECIFIED && q.unit() != "%") return std::nullopt;
    return out + std::string(word);
  }
  return std::nullopt;
}

}  // namespace capexdb::importers
