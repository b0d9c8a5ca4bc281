// Folded cross-sections that are kept, so that a sum over everyone is an addition
// of totals. One is used only for the rows, companies and ranks it was made of.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "proto/model/terms.h"
#include "storage/key.h"
#include "storage/query/id_set.h"

namespace capexdb::storage {

struct FoldedFrames;

// Any thread.
class CrossSectionCache {
 public:
  explicit CrossSectionCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  struct Key {
    std::uint16_t metric = 0;
    Measure measure{};
    Bucket bucket = 0;
    bool by_company = false;        // figures instead of totals
    std::optional<Day> as_of = {};  // the newest day of publication that counts

    friend auto operator<=>(const Key&, const Key&) = default;
  };
  // What decides beside the rows: who is added, who is read as another, and the
  // rank of each source.
  struct MadeOf {
    OrdinalSet subjects;
    std::vector<std::uint32_t> ranks;               // by source ordinal - 1
    std::map<std::uint32_t, std::uint32_t> merged;  // parties that are read as others
  };

  // Rows of that bucket are about to be written, up to `sequence`. To be called
  // before they can be seen in any view.
  void touch(std::uint16_t metric, Bucket bucket, std::uint64_t sequence);

  // What was kept for a view that ends at `sequence`; null where there is nothing
  // or it was made of something else.
  std::shared_ptr<const FoldedFrames> find(const Key& key, const MadeOf& made_of,
                                           std::uint64_t sequence);
  // Keeps what was made from a view that ends at `sequence`. What was used
  // longest ago goes when there is no room.
  void keep(const Key& key, std::shared_ptr<const MadeOf> made_of, std::uint64_t sequence,
            std::shared_ptr<const FoldedFrames> folded, std::size_t bytes);

  // The buckets of a metric, where keep_buckets() has told them; those that have
  // been written since are among them.
  std::optional<std::vector<Bucket>> buckets(std::uint16_t metric) const;
  void keep_buckets(std::uint16_t metric, std::vector<Bucket> buckets);

  std::size_t bytes() const;

 private:
  struct Entry {
    std::shared_ptr<const FoldedFrames> folded;
    std::shared_ptr<const MadeOf> made_of;
    std::uint64_t sequence = 0;
    std::size_t bytes = 0;
    std::uint64_t used = 0;
  };
  void drop(std::map<Key, Entry>::iterator entry);

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::map<Key, Entry> entries_;
  std::map<std::uint16_t, std::map<Bucket, std::uint64_t>> touched_;  // last sequences
  std::map<std::uint16_t, std::vector<Bucket>> buckets_;
  std::size_t bytes_ = 0;
  std::uint64_t uses_ = 0;
};

}  // namespace capexdb::storage
