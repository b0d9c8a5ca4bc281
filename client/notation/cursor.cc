#include "client/notation/cursor.h"

#include <algorithm>
#include <array>
#include <utility>

#include "client/notation/number.h"
#include "proto/model/text.h"

namespace capexdb::notation {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr std::string_view kApostrophe = "'";

struct Spelling {
  std::string_view sign;
  std::string_view ascii;
};

constexpr std::array<Spelling, 24> kSpellings = {{{"\u00A0", kApostrophe},
                                                  {"\u2007", kApostrophe},
                                                  {"\u2009", kApostrophe},
                                                  {"\u200A", kApostrophe},
                                                  {"\u202F", kApostrophe},
                                                  {"\u2019", kApostrophe},
                                                  {"'", kApostrophe},
                                                  {"\u3000", " "},
                                                  {"\t", " "},
                                                  {"\n", " "},
                                                  {"\r", " "},
                                                  {"\u2212", "-"},
                                                  {"\u2010", "-"},
                                                  {"\u2011", "-"},
                                                  {"\u2013", ".."},
                                                  {"\u2014", ".."},
                                                  {"\u2026", ".."},
                                                  {"\u2265", ">="},
                                                  {"\u2264", "<="},
                                                  {"\u2248", "~"},
                                                  {"\u223C", "~"},
                                                  {"\uFF05", "%"},
                                                  {"\uFF04", "$"},
                                                  {"\uFFE5", "\u00A5"}}};

Spelling spelling_at(std::string_view text) {
  // Nearly all that is written.
  const auto c = static_cast<unsigned char>(text.front());
  if (c > 0x20 && c < 0x80 && c != '\'') return {text.substr(0, 1), text.substr(0, 1)};
  for (const Spelling& s : kSpellings) {
    if (text.starts_with(s.sign)) return s;
  }
  return {text.substr(0, 1), text.substr(0, 1)};
}

std::string plain_signs(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    auto [sign, put] = spelling_at(text);
    text.remove_prefix(sign.size());
    if (put == kApostrophe) {
      const bool within =
          !plain.empty() && is_digit(plain.back()) && !text.empty() && is_digit(text.front());
      // Elsewhere an apostrophe is none of a number's signs, and a blank is a blank.
      if (!within) put = sign == "'" || sign == "\u2019" ? sign : " ";
    }
    if (put != " " || (!plain.empty() && plain.back() != ' ')) plain += put;
  }
  return std::string(trim(plain));
}

}  // namespace

Cursor::Cursor(std::string_view text) : text_(plain_signs(text)), lower_(to_lower_ascii(text_)) {}

bool Cursor::take(std::string_view phrase) {
  skip_blank();
  const std::string_view here = std::string_view(lower_).substr(at_);
  if (!here.starts_with(phrase)) return false;
  if (is_letter(phrase.back()) && here.size() > phrase.size() && is_letter(here[phrase.size()])) {
    return false;
  }
  at_ += phrase.size();
  return true;
}

bool Cursor::take_any(std::span<const std::string_view> phrases) {
  return std::any_of(phrases.begin(), phrases.end(),
                     [this](std::string_view phrase) { return take(phrase); });
}

std::string_view Cursor::word() {
  skip_blank();
  std::size_t n = 0;
  while (at_ + n < text_.size() && is_letter(text_[at_ + n])) ++n;
  return rest().substr(0, n);
}

}  // namespace capexdb::notation
