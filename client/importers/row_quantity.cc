#include "client/importers/row_quantity.h"

#include "client/importers/row.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

// "USD", "USD/{chip}", "%": what a text counts in; empty where it does not say.
std::string denomination(const v1::Quantity& q) {
  return q.unit().empty() ? q.currency() : q.unit();
}

// What the text of a bound says beside its number, it says of the whole row.
Result<void> merge(std::string_view column, const QuantityText& bound, QuantityText& row) {
  const std::string theirs = denomination(bound.quantity);
  const std::string ours = denomination(row.quantity);
  if (!theirs.empty() && !ours.empty() && theirs != ours) {
    return bad_cell(
        column, "unit_mismatch",
        std::string(column) + " is in " + theirs + ", the row's other numbers in " + ours);
  }
  if (ours.empty()) {
    row.quantity.set_unit(bound.quantity.unit());
    row.quantity.set_currency(bound.quantity.currency());
  }
  if (bound.measure == v1::MEASURE_UNSPECIFIED) return {};
  if (row.measure != v1::MEASURE_UNSPECIFIED && row.measure != bound.measure) {
    return bad_cell(column, "contradiction",
                    std::string(column) + " is another growth than the row's other numbers");
  }
  row.measure = bound.measure;
  return {};
}

Result<std::string> bound_number(std::string_view column, std::string_view text,
                                 std::string_view yen, const std::string& stated,
                                 QuantityText& row) {
  if (text.empty()) return stated;
  if (!stated.empty()) {
    return bad_cell(column, "two_bounds",
                    "both the value and the column " + std::string(column) + " state this bound");
  }
  auto read = parse_quantity(text, yen);
  if (!read) return bad_cell(column, read.error().reason.c_str(), read.error().message);
  if (read->quantity.value().empty() || read->quantity.approx()) {
    return bad_cell(column, "bad_value",
                    std::string(column) + " is one number without '~', '>' and the like, not '" +
                        std::string(text) + "'");
  }
  CAPEXDB_TRY(merge(column, *read, row));
  return read->quantity.value();
}

Result<void> put_bounds(const QuantityCells& cells, std::string_view yen, QuantityText& row) {
  v1::Quantity& q = row.quantity;
  CAPEXDB_ASSIGN(std::string low, bound_number("low", cells.low, yen, q.low(), row));
  CAPEXDB_ASSIGN(std::string high, bound_number("high", cells.high, yen, q.high(), row));
  if (!cells.low.empty()) q.set_low_kind(cells.low_kind);
  if (!cells.high.empty()) q.set_high_kind(cells.high_kind);
  q.set_low(std::move(low));
  q.set_high(std::move(high));
  return {};
}

Result<void> put_decimals(std::string_view text, v1::Quantity& q) {
  if (text.empty()) return {};
  const bool minus = text.front() == '-';
  const auto digits = parse_unsigned(text.substr(minus ? 1 : 0));
  if (!digits || *digits > 37) {
    return bad_cell("stated_decimals", "out_of_range",
                    "stated_decimals is '" + std::string(text.substr(0, 40)) +
                        "': use a whole number within -37..37");
  }
  const int number = static_cast<int>(*digits);
  q.set_stated_decimals(minus ? -number : number);
  return {};
}

// The column's currency as ISO 4217 has it.
std::string currency_code(std::string_view text) {
  const std::string named = currency_of_word(text);
  return named.empty() ? std::string(text) : named;
}

Result<void> put_unit(const QuantityCells& cells, v1::Quantity& q) {
  if (!cells.unit.empty()) {
    // "USD bn" would silently be a billion times too small.
    const std::size_t space = cells.unit.rfind(' ');
    const std::string_view last =
        space == std::string_view::npos ? cells.unit : cells.unit.substr(space + 1);
    if (last.size() > 1 && scale_of_word(last)) {
      return bad_cell("unit", "scaled_unit",
                      "the unit '" + std::string(cells.unit) +
                          "' holds a scale: write it with the value, as in 4.3bn");
    }
    if (!q.unit().empty() && q.unit() != cells.unit) {
      return bad_cell(
          "unit", "unit_mismatch",
          "the value is in " + q.unit() + ", the column says " + std::string(cells.unit));
    }
    q.set_unit(std::string(cells.unit));
  }
  if (!cells.currency.empty()) {
    const std::string code = currency_code(cells.currency);
    if (!q.currency().empty() && q.currency() != code) {
      return bad_cell("currency", "unit_mismatch",
                      "the value is in " + q.currency() + ", the column says " + code);
    }
    q.set_currency(code);
  }
  return {};
}

}  // namespace

Result<QuantityText> row_quantity(const QuantityCells& cells) {
  QuantityText out;
  const std::string yen = currency_code(cells.currency);
  if (!cells.value.empty()) {
    auto read = parse_quantity(cells.value, yen);
    if (!read) {
      return fail(Error{read.error().code, read.error().message, "value", read.error().reason});
    }
    out = std::move(*read);
  }
  v1::Quantity& q = out.quantity;
  CAPEXDB_TRY(put_bounds(cells, yen, out));
  CAPEXDB_TRY(put_decimals(cells.stated_decimals, q));
  CAPEXDB_ASSIGN(const bool approx, yes_or_no("approx", cells.approx));
  if (approx) q.set_approx(true);
  CAPEXDB_ASSIGN(const bool growth_only, yes_or_no("growth_only", cells.growth_only));
  q.set_growth_only(growth_only);
  CAPEXDB_TRY(put_unit(cells, q));
  q.set_unquantified(q.value().empty() && q.low().empty() && q.high().empty());
  return out;
}

}  // namespace capexdb::importers
