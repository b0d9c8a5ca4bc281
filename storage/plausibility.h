// What makes a statement suspect: an amount in thousands, in another currency, of
// the year to date, with the wrong sign, of another company, or under the label of
// the period beside its own. Real figures are odd, so these are suspicions, not
// errors: what becomes of them is said by PlausibilityRules.
//
// Pure functions of a new row and of what is known beside it. Only rules for levels
// look at other periods; growth, shares, ranks, durations and directions are exempt
// from all that look at the number, and so is what states no number.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/model/plausibility_rules.h"
#include "storage/figures.h"
#include "storage/magnitude.h"
#include "storage/recent_values.h"
#include "storage/row.h"

namespace capexdb::storage {

struct Suspicion {
  Rule rule = Rule::unit_slip;
  std::string field;              // of the event: "value", "currency", "period", "period.label"
  std::string message;            // the numbers, and the sequence that was compared with
  std::uint64_t percent_off = 0;  // of what the rule would expect to the letter
};

// What costs something to find out, and few records need. An answer may be empty:
// that is not known.
class Background {
 public:
  virtual ~Background() = default;
  virtual std::string metric_id() = 0;
  virtual std::string fiscal_year_end() = 0;  // of the subject
  virtual std::int64_t home_currency() = 0;   // of the subject's country; 0: not known
  // So much of `quoted` for one of `base`, on that day or shortly before.
  virtual std::optional<Decimal> rate(const std::string& quoted, const std::string& base,
                                      Day day) = 0;
  // Who a subject is, for people.
  virtual std::string name_of(std::uint32_t subject) = 0;
};

inline constexpr std::size_t kFigureSourcesMax = 6;
using FigureSources = std::array<const SeriesFigures*, kFigureSourcesMax>;
// Those that there are.
class FigureGroups {
 public:
  void add(const FigureGroup& group) {
    if (count_ < all_.size()) all_[count_++] = &group;
  }
  std::size_t size() const { return count_; }
  const FigureGroup* operator[](std::size_t i) const { return all_[i]; }
  const FigureGroup* const* begin() const { return all_.data(); }
  const FigureGroup* const* end() const { return all_.data() + count_; }

 private:
  std::array<const FigureGroup*, kFigureSourcesMax> all_ = {};
  std::size_t count_ = 0;
};

// Where a new row comes to stand.
struct Surroundings {
  std::span<const Row> cell;    // what stands about the same cell, retractions applied
  const Row* leader = nullptr;  // of `cell`
  // The figures of the subject's metric: of the row's decade, of the one beside it where
  // the row lies near its end, and of companies that are one with the subject. The others
  // are null.
  FigureSources figures = {};
  const RecentValue* other_company = nullptr;
  std::string_view period_label;  // printed beside the dates; empty: none
};

// All suspicions that the rules in force have, in the order of Rule.
std::vector<Suspicion> suspicions_about(const Row& row, const Surroundings& around,
                                        const PlausibilityRules& rules, Background& background);

// The rules one by one, as suspicions_about() uses them. `number` is the row's, and
// not zero.
struct Newcomer {
  Newcomer(const Row& the_row, const StatedNumber& the_number, const Surroundings& around);

  const Row& row;
  StatedNumber number;
  Magnitude magnitude;
  int size;
  Period period;
  FigureDimensions dimensions;
  FigureGroups groups;
  // The place of the first figure of each that ends with the period or later.
  std::array<std::size_t, kFigureSourcesMax> places = {};
  bool has_other_currencies = false;
};
using MaybeSuspicion = std::optional<Suspicion>;
MaybeSuspicion unit_slip(const Newcomer& it, const Surroundings& around,
                         const PlausibilityRules& rules);
MaybeSuspicion currency_slip(const Newcomer& it, const Surroundings& around,
                             const PlausibilityRules& rules, Background& background);
MaybeSuspicion year_to_date(const Newcomer& it, const Surroundings& around,
                            const PlausibilityRules& rules, Background& background);
MaybeSuspicion sign_flip(const Newcomer& it, const Surroundings& around,
                         const PlausibilityRules& rules, Background& background);
MaybeSuspicion other_company(const Newcomer& it, const Surroundings& around,
                             const PlausibilityRules& rules, Background& background);

// The figures next to a period among those of its length, the nearest first; not
// that of the cell itself, none that is zero.
std::vector<KnownFigure> nearest_figures(const Newcomer& it, const FigureGroups& groups,
                                         std::size_t count);
// Whether half of the nearest ones or more may be at least so many eighths of a doubling
// larger, or smaller. Cheap.
bool differs_from_nearest(const Newcomer& it, std::size_t count, int eighths);

}  // namespace capexdb::storage
