// A sum of many intervals that is, in every digit and in its scale, what adding
// them one after the other gives.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "proto/model/interval.h"

namespace capexdb::storage {

class ExactSum {
 public:
  static constexpr int kScaleMax = 9;
  // Whether a number is small enough: no sum of fewer than 2^32 of them overflows.
  static bool fits(const Decimal& d) {
    return d.scale() <= kScaleMax && d.mantissa() >= INT64_MIN && d.mantissa() <= INT64_MAX;
  }

  // A plain number, which is its own bounds; the scale is at most kScaleMax.
  void add_exact(std::int64_t mantissa, int scale);
  // An effective interval. False, and nothing is added, where it does not fit.
  bool add(const Interval& value);
  void add(const ExactSum& other);

  std::size_t count() const { return count_; }
  Interval value() const;

 private:
  struct End {
    std::array<int128, kScaleMax + 1> by_scale{};
    int scale = 0;
    bool missing = false;
    BoundKind kind = BoundKind::closed;

    void add(const Decimal& d);
    void add(const End& other);
    Decimal total(const End& more) const;
  };

  End exact_;  // counts for all three
  End point_;
  End low_;
  End high_;
  bool approx_ = false;
  std::size_t count_ = 0;
  std::optional<Interval> only_;  // of a single part, as it is
};

}  // namespace capexdb::storage
