// What a retraction withdraws.
#include <algorithm>

#include "proto/codec/validate.h"
#include "proto/model/text.h"
#include "storage/evaluator.h"
#include "storage/event_rows.h"
#include "storage/read_view.h"
#include "storage/retraction.h"

namespace capexdb::storage {
Result<std::vector<FactRow>> Evaluator::rows_of_event(const std::string& event_id,
                                                      const EventIdEntry& known) {
  const auto not_a_statement = [&] {
    return fail(Error{Errc::invalid_argument,
                      "event_id '" + std::string(clip(event_id, 80)) +
                          "' is no statement and cannot be withdrawn",
                      "retraction.event_id", "not_a_statement"});
  };
  if (!known.rows.empty()) {
    if (known.rows.front().row.has(flag::kRetraction)) return not_a_statement();
    return known.rows;
  }
  const ReadView view(staged_.state);
  if (known.sequence > view.sequence())
    return not_a_statement();  // a catalogue change of this group
  CAPEXDB_ASSIGN(StoredEvent stored, view.event(known.sequence));
  CAPEXDB_ASSIGN(const ValidEvent target, validate(std::move(stored.bytes)));
  const auto* statement = std::get_if<Statement>(&target.fact());
  if (statement == nullptr) return not_a_statement();
  CAPEXDB_ASSIGN(std::vector<FactRow> rows, rows_of(*statement, known.sequence, catalogue_));
  return rows_said_under(std::move(rows), known.content);
}

Result<std::vector<FactRow>> Evaluator::rows_by_event_id(const Retraction& retraction) {
  CAPEXDB_ASSIGN(const auto known, find_event_id(retraction.event_id));
  if (!known) {
    const std::string key = event_id_key(batch_.producer_id, retraction.event_id);
    if (const auto held = staged_.state.quarantine.of_event_id(key)) {
      return fail(Error{Errc::not_found,
                        "event_id '" + retraction.event_id +
                            "' is held for review and not stored: " + "capex quarantine reject " +
                            std::to_string(*held) + " keeps it out",
                        "retraction.event_id", "held_for_review"});
    }
    return fail(Error{
        Errc::not_found,
        "no event_id '" + retraction.event_id + "' of this producer is stored; nothing to withdraw",
        "retraction.event_id", "unknown_event_id"});
  }
  CAPEXDB_ASSIGN(std::vector<FactRow> rows, rows_of_event(retraction.event_id, *known));
  CAPEXDB_ASSIGN(const std::uint32_t source, catalogue_.find_source(retraction.publisher, next_));
  if (source == 0 || rows.front().row.ordinal(Column::source) != source) {
    return fail(Error{Errc::permission_denied,
                      "'" + retraction.publisher +
                          "' did not make that statement; only its own source withdraws it",
                      "source.publisher", "other_source"});
  }
  return rows_withdrawing(std::move(rows), known->sequence, retraction, next_);
}

Result<std::vector<FactRow>> Evaluator::rows_by_cell(const Retraction& retraction) {
  CAPEXDB_ASSIGN(std::vector<FactRow> rows, rows_withdrawing_cell(retraction, next_, catalogue_));
  for (const FactRow& fact : rows) {
    CAPEXDB_ASSIGN(const Said said, said_about(fact));
    const std::vector<Row> cell = said.rows();
    const bool hits =
        std::any_of(cell.begin(), cell.end(), [&](const Row& r) { return withdraws(fact.row, r); });
    if (!hits) {
      return fail(Error{Errc::not_found,
                        "this document has said nothing about that cell that could be withdrawn; "
                        "subject, metric, period, unit, measure and dimensions must be those of "
                        "the statement",
                        "retraction.cell", "nothing_to_withdraw"});
    }
  }
  return rows;
}

Result<Evaluator::MaybeFinding> Evaluator::retraction(const ValidEvent& event) {
  const auto& retraction = std::get<Retraction>(event.fact());
  CAPEXDB_ASSIGN(std::vector<FactRow> rows,
                 retraction.cell ? rows_by_cell(retraction) : rows_by_event_id(retraction));
  CAPEXDB_ASSIGN(Judged judged, judge(event, rows));
  return accept(event, std::move(rows), std::move(judged));
}

}  // namespace capexdb::storage
