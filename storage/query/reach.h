// Whom a list of counterparties reaches: of groups their members.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "storage/catalogue.h"

namespace capexdb::storage {

// Not thread-safe: it remembers what it has looked up.
class Reach {
 public:
  // `at` is the sequence whose groups count. The catalogue must outlive it.
  Reach(const Catalogue& catalogue, std::uint64_t at) : catalogue_(catalogue), at_(at) {}

  // The parties of a list, by ordinal; ascending, each once.
  const std::vector<std::uint32_t>& of(std::int64_t list) const;
  // Whether every party of `part` is one of `whole`; 0, nobody named, is everyone.
  bool covers(std::int64_t whole, std::int64_t part) const;

 private:
  const Catalogue& catalogue_;
  std::uint64_t at_;
  mutable std::unordered_map<std::int64_t, std::vector<std::uint32_t>> known_;
};

}  // namespace capexdb::storage
