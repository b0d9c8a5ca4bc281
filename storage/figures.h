// The figures of a series in short, for judging whether a new one fits among
// them: of each period the newest, by what it is about.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
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
// does not count, until something newer is said. Kept small: there are many.
struct KnownFigure {
  // value = (low + upper * 2^64) / 10^scale, as in a row
  std::int64_t low = 0;
  std::int64_t upper = 0;
  std::int64_t published_end = 0;
  std::uint64_t sequence = 0;  // 0: nothing stands
  Day start = 0;
  Day end = 0;
  std::uint32_t definition = 0;
  std::int16_t size = 0;  // Magnitude::size(), of a number that is not zero
  std::int8_t scale = 0;
  PeriodKind kind = PeriodKind::none;
  bool is_point = false;

  bool counts() const { return sequence != 0 && !is_zero(); }
  bool is_zero() const { return low == 0 && upper == 0; }
  bool is_negative() const { return upper != 0 ? upper < 0 : low < 0; }
  Period period() const { return {kind, start, end}; }
  Decimal value() const;
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

  // The same as an index.
  std::size_t place_of_end(Day end) const;

  // Of those that count.
  std::size_t positive() const { return positive_; }
  std::size_t negative() const { return negative_; }
  // Whether one that ever counted may be so many eighths of a doubling from `size`.
  bool may_differ_by(int eighths, int size) const;

 private:
  void count(const KnownFigure& figure, int by);
  void make_room(Day end);
  // Whether the figure at `at` is to stay where `other` is said too.
  bool fits_better(std::size_t at, const KnownFigure& other) const;

  std::vector<KnownFigure> figures_;
  Day last_end_ = 0;  // of the last one
  std::uint32_t positive_ = 0;
  std::uint32_t negative_ = 0;
  int size_min_ = 0;  // of those that ever counted; above size_max_ while there is none
  int size_max_ = -1;
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
    return several_currencies_ || (first_ && first_->first.currency != than);
  }
  std::size_t bytes() const { return bytes_; }

  // What was found out about the subject beside: the currency of its country, 0 for
  // none. Kept here, as it costs something to ask for.
  std::optional<std::int64_t> home_currency() const {
    return home_known_ ? std::optional(home_) : std::nullopt;
  }
  void note_home_currency(std::int64_t currency) {
    home_ = currency;
    home_known_ = true;
  }
  void forget_home_currency() { home_known_ = false; }

 private:
  using Entry = std::pair<FigureDimensions, FigureGroup>;
  const Entry* find(const FigureDimensions& dimensions) const;

  // Most series have one, which lies where the series does.
  std::optional<Entry> first_;
  std::vector<Entry> others_;
  std::vector<std::uint64_t> hashes_;  // of the others' dimensions
  bool several_currencies_ = false;
  bool home_known_ = false;
  std::int64_t home_ = 0;
  std::size_t bytes_ = 0;
};

// Periods of one sort: quarters, halves, nine months, years; other spans when
// their lengths are about the same; instants and windows of a day.
bool same_length(const Period& a, const Period& b);
bool is_quarter_long(const Period& period);

}  // namespace capexdb::storage
