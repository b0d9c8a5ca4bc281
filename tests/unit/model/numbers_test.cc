#include "tests/unit/model/numbers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>

namespace capexdb {
namespace {

constexpr std::uint32_t kSeed = 20240826;

// The slow reference: a sign and 80 decimal digits, 38 of them behind the point.
struct Slow {
  static constexpr std::size_t kWhole = 42;
  static constexpr std::size_t kFraction = 38;
  bool negative = false;
  std::string digits;

  explicit Slow(std::string text) {
    negative = text.front() == '-';
    if (negative) text.erase(0, 1);
    const std::size_t point = std::min(text.find('.'), text.size());
    std::string fraction = point < text.size() ? text.substr(point + 1) : "";
    fraction.resize(kFraction, '0');
    digits = std::string(kWhole - point, '0') + text.substr(0, point) + fraction;
    if (is_zero()) negative = false;
  }

  bool is_zero() const { return digits.find_first_not_of('0') == std::string::npos; }

  // The digits that a plain decimal needs for this number.
  std::size_t digits_needed() const {
    const std::size_t first = digits.find_first_not_of('0');
    if (first == std::string::npos) return 1;
    const std::size_t last = digits.find_last_not_of('0');
    return std::max(last + 1, kWhole) - std::min(first, kWhole);
  }
};

int compare(const Slow& a, const Slow& b) {
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  const int order = a.digits.compare(b.digits) < 0 ? -1 : (a.digits == b.digits ? 0 : 1);
  return a.negative ? -order : order;
}

std::string add_digits(const std::string& a, const std::string& b, int sign) {
  std::string sum(a.size(), '0');
  int carry = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    int digit = (a[i] - '0') + sign * (b[i] - '0') + carry;
    carry = digit < 0 ? -1 : digit / 10;
    digit = (digit + 10) % 10;
    sum[i] = static_cast<char>('0' + digit);
  }
  return sum;
}

Slow add(const Slow& a, const Slow& b) {
  Slow sum = a;
  if (a.negative == b.negative) {
    sum.digits = add_digits(a.digits, b.digits, 1);
  } else {
    const bool swap = a.digits < b.digits;
    const Slow& larger = swap ? b : a;
    const Slow& smaller = swap ? a : b;
    sum.digits = add_digits(larger.digits, smaller.digits, -1);
    sum.negative = larger.negative;
  }
  if (sum.is_zero()) sum.negative = false;
  return sum;
}

// Decimal texts of all lengths, with many that are near one another or near
// the limits.
class Texts {
 public:
  explicit Texts(std::uint32_t seed) : random_(seed) {}

  int upto(int n) { return std::uniform_int_distribution<int>(0, n)(random_); }

  std::string next() {
    const int shape = upto(5);
    const int digits = shape == 0 ? 38 : 1 + upto(37);
    std::string text;
    for (int i = 0; i < digits; ++i) {
      const char digit = shape <= 1 ? '9' : (shape == 2 ? '0' : static_cast<char>('0' + upto(9)));
      text += digit;
    }
    if (shape == 2 || shape == 3) text.back() = static_cast<char>('0' + upto(9));
    const int scale = upto(2) == 0 ? 0 : upto(38);
    if (scale > 0) {
      while (static_cast<int>(text.size()) <= scale) text.insert(0, 1, '0');
      text.insert(text.size() - static_cast<std::size_t>(scale), 1, '.');
    }
    const std::size_t zeros = text.find_first_not_of('0');
    if (zeros == std::string::npos) {
      text = "0";
    } else {
      text.erase(0, text[zeros] == '.' ? zeros - 1 : zeros);
    }
    const bool zero = text.find_first_of("123456789") == std::string::npos;
    return (!zero && upto(1) == 0 ? "-" : "") + text;
  }

 private:
  std::mt19937 random_;
};

TEST(Decimal, PrintsWhatItReads) {
  for (const char* text : {"0", "1", "-1", "23000000000", "0.5", "-0.50", "80.30", "0.00", "1.0",
                           "12345678901234567890.123456789012345678"}) {
    EXPECT_EQ(number(text).to_string(), text);
  }
  EXPECT_EQ(number("007.50").to_string(), "7.50");
  EXPECT_EQ(number("-0").to_string(), "0");
  EXPECT_EQ(number("-0.00").to_string(), "0.00");
  EXPECT_EQ(Decimal(-42).to_string(), "-42");
  EXPECT_TRUE(Decimal().is_zero());
}

TEST(Decimal, RefusesWhatIsNoPlainDecimal) {
  for (const char* text :
       {"",    "-",   ".",  "-.", ".5",    "5.",   "-5.", "1.2.3", "1..2", "+1",      "--1",
        "1e9", "1E9", " 1", "1 ", "1,000", "0x10", "NaN", "inf",   "1-",   "\xC2\xB2"}) {
    const auto parsed = Decimal::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument) << text;
    EXPECT_EQ(parsed.error().reason, "bad_decimal") << text;
  }
}

TEST(Decimal, HoldsExactlyThirtyEightDigits) {
  const std::string fraction = "0." + std::string(37, '0') + "1";
  for (const std::string& text :
       {kNines, "-" + kNines, kNines.substr(0, 1) + "." + kNines.substr(1), "0." + kNines, fraction,
        std::string(60, '0') + "7"}) {
    ASSERT_TRUE(Decimal::parse(text)) << text;
  }
  EXPECT_EQ(number(kNines).to_string(), kNines);
  EXPECT_EQ(number("-0." + kNines).to_string(), "-0." + kNines);
  for (const std::string& text : {"1" + std::string(38, '0'), kNines + "9", kNines + ".9",
                                  kNines + std::string(40, '9'), "0." + kNines + "0",
                                  // 2^128 + 1, which 128 bits would take for 1.
                                  std::string("340282366920938463463374607431768211457")}) {
    const auto parsed = Decimal::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::out_of_range) << text;
    EXPECT_EQ(parsed.error().reason, "decimal_overflow") << text;
  }
  EXPECT_TRUE(Decimal::make(power_of_ten(38) - 1, 38));
  EXPECT_FALSE(Decimal::make(power_of_ten(38), 0));
  EXPECT_FALSE(Decimal::make(-power_of_ten(38), 0));
  EXPECT_FALSE(Decimal::make(1, 39));
  EXPECT_FALSE(Decimal::make(1, -1));
}

TEST(Decimal, EqualNumbersOfDifferentScaleCompareEqualAndKeepTheirScale) {
  EXPECT_EQ(number("80.3"), number("80.30"));
  EXPECT_EQ(number("80.30").to_string(), "80.30");
  EXPECT_EQ(number("80.30").normalized().to_string(), "80.3");
  EXPECT_EQ(number("100.00").normalized().to_string(), "100");
  EXPECT_EQ(number("0.000").normalized().to_string(), "0");
  EXPECT_LT(number("-80.31"), number("-80.3"));
  EXPECT_LT(number(kNines.substr(0, 37)), number(kNines));
  EXPECT_LT(number("0." + kNines), number("1"));
  EXPECT_LT(number("-" + kNines), number("-0.5"));
}

TEST(Decimal, RescalesUpwardsOnly) {
  EXPECT_EQ(number("1.5").with_scale(3)->to_string(), "1.500");
  EXPECT_EQ(number("-1.5").with_scale(1)->to_string(), "-1.5");
  for (const auto& result : {number("1.50").with_scale(1), number("1").with_scale(39),
                             number(kNines).with_scale(1), number("-" + kNines).with_scale(1)}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::out_of_range);
  }
}

TEST(Decimal, AddsExactlyOrSaysThatTheResultHasNoRoom) {
  EXPECT_EQ(add(number("23000000000"), number("0.05"))->to_string(), "23000000000.05");
  EXPECT_EQ(subtract(number("0.3"), number("0.30"))->to_string(), "0.00");
  EXPECT_EQ(subtract(number("1"), number("2.5"))->to_string(), "-1.5");
  for (const auto& sum :
       {add(number(kNines), number("1")), add(number(kNines), number(kNines)),
        subtract(number("-" + kNines), number(kNines)), add(number(kNines), number("0.1")),
        add(number("0." + kNines), number("10"))}) {
    ASSERT_FALSE(sum);
    EXPECT_EQ(sum.error().code, Errc::out_of_range);
    EXPECT_EQ(sum.error().reason, "decimal_overflow");
  }
}

TEST(Decimal, TrailingZerosAndCancelledDigitsAreNoOverflow) {
  const std::string zeros(37, '0');
  EXPECT_EQ(*add(number("9." + zeros), number("1." + zeros)), Decimal(10));
  EXPECT_EQ(*add(number(kNines), number("1.0").normalized().negated()),
            number(kNines.substr(1) + "8"));
  EXPECT_EQ(subtract(number("1" + zeros), number("0.5"))->to_string(), std::string(37, '9') + ".5");
  EXPECT_EQ(*add(number(kNines), number("0.0")), number(kNines));
}

TEST(DecimalProperty, PrintingReadingComparingAndAddingAgreeWithSchoolArithmetic) {
  std::printf("seed %u\n", kSeed);
  Texts texts(kSeed);
  int overflows = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string a = texts.next();
    std::string b = texts.next();
    if (i % 7 == 0) b = a.front() == '-' ? a.substr(1) : "-" + a;
    if (i % 11 == 0) b = a;
    SCOPED_TRACE(a + " and " + b);
    const auto x = Decimal::parse(a);
    const auto y = Decimal::parse(b == "-0" ? "0" : b);
    ASSERT_TRUE(x && y);
    ASSERT_EQ(x->to_string(), a);
    const Slow slow_a(a);
    const Slow slow_b(b);
    const int order = compare(slow_a, slow_b);
    ASSERT_EQ(*x < *y, order < 0);
    ASSERT_EQ(*x == *y, order == 0);
    ASSERT_EQ(x->normalized(), *x);
    const auto sum = add(*x, *y);
    const Slow slow_sum = add(slow_a, slow_b);
    ASSERT_EQ(sum.has_value(), slow_sum.digits_needed() <= 38);
    if (!sum) {
      ++overflows;
      continue;
    }
    ASSERT_EQ(compare(Slow(sum->to_string()), slow_sum), 0) << sum->to_string();
    ASSERT_EQ(*subtract(*sum, *y), *x);
  }
  EXPECT_GT(overflows, 100);
}

TEST(HalfUnit, IsHalfOfTheLastStatedDigit) {
  EXPECT_EQ(half_unit(-9)->to_string(), "500000000");
  EXPECT_EQ(half_unit(-1)->to_string(), "5");
  EXPECT_EQ(half_unit(0)->to_string(), "0.5");
  EXPECT_EQ(half_unit(2)->to_string(), "0.005");
  EXPECT_EQ(half_unit(37)->to_string(), "0." + std::string(37, '0') + "5");
  EXPECT_EQ(half_unit(-38)->to_string(), "5" + std::string(37, '0'));
  for (const int decimals :
       {38, 39, -39, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()}) {
    EXPECT_FALSE(half_unit(decimals)) << decimals;
  }
}

Interval between(const std::string& low, const std::string& high,
                 BoundKind low_kind = BoundKind::closed, BoundKind high_kind = BoundKind::closed) {
  Interval value;
  if (!low.empty()) value.low = Bound{number(low), low_kind};
  if (!high.empty()) value.high = Bound{number(high), high_kind};
  return value;
}

TEST(Interval, StatedDecimalsWidenAPoint) {
  const Interval value = effective(stated("23000000000", -9));
  EXPECT_EQ(value.low, (Bound{number("22500000000")}));
  EXPECT_EQ(value.high, (Bound{number("23500000000")}));
  EXPECT_EQ(value.point, number("23000000000"));
}

TEST(Interval, PrintedBoundsAreExactAndNeverWidened) {
  Interval value = between("22", "", BoundKind::open);
  value.point = number("23");
  value.stated_decimals = -1;
  EXPECT_EQ(effective(value), value);
}

TEST(Interval, APlainPointIsExactAndAnApproximateOneHasNoBounds) {
  Interval value;
  value.point = number("7");
  EXPECT_EQ(effective(value).low, (Bound{number("7")}));
  EXPECT_EQ(effective(value).high, (Bound{number("7")}));
  value.approx = true;
  EXPECT_FALSE(effective(value).low || effective(value).high);
  EXPECT_FALSE(effective(Interval{}).has_number());
}

TEST(Interval, ThreeRoundedCapexFiguresAddUpWithTheirRounding) {
  const Interval alibaba = effective(stated("23000000000", -9));
  const Interval tencent = effective(stated("23000000000", -9));
  const Interval baidu = effective(stated("4200000000", -8));
  const auto two = add(alibaba, tencent);
  ASSERT_TRUE(two);
  const auto sum = add(*two, baidu);
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->point, number("50200000000"));
  EXPECT_EQ(sum->low, (Bound{number("49150000000")}));
  EXPECT_EQ(sum->high, (Bound{number("51250000000")}));
  EXPECT_FALSE(sum->approx);
}

TEST(Interval, ASumIsOpenMissingOrApproximateWhereAPartIs) {
  const Interval closed = between("1", "2");
  const auto open = add(closed, between("10", "20", BoundKind::open));
  EXPECT_EQ(open->low, (Bound{number("11"), BoundKind::open}));
  EXPECT_EQ(open->high, (Bound{number("22"), BoundKind::closed}));
  EXPECT_FALSE(open->point);
  const auto unbounded = add(closed, between("10", ""));
  EXPECT_TRUE(unbounded->low);
  EXPECT_FALSE(unbounded->high);
  const auto loose = add(between("1", "2", BoundKind::open, BoundKind::approximate),
                         between("1", "2", BoundKind::approximate));
  EXPECT_EQ(loose->low->kind, BoundKind::approximate);
  EXPECT_EQ(loose->high->kind, BoundKind::approximate);
  Interval about;
  about.point = number("5");
  about.approx = true;
  EXPECT_TRUE(add(about, closed)->approx);
  EXPECT_FALSE(add(about, closed)->point);
  const auto overflow = add(between(kNines, ""), between("1", ""));
  ASSERT_FALSE(overflow);
  EXPECT_EQ(overflow.error().code, Errc::out_of_range);
}

TEST(Interval, MeetsWhatItHasANumberInCommonWith) {
  EXPECT_TRUE(meet(between("1", "2"), between("2", "3")));
  EXPECT_TRUE(meet(between("2", "3"), between("1", "2.0")));
  EXPECT_FALSE(meet(between("1", "2"), between("2", "3", BoundKind::open)));
  EXPECT_FALSE(meet(between("1", "2", BoundKind::closed, BoundKind::open), between("2", "3")));
  EXPECT_TRUE(
      meet(between("1", "2", BoundKind::closed, BoundKind::approximate), between("2", "3")));
  EXPECT_FALSE(meet(between("1", "1.99"), between("2", "")));
  EXPECT_TRUE(meet(between("", "5"), between("2", "")));
  Interval about;
  about.point = number("5");
  about.approx = true;
  EXPECT_TRUE(meet(effective(about), between("100", "200")));
}

TEST(Interval, NarrowerIsByWidthAndUnboundedIsWidest) {
  EXPECT_TRUE(narrower(between("1", "2"), between("5", "7")));
  EXPECT_FALSE(narrower(between("5", "7"), between("1", "2")));
  EXPECT_FALSE(narrower(between("1", "2"), between("3", "4.0")));
  EXPECT_TRUE(narrower(between("1", "1000"), between("1", "")));
  EXPECT_FALSE(narrower(between("", "1"), between("1", "2")));
  EXPECT_FALSE(narrower(Interval{}, Interval{}));
}

}  // namespace
}  // namespace capexdb
