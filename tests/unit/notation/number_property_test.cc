// Numbers in the punctuation of several countries, against evaluators that share
// nothing with the parser.
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <random>
#include <regex>

#include "capexdb/notation.h"
#include "proto/model/decimal.h"

namespace capexdb {
namespace {

class Writer {
 public:
  explicit Writer(std::uint32_t seed) : random_(seed) {}
  int number(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  std::string digits(int count) {
    std::string text;
    while (count-- > 0) text += static_cast<char>('0' + number(0, 9));
    return text;
  }

 private:
  std::mt19937 random_;
};

// "1234567" as "1,234,567".
std::string grouped(std::string whole, const std::string& mark) {
  for (std::size_t at = whole.size(); at > 3;) {
    at -= 3;
    whole.insert(at, mark);
  }
  return whole;
}

// whole.decimals times ten to that power, by moving the point.
std::string shifted(std::string whole, std::string decimals, std::size_t power) {
  for (; power > 0; --power) {
    whole += decimals.empty() ? '0' : decimals.front();
    if (!decimals.empty()) decimals.erase(0, 1);
  }
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  return decimals.empty() ? whole : whole + "." + decimals;
}

struct Country {
  const char* thousands;
  const char* decimal;
};

// A number is read as its writer meant it, or refused; whatever country he is from.
TEST(NumberProperty, AnAcceptedNumberIsTheOneThatWasWritten) {
  const std::uint32_t seed = 20240827;
  std::printf("seed %u\n", seed);
  Writer writer(seed);
  const std::vector<Country> countries = {
      {",", "."},      {".", ","},      {" ", "."},      {" ", ","}, {"'", "."},
      {"\u2019", ","}, {"\u202F", ","}, {"\u00A0", "."}, {"", "."},  {"", ","}};
  const std::vector<std::pair<const char*, std::size_t>> neutral = {
      {"", 0}, {"k", 3}, {"m", 6}, {" Mio.", 6}, {" Mrd", 9}, {"T", 12}};
  const std::vector<std::pair<const char*, std::size_t>> english = {
      {"bn", 9}, {" million", 6}, {" thousand", 3}, {" trillion", 12}, {"tn", 12}};
  int accepted = 0;
  for (int i = 0; i < 60'000; ++i) {
    const auto& country = countries[static_cast<std::size_t>(writer.number(0, 9))];
    std::string whole = std::to_string(writer.number(1, 9)) + writer.digits(writer.number(0, 11));
    if (writer.number(0, 9) == 0) whole = "0";
    const std::string decimals = writer.digits(writer.number(0, 1) * writer.number(1, 5));
    // Whoever writes "bn" writes English numbers; so "4,3bn" may be refused, but
    // never anything of an English writer be misread.
    const bool is_english = *country.decimal == '.' && *country.thousands != '.';
    const auto& scales = is_english && writer.number(0, 1) == 1 ? english : neutral;
    const auto& [word, power] =
        scales[static_cast<std::size_t>(writer.number(0, static_cast<int>(scales.size()) - 1))];
    std::string text = grouped(whole, country.thousands);
    if (!decimals.empty()) text += country.decimal + decimals;
    // Programs alone write digits, one dot and nothing else.
    const bool plain = *word == '\0' && std::regex_match(text, std::regex(R"(\d+\.\d{3})"));
    if (plain && !is_english) continue;
    text += word;
    const auto read = parse_quantity(text);
    if (!read) {
      ASSERT_TRUE(read.error().reason == "ambiguous_number")
          << text << ": " << read.error().message;
      continue;
    }
    ++accepted;
    ASSERT_EQ(read->quantity.value(), shifted(whole, decimals, power)) << text;
    if (power > 0) {
      ASSERT_EQ(read->quantity.stated_decimals(),
                static_cast<int>(decimals.size()) - static_cast<int>(power))
          << text;
    }
  }
  EXPECT_GT(accepted, 40'000) << "refusing everything proves nothing";
}

// What regular expressions make of digits and separators; empty where that is
// nothing, or two things.
std::string evaluated(const std::string& text) {
  static const std::regex kPlain(R"(\d+(\.\d+)?)");
  static const std::regex kEnglish(
      R"((\d+|[1-9]\d{0,2}(,\d{3})+|[1-9]\d{0,2}([ ']\d{3})+)(\.\d+)?)");
  static const std::regex kOther(R"((\d+|[1-9]\d{0,2}(\.\d{3})+|[1-9]\d{0,2}([ ']\d{3})+)(,\d+)?)");
  static const std::regex kTwoWays(R"(0\d{0,2}[, ']\d{3}|\d{1,3} \d{3})");
  const auto without = [&](const std::string& marks, char decimal) {
    std::string plain;
    for (const char c : text) {
      if (c == decimal) {
        plain += '.';
      } else if (marks.find(c) == std::string::npos) {
        plain += c;
      }
    }
    return plain;
  };
  const auto normal = [](const std::string& plain) { return Decimal::parse(plain)->to_string(); };
  if (std::regex_match(text, kPlain)) return normal(text);
  if (std::regex_match(text, kTwoWays)) return {};
  const bool english = std::regex_match(text, kEnglish);
  const bool other = std::regex_match(text, kOther);
  if (!english && !other) return {};
  const std::string as_english = english ? normal(without(", '", '.')) : "";
  const std::string as_other = other ? normal(without(". '", ',')) : "";
  if (english && other && as_english != as_other) return {};
  return english ? as_english : as_other;
}

TEST(NumberProperty, EveryShortTextIsReadAsRegularExpressionsReadIt) {
  constexpr std::string_view kAlphabet = "01,. '";
  std::vector<std::string> texts = {""};
  for (std::size_t begin = 0, length = 1; length <= 7; ++length) {
    const std::size_t end = texts.size();
    for (; begin < end; ++begin) {
      for (const char c : kAlphabet) texts.push_back(texts[begin] + c);
    }
  }
  int accepted = 0;
  for (const std::string& text : texts) {
    // Two dots make a range; blanks around and in a row mean nothing.
    if (text.empty() || text.find("..") != std::string::npos || text.front() == ' ' ||
        text.back() == ' ' || text.find("  ") != std::string::npos) {
      continue;
    }
    const auto read = parse_quantity(text);
    ASSERT_EQ(read ? read->quantity.value() : "", evaluated(text))
        << "'" << text << "' " << (read ? "" : read.error().message);
    accepted += read ? 1 : 0;
  }
  EXPECT_GT(accepted, 1000);
}

// Each text lies in memory of just its size, where sanitizers see every step beyond.
TEST(NumberProperty, RandomBytesAreReadOrRefusedWithinThem) {
  const std::uint32_t seed = 31;
  std::printf("seed %u\n", seed);
  Writer writer(seed);
  for (int i = 0; i < 100'000; ++i) {
    const auto size = static_cast<std::size_t>(writer.number(0, 24));
    const auto bytes = std::make_unique<char[]>(size);
    const bool any = i % 2 == 0;
    for (std::size_t at = 0; at < size; ++at) {
      bytes[at] = static_cast<char>(any ? writer.number(0, 255) : writer.number(0x20, 0x7E));
    }
    const std::string_view text(bytes.get(), size);
    const auto read = parse_quantity(text);
    if (read) {
      const v1::Quantity& q = read->quantity;
      ASSERT_FALSE(q.value().empty() && q.low().empty() && q.high().empty());
    } else {
      ASSERT_EQ(read.error().code, Errc::invalid_argument);
      ASSERT_FALSE(read.error().reason.empty());
    }
    (void)parse_unit(text);
    (void)parse_period(text);
    (void)parse_fiscal_label(text);
  }
}

}  // namespace
}  // namespace capexdb
