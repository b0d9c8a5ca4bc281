#include "client/importers/json_stream.h"

#include <string_view>
#include <utility>

namespace capexdb::importers {
namespace {

bool is_json_blank(int c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_json_digit(int c) { return c >= '0' && c <= '9'; }

void append_utf8(std::uint32_t c, std::string& to) {
  const auto tail = [&](unsigned shift) {
    to.push_back(static_cast<char>(0x80U | ((c >> shift) & 0x3FU)));
  };
  if (c < 0x80) {
    to.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    to.push_back(static_cast<char>(0xC0U | (c >> 6U)));
    tail(0);
  } else if (c < 0x10000) {
    to.push_back(static_cast<char>(0xE0U | (c >> 12U)));
    tail(6);
    tail(0);
  } else {
    to.push_back(static_cast<char>(0xF0U | (c >> 18U)));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace

tl::unexpected<Error> JsonStream::bad(const std::string& why) const {
  return fail(Error{Errc::invalid_argument,
                    "not valid JSON at byte " + std::to_string(source_.offset()) + ": " + why,
                    {},
                    "bad_json"});
}

// `c` was read where something else was wanted.
tl::unexpected<Error> JsonStream::bad_at(int c, const std::string& wanted) const {
  if (c != ByteSource::kEnd) return bad(wanted + " is wanted there");
  return fail(Error{Errc::invalid_argument,
                    "the JSON is cut short: it ends at byte " + std::to_string(source_.offset()) +
                        ", where " + wanted + " is wanted",
                    {},
                    "truncated"});
}

void JsonStream::record(std::string begin, std::size_t bytes_max) {
  recording_ = true;
  record_ = std::move(begin);
  record_bytes_max_ = bytes_max;
}

std::string JsonStream::recorded() {
  recording_ = false;
  if (record_.size() > record_bytes_max_) record_.clear();
  return std::exchange(record_, {});
}

int JsonStream::get() {
  const int c = source_.get();
  if (recording_ && c != ByteSource::kEnd && record_.size() <= record_bytes_max_) {
    record_.push_back(static_cast<char>(c));
  }
  return c;
}

// The first byte that is no blank, not yet read.
int JsonStream::skip_blanks() {
  while (is_json_blank(source_.peek())) source_.get();
  return source_.peek();
}

void JsonStream::keep(char c) {
  if (text_.size() < kTextBytesMax) {
    text_.push_back(c);
  } else {
    cut_ = true;
  }
}

Result<JsonToken> JsonStream::next() {
  static constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (source_.offset() == 0 && source_.ahead(kMark.size()) == kMark) {
    for (std::size_t i = 0; i < kMark.size(); ++i) source_.get();
  }
  int c = skip_blanks();
  if (brackets_.empty() && c == ByteSource::kEnd && expect_ == Expect::value) return JsonToken::end;
  if (expect_ == Expect::comma_or_end) {
    const bool object = brackets_.back() == '{';
    if (c == (object ? '}' : ']')) return close(object ? '{' : '[');
    if (c != ',') return bad_at(c, object ? "',' or '}'" : "',' or ']'");
    get();
    expect_ = object ? Expect::name : Expect::value;
    c = skip_blanks();
  }
  if (expect_ == Expect::name || expect_ == Expect::name_or_end) {
    if (expect_ == Expect::name_or_end && c == '}') return close('{');
    if (c != '"') return bad_at(c, "a name in quotes");
    get();
    CAPEXDB_TRY(read_text());
    c = skip_blanks();
    if (c != ':') return bad_at(c, "':'");
    get();
    expect_ = Expect::value;
    return JsonToken::name;
  }
  if (expect_ == Expect::value_or_end && c == ']') return close('[');
  return value(c);
}

Result<JsonToken> JsonStream::value(int first) {
  switch (first) {
    case '{':
    case '[':
      return open(static_cast<char>(first));
    case '"': {
      get();
      CAPEXDB_TRY(read_text());
      after_value();
      return JsonToken::text;
    }
    case 't':
    case 'f':
    case 'n': {
      CAPEXDB_TRY(read_literal(first));
      after_value();
      return JsonToken::literal;
    }
    default: {
      if (first != '-' && !is_json_digit(first)) return bad_at(first, "a value");
      CAPEXDB_TRY(read_number(first));
      after_value();
      return JsonToken::number;
    }
  }
}

Result<JsonToken> JsonStream::open(char bracket) {
  if (brackets_.size() == kDepthMax) {
    return bad("it is nested deeper than " + std::to_string(kDepthMax) + " levels");
  }
  get();
  brackets_.push_back(bracket);
  expect_ = bracket == '{' ? Expect::name_or_end : Expect::value_or_end;
  return bracket == '{' ? JsonToken::begin_object : JsonToken::begin_array;
}

Result<JsonToken> JsonStream::close(char bracket) {
  get();
  brackets_.pop_back();
  after_value();
  return bracket == '{' ? JsonToken::end_object : JsonToken::end_array;
}

void JsonStream::after_value() {
  expect_ = brackets_.empty() ? Expect::value : Expect::comma_or_end;
}

Result<void> JsonStream::skip(JsonToken first) {
  if (first != JsonToken::begin_object && first != JsonToken::begin_array) return {};
  const std::size_t outside = brackets_.size() - 1;
  while (brackets_.size() > outside) {
    CAPEXDB_TRY(next());
  }
  return {};
}

// Behind the opening quote.
Result<void> JsonStream::read_text() {
  text_.clear();
  cut_ = false;
  for (;;) {
    const int c = source_.peek();
    if (c == ByteSource::kEnd) return bad_at(c, "a closing quote");
    if (c < 0x20) return bad("a control character stands in a text");
    get();
    if (c == '"') return {};
    if (c == '\\') {
      CAPEXDB_TRY(read_escape());
    } else {
      keep(static_cast<char>(c));
    }
  }
}

Result<void> JsonStream::read_escape() {
  static constexpr std::string_view kEscapes = "\"\\/bfnrt";
  static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const int c = source_.peek();
  if (c != 'u') {
    const std::size_t at =
        c == ByteSource::kEnd ? std::string_view::npos : kEscapes.find(static_cast<char>(c));
    if (at == std::string_view::npos) return bad_at(c, "an escape that JSON knows");
    get();
    keep(kMeanings[at]);
    return {};
  }
  get();
  CAPEXDB_ASSIGN(std::uint32_t code, read_hex());
  if (code >= 0xDC00 && code < 0xE000) return bad("half of a surrogate pair");
  if (code >= 0xD800 && code < 0xDC00) {
    for (const char wanted : {'\\', 'u'}) {
      const int next_byte = source_.peek();
      if (next_byte != wanted) return bad_at(next_byte, "the other half of a surrogate pair");
      get();
    }
    CAPEXDB_ASSIGN(const std::uint32_t low, read_hex());
    if (low < 0xDC00 || low >= 0xE000) return bad("half of a surrogate pair");
    code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
  }
  std::string bytes;
  append_utf8(code, bytes);
  for (const char byte : bytes) keep(byte);
  return {};
}

Result<std::uint32_t> JsonStream::read_hex() {
  std::uint32_t code = 0;
  for (int i = 0; i < 4; ++i) {
    const int c = source_.peek();
    const int lower = c | 0x20;
    int digit = 0;
    if (is_json_digit(c)) {
      digit = c - '0';
    } else if (c != ByteSource::kEnd && lower >= 'a' && lower <= 'f') {
      digit = lower - 'a' + 10;
    } else {
      return bad_at(c, "a hexadecimal digit");
    }
    get();
    code = code << 4U | static_cast<std::uint32_t>(digit);
  }
  return code;
}

Result<void> JsonStream::read_digits() {
  if (!is_json_digit(source_.peek())) return bad_at(source_.peek(), "a digit");
  while (is_json_digit(source_.peek())) keep(static_cast<char>(get()));
  return {};
}

Result<void> JsonStream::read_number(int first) {
  text_.clear();
  cut_ = false;
  if (first == '-') keep(static_cast<char>(get()));
  if (source_.peek() == '0') {
    keep(static_cast<char>(get()));
    if (is_json_digit(source_.peek())) return bad("a number does not start with 0");
  } else {
    CAPEXDB_TRY(read_digits());
  }
  if (source_.peek() == '.') {
    keep(static_cast<char>(get()));
    CAPEXDB_TRY(read_digits());
  }
  if (source_.peek() == 'e' || source_.peek() == 'E') {
    keep(static_cast<char>(get()));
    if (source_.peek() == '+' || source_.peek() == '-') keep(static_cast<char>(get()));
    CAPEXDB_TRY(read_digits());
  }
  return {};
}

Result<void> JsonStream::read_literal(int first) {
  const std::string_view word = first == 't' ? "true" : first == 'f' ? "false" : "null";
  text_ = word;
  cut_ = false;
  for (const char wanted : word) {
    const int c = source_.peek();
    if (c != static_cast<unsigned char>(wanted)) return bad_at(c, "'" + std::string(word) + "'");
    get();
  }
  return {};
}

}  // namespace capexdb::importers
