#include "bench/feed_filters.h"

#include <random>

namespace capexdb::bench {
namespace {

constexpr std::size_t kPlainKinds = 16;
constexpr std::size_t kMeaningKinds = 4;

class FilterMaker {
 public:
  explicit FilterMaker(std::uint64_t seed) : random_(seed) {}

  LoadFilter make(std::size_t kind) {
    filter_ = {};
    filter_.companies.set();
    filter_.metrics = filter_.sources = filter_.statuses = ~0U;
    if (kind < 6) {
      add_companies(1 + below(3));
    } else if (kind < 9) {
      add_companies(1 + below(4));
      add_metric();
    } else if (kind < 11) {
      add_group();
      add_metric();
    } else if (kind < 13) {
      add_companies(5);
      add_status();
    } else if (kind < 14) {
      add_group();
      add_source();
    } else if (kind < kPlainKinds) {
      add_metric();
      add_source();
      add_status();
    } else {
      add_companies(2);
      add_meaning(kind - kPlainKinds);
    }
    return filter_;
  }

 private:
  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(random_() % end); }

  void add_companies(std::uint32_t count) {
    filter_.companies.reset();
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t company = below(kFeedCompanies);
      if (filter_.companies.test(company)) continue;
      filter_.companies.set(company);
      filter_.wanted.add_companies(feed_company(company));
    }
  }

  void add_group() {
    const std::uint32_t group = below(kFeedGroups);
    filter_.wanted.add_companies(feed_group(group));
    filter_.companies.reset();
    for (std::uint32_t i = 0; i < kFeedMembers; ++i) {
      filter_.companies.set(group * kFeedMembers + i);
    }
  }

  void add_metric() {
    const std::uint32_t metric = below(kFeedMetrics);
    filter_.metrics = 1U << metric;
    filter_.wanted.add_metrics(feed_metric(metric));
  }

  void add_source() {
    const std::uint32_t source = below(kFeedSources);
    filter_.sources = 1U << source;
    filter_.wanted.add_sources(feed_source(source));
  }

  void add_status() {
    const std::uint32_t status = 1 + below(3);
    filter_.statuses = 1U << status;
    filter_.wanted.add_statuses(static_cast<v1::Status>(status));
  }

  void add_meaning(std::size_t which) {
    filter_.has_meaning = true;
    switch (which) {
      case 0:
        return filter_.wanted.add_meanings(v1::MEANING_FIRST_PRINT);
      case 1:
        return filter_.wanted.add_meanings(v1::MEANING_REVISION);
      case 2:
        return filter_.wanted.add_meanings(v1::MEANING_BECAME_ACTUAL);
      default:
        filter_.wanted.set_change_above_percent(std::to_string(1 + below(5)));
    }
  }

  std::mt19937_64 random_;
  LoadFilter filter_;
};

}  // namespace

std::vector<LoadFilter> make_filters(const FilterMix& mix) {
  FilterMaker maker(mix.seed);
  std::vector<LoadFilter> filters(mix.count);
  for (std::size_t i = 0; i < mix.count; ++i) {
    if (i < mix.unfiltered) {
      filters[i].takes_all = true;
    } else if (i * 7 % 100 < mix.meanings_percent) {
      filters[i] = maker.make(kPlainKinds + i % kMeaningKinds);
    } else {
      filters[i] = maker.make(i % kPlainKinds);
    }
  }
  return filters;
}

bool takes(const LoadFilter& filter, const FeedFacts& facts) {
  if (filter.takes_all) return true;
  return facts.is_statement && filter.companies.test(facts.company) &&
         (filter.metrics >> facts.metric & 1U) != 0 && (filter.sources >> facts.source & 1U) != 0 &&
         (filter.statuses >> facts.status & 1U) != 0;
}

}  // namespace capexdb::bench
