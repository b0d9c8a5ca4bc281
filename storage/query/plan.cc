#include "storage/query/plan.h"

#include <algorithm>

#include "proto/model/limits.h"
#include "proto/model/text.h"

namespace capexdb::storage {
namespace {

tl::unexpected<Error> wrong(std::string field, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), std::move(field), "bad_question"});
}

void add_once(std::vector<std::uint32_t>& list, std::uint32_t ordinal) {
  if (std::find(list.begin(), list.end(), ordinal) == list.end()) list.push_back(ordinal);
}

Result<void> plan_selection(Plan& plan, const Query& query, const Catalogue& catalogue) {
  if (query.select.empty()) return wrong("select", "which company or group?");
  if (query.select.size() > limits::kQuerySelectMax) {
    return wrong("select",
                 "at most " + std::to_string(limits::kQuerySelectMax) + " names can be selected");
  }
  for (const std::string& name : query.select) {
    if (slug(name) == "all" && catalogue.find_party({name, {}, {}, {}}, plan.at).value_or(1) == 0) {
      plan.everyone = true;
      for (const std::uint32_t company : catalogue.companies(plan.at)) {
        plan.subjects.push_back(company);
      }
      continue;
    }
    CAPEXDB_ASSIGN(const std::uint32_t party, catalogue.need_party(name, plan.at));
    const auto members = catalogue.members(party, plan.at);
    if (plan.kind != QueryKind::sum || members.empty()) {
      add_once(plan.subjects, party);
      continue;
    }
    add_once(plan.groups, party);
    for (const std::uint32_t member : members) add_once(plan.subjects, member);
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

}  // namespace

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
  CAPEXDB_ASSIGN(plan.range, parse_period_range(query.periods));
  if (trim(query.metric).empty()) return wrong("metric", "which metric?");
  CAPEXDB_ASSIGN(const std::uint32_t metric, catalogue.need_metric(query.metric, plan.at));
  plan.metric = static_cast<std::uint16_t>(metric);
  plan.metric_entry = catalogue.metric(metric, plan.at);
  CAPEXDB_TRY(plan_selection(plan, query, catalogue));
  CAPEXDB_TRY(plan_measure(plan, query));
  CAPEXDB_TRY(plan_policy(plan, query, catalogue));
  plan.statuses = query.statuses;
  if (!query.definition.empty()) plan.definition = query.definition;
  plan.by = query.by;
  plan.limit = query.limit;
  if (plan.kind == QueryKind::sum) CAPEXDB_TRY(check_sum(plan));
  return plan;
}

}  // namespace capexdb::storage
