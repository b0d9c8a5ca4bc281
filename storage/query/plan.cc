#include "storage/query/plan.h"

#include <algorithm>
#include <unordered_set>

#include "proto/model/limits.h"
#include "proto/model/text.h"

namespace capexdb::storage {
namespace {

tl::unexpected<Error> wrong(std::string field, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), std::move(field), "bad_question"});
}

// Subjects in the order they are asked for, each once.
class Subjects {
 public:
  explicit Subjects(std::vector<std::uint32_t>& list) : list_(list) {}
  void add(std::uint32_t ordinal) {
    if (met_.insert(ordinal).second) list_.push_back(ordinal);
  }

 private:
  std::vector<std::uint32_t>& list_;
  std::unordered_set<std::uint32_t> met_;
};

// Names may hold commas themselves: a text is tried whole before it is a list.
Result<std::vector<std::string>> selected_names(const Plan& plan, const Query& query,
                                                const Catalogue& catalogue) {
  std::vector<std::string> names;
  for (const std::string& text : query.select) {
    const bool whole = text.find(',') == std::string::npos ||
                       catalogue.find_party({text, {}, {}, {}}, plan.at).value_or(1) != 0;
    if (whole) {
      names.push_back(text);
    } else {
      for (std::string& name : split(text, ',')) names.push_back(std::move(name));
    }
    if (names.size() > limits::kQuerySelectMax) {
      return wrong("select",
                   "at most " + std::to_string(limits::kQuerySelectMax) + " names can be selected");
    }
  }
  if (names.empty()) return wrong("select", "which company or group?");
  return names;
}

Result<void> plan_selection(Plan& plan, const Query& query, const Catalogue& catalogue) {
  CAPEXDB_ASSIGN(const std::vector<std::string> names, selected_names(plan, query, catalogue));
  Subjects subjects(plan.subjects);
  Subjects asked(plan.asked_parties);
  std::unordered_set<std::string> met;
  for (const std::string& name : names) {
    if (!met.insert(slug(name)).second) continue;
    if (is_reserved_name(name)) {
      plan.everyone = true;
      for (const std::uint32_t company : catalogue.companies(plan.at)) subjects.add(company);
      continue;
    }
    CAPEXDB_ASSIGN(const std::uint32_t party, catalogue.need_party(name, plan.at));
    asked.add(party);
    if (plan.kind != QueryKind::sum) {
      subjects.add(party);
      continue;
    }
    for (const std::uint32_t leaf : catalogue.leaves(party, plan.at)) subjects.add(leaf);
  }
  return {};
}

// Conflicts may be asked for of several metrics, or all; they are read in every
// measure and period, since what they contradict may lie in another one.
Result<void> plan_conflicts(Plan& plan, const Query& query, const Catalogue& catalogue) {
  const bool every_metric = trim(query.metric).empty() || is_reserved_name(query.metric);
  for (const std::string& name : split(every_metric ? "" : query.metric, ',')) {
    if (every_metric) break;
    CAPEXDB_ASSIGN(const std::uint32_t metric, catalogue.need_metric(name, plan.at));
    plan.metrics.push_back(static_cast<std::uint16_t>(metric));
  }
  plan.findings = query.findings;
  for (int number = static_cast<int>(Finding::inconsistent_duplicate);
       query.findings.empty() && number <= static_cast<int>(Finding::conversion); ++number) {
    plan.findings.push_back(static_cast<Finding>(number));
  }
  plan.any_measure = trim(query.measure).empty();
  plan.range = {};
  const bool everyone = std::all_of(query.select.begin(), query.select.end(),
                                    [](const std::string& name) { return trim(name).empty(); });
  plan.everyone = everyone;
  if (query.every != Every::reported) {
    return wrong("every", "conflicts are asked for among what was reported, without --every");
  }
  return {};
}

Result<void> plan_measure(Plan& plan, const Query& query) {
  plan.measure = plan.metric_entry.measure();
  if (query.measure.empty()) return {};
  const std::string word = to_lower_ascii(query.measure);
  const auto measure = parse_measure(word);
  if (!measure) {
    return wrong("measure", "unknown measure '" + query.measure +
                                "'; use level, growth, growth-yoy, growth-qoq, growth-ytd, ratio, "
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
    return wrong("policy",
                 "unknown policy '" + name + "'; use default, newest, first-print or source:NAME");
  }
  return {};
}

// Sums that make no sense are refused with the reason.
Result<void> check_sum(const Plan& plan) {
  const std::string& id = plan.metric_entry.id;
  if (!plan.measure || is_growth(*plan.measure)) {
    return wrong("measure", "growth rates cannot be added; ask `get` for them");
  }
  const bool amount = *plan.measure == Measure::level || *plan.measure == Measure::conversion ||
                      *plan.measure == Measure::rate;
  if (!amount) {
    return wrong("measure", "a " + std::string(to_string(*plan.measure)) +
                                " cannot be added; ask `get` for it");
  }
  if (plan.metric_entry.aggregation == Aggregation::none) {
    return wrong("metric", id + " cannot be added over companies (it is a price, a ratio or a "
                                "rank); ask `get` for it");
  }
  return {};
}

// A derivation reaches over what was asked for: a fourth quarter needs the year
// and its nine months.
Result<void> plan_every(Plan& plan, const Query& query) {
  plan.every = query.every;
  if (plan.every == Every::reported) return {};
  constexpr Day kReach = 2 * 366;
  const std::string& id = plan.metric_entry.id;
  const auto refuse = [&](const std::string& why) {
    return wrong("every", id + " " + why + "; ask for what was reported, without --every");
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
  plan.range.exact.reset();
  if (plan.range.start) *plan.range.start -= kReach;
  if (plan.range.end) *plan.range.end += kReach;
  return {};
}

}  // namespace

bool Plan::covers(const Period& period) const {
  if (!range.contains(period)) return false;
  if (!range.exact) return true;
  const Period& asked = *range.exact;
  const bool open = !period.has_start() || !period.has_end();
  const bool asked_open = !asked.has_start() || !asked.has_end();
  // What has no end is not inside a period that has one.
  if (open && !asked_open) return false;
  if (kind != QueryKind::statements || period == asked) return true;
  const auto quarter = calendar_quarter(period);
  if (quarter && quarter_span(*quarter) == asked) return true;
  return period.kind == PeriodKind::instant || period.kind == PeriodKind::window;
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
    if (!range) return wrong("as_of", "as-of: " + range.error().message);
    plan.as_of = range->last_day();
  }
  CAPEXDB_ASSIGN(plan.asked_range, parse_period_range(query.periods));
  plan.range = plan.asked_range;
  if (plan.kind == QueryKind::conflicts) {
    CAPEXDB_TRY(plan_conflicts(plan, query, catalogue));
  } else {
    if (trim(query.metric).empty()) return wrong("metric", "which metric?");
    CAPEXDB_ASSIGN(const std::uint32_t metric, catalogue.need_metric(query.metric, plan.at));
    plan.metric = static_cast<std::uint16_t>(metric);
    plan.metric_entry = catalogue.metric(metric, plan.at);
  }
  if (!plan.everyone) CAPEXDB_TRY(plan_selection(plan, query, catalogue));
  CAPEXDB_TRY(plan_measure(plan, query));
  CAPEXDB_TRY(plan_policy(plan, query, catalogue));
  plan.statuses = query.statuses;
  if (!query.definition.empty()) plan.definition = query.definition;
  plan.by = query.by;
  plan.limit = query.limit;
  if (plan.kind == QueryKind::sum) CAPEXDB_TRY(check_sum(plan));
  CAPEXDB_TRY(plan_every(plan, query));
  return plan;
}

}  // namespace capexdb::storage
