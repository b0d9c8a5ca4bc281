#include "client/cli/ingest_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/unit/client/run_program.h"

namespace capexdb::cli {
namespace {

v1::Verdict verdict(std::uint32_t index, v1::Outcome outcome, const std::string& code) {
  v1::Verdict verdict;
  verdict.set_index(index);
  verdict.set_outcome(outcome);
  verdict.set_code(code);
  verdict.set_field("capex.period");
  verdict.set_message("say when");
  return verdict;
}

struct Fixture {
  std::ostringstream messages;
  IngestReport report;

  explicit Fixture(bool verbose = false) : report(options(verbose)) {}

  IngestReportOptions options(bool verbose) {
    IngestReportOptions options;
    options.files = {"a.csv", "-"};
    options.verbose = verbose;
    options.keep_verdicts = true;
    options.messages = &messages;
    return options;
  }

  void add(std::size_t file, std::uint64_t line) { report.on_added(RecordPlace{file, line, {}}); }
};

TEST(IngestReport, NamesTheRecordThatAVerdictIsAbout) {
  Fixture f;
  f.add(0, 2);
  f.add(0, 3);
  f.add(1, 1);
  BatchReply first{0, 2, {}};
  first.reply.set_accepted(1);
  first.reply.set_rejected(1);
  first.reply.set_first_sequence(7);
  first.reply.set_last_sequence(7);
  first.reply.set_store_sequence(7);
  *first.reply.add_verdicts() = verdict(1, v1::OUTCOME_REJECTED, "bad_period");
  f.report.on_reply(first);
  BatchReply second{2, 1, {}};
  second.reply.set_accepted(1);
  second.reply.set_first_sequence(9);
  second.reply.set_last_sequence(9);
  second.reply.set_store_sequence(9);
  *second.reply.add_verdicts() = verdict(0, v1::OUTCOME_ACCEPTED, "new_company");
  f.report.on_reply(second);

  EXPECT_EQ(f.messages.str(),
            "a.csv:3: rejected: bad_period: capex.period: say when\n"
            "stdin:1: warning: new_company: capex.period: say when\n");
  EXPECT_EQ(f.report.summary_line(), "accepted 2, duplicate 0, rejected 1, sequence 9");
  EXPECT_FALSE(f.report.all_good());
  EXPECT_EQ(json_line(f.report.summary()),
            "{\"accepted\":2,\"duplicates\":0,\"rejected\":1,\"quarantined\":0,\"unreadable\":0,"
            "\"sequence\":9,\"first_sequence\":7,\"last_sequence\":9,\"verdicts\":["
            "{\"file\":\"a.csv\",\"line\":3,\"outcome\":\"rejected\",\"sequence\":null,"
            "\"code\":\"bad_period\",\"field\":\"capex.period\",\"message\":\"say when\"},"
            "{\"file\":\"-\",\"line\":1,\"outcome\":\"accepted\",\"sequence\":null,"
            "\"code\":\"new_company\",\"field\":\"capex.period\",\"message\":\"say when\"}]}");
}

TEST(IngestReport, ShowsTheFirstTwentyAndCountsTheRest) {
  Fixture f;
  for (std::uint64_t line = 1; line <= 25; ++line) {
    f.report.on_unreadable(RecordPlace{0, line, {}}, Error{Errc::invalid_argument, "no number"});
  }
  f.report.finish_messages();
  const std::string text = f.messages.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 21);
  EXPECT_NE(text.find("a.csv:20: rejected: unreadable: no number\n"), std::string::npos);
  EXPECT_NE(text.find("capex: 5 more refused records; --verbose shows them\n"), std::string::npos);
  EXPECT_EQ(f.report.summary_line(),
            "accepted 0, duplicate 0, rejected 0, unreadable 25, sequence 0");
}

TEST(IngestReport, VerboseShowsAll) {
  Fixture f(/*verbose=*/true);
  for (std::uint64_t line = 1; line <= 25; ++line) {
    f.report.on_unreadable(RecordPlace{0, line, {}}, Error{Errc::invalid_argument, "no number"});
  }
  f.report.finish_messages();
  const std::string text = f.messages.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 25);
}

TEST(IngestReport, SaysWhatWasLeftOut) {
  Fixture f;
  EXPECT_FALSE(f.report.summary().contains("left_out"));
  f.report.on_left_out(0, {12'345, "left out 12,345 facts"});
  f.report.on_left_out(1, {0, "there is no fact in it"});
  EXPECT_EQ(f.messages.str(), "a.csv: left out 12,345 facts\nstdin: there is no fact in it\n");
  EXPECT_EQ(json_line(f.report.summary()["left_out"]),
            "[{\"file\":\"a.csv\",\"count\":12345,\"message\":\"left out 12,345 facts\"},"
            "{\"file\":\"-\",\"count\":0,\"message\":\"there is no fact in it\"}]");
  EXPECT_TRUE(f.report.all_good());
}

TEST(IngestReport, ForgetsRecordsThatWereTakenBack) {
  Fixture f;
  f.add(0, 1);
  f.add(0, 2);
  f.report.on_discarded(2);
  f.add(0, 3);
  BatchReply reply{0, 1, {}};
  *reply.reply.add_verdicts() = verdict(0, v1::OUTCOME_CONFLICT, "other_content");
  f.report.on_reply(reply);
  EXPECT_EQ(f.messages.str(), "a.csv:3: conflict: other_content: capex.period: say when\n");
}

// What is held is safe: no error, and nothing to be sent again.
TEST(IngestReport, HeldRecordsAreNoRejects) {
  const std::string path = temporary_path("held.csv");
  std::ostringstream messages;
  {
    std::ofstream rejects(path, std::ios::binary | std::ios::trunc);
    IngestReportOptions options;
    options.files = {"a.csv"};
    options.messages = &messages;
    options.rejects = &rejects;
    options.keep_verdicts = true;
    IngestReport report(options);
    report.begin_file(0, "company,value");
    report.on_added(RecordPlace{0, 2, "x,1\n"});
    report.on_added(RecordPlace{0, 3, "y,1\n"});
    BatchReply reply{0, 2, {}};
    reply.reply.set_quarantined(2);
    reply.reply.set_store_sequence(9);
    v1::Verdict held = verdict(0, v1::OUTCOME_QUARANTINED, "suspect_unit_slip");
    held.set_field("value");
    held.set_message("in thousands?");
    held.set_quarantine_id(5);
    *reply.reply.add_verdicts() = held;
    held.set_index(1);
    held.set_quarantine_id(6);
    *reply.reply.add_verdicts() = held;
    report.on_reply(reply);
    report.finish_messages();
    EXPECT_TRUE(report.all_good());
    EXPECT_EQ(report.summary_line(),
              "accepted 0, duplicate 0, rejected 0, quarantined 2, sequence 9");
    EXPECT_EQ(json_line(report.summary()["verdicts"][0]),
              "{\"file\":\"a.csv\",\"line\":2,\"outcome\":\"quarantined\",\"sequence\":null,"
              "\"code\":\"suspect_unit_slip\",\"field\":\"value\",\"message\":\"in thousands?\","
              "\"quarantine_id\":5}");
  }
  EXPECT_EQ(text_of(path), "");
  EXPECT_EQ(messages.str(),
            "a.csv:2: held for review as 5: suspect_unit_slip: value: in thousands?\n"
            "a.csv:3: held for review as 6: suspect_unit_slip: value: in thousands?\n"
            "note: 2 records are held for review: capex quarantine list\n");
}

TEST(IngestReport, WritesRefusedRecordsUnderTheirHeader) {
  const std::string path = temporary_path("rejects.csv");
  {
    std::ofstream rejects(path, std::ios::binary | std::ios::trunc);
    std::ostringstream messages;
    IngestReportOptions options;
    options.files = {"a.csv"};
    options.messages = &messages;
    options.rejects = &rejects;
    IngestReport report(options);
    report.begin_file(0, "company,value");
    report.on_unreadable(RecordPlace{0, 2, "x,y\n"}, Error{Errc::invalid_argument, "no number"});
    report.on_added(RecordPlace{0, 3, "z,1\n"});
    BatchReply reply{0, 1, {}};
    *reply.reply.add_verdicts() = verdict(0, v1::OUTCOME_REJECTED, "no_period");
    report.on_reply(reply);
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), "company,value\nx,y\nz,1\n");
}

}  // namespace
}  // namespace capexdb::cli
