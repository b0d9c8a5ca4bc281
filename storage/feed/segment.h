// A piece of the log as subscribers read it: decoded once for all of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "capexdb/disk/v1/log.pb.h"
#include "storage/feed/once_each.h"
#include "storage/naming.h"
#include "storage/read_view.h"

namespace capexdb::storage {

struct CellEffects;
struct ConflictEffects;

struct FeedEvent {
  std::vector<FactRow> rows;  // none of a catalogue change
  bool regroups = false;      // a catalogue change of groups' members, or a merge
};

// Immutable, but for what is worked out when somebody asks for it. Any thread.
class FeedSegment {
 public:
  // The piece that holds `sequence`. Errors: not_found, data_loss, internal.
  static Result<std::shared_ptr<const FeedSegment>> read(const ReadView& view,
                                                         std::uint64_t sequence);
  ~FeedSegment();

  std::uint64_t first() const { return first_; }
  std::uint64_t last() const { return first_ + events_.size() - 1; }
  const disk::v1::LogBatch& batch() const { return batch_; }
  const std::vector<FeedEvent>& events() const { return events_; }
  bool regroups() const { return regroups_; }

  // The events that have a row with that ordinal there, ascending; a party is the subject,
  // or takes part with it.
  enum class By : std::uint8_t { party, metric, product, source };
  std::span<const std::uint16_t> events_with(By by, std::uint32_t ordinal) const;

  // What an event did to its cells and to what contradicts it: see effects.h. Of its
  // cells also in words, as change_of_cells(). They live as long as the segment.
  Result<const CellEffects*> cell_effects(std::size_t index) const;
  Result<const std::string*> cells_in_words(std::size_t index) const;
  Result<const ConflictEffects*> conflict_effects(std::size_t index) const;

  // The same of what one of its events did in a replay.
  Result<std::string> in_words(const CellEffects& effects) const;

  // In memory, about, with what was worked out so far.
  std::size_t bytes() const { return bytes_ + worked_out_bytes_; }

 private:
  FeedSegment() = default;
  void index_rows(std::size_t event);
  std::vector<std::size_t> neighbours(std::size_t index) const;
  template <class T>
  void keep(OnceEach<T>& kept, std::size_t index, T made) const;

  std::uint64_t first_ = 0;
  disk::v1::LogBatch batch_;
  std::vector<FeedEvent> events_;
  bool regroups_ = false;
  std::size_t bytes_ = 0;
  std::unordered_map<std::uint64_t, std::vector<std::uint16_t>> index_;
  StoreState* state_ = nullptr;

  mutable std::atomic<std::size_t> worked_out_bytes_{0};
  mutable OnceEach<CellEffects> cell_effects_;  // by event, as the others
  mutable OnceEach<std::string> cells_in_words_;
  mutable OnceEach<ConflictEffects> conflict_effects_;
};

// The segments that were read last, so that subscribers who are about as far share them.
class FeedLog {
 public:
  explicit FeedLog(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Any thread: the piece that holds `sequence`, where it is kept; else null.
  std::shared_ptr<const FeedSegment> decoded(std::uint64_t sequence);
  // As FeedSegment::read(), where it is not kept. Any thread.
  Result<std::shared_ptr<const FeedSegment>> segment(const EventStore& store,
                                                     std::uint64_t sequence);

  std::uint64_t pieces_decoded() const { return pieces_decoded_; }

 private:
  struct Kept {
    std::shared_ptr<const FeedSegment> segment;
    std::size_t bytes = 0;  // of it, when it was counted last
  };
  using ByUse = std::list<Kept>;
  void use(ByUse::iterator kept);  // with the lock held

  const std::size_t bytes_max_;
  std::atomic<std::uint64_t> pieces_decoded_{0};
  std::mutex mutex_;                                   // guards everything below
  ByUse by_use_;                                       // what was used last comes first
  std::map<std::uint64_t, ByUse::iterator> by_first_;  // by first sequence
  std::size_t bytes_ = 0;
};

}  // namespace capexdb::storage
