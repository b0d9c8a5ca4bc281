// Numbers as the tests write them.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "proto/model/decimal.h"
#include "proto/model/interval.h"

namespace capexdb {

inline const std::string kNines(38, '9');

inline Decimal number(const std::string& text) {
  const auto parsed = Decimal::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Decimal{});
}

inline Interval stated(const std::string& point, int decimals) {
  Interval value;
  value.point = number(point);
  value.stated_decimals = decimals;
  return value;
}

}  // namespace capexdb
