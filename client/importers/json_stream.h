// A JSON document token by token, however large it is: memory does not grow with
// it. Numbers are the text that they were written with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/importers/byte_source.h"
#include "proto/model/error.h"

namespace capexdb::importers {

enum class JsonToken : std::uint8_t {
  begin_object,
  end_object,
  begin_array,
  end_array,
  name,     // of a member; its value is the next token
  text,     //
  number,   // as written: "2.30e10"
  literal,  // true, false, null
  end,      // of the input, between two documents
};

// Reads documents of RFC 8259, one behind the other. A byte order mark is passed
// over. UTF-8 is not looked into: the bytes of a text are as they came.
class JsonStream {
 public:
  // What is kept of a text or a number; the rest of a longer one is dropped.
  static constexpr std::size_t kTextBytesMax = 64U << 10U;
  static constexpr std::size_t kDepthMax = 64;

  // `source` must outlive the stream.
  explicit JsonStream(ByteSource& source) : source_(source) {}

  // Errors, after which nothing can be read: invalid_argument, reason "bad_json",
  // or "truncated" where the input only ends too early; both name the byte.
  Result<JsonToken> next();
  // Passes over the value whose first token is `first`, which was just read.
  Result<void> skip(JsonToken first);

  // Of the last name, text, number or literal.
  const std::string& text() const { return text_; }
  bool cut() const { return cut_; }  // text() is not all of it

  // From here on the bytes between tokens' ends are kept without blanks, so that
  // they stand on one line; at most `bytes_max`.
  void record(std::string begin, std::size_t bytes_max);
  // What was kept since, and no more is. Empty where there was no room for it.
  std::string recorded();

 private:
  enum class Expect { value, value_or_end, name, name_or_end, comma_or_end };

  int get();
  int skip_blanks();
  void keep(char c);
  Result<JsonToken> value(int first);
  Result<void> read_text();
  Result<void> read_escape();
  Result<std::uint32_t> read_hex();
  Result<void> read_number(int first);
  Result<void> read_digits();
  Result<void> read_literal(int first);
  Result<JsonToken> open(char bracket);
  Result<JsonToken> close(char bracket);
  void after_value();
  tl::unexpected<Error> bad(const std::string& why) const;
  tl::unexpected<Error> bad_at(int c, const std::string& wanted) const;

  ByteSource& source_;
  Expect expect_ = Expect::value;
  std::string brackets_;  // those that are open
  std::string text_;
  bool cut_ = false;
  bool recording_ = false;
  std::string record_;
  std::size_t record_bytes_max_ = 0;
};

}  // namespace capexdb::importers
