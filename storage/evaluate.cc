#include "storage/evaluate.h"

#include <algorithm>
#include <optional>

#include "capexdb/v1/event.pb.h"
#include "proto/codec/catalog_codec.h"
#include "proto/codec/validate.h"
#include "proto/model/limits.h"
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

// An event_id may have come with only some of what its stored event says: those
// rows of `stored` whose content is the id's, else all.
std::vector<FactRow> rows_said_under(std::vector<FactRow> stored, std::uint64_t content) {
  constexpr std::size_t kRowsMax = 3;  // of a shipment: units, unit price, value
  if (stored.size() > kRowsMax || content_of(stored) == content) return stored;
  for (unsigned chosen = 1; chosen < (1U << stored.size()); ++chosen) {
    std::vector<FactRow> some;
    for (std::size_t i = 0; i < stored.size(); ++i) {
      if ((chosen >> i & 1U) != 0) some.push_back(stored[i]);
    }
    if (content_of(some) == content) return some;
  }
  return stored;
}

// One batch, record by record.
class Evaluator {
 public:
  Evaluator(const Batch& batch, Staged& staged, Catalogue& catalogue)
      : batch_(batch),
        staged_(staged),
        catalogue_(catalogue),
        policy_(default_policy(catalogue)),
        merged_(catalogue.merged_parties(kNow)) {}

  Result<Evaluation> run();

 private:
  // What to tell of a record; none for one that is simply accepted.
  struct Finding {
    v1::Outcome outcome;
    std::uint64_t sequence = 0;
    Error error = {};
  };
  static Finding already_stored(std::uint64_t sequence) {
    return {v1::OUTCOME_DUPLICATE, sequence, Error{{}, "already stored", {}, "duplicate"}};
  }

  void name_everything();
  Result<void> evaluate_record(std::size_t index, const ValidEvent& event);
  Result<std::optional<Finding>> statement(const ValidEvent& event);
  Result<std::optional<Finding>> retraction(const ValidEvent& event);
  Result<std::optional<Finding>> catalogue_change(const ValidEvent& event);
  Result<std::optional<Finding>> known_by_id(const ValidEvent& event, std::uint64_t content);
  Result<std::optional<Finding>> said_in_its_calendar(const ValidEvent& event);
  Result<std::optional<Finding>> accept(const ValidEvent& event, std::vector<FactRow> rows);

  Result<std::vector<FactRow>> rows_by_cell(const Retraction& retraction);
  Result<std::vector<FactRow>> rows_by_event_id(const Retraction& retraction);
  Result<std::vector<FactRow>> rows_of_event(const std::string& event_id,
                                             const EventIdEntry& known);
  Result<std::optional<EventIdEntry>> find_event_id(const std::string& event_id);
  // What the store, then what this batch says about the cell of `fact`; null
  // where nothing is said.
  struct Said {
    const CellStatements* stored;
    const CellStatements* own;
    const Row* find_same(const Row& row) const;
    std::vector<Row> rows() const;
  };
  Result<Said> said_about(const FactRow& fact);
  // The sequence of the same statement about a party that is now one with the
  // subject; 0: there is none.
  Result<std::uint64_t> same_of_merged(const FactRow& fact);
  std::uint64_t leader_of(const Said& said) const;

  void report(std::size_t index, const Finding& finding);

  const Batch& batch_;
  Staged& staged_;
  Catalogue& catalogue_;
  const Policy policy_;
  const std::shared_ptr<const MergedParties> merged_;
  Evaluation result_;
  std::uint64_t next_ = 0;
  bool has_statements_ = false;
  std::size_t text_bytes_ = 0;  // of the verdicts' messages
  // This batch's rows, by cell; each metric has its own.
  std::unordered_map<std::uint16_t, std::unordered_map<CellKey, CellStatements, CellKeyHash>> own_;
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
  // The first texts of many say enough; codes and fields are there for all.
  text_bytes_ += finding.error.message.size();
  if (text_bytes_ <= limits::kVerdictTextBytesMax) verdict.set_message(finding.error.message);
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
  NewNames names(catalogue_, next_);
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
  ++next_;
}

Result<Evaluation> Evaluator::run() {
  next_ = staged_.next_sequence;
  result_.first_sequence = next_;
  result_.events.reserve(batch_.records.size() + 1);
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

const Row* Evaluator::Said::find_same(const Row& row) const {
  const Row* same = stored == nullptr ? nullptr : stored->find_same(row);
  if (same == nullptr && own != nullptr) same = own->find_same(row);
  return same;
}

std::vector<Row> Evaluator::Said::rows() const {
  std::vector<Row> all;
  for (const CellStatements* cell : {stored, own}) {
    if (cell != nullptr) all.insert(all.end(), cell->rows().begin(), cell->rows().end());
  }
  return all;
}

Result<Evaluator::Said> Evaluator::said_about(const FactRow& fact) {
  const HistoryKey key = history_key_of(fact);
  StoreState& state = staged_.state;
  CAPEXDB_ASSIGN(Series * stored, state.series.get(*state.database, key));
  const CellStatements* own = nullptr;
  if (const auto metric = own_.find(fact.metric); metric != own_.end()) {
    const auto cell = metric->second.find(cell_key(fact.row));
    if (cell != metric->second.end()) own = &cell->second;
  }
  CAPEXDB_ASSIGN(const CellStatements* said, stored->cell_of(fact.row, policy_));
  return Said{said, own};
}

Result<std::uint64_t> Evaluator::same_of_merged(const FactRow& fact) {
  const std::uint32_t subject = fact.row.ordinal(Column::subject);
  // Each is withdrawn for itself.
  if (!merged_ || !merged_->has(subject) || fact.row.has(flag::kRetraction)) return 0;
  const auto one = merged_->canonical.find(subject);
  for (const std::uint32_t part :
       merged_->parts.at(one == merged_->canonical.end() ? subject : one->second)) {
    if (part == subject) continue;
    FactRow other = fact;
    other.row[Column::subject] = part;
    CAPEXDB_ASSIGN(const Said said, said_about(other));
    if (const Row* twin = said.find_same(other.row)) return twin->sequence();
  }
  return 0;
}

std::uint64_t Evaluator::leader_of(const Said& said) const {
  const bool retracted = (said.stored != nullptr && said.stored->has_retraction()) ||
                         (said.own != nullptr && said.own->has_retraction());
  if (retracted) {
    const std::vector<Row> rows = said.rows();
    const Verdicts verdicts = resolve(rows, policy_);
    return verdicts.leader ? rows[*verdicts.leader].sequence() : 0;
  }
  const Row* leader = said.stored == nullptr ? nullptr : said.stored->leader();
  const Row* own = said.own == nullptr ? nullptr : said.own->leader();
  if (leader == nullptr || (own != nullptr && goes_before(*own, *leader, policy_))) leader = own;
  return leader == nullptr ? 0 : leader->sequence();
}

// What an explicit event_id that is known already makes of the event.
Result<std::optional<Evaluator::Finding>> Evaluator::known_by_id(const ValidEvent& event,
                                                                 std::uint64_t content) {
  if (event.event_id().empty()) return std::optional<Finding>();
  CAPEXDB_ASSIGN(const auto known, find_event_id(event.event_id()));
  if (!known) return std::optional<Finding>();
  if (known->content == content) {
    return std::optional(already_stored(known->sequence));
  }
  return std::optional(
      Finding{v1::OUTCOME_CONFLICT, known->sequence,
              Error{Errc::already_exists,
                    "event_id '" + std::string(clip(event.event_id(), 80)) +
                        "' already stands for sequence " + std::to_string(known->sequence) +
                        " with other content; a revision needs an id of its own",
                    "event_id", "event_id_conflict"}});
}

Result<std::optional<Evaluator::Finding>> Evaluator::accept(const ValidEvent& event,
                                                            std::vector<FactRow> rows) {
  std::vector<std::uint64_t> supersedes;
  std::uint64_t same_as = 0;
  std::size_t same = 0;
  for (const FactRow& fact : rows) {
    CAPEXDB_ASSIGN(const Said said, said_about(fact));
    const Row* twin = said.find_same(fact.row);
    std::uint64_t sequence = twin == nullptr ? 0 : twin->sequence();
    if (sequence == 0) {
      CAPEXDB_ASSIGN(sequence, same_of_merged(fact));
    }
    if (sequence != 0) ++same;
    if (same_as == 0) same_as = sequence;
    supersedes.push_back(leader_of(said));
  }
  const std::uint64_t content = content_of(rows);
  CAPEXDB_ASSIGN(auto known, known_by_id(event, content));
  if (known) return known;
  const std::string id_key = event_id_key(batch_.producer_id, event.event_id());
  const bool new_id = !event.event_id().empty();
  if (same == rows.size()) {
    if (new_id) {
      const EventIdEntry entry{same_as, content, rows};
      own_event_ids_[id_key] = entry;
      result_.other_names.emplace_back(id_key, entry);
    }
    return std::optional(already_stored(same_as));
  }
  const std::uint64_t sequence = next_++;
  for (FactRow& fact : rows) {
    fact.row[Column::sequence] = static_cast<std::int64_t>(sequence);
    own_[fact.metric][cell_key(fact.row)].add(fact.row, policy_);
  }
  if (new_id) own_event_ids_[id_key] = {sequence, content, rows};
  const bool first_words =
      std::all_of(supersedes.begin(), supersedes.end(), [](std::uint64_t s) { return s == 0; });
  if (first_words) supersedes.clear();
  AcceptedEvent& accepted = result_.events.emplace_back();
  accepted.bytes = event.bytes();
  accepted.event_id = event.event_id();
  accepted.content = content;
  accepted.rows = std::move(rows);
  accepted.supersedes = std::move(supersedes);
  return std::optional<Finding>();
}

// The same event sent again is a duplicate, though the fiscal calendar that it was
// read by has changed since.
Result<std::optional<Evaluator::Finding>> Evaluator::said_in_its_calendar(const ValidEvent& event) {
  const auto& statement = std::get<Statement>(event.fact());
  if (!statement.fiscal || event.event_id().empty()) return std::optional<Finding>();
  CAPEXDB_ASSIGN(const auto known, find_event_id(event.event_id()));
  if (!known) return std::optional<Finding>();
  const auto rows = rows_of(statement, known->sequence, catalogue_, Unused::match_nothing);
  if (!rows || content_of(*rows) != known->content) return std::optional<Finding>();
  return std::optional(already_stored(known->sequence));
}

Result<std::optional<Evaluator::Finding>> Evaluator::statement(const ValidEvent& event) {
  CAPEXDB_ASSIGN(auto said, said_in_its_calendar(event));
  if (said) return said;
  CAPEXDB_ASSIGN(std::vector<FactRow> rows,
                 rows_of(std::get<Statement>(event.fact()), next_, catalogue_));
  return accept(event, std::move(rows));
}

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
  const std::uint64_t content = hash64(event.bytes());
  CAPEXDB_ASSIGN(auto known, known_by_id(event, content));
  if (known) return known;
  // What another store admitted is not judged again.
  if (!batch_.restored_at_us) CAPEXDB_TRY(catalogue_.admits(change));
  if (!batch_.restored_at_us && catalogue_.knows(change)) {
    return std::optional(
        Finding{v1::OUTCOME_DUPLICATE, 0, Error{{}, "the catalogue knows this", {}, "duplicate"}});
  }
  AcceptedEvent accepted;
  accepted.bytes = event.bytes();
  accepted.event_id = event.event_id();
  accepted.content = content;
  if (!event.event_id().empty()) {
    own_event_ids_[event_id_key(batch_.producer_id, event.event_id())] = {next_, content, {}};
  }
  accepted.is_catalogue = true;
  accepted.changes_ranks = !change.sources.empty();
  result_.events.push_back(std::move(accepted));
  catalogue_.apply(change, next_++);
  return std::optional<Finding>();
}

}  // namespace

HistoryKey history_key_of(const FactRow& fact) {
  return {fact.row.ordinal(Column::subject), fact.metric, history_bucket(fact.row.period()), 0};
}

Policy default_policy(const Catalogue& catalogue) {
  Policy policy;
  policy.source_rank = [&catalogue](std::uint32_t source) {
    return catalogue.source_rank(source, kNow);
  };
  return policy;
}

Result<Evaluation> evaluate(const Batch& batch, Staged& staged, Catalogue& catalogue) {
  return Evaluator(batch, staged, catalogue).run();
}

}  // namespace capexdb::storage
