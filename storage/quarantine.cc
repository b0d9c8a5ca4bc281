#include "storage/quarantine.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <memory>
#include <tuple>

#include "proto/model/text.h"
#include "storage/key.h"
#include "storage/naming.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

using disk::v1::QuarantineRecord;

constexpr char kPrefix = 'Q';

tl::unexpected<Error> damaged_record(std::uint64_t id) {
  return fail(Errc::data_loss, "quarantine record " + std::to_string(id) + " is damaged");
}

// The number of an observation in its normal form, which rows have.
Row number_row(const Observation& observation) {
  Row row;
  (void)row.set_value(observation.value);
  if (observation.growth_only) row[Column::flags] |= flag::kGrowthOnly;
  if (observation.unquantified) row[Column::flags] |= flag::kUnquantified;
  row[Column::currency] = currency_code(observation.currency);
  return row;
}

// Whom a reference names: an id, or where nobody is known by it, the reference itself.
std::string party_text(const PartyRef& ref, Day day, const Catalogue& catalogue) {
  const auto known = catalogue.find_party(ref, kNow, day);
  if (known && *known != 0) return "#" + std::to_string(*known);
  return slug(ref.name) + "\n" + to_upper_ascii(ref.ticker) + "\n" + ref.cik;
}

bool same_fiscal(const Statement& a, const Statement& b) {
  if (!a.fiscal || !b.fiscal) return a.fiscal.has_value() == b.fiscal.has_value();
  return a.fiscal->label == b.fiscal->label && a.fiscal->instant == b.fiscal->instant;
}

std::string named(Result<std::uint32_t> known, const std::string& text) {
  return known && *known != 0 ? "#" + std::to_string(*known) : slug(text);
}

// What of an observation is its content, in words that compare.
auto observation_words(const Observation& o, const Catalogue& catalogue) {
  const auto metric = catalogue.find_metric(o.metric, kNow).value_or(0);
  const Measure measure =
      o.measure.value_or(metric == 0 ? Measure::level : catalogue.metric(metric, kNow).measure());
  return std::tuple(named(metric, o.metric), measure, stated_unit(o, measure), number_row(o));
}

std::vector<std::string> other_parties(const Statement& statement, const Catalogue& catalogue) {
  std::vector<std::string> parties;
  for (const CounterpartyRef& other : statement.counterparties) {
    parties.push_back(std::string(to_string(other.role)) + ":" +
                      party_text(other.party, statement.name_day(), catalogue));
  }
  std::sort(parties.begin(), parties.end());
  return parties;
}

}  // namespace

std::string quarantine_prefix() { return std::string(1, kPrefix); }

std::string quarantine_key(std::uint64_t id) {
  std::string key = quarantine_prefix();
  append_big_endian(key, id, 8);
  return key;
}

Result<std::uint64_t> decode_quarantine_key(std::string_view key) {
  if (key.size() != 9 || key.front() != kPrefix) {
    return fail(Errc::data_loss, "a key of the quarantine is damaged");
  }
  return read_big_endian(key.substr(1));
}

std::uint64_t content_but_for_names(const Statement& statement) {
  std::vector<std::int64_t> words = {static_cast<std::int64_t>(statement.documents.document),
                                     statement.published.begin,
                                     statement.published.end,
                                     static_cast<std::int64_t>(statement.status),
                                     static_cast<std::int64_t>(statement.period.kind),
                                     statement.period.start,
                                     statement.period.end};
  if (statement.fiscal) {
    const FiscalLabel& label = statement.fiscal->label;
    words.insert(words.end(), {label.year, label.first, label.quarters, statement.fiscal->instant});
  }
  for (const Observation& o : statement.observations) {
    const Row row = number_row(o);
    words.insert(words.end(), row.columns.begin(), row.columns.end());
  }
  return hash64({reinterpret_cast<const char*>(words.data()), words.size() * sizeof words[0]});
}

bool same_statement(const Statement& a, const Statement& b, const Catalogue& catalogue) {
  const bool same_frame =
      a.documents.document == b.documents.document && a.published == b.published &&
      a.status == b.status && a.period == b.period && same_fiscal(a, b) &&
      a.definition == b.definition && a.observations.size() == b.observations.size() &&
      a.counterparties.size() == b.counterparties.size();
  if (!same_frame ||
      party_text(a.subject, a.name_day(), catalogue) !=
          party_text(b.subject, b.name_day(), catalogue) ||
      other_parties(a, catalogue) != other_parties(b, catalogue)) {
    return false;
  }
  const auto product_of = [&](const Statement& s) {
    return named(catalogue.find_product(s.product, kNow), s.product);
  };
  return product_of(a) == product_of(b) &&
         std::equal(a.observations.begin(), a.observations.end(), b.observations.begin(),
                    [&](const Observation& x, const Observation& y) {
                      return observation_words(x, catalogue) == observation_words(y, catalogue);
                    });
}

Result<void> Quarantine::load(const Database& database) {
  const std::unique_ptr<rocksdb::Iterator> it(database.db().NewIterator({}, database.meta()));
  const std::string prefix = quarantine_prefix();
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    CAPEXDB_ASSIGN(const std::uint64_t id, decode_quarantine_key(it->key().ToStringView()));
    QuarantineRecord record;
    const rocksdb::Slice value = it->value();
    if (!record.ParseFromArray(value.data(), static_cast<int>(value.size())))
      return damaged_record(id);
    note(id, record);
  }
  if (!it->status().ok()) return fail(to_error(it->status(), "quarantine"));
  committed();
  return {};
}

void Quarantine::committed() {
  staged_.clear();
  held_ = held_with_staged_;
}

std::vector<std::uint64_t> Quarantine::of_content(std::uint64_t content) const {
  std::vector<std::uint64_t> ids;
  const auto [first, last] = by_content_.equal_range(content);
  for (auto at = first; at != last; ++at) ids.push_back(at->second);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::optional<std::uint64_t> Quarantine::of_event_id(const std::string& event_id_key) const {
  const auto found = by_event_id_.find(event_id_key);
  return found == by_event_id_.end() ? std::nullopt : std::optional(found->second);
}

Result<QuarantineRecord> Quarantine::record(const Database& database, std::uint64_t id) const {
  if (const auto staged = staged_.find(id); staged != staged_.end()) return staged->second;
  std::string value;
  const auto status = database.db().Get({}, database.meta(), quarantine_key(id), &value);
  if (status.IsNotFound()) {
    return fail(Errc::not_found, "there is no quarantine record " + std::to_string(id) +
                                     "; capex quarantine list --state all shows them");
  }
  if (!status.ok()) return fail(to_error(status, "quarantine"));
  QuarantineRecord record;
  if (!record.ParseFromString(value)) return damaged_record(id);
  return record;
}

void Quarantine::note(std::uint64_t id, const QuarantineRecord& record) {
  last_id_ = std::max(last_id_, id);
  if (record.state() == QuarantineRecord::STATE_APPROVED) return;
  by_content_.emplace(record.content(), id);
  states_[id] = record.state();
  if (record.state() != QuarantineRecord::STATE_HELD) return;
  ++held_with_staged_;
  if (!record.event_id().empty()) {
    by_event_id_[event_id_key(record.producer_id(), record.event_id())] = id;
  }
}

// As it was noted before.
void Quarantine::forget(std::uint64_t id, const QuarantineRecord& record) {
  const auto state = states_.find(id);
  if (state == states_.end()) return;
  if (state->second == QuarantineRecord::STATE_HELD) --held_with_staged_;
  states_.erase(state);
  const auto [first, last] = by_content_.equal_range(record.content());
  const auto own =
      std::find_if(first, last, [id](const auto& entry) { return entry.second == id; });
  if (own != last) by_content_.erase(own);
  const auto named = by_event_id_.find(event_id_key(record.producer_id(), record.event_id()));
  if (named != by_event_id_.end() && named->second == id) by_event_id_.erase(named);
}

std::string Quarantine::stage(std::uint64_t id, QuarantineRecord record) {
  forget(id, record);
  note(id, record);
  std::string value = record.SerializeAsString();
  staged_[id] = std::move(record);
  return value;
}

}  // namespace capexdb::storage
