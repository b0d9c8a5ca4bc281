#include "client/importers/text_cursor.h"

#include <utility>

#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

std::string plain_signs(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kSigns = {
      {{"\u00A0", " "},
       {"\u2009", " "},
       {"\u202F", " "},
       {"\u2212", "-"},
       {"\u2013", ".."},
       {"\u2014", ".."},
       {"\u2265", ">="},
       {"\u2264", "<="},
       {"\u2248", "~"},
       {"\t", " "},
       {"\n", " "}}};
  std::string plain;
  for (std::size_t i = 0; i < text.size();) {
    std::string_view put = text.substr(i, 1);
    std::size_t used = 1;
    for (const auto& [sign, ascii] : kSigns) {
      if (text.substr(i).starts_with(sign)) {
        put = ascii;
        used = sign.size();
        break;
      }
    }
    if (put != " " || (!plain.empty() && plain.back() != ' ')) plain += put;
    i += used;
  }
  return std::string(trim(plain));
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

TextCursor::TextCursor(std::string_view text)
    : text_(plain_signs(text)), lower_(to_lower_ascii(text_)) {}

bool TextCursor::take(std::string_view phrase) {
  skip_blank();
  const std::string_view here = std::string_view(lower_).substr(at_);
  if (!here.starts_with(phrase)) return false;
  if (is_letter(phrase.back()) && here.size() > phrase.size() && is_letter(here[phrase.size()])) {
    return false;
  }
  at_ += phrase.size();
  return true;
}

std::string_view TextCursor::word() {
  skip_blank();
  std::size_t n = 0;
  while (at_ + n < text_.size() && is_letter(text_[at_ + n])) ++n;
  return rest().substr(0, n);
}

}  // namespace capexdb::importers
