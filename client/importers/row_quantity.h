// The number of a row: both forms name its columns alike.
#pragma once

#include <string_view>

#include "capexdb/notation.h"

namespace capexdb::importers {

// The row's cells, trimmed; empty where there is no such column.
struct QuantityCells {
  std::string_view value;  // any notation of capexdb/notation.h
  std::string_view low;    // one number each, in the value's unit
  std::string_view high;
  v1::BoundKind low_kind = v1::BOUND_KIND_UNSPECIFIED;
  v1::BoundKind high_kind = v1::BOUND_KIND_UNSPECIFIED;
  std::string_view stated_decimals;
  std::string_view approx;
  std::string_view growth_only;
  std::string_view unit;
  std::string_view currency;
};

// The texts of value, low and high and the columns must agree; a '¥' is that of
// the currency column. Without any number `unquantified` is set. Error:
// invalid_argument; `field` is the column.
Result<QuantityText> row_quantity(const QuantityCells& cells);

}  // namespace capexdb::importers
