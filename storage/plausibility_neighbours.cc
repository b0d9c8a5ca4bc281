#include "storage/plausibility_neighbours.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace capexdb::storage {
namespace {

std::optional<Median> median_of(const Newcomer& it, const std::vector<KnownFigure>& figures) {
  if (figures.empty()) return std::nullopt;
  std::vector<std::pair<Magnitude, const KnownFigure*>> by_size;
  Median median;
  median.first = median.last = figures.front().period();
  std::size_t alike = 0;
  for (const KnownFigure& f : figures) {
    by_size.emplace_back(magnitude_of(f.value()), &f);
    if (is_about(by_size.back().first, it.magnitude)) ++alike;
    if (f.end < median.first.end) median.first = f.period();
    if (f.end > median.last.end) median.last = f.period();
  }
  std::stable_sort(by_size.begin(), by_size.end(), [](const auto& a, const auto& b) {
    return compare_times(a.first, 1, b.first, 1) < 0;
  });
  const auto& [magnitude, figure] = by_size[(by_size.size() - 1) / 2];
  median.magnitude = magnitude;
  median.figure = *figure;
  median.of = figures.size();
  median.fits = alike * 2 >= figures.size();
  return median;
}

}  // namespace

std::string Median::text() const {
  const std::string range = first == last
                                ? period_to_string(first)
                                : period_to_string(first) + " to " + period_to_string(last);
  return "the median of " + std::to_string(of) + " neighbours, " + range + ", is that of " +
         period_to_string(figure.period()) + ", sequence " + std::to_string(figure.sequence);
}

std::optional<Median> neighbours(const Newcomer& it, const FigureGroups& groups,
                                 const PlausibilityRules& rules) {
  const auto count = static_cast<std::size_t>(rules.neighbours_max);
  const std::vector<KnownFigure> near = nearest_figures(it, groups, count);
  return near.size() < rules.neighbours_min ? std::nullopt : median_of(it, near);
}

}  // namespace capexdb::storage
