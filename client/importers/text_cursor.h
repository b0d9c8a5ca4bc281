// Reads a written number from left to right, word by word.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace capexdb::importers {

// Typographic signs are read as their ASCII spelling ("≥" as ">=", a dash as
// ".."), and runs of blanks as one blank.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text);

  bool done() {
    skip_blank();
    return at_ == text_.size();
  }
  // What is not taken yet; valid as long as the cursor.
  std::string_view rest() const { return std::string_view(text_).substr(at_); }
  void advance(std::size_t n) { at_ += n; }
  void skip_blank() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  // A sign or phrase, in lower case. A phrase ends where its word ends.
  bool take(std::string_view phrase);
  template <std::size_t N>
  bool take_any(const std::array<std::string_view, N>& phrases) {
    for (const std::string_view phrase : phrases) {
      if (take(phrase)) return true;
    }
    return false;
  }
  // The run of letters here, which is not taken.
  std::string_view word();

 private:
  std::string text_;
  std::string lower_;
  std::size_t at_ = 0;
};

}  // namespace capexdb::importers
