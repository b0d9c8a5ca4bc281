#include "client/cli/ingest_report.h"

#include <algorithm>
#include <ostream>

namespace capexdb::cli {
namespace {

constexpr std::uint64_t kMessagesMax = 20;
constexpr std::size_t kVerdictsMax = 10'000;

const char* word_of(v1::Outcome outcome) {
  switch (outcome) {
    case v1::OUTCOME_ACCEPTED:
      return "accepted";
    case v1::OUTCOME_DUPLICATE:
      return "duplicate";
    case v1::OUTCOME_REJECTED:
      return "rejected";
    case v1::OUTCOME_CONFLICT:
      return "conflict";
    case v1::OUTCOME_QUARANTINED:
      return "quarantined";
    default:
      return "unknown";
  }
}

}  // namespace

std::string IngestReport::place_text(const RecordPlace& place) const {
  const std::string& file = options_.files[place.file];
  const std::string name = file == "-" ? "stdin" : file;
  return place.line == 0 ? name : name + ":" + std::to_string(place.line);
}

void IngestReport::message(const RecordPlace& place, const std::string& what,
                           const std::string& code, const std::string& field,
                           const std::string& text, std::uint64_t& shown) {
  if (++shown > kMessagesMax && !options_.verbose) return;
  *options_.messages << place_text(place) << ": " << what << ": ";
  if (!code.empty()) *options_.messages << code << ": ";
  if (!field.empty()) *options_.messages << field << ": ";
  *options_.messages << printable(text) << '\n';
}

void IngestReport::reject(const RecordPlace& place) {
  if (options_.rejects == nullptr) return;
  const std::string& header = headers_[place.file];
  if (!header.empty() && header != written_header_) {
    *options_.rejects << header << '\n';
    written_header_ = header;
  }
  *options_.rejects << place.raw;
}

void IngestReport::write_verdict(const RecordPlace& place, const Json& verdict) {
  if (options_.verdicts == nullptr) return;
  Json object = {{"file", options_.files[place.file]}, {"line", place.line}};
  object.update(verdict);
  *options_.verdicts << json_line(object) << '\n';
}

// Of the records that no verdict speaks of: they are accepted, with dense sequences,
// unless the whole batch was refused.
void IngestReport::write_accepted(const v1::IngestReply& reply, std::size_t count) {
  if (options_.verdicts == nullptr) return;
  std::vector<bool> told(count);
  std::vector<bool> stored(count, true);
  for (const v1::Verdict& verdict : reply.verdicts()) {
    if (verdict.index() >= count) continue;
    told[verdict.index()] = true;
    stored[verdict.index()] = verdict.outcome() == v1::OUTCOME_ACCEPTED;
  }
  std::uint64_t sequence = reply.first_sequence();
  for (std::size_t i = 0; i < count; ++i) {
    if (!stored[i]) continue;
    const std::uint64_t own = reply.accepted() == 0 ? 0 : sequence++;
    if (told[i]) continue;
    write_verdict(waiting_[i], {{"outcome", own == 0 ? "batch_refused" : "accepted"},
                                {"sequence", own == 0 ? Json(nullptr) : Json(own)}});
  }
}

void IngestReport::keep(const RecordPlace& place, Json verdict) {
  write_verdict(place, verdict);
  if (!options_.keep_verdicts) return;
  if (verdicts_.size() >= kVerdictsMax) {
    ++verdicts_omitted_;
    return;
  }
  Json object = {{"file", options_.files[place.file]}, {"line", place.line}};
  object.update(verdict);
  verdicts_.push_back(std::move(object));
}

void IngestReport::on_unreadable(const RecordPlace& place, const Error& error) {
  ++unreadable_;
  const std::string code = error.reason.empty() ? "unreadable" : error.reason;
  message(place, "rejected", code, error.field, error.message, problems_);
  reject(place);
  keep(place, {{"outcome", "unreadable"},
               {"sequence", nullptr},
               {"code", code},
               {"field", error.field},
               {"message", error.message}});
}

void IngestReport::on_left_out(std::size_t file, const importers::LeftOut& left_out) {
  *options_.messages << place_text({file, 0, {}}) << ": " << printable(left_out.text) << '\n';
  left_out_.push_back(
      {{"file", options_.files[file]}, {"count", left_out.count}, {"message", left_out.text}});
}

void IngestReport::on_retracted(std::size_t file, std::size_t count) {
  *options_.messages << place_text({file, 0, {}}) << ": retracts " << count
                     << (count == 1 ? " statement" : " statements")
                     << " of earlier vintages that it no longer has\n";
  retracted_.push_back({{"file", options_.files[file]}, {"count", count}});
}

void IngestReport::on_discarded(std::size_t count) {
  waiting_.erase(waiting_.end() - static_cast<std::ptrdiff_t>(std::min(count, waiting_.size())),
                 waiting_.end());
}

void IngestReport::on_verdict(const RecordPlace& place, const v1::Verdict& verdict) {
  switch (verdict.outcome()) {
    case v1::OUTCOME_REJECTED:
    case v1::OUTCOME_CONFLICT:
      message(place, word_of(verdict.outcome()), verdict.code(), verdict.field(), verdict.message(),
              problems_);
      reject(place);
      break;
    case v1::OUTCOME_QUARANTINED:
      message(place,
              "held for review" + (verdict.quarantine_id() == 0
                                       ? ""
                                       : " as " + std::to_string(verdict.quarantine_id())),
              verdict.code(), verdict.field(), verdict.message(), held_);
      break;
    case v1::OUTCOME_ACCEPTED:
      message(place, "warning", verdict.code(), verdict.field(), verdict.message(), warnings_);
      break;
    default:
      break;
  }
  Json kept = {{"outcome", word_of(verdict.outcome())},
               {"sequence", verdict.sequence() == 0 ? Json(nullptr) : Json(verdict.sequence())},
               {"code", verdict.code()},
               {"field", verdict.field()},
               {"message", verdict.message()}};
  if (verdict.quarantine_id() != 0) kept["quarantine_id"] = verdict.quarantine_id();
  keep(place, std::move(kept));
}

void IngestReport::on_reply(const BatchReply& batch) {
  const v1::IngestReply& reply = batch.reply;
  for (const v1::Verdict& verdict : reply.verdicts()) {
    if (verdict.index() < waiting_.size()) on_verdict(waiting_[verdict.index()], verdict);
  }
  const auto count = std::min<std::size_t>(batch.events, waiting_.size());
  write_accepted(reply, count);
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  answered_ += batch.events;
  accepted_ += reply.accepted();
  duplicates_ += reply.duplicates();
  rejected_ += reply.rejected();
  quarantined_ += reply.quarantined();
  on_store_sequence(reply.store_sequence());
  last_sequence_ = std::max(last_sequence_, reply.last_sequence());
  if (reply.first_sequence() != 0 &&
      (first_sequence_ == 0 || reply.first_sequence() < first_sequence_)) {
    first_sequence_ = reply.first_sequence();
  }
}

// What is told of records that are stored should not be lost with the process.
void IngestReport::flush() {
  for (std::ofstream* file : {options_.rejects, options_.verdicts}) {
    if (file != nullptr) file->flush();
  }
}

void IngestReport::finish_messages() {
  const auto rest = [&](std::uint64_t count, const char* what) {
    if (options_.verbose || count <= kMessagesMax) return;
    *options_.messages << "capex: " << count - kMessagesMax << " more " << what
                       << "; --verbose shows them\n";
  };
  rest(problems_, "refused records");
  rest(held_, "held records");
  rest(warnings_, "warnings");
  if (quarantined_ == 0) return;
  *options_.messages << "note: " << quarantined_ << (quarantined_ == 1 ? " record" : " records")
                     << (options_.dry_run    ? " would be"
                         : quarantined_ == 1 ? " is"
                                             : " are")
                     << " held for review: capex quarantine list\n";
}

std::string IngestReport::summary_line() const {
  std::string line = options_.dry_run ? "dry run: " : "";
  line += "accepted " + std::to_string(accepted_) + ", duplicate " + std::to_string(duplicates_) +
          ", rejected " + std::to_string(rejected_);
  if (unreadable_ > 0) line += ", unreadable " + std::to_string(unreadable_);
  if (quarantined_ > 0) line += ", quarantined " + std::to_string(quarantined_);
  return line + ", sequence " + std::to_string(sequence_);
}

Json IngestReport::summary() const {
  const auto or_null = [](std::uint64_t sequence) {
    return sequence == 0 ? Json(nullptr) : Json(sequence);
  };
  Json object = Json::object();
  object["accepted"] = accepted_;
  object["duplicates"] = duplicates_;
  object["rejected"] = rejected_;
  object["quarantined"] = quarantined_;
  object["unreadable"] = unreadable_;
  object["sequence"] = sequence_;
  object["first_sequence"] = or_null(first_sequence_);
  object["last_sequence"] = or_null(last_sequence_);
  if (options_.dry_run) object["dry_run"] = true;
  object["verdicts"] = verdicts_;
  if (verdicts_omitted_ > 0) object["verdicts_omitted"] = verdicts_omitted_;
  if (!left_out_.empty()) object["left_out"] = left_out_;
  if (!retracted_.empty()) object["retracted"] = retracted_;
  return object;
}

}  // namespace capexdb::cli
