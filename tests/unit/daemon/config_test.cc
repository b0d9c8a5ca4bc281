#include "daemon/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

namespace capexdb::daemon {
namespace {

using ::testing::HasSubstr;

Environment environment(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

std::string shipped_file() {
  std::ifstream in(CAPEXDB_SOURCE_DIR "/config/capexd.toml");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The shipped file with its settings no longer commented out.
std::string uncommented() {
  std::istringstream in(shipped_file());
  std::string out;
  for (std::string line; std::getline(in, line);) {
    for (const std::string& name : option_names()) {
      if (line.starts_with("# " + name + " = ")) line = line.substr(2);
    }
    out += line + "\n";
  }
  return out;
}

TEST(Config, TheShippedFileChangesNothing) {
  const auto config = parse_config(shipped_file(), "capexd.toml");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(*config, Config{});
}

TEST(Config, TheShippedFileNamesEveryOptionWithItsDefault) {
  const std::string text = uncommented();
  for (const std::string& name : option_names()) {
    EXPECT_THAT(text, HasSubstr("\n" + name + " = "));
  }
  const auto config = parse_config(text, "capexd.toml");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(*config, Config{});
}

TEST(Config, ShownSettingsCanBeReadBack) {
  Config config;
  config.data_dir = "/a \"b\"\\c";
  config.query_threads = 7;
  config.plausibility.enabled = false;
  config.plausibility.hold = {"a \"b\"", "scraper-*"};
  config.plausibility.unit_slip_powers = {3};
  config.plausibility.of(Rule::fiscal_label).enabled = false;
  config.plausibility.of(Rule::fiscal_label).hold = {"x"};
  config.plausibility.currency_slip_rates = {};
  const auto again = parse_config(config_to_string(config), "shown");
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(*again, config);
}

TEST(Config, AnUnknownOptionIsNamedWithItsLineAndTheNearest) {
  const auto config = parse_config("listen = \"127.0.0.1:1\"\n\nquery_thread = 3\n", "x.toml");
  ASSERT_FALSE(config.has_value());
  EXPECT_THAT(config.error().message, HasSubstr("x.toml:3: unknown option 'query_thread'"));
  EXPECT_THAT(config.error().message, HasSubstr("did you mean 'query_threads'?"));
}

TEST(Config, WrongValuesAreNamedWithTheirLine) {
  const auto says = [](const char* text) {
    const auto config = parse_config(text, "x.toml");
    return config ? std::string("ok") : config.error().message;
  };
  EXPECT_THAT(says("listen = 7411"), HasSubstr("x.toml:1: listen needs a text in quotes"));
  EXPECT_THAT(says("query_threads = \"2\""), HasSubstr("needs a whole number"));
  EXPECT_THAT(says("query_threads = -1"), HasSubstr("needs a whole number"));
  EXPECT_THAT(says("query_threads = 0"), HasSubstr("1 to 256 are allowed"));
  EXPECT_THAT(says("\nlisten = "), HasSubstr("x.toml:2"));
}

TEST(Config, TablesAndDottedKeysSayTheSame) {
  const auto tables = parse_config(
      "[plausibility]\nhold = [\"vendor\", \"scraper-*\"]\nneighbours_max = 12\n"
      "[plausibility.unit_slip]\nenabled = false\nhold = [\"x\"]\npowers = [3, 6]\n",
      "x.toml");
  ASSERT_TRUE(tables.has_value()) << tables.error().message;
  const auto dotted = parse_config(
      "plausibility.hold = [\"vendor\", \"scraper-*\"]\nplausibility.neighbours_max = 12\n"
      "plausibility.unit_slip = {enabled = false, hold = [\"x\"], powers = [3, 6]}\n",
      "x.toml");
  ASSERT_TRUE(dotted.has_value()) << dotted.error().message;
  EXPECT_EQ(*tables, *dotted);
  EXPECT_EQ(tables->plausibility.hold, (std::vector<std::string>{"vendor", "scraper-*"}));
  EXPECT_FALSE(tables->plausibility.of(Rule::unit_slip).enabled);
  EXPECT_TRUE(tables->plausibility.holds(Rule::sign_flip, "scraper-7"));
  EXPECT_EQ(tables->plausibility.unit_slip_powers, (std::vector<std::uint64_t>{3, 6}));
}

TEST(Config, WrongSettingsOfPlausibilityAreNamedWithTheirKeyAndLine) {
  const auto says = [](const std::string& text) {
    const auto config = parse_config("[plausibility]\n" + text + "\n", "x.toml");
    return config ? std::string("ok") : config.error().message;
  };
  EXPECT_EQ(says(""), "ok");
  EXPECT_THAT(says("enabled = 1"), HasSubstr("x.toml:2: plausibility.enabled needs true or false"));
  EXPECT_THAT(says("hold = \"a\""), HasSubstr("plausibility.hold needs a list of texts"));
  EXPECT_THAT(says("hold = [1]"), HasSubstr("plausibility.hold needs a list of texts"));
  EXPECT_THAT(says("hold = [\"a*b\"]"),
              HasSubstr("plausibility.hold: 'a*b': '*' stands at the end only"));
  EXPECT_THAT(says("hold = [\"\"]"), HasSubstr("plausibility.hold: a producer id is not empty"));
  EXPECT_THAT(says("unit_slip.powers = []"), HasSubstr("plausibility.unit_slip.powers is empty"));
  EXPECT_THAT(says("unit_slip.powers = [1]"), HasSubstr("2 to 12 are allowed"));
  EXPECT_THAT(says("unit_slip.factor_percent = 100"),
              HasSubstr("plausibility.unit_slip.factor_percent is 100; 101 to 300 are allowed"));
  EXPECT_THAT(says("currency_slip.rates = [\"7.2\"]"),
              HasSubstr("plausibility.currency_slip.rates: '7.2' is no rate such as"));
  EXPECT_THAT(says("sign_flip.may_change = [\"\"]"), HasSubstr("a metric's id is not empty"));
  EXPECT_THAT(says("unit_slp.enabled = true"),
              HasSubstr("x.toml:2: unknown option 'plausibility.unit_slp"));
  EXPECT_THAT(says("unit_slip.enable = true"),
              HasSubstr("did you mean 'plausibility.unit_slip.enabled'?"));
  EXPECT_THAT(says("unit_slip = true"),
              HasSubstr("plausibility.unit_slip needs a table: [plausibility.unit_slip]"));
  const auto config =
      load_config("", environment({{"CAPEXDB_PLAUSIBILITY_NEIGHBOURS_MIN", "9"}}), {});
  ASSERT_FALSE(config.has_value());
  EXPECT_THAT(config.error().message, HasSubstr("neighbours_min is above"));
}

TEST(Config, ListsOfVariablesArePartedByCommas) {
  const auto config = load_config("",
                                  environment({{"CAPEXDB_PLAUSIBILITY_HOLD", "vendor, scraper-*"},
                                               {"CAPEXDB_PLAUSIBILITY_SIGN_FLIP_ENABLED", "false"},
                                               {"CAPEXDB_PLAUSIBILITY_UNIT_SLIP_POWERS", "3,6"},
                                               {"CAPEXDB_PLAUSIBILITY_CURRENCY_SLIP_RATES", ""}}),
                                  {});
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->plausibility.hold, (std::vector<std::string>{"vendor", "scraper-*"}));
  EXPECT_FALSE(config->plausibility.of(Rule::sign_flip).enabled);
  EXPECT_EQ(config->plausibility.unit_slip_powers, (std::vector<std::uint64_t>{3, 6}));
  EXPECT_TRUE(config->plausibility.currency_slip_rates.empty());
  const auto wrong =
      load_config("", environment({{"CAPEXDB_PLAUSIBILITY_SIGN_FLIP_ENABLED", "no"}}), {});
  ASSERT_FALSE(wrong.has_value());
  EXPECT_THAT(wrong.error().message, HasSubstr("CAPEXDB_PLAUSIBILITY_SIGN_FLIP_ENABLED"));
}

TEST(Config, AFlagBeatsAVariableBeatsTheFileBeatsTheDefault) {
  const std::string file = testing::TempDir() + "capexd_config_test.toml";
  std::ofstream(file) << "query_threads = 3\nconnections_max = 30\nlog_level = \"warn\"\n";
  const auto config = load_config(
      file, environment({{"CAPEXDB_CONNECTIONS_MAX", "40"}, {"CAPEXDB_LOG_LEVEL", "error"}}),
      {{"log_level", "debug"}});
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->query_threads, 3U);
  EXPECT_EQ(config->connections_max, 40U);
  EXPECT_EQ(config->log_level, "debug");
  EXPECT_EQ(config->query_rows_max, Config{}.query_rows_max);
}

TEST(Config, AVariableMayNameTheFile) {
  const auto config = load_config("", environment({{"CAPEXDB_CONFIG", "/no/such.toml"}}), {});
  ASSERT_FALSE(config.has_value());
  EXPECT_THAT(config.error().message, HasSubstr("/no/such.toml"));
}

TEST(Config, AVariableWithAWrongValueIsNamed) {
  const auto config = load_config("", environment({{"CAPEXDB_QUERY_THREADS", "many"}}), {});
  ASSERT_FALSE(config.has_value());
  EXPECT_THAT(config.error().message, HasSubstr("CAPEXDB_QUERY_THREADS"));
}

TEST(Config, TheDataDirectoryFollowsTheEnvironment) {
  EXPECT_EQ(default_data_dir(environment({{"HOME", "/home/u"}})), "/home/u/.local/state/capexdb");
  EXPECT_EQ(default_data_dir(environment({{"HOME", "/home/u"}, {"XDG_STATE_HOME", "/s"}})),
            "/s/capexdb");
  EXPECT_EQ(default_data_dir(environment({{"HOME", "/r"}, {"STATE_DIRECTORY", "/var/lib/c"}})),
            "/var/lib/c");
  EXPECT_EQ(default_data_dir(environment({})), "/var/lib/capexdb");
}

TEST(Config, OnlyAddressesOfThisMachineAreListenedOn) {
  for (const char* text : {"127.0.0.1:7411", "127.8.8.8:0", "[::1]:80", "localhost:7411"}) {
    const auto address = parse_listen(text);
    EXPECT_TRUE(address.has_value()) << text << ": " << address.error().message;
  }
  for (const char* text : {"0.0.0.0:7411", "192.168.1.4:7411", "[::]:7411", "[2001:db8::1]:7411"}) {
    const auto address = parse_listen(text);
    ASSERT_FALSE(address.has_value()) << text;
    EXPECT_EQ(address.error().code, Errc::permission_denied) << text;
    EXPECT_THAT(address.error().message, HasSubstr("neither TLS nor tokens"));
  }
  for (const char* text : {"", "7411", "127.0.0.1", "127.0.0.1:70000", "host:7411", ":7411"}) {
    const auto address = parse_listen(text);
    ASSERT_FALSE(address.has_value()) << text;
    EXPECT_EQ(address.error().code, Errc::invalid_argument) << text;
  }
  EXPECT_FALSE(load_config("", environment({}), {{"listen", "0.0.0.0:7411"}}).has_value());
}

}  // namespace
}  // namespace capexdb::daemon
