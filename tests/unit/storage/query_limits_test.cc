#include "storage/query/query_limits.h"

#include <gtest/gtest.h>

#include <map>

#include "storage/query/engine.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

TEST(QueryMemory, IsBoundedForOneQuestionAndForAll) {
  QueryMemory all(100, 150);
  QuestionMemory one(all);
  EXPECT_TRUE(one.take(100));
  EXPECT_EQ(one.take(1).error().code, Errc::resource_exhausted);
  {
    QuestionMemory other(all);
    EXPECT_TRUE(other.take(50));
    EXPECT_EQ(other.take(1).error().code, Errc::resource_exhausted);
    EXPECT_EQ(all.taken(), 150U);
  }
  EXPECT_EQ(all.taken(), 100U);
  one.give_back(40);
  EXPECT_TRUE(one.take(40));
}

TEST(HeldMemory, GoesWithWhatHoldsIt) {
  QueryMemory all(100, 100);
  QuestionMemory question(all);
  QueryLimits limits;
  limits.memory = &question;
  HeldMemory outer(limits);
  {
    HeldMemory inner(limits);
    EXPECT_TRUE(inner.add(60));
    EXPECT_FALSE(inner.add(60));
    outer = std::move(inner);
  }
  EXPECT_EQ(all.taken(), 60U);
  outer.clear();
  EXPECT_EQ(all.taken(), 0U);
  EXPECT_TRUE(HeldMemory(QueryLimits()).add(SIZE_MAX)) << "without a bound";
}

// Thirty companies of five quarters, each restated once.
class StreamedAnswer : public testing::Test {
 protected:
  StreamedAnswer() : store_(open_store(directory_.path(), small_catalogue())) {
    std::vector<v1::Event> events;
    for (int company = 0; company < 30; ++company) {
      for (int quarter = 0; quarter < 5; ++quarter) {
        const std::string period =
            std::to_string(2023 + quarter / 4) + "-Q" + std::to_string(1 + quarter % 4);
        // Names are met in another order than they are listed in.
        const std::string name = "company " + std::to_string((company * 7) % 30);
        for (const char* published : {"2024-06-01", "2024-08-01"}) {
          const std::string value =
              std::to_string(1000 * company + 10 * quarter + (published[6] == '6' ? 0 : 3));
          events.push_back(measured(name, "capex", period, value, "USD", published));
        }
      }
    }
    commit(*store_, events);
  }

  QueryLimits by_few() const {
    QueryLimits limits;
    limits.companies_at_once = 4;
    return limits;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
};

std::string text_of(const Result<Answer>& answer) {
  if (!answer) return answer.error().message;
  std::string text;
  for (const AnswerRow& row : answer->rows) {
    text += row.company + " " + row.period + " " + interval_to_string(row.value) + " " +
            row.published_at + " " + row.document + " " + row.derivation + "\n";
  }
  for (const std::string& note : answer->notes) text += note + "\n";
  return text;
}

// A later statement that is in the histories of two of the companies, after which none
// is answered alone.
v1::Event paid_by_another() {
  v1::Event event = measured("company 3", "capex", "2020", "100", "USD");
  v1::Counterparty& other = *event.mutable_measure()->add_counterparties();
  other.mutable_party()->set_name("company 9");
  other.set_role(v1::ROLE_BUYER);
  return event;
}

TEST_F(StreamedAnswer, IsTheSameAsAllAtOnce) {
  std::vector<Query> questions = {question(QueryKind::cells, "all", "capex"),
                                  question(QueryKind::statements, "all", "capex"),
                                  question(QueryKind::cells, "all", "capex", "2023"),
                                  question(QueryKind::cells, "all", "capex")};
  questions[2].every = Every::quarter;
  questions[2].growth = Growth::qoq;
  questions[3].explain = true;
  std::vector<std::pair<Query, std::string>> in_pieces;
  for (Query& query : questions) {
    for (const std::uint32_t limit : {0U, 7U, 1000U}) {
      query.limit = limit;
      query.at_sequence = store_->last_sequence();
      const auto answer = run_query(*store_, query, by_few());
      ASSERT_TRUE(answer);
      ASSERT_GE(answer->rows.size(), limit == 7 ? 7U : 100U);
      in_pieces.emplace_back(query, text_of(answer));
    }
  }
  commit(*store_, {paid_by_another()});
  for (const auto& [query, text] : in_pieces)
    EXPECT_EQ(text_of(run_query(*store_, query, {})), text);
}

TEST_F(StreamedAnswer, HoldsNoMoreThanAFewCompanies) {
  const Query query = question(QueryKind::cells, "all", "capex");
  QueryMemory memory(64U << 10U, 64U << 10U);
  QuestionMemory held(memory);
  QueryLimits limits;
  limits.memory = &held;
  limits.companies_at_once = 4;
  const auto answer = run_query(*store_, query, limits);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->rows.size(), 150U);
  EXPECT_EQ(memory.taken(), 0U);
  // A sale among them is no capital expenditure of theirs.
  commit(*store_, {shipment("company 3", "company 9", "100")});
  EXPECT_TRUE(run_query(*store_, query, limits));
  commit(*store_, {paid_by_another()});
  EXPECT_EQ(run_query(*store_, query, limits).error().code, Errc::resource_exhausted);
  EXPECT_EQ(memory.taken(), 0U);
}

TEST_F(StreamedAnswer, ReadsFewerCompaniesWhereTheyHaveMuch) {
  std::vector<v1::Event> events;
  for (int company = 0; company < 40; ++company) {
    for (int month = 0; month < 100; ++month) {
      const std::string number = std::to_string(month % 12 + 1);
      const std::string period =
          std::to_string(2010 + month / 12) + (month % 12 < 9 ? "-0" : "-") + number;
      events.push_back(measured("dense " + std::to_string(company), "capex", period, "1", "USD"));
    }
  }
  commit(*store_, events);
  for (const QueryKind kind : {QueryKind::cells, QueryKind::statements}) {
    QueryMemory memory(2U << 20U, 2U << 20U);
    QuestionMemory held(memory);
    QueryLimits limits;
    limits.memory = &held;
    const auto answer = run_query(*store_, question(kind, "all", "capex"), limits);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->rows.size(), kind == QueryKind::cells ? 4150U : 4300U);
  }
}

TEST_F(StreamedAnswer, EndsWhenNobodyTakesIt) {
  std::vector<v1::Event> events;
  for (int company = 0; company < 600; ++company) {
    events.push_back(measured("other " + std::to_string(company), "capex", "2024-Q1", "1", "USD"));
  }
  commit(*store_, events);
  std::size_t rows = 0;
  const RowSink sink = [&](std::vector<AnswerRow> more) -> Result<void> {
    rows += more.size();
    return fail(Errc::cancelled, "enough");
  };
  const auto answer =
      run_query(*store_, question(QueryKind::cells, "all", "capex"), by_few(), sink);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "enough");
  EXPECT_EQ(rows, kRowsAtOnce);
}

TEST_F(StreamedAnswer, OfStatementsWithTwoEndsComesAtOnceAndHasEachOnce) {
  commit(*store_, {shipment("company 3", "company 9", "100"), shipment("company 9", "buyer", "7")});
  const auto answer =
      run_query(*store_, question(QueryKind::statements, "all", "unit_shipments"), by_few());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->rows.size(), 2U);
}

}  // namespace
}  // namespace capexdb::storage::test
