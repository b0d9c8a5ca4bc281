// What becomes of a statement, beside what is said already.
#include <algorithm>

#include "proto/model/text.h"
#include "storage/evaluator.h"
#include "storage/event_rows.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"

namespace capexdb::storage {

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

bool Evaluator::Said::has_retraction() const {
  return (stored != nullptr && stored->has_retraction()) ||
         (own != nullptr && own->has_retraction());
}

Result<Evaluator::Said> Evaluator::said_about(const FactRow& fact) {
  // Nothing is said of whom nobody knows.
  if (fact.row[Column::subject] == 0) return Said();
  const HistoryKey key = history_key_of(fact);
  StoreState& state = staged_.state;
  CAPEXDB_ASSIGN(Series * stored, state.series.get(*state.database, key));
  const CellStatements* own = nullptr;
  if (const auto metric = own_.find(fact.metric); metric != own_.end()) {
    const auto cell = metric->second.find(cell_key(fact.row));
    if (cell != metric->second.end()) own = &cell->second;
  }
  CAPEXDB_ASSIGN(const CellStatements* said, stored->cell_of(fact.row, policy_));
  return Said{key, stored, said, own};
}

Result<std::uint64_t> Evaluator::same_of_merged(const FactRow& fact) {
  const std::uint32_t subject = fact.row.ordinal(Column::subject);
  // Each is withdrawn for itself.
  if (!merged_ || !merged_->has(subject) || fact.row.has(flag::kRetraction)) return 0;
  for (const std::uint32_t part : merged_->parts.at(merged_->of(subject))) {
    if (part == subject) continue;
    FactRow other = fact;
    other.row[Column::subject] = part;
    CAPEXDB_ASSIGN(const Said said, said_about(other));
    if (const Row* twin = said.find_same(other.row)) return twin->sequence();
  }
  return 0;
}

std::uint64_t Evaluator::leader_of(const Said& said) const {
  if (said.has_retraction()) {
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
Result<Evaluator::MaybeFinding> Evaluator::known_by_id(const ValidEvent& event,
                                                       std::uint64_t content) {
  if (event.event_id().empty()) return MaybeFinding();
  CAPEXDB_ASSIGN(const auto known, find_event_id(event.event_id()));
  if (!known) return MaybeFinding();
  if (known->content == content) {
    return MaybeFinding(already_stored(known->sequence));
  }
  return MaybeFinding(
      Finding{v1::OUTCOME_CONFLICT, known->sequence,
              Error{Errc::already_exists,
                    "event_id '" + std::string(clip(event.event_id(), 80)) +
                        "' already stands for sequence " + std::to_string(known->sequence) +
                        " with other content; a revision needs an id of its own",
                    "event_id", "event_id_conflict"}});
}

Result<Evaluator::Judged> Evaluator::judge(const ValidEvent& event,
                                           const std::vector<FactRow>& rows) {
  Judged judged;
  said_.clear();
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
    judged.supersedes.push_back(leader_of(said));
    said_.push_back(said);
  }
  judged.content = content_of(rows);
  CAPEXDB_ASSIGN(judged.finding, known_by_id(event, judged.content));
  if (judged.finding || same < rows.size()) return judged;
  if (!event.event_id().empty()) {
    const std::string id_key = event_id_key(batch_.producer_id, event.event_id());
    const EventIdEntry entry{same_as, judged.content, rows};
    own_event_ids_[id_key] = entry;
    result_.other_names.emplace_back(id_key, entry);
  }
  judged.finding = already_stored(same_as);
  return judged;
}

Result<Evaluator::MaybeFinding> Evaluator::accept(const ValidEvent& event,
                                                  std::vector<FactRow> rows, Judged judged) {
  if (judged.finding) return judged.finding;
  const std::uint64_t sequence = next_++;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    FactRow& fact = rows[i];
    fact.row[Column::sequence] = static_cast<std::int64_t>(sequence);
    own_[fact.metric][cell_key(fact.row)].add(fact.row, policy_);
    CAPEXDB_TRY(note_figures(fact, said_[i].series));
  }
  if (!event.event_id().empty()) {
    own_event_ids_[event_id_key(batch_.producer_id, event.event_id())] = {sequence, judged.content,
                                                                          rows};
  }
  std::vector<std::uint64_t>& supersedes = judged.supersedes;
  const bool first_words =
      std::all_of(supersedes.begin(), supersedes.end(), [](std::uint64_t s) { return s == 0; });
  if (first_words) supersedes.clear();
  AcceptedEvent& accepted = result_.events.emplace_back();
  accepted.bytes = event.bytes();
  accepted.event_id = event.event_id();
  accepted.content = judged.content;
  accepted.rows = std::move(rows);
  accepted.supersedes = std::move(supersedes);
  return MaybeFinding();
}

// The same event sent again is a duplicate, though the fiscal calendar that it was
// read by has changed since.
Result<Evaluator::MaybeFinding> Evaluator::said_in_its_calendar(const ValidEvent& event) {
  const auto& statement = std::get<Statement>(event.fact());
  if (!statement.fiscal || event.event_id().empty()) return MaybeFinding();
  CAPEXDB_ASSIGN(const auto known, find_event_id(event.event_id()));
  if (!known) return MaybeFinding();
  const auto rows = rows_of(statement, known->sequence, catalogue_, Unused::match_nothing);
  if (!rows || content_of(*rows) != known->content) return MaybeFinding();
  return MaybeFinding(already_stored(known->sequence));
}

Result<Evaluator::MaybeFinding> Evaluator::statement(std::size_t index, const ValidEvent& event) {
  CAPEXDB_ASSIGN(auto known, said_in_its_calendar(event));
  if (known) return known;
  if (names_later()) return statement_named_later(index, event);
  const auto& said = std::get<Statement>(event.fact());
  CAPEXDB_ASSIGN(std::vector<FactRow> rows, rows_of(said, next_, catalogue_));
  CAPEXDB_ASSIGN(Judged judged, judge(event, rows));
  if (!judged.finding) {
    CAPEXDB_ASSIGN(judged.finding, in_quarantine(event, said));
  }
  if (!judged.finding && looks_) {
    CAPEXDB_ASSIGN(suspicions_, suspicions_of(said, rows));
  }
  return accept(event, std::move(rows), std::move(judged));
}

Result<Evaluator::MaybeFinding> Evaluator::statement_named_later(std::size_t index,
                                                                 const ValidEvent& event) {
  const auto& said = std::get<Statement>(event.fact());
  CatalogChange delta;
  std::vector<std::string> seen;
  if (names_) {
    auto missing = names_->missing(said, seen);
    if (!missing) {
      naming_.unnamed[index] = missing.error();
      return fail(std::move(missing.error()));
    }
    delta = std::move(*missing);
  }
  CAPEXDB_ASSIGN(std::vector<FactRow> rows, rows_of(said, next_, catalogue_, Unused::suppose));
  CAPEXDB_ASSIGN(Judged judged, judge(event, rows));
  if (!judged.finding && looks_) {
    CAPEXDB_ASSIGN(judged.finding, in_quarantine(event, said));
    if (!judged.finding) {
      CAPEXDB_ASSIGN(suspicions_, suspicions_of(said, rows));
      judged.finding = hold(index, event, said);
    }
  }
  const bool stays_out = judged.finding && judged.finding->outcome != v1::OUTCOME_DUPLICATE;
  if (stays_out) return judged.finding;
  if (names_) {
    names_->take(std::move(delta));
    naming_.first_seen[index] = std::move(seen);
  }
  if (judged.finding) return judged.finding;
  CAPEXDB_ASSIGN(rows, rows_of(said, next_, catalogue_));
  judged.content = content_of(rows);
  return accept(event, std::move(rows), std::move(judged));
}

}  // namespace capexdb::storage
