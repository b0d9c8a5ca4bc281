// Reads a written number from left to right, word by word.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace capexdb::notation {

// Typographic signs are read as their ASCII spelling ("≥" as ">=", a dash as ".."),
// runs of blanks as one blank, and blanks that keep digits together as
// kThousandsMark.
class Cursor {
 public:
  explicit Cursor(std::string_view text);

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
  bool take_any(std::span<const std::string_view> phrases);
  // The run of letters here, which is not taken.
  std::string_view word();

 private:
  std::string text_;
  std::string lower_;
  std::size_t at_ = 0;
};

}  // namespace capexdb::notation
