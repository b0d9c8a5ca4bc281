// Statements whose period is a fiscal label, and calendars that change.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/inspect.h"
#include "storage/query/engine.h"
#include "storage/read_view.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

using testing::HasSubstr;

class FiscalPeriodTest : public testing::Test {
 protected:
  FiscalPeriodTest() : store_(open_store(directory_.path(), small_catalogue())) {}

  void year_ends(const std::string& rule, const std::string& company = "nvidia") {
    v1::Event event;
    v1::CatalogParty& party = *event.mutable_catalog_change()->add_parties();
    party.set_id(company);
    party.set_fiscal_year_end(rule);
    EXPECT_EQ(commit(*store_, {event}).accepted(), 1U);
  }
  static v1::Event said(const std::string& label, const std::string& value = "369000000",
                        const std::string& company = "Nvidia") {
    v1::Event event = measured(company, "capex", label, value, "USD");
    event.mutable_measure()->mutable_period()->set_kind(v1::PERIOD_KIND_SPAN);
    return event;
  }
  std::string periods(const std::string& company = "nvidia", std::uint64_t at = 0) {
    Query query = question(QueryKind::statements, company, "capex");
    query.at_sequence = at;
    std::string text;
    for (const AnswerRow& row : ask(*store_, query).rows) {
      text += row.period + " = " + interval_to_string(row.value) + "\n";
    }
    return text;
  }
  void expect_sound() {
    const auto report = check(*store_);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->faults, std::vector<std::string>());
  }
  void reopen() {
    store_.reset();
    store_ = open_store(directory_.path(), small_catalogue());
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
};

TEST_F(FiscalPeriodTest, TheDaysAreThoseOfTheSubjectsCalendar) {
  year_ends("01-last-sunday");
  const auto reply =
      commit(*store_, {said("FY2025-Q1", "1"), said("Q2 FY2025", "2"), said("FY2025-H1", "3"),
                       said("FY2025-9M", "4"), said("fiscal 2025", "5")});
  EXPECT_EQ(reply.accepted(), 5U) << reply.ShortDebugString();
  EXPECT_EQ(periods(),
            "2024-01-29/2024-04-28 = 1\n"
            "2024-01-29/2024-07-28 = 3\n"
            "2024-01-29/2024-10-27 = 4\n"
            "2024-01-29/2025-01-26 = 5\n"
            "2024-04-29/2024-07-28 = 2\n");
  // The same statement with its dates is the same.
  v1::Event dated = said("FY2025-Q1", "1");
  dated.mutable_measure()->mutable_period()->set_start("2024-01-29");
  dated.mutable_measure()->mutable_period()->set_end("2024-04-28");
  EXPECT_EQ(commit(*store_, {dated}).duplicates(), 1U);
  expect_sound();
}

TEST_F(FiscalPeriodTest, TheLogKeepsTheLabelAsItCame) {
  year_ends("06-30");
  const v1::Event event = said("Q1 FY2025");
  const auto reply = commit(*store_, {event});
  const auto stored = store_->view().event(reply.last_sequence());
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->bytes, event.SerializeAsString());
}

TEST_F(FiscalPeriodTest, AnInstantIsADayWithin) {
  year_ends("06-30");
  v1::Event event = measured("Nvidia", "cash_and_equivalents", "FY2024-Q4", "5", "USD");
  event.mutable_measure()->mutable_period()->set_kind(v1::PERIOD_KIND_INSTANT);
  EXPECT_EQ(commit(*store_, {event}).accepted(), 1U);
  EXPECT_EQ(only_row(*store_, question(QueryKind::cells, "nvidia", "cash_and_equivalents")).period,
            "@2024-04-01/2024-06-30");
  expect_sound();
}

TEST_F(FiscalPeriodTest, AnUnknownCalendarIsRefusedWithWhatToDo) {
  const std::uint64_t before = store_->last_sequence();
  // Neither a known company without one, nor one that is new and stays unknown.
  const auto reply = commit(*store_, {said("FY2025-Q1"), said("FY2025-Q1", "1", "Newcomer Inc"),
                                      said("FY2025-Q1", "1", "BAT")});
  EXPECT_EQ(reply.accepted(), 0U);
  ASSERT_EQ(reply.verdicts_size(), 3);
  for (const v1::Verdict& verdict : reply.verdicts()) {
    EXPECT_EQ(verdict.outcome(), v1::OUTCOME_REJECTED);
    EXPECT_EQ(verdict.code(), "unknown_fiscal_calendar");
    EXPECT_EQ(verdict.field(), "period.label");
    EXPECT_THAT(verdict.message(), HasSubstr("give start and end"));
    EXPECT_THAT(verdict.message(), HasSubstr("fiscal_year_end"));
  }
  EXPECT_THAT(reply.verdicts(0).message(), HasSubstr("FY2025-Q1 of nvidia"));
  EXPECT_THAT(reply.verdicts(1).message(), HasSubstr("'Newcomer Inc'"));
  EXPECT_EQ(store_->last_sequence(), before) << "nobody was catalogued";
}

TEST_F(FiscalPeriodTest, ARuleThatIsNoneIsNoCalendar) {
  v1::Event event;
  v1::CatalogParty& party = *event.mutable_catalog_change()->add_parties();
  party.set_id("nvidia");
  party.set_fiscal_year_end("whenever");
  EXPECT_EQ(commit(*store_, {event}).rejected(), 1U);
  const auto reply = commit(*store_, {said("FY2025-Q1")});
  ASSERT_EQ(reply.rejected(), 1U);
  EXPECT_EQ(reply.verdicts(0).code(), "unknown_fiscal_calendar");
}

TEST_F(FiscalPeriodTest, ACalendarThatChangedHasBothRules) {
  year_ends("06-30 until 2024-06-30; 12-31");
  commit(*store_, {said("FY2024-Q4", "1"), said("FY2025-Q1", "2")});
  EXPECT_EQ(periods(), "2024-Q2 = 1\n2025-Q1 = 2\n");
  expect_sound();
}

TEST_F(FiscalPeriodTest, ALaterCalendarLeavesTheDaysAsTheyAre) {
  year_ends("06-30");
  const std::uint64_t first = commit(*store_, {said("FY2025-Q1", "1")}).last_sequence();
  year_ends("12-31");
  commit(*store_, {said("FY2025-Q2", "2")});
  EXPECT_EQ(periods(), "2024-Q3 = 1\n2025-Q2 = 2\n");
  EXPECT_EQ(periods("nvidia", first), "2024-Q3 = 1\n");
  expect_sound();
  reopen();
  EXPECT_EQ(periods(), "2024-Q3 = 1\n2025-Q2 = 2\n");
  expect_sound();
}

TEST_F(FiscalPeriodTest, TheSameEventAgainIsADuplicateInWhateverCalendar) {
  year_ends("06-30");
  v1::Event event = said("FY2025-Q1", "1");
  event.set_event_id("a");
  EXPECT_EQ(commit(*store_, {event}).accepted(), 1U);
  year_ends("12-31");
  EXPECT_EQ(commit(*store_, {event}).duplicates(), 1U);
  event.mutable_measure()->mutable_quantity()->set_value("2");
  const auto reply = commit(*store_, {event});
  ASSERT_EQ(reply.verdicts_size(), 1);
  EXPECT_EQ(reply.verdicts(0).outcome(), v1::OUTCOME_CONFLICT);
  EXPECT_EQ(periods(), "2024-Q3 = 1\n");
}

TEST_F(FiscalPeriodTest, ARetractionFindsWhatWasSaidWhateverTheCalendarIsBy) {
  year_ends("06-30");
  v1::Event event = said("FY2025-Q1", "1");
  event.set_event_id("a");
  commit(*store_, {event});
  commit(*store_, {said("FY2025-Q2", "2")});
  v1::Event by_cell;
  *by_cell.mutable_source() = event.source();
  by_cell.set_published_at("2024-09-01");
  v1::Cell& cell = *by_cell.mutable_retraction()->mutable_cell();
  cell.mutable_subject()->set_name("nvidia");
  cell.set_metric("capex");
  cell.mutable_period()->set_label("Q2 FY25");
  cell.set_unit("USD");
  by_cell.mutable_retraction()->set_document_published_at("2024-08-26");
  EXPECT_EQ(commit(*store_, {by_cell}).accepted(), 1U);
  expect_sound();

  year_ends("12-31");
  v1::Event by_id;
  *by_id.mutable_source() = event.source();
  by_id.set_published_at("2024-09-01");
  by_id.mutable_retraction()->set_event_id("a");
  EXPECT_EQ(commit(*store_, {by_id}).accepted(), 1U);
  EXPECT_TRUE(ask(*store_, question(QueryKind::cells, "nvidia", "capex")).rows.empty());
  expect_sound();
}

TEST_F(FiscalPeriodTest, AGroupOfBatchesSeesTheCalendarOfItsSequence) {
  v1::Event calendar;
  v1::CatalogParty& party = *calendar.mutable_catalog_change()->add_parties();
  party.set_id("nvidia");
  party.set_fiscal_year_end("06-30");
  std::vector<Batch> group;
  group.push_back(make_batch({said("FY2025-Q1", "1")}, "p", 0));
  group.push_back(make_batch({calendar}, "p", 0));
  group.push_back(make_batch({said("FY2025-Q1", "1")}, "p", 0));
  const auto replies = store_->commit(group);
  EXPECT_EQ(replies[0]->rejected(), 1U);
  EXPECT_EQ(replies[1]->accepted(), 1U);
  EXPECT_EQ(replies[2]->accepted(), 1U);
  expect_sound();
}

}  // namespace
}  // namespace capexdb::storage::test
