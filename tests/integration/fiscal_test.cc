// Fiscal labels in files, from the command line to the log and back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/integration/processes.h"

namespace capexdb::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kMinimalHeader = "company,metric,period,value,currency,source,published_at\n";
constexpr const char* kCalendar =
    R"({"catalog_change":{"parties":[{"id":"newcomer","name":"Newcomer","fiscal_year_end":"%"}]}})";

std::string calendar_event(const std::string& rule) {
  std::string text = kCalendar;
  return text.replace(text.find('%'), 1, rule) + "\n";
}

class FiscalLabels : public testing::Test {
 protected:
  FiscalLabels() : daemon_(directory_ / "data") {}

  Outcome ingest(const std::string& name, const std::string& text,
                 std::vector<std::string> more = {}) {
    write_file(directory_ / name, text);
    std::vector<std::string> words = {"ingest", (directory_ / name).string()};
    words.insert(words.end(), more.begin(), more.end());
    return daemon_.capex(words);
  }
  // "2024-01-29 2024-04-28 369000000" for each cell.
  std::string cells(const std::string& company) {
    const Outcome outcome = daemon_.capex({"get", company, "capex", "-o", "json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    std::string text;
    const json answer = json::parse(outcome.out);
    for (const json& row : answer["rows"]) {
      text += row["start"].get<std::string>() + " " + row["end"].get<std::string>() + " " +
              row["value"].get<std::string>() + "\n";
    }
    return text;
  }

  TemporaryDirectory directory_;
  Daemon daemon_;
};

TEST_F(FiscalLabels, CsvAndJsonLinesAreReadByTheCompanysCalendar) {
  const Outcome csv =
      ingest("a.csv", std::string(kMinimalHeader) +
                          "Nvidia,capex,Q1 FY2025,369m,USD,SEC EDGAR,2024-05-29\n"
                          "Nvidia,capex,FY2025-H1,1346m,USD,SEC EDGAR,2024-08-28\n");
  EXPECT_EQ(csv.exit_code, 0) << csv.err;
  const Outcome lines = ingest(
      "b.jsonl",
      R"({"source":{"publisher":"SEC EDGAR"},"published_at":"2024-11-20","capex":{"subject":)"
      R"({"name":"NVDA"},"period":{"label":"FY2025-9M"},"amount":{"value":"2159000000",)"
      R"("currency":"USD"}}})"
      "\n"
      R"({"company":"Nvidia","metric":"capex","period":"fiscal 2025","value":3236000000,)"
      R"("currency":"USD","source":"SEC EDGAR","published_at":"2025-02-26"})"
      "\n");
  EXPECT_EQ(lines.exit_code, 0) << lines.err;
  EXPECT_EQ(cells("nvidia"),
            "2024-01-29 2024-04-28 369000000\n"
            "2024-01-29 2024-07-28 1346000000\n"
            "2024-01-29 2024-10-27 2159000000\n"
            "2024-01-29 2025-01-26 3236000000\n");
  // The store derives from it as from dates.
  const Outcome quarter =
      daemon_.capex({"get", "nvidia", "capex", "2024-Q2", "--every", "quarter", "-o", "json"});
  EXPECT_EQ(json::parse(quarter.out)["rows"][0]["value"], "977000000") << quarter.out;
  const Outcome shown = daemon_.capex({"show", "3", "-o", "json"});
  EXPECT_THAT(shown.out, HasSubstr("FY2025"));
}

TEST_F(FiscalLabels, AnUnknownCalendarIsRefusedAndTheRejectsGoInOnceItIsKnown) {
  const std::string row = "Newcomer,capex,FY2025-Q1,5,USD,FT,2024-08-26\n";
  const std::string rejects = (directory_ / "rejects.csv").string();
  const Outcome refused =
      ingest("a.csv", kMinimalHeader + row, {"--rejects", rejects, "-o", "json"});
  EXPECT_EQ(refused.exit_code, 65);
  const json verdict = json::parse(refused.out)["verdicts"][0];
  EXPECT_EQ(verdict["code"], "unknown_fiscal_calendar");
  EXPECT_EQ(verdict["field"], "period.label");
  EXPECT_THAT(verdict["message"].get<std::string>(), HasSubstr("give start and end"));
  EXPECT_EQ(read_file(rejects), kMinimalHeader + row);

  EXPECT_EQ(ingest("calendar.jsonl", calendar_event("06-30")).exit_code, 0);
  const Outcome again = daemon_.capex({"ingest", rejects});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(cells("newcomer"), "2024-07-01 2024-09-30 5\n");
}

TEST_F(FiscalLabels, ALaterCalendarMovesNothingAndTheLogGivesTheSameRows) {
  EXPECT_EQ(ingest("c1.jsonl", calendar_event("06-30")).exit_code, 0);
  ingest("a.csv", std::string(kMinimalHeader) + "Newcomer,capex,FY2025-Q1,5,USD,FT,2024-08-26\n");
  EXPECT_EQ(ingest("c2.jsonl", calendar_event("12-31")).exit_code, 0);
  ingest("b.csv", std::string(kMinimalHeader) + "Newcomer,capex,FY2025-Q2,7,USD,FT,2024-08-26\n");
  EXPECT_EQ(cells("newcomer"), "2024-07-01 2024-09-30 5\n2025-04-01 2025-06-30 7\n");
  const Outcome parsed =
      daemon_.capex({"parse", "Q1 FY25", "--company", "Newcomer", "-o", "jsonl"});
  EXPECT_EQ(json::parse(parsed.out)["start"], "2025-01-01") << parsed.err;
  EXPECT_EQ(daemon_.terminate(), 0);
  const Outcome check = run({program("capexd"), "check", "--data-dir", directory_ / "data"});
  EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
}

}  // namespace
}  // namespace capexdb::test
