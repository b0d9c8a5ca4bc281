// The figures of a series in short, for judging whether a new one fits among
// them: of each period the newest, by what it is about.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proto/model/decimal.h"
#include "proto/model/period.h"
#include "storage/row.h"

namespace capexdb::storage {

// The number that a row states: its point, else its lower, else its upper bound.
struct StatedNumber {
  Decimal value;
  bool is_point = false;
};
std::optional<StatedNumber> stated_number(const Row& row);

// Of one cell the statement that was published last; but of two that are far apart, as
// figures in thousands and in units are, the one that is nearer to the figures beside
// it, and with none beside it the earlier one. What a retraction may have withdrawn
// does not count, until something newer is said.
struct KnownFigure {
  StatedNumber number;
  Period period;
  std::int64_t definition = 0;
  std::uint64_t sequence = 0;  // 0: nothing stands
  std::int64_t published_end = 0;
  int size = 0;  // Magnitude::size(), of a number that is not zero

  bool counts() const { return sequence != 0 && !number.value.is_zero(); }
};

// What figures of a series must share to be compared: all of a cell but its
// period and its definition.
struct FigureDimensions {
  std::int64_t measure = 0;
  std::int64_t unit = 0;
  std::int64_t currency = 0;
  std::int64_t product = 0;
  std::int64_t counterparties = 0;

  friend bool operator==(const FigureDimensions&, const FigureDimensions&) = default;
};
FigureDimensions dimensions_of(const Row& row);

class FigureGroup {
 public:
  static constexpr std::size_t kFiguresMax = 256;  // the farthest one makes room

  void add(const Row& row);

  // In order of their last days; those of sequence 0 do not stand.
  const std::vector<KnownFigure>& figures() const { return figures_; }
  // The first figure whose period ends on that day (exclusive) or later.
  std::vector<KnownFigure>::const_iterator ending_from(Day end) const;

  // Of those that count.
  std::size_t positive() const { return positive_; }
  std::size_t negative() const { return negative_; }

 private:
  void count(const KnownFigure& figure, int by);
  void make_room(Day end);
  // Whether the figure at `at` is to stay where `other` is said too.
  bool fits_better(std::size_t at, const KnownFigure& other) const;

  std::vector<KnownFigure> figures_;
  std::size_t positive_ = 0;
  std::size_t negative_ = 0;
};

// Only levels are kept, and no mirrors. Statements may be added in any order and
// more than once.
class SeriesFigures {
 public:
  void add(const Row& row);
  // Null where there are none.
  const FigureGroup* group_of(const FigureDimensions& dimensions) const;
  // Each group that differs from `dimensions` in unit and currency alone.
  void for_other_currencies(
      const FigureDimensions& dimensions,
      const std::function<void(const FigureDimensions&, const FigureGroup&)>& visit) const;
  bool has_other_currencies(std::int64_t than) const {
    return several_currencies_ || (!groups_.empty() && first_currency_ != than);
  }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Hash {
    std::size_t operator()(const FigureDimensions& d) const;
  };
  std::unordered_map<FigureDimensions, FigureGroup, Hash> groups_;
  std::int64_t first_currency_ = 0;
  bool several_currencies_ = false;
  std::size_t bytes_ = 0;
};

// Periods of one sort: quarters, halves, nine months, years; other spans when
// their lengths are about the same; instants and windows of a day.
bool same_length(const Period& a, const Period& b);
bool is_quarter_long(const Period& period);

}  // namespace capexdb::storage
