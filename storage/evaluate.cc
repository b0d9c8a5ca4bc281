#include "storage/evaluate.h"

#include <algorithm>
#include <optional>

#include "capexdb/v1/event.pb.h"
#include "proto/codec/catalog_codec.h"
#include "proto/model/limits.h"
#include "proto/model/text.h"
#include "storage/evaluator.h"

namespace capexdb::storage {

bool is_fatal(const Error& error) {
  return error.code == Errc::data_loss || error.code == Errc::internal ||
         error.code == Errc::unavailable;
}

Evaluator::Evaluator(const Batch& batch, Staged& staged, Catalogue& catalogue, Purpose purpose)
    : batch_(batch),
      staged_(staged),
      catalogue_(catalogue),
      purpose_(purpose),
      policy_(default_policy(catalogue)),
      merged_(catalogue.merged_parties(kNow)),
      rules_(staged.state.options.plausibility),
      looks_(rules_.enabled && !batch.reviewed && !batch.restored_at_us),
      holds_(looks_ && rules_.holds_any(batch.producer_id)) {}

void Evaluator::report(std::size_t index, const Finding& finding) {
  v1::Verdict& verdict = *result_.reply.add_verdicts();
  verdict.set_index(static_cast<std::uint32_t>(index));
  verdict.set_outcome(finding.outcome);
  verdict.set_sequence(finding.sequence);
  verdict.set_code(finding.error.reason);
  verdict.set_field(finding.error.field);
  verdict.set_quarantine_id(finding.quarantine_id);
  // The first texts of many say enough; codes and fields are there for all.
  text_bytes_ += finding.error.message.size();
  if (text_bytes_ <= limits::kVerdictTextBytesMax) verdict.set_message(finding.error.message);
  switch (finding.outcome) {
    case v1::OUTCOME_DUPLICATE:
      result_.reply.set_duplicates(result_.reply.duplicates() + 1);
      break;
    case v1::OUTCOME_QUARANTINED:
      result_.reply.set_quarantined(result_.reply.quarantined() + 1);
      break;
    case v1::OUTCOME_ACCEPTED:
      break;
    default:
      result_.reply.set_rejected(result_.reply.rejected() + 1);
      result_.any_refused = true;
  }
}

void Evaluator::begin() {
  next_ = staged_.next_sequence;
  result_.first_sequence = next_;
  result_.events.reserve(batch_.records.size() + 1);
  naming_.unnamed.resize(batch_.records.size());
  naming_.first_seen.resize(batch_.records.size());
  naming_.held.resize(batch_.records.size());
  has_statements_ =
      std::any_of(batch_.records.begin(), batch_.records.end(), [](const auto& record) {
        return record && !std::holds_alternative<CatalogChange>(record->fact());
      });
}

// New names come first, as one event, so that the facts behind it can use them.
void Evaluator::add_names(const CatalogChange& change) {
  if (change.empty()) return;
  v1::Event event;
  *event.mutable_catalog_change() = to_proto(change);
  AcceptedEvent& accepted = result_.events.emplace_back();
  event.SerializeToString(&accepted.bytes);
  accepted.is_catalogue = true;
  ++next_;
}

void Evaluator::name_everything() {
  NewNames names(catalogue_, next_);
  for (std::size_t i = 0; i < batch_.records.size(); ++i) {
    if (!batch_.records[i]) continue;
    const auto* statement = std::get_if<Statement>(&batch_.records[i]->fact());
    if (statement == nullptr) continue;
    auto named = names.collect(*statement, naming_.first_seen[i]);
    if (!named) naming_.unnamed[i] = std::move(named.error());
  }
  add_names(names.change());
}

Result<Evaluation> Evaluator::run() {
  begin();
  name_everything();
  return evaluate_all();
}

Result<Evaluation> Evaluator::run_naming_later(Naming& naming) {
  begin();
  names_.emplace(catalogue_, next_);
  auto evaluation = evaluate_all();
  naming_.change = names_->change();
  naming = std::move(naming_);
  return evaluation;
}

Result<Evaluation> Evaluator::run_named(Naming naming) {
  begin();
  naming_ = std::move(naming);
  add_names(naming_.change);
  return evaluate_all();
}

Result<Evaluation> Evaluator::evaluate_all() {
  for (std::size_t i = 0; i < batch_.records.size(); ++i) CAPEXDB_TRY(evaluate_record(i));
  v1::IngestReply& reply = result_.reply;
  reply.set_batch_number(batch_.batch_number);
  if (reply.accepted() > 0) {
    reply.set_last_sequence(next_ - 1);
    reply.set_first_sequence(next_ - reply.accepted());
  }
  reply.set_store_sequence(next_ - 1);
  if (purpose_ == Purpose::trial) forget_figures();
  return std::move(result_);
}

Result<void> Evaluator::evaluate_record(std::size_t index) {
  if (!batch_.records[index]) {
    report(index, {v1::OUTCOME_REJECTED, 0, batch_.records[index].error()});
    return {};
  }
  const ValidEvent& event = *batch_.records[index];
  suspicions_.clear();
  const auto finding = [&]() -> Result<MaybeFinding> {
    if (naming_.unnamed[index]) return fail(*naming_.unnamed[index]);
    if (std::holds_alternative<Statement>(event.fact())) return statement(index, event);
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
  if (const auto& first_seen = naming_.first_seen[index]; !first_seen.empty()) {
    Error note;
    note.reason = "new_company";
    note.field = "subject.name";
    for (const std::string& id : first_seen) {
      note.message += (note.message.empty() ? "catalogued as new: " : ", ") + id;
    }
    report(index, {v1::OUTCOME_ACCEPTED, next_ - 1, note});
  }
  if (!suspicions_.empty()) {
    report(index, {v1::OUTCOME_ACCEPTED, next_ - 1, error_of(suspicions_)});
  }
  return {};
}

Result<Evaluator::MaybeFinding> Evaluator::catalogue_change(const ValidEvent& event) {
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
    return MaybeFinding(
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
  accepted.changes_parties = !change.parties.empty();
  result_.events.push_back(std::move(accepted));
  catalogue_.apply(change, next_++);
  return MaybeFinding();
}

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

Result<Evaluation> evaluate(const Batch& batch, Staged& staged, Catalogue& catalogue,
                            Purpose purpose) {
  Evaluator evaluator(batch, staged, catalogue, purpose);
  if (!evaluator.names_later()) return evaluator.run();
  Naming naming;
  CAPEXDB_ASSIGN(Evaluation evaluation, evaluator.run_naming_later(naming));
  if (naming.change.empty()) return evaluation;
  evaluator.forget_figures();
  return Evaluator(batch, staged, catalogue, purpose).run_named(std::move(naming));
}

}  // namespace capexdb::storage
