#include "storage/query/conflicts.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "storage/query/conflict_checks.h"
#include "storage/query/conflict_reader.h"
#include "storage/query/fold.h"
#include "storage/query/shipments.h"

namespace capexdb::storage {
namespace {

using Metrics = std::map<std::uint16_t, CatalogMetric>;

// The metrics whose numbers the asked ones are compared with, and they themselves.
Metrics metrics_to_read(const Plan& plan, const Catalogue& catalogue) {
  const std::vector<std::string>& sales = shipment_metrics();
  const auto is_sale = [&](const CatalogMetric& metric) {
    return std::find(sales.begin(), sales.end(), metric.id) != sales.end();
  };
  const auto wants = [&](Finding finding) {
    return std::find(plan.findings.begin(), plan.findings.end(), finding) != plan.findings.end();
  };
  const std::set<std::uint16_t> asked(plan.metrics.begin(), plan.metrics.end());
  std::set<UnitClass> classes;
  bool any_sale = false;
  for (const std::uint16_t metric : asked) {
    const CatalogMetric entry = catalogue.metric(metric, plan.at);
    classes.insert(entry.unit_class);
    any_sale = any_sale || is_sale(entry);
  }
  Metrics metrics;
  const std::uint32_t count = catalogue.size(NameKind::metric);
  for (std::uint32_t ordinal = 1; ordinal <= count; ++ordinal) {
    CatalogMetric entry = catalogue.metric(ordinal, plan.at);
    if (entry.id.empty()) continue;
    const auto metric = static_cast<std::uint16_t>(ordinal);
    const bool read = asked.empty() || asked.contains(metric) || (any_sale && is_sale(entry)) ||
                      (wants(Finding::scope_drift) && classes.contains(entry.unit_class));
    if (read) metrics.emplace(metric, std::move(entry));
  }
  return metrics;
}

// The asked parties, of groups the members too; empty where everyone is asked for.
std::unordered_set<std::uint32_t> parties_asked_for(const Plan& plan, const PartyTree& parties) {
  std::unordered_set<std::uint32_t> asked;
  if (plan.everyone) return asked;
  for (const std::uint32_t party : plan.asked_parties) {
    asked.insert(party);
    const auto& leaves = parties.leaves(party);
    asked.insert(leaves.begin(), leaves.end());
  }
  return asked;
}

// With the groups that they belong to and their fellows there, ascending.
std::vector<std::uint32_t> parties_to_read(const std::unordered_set<std::uint32_t>& asked,
                                           const PartyTree& parties) {
  std::set<std::uint32_t> read(asked.begin(), asked.end());
  for (const std::uint32_t party : asked) {
    for (const std::uint32_t group : parties.wholes_of(party)) {
      read.insert(group);
      const auto& leaves = parties.leaves(group);
      read.insert(leaves.begin(), leaves.end());
    }
  }
  return {read.begin(), read.end()};
}

Conflicts::Asked asked_for(const Plan& plan, const Catalogue& catalogue,
                           const std::unordered_set<std::uint32_t>& parties) {
  Plan periods = plan;
  periods.range = plan.asked_range;
  return [&plan, &catalogue, &parties, periods = std::move(periods)](const Stated& side) {
    const Row& row = side.row;
    if (plan.policy.kind == PolicyKind::source &&
        row.ordinal(Column::source) != plan.policy.source) {
      return false;
    }
    const auto& metrics = plan.metrics;
    if (!metrics.empty() &&
        std::find(metrics.begin(), metrics.end(), side.metric) == metrics.end()) {
      return false;
    }
    if (!periods.range.is_all() && !periods.covers(row.period())) return false;
    if (plan.everyone || parties.contains(row.ordinal(Column::subject))) return true;
    const auto others = catalogue.counterparties(row.ordinal(Column::counterparties));
    return std::any_of(others.begin(), others.end(), [&](const auto& other) {
      return takes_part(other.role) && parties.contains(other.party);
    });
  };
}

AnswerRow describe_side(const Stated& side, const ConflictContext& context) {
  AnswerRow row = describe_statement(side.row, context.plan, context.catalogue);
  row.metric = context.metrics.at(side.metric).id;
  return row;
}

// So many sides of one conflict fit a message, whatever their texts.
constexpr std::size_t kPartsMax = 200;

AnswerRow describe_conflict(const Conflict& conflict, const ConflictContext& context) {
  AnswerRow row = describe_side(conflict.sides.front(), context);
  row.finding = conflict.finding;
  row.reason = conflict.reason;
  std::set<std::int64_t> documents;
  for (const Stated& side : conflict.sides) {
    if (row.parts.size() < kPartsMax) row.parts.push_back(describe_side(side, context));
    row.sequence = std::max(row.sequence, side.row.sequence());
    documents.insert(side.row[Column::document]);
  }
  if (conflict.sides.size() > kPartsMax) {
    row.reason += "; " + std::to_string(kPartsMax) + " of " +
                  std::to_string(conflict.sides.size()) + " sides are listed";
  }
  const std::vector<std::int64_t> roots = roots_of(conflict.sides);
  row.documents = static_cast<std::uint32_t>(documents.size());
  row.roots = static_cast<std::uint32_t>(std::set(roots.begin(), roots.end()).size());
  return row;
}

// Class, then the leading side, then the rest; documents as hashes in the end.
Conflicts::Order order_by(const Catalogue& catalogue) {
  return [&catalogue](const Conflict& conflict) {
    std::string order;
    const auto add = [&](const std::string& text) {
      order += text;
      order += '\0';
    };
    add(std::to_string(static_cast<int>(conflict.finding)));
    const auto add_cell = [&](const Stated& side) {
      const Row& row = side.row;
      add(catalogue.text(NameKind::party, row.ordinal(Column::subject)));
      add(catalogue.text(NameKind::metric, side.metric));
      add(period_start_text(row.period()));
      add(period_end_text(row.period()));
      add(period_to_string(row.period()));
      add(catalogue.text(NameKind::product, row.ordinal(Column::product)));
      add(catalogue.counterparty_ids(row.ordinal(Column::counterparties)));
      add(catalogue.text(NameKind::unit, row.ordinal(Column::unit)));
      add(catalogue.text(NameKind::definition, row.ordinal(Column::definition)));
    };
    add_cell(conflict.sides.front());
    add(conflict.reason);
    for (const Stated& side : conflict.sides) {
      add_cell(side);
      add(value_text(side.value));
      add(time_range_to_string(side.row.published()));
      add(std::to_string(side.row[Column::document]));
    }
    return order;
  };
}

// One subject's statements through every check.
class Checks {
 public:
  explicit Checks(const ConflictContext& context) : context_(context), trade_(context) {}

  bool needs_wholes() const {
    return context_.found.wants(Finding::part_above_whole) ||
           context_.found.wants(Finding::parts_and_total);
  }
  Result<void> add_whole(const SubjectStatements& subject) {
    return group_.add_whole(claims(subject), context_);
  }
  Result<void> add(const SubjectStatements& subject) {
    CAPEXDB_TRY(subject.for_each_cell(
        [&](std::span<const Stated> cell) { return check_cell(cell, context_); }));
    const std::vector<Claim> all = claims(subject);
    if (context_.found.wants(Finding::broken_identity)) CAPEXDB_TRY(check_growth(all, context_));
    CAPEXDB_TRY(check_conversions(subject.statements, context_));
    CAPEXDB_TRY(scope_.add_subject(subject.statements, context_));
    CAPEXDB_TRY(group_.add_part(all, context_));
    return trade_.add(all, context_);
  }
  Result<void> finish(const ReadView& view) {
    CAPEXDB_TRY(scope_.finish(view, context_));
    CAPEXDB_TRY(group_.finish(context_));
    return trade_.finish(context_);
  }

 private:
  std::vector<Claim> claims(const SubjectStatements& subject) const {
    std::vector<Claim> all;
    (void)subject.for_each_cell([&](std::span<const Stated> cell) -> Result<void> {
      for (Claim& claim : claims_of(cell, context_.plan.policy)) all.push_back(std::move(claim));
      return {};
    });
    return all;
  }

  const ConflictContext& context_;
  ScopeCheck scope_;
  GroupCheck group_;
  TradeCheck trade_;
};

}  // namespace

Result<std::vector<AnswerRow>> conflicts_answer(const ReadView& view, const Plan& plan,
                                                const Catalogue& catalogue,
                                                const QueryLimits& limits, std::uint32_t rows_max,
                                                bool& truncated) {
  const PartyTree parties(catalogue, plan.at);
  const Metrics metrics = metrics_to_read(plan, catalogue);
  const std::unordered_set<std::uint32_t> asked = parties_asked_for(plan, parties);
  Conflicts found(plan, limits, rows_max, asked_for(plan, catalogue, asked), order_by(catalogue));
  const ConflictContext context{plan, catalogue, metrics, parties, found};
  Checks checks(context);
  const ConflictReader reader(view, plan, catalogue, limits, metrics);
  const auto add_whole = [&](const SubjectStatements& s) { return checks.add_whole(s); };
  const auto add = [&](const SubjectStatements& s) { return checks.add(s); };
  if (plan.everyone) {
    if (checks.needs_wholes()) CAPEXDB_TRY(reader.read_parties(parties.groups(), add_whole));
    CAPEXDB_TRY(reader.read_everyone(add));
  } else {
    const std::vector<std::uint32_t> read = parties_to_read(asked, parties);
    if (checks.needs_wholes()) CAPEXDB_TRY(reader.read_parties(read, add_whole));
    CAPEXDB_TRY(reader.read_parties(read, add));
  }
  CAPEXDB_TRY(checks.finish(view));

  std::vector<AnswerRow> rows;
  for (const Conflict& conflict : found.take()) {
    CAPEXDB_TRY(found.step());
    rows.push_back(describe_conflict(conflict, context));
  }
  truncated = found.truncated();
  return rows;
}

}  // namespace capexdb::storage
