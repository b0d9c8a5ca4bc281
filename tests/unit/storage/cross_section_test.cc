// Sums on columns beside sums of cells: random stores, every kind of question.
#include "storage/query/cross_section.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "proto/model/text.h"
#include "storage/query/cross_section_cache.h"
#include "storage/query/cross_section_sum.h"
#include "storage/query/scan.h"
#include "storage/query/shape.h"
#include "storage/read_view.h"
#include "storage/store_state.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

std::string text_of(const std::optional<Bound>& bound) {
  if (!bound) return "-";
  return bound->value.to_string() + "/" + std::to_string(static_cast<int>(bound->kind));
}

// Everything that a row says.
std::string text_of(const AnswerRow& r) {
  const Interval& v = r.value;
  std::string text;
  for (const std::string& word : {r.company,
                                  r.metric,
                                  r.product,
                                  r.counterparty,
                                  r.period,
                                  r.start,
                                  r.end,
                                  v.point ? v.point->to_string() : std::string("-"),
                                  text_of(v.low),
                                  text_of(v.high),
                                  std::to_string(v.approx),
                                  std::to_string(v.stated_decimals.value_or(-99)),
                                  r.unit,
                                  r.currency,
                                  std::to_string(r.status ? static_cast<int>(*r.status) : 0),
                                  std::to_string(r.measure ? static_cast<int>(*r.measure) : 0),
                                  r.source,
                                  r.published_at,
                                  std::to_string(r.sequence),
                                  r.derivation,
                                  std::to_string(r.documents),
                                  std::to_string(r.roots),
                                  r.reason,
                                  r.definition}) {
    text += word + "|";
  }
  return text;
}

std::string text_of(const SumAnswer& answer) {
  std::string text;
  for (const Figure& figure : answer.figures) text += text_of(figure.row) + "\n";
  text += std::to_string(answer.coverage.reported) + " of " + std::to_string(answer.coverage.of);
  for (const std::string& name : answer.coverage.missing) text += " -" + name;
  for (const std::string& note : answer.notes) text += "\n" + note;
  return text;
}

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 90; ++i) companies_.push_back("Company " + std::to_string(i * 37 % 90));
    odd_ = pick({0, 10, 40});
  }

  bool one_in(int n) { return n > 0 && random_() % static_cast<unsigned>(n) == 0; }
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  template <class T>
  T pick(std::initializer_list<T> list) {
    return *(list.begin() + below(static_cast<int>(list.size())));
  }

  std::string day(int year) {
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, below(12) + 1, below(28) + 1);
    return text;
  }

  v1::Event statement(const std::string& currency) {
    v1::Event event;
    event.mutable_source()->set_publisher(
        pick<std::string>({"SEC EDGAR", "Reuters", "Benzinga", "A blog"}));
    event.mutable_source()->set_accession("D" + std::to_string(below(150)));
    if (one_in(7)) {
      event.mutable_source()->add_cites()->set_accession("D" + std::to_string(below(20)));
    }
    event.set_published_at(day(2022 + below(3)) + (one_in(3) ? "T10:00:00Z" : ""));
    event.set_status(pick({v1::STATUS_ACTUAL, v1::STATUS_ACTUAL, v1::STATUS_ESTIMATE,
                           v1::STATUS_GUIDANCE, v1::STATUS_TARGET}));
    v1::MeasureFact& fact = *event.mutable_measure();
    const int company = below(90);
    const bool odd = odd_ > 0 && company < odd_;
    fact.mutable_subject()->set_name(companies_[static_cast<std::size_t>(company)]);
    fact.set_metric("capex");
    fact.set_measure(one_in(15) ? v1::MEASURE_GROWTH_YOY : v1::MEASURE_LEVEL);
    set_period(*fact.mutable_period(), odd);
    v1::Quantity& q = *fact.mutable_quantity();
    q.set_value(std::to_string(below(50) + 1) + pick<std::string>({"", "", "000000", ".25", ".5"}));
    if (one_in(9)) q.set_stated_decimals(pick({-6, -1, 0, 1}));
    if (one_in(12)) q.set_approx(true);
    if (one_in(14)) {
      q.clear_value();
      q.set_low(std::to_string(below(20)));
      if (one_in(2)) q.set_high(std::to_string(below(20) + 20));
      q.set_low_kind(pick({v1::BOUND_KIND_CLOSED, v1::BOUND_KIND_OPEN}));
    }
    if (fact.measure() == v1::MEASURE_LEVEL) {
      q.set_unit(currency);
      q.set_currency(currency);
    } else {
      q.set_unit("%");
    }
    if (odd && one_in(3)) fact.set_product(pick<std::string>({"H20", "H100"}));
    if (odd && one_in(5)) {
      fact.add_counterparties()->mutable_party()->set_name(
          companies_[static_cast<std::size_t>(below(90) / 2)]);
      if (fact.counterparties(0).party().name() == fact.subject().name()) {
        fact.clear_counterparties();
      }
    }
    if (odd && one_in(3)) {
      fact.set_definition(
          pick<std::string>({"us-gaap:PaymentsToAcquirePropertyPlantAndEquipment",
                             "us-gaap:PaymentsToAcquireProductiveAssets", "x:Other"}));
    }
    return event;
  }

  static v1::Event retraction_of(const v1::Event& said) {
    v1::Event event = said;
    event.clear_measure();
    event.set_published_at("2024-12-30");
    const v1::MeasureFact& fact = said.measure();
    v1::Cell& cell = *event.mutable_retraction()->mutable_cell();
    *cell.mutable_subject() = fact.subject();
    cell.set_metric("capex");
    *cell.mutable_counterparties() = fact.counterparties();
    cell.set_product(fact.product());
    *cell.mutable_period() = fact.period();
    cell.set_measure(fact.measure());
    cell.set_unit(fact.quantity().unit());
    cell.set_currency(fact.quantity().currency());
    cell.set_definition(fact.definition());
    return event;
  }

  Query question() {
    Query query = test::question(QueryKind::sum, one_in(4) ? "half" : "all", "capex");
    query.periods = pick<std::string>({"", "", "2021", "2021-Q2", "2021-Q1..2022-Q2", "2021..",
                                       "2021-02-01/2021-04-30", "2021-H1"});
    if (one_in(3)) query.as_of = day(2022 + below(3));
    query.policy = pick<std::string>({"", "", "newest", "first-print", "source:Reuters"});
    if (one_in(4)) query.by = {Dimension::period};
    if (one_in(4)) query.by = {Dimension::period, Dimension::company};
    if (one_in(6)) query.statuses = {Status::actual, Status::estimate};
    if (one_in(8)) query.definition = "us-gaap:PaymentsToAcquireProductiveAssets";
    if (one_in(3)) query.top = static_cast<std::uint32_t>(below(12) + 1);
    query.no_implied = true;  // some growth is stated, from which levels would follow
    return query;
  }

  const std::vector<std::string>& companies() const { return companies_; }

 private:
  void set_period(v1::Period& period, bool odd) {
    const int year = 2020 + below(3);
    const int quarter = below(4);
    const char* const starts[] = {"01-01", "04-01", "07-01", "10-01"};
    const char* const ends[] = {"03-31", "06-30", "09-30", "12-31"};
    const char* const fiscal_starts[] = {"02-01", "05-01", "08-01", "11-01"};
    const char* const fiscal_ends[] = {"04-30", "07-31", "10-31", "01-31"};
    const std::string y = std::to_string(year) + "-";
    const int kind = below(odd ? 8 : 5);
    if (kind < 3) {
      period.set_start(y + starts[quarter]);
      period.set_end(y + ends[quarter]);
    } else if (kind == 3) {
      period.set_start(y + "01-01");
      period.set_end(y + "12-31");
    } else if (kind == 4) {
      period.set_start(y + "01-01");
      period.set_end(y + "06-30");
    } else if (kind < 7) {
      period.set_start(y + fiscal_starts[quarter]);
      period.set_end(std::to_string(quarter == 3 ? year + 1 : year) + "-" + fiscal_ends[quarter]);
    } else {
      period.set_kind(v1::PERIOD_KIND_INSTANT);
      period.set_start(y + ends[quarter]);
      period.set_end(y + ends[quarter]);
    }
  }

  std::mt19937_64 random_;
  std::vector<std::string> companies_;
  int odd_ = 0;
};

// The long way: cells of the frames, then the rules.
Result<SumAnswer> sum_of_cells(const ReadView& view, const Plan& plan, const Catalogue& catalogue) {
  std::vector<ResolvedCell> cells;
  CAPEXDB_TRY(scan_frames(view, plan, catalogue, {}, [&](std::span<const Row> cell) {
    if (auto resolved = resolve_cell(cell, plan)) cells.push_back(std::move(*resolved));
    return Result<void>();
  }));
  keep_best_definitions(cells, plan, catalogue);
  return sum_answer(std::move(cells), {}, plan, catalogue, {});
}

TEST(CrossSection, AnswersAsTheCellsDo) {
  int compared = 0;
  int folded = 0;
  int narrowed = 0;
  std::size_t kept = 0;
  CrossSectionCache* const no_cache = nullptr;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    const TemporaryDirectory directory;
    CatalogChange seed_catalogue = small_catalogue();
    CatalogParty half;
    half.id = "half";
    half.name = "half";
    half.kind = PartyKind::group;
    for (std::size_t i = 0; i < 70; ++i) {
      CatalogParty member;
      member.name = world.companies()[i];
      member.id = slug(member.name);
      member.kind = PartyKind::company;
      seed_catalogue.parties.push_back(member);
      half.members.push_back(member.id);
    }
    seed_catalogue.parties.push_back(half);
    const auto store = open_store(directory.path(), seed_catalogue);
    const bool one_currency = !world.one_in(6);
    const bool retracts = world.one_in(2);
    // What was kept before a commit must not answer after it.
    for (int round = 0; round < 4; ++round) {
      std::vector<v1::Event> events;
      for (int i = 0; i < 400; ++i) {
        events.push_back(world.statement(one_currency || world.one_in(2) ? "USD" : "EUR"));
        if (retracts && world.one_in(40)) events.push_back(World::retraction_of(events.back()));
      }
      ASSERT_GT(commit(*store, events).accepted(), 250U);
      const ReadView view = store->view();
      for (int i = 0; i < 20; ++i) {
        Query query = world.question();
        if (world.one_in(5)) query.at_sequence = view.sequence() - 200;
        const auto plan = make_plan(query, store->catalogue(), view.sequence());
        ASSERT_TRUE(plan) << plan.error().message;
        ASSERT_TRUE(is_cross_section_sum(*plan));
        auto cells = sum_of_cells(view, *plan, store->catalogue());
        const std::size_t of_all = cells ? cells->figures.size() : 0;
        const auto shape = [&](SumAnswer& sum) {
          return plan->top == 0 || keep_largest(sum.figures, *plan);
        };
        const bool shaped = cells && shape(*cells);
        for (CrossSectionCache* cache : {no_cache, &store->state().cross_sections}) {
          auto columns = cross_section_sum(view, *plan, store->catalogue(), {}, cache);
          ASSERT_TRUE(columns) << columns.error().message;
          ++compared;
          if (!*columns) continue;
          ++folded;
          ASSERT_TRUE(cells) << cells.error().message;
          if ((*columns)->figures.size() < of_all) ++narrowed;
          ASSERT_TRUE(shape(**columns) && shaped);
          ASSERT_EQ(text_of(**columns), text_of(*cells))
              << "round " << round << ", question " << i << ", " << query.periods << ", as of "
              << query.as_of << ", policy " << query.policy << (cache != nullptr ? ", kept" : "");
        }
      }
    }
    kept += store->state().cross_sections.bytes();
  }
  EXPECT_GT(kept, 0U);
  EXPECT_GT(folded, compared / 2) << "most questions are answered on columns";
  EXPECT_GT(narrowed, 0) << "rows that rank too low are not made";
}

TEST(CrossSection, KeepsAnAnswerOnlyForWhatItWasMadeOf) {
  CrossSectionCache cache(1000);
  const auto folded = std::make_shared<const FoldedFrames>();
  const auto made_of = [](std::uint32_t subject, std::uint32_t rank) {
    auto made = std::make_shared<CrossSectionCache::MadeOf>();
    made->subjects.insert(subject);
    made->ranks = {rank};
    return made;
  };
  const CrossSectionCache::Key key{1, Measure::level, 2024};
  cache.touch(1, 2024, 10);
  cache.keep(key, made_of(7, 1), 12, folded, 100);
  EXPECT_EQ(cache.find(key, *made_of(7, 1), 12), folded);
  EXPECT_EQ(cache.find(key, *made_of(7, 1), 10), folded) << "an older view holds the same rows";
  EXPECT_EQ(cache.find(key, *made_of(7, 1), 99), folded) << "others were written since";
  EXPECT_FALSE(cache.find(key, *made_of(7, 1), 9)) << "that view lacks rows";
  EXPECT_FALSE(cache.find(key, *made_of(8, 1), 12)) << "another company";
  EXPECT_FALSE(cache.find(key, *made_of(7, 2), 12)) << "another rank";
  EXPECT_FALSE(cache.find({2, Measure::level, 2024}, *made_of(7, 1), 12));
  EXPECT_FALSE(cache.find({1, Measure::level, 2024, true}, *made_of(7, 1), 12)) << "by company";
  EXPECT_FALSE(cache.find({1, Measure::level, 2024, false, Day{20000}}, *made_of(7, 1), 12))
      << "as of a day";
  auto more_sources = made_of(7, 1);
  more_sources->ranks.push_back(5);
  EXPECT_EQ(cache.find(key, *more_sources, 12), folded) << "a source that has no rows here";
  cache.touch(1, 2023, 20);
  EXPECT_EQ(cache.find(key, *made_of(7, 1), 20), folded);
  cache.touch(1, 2024, 21);
  EXPECT_FALSE(cache.find(key, *made_of(7, 1), 20)) << "rows are being written";
  EXPECT_FALSE(cache.find(key, *made_of(7, 1), 21));
  EXPECT_EQ(cache.bytes(), 0U) << "nothing can use it any more";
}

TEST(CrossSection, KeepsNoMoreThanItMay) {
  CrossSectionCache cache(1000);
  const auto folded = std::make_shared<const FoldedFrames>();
  const auto made_of = std::make_shared<const CrossSectionCache::MadeOf>();
  const auto key = [](Bucket bucket) { return CrossSectionCache::Key{1, Measure::level, bucket}; };
  for (Bucket bucket = 0; bucket < 4; ++bucket) cache.keep(key(bucket), made_of, 1, folded, 250);
  EXPECT_EQ(cache.bytes(), 1000U);
  EXPECT_TRUE(cache.find(key(0), *made_of, 1));
  cache.keep(key(9), made_of, 1, folded, 200);
  EXPECT_EQ(cache.bytes(), 950U);
  EXPECT_FALSE(cache.find(key(1), *made_of, 1)) << "used longest ago";
  EXPECT_TRUE(cache.find(key(0), *made_of, 1));
  cache.keep(key(8), made_of, 1, folded, 251);
  EXPECT_FALSE(cache.find(key(8), *made_of, 1)) << "would crowd out the others";
  EXPECT_FALSE(cache.buckets(1));
  cache.keep_buckets(1, {2020, 2021});
  cache.touch(1, 2022, 5);
  EXPECT_EQ(cache.buckets(1), (std::vector<Bucket>{2020, 2021, 2022}));
}

TEST(CrossSection, IsNeverStaleWhileOthersCommit) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory.path(), small_catalogue());
  World world(77);
  const auto commit_some = [&](int count) {
    std::vector<v1::Event> events;
    for (int i = 0; i < count; ++i) events.push_back(world.statement("USD"));
    commit(*store, events);
  };
  commit_some(300);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 0; i < 60; ++i) commit_some(5);
    done = true;
  });
  Query query = question(QueryKind::sum, "all", "capex");
  query.no_implied = true;
  bool last = false;
  for (int asked = 0; !last || asked < 3; ++asked) {
    last = done;
    const ReadView view = store->view();
    const auto plan = make_plan(query, store->catalogue(), view.sequence());
    if (!plan) {
      ADD_FAILURE() << plan.error().message;
      break;
    }
    const auto columns =
        cross_section_sum(view, *plan, store->catalogue(), {}, &store->state().cross_sections);
    const auto cells = sum_of_cells(view, *plan, store->catalogue());
    EXPECT_TRUE(columns && *columns && cells);
    if (columns && *columns && cells) {
      EXPECT_EQ(text_of(**columns), text_of(*cells)) << "at " << view.sequence();
    }
    if (testing::Test::HasFailure()) break;
  }
  writer.join();
}

TEST(CrossSection, LeavesWhatIsNoPlainSumToTheCells) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory.path(), small_catalogue());
  const auto is_plain = [&](const Query& query) {
    const auto plan = make_plan(query, store->catalogue(), store->last_sequence());
    return plan && is_cross_section_sum(*plan);
  };
  Query query = question(QueryKind::sum, "all", "capex");
  EXPECT_TRUE(is_plain(query));
  query.by = {Dimension::product};
  EXPECT_FALSE(is_plain(query));
  query.by = {};
  query.every = Every::year;
  EXPECT_FALSE(is_plain(query));
  query.every = Every::reported;
  query.fold = Fold::median;
  EXPECT_FALSE(is_plain(query));
  query.fold = Fold::sum;
  query.by = {Dimension::company};
  EXPECT_FALSE(is_plain(query)) << "over time";
  query.by = {Dimension::period, Dimension::company};
  EXPECT_TRUE(is_plain(query));
  query.explain = true;
  EXPECT_FALSE(is_plain(query));
}

TEST(CrossSection, WhereGrowthIsStatedLevelsMayFollow) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory.path(), small_catalogue());
  commit(*store, {measured("Alibaba", "capex", "2023", "5", "CNY")});
  const auto folds = [&](bool implied) {
    Query query = question(QueryKind::sum, "all", "capex", "2023");
    query.no_implied = !implied;
    const ReadView view = store->view();
    const auto plan = make_plan(query, store->catalogue(), view.sequence());
    const auto sum =
        cross_section_sum(view, *plan, store->catalogue(), {}, &store->state().cross_sections);
    return sum && *sum;
  };
  EXPECT_TRUE(folds(true));
  v1::Event growth = measured("Tencent", "capex", "2024", "50", "%");
  growth.mutable_measure()->set_measure(v1::MEASURE_GROWTH_YOY);
  commit(*store, {growth});
  EXPECT_TRUE(folds(false));
  EXPECT_FALSE(folds(true)) << "even a year later, and when it was kept without";
}

}  // namespace
}  // namespace capexdb::storage::test
