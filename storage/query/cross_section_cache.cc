#include "storage/query/cross_section_cache.h"

#include <algorithm>

namespace capexdb::storage {
namespace {

// Sources that came later have no rows in what was made before.
bool same_ranks(const std::vector<std::uint32_t>& then, const std::vector<std::uint32_t>& now) {
  return then.size() <= now.size() && std::equal(then.begin(), then.end(), now.begin());
}

}  // namespace

void CrossSectionCache::touch(std::uint16_t metric, Bucket bucket, std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  std::uint64_t& last = touched_[metric][bucket];
  last = std::max(last, sequence);
}

std::shared_ptr<const FoldedFrames> CrossSectionCache::find(const Key& key, const MadeOf& made_of,
                                                            std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  Entry& entry = found->second;
  std::uint64_t touched = 0;
  if (const auto metric = touched_.find(key.metric); metric != touched_.end()) {
    if (const auto at = metric->second.find(key.bucket); at != metric->second.end()) {
      touched = at->second;
    }
  }
  // Both the entry's view and this one hold every row there is.
  if (touched > entry.sequence) {
    drop(found);
    return nullptr;
  }
  const bool same = touched <= sequence && entry.made_of->subjects == made_of.subjects &&
                    entry.made_of->merged == made_of.merged &&
                    same_ranks(entry.made_of->ranks, made_of.ranks);
  if (!same) return nullptr;
  entry.used = ++uses_;
  return entry.folded;
}

void CrossSectionCache::keep(const Key& key, std::shared_ptr<const MadeOf> made_of,
                             std::uint64_t sequence, std::shared_ptr<const FoldedFrames> folded,
                             std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  // One that crowds out most others is not worth its room.
  if (bytes > bytes_max_ / 4) return;
  if (const auto old = entries_.find(key); old != entries_.end()) {
    if (old->second.sequence > sequence) return;
    drop(old);
  }
  while (bytes_ + bytes > bytes_max_) {
    drop(std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
      return a.second.used < b.second.used;
    }));
  }
  entries_[key] = {std::move(folded), std::move(made_of), sequence, bytes, ++uses_};
  bytes_ += bytes;
}

void CrossSectionCache::drop(std::map<Key, Entry>::iterator entry) {
  bytes_ -= entry->second.bytes;
  entries_.erase(entry);
}

std::optional<std::vector<Bucket>> CrossSectionCache::buckets(std::uint16_t metric) const {
  const std::lock_guard lock(mutex_);
  const auto known = buckets_.find(metric);
  if (known == buckets_.end()) return std::nullopt;
  std::vector<Bucket> all = known->second;
  if (const auto touched = touched_.find(metric); touched != touched_.end()) {
    for (const auto& [bucket, sequence] : touched->second) all.push_back(bucket);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

void CrossSectionCache::keep_buckets(std::uint16_t metric, std::vector<Bucket> buckets) {
  const std::lock_guard lock(mutex_);
  buckets_[metric] = std::move(buckets);
}

std::size_t CrossSectionCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace capexdb::storage
