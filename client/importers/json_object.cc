#include "client/importers/json_object.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "proto/model/decimal.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

tl::unexpected<Error> refuse_json(const char* reason, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), {}, reason});
}

// Collects the first level and passes over what lies deeper.
class FirstLevel : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonObject object;
  std::optional<Error> error;
  bool is_object = false;

  bool null() override { return scalar(""); }
  bool boolean(bool flag) override { return scalar(flag ? "yes" : "no"); }
  bool number_integer(number_integer_t number) override { return scalar(std::to_string(number)); }
  bool number_unsigned(number_unsigned_t number) override { return scalar(std::to_string(number)); }
  bool number_float(number_float_t, const string_t& written) override {
    if (depth_ != 1) return true;
    auto plain = plain_digits(written);
    if (!plain) {
      error = std::move(plain.error());
      error->field = key_;
      return false;
    }
    return scalar(std::move(*plain));
  }
  bool string(string_t& text) override { return scalar(std::move(text)); }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    if (depth_ == 0) is_object = true;
    return enter();
  }
  bool end_object() override { return --depth_, true; }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override { return --depth_, true; }
  bool key(string_t& name) override {
    if (depth_ == 1) key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::json::exception&) override {
    position_ = position;
    token_ = token;
    error = Error{Errc::invalid_argument,
                  "not valid JSON at byte " + std::to_string(position) +
                      (token.empty() ? "" : ", near '" + token.substr(0, 40) + "'"),
                  {},
                  "bad_json"};
    return false;
  }
  std::size_t position() const { return position_; }

 private:
  bool scalar(std::string text) {
    if (depth_ != 1) return true;
    object.names.push_back(key_);
    object.values.push_back(std::move(text));
    return true;
  }
  bool enter() {
    if (depth_ == 1) object.nested.push_back(key_);
    ++depth_;
    return true;
  }

  std::size_t depth_ = 0;
  std::string key_;
  std::size_t position_ = 0;
  std::string token_;
};

}  // namespace

Result<JsonObject> parse_json_object(std::string_view text) {
  FirstLevel sax;
  const bool good = nlohmann::json::sax_parse(text.begin(), text.end(), &sax);
  if (!good) {
    if (!sax.error) return refuse_json("bad_json", "not valid JSON");
    if (sax.error->reason == "bad_json" && sax.is_object && sax.position() > text.size()) {
      return refuse_json("json_cut_short", "the JSON object ends too early");
    }
    return fail(std::move(*sax.error));
  }
  if (!sax.is_object) return refuse_json("bad_json", "the line is JSON but not an object");
  return std::move(sax.object);
}

Result<std::string> plain_digits(std::string_view json_number) {
  const auto too_long = [&] {
    return refuse_json("decimal_overflow", "the number " + std::string(json_number.substr(0, 60)) +
                                               " is not a number of at most 38 digits");
  };
  const auto no_number = [&] {
    return refuse_json("bad_number", quoted(json_number) + " is not a number");
  };
  const std::size_t e = json_number.find_first_of("eE");
  const auto number = Decimal::parse(json_number.substr(0, e));
  if (!number) return number.error().reason == "decimal_overflow" ? too_long() : no_number();
  if (e == std::string_view::npos) return number->to_string();
  std::string_view exponent = json_number.substr(e + 1);
  const bool minus = exponent.starts_with('-');
  if (minus || exponent.starts_with('+')) exponent.remove_prefix(1);
  if (exponent.empty() || exponent.find_first_not_of("0123456789") != std::string_view::npos) {
    return no_number();
  }
  const auto size = parse_unsigned(exponent);
  if (!size || *size > 1000) return too_long();
  const int power = minus ? -static_cast<int>(*size) : static_cast<int>(*size);
  const int scale = number->scale() - power;
  if (scale >= 0) {
    const auto shifted = Decimal::make(number->mantissa(), scale);
    if (!shifted) return too_long();
    return shifted->to_string();
  }
  if (number->is_zero()) return std::string("0");
  const int128 size_now = number->is_negative() ? -number->mantissa() : number->mantissa();
  if (-scale > Decimal::kDigitsMax - 1 || size_now >= power_of_ten(Decimal::kDigitsMax + scale)) {
    return too_long();
  }
  const auto shifted = Decimal::make(number->mantissa() * power_of_ten(-scale), 0);
  if (!shifted) return too_long();
  return shifted->to_string();
}

}  // namespace capexdb::importers
