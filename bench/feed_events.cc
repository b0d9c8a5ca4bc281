#include "bench/feed_events.h"

#include <array>
#include <stdexcept>

#include "proto/model/date.h"
#include "proto/model/period.h"

namespace capexdb::bench {
namespace {

constexpr std::array<const char*, kFeedMetrics> kMetricIds = {
    "capex", "revenue", "research_and_development", "inventory"};

// splitmix64: any number gives an even one.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

// The next few numbers below some bound, of one random word.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint32_t below(std::uint32_t end) {
    state_ = mix(state_);
    return static_cast<std::uint32_t>(state_ % end);
  }

 private:
  std::uint64_t state_;
};

v1::Status status_of(std::uint32_t percent) {
  if (percent < 20) return v1::STATUS_GUIDANCE;
  return percent < 45 ? v1::STATUS_ESTIMATE : v1::STATUS_ACTUAL;
}

std::uint32_t number_behind(const std::string& text, std::size_t prefix) {
  return static_cast<std::uint32_t>(std::stoul(text.substr(prefix)));
}

}  // namespace

std::string feed_company(std::uint32_t company) { return "c" + std::to_string(company); }
std::string feed_group(std::uint32_t group) { return "g" + std::to_string(group); }
std::string feed_metric(std::uint32_t metric) { return kMetricIds.at(metric); }
std::string feed_source(std::uint32_t source) { return "Source " + std::to_string(source); }

v1::Event feed_catalogue() {
  v1::Event event;
  event.set_published_at("2014-12-31");
  v1::CatalogChange& change = *event.mutable_catalog_change();
  for (std::uint32_t company = 0; company < kFeedCompanies; ++company) {
    v1::CatalogParty& party = *change.add_parties();
    party.set_id(feed_company(company));
    party.set_name(feed_company(company));
    party.set_kind(v1::PARTY_KIND_COMPANY);
  }
  for (std::uint32_t group = 0; group < kFeedGroups; ++group) {
    v1::CatalogParty& party = *change.add_parties();
    party.set_id(feed_group(group));
    party.set_name(feed_group(group));
    party.set_kind(v1::PARTY_KIND_GROUP);
    for (std::uint32_t member = 0; member < kFeedMembers; ++member) {
      party.add_members(feed_company(group * kFeedMembers + member));
    }
  }
  for (std::uint32_t source = 0; source < kFeedSources; ++source) {
    v1::CatalogSource& entry = *change.add_sources();
    entry.set_name(feed_source(source));
    entry.set_rank(100 + source % 4 * 100);
  }
  return event;
}

v1::Event feed_event(std::uint64_t seed, std::uint64_t index) {
  Dice dice(mix(seed) ^ index);
  const std::uint32_t company = dice.below(kFeedCompanies);
  const std::uint32_t metric = dice.below(kFeedMetrics);
  const std::uint32_t quarter = dice.below(kFeedQuarters);
  const Period period = quarter_span(2015 * 4 + static_cast<int>(quarter));
  v1::Event event;
  event.mutable_source()->set_publisher(feed_source(dice.below(kFeedSources)));
  event.mutable_source()->set_accession("A-" + std::to_string(index));
  event.set_published_at(date_to_string(period.end + 20 + static_cast<int>(dice.below(400))));
  event.set_status(status_of(dice.below(100)));
  v1::MeasureFact& fact = *event.mutable_measure();
  fact.mutable_subject()->set_name(feed_company(company));
  fact.set_metric(feed_metric(metric));
  fact.mutable_period()->set_kind(v1::PERIOD_KIND_SPAN);
  fact.mutable_period()->set_start(period_start_text(period));
  fact.mutable_period()->set_end(period_end_text(period));
  // Figures grow by a hundredth a quarter, and what is said of one differs by a tenth.
  const std::uint64_t level = 1'000'000'000 + mix(company * 8U + metric) % 9'000'000'000U;
  const std::uint64_t grown = level + level / 100 * quarter;
  const std::uint64_t value = grown + grown / 1000 * dice.below(100) + dice.below(1'000'000);
  fact.mutable_quantity()->set_value(std::to_string(value));
  fact.mutable_quantity()->set_unit("USD");
  return event;
}

FeedFacts facts_of(const v1::Event& event) {
  if (!event.has_measure()) return {};
  FeedFacts facts{.is_statement = true};
  facts.company = number_behind(event.measure().subject().name(), 1);
  facts.source = number_behind(event.source().publisher(), 7);
  facts.status = static_cast<std::uint32_t>(event.status());
  while (event.measure().metric() != feed_metric(facts.metric)) ++facts.metric;
  if (facts.company >= kFeedCompanies || facts.source >= kFeedSources) {
    throw std::runtime_error("an event that nobody sent: " + event.ShortDebugString());
  }
  return facts;
}

}  // namespace capexdb::bench
