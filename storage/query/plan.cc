#include "storage/query/plan.h"

#include <algorithm>
#include <iterator>

#include "proto/model/currency.h"
#include "proto/model/fiscal.h"
#include "proto/model/limits.h"
#include "proto/model/text.h"
#include "storage/query/plan_selection.h"

namespace capexdb::storage {
namespace {

// Conflicts may be asked for of several metrics, or all; they are read in every
// measure and period, since what they contradict may lie in another one.
Result<void> plan_conflicts(Plan& plan, const Query& query, const Catalogue& catalogue) {
  std::vector<std::string> names;
  const bool every_metric = trim(query.metric).empty() || is_reserved_name(query.metric);
  if (!every_metric) names = split(query.metric, ',');
  for (const std::string& name : names) {
    CAPEXDB_ASSIGN(const std::uint32_t metric, catalogue.need_metric(name, plan.at));
    plan.metrics.push_back(static_cast<std::uint16_t>(metric));
  }
  plan.findings = query.findings;
  if (plan.findings.empty()) {
    const std::vector<Finding> all = all_findings();
    std::copy_if(all.begin(), all.end(), std::back_inserter(plan.findings), is_contradiction);
  }
  plan.any_measure = trim(query.measure).empty();
  const bool everyone = std::all_of(query.select.begin(), query.select.end(),
                                    [](const std::string& name) { return trim(name).empty(); });
  plan.everyone = everyone;
  if (query.every != Every::reported) {
    return bad_question("every",
                        "conflicts are asked for among what was reported, without --every");
  }
  return {};
}

// The calendar that fiscal labels are read by.
Result<std::string> fiscal_rule(const Plan& plan, const Catalogue& catalogue) {
  std::string rule;
  std::string first;
  for (const std::uint32_t subject : plan.subjects) {
    const CatalogParty party = catalogue.party(subject, plan.at);
    if (party.fiscal_year_end.empty()) {
      return bad_question("periods",
                          "the fiscal calendar of " + party.id +
                              " is not known; name calendar periods or days, as 2024-Q2 or "
                              "2024-01-29/2024-04-28");
    }
    if (first.empty()) {
      first = party.id;
      rule = party.fiscal_year_end;
    } else if (rule != party.fiscal_year_end) {
      return bad_question("periods",
                          "fiscal periods of " + first + " and " + party.id +
                              " are not the same days; ask for one company at a time, or name "
                              "calendar periods");
    }
  }
  return rule;
}

Result<void> plan_periods(Plan& plan, const Query& query, const Catalogue& catalogue) {
  if (!has_fiscal_label(query.periods)) {
    CAPEXDB_ASSIGN(plan.shown_range, parse_period_range(query.periods));
  } else {
    CAPEXDB_ASSIGN(const std::string rule, fiscal_rule(plan, catalogue));
    auto range = parse_fiscal_range(query.periods, rule);
    if (!range) return bad_question("periods", range.error().message);
    plan.shown_range = query.every == Every::reported ? *range : calendar_of(*range);
    const int months = query.every == Every::year ? 12 : query.every == Every::half ? 6 : 3;
    for (const auto& day : {plan.shown_range.start, plan.shown_range.end}) {
      if (query.every == Every::reported || !day) continue;
      if ((civil_from_day(*day).month - 1) % months == 0) continue;
      return bad_question("periods", "'" + query.periods + "' is no calendar " +
                                         std::string(to_string(query.every)) +
                                         "; ask --every quarter or ttm, or without --every");
    }
  }
  plan.asked_range = plan.shown_range;
  // What contradicts a statement may lie in another period.
  if (plan.kind != QueryKind::conflicts) plan.range = plan.shown_range;
  return {};
}

Result<void> plan_measure(Plan& plan, const Query& query) {
  plan.measure = plan.metric_entry.measure();
  if (query.measure.empty()) return {};
  const std::string word = to_lower_ascii(query.measure);
  const auto measure = parse_measure(word);
  if (!measure) {
    return bad_question("measure",
                        "unknown measure " + quoted(query.measure) +
                            "; use level, growth, growth-yoy, growth-qoq, growth-ytd, ratio, "
                            "share, rank, price, rate, duration, conversion or direction");
  }
  plan.measure = measure;
  // "growth" asks for growth on any basis.
  if (*measure == Measure::growth) plan.measure.reset();
  return {};
}

Result<void> plan_policy(Plan& plan, const Query& query, const Catalogue& catalogue) {
  const std::string name = query.policy.empty() ? "default" : query.policy;
  plan.policy_name = name;
  const std::uint64_t at = plan.at;
  plan.policy.source_rank = [&catalogue, at](std::uint32_t source) {
    return catalogue.source_rank(source, at);
  };
  if (name == "default") return {};
  if (name == "newest") {
    plan.policy.kind = PolicyKind::newest;
  } else if (name == "first-print") {
    plan.policy.kind = PolicyKind::first_print;
  } else if (name.starts_with("source:")) {
    plan.policy.kind = PolicyKind::source;
    CAPEXDB_ASSIGN(plan.policy.source, catalogue.need_source(name.substr(7), at));
  } else {
    return bad_question("policy", "unknown policy " + quoted(name) +
                                      "; use default, newest, first-print or source:NAME");
  }
  return {};
}

constexpr Day kYear = 366;
// A year, and what fiscal calendars may lack of it or have above it.
constexpr Day kYearAndSome = kYear + 20;
constexpr Day kQuarterAndSome = kQuarterDaysMax + 20;

PeriodRange widened(PeriodRange range, Day before, Day after) {
  range.exact.reset();
  if (range.start) *range.start -= before;
  if (range.end) *range.end += after;
  return range;
}

// Sums that make no sense are refused with the reason.
Result<void> check_sum(const Plan& plan) {
  const std::string& id = plan.metric_entry.id;
  if (plan.lists(Dimension::group) && plan.lists(Dimension::company)) {
    return bad_question("by", "a row is of a company or of a group; ask --by one of the two");
  }
  const bool adds = plan.fold == Fold::sum || plan.share || plan.cumulative;
  if (!adds) {
    if (!plan.measure)
      return bad_question("measure", "say which growth, --measure growth-yoy for one");
    return {};
  }
  if (!plan.measure || is_growth(*plan.measure)) {
    return bad_question(
        "measure",
        "growth rates cannot be added; ask `get` for them, or --fn avg, min, max, median");
  }
  const bool amount = *plan.measure == Measure::level || *plan.measure == Measure::conversion ||
                      *plan.measure == Measure::rate;
  if (!amount) {
    return bad_question("measure",
                        "a " + std::string(to_string(*plan.measure)) +
                            " cannot be added; ask `get` for it, or --fn avg, min, max, median");
  }
  if (plan.metric_entry.aggregation == Aggregation::none) {
    return bad_question("metric",
                        id + " cannot be added (it is a price, a ratio or a rank); ask `get` "
                             "for it, or --fn avg, min, max, median");
  }
  if (plan.cumulative && plan.metric_entry.aggregation != Aggregation::flow) {
    return bad_question("cumulative",
                        id + " does not add up over time (it is a stock or a rate); ask "
                             "without --cumulative");
  }
  return {};
}

Result<void> plan_shape(Plan& plan, const Query& query) {
  plan.fold = query.fold;
  plan.growth = query.growth;
  plan.share = query.share;
  plan.cumulative = query.cumulative;
  plan.top = query.top;
  plan.explain = query.explain;
  plan.by = query.by;
  if (plan.by.empty()) plan.by = {Dimension::period};
  if (!query.currency.empty()) {
    if (plan.kind != QueryKind::cells && plan.kind != QueryKind::sum) {
      return bad_question("currency", "only get, sum and top answer in another currency");
    }
    plan.currency = to_upper_ascii(query.currency);
    if (!is_currency_code(plan.currency)) {
      return fail(
          Error{Errc::invalid_argument,
                quoted(query.currency) + " is no currency; use three letters of ISO 4217, as USD",
                "currency", "unknown_currency"});
    }
    if (plan.metric_entry.unit_class != UnitClass::money) {
      return bad_question("currency",
                          plan.metric_entry.id + " is not money, so no currency can be chosen");
    }
  }
  const bool sum = plan.kind == QueryKind::sum;
  const auto only_sums = [&](bool given, const char* field) -> Result<void> {
    if (!given || sum) return {};
    return bad_question(field, std::string(field) + " is for sums");
  };
  CAPEXDB_TRY(only_sums(plan.share, "share"));
  CAPEXDB_TRY(only_sums(plan.cumulative, "cumulative"));
  CAPEXDB_TRY(only_sums(plan.top != 0, "top"));
  CAPEXDB_TRY(only_sums(plan.fold != Fold::sum, "fold"));
  if (plan.share && plan.fold != Fold::sum && plan.fold != Fold::count) {
    return bad_question("share", "shares are those of sums; leave out --fn or --share");
  }
  // A running total is one of what lies inside a period.
  if (plan.cumulative) {
    if (plan.fold != Fold::sum) {
      return bad_question("cumulative",
                          "a running total is one of sums; leave out --fn or --cumulative");
    }
    if (!plan.lists(Dimension::period)) {
      return bad_question("by", "a running total goes from period to period; add period to --by");
    }
    if (plan.growth != Growth::none) {
      return bad_question("growth", "ask for growth or for a running total, not for both");
    }
    plan.asked_range.exact.reset();
    plan.range.exact.reset();
  }
  if (plan.growth == Growth::none) return {};
  if (plan.kind != QueryKind::cells && !sum)
    return bad_question("growth", "growth is for get and sum");
  if (plan.share) return bad_question("share", "ask for growth or for shares, not for both");
  if (!plan.lists(Dimension::period)) {
    return bad_question("by", "growth is from one period to another; add period to --by");
  }
  if (!plan.measure || is_growth(*plan.measure)) {
    return bad_question("measure",
                        "growth is computed from levels; what sources state of it is "
                        "--measure growth, without --growth");
  }
  // The bases lie before what was asked for.
  if (plan.growth == Growth::yoy) plan.asked_range = widened(plan.shown_range, kYearAndSome, 0);
  if (plan.growth == Growth::qoq) plan.asked_range = widened(plan.shown_range, kQuarterAndSome, 0);
  plan.range = plan.asked_range;
  return {};
}

// A derivation reaches over what was asked for: a fourth quarter needs the year
// and its nine months.
Result<void> plan_every(Plan& plan, const Query& query) {
  plan.every = query.every;
  if (plan.every == Every::reported) return {};
  constexpr Day kReach = 2 * kYear;
  const std::string& id = plan.metric_entry.id;
  const auto refuse = [&](const std::string& why) {
    return bad_question("every", id + " " + why + "; ask for what was reported, without --every");
  };
  if (plan.kind == QueryKind::statements) return refuse("is asked for statement by statement");
  if (!plan.measure || (*plan.measure != Measure::level && *plan.measure != Measure::conversion)) {
    return refuse("in this measure does not add up over time");
  }
  switch (plan.metric_entry.aggregation) {
    case Aggregation::flow:
      break;
    case Aggregation::stock:
      if (plan.every == Every::ttm) return refuse("is a stock: it has no twelve months");
      break;
    case Aggregation::rate:
      return refuse("is a rate: it does not add up over time");
    default:
      return refuse("is a price, a ratio or a rank: it does not add up over time");
  }
  plan.range = widened(plan.range, kReach, kReach);
  return {};
}

// What has no end is not inside a period that has one.
bool lies_within(const PeriodRange& range, const Period& period) {
  const auto is_open = [](const Period& p) { return !p.has_start() || !p.has_end(); };
  if (!range.contains(period)) return false;
  return !range.exact || is_open(*range.exact) || !is_open(period);
}

}  // namespace

bool Plan::lists(Dimension dimension) const {
  return std::find(by.begin(), by.end(), dimension) != by.end();
}

bool Plan::shows(const Period& period) const {
  return growth == Growth::none || lies_within(shown_range, period);
}

PeriodRange Plan::read_range() const {
  return implied ? widened(range, kYearAndSome, kYearAndSome) : range;
}

bool Plan::reads(Measure m, const Period& period) const {
  if (implied && m == Measure::growth_yoy) return read_range().contains(period);
  return wants(m) && covers(period);
}

bool Plan::covers(const Period& period) const {
  if (!lies_within(range, period)) return false;
  if (!range.exact) return true;
  const Period& asked = *range.exact;
  if (kind != QueryKind::statements || period == asked) return true;
  const auto quarter = calendar_quarter(period);
  if (quarter && quarter_span(*quarter) == asked) return true;
  return period.kind == PeriodKind::instant || period.kind == PeriodKind::window;
}

bool Plan::is_merged(std::uint32_t subject) const {
  return merged != nullptr && merged->parts.contains(subject);
}

bool Plan::belongs(std::uint32_t subject, const Period& period) const {
  const auto days = memberships.find(subject);
  return days == memberships.end() || belongs_on(days->second, period);
}

std::uint32_t Plan::only_group(const Catalogue& catalogue) const {
  if (everyone || asked_parties.size() != 1 || catalogue.members(asked_parties.front(), at).empty())
    return 0;
  return asked_parties.front();
}

Result<Plan> make_plan(const Query& query, const Catalogue& catalogue,
                       std::uint64_t last_sequence) {
  Plan plan;
  plan.kind = query.kind;
  if (query.at_sequence > last_sequence) {
    return fail(Errc::out_of_range, "sequence " + std::to_string(query.at_sequence) +
                                        " is in the future; the last one is " +
                                        std::to_string(last_sequence));
  }
  plan.at = query.at_sequence != 0 ? query.at_sequence : last_sequence;
  if (!query.as_of.empty()) {
    auto range = parse_time_range(query.as_of);
    if (!range) return bad_question("as_of", "as-of: " + range.error().message);
    plan.as_of = range->last_day();
  }
  if (plan.kind == QueryKind::conflicts) {
    CAPEXDB_TRY(plan_conflicts(plan, query, catalogue));
  } else {
    if (trim(query.metric).empty()) return bad_question("metric", "which metric?");
    CAPEXDB_ASSIGN(const std::uint32_t metric, catalogue.need_metric(query.metric, plan.at));
    plan.metric = static_cast<std::uint16_t>(metric);
    plan.metric_entry = catalogue.metric(metric, plan.at);
  }
  plan.merged = catalogue.merged_parties(plan.at);
  if (!plan.everyone) CAPEXDB_TRY(plan_selection(plan, query, catalogue));
  CAPEXDB_TRY(plan_periods(plan, query, catalogue));
  CAPEXDB_TRY(plan_measure(plan, query));
  CAPEXDB_TRY(plan_policy(plan, query, catalogue));
  plan.statuses = query.statuses;
  if (!query.definition.empty()) plan.definition = query.definition;
  plan.limit = query.limit;
  CAPEXDB_TRY(plan_shape(plan, query));
  if (plan.kind == QueryKind::sum) CAPEXDB_TRY(check_sum(plan));
  CAPEXDB_TRY(plan_every(plan, query));
  const Aggregation aggregation = plan.metric_entry.aggregation;
  plan.implied = !query.no_implied && plan.measure == Measure::level &&
                 (plan.kind == QueryKind::cells || plan.kind == QueryKind::sum) &&
                 (aggregation == Aggregation::flow || aggregation == Aggregation::stock);
  return plan;
}

}  // namespace capexdb::storage
