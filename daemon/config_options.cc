#include "daemon/config_options.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <type_traits>

#include "proto/model/text.h"

namespace capexdb::daemon {
namespace {

template <auto kField>
auto& field(Config& config) {
  return config.*kField;
}
template <auto kField>
auto& rules_field(Config& config) {
  return config.plausibility.*kField;
}
template <Rule kRule>
bool& enabled(Config& config) {
  return config.plausibility.of(kRule).enabled;
}
template <Rule kRule>
Texts& held(Config& config) {
  return config.plausibility.of(kRule).hold;
}

std::string rate_fault(std::string_view text) {
  const auto rate = parse_usual_rate(text);
  return rate ? std::string() : rate.error().message;
}
std::string name_fault(std::string_view text) {
  return !slug(text).empty() ? std::string() : "a metric's id is not empty";
}

template <Rule kRule>
void add_rule(std::vector<Option>& table) {
  const std::string name = "plausibility." + std::string(name_of(kRule));
  table.push_back({name + ".enabled", &enabled<kRule>});
  table.push_back({name + ".hold", &held<kRule>, 0, 0, producer_pattern_fault});
}

template <auto kField>
auto& feed_field(Config& config) {
  return config.feed.*kField;
}

std::vector<Option> make_options() {
  using Rules = PlausibilityRules;
  std::vector<Option> table = {
      {"listen", &field<&Config::listen>},
      {"data_dir", &field<&Config::data_dir>},
      {"catalog", &field<&Config::catalog>},
      {"log_level", &field<&Config::log_level>},
      {"query_threads", &field<&Config::query_threads>, 1, 256},
      {"query_rows_max", &field<&Config::query_rows_max>, 1, 10'000'000},
      {"query_deadline_ms", &field<&Config::query_deadline_ms>, 1, 3'600'000},
      {"query_memory_mib", &field<&Config::query_memory_mib>, 16, 1U << 20U},
      {"connections_max", &field<&Config::connections_max>, 1, 100'000},
      {"message_bytes_max", &field<&Config::message_bytes_max>, 64U << 10U, 64U << 20U},
      {"block_cache_mib", &field<&Config::block_cache_mib>, 8, 1U << 20U},
      {"write_buffer_mib", &field<&Config::write_buffer_mib>, 1, 4096},
      {"feed.retention_events", &feed_field<&Config::Feed::retention_events>, 0,
       std::uint64_t{1} << 62U},
      {"feed.retention_days", &feed_field<&Config::Feed::retention_days>, 0, 36'500},
      {"plausibility.enabled", &rules_field<&Rules::enabled>},
      {"plausibility.hold", &rules_field<&Rules::hold>, 0, 0, producer_pattern_fault},
      {"plausibility.neighbours_max", &rules_field<&Rules::neighbours_max>, 2, 64},
      {"plausibility.neighbours_min", &rules_field<&Rules::neighbours_min>, 1, 64},
  };
  add_rule<Rule::unit_slip>(table);
  table.push_back({"plausibility.unit_slip.powers", &rules_field<&Rules::unit_slip_powers>, 2, 12});
  table.push_back({"plausibility.unit_slip.factor_percent",
                   &rules_field<&Rules::unit_slip_factor_percent>, 101, 300});
  add_rule<Rule::currency_slip>(table);
  table.push_back({"plausibility.currency_slip.within_percent",
                   &rules_field<&Rules::currency_slip_within_percent>, 0, 25});
  table.push_back({"plausibility.currency_slip.neighbours_within_percent",
                   &rules_field<&Rules::currency_slip_neighbours_within_percent>, 0, 50});
  table.push_back({"plausibility.currency_slip.rate_min_percent",
                   &rules_field<&Rules::currency_slip_rate_min_percent>, 105, 1000});
  table.push_back({"plausibility.currency_slip.rates", &rules_field<&Rules::currency_slip_rates>, 0,
                   0, rate_fault});
  add_rule<Rule::year_to_date>(table);
  table.push_back({"plausibility.year_to_date.within_percent",
                   &rules_field<&Rules::year_to_date_within_percent>, 0, 100});
  table.push_back({"plausibility.year_to_date.times_percent",
                   &rules_field<&Rules::year_to_date_times_percent>, 101, 400});
  add_rule<Rule::sign_flip>(table);
  table.push_back({"plausibility.sign_flip.neighbours_min",
                   &rules_field<&Rules::sign_flip_neighbours_min>, 1, 64});
  table.push_back({"plausibility.sign_flip.may_change", &rules_field<&Rules::sign_flip_may_change>,
                   0, 0, name_fault});
  add_rule<Rule::other_company>(table);
  table.push_back({"plausibility.other_company.digits_min",
                   &rules_field<&Rules::other_company_digits_min>, 1, 18});
  table.push_back({"plausibility.other_company.digits_min_elsewhere",
                   &rules_field<&Rules::other_company_digits_min_elsewhere>, 1, 18});
  table.push_back({"plausibility.other_company.statements",
                   &rules_field<&Rules::other_company_statements>, 1, 1U << 22U});
  add_rule<Rule::fiscal_label>(table);
  table.push_back({"plausibility.fiscal_label.slack_days",
                   &rules_field<&Rules::fiscal_label_slack_days>, 0, 20});
  return table;
}

template <class T>
constexpr const char* needed() {
  if constexpr (std::is_same_v<T, std::string>) return "a text in quotes";
  if constexpr (std::is_same_v<T, std::uint64_t>) return "a whole number";
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_same_v<T, Texts>) return "a list of texts in quotes";
  return "a list of whole numbers";
}

Result<void> check_number(const Option& option, std::uint64_t value, const std::string& where) {
  if (value >= option.min && value <= option.max) return {};
  return wrong_setting(where, option.name + " is " + std::to_string(value) + "; " +
                                  std::to_string(option.min) + " to " + std::to_string(option.max) +
                                  " are allowed");
}

// Whether the value is within what the option allows.
template <class T>
Result<void> check_value(const Option& option, const T& value, const std::string& where) {
  if constexpr (std::is_same_v<T, std::uint64_t>) {
    return check_number(option, value, where);
  } else if constexpr (std::is_same_v<T, Numbers>) {
    if (value.empty())
      return wrong_setting(where, option.name + " is empty; give at least one number");
    for (const std::uint64_t number : value) CAPEXDB_TRY(check_number(option, number, where));
  } else if constexpr (std::is_same_v<T, Texts>) {
    for (const std::string& text : value) {
      if (std::string fault = option.fault(text); !fault.empty()) {
        return wrong_setting(where, option.name + ": " + fault);
      }
    }
  }
  return {};
}

// What a text means as a value of that type; nothing where it means none.
template <class T>
std::optional<T> read_value(const std::string& text) {
  if constexpr (std::is_same_v<T, std::string>) return text;
  if constexpr (std::is_same_v<T, std::uint64_t>) return parse_unsigned(text);
  if constexpr (std::is_same_v<T, bool>) {
    if (text == "true" || text == "false") return text == "true";
    return std::nullopt;
  }
  if constexpr (std::is_same_v<T, Texts> || std::is_same_v<T, Numbers>) {
    T list;
    if (trim(text).empty()) return list;
    for (const std::string& part : split(text, ',')) {
      auto one = read_value<typename T::value_type>(part);
      if (!one) return std::nullopt;
      list.push_back(std::move(*one));
    }
    return list;
  }
}

template <class T>
std::optional<T> read_value(const toml::node& node) {
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, bool>) {
    return node.value_exact<T>();
  } else if constexpr (std::is_same_v<T, std::uint64_t>) {
    const auto value = node.value_exact<std::int64_t>();
    return value && *value >= 0 ? std::optional(static_cast<T>(*value)) : std::nullopt;
  } else {
    const toml::array* array = node.as_array();
    if (array == nullptr) return std::nullopt;
    T list;
    for (const toml::node& entry : *array) {
      auto one = read_value<typename T::value_type>(entry);
      if (!one) return std::nullopt;
      list.push_back(std::move(*one));
    }
    return list;
  }
}

// `from` is a text (of a variable or a flag) or a node of a file.
template <class From>
Result<void> set(Config& config, const Option& option, const From& from, const std::string& where) {
  return std::visit(
      [&](auto member) -> Result<void> {
        auto& target = member(config);
        using T = std::decay_t<decltype(target)>;
        auto value = read_value<T>(from);
        if (!value) {
          std::string is = option.name;
          if constexpr (std::is_same_v<From, std::string>) is += " is '" + from + "'; it";
          return wrong_setting(where, is + " needs " + needed<T>());
        }
        CAPEXDB_TRY(check_value(option, *value, where));
        target = std::move(*value);
        return {};
      },
      option.member);
}

}  // namespace

const std::vector<Option>& options() {
  static const std::vector<Option> table = make_options();
  return table;
}

const Option* find_option(std::string_view name) {
  const auto& all = options();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Option& option) { return option.name == name; });
  return found == all.end() ? nullptr : &*found;
}

bool is_table(std::string_view name) {
  const std::string prefix = std::string(name) + ".";
  const auto& all = options();
  return std::any_of(all.begin(), all.end(),
                     [&](const Option& option) { return option.name.starts_with(prefix); });
}

tl::unexpected<Error> wrong_setting(const std::string& where, const std::string& what) {
  return fail(Errc::invalid_argument, where + ": " + what);
}

Result<void> set_option(Config& config, const Option& option, const toml::node& node,
                        const std::string& where) {
  return set(config, option, node, where);
}

Result<void> set_option(Config& config, const Option& option, const std::string& text,
                        const std::string& where) {
  return set(config, option, text, where);
}

std::string config_to_string(const Config& config) {
  Config copy = config;  // members are found in what may be changed
  std::ostringstream out;
  const auto print = [&out](const auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, bool>) {
      out << (value ? "true" : "false");
    } else if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
      out << toml::value<std::string>(value);
    } else {
      out << value;
    }
  };
  for (const Option& option : options()) {
    out << option.name << " = ";
    std::visit(
        [&](auto member) {
          const auto& value = member(copy);
          using T = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<T, Texts> || std::is_same_v<T, Numbers>) {
            out << '[';
            for (std::size_t i = 0; i < value.size(); ++i) {
              out << (i == 0 ? "" : ", ");
              print(value[i]);
            }
            out << ']';
          } else {
            print(value);
          }
        },
        option.member);
    out << '\n';
  }
  return out.str();
}

}  // namespace capexdb::daemon
