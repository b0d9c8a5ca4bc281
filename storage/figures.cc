#include "storage/figures.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "proto/model/text.h"
#include "storage/magnitude.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kGroupBytes = 256;  // without its figures

std::optional<Decimal> number_of(const Row& row, Column low, Column upper) {
  const int128 mantissa = static_cast<int128>(row[low]) +
                          static_cast<int128>(row[upper]) * (static_cast<int128>(1) << 64);
  auto number = Decimal::make(mantissa, static_cast<int>(row[Column::scale]));
  return number ? std::optional(*number) : std::nullopt;
}

auto place_of(const KnownFigure& figure) {
  return std::tuple(figure.period.end, figure.period.start, figure.period.kind, figure.definition);
}

}  // namespace

std::optional<StatedNumber> stated_number(const Row& row) {
  struct Place {
    std::int64_t bit;
    Column low;
    Column upper;
  };
  constexpr std::array kPlaces = {Place{flag::kValue, Column::value, Column::value_upper},
                                  Place{flag::kLow, Column::low, Column::low_upper},
                                  Place{flag::kHigh, Column::high, Column::high_upper}};
  for (const Place& place : kPlaces) {
    if (!row.has(place.bit)) continue;
    const auto number = number_of(row, place.low, place.upper);
    if (!number) return std::nullopt;
    return StatedNumber{*number, place.bit == flag::kValue};
  }
  return std::nullopt;
}

FigureDimensions dimensions_of(const Row& row) {
  return {row[Column::measure], row[Column::unit], row[Column::currency], row[Column::product],
          row[Column::counterparties]};
}

std::vector<KnownFigure>::const_iterator FigureGroup::ending_from(Day end) const {
  return std::lower_bound(figures_.begin(), figures_.end(), end,
                          [](const KnownFigure& f, Day day) { return f.period.end < day; });
}

void FigureGroup::count(const KnownFigure& figure, int by) {
  if (!figure.counts()) return;
  std::size_t& of_its_sign = figure.number.value.is_negative() ? negative_ : positive_;
  of_its_sign += static_cast<std::size_t>(by);
}

void FigureGroup::make_room(Day end) {
  const bool first = end - figures_.front().period.end > figures_.back().period.end - end;
  const auto farthest = first ? figures_.begin() : std::prev(figures_.end());
  count(*farthest, -1);
  figures_.erase(farthest);
}

bool FigureGroup::fits_better(std::size_t at, const KnownFigure& other) const {
  constexpr int kFarApart = 40;  // 32 times
  constexpr std::size_t kBeside = 4;
  const KnownFigure& own = figures_[at];
  if (!own.counts() || !other.counts() || std::abs(own.size - other.size) < kFarApart) return false;
  std::optional<bool> better;
  for (std::size_t i = at - std::min(at, kBeside); i < figures_.size() && i <= at + kBeside; ++i) {
    const KnownFigure& beside = figures_[i];
    if (i == at || !beside.counts() || !same_length(beside.period, own.period)) continue;
    better = std::abs(beside.size - own.size) < std::abs(beside.size - other.size);
    if (i > at) break;
  }
  return better.value_or(true);
}

void FigureGroup::add(const Row& row) {
  KnownFigure figure;
  figure.period = row.period();
  figure.definition = row[Column::definition];
  figure.published_end = row[Column::published_begin] + row[Column::published_length];
  if (!row.has(flag::kRetraction)) {
    const auto number = stated_number(row);
    if (!number) return;
    figure.number = *number;
    figure.sequence = row.sequence();
    if (!number->value.is_zero()) figure.size = magnitude_of(number->value).size();
  }
  auto at = std::lower_bound(
      figures_.begin(), figures_.end(), figure,
      [](const KnownFigure& a, const KnownFigure& b) { return place_of(a) < place_of(b); });
  if (at != figures_.end() && place_of(*at) == place_of(figure)) {
    // What was published at the same time as a retraction is withdrawn.
    const bool newer = std::pair(figure.published_end, figure.sequence) >
                       std::pair(at->published_end, at->sequence);
    const bool withdraws = figure.sequence == 0 && figure.published_end >= at->published_end;
    const bool withdrawn = at->sequence == 0 && figure.published_end <= at->published_end;
    if (!withdraws && (withdrawn || !newer)) return;
    if (fits_better(static_cast<std::size_t>(at - figures_.begin()), figure)) return;
    count(*at, -1);
    *at = figure;
    count(*at, 1);
    return;
  }
  count(figure, 1);
  if (figures_.size() == kFiguresMax) {
    make_room(figure.period.end);
    at = std::lower_bound(
        figures_.begin(), figures_.end(), figure,
        [](const KnownFigure& a, const KnownFigure& b) { return place_of(a) < place_of(b); });
  }
  figures_.insert(at, figure);
}

std::size_t SeriesFigures::Hash::operator()(const FigureDimensions& d) const {
  return hash64({reinterpret_cast<const char*>(&d), sizeof d});
}

void SeriesFigures::add(const Row& row) {
  if (row.has(flag::kMirror) || row.measure() != Measure::level) return;
  const auto [at, is_new] = groups_.try_emplace(dimensions_of(row));
  if (is_new) {
    bytes_ += kGroupBytes;
    if (groups_.size() == 1) first_currency_ = row[Column::currency];
    several_currencies_ |= row[Column::currency] != first_currency_;
  }
  const std::size_t before = at->second.figures().size();
  at->second.add(row);
  // Room for as many again, as vectors grow.
  bytes_ += (at->second.figures().size() - before) * 2 * sizeof(KnownFigure);
}

const FigureGroup* SeriesFigures::group_of(const FigureDimensions& dimensions) const {
  const auto found = groups_.find(dimensions);
  return found == groups_.end() ? nullptr : &found->second;
}

void SeriesFigures::for_other_currencies(
    const FigureDimensions& dimensions,
    const std::function<void(const FigureDimensions&, const FigureGroup&)>& visit) const {
  if (!has_other_currencies(dimensions.currency)) return;
  for (const auto& [other, group] : groups_) {
    FigureDimensions like = other;
    like.unit = dimensions.unit;
    like.currency = dimensions.currency;
    if (like == dimensions && other.currency != dimensions.currency && other.currency != 0) {
      visit(other, group);
    }
  }
}

bool is_quarter_long(const Period& period) {
  const Day days = period.end - period.start;
  return period.kind == PeriodKind::span && days >= kQuarterDaysMin && days <= kQuarterDaysMax;
}

bool same_length(const Period& a, const Period& b) {
  struct Length {
    Day min;
    Day max;
  };
  constexpr std::array kLengths = {Length{25, 36}, Length{kQuarterDaysMin, kQuarterDaysMax},
                                   Length{150, 215}, Length{240, 300}, Length{345, 385}};
  const bool of_a_day = a.kind == PeriodKind::instant || a.kind == PeriodKind::window;
  if (of_a_day) return b.kind == PeriodKind::instant || b.kind == PeriodKind::window;
  if (a.kind != PeriodKind::span || b.kind != PeriodKind::span) return false;
  const Day days_a = a.end - a.start;
  const Day days_b = b.end - b.start;
  for (const Length& length : kLengths) {
    if (days_a >= length.min && days_a <= length.max) {
      return days_b >= length.min && days_b <= length.max;
    }
  }
  return std::abs(days_a - days_b) * 10 <= std::max(days_a, days_b);
}

}  // namespace capexdb::storage
