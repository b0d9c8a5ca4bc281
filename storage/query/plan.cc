#include "storage/query/plan.h"

#include <algorithm>
#include <numeric>
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

// A party with those that it consists of, where it is a group; sorted.
Result<std::vector<std::uint32_t>> side_of(const std::string& name, const char* field,
                                           const Plan& plan, const Catalogue& catalogue) {
  std::vector<std::uint32_t> parties;
  if (name.empty()) return parties;
  const auto party = catalogue.need_party(name, plan.at);
  if (!party) {
    Error error = party.error();
    error.field = field;
    return fail(std::move(error));
  }
  parties = catalogue.leaves(*party, plan.at);
  parties.push_back(*party);
  std::sort(parties.begin(), parties.end());
  parties.erase(std::unique(parties.begin(), parties.end()), parties.end());
  return parties;
}

// Groups, segments and countries too.
std::vector<std::uint32_t> all_parties(const Catalogue& catalogue) {
  std::vector<std::uint32_t> parties(catalogue.size(NameKind::party));
  std::iota(parties.begin(), parties.end(), 1U);
  return parties;
}

Result<void> plan_shipments(Plan& plan, const Query& query, const Catalogue& catalogue) {
  if (!query.select.empty()) return wrong("select", "name --seller or --buyer of shipments");
  CAPEXDB_ASSIGN(plan.sellers, side_of(query.seller, "seller", plan, catalogue));
  CAPEXDB_ASSIGN(plan.buyers, side_of(query.buyer, "buyer", plan, catalogue));
  if (!query.product.empty()) {
    CAPEXDB_ASSIGN(const std::uint32_t product, catalogue.find_product(query.product, plan.at));
    if (product == 0) {
      return fail(Error{Errc::not_found,
                        "unknown product '" + query.product + "'; capex products lists them",
                        "product"});
    }
    plan.product = product;
  }
  plan.subjects = !plan.sellers.empty() ? plan.sellers : plan.buyers;
  if (plan.subjects.empty()) plan.subjects = all_parties(catalogue);
  return {};
}

Result<void> plan_selection(Plan& plan, const Query& query, const Catalogue& catalogue) {
  if (plan.kind == QueryKind::shipments) return plan_shipments(plan, query, catalogue);
  if (plan.kind == QueryKind::changes && query.select.empty()) {
    plan.everyone = true;
    plan.subjects = all_parties(catalogue);
    return {};
  }
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

// Three letters, in capitals; empty for any other text.
std::string currency_of(std::string_view text) {
  std::string letters;
  for (const char c : to_lower_ascii(text)) {
    if (c < 'a' || c > 'z') return {};
    letters.push_back(static_cast<char>(c - 'a' + 'A'));
  }
  return letters.size() == 3 ? letters : std::string();
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
    return wrong("by", "a row is of a company or of a group; ask --by one of the two");
  }
  const bool adds = plan.fold == Fold::sum || plan.share || plan.cumulative;
  if (!adds) {
    if (!plan.measure) return wrong("measure", "say which growth, --measure growth-yoy for one");
    return {};
  }
  if (!plan.measure || is_growth(*plan.measure)) {
    return wrong("measure",
                 "growth rates cannot be added; ask `get` for them, or --fn avg, min, max, median");
  }
  const bool amount = *plan.measure == Measure::level || *plan.measure == Measure::conversion ||
                      *plan.measure == Measure::rate;
  if (!amount) {
    return wrong("measure",
                 "a " + std::string(to_string(*plan.measure)) +
                     " cannot be added; ask `get` for it, or --fn avg, min, max, median");
  }
  if (plan.metric_entry.aggregation == Aggregation::none) {
    return wrong("metric", id + " cannot be added (it is a price, a ratio or a rank); ask `get` "
                                "for it, or --fn avg, min, max, median");
  }
  if (plan.cumulative && plan.metric_entry.aggregation != Aggregation::flow) {
    return wrong("cumulative", id + " does not add up over time (it is a stock or a rate); ask "
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
      return wrong("currency", "only get, sum and top answer in another currency");
    }
    plan.currency = currency_of(query.currency);
    if (plan.currency.empty()) {
      return wrong("currency", "'" + query.currency +
                                   "' is no currency; use three letters of ISO 4217, as USD");
    }
    if (plan.metric_entry.unit_class != UnitClass::money) {
      return wrong("currency",
                   plan.metric_entry.id + " is not money, so no currency can be chosen");
    }
  }
  const bool sum = plan.kind == QueryKind::sum;
  const auto only_sums = [&](bool given, const char* field) -> Result<void> {
    if (!given || sum) return {};
    return wrong(field, std::string(field) + " is for sums");
  };
  CAPEXDB_TRY(only_sums(plan.share, "share"));
  CAPEXDB_TRY(only_sums(plan.cumulative, "cumulative"));
  CAPEXDB_TRY(only_sums(plan.top != 0, "top"));
  CAPEXDB_TRY(only_sums(plan.fold != Fold::sum, "fold"));
  // A running total is one of what lies inside a period.
  if (plan.cumulative) {
    plan.asked_range.exact.reset();
    plan.range.exact.reset();
  }
  if (plan.growth == Growth::none) return {};
  if (plan.kind != QueryKind::cells && !sum) return wrong("growth", "growth is for get and sum");
  if (plan.share) return wrong("share", "ask for growth or for shares, not for both");
  if (plan.cumulative) {
    return wrong("cumulative", "ask for growth or for running totals, not for both");
  }
  if (!plan.lists(Dimension::period)) {
    return wrong("by", "growth is from one period to another; add period to --by");
  }
  if (!plan.measure || is_growth(*plan.measure)) {
    return wrong("measure",
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
  CAPEXDB_ASSIGN(plan.shown_range, parse_period_range(query.periods));
  plan.asked_range = plan.shown_range;
  plan.range = plan.shown_range;
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
