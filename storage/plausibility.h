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
  virtual std::string home_currency() = 0;    // of the subject's country
  // So much of `quoted` for one of `base`, on that day or shortly before.
  virtual std::optional<Decimal> rate(const std::string& quoted, const std::string& base,
                                      Day day) = 0;
  // Who a subject is, for people.
  virtual std::string name_of(std::uint32_t subject) = 0;
};

// Where a new row comes to stand.
struct Surroundings {
  std::span<const Row> cell;    // what stands about the same cell, retractions applied
  const Row* leader = nullptr;  // of `cell`
  // The figures of the subject's metric: of the row's decade, and of the one beside
  // it where the row lies near its end. Either may be null.
  std::array<const SeriesFigures*, 2> figures = {};
  const RecentValue* other_company = nullptr;
  std::string_view period_label;  // printed beside the dates; empty: none
};

// All suspicions that the rules in force have, in the order of Rule.
std::vector<Suspicion> suspicions_about(const Row& row, const Surroundings& around,
                                        const PlausibilityRules& rules, Background& background);

using FigureGroups = std::array<const FigureGroup*, 2>;

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
  FigureGroups groups;  // of the surroundings, either may be null
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
bool differs_from_nearest(const Newcomer& it, std::size_t count, int size);

}  // namespace capexdb::storage
