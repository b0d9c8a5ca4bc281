#include "storage/query/fold.h"

#include <algorithm>
#include <tuple>

#include "storage/query/shipments.h"
#include "storage/query/sort_large.h"

namespace capexdb::storage {
namespace {

auto row_order(const Figure& f) {
  const AnswerRow& r = f.row;
  return std::tie(r.company, r.start, r.end, r.period, r.product, r.counterparty, r.definition,
                  r.currency, r.unit, r.measure, f.stated_currency, r.sequence);
}

}  // namespace

std::size_t ResolvedCell::bytes() const {
  return sizeof *this + (document_ids.capacity() + root_ids.capacity()) * sizeof(std::int64_t) +
         derivation.capacity() + reason.capacity() + note.capacity() +
         parts.capacity() * sizeof(Row);
}

std::string unit_text(const Row& row, const Catalogue& catalogue) {
  if (row[Column::unit] == 0) return currency_letters(row[Column::currency]);
  return catalogue.text(NameKind::unit, row.ordinal(Column::unit));
}

std::string asked_text(const Plan& plan, const Catalogue& catalogue) {
  constexpr std::size_t kNamed = 20;
  std::string asked = plan.everyone ? "all" : "";
  for (std::size_t i = 0; i < plan.asked_parties.size() && i < kNamed; ++i) {
    if (!asked.empty()) asked += ",";
    asked += catalogue.text(NameKind::party, plan.asked_parties[i]);
  }
  return asked;
}

void unite(std::vector<std::int64_t>& ids, const std::vector<std::int64_t>& more) {
  ids.insert(ids.end(), more.begin(), more.end());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

void join(ResolvedCell& cell, const ResolvedCell& other) {
  unite(cell.document_ids, other.document_ids);
  unite(cell.root_ids, other.root_ids);
  cell.documents = static_cast<std::uint32_t>(cell.document_ids.size());
  cell.roots = static_cast<std::uint32_t>(cell.root_ids.size());
  cell.disagreeing += other.disagreeing;
  cell.implied = cell.implied || other.implied;
  cell.parts.insert(cell.parts.end(), other.parts.begin(), other.parts.end());
  Row& row = cell.leader;
  const Row& more = other.leader;
  row[Column::status] = std::max(row[Column::status], more[Column::status]);
  if (published_later(more.published(), row.published())) {
    row.set_published(more.published());
    row[Column::source] = more[Column::source];
  }
  row[Column::sequence] = std::max(row[Column::sequence], more[Column::sequence]);
}

AnswerRow describe(const Row& row, const Plan& plan, const Catalogue& catalogue) {
  AnswerRow r;
  const Period period = row.period();
  r.company = catalogue.text(NameKind::party, row.ordinal(Column::subject));
  r.metric = plan.metric_entry.id;
  r.product = catalogue.text(NameKind::product, row.ordinal(Column::product));
  r.counterparty = catalogue.counterparty_ids(row.ordinal(Column::counterparties));
  r.period = period_to_string(period);
  r.start = period_start_text(period);
  r.end = period_end_text(period);
  if (!row.has(flag::kRetraction)) r.value = effective(row.value());
  r.unit = unit_text(row, catalogue);
  r.currency = currency_letters(row[Column::currency]);
  r.status = row.status();
  r.measure = row.measure();
  r.source = catalogue.text(NameKind::source, row.ordinal(Column::source));
  r.published_at = time_range_to_string(row.published());
  r.sequence = row.sequence();
  r.growth_only = row.has(flag::kGrowthOnly);
  r.definition = catalogue.text(NameKind::definition, row.ordinal(Column::definition));
  r.retraction = row.has(flag::kRetraction);
  if (row.has(flag::kUnquantified)) r.reason = "stated without a number";
  return r;
}

AnswerRow describe_statement(const Row& row, const Plan& plan, const Catalogue& catalogue) {
  AnswerRow r = describe(row, plan, catalogue);
  r.documents = 1;
  r.roots = 1;
  return r;
}

namespace {

// When the leader's value was last said, and whether it took another one's place.
void note_restatement(std::span<const Row> cell, const Verdicts& verdicts, ResolvedCell& resolved) {
  const Row& leader = resolved.leader;
  const Interval value = effective(leader.value());
  std::optional<std::int64_t> other;  // newest of the older figures
  const auto agrees = [&](const Row& row) { return meet(value, effective(row.value())); };
  for (const std::size_t i : verdicts.standing) {
    const std::int64_t end = cell[i].published().end;
    if (agrees(cell[i])) {
      resolved.last_stated = std::max(resolved.last_stated, end);
    } else if (cell[i].status() == leader.status() && end < leader.published().end) {
      other = std::max(other.value_or(end), end);
    }
  }
  if (!other) return;
  resolved.restated = leader.published().end;
  for (const std::size_t i : verdicts.standing) {
    const std::int64_t end = cell[i].published().end;
    if (end > *other && agrees(cell[i])) resolved.restated = std::min(*resolved.restated, end);
  }
}

}  // namespace

std::optional<ResolvedCell> resolve_cell(std::span<const Row> cell, const Plan& plan) {
  // Most cells hold one statement, which then leads and is its own evidence.
  if (const Row& row = cell.front();
      cell.size() == 1 && !row.has(flag::kRetraction | flag::kLow | flag::kHigh)) {
    const bool other_source =
        plan.policy.kind == PolicyKind::source && row.ordinal(Column::source) != plan.policy.source;
    if (other_source) return std::nullopt;
    ResolvedCell resolved;
    resolved.leader = row;
    resolved.documents = 1;
    resolved.roots = 1;
    resolved.document_ids = {row[Column::document]};
    resolved.root_ids = {row[Column::root]};
    if (plan.every != Every::reported) {
      resolved.last_stated = std::max<std::int64_t>(0, row.published().end);
    }
    if (plan.explain) resolved.parts = {row};
    return resolved;
  }
  const Verdicts verdicts = resolve(cell, plan.policy);
  if (!verdicts.leader) return std::nullopt;
  ResolvedCell resolved;
  resolved.leader = cell[*verdicts.leader];
  Evidence evidence = evidence_for(cell, verdicts);
  resolved.documents = evidence.documents;
  resolved.roots = evidence.roots;
  resolved.disagreeing = evidence.disagreeing;
  resolved.document_ids = std::move(evidence.document_ids);
  resolved.root_ids = std::move(evidence.root_ids);
  if (plan.every != Every::reported) note_restatement(cell, verdicts, resolved);
  if (plan.explain) {
    const Interval value = effective(resolved.leader.value());
    for (const std::size_t i : verdicts.standing) {
      if (meet(value, effective(cell[i].value()))) resolved.parts.push_back(cell[i]);
    }
  }
  return resolved;
}

std::string definition_of(const Row& row, const Catalogue& catalogue) {
  return catalogue.text(NameKind::definition, row.ordinal(Column::definition));
}

std::size_t definition_rank(const std::string& definition, const Plan& plan) {
  const auto& tags = plan.metric_entry.tags;
  if (definition.empty()) return tags.size();
  const auto at = std::find(tags.begin(), tags.end(), definition);
  return at == tags.end() ? tags.size() + 1 : static_cast<std::size_t>(at - tags.begin());
}

void keep_best_definitions(std::vector<ResolvedCell>& cells, const Plan& plan,
                           const Catalogue& catalogue) {
  if (plan.definition) return;
  // Cells of one definition differ in something else.
  const bool one_definition = std::all_of(cells.begin(), cells.end(), [&](const auto& cell) {
    return cell.leader[Column::definition] == cells.front().leader[Column::definition];
  });
  if (one_definition) return;
  const auto name_of = [&](const Row& row) { return definition_of(row, catalogue); };
  const auto key = [](const Row& r) {
    return std::tuple(r[Column::subject], r[Column::period_kind], r[Column::period_start],
                      r[Column::period_end], r[Column::product], r[Column::counterparties],
                      r[Column::measure], r[Column::unit], r[Column::currency]);
  };
  using Key = decltype(key(Row{}));
  std::map<Key, std::pair<std::size_t, std::string>> best;  // rank, then name
  for (const ResolvedCell& cell : cells) {
    const std::string name = name_of(cell.leader);
    const std::pair mine(definition_rank(name, plan), name);
    const auto [at, is_new] = best.try_emplace(key(cell.leader), mine);
    if (!is_new) at->second = std::min(at->second, mine);
  }
  if (best.size() == cells.size()) return;
  std::erase_if(cells, [&](const ResolvedCell& cell) {
    return best.at(key(cell.leader)).second != name_of(cell.leader);
  });
}

namespace {

// In order of ids, as the column of counterparties is; not of when they were met.
std::string names_of(const std::vector<std::uint32_t>& parties, const Catalogue& catalogue) {
  std::set<std::string> ids;
  for (const std::uint32_t party : parties) ids.insert(catalogue.text(NameKind::party, party));
  std::string names;
  for (const std::string& id : ids) names += (names.empty() ? "" : ",") + id;
  return names;
}

}  // namespace

Result<std::vector<Figure>> cells_answer(std::vector<ResolvedCell> cells,
                                         const std::vector<AbsentPeriod>& absent, const Plan& plan,
                                         const Catalogue& catalogue, const QueryLimits& limits) {
  std::vector<Figure> figures;
  figures.reserve(cells.size() + absent.size());
  for (ResolvedCell& cell : cells) {
    CAPEXDB_TRY(check_limits(limits));
    Figure& figure = figures.emplace_back();
    figure.period = cell.label.value_or(cell.leader.period());
    figure.document_ids = std::move(cell.document_ids);
    figure.root_ids = std::move(cell.root_ids);
    figure.implied = cell.implied;
    figure.stated_currency = cell.stated_currency;
    figure.parts = std::move(cell.parts);
    AnswerRow& row = figure.row;
    row = describe(cell.leader, plan, catalogue);
    if (plan.kind == QueryKind::shipments) {
      const Sides sides = sides_of(cell.leader, plan, catalogue);
      row.seller = names_of(sides.sellers, catalogue);
      row.buyer = names_of(sides.buyers, catalogue);
    }
    row.documents = cell.documents;
    row.roots = cell.roots;
    row.derivation = cell.derivation.empty() ? "reported" : cell.derivation;
    if (cell.label) row.period = period_to_string(*cell.label);
    if (!cell.reason.empty()) row.reason = cell.reason;
    if (!cell.note.empty()) figure.notes.push_back(std::move(cell.note));
    if (cell.disagreeing > 0) {
      figure.notes.push_back(
          row.company + " " + row.period + ": " + std::to_string(cell.disagreeing) +
          (cell.disagreeing == 1 ? " statement disagrees" : " statements disagree") +
          " with this value; see `capex history " + row.company + " " + row.metric + " " +
          row.period + "`");
    }
  }
  for (const AbsentPeriod& period : absent) {
    CAPEXDB_TRY(check_limits(limits));
    Figure& figure = figures.emplace_back();
    figure.period = period.label;
    AnswerRow& row = figure.row;
    row.company = catalogue.text(NameKind::party, static_cast<std::uint32_t>(period.subject));
    row.metric = plan.metric_entry.id;
    row.period = period_to_string(period.label);
    row.start = period_start_text(period.label);
    row.end = period_end_text(period.label);
    row.measure = plan.measure;
    row.reason = period.reason;
  }
  sort_large(figures, [](const Figure& a, const Figure& b) { return row_order(a) < row_order(b); });
  return figures;
}

}  // namespace capexdb::storage
