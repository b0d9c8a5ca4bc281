#include "storage/feed/segment.h"

#include <algorithm>

#include "capexdb/v1/event.pb.h"
#include "proto/codec/validate.h"
#include "storage/event_rows.h"
#include "storage/feed/effects.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kRowBytes = sizeof(FactRow) + 64;  // with its places in the index

std::size_t bytes_of(const CellEffects& effects) {
  return sizeof(effects) + effects.cells.size() * sizeof(CellEffect);
}
std::size_t bytes_of(const ConflictEffects& effects) {
  std::size_t metrics = 0;
  for (const auto* list : {&effects.opened, &effects.closed}) {
    for (const auto& one : *list) metrics += sizeof(one) + one.size() * sizeof(one[0]);
  }
  return sizeof(effects) + metrics + effects.bytes.size();
}
std::size_t bytes_of(const std::string& words) { return sizeof(words) + words.size(); }

std::uint64_t index_key(FeedSegment::By by, std::uint32_t ordinal) {
  return std::uint64_t{static_cast<std::uint8_t>(by)} << 32U | ordinal;
}

bool changes_groups(const std::string& bytes) {
  v1::Event event;
  if (!event.ParseFromString(bytes)) return false;
  const v1::CatalogChange& change = event.catalog_change();
  return change.merges_size() > 0 ||
         std::any_of(change.parties().begin(), change.parties().end(), [](const auto& party) {
           return party.members_size() > 0 || party.memberships_size() > 0;
         });
}

}  // namespace

FeedSegment::~FeedSegment() = default;

Result<std::shared_ptr<const FeedSegment>> FeedSegment::read(const ReadView& view,
                                                             std::uint64_t sequence) {
  ReadView::CachedBatch cached;
  CAPEXDB_TRY(view.event(sequence, cached));
  const std::shared_ptr<FeedSegment> segment(new FeedSegment);
  segment->first_ = cached.first;
  segment->batch_ = std::move(cached.batch);
  segment->state_ = &view.state();
  segment->bytes_ = sizeof(FeedSegment) + segment->batch_.SpaceUsedLong();
  const auto count = static_cast<std::size_t>(segment->batch_.events_size());
  segment->events_.reserve(count);
  segment->cell_effects_.resize(count);
  segment->cells_in_words_.resize(count);
  segment->conflict_effects_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& bytes = segment->batch_.events(static_cast<int>(i)).event();
    const std::uint64_t at = segment->first_ + i;
    FeedEvent& event = segment->events_.emplace_back();
    const auto broken = [&](const Error& error) {
      return fail(Errc::data_loss, "sequence " + std::to_string(at) + " cannot be read any more: " +
                                       error.message + "; run 'capexd check'");
    };
    // A change that the store made may have more names than one that is sent.
    auto valid = validate(bytes);
    if (!valid || std::holds_alternative<CatalogChange>(valid->fact())) {
      v1::Event parsed;
      if (!valid && !(parsed.ParseFromString(bytes) && parsed.has_catalog_change())) {
        return broken(valid.error());
      }
      event.regroups = changes_groups(bytes);
      segment->regroups_ = segment->regroups_ || event.regroups;
      continue;
    }
    auto rows = rows_of_stored(view, *valid, segment->batch_.producer_id(), at);
    if (!rows) return broken(rows.error());
    event.rows = std::move(*rows);
    for (FactRow& fact : event.rows) {
      fact.row[Column::sequence] = static_cast<std::int64_t>(at);
    }
    segment->bytes_ += event.rows.size() * kRowBytes;
    segment->index_rows(i);
  }
  return std::shared_ptr<const FeedSegment>(segment);
}

void FeedSegment::index_rows(std::size_t event) {
  const auto note = [&](By by, std::int64_t ordinal) {
    std::vector<std::uint16_t>& list = index_[index_key(by, static_cast<std::uint32_t>(ordinal))];
    const auto index = static_cast<std::uint16_t>(event);
    if (list.empty() || list.back() != index) list.push_back(index);
  };
  for (const FactRow& fact : events_[event].rows) {
    note(By::party, fact.row[Column::subject]);
    for (const auto& other :
         state_->catalogue.counterparties(fact.row.ordinal(Column::counterparties))) {
      if (takes_part(other.role)) note(By::party, other.party);
    }
    note(By::metric, fact.metric);
    note(By::product, fact.row[Column::product]);
    note(By::source, fact.row[Column::source]);
  }
}

std::span<const std::uint16_t> FeedSegment::events_with(By by, std::uint32_t ordinal) const {
  const auto found = index_.find(index_key(by, ordinal));
  if (found == index_.end()) return {};
  return found->second;
}

template <class T>
void FeedSegment::keep(OnceEach<T>& kept, std::size_t index, T made) const {
  const std::size_t bytes = bytes_of(made);
  if (kept.keep(index, std::move(made)).second) worked_out_bytes_ += bytes;
}

// The event, and others that were not looked at and lie in the same part of a history.
std::vector<std::size_t> FeedSegment::neighbours(std::size_t index) const {
  constexpr std::size_t kAtOnce = 64;
  std::vector<std::size_t> found = {index};
  const FactRow& fact = events_[index].rows.front();
  const Bucket bucket = history_bucket(fact.row.period());
  for (const std::uint16_t other : events_with(By::metric, fact.metric)) {
    const FactRow& its = events_[other].rows.front();
    if (other == index || its.metric != fact.metric ||
        its.row[Column::subject] != fact.row[Column::subject] ||
        history_bucket(its.row.period()) != bucket || cell_effects_.find(other) != nullptr) {
      continue;
    }
    found.push_back(other);
    if (found.size() == kAtOnce) break;
  }
  return found;
}

Result<const CellEffects*> FeedSegment::cell_effects(std::size_t index) const {
  if (const CellEffects* there = cell_effects_.find(index)) return there;
  const std::vector<std::size_t> together = neighbours(index);
  std::vector<LoggedRows> events;
  events.reserve(together.size());
  for (const std::size_t one : together) events.push_back({events_[one].rows, first_ + one});
  CAPEXDB_ASSIGN(std::vector<CellEffects> made, cell_effects_of(*state_, events));
  for (std::size_t i = made.size(); i-- > 0;) keep(cell_effects_, together[i], std::move(made[i]));
  return cell_effects_.find(index);
}

Result<const std::string*> FeedSegment::cells_in_words(std::size_t index) const {
  if (const std::string* there = cells_in_words_.find(index)) return there;
  CAPEXDB_ASSIGN(const CellEffects* effects, cell_effects(index));
  CAPEXDB_ASSIGN(std::string words, in_words(*effects));
  keep(cells_in_words_, index, std::move(words));
  return cells_in_words_.find(index);
}

Result<std::string> FeedSegment::in_words(const CellEffects& effects) const {
  return change_of_cells(*state_, effects, [this](std::uint64_t sequence) -> const std::string* {
    if (sequence < first_ || sequence > last()) return nullptr;
    return &batch_.events(static_cast<int>(sequence - first_)).event();
  });
}

Result<const ConflictEffects*> FeedSegment::conflict_effects(std::size_t index) const {
  if (const ConflictEffects* there = conflict_effects_.find(index)) return there;
  constexpr std::size_t kRunMax = 8;
  std::vector<LoggedRows> run = {{events_[index].rows, first_ + index}};
  while (run.size() < kRunMax && index + run.size() < events_.size()) {
    const std::size_t next = index + run.size();
    const LoggedRows rows{events_[next].rows, first_ + next};
    if (conflict_effects_.find(next) != nullptr || !share_conflicts(*state_, run.back(), rows)) {
      break;
    }
    run.push_back(rows);
  }
  CAPEXDB_ASSIGN(std::vector<ConflictEffects> made, conflict_effects_of(*state_, run));
  for (std::size_t i = made.size(); i-- > 0;) {
    keep(conflict_effects_, index + i, std::move(made[i]));
  }
  return conflict_effects_.find(index);
}

// They grow while they are kept, so that they are counted anew.
void FeedLog::use(ByUse::iterator kept) {
  by_use_.splice(by_use_.begin(), by_use_, kept);
  const std::size_t bytes = kept->segment->bytes();
  bytes_ += bytes - kept->bytes;
  kept->bytes = bytes;
}

std::shared_ptr<const FeedSegment> FeedLog::decoded(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  auto found = by_first_.upper_bound(sequence);
  if (found == by_first_.begin()) return nullptr;
  --found;
  if (found->second->segment->last() < sequence) return nullptr;
  use(found->second);
  return found->second->segment;
}

Result<std::shared_ptr<const FeedSegment>> FeedLog::segment(const EventStore& store,
                                                            std::uint64_t sequence) {
  if (auto found = decoded(sequence)) return found;
  CAPEXDB_ASSIGN(const auto segment, FeedSegment::read(store.view(), sequence));
  ++pieces_decoded_;
  const std::lock_guard lock(mutex_);
  if (const auto there = by_first_.find(segment->first()); there != by_first_.end()) {
    use(there->second);  // of another thread, meanwhile
    return there->second->segment;
  }
  by_use_.push_front({segment, 0});
  by_first_.emplace(segment->first(), by_use_.begin());
  use(by_use_.begin());
  while (bytes_ > bytes_max_ && by_use_.size() > 1) {
    bytes_ -= by_use_.back().bytes;
    by_first_.erase(by_use_.back().segment->first());
    by_use_.pop_back();
  }
  return segment;
}

}  // namespace capexdb::storage
