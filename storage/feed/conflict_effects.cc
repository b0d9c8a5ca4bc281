// Contradictions that an event opens or closes.
#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "proto/model/limits.h"
#include "proto/wire/query_codec.h"
#include "storage/feed/effects.h"
#include "storage/query/conflicts.h"
#include "storage/query/provenance.h"
#include "storage/read_view.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kBytesMax = 2U << 20U;  // of a change's conflicts, so that a message holds it

// What two times call the same conflict: its class and the cells of its sides. A further
// statement about one of the cells makes no other one of it.
std::string identity_of(const AnswerRow& conflict) {
  std::set<std::string> cells;
  for (const AnswerRow& side : conflict.parts) {
    std::string cell;
    for (const std::string& text :
         {side.company, side.metric, side.product, side.counterparty, side.period, side.start,
          side.end, side.unit, side.currency, side.definition}) {
      cell += text + '\0';
    }
    if (side.measure) cell += to_string(*side.measure);
    cells.insert(std::move(cell));
  }
  std::string identity(conflict.finding ? to_string(*conflict.finding) : "");
  for (const std::string& cell : cells) identity += '\n' + cell;
  return identity;
}

using Conflicts = std::map<std::string, AnswerRow>;

Result<Conflicts> conflicts_at(const ReadView& view, const std::string& company,
                               const std::string& metrics, std::uint64_t sequence) {
  const Catalogue& catalogue = view.state().catalogue;
  Conflicts found;
  if (sequence == 0) return found;
  const Query query{.kind = QueryKind::conflicts,
                    .select = {company},
                    .metric = metrics,
                    .at_sequence = sequence};
  const auto plan = make_plan(query, catalogue, view.sequence());
  if (!plan) {
    // Who was not known yet contradicted nobody.
    if (plan.error().code == Errc::not_found) return found;
    return fail(plan.error());
  }
  const QueryLimits no_limits;
  bool cut = false;
  CAPEXDB_ASSIGN(std::vector<AnswerRow> rows,
                 conflicts_answer(view, *plan, catalogue, no_limits,
                                  std::numeric_limits<std::uint32_t>::max(), cut));
  for (AnswerRow& row : rows) {
    std::string identity = identity_of(row);
    found.emplace(std::move(identity), std::move(row));
  }
  return found;
}

// Those of `a` that `b` does not have.
std::vector<AnswerRow> without(Conflicts a, const Conflicts& b) {
  std::vector<AnswerRow> left;
  for (auto& [identity, row] : a) {
    if (!b.contains(identity)) left.push_back(std::move(row));
  }
  return left;
}

Result<std::vector<std::vector<std::uint32_t>>> metrics_of(const std::vector<AnswerRow>& conflicts,
                                                           const Catalogue& catalogue,
                                                           std::uint64_t sequence) {
  std::vector<std::vector<std::uint32_t>> all;
  for (const AnswerRow& conflict : conflicts) {
    std::vector<std::uint32_t>& metrics = all.emplace_back();
    for (const AnswerRow& side : conflict.parts) {
      CAPEXDB_ASSIGN(const std::uint32_t metric, catalogue.find_metric(side.metric, sequence));
      if (std::find(metrics.begin(), metrics.end(), metric) == metrics.end()) {
        metrics.push_back(metric);
      }
    }
  }
  return all;
}

struct Subject {
  std::string company;
  std::string metrics;  // separated by commas
};

Subject subject_of(const LoggedRows& event, const Catalogue& catalogue) {
  const std::uint32_t party =
      catalogue.canonical(event.rows.front().row.ordinal(Column::subject), event.sequence);
  Subject subject{catalogue.text(NameKind::party, party), {}};
  for (const FactRow& fact : event.rows) {
    const std::string id = catalogue.text(NameKind::metric, fact.metric);
    subject.metrics += (subject.metrics.empty() ? "" : ",") + id;
  }
  return subject;
}

Result<ConflictEffects> told(const ReadView& view, std::vector<AnswerRow> opened,
                             std::vector<AnswerRow> closed, std::uint64_t sequence) {
  ConflictEffects effects;
  const Catalogue& catalogue = view.state().catalogue;
  CAPEXDB_ASSIGN(effects.opened, metrics_of(opened, catalogue, sequence));
  CAPEXDB_ASSIGN(effects.closed, metrics_of(closed, catalogue, sequence));
  std::vector<AnswerRow*> sides;
  for (std::vector<AnswerRow>* list : {&opened, &closed}) {
    for (AnswerRow& row : *list) {
      for (AnswerRow& side : row.parts) sides.push_back(&side);
    }
  }
  const QueryLimits no_limits;
  HeldMemory held(no_limits);
  CAPEXDB_TRY(add_provenance(view, sides, no_limits, held));
  v1::Change change;
  std::size_t bytes = 0;
  const auto put = [&](const std::vector<AnswerRow>& conflicts, auto& list) {
    for (const AnswerRow& row : conflicts) {
      v1::QueryRow message = wire::to_proto(row);
      bytes += message.ByteSizeLong();
      if (bytes > kBytesMax) {
        change.set_conflicts_left_out(change.conflicts_left_out() + 1);
      } else {
        *list.Add() = std::move(message);
      }
    }
  };
  put(opened, *change.mutable_conflicts_opened());
  put(closed, *change.mutable_conflicts_closed());
  effects.bytes = change.SerializeAsString();
  return effects;
}

}  // namespace

bool share_conflicts(const StoreState& state, const LoggedRows& event, const LoggedRows& next) {
  if (event.rows.empty() || next.rows.empty() || next.sequence != event.sequence + 1) return false;
  const Subject a = subject_of(event, state.catalogue);
  const Subject b = subject_of(next, state.catalogue);
  return a.company == b.company && a.metrics == b.metrics;
}

Result<std::vector<ConflictEffects>> conflict_effects_of(StoreState& state,
                                                         const std::vector<LoggedRows>& run) {
  std::vector<ConflictEffects> all;
  if (run.empty() || run.front().rows.empty()) return std::vector<ConflictEffects>(run.size());
  const ReadView view(state);
  CAPEXDB_TRY(view.status());
  const auto [company, metrics] = subject_of(run.front(), state.catalogue);
  CAPEXDB_ASSIGN(Conflicts before, conflicts_at(view, company, metrics, run.front().sequence - 1));
  for (const LoggedRows& event : run) {
    CAPEXDB_ASSIGN(Conflicts after, conflicts_at(view, company, metrics, event.sequence));
    CAPEXDB_ASSIGN(ConflictEffects effects,
                   told(view, without(after, before), without(before, after), event.sequence));
    all.push_back(std::move(effects));
    before = std::move(after);
  }
  return all;
}

}  // namespace capexdb::storage
