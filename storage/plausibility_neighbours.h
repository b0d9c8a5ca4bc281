// What a row's neighbours come to. For plausibility_*.cc only.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "storage/plausibility.h"

namespace capexdb::storage {

// Nothing grows by so much from one period to the next, or is restated by it.
inline constexpr std::uint64_t kAboutTheSamePercent = 1000;
// A figure fits among its neighbours when it is at most twice, at least half of them.
inline constexpr std::uint64_t kFitsPercent = 200;

inline bool is_about(const Magnitude& a, const Magnitude& b) {
  return within_factor(a, b, kAboutTheSamePercent);
}

struct Median {
  KnownFigure figure;
  Magnitude magnitude;
  std::size_t of = 0;
  bool fits = false;  // the new figure, with about as much as half of these
  Period first;
  Period last;

  std::string text() const;  // which neighbours these are, and where the median stands
};

// Of the nearest figures; empty where there are too few.
std::optional<Median> neighbours(const Newcomer& it, const FigureGroups& groups,
                                 const PlausibilityRules& rules);

// What of the same cell was said last, of those that `wanted` takes.
template <class Wanted>
const Row* newest_of(std::span<const Row> cell, const Wanted& wanted) {
  const Row* newest = nullptr;
  for (const Row& said : cell) {
    const auto number = stated_number(said);
    if (!number || number->value.is_zero() || !wanted(magnitude_of(number->value))) continue;
    if (newest == nullptr || said.sequence() > newest->sequence()) newest = &said;
  }
  return newest;
}

}  // namespace capexdb::storage
