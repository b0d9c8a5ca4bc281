#include <gtest/gtest.h>

#include <random>

#include "capexdb/notation.h"
#include "proto/model/decimal.h"

namespace capexdb {
namespace {

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  int number(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  bool chance(int percent) { return number(1, 100) <= percent; }
  template <class T>
  T pick(std::initializer_list<T> values) {
    return *(values.begin() + number(0, static_cast<int>(values.size()) - 1));
  }

  std::string digits(int count) {
    std::string text;
    while (count-- > 0) text += static_cast<char>('0' + number(0, 9));
    return text;
  }

  std::string decimal() {
    std::string text = chance(20) ? "-" : "";
    if (chance(5)) return text + "0." + digits(number(1, 37)) + "1";
    text += std::to_string(number(1, 9));
    text += digits(chance(10) ? number(15, 31) : number(0, 14));
    if (chance(30)) text += "." + digits(number(1, 6));
    return text;
  }

  // A quantity that some text can state.
  QuantityText quantity() {
    QuantityText text;
    v1::Quantity& q = text.quantity;
    q.set_approx(chance(20));
    switch (number(0, 3)) {
      case 0:
        q.set_value(decimal());
        break;
      case 1: {
        const int stated = number(-12, 2);
        const std::string digits = std::to_string(number(1, 99'999'999));
        const int128 unit = stated < 0 ? power_of_ten(-stated) : 1;
        q.set_value(Decimal::make(Decimal::parse(digits)->mantissa() * unit, std::max(stated, 0))
                        ->to_string());
        q.set_stated_decimals(stated);
        break;
      }
      case 2:
        if (chance(50)) {
          q.set_low(decimal());
          q.set_low_kind(pick({v1::BOUND_KIND_CLOSED, v1::BOUND_KIND_OPEN}));
        } else {
          q.set_high(decimal());
          q.set_high_kind(pick({v1::BOUND_KIND_CLOSED, v1::BOUND_KIND_OPEN}));
        }
        break;
      default: {
        auto low = *Decimal::parse(decimal());
        auto high = *Decimal::parse(decimal());
        if (high < low) std::swap(low, high);
        q.set_low(low.to_string());
        q.set_low_kind(pick({v1::BOUND_KIND_CLOSED, v1::BOUND_KIND_OPEN}));
        q.set_high(high.to_string());
        q.set_high_kind(pick({v1::BOUND_KIND_CLOSED, v1::BOUND_KIND_OPEN}));
      }
    }
    switch (number(0, 4)) {
      case 0:
        q.set_currency(pick({"USD", "CNY", "EUR", "TWD", "JPY", "BHD", "XOF"}));
        break;
      case 1:
        q.set_currency("USD");
        q.set_unit("USD/{chip}");
        break;
      case 2:
        q.set_unit(pick({"{chip}", "{chip}/mo", "mo", "{rank}"}));
        break;
      case 3:
        q.set_unit("%");
        text.measure = pick({v1::MEASURE_UNSPECIFIED, v1::MEASURE_GROWTH, v1::MEASURE_GROWTH_YOY,
                             v1::MEASURE_GROWTH_QOQ, v1::MEASURE_GROWTH_YTD,
                             v1::MEASURE_GROWTH_SINCE_LISTING});
        break;
      default:
        break;
    }
    return text;
  }

 private:
  std::mt19937 random_;
};

TEST(QuantityProperty, WhatIsPrintedIsReadBackAsTheSame) {
  const std::uint32_t seed = 20240826;
  std::printf("seed %u\n", seed);
  Generator generate(seed);
  for (int i = 0; i < 20'000; ++i) {
    const QuantityText original = generate.quantity();
    const auto printed = print_quantity(original);
    ASSERT_TRUE(printed) << original.quantity.ShortDebugString();
    const auto read = parse_quantity(*printed);
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->quantity.DebugString(), original.quantity.DebugString()) << *printed;
    ASSERT_EQ(read->measure, original.measure) << *printed;
  }
}

TEST(QuantityProperty, AnyBytesAreReadOrRefusedWithAReason) {
  const std::uint32_t seed = 7;
  std::printf("seed %u\n", seed);
  Generator generate(seed);
  for (int i = 0; i < 50'000; ++i) {
    std::string text;
    for (int n = generate.number(0, 12); n > 0; --n) {
      text += generate.pick<std::string>({"1",  "23",   "000",    ",",      ".",  " ",   "..",
                                          "bn", "k",    "%",      "~",      ">",  "<=",  "-",
                                          "+",  "$",    "Rmb",    "\u00A5", "to", "yoy", "{chip}",
                                          "/",  "\xFF", "\u2013", "up",     "a"});
    }
    const auto read = parse_quantity(text);
    if (!read) {
      ASSERT_EQ(read.error().code, Errc::invalid_argument) << text;
      ASSERT_FALSE(read.error().reason.empty()) << text;
      continue;
    }
    const v1::Quantity& q = read->quantity;
    for (const std::string* number : {&q.value(), &q.low(), &q.high()}) {
      ASSERT_TRUE(number->empty() || Decimal::parse(*number)) << text;
    }
    ASSERT_FALSE(q.value().empty() && q.low().empty() && q.high().empty()) << text;
  }
}

}  // namespace
}  // namespace capexdb
