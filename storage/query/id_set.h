// Sets of numbers, for counting without a tree: ids that are hashes, as those of
// documents are, and ordinals, which are dense.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace capexdb::storage {

class IdSet {
 public:
  void insert(std::int64_t id) {
    if (id == 0) {
      has_zero_ = true;
      return;
    }
    if (size_ * 2 >= slots_.size()) grow();
    if (place(slots_, id)) ++size_;
  }
  bool contains(std::int64_t id) const {
    if (id == 0) return has_zero_;
    if (slots_.empty()) return false;
    std::size_t at = start_of(slots_, id);
    while (slots_[at] != 0 && slots_[at] != id) at = (at + 1) & (slots_.size() - 1);
    return slots_[at] == id;
  }
  std::size_t size() const { return size_ + (has_zero_ ? 1 : 0); }
  std::size_t bytes() const { return slots_.capacity() * sizeof(std::int64_t); }
  template <class Visit>
  void for_each(const Visit& visit) const {
    if (has_zero_) visit(std::int64_t{0});
    for (const std::int64_t id : slots_) {
      if (id != 0) visit(id);
    }
  }

 private:
  static std::size_t start_of(const std::vector<std::int64_t>& slots, std::int64_t id) {
    // Spread once more: imported ids need not be good hashes.
    const std::uint64_t spread = static_cast<std::uint64_t>(id) * 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(spread >> 32U) & (slots.size() - 1);
  }
  static bool place(std::vector<std::int64_t>& slots, std::int64_t id) {
    std::size_t at = start_of(slots, id);
    while (slots[at] != 0 && slots[at] != id) at = (at + 1) & (slots.size() - 1);
    const bool is_new = slots[at] == 0;
    slots[at] = id;
    return is_new;
  }
  void grow() {
    std::vector<std::int64_t> larger(slots_.empty() ? 16 : slots_.size() * 2);
    for (const std::int64_t id : slots_) {
      if (id != 0) place(larger, id);
    }
    slots_.swap(larger);
  }

  std::vector<std::int64_t> slots_;  // 0: free; a power of two
  std::size_t size_ = 0;
  bool has_zero_ = false;
};

class OrdinalSet {
 public:
  void insert(std::uint32_t ordinal) {
    const std::size_t word = ordinal / 64;
    if (word >= words_.size()) words_.resize(word + 1);
    words_[word] |= std::uint64_t{1} << (ordinal % 64);
  }
  bool contains(std::uint32_t ordinal) const {
    const std::size_t word = ordinal / 64;
    return word < words_.size() && ((words_[word] >> (ordinal % 64)) & 1U) != 0;
  }
  std::size_t size() const {
    std::size_t count = 0;
    for (const std::uint64_t word : words_) count += static_cast<std::size_t>(std::popcount(word));
    return count;
  }
  // The least; 0 for an empty set.
  std::uint32_t front() const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (words_[i] != 0)
        return static_cast<std::uint32_t>(i * 64 +
                                          static_cast<std::size_t>(std::countr_zero(words_[i])));
    }
    return 0;
  }
  void add(const OrdinalSet& other) {
    if (words_.size() < other.words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
  }
  void keep(const OrdinalSet& other) {
    if (words_.size() > other.words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  }
  std::size_t bytes() const { return words_.capacity() * sizeof(std::uint64_t); }

  friend bool operator==(const OrdinalSet&, const OrdinalSet&) = default;

 private:
  std::vector<std::uint64_t> words_;
};

}  // namespace capexdb::storage
