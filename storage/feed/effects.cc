#include "storage/feed/effects.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "proto/model/arithmetic.h"
#include "proto/wire/query_codec.h"
#include "storage/feed/cell_reader.h"
#include "storage/feed/replay.h"
#include "storage/query/engine.h"
#include "storage/query/fold.h"
#include "storage/query/provenance.h"
#include "storage/read_view.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

// What rows are judged by, as of one sequence.
struct Judging {
  std::uint64_t at = 0;
  std::shared_ptr<const MergedParties> merged;
  Policy policy;
};

Judging judging_at(const Catalogue& catalogue, std::uint64_t at) {
  Judging judging{at, catalogue.merged_parties(at), {}};
  judging.policy.source_rank = [&catalogue, at](std::uint32_t source) {
    return catalogue.source_rank(source, at);
  };
  return judging;
}

// Those whose rows are read as the subject's, with itself.
std::vector<std::uint32_t> parts_of(std::uint32_t subject, const Judging& judging) {
  if (!judging.merged) return {subject};
  const auto parts = judging.merged->parts.find(judging.merged->of(subject));
  if (parts == judging.merged->parts.end()) return {subject};
  return parts->second;
}

// Everything that the time knows of the cell of `fact`. Merged parties are one; `fact` is
// relabelled.
Result<std::vector<Row>> rows_of_cell(CellReader& reader, FactRow& fact, const Judging& judging) {
  const Period period = fact.row.period();
  const std::vector<std::uint32_t> parts = parts_of(fact.row.ordinal(Column::subject), judging);
  if (judging.merged) judging.merged->relabel(fact.row);
  std::vector<Row> rows;
  for (const std::uint32_t part : parts) {
    CAPEXDB_ASSIGN(const std::span<const Row> all, reader.rows(part, fact.metric, period));
    for (const Row& known : all) {
      if (known.sequence() > judging.at) continue;
      Row row = known;
      if (judging.merged) judging.merged->relabel(row);
      if (same_cell(row, fact.row)) rows.push_back(row);
    }
  }
  return rows;
}

// By what is needed to describe rows of one metric at one sequence.
Plan plan_of(const Catalogue& catalogue, std::uint16_t metric, std::uint64_t sequence) {
  Plan plan;
  plan.kind = QueryKind::statements;
  plan.at = sequence;
  plan.metric = metric;
  plan.metric_entry = catalogue.metric(metric, sequence);
  plan.merged = catalogue.merged_parties(sequence);
  return plan;
}

std::optional<Row> leader_of(std::span<const Row> cell, const Policy& policy) {
  if (cell.empty()) return std::nullopt;
  const Verdicts verdicts = resolve(cell, policy);
  if (!verdicts.leader) return std::nullopt;
  return cell[*verdicts.leader];
}

std::optional<Decimal> percent_between(const std::optional<Decimal>& before,
                                       const std::optional<Decimal>& after) {
  if (!before || !after || before->is_zero()) return std::nullopt;
  const auto difference = subtract(*after, *before);
  if (!difference) return std::nullopt;
  const auto hundredfold = multiply(*difference, Decimal(100));
  if (!hundredfold) return std::nullopt;
  const Decimal base = before->is_negative() ? before->negated() : *before;
  const auto percent = divide(*hundredfold, base, Rounding::half_even);
  if (!percent) return std::nullopt;
  return *percent;
}

// "5.25": at most four digits behind the point, half-even.
std::string percent_text(const Decimal& percent) {
  constexpr int kPlaces = 4;
  if (percent.scale() <= kPlaces) return percent.normalized().to_string();
  const int128 step = power_of_ten(percent.scale() - kPlaces);
  int128 whole = percent.mantissa() / step;
  int128 rest = percent.mantissa() % step;
  const int sign = percent.is_negative() ? -1 : 1;
  rest = rest * sign * 2;
  if (rest > step || (rest == step && whole % 2 != 0)) whole += sign;
  const auto rounded = Decimal::make(whole, kPlaces);
  return rounded ? rounded->normalized().to_string() : percent.to_string();
}

// `later` tells which of two rows came later.
template <class Later>
CellEffect judge(std::vector<Row> cell, const FactRow& fact, const Policy& policy,
                 const Later& later) {
  const Row& row = fact.row;
  std::erase_if(cell, [&](const Row& r) { return later(r, row); });
  std::vector<Row> earlier = cell;
  std::erase_if(earlier, [&](const Row& r) { return !later(row, r); });
  CellEffect effect;
  effect.metric = fact.metric;
  effect.statement = row;
  const std::optional<Row> before = leader_of(earlier, policy);
  const std::optional<Row> after = leader_of(cell, policy);
  const bool any_statement = std::any_of(earlier.begin(), earlier.end(),
                                         [](const Row& r) { return !r.has(flag::kRetraction); });
  if (!any_statement && !row.has(flag::kRetraction)) {
    effect.add(v1::MEANING_FIRST_PRINT);
  }
  const auto value = [](const Row& r) { return effective(r.value()); };
  const bool is_other =
      before && after && (before->status() != after->status() || value(*before) != value(*after));
  // Gone, or back after it was withdrawn.
  const bool is_revised = is_other || (any_statement && before.has_value() != after.has_value());
  if (is_revised) effect.add(v1::MEANING_REVISION);
  if (before && after && before->status() != Status::actual && after->status() == Status::actual) {
    effect.add(v1::MEANING_BECAME_ACTUAL);
  }
  if (before) effect.before = value(*before).point;
  if (after) effect.after = value(*after).point;
  effect.leader_before = before;
  effect.leader_after = after;
  return effect;
}

template <class Later>
Result<CellEffects> effects_of(CellReader& reader, const std::vector<FactRow>& rows,
                               const Judging& judging, const Later& later) {
  CellEffects effects;
  effects.at = judging.at;
  for (FactRow fact : rows) {
    CAPEXDB_ASSIGN(std::vector<Row> cell, rows_of_cell(reader, fact, judging));
    effects.cells.push_back(judge(std::move(cell), fact, judging.policy, later));
  }
  return effects;
}

void announce(CellReader& reader, const std::vector<FactRow>& rows, const Judging& judging) {
  for (const FactRow& fact : rows) {
    for (const std::uint32_t part : parts_of(fact.row.ordinal(Column::subject), judging)) {
      reader.announce(part, fact.metric, fact.row.period());
    }
  }
}

}  // namespace

bool CellEffect::changed_by_more_than(const Decimal& percent) const {
  if (!before || !after) return false;
  const auto difference = subtract(*after, *before);
  if (!difference) return true;  // so far apart that it has no room
  const Decimal size = difference->is_negative() ? difference->negated() : *difference;
  const Decimal base = before->is_negative() ? before->negated() : *before;
  const auto hundredfold = multiply(size, Decimal(100));
  const auto limit = multiply(base, percent);
  if (hundredfold && limit) return *hundredfold > *limit;
  const auto about = percent_between(before, after);
  if (!about) return !size.is_zero();
  return (about->is_negative() ? about->negated() : *about) > percent;
}

Result<std::vector<CellEffects>> cell_effects_of(StoreState& state,
                                                 const std::vector<LoggedRows>& events) {
  const ReadView view(state);
  CAPEXDB_TRY(view.status());
  CellReader reader(view);
  std::vector<Judging> judgings;
  for (const LoggedRows& event : events) {
    judgings.push_back(judging_at(state.catalogue, event.sequence));
    announce(reader, event.rows, judgings.back());
  }
  std::vector<CellEffects> all;
  for (std::size_t i = 0; i < events.size(); ++i) {
    CAPEXDB_ASSIGN(CellEffects effects,
                   effects_of(reader, events[i].rows, judgings[i], [](const Row& a, const Row& b) {
                     return a.sequence() > b.sequence();
                   }));
    all.push_back(std::move(effects));
  }
  return all;
}

Result<CellEffects> cell_effects_in_replay(StoreState& state, const std::vector<FactRow>& rows,
                                           std::uint64_t at) {
  const ReadView view(state);
  CAPEXDB_TRY(view.status());
  CellReader reader(view);
  const Judging judging = judging_at(state.catalogue, at);
  announce(reader, rows, judging);
  return effects_of(reader, rows, judging,
                    [](const Row& a, const Row& b) { return known_at(a) > known_at(b); });
}

Result<std::string> change_of_cells(StoreState& state, const CellEffects& effects,
                                    const EventBytes& at_hand) {
  const ReadView view(state);
  CAPEXDB_TRY(view.status());
  struct Described {
    AnswerRow statement;
    std::optional<AnswerRow> before;
    std::optional<AnswerRow> after;
  };
  std::vector<Described> cells;
  cells.reserve(effects.cells.size());  // rows are pointed at
  std::vector<AnswerRow*> elsewhere;
  for (const CellEffect& effect : effects.cells) {
    const Plan plan = plan_of(state.catalogue, effect.metric, effects.at);
    const auto describe = [&](const Row& row) {
      return describe_statement(row, plan, state.catalogue);
    };
    Described& cell = cells.emplace_back();
    cell.statement = describe(effect.statement);
    if (effect.leader_before) cell.before = describe(*effect.leader_before);
    if (effect.leader_after) cell.after = describe(*effect.leader_after);
    for (AnswerRow* row : {&cell.statement, cell.before ? &*cell.before : nullptr,
                           cell.after ? &*cell.after : nullptr}) {
      if (row == nullptr) continue;
      if (const std::string* bytes = at_hand(row->sequence)) {
        CAPEXDB_TRY(add_provenance(*row, *bytes));
      } else {
        elsewhere.push_back(row);
      }
    }
  }
  const QueryLimits no_limits;
  HeldMemory held(no_limits);
  CAPEXDB_TRY(add_provenance(view, elsewhere, no_limits, held));
  v1::Change change;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    v1::CellChange& cell = *change.add_cells();
    const CellEffect& effect = effects.cells[i];
    for (const auto meaning :
         {v1::MEANING_FIRST_PRINT, v1::MEANING_REVISION, v1::MEANING_BECAME_ACTUAL}) {
      if (effect.has(meaning)) cell.add_meanings(meaning);
    }
    *cell.mutable_statement() = wire::to_proto(cells[i].statement);
    if (cells[i].before) *cell.mutable_before() = wire::to_proto(*cells[i].before);
    if (cells[i].after) *cell.mutable_after() = wire::to_proto(*cells[i].after);
    if (const auto percent = percent_between(effect.before, effect.after)) {
      cell.set_change_percent(percent_text(*percent));
    }
  }
  return change.SerializeAsString();
}

}  // namespace capexdb::storage
