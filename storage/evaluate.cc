#include "storage/evaluate.h"

#include <algorithm>
#include <optional>

#include "capexdb/v1/event.pb.h"
#include "proto/codec/catalog_codec.h"
#include "proto/codec/validate.h"
#include "proto/model/text.h"
#include "storage/read_view.h"
#include "storage/resolution.h"
#include "storage/retraction.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"

namespace capexdb::storage {
namespace {

std::uint64_t content_of(const std::vector<FactRow>& rows) {
  std::string words;
  for (const FactRow& fact : rows) {
    append_big_endian(words, fact.metric, 2);
    append_big_endian(words, content_hash(fact.row), 8);
  }
  return hash64(words);
}

HistoryKey key_of(const FactRow& fact) {
  return {fact.row.ordinal(Column::subject), fact.metric, history_bucket(fact.row.period()), 0};
}

// One batch, record by record.
class Evaluator {
 public:
  Evaluator(const Batch& batch, Staged& staged, Catalogue& catalogue)
      : batch_(batch), staged_(staged), catalogue_(catalogue) {}

  Result<Evaluation> run();

 private:
  // What to tell of a record; none for one that is simply accepted.
  struct Finding {
    v1::Outcome outcome;
    std::uint64_t sequence = 0;
    Error error = {};
  };

  void name_everything();
  Result<void> evaluate_record(std::size_t index, const ValidEvent& event);
  Result<std::optional<Finding>> statement(const ValidEvent& event);
  Result<std::optional<Finding>> retraction(const ValidEvent& event);
  Result<std::optional<Finding>> catalogue_change(const ValidEvent& event);
  Result<std::optional<Finding>> accept(const ValidEvent& event, std::vector<FactRow> rows);

  Result<std::vector<FactRow>> rows_by_cell(const Retraction& retraction);
  Result<std::vector<FactRow>> rows_by_event_id(const Retraction& retraction);
  Result<std::vector<FactRow>> rows_of_event(const std::string& event_id,
                                             const EventIdEntry& known);
  Result<std::optional<EventIdEntry>> find_event_id(const std::string& event_id);
  // Rows of this batch and of the store about the cell of `fact`.
  Result<std::vector<Row>> cell_of(const FactRow& fact);

  void report(std::size_t index, const Finding& finding);

  const Batch& batch_;
  Staged& staged_;
  Catalogue& catalogue_;
  Evaluation result_;
  std::uint64_t next_ = 0;
  bool has_statements_ = false;
  std::map<HistoryKey, Series> own_;  // this batch's rows
  std::unordered_map<std::string, EventIdEntry> own_event_ids_;
  std::vector<std::optional<Error>> unnamed_;         // by record: why its names do not do
  std::vector<std::vector<std::string>> first_seen_;  // by record: parties it introduced
};

// Not an outcome of the record but of the store.
bool is_fatal(const Error& error) {
  return error.code == Errc::data_loss || error.code == Errc::internal ||
         error.code == Errc::unavailable;
}

void Evaluator::report(std::size_t index, const Finding& finding) {
  v1::Verdict& verdict = *result_.reply.add_verdicts();
  verdict.set_index(static_cast<std::uint32_t>(index));
  verdict.set_outcome(finding.outcome);
  verdict.set_sequence(finding.sequence);
  verdict.set_code(finding.error.reason);
  verdict.set_field(finding.error.field);
  verdict.set_message(finding.error.message);
  switch (finding.outcome) {
    case v1::OUTCOME_DUPLICATE:
      result_.reply.set_duplicates(result_.reply.duplicates() + 1);
      break;
    case v1::OUTCOME_ACCEPTED:
      break;
    default:
      result_.reply.set_rejected(result_.reply.rejected() + 1);
      result_.any_refused = true;
  }
}

// New names come first, as one event, so that the facts behind it can use them.
void Evaluator::name_everything() {
  NewNames names(catalogue_);
  unnamed_.resize(batch_.records.size());
  first_seen_.resize(batch_.records.size());
  for (std::size_t i = 0; i < batch_.records.size(); ++i) {
    if (!batch_.records[i]) continue;
    const auto* statement = std::get_if<Statement>(&batch_.records[i]->fact());
    has_statements_ =
        has_statements_ || !std::holds_alternative<CatalogChange>(batch_.records[i]->fact());
    if (statement == nullptr) continue;
    auto named = names.collect(*statement, first_seen_[i]);
    if (!named) unnamed_[i] = std::move(named.error());
  }
  if (names.change().empty()) return;
  v1::Event event;
  *event.mutable_catalog_change() = to_proto(names.change());
  AcceptedEvent& accepted = result_.events.emplace_back();
  event.SerializeToString(&accepted.bytes);
  accepted.is_catalogue = true;
  catalogue_.apply(names.change(), next_++);
}

Result<Evaluation> Evaluator::run() {
  next_ = staged_.next_sequence;
  result_.first_sequence = next_;
  name_everything();
  for (std::size_t i = 0; i < batch_.records.size(); ++i) {
    if (batch_.records[i]) {
      CAPEXDB_TRY(evaluate_record(i, *batch_.records[i]));
    } else {
      report(i, {v1::OUTCOME_REJECTED, 0, batch_.records[i].error()});
    }
  }
  v1::IngestReply& reply = result_.reply;
  reply.set_batch_number(batch_.batch_number);
  if (reply.accepted() > 0) {
    reply.set_last_sequence(next_ - 1);
    reply.set_first_sequence(next_ - reply.accepted());
  }
  reply.set_store_sequence(next_ - 1);
  return std::move(result_);
}

Result<void> Evaluator::evaluate_record(std::size_t index, const ValidEvent& event) {
  const auto finding = [&]() -> Result<std::optional<Finding>> {
    if (unnamed_[index]) return fail(*unnamed_[index]);
    if (std::holds_alternative<Statement>(event.fact())) return statement(event);
    if (std::holds_alternative<Retraction>(event.fact())) return retraction(event);
    return catalogue_change(event);
  }();
  if (!finding) {
    if (is_fatal(finding.error())) return fail(finding.error());
    report(index, {v1::OUTCOME_REJECTED, 0, finding.error()});
    return {};
  }
  if (*finding) {
    report(index, **finding);
    return {};
  }
  result_.reply.set_accepted(result_.reply.accepted() + 1);
  if (!first_seen_[index].empty()) {
    Error note;
    note.reason = "new_company";
    note.field = "subject.name";
    for (const std::string& id : first_seen_[index]) {
      note.message += (note.message.empty() ? "catalogued as new: " : ", ") + id;
    }
    report(index, {v1::OUTCOME_ACCEPTED, next_ - 1, note});
  }
  return {};
}

Result<std::optional<EventIdEntry>> Evaluator::find_event_id(const std::string& event_id) {
  const std::string key = event_id_key(batch_.producer_id, event_id);
  if (const auto own = own_event_ids_.find(key); own != own_event_ids_.end()) return own->second;
  if (const auto staged = staged_.event_ids.find(key); staged != staged_.event_ids.end()) {
    return staged->second;
  }
  std::string value;
  const Database& database = *staged_.state.database;
  const auto status = database.db().Get({}, database.ids(), key, &value);
  if (status.IsNotFound()) return std::optional<EventIdEntry>();
  if (!status.ok()) return fail(to_error(status, "event ids"));
  if (value.size() != 16) return fail(Errc::data_loss, "the index of event ids is damaged");
  const std::string_view words(value);
  return EventIdEntry{read_big_endian(words.substr(0, 8)), read_big_endian(words.substr(8)), {}};
}

Result<std::vector<Row>> Evaluator::cell_of(const FactRow& fact) {
  const HistoryKey key = key_of(fact);
  CAPEXDB_ASSIGN(const Series* stored, staged_.state.series.get(*staged_.state.database, key));
  std::vector<Row> rows = stored->cell_of(fact.row);
  if (const auto own = own_.find(key); own != own_.end()) {
    const std::vector<Row> more = own->second.cell_of(fact.row);
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

Result<std::optional<Evaluator::Finding>> Evaluator::accept(const ValidEvent& event,
                                                            std::vector<FactRow> rows) {
  Policy policy;
  policy.source_rank = [&](std::uint32_t source) { return catalogue_.source_rank(source, kNow); };
  std::vector<std::uint64_t> supersedes;
  std::uint64_t same_as = 0;
  std::size_t same = 0;
  for (const FactRow& fact : rows) {
    CAPEXDB_ASSIGN(const std::vector<Row> cell, cell_of(fact));
    const auto twin = std::find_if(cell.begin(), cell.end(),
                                   [&](const Row& r) { return same_content(r, fact.row); });
    if (twin != cell.end()) {
      ++same;
      if (same_as == 0) same_as = twin->sequence();
    }
    const Verdicts verdicts = resolve(cell, policy);
    supersedes.push_back(verdicts.leader ? cell[*verdicts.leader].sequence() : 0);
  }
  const std::uint64_t content = content_of(rows);
  if (!event.event_id().empty()) {
    CAPEXDB_ASSIGN(const auto known, find_event_id(event.event_id()));
    if (known && known->content != content) {
      return std::optional(
          Finding{v1::OUTCOME_CONFLICT, known->sequence,
                  Error{Errc::already_exists,
                        "event_id '" + event.event_id() + "' already stands for sequence " +
                            std::to_string(known->sequence) +
                            " with other content; a revision needs an id of its own",
                        "event_id", "event_id_conflict"}});
    }
    if (known) {
      return std::optional(Finding{v1::OUTCOME_DUPLICATE, known->sequence,
                                   Error{{}, "already stored", {}, "duplicate"}});
    }
  }
  if (same == rows.size()) {
    return std::optional(
        Finding{v1::OUTCOME_DUPLICATE, same_as, Error{{}, "already stored", {}, "duplicate"}});
  }
  const std::uint64_t sequence = next_++;
  for (FactRow& fact : rows) {
    fact.row[Column::sequence] = static_cast<std::int64_t>(sequence);
    own_[key_of(fact)].add(fact.row);
  }
  if (!event.event_id().empty()) {
    own_event_ids_[event_id_key(batch_.producer_id, event.event_id())] = {sequence, content, rows};
  }
  const bool first_words =
      std::all_of(supersedes.begin(), supersedes.end(), [](std::uint64_t s) { return s == 0; });
  if (first_words) supersedes.clear();
  result_.events.push_back({event.bytes(), event.event_id(), content, std::move(rows),
                            std::move(supersedes), /*is_catalogue=*/false});
  return std::optional<Finding>();
}

Result<std::optional<Evaluator::Finding>> Evaluator::statement(const ValidEvent& event) {
  CAPEXDB_ASSIGN(std::vector<FactRow> rows,
                 rows_of(std::get<Statement>(event.fact()), next_, catalogue_));
  return accept(event, std::move(rows));
}

Result<std::vector<FactRow>> Evaluator::rows_of_event(const std::string& event_id,
                                                      const EventIdEntry& known) {
  if (!known.rows.empty()) return known.rows;
  const ReadView view(staged_.state);
  CAPEXDB_ASSIGN(StoredEvent stored, view.event(known.sequence));
  CAPEXDB_ASSIGN(const ValidEvent target, validate(std::move(stored.bytes)));
  const auto* statement = std::get_if<Statement>(&target.fact());
  if (statement == nullptr) {
    return fail(Error{Errc::invalid_argument, "event_id '" + event_id + "' is no statement",
                      "retraction.event_id", "not_a_statement"});
  }
  return rows_of(*statement, known.sequence, catalogue_);
}

Result<std::vector<FactRow>> Evaluator::rows_by_event_id(const Retraction& retraction) {
  CAPEXDB_ASSIGN(const auto known, find_event_id(retraction.event_id));
  if (!known) {
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
    CAPEXDB_ASSIGN(const std::vector<Row> cell, cell_of(fact));
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

Result<std::optional<Evaluator::Finding>> Evaluator::retraction(const ValidEvent& event) {
  const auto& retraction = std::get<Retraction>(event.fact());
  CAPEXDB_ASSIGN(std::vector<FactRow> rows,
                 retraction.cell ? rows_by_cell(retraction) : rows_by_event_id(retraction));
  return accept(event, std::move(rows));
}

Result<std::optional<Evaluator::Finding>> Evaluator::catalogue_change(const ValidEvent& event) {
  if (has_statements_) {
    return fail(Error{Errc::invalid_argument,
                      "catalogue changes go into a batch of their own, before the facts that need "
                      "them",
                      "catalog_change", "mixed_batch"});
  }
  const auto& change = std::get<CatalogChange>(event.fact());
  CAPEXDB_TRY(catalogue_.admits(change));
  if (catalogue_.knows(change)) {
    return std::optional(
        Finding{v1::OUTCOME_DUPLICATE, 0, Error{{}, "the catalogue knows this", {}, "duplicate"}});
  }
  AcceptedEvent accepted;
  accepted.bytes = event.bytes();
  accepted.is_catalogue = true;
  result_.events.push_back(std::move(accepted));
  catalogue_.apply(change, next_++);
  return std::optional<Finding>();
}

}  // namespace

Result<Evaluation> evaluate(const Batch& batch, Staged& staged, Catalogue& catalogue) {
  return Evaluator(batch, staged, catalogue).run();
}

}  // namespace capexdb::storage
