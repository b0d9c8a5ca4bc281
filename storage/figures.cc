#include "storage/figures.h"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include "proto/model/text.h"
#include "storage/magnitude.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kGroupBytes = 160;    // without its figures
constexpr std::size_t kFiguresAtFirst = 4;  // room for them

struct Place {
  std::int64_t bit;
  Column low;
  Column upper;  // of a number that 64 bits hold it is 0
};

// Where the number stands that a row states; null where it states none.
const Place* place_of(const Row& row) {
  static constexpr std::array kPlaces = {Place{flag::kValue, Column::value, Column::value_upper},
                                         Place{flag::kLow, Column::low, Column::low_upper},
                                         Place{flag::kHigh, Column::high, Column::high_upper}};
  const auto at = std::find_if(kPlaces.begin(), kPlaces.end(),
                               [&](const Place& place) { return row.has(place.bit); });
  return at == kPlaces.end() ? nullptr : &*at;
}

bool stands_before(const KnownFigure& a, const KnownFigure& b) {
  return std::tie(a.end, a.start, a.kind, a.definition) <
         std::tie(b.end, b.start, b.kind, b.definition);
}

std::uint64_t hash_of(const FigureDimensions& dimensions) {
  return hash64({reinterpret_cast<const char*>(&dimensions), sizeof dimensions});
}

int128 mantissa_of(std::int64_t low, std::int64_t upper) {
  return static_cast<int128>(low) + static_cast<int128>(upper) * (static_cast<int128>(1) << 64);
}

std::int16_t size_of(const Magnitude& magnitude) {
  return static_cast<std::int16_t>(magnitude.size());
}

// False where the row states no number.
bool put_number(const Row& row, KnownFigure& figure) {
  const Place* place = place_of(row);
  if (place == nullptr) return false;
  figure.low = row[place->low];
  figure.upper = row[place->upper];
  figure.scale = static_cast<std::int8_t>(row[Column::scale]);
  figure.is_point = place->bit == flag::kValue;
  if (figure.upper == 0 && figure.low != std::numeric_limits<std::int64_t>::min()) {
    if (figure.low != 0) figure.size = size_of(magnitude_of(figure.low, figure.scale));
    return true;
  }
  const auto number = stated_number(row);
  if (!number) return false;
  figure.size = size_of(magnitude_of(number->value));
  return true;
}

}  // namespace

std::optional<StatedNumber> stated_number(const Row& row) {
  const Place* place = place_of(row);
  if (place == nullptr) return std::nullopt;
  const auto number = Decimal::make(mantissa_of(row[place->low], row[place->upper]),
                                    static_cast<int>(row[Column::scale]));
  if (!number) return std::nullopt;
  return StatedNumber{*number, place->bit == flag::kValue};
}

// It came out of one.
Decimal KnownFigure::value() const {
  return Decimal::make(mantissa_of(low, upper), scale).value_or(Decimal());
}

FigureDimensions dimensions_of(const Row& row) {
  return {row[Column::measure], row[Column::unit], row[Column::currency], row[Column::product],
          row[Column::counterparties]};
}

std::vector<KnownFigure>::const_iterator FigureGroup::ending_from(Day end) const {
  return std::lower_bound(figures_.begin(), figures_.end(), end,
                          [](const KnownFigure& f, Day day) { return f.end < day; });
}

std::size_t FigureGroup::place_of_end(Day end) const {
  // Mostly the next period comes.
  if (figures_.empty() || end > last_end_) return figures_.size();
  return static_cast<std::size_t>(ending_from(end) - figures_.begin());
}

bool FigureGroup::may_differ_by(int eighths, int size) const {
  return size_min_ <= size_max_ &&
         (std::abs(size - size_min_) >= eighths || std::abs(size - size_max_) >= eighths);
}

void FigureGroup::count(const KnownFigure& figure, int by) {
  if (!figure.counts()) return;
  std::uint32_t& of_its_sign = figure.is_negative() ? negative_ : positive_;
  of_its_sign += static_cast<std::uint32_t>(by);
  if (by < 0) return;
  const bool first = size_min_ > size_max_;
  size_min_ = first ? figure.size : std::min<int>(size_min_, figure.size);
  size_max_ = first ? figure.size : std::max<int>(size_max_, figure.size);
}

void FigureGroup::make_room(Day end) {
  const bool first = end - figures_.front().end > figures_.back().end - end;
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
    if (i == at || !beside.counts() || !same_length(beside.period(), own.period())) continue;
    better = std::abs(beside.size - own.size) < std::abs(beside.size - other.size);
    if (i > at) break;
  }
  return better.value_or(true);
}

void FigureGroup::add(const Row& row) {
  KnownFigure figure;
  figure.kind = static_cast<PeriodKind>(row[Column::period_kind]);
  figure.start = static_cast<Day>(row[Column::period_start]);
  figure.end = static_cast<Day>(row[Column::period_end]);
  figure.definition = row.ordinal(Column::definition);
  figure.published_end = row[Column::published_begin] + row[Column::published_length];
  if (!row.has(flag::kRetraction)) {
    if (!put_number(row, figure)) return;
    figure.sequence = row.sequence();
  }
  if (figures_.empty() || figure.end > last_end_) {
    count(figure, 1);
    if (figures_.size() == kFiguresMax) make_room(figure.end);
    if (figures_.empty()) figures_.reserve(kFiguresAtFirst);
    figures_.push_back(figure);
    last_end_ = figure.end;
    return;
  }
  auto at = std::lower_bound(figures_.begin(), figures_.end(), figure, stands_before);
  if (at != figures_.end() && !stands_before(figure, *at)) {
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
    make_room(figure.end);
    at = std::lower_bound(figures_.begin(), figures_.end(), figure, stands_before);
  }
  figures_.insert(at, figure);
  last_end_ = figures_.back().end;
}

void SeriesFigures::add(const Row& row) {
  if (row.has(flag::kMirror) || row.measure() != Measure::level) return;
  const FigureDimensions dimensions = dimensions_of(row);
  const Entry* known = find(dimensions);
  Entry* entry = nullptr;
  if (known != nullptr) {
    entry = known == &*first_ ? &*first_ : &others_[static_cast<std::size_t>(known - &others_[0])];
  } else {
    bytes_ += kGroupBytes;
    several_currencies_ |= has_other_currencies(dimensions.currency);
    if (!first_) {
      entry = &first_.emplace(dimensions, FigureGroup());
    } else {
      entry = &others_.emplace_back(dimensions, FigureGroup());
      hashes_.push_back(hash_of(dimensions));
    }
  }
  const std::size_t before = entry->second.figures().capacity();
  entry->second.add(row);
  bytes_ += (entry->second.figures().capacity() - before) * sizeof(KnownFigure);
}

const SeriesFigures::Entry* SeriesFigures::find(const FigureDimensions& dimensions) const {
  if (!first_) return nullptr;
  if (first_->first == dimensions) return &*first_;
  if (others_.empty()) return nullptr;
  const std::uint64_t hash = hash_of(dimensions);
  for (std::size_t i = 0; i < hashes_.size(); ++i) {
    if (hashes_[i] == hash && others_[i].first == dimensions) return &others_[i];
  }
  return nullptr;
}

const FigureGroup* SeriesFigures::group_of(const FigureDimensions& dimensions) const {
  const Entry* entry = find(dimensions);
  return entry == nullptr ? nullptr : &entry->second;
}

void SeriesFigures::for_other_currencies(
    const FigureDimensions& dimensions,
    const std::function<void(const FigureDimensions&, const FigureGroup&)>& visit) const {
  if (!has_other_currencies(dimensions.currency)) return;
  const auto look_at = [&](const Entry& entry) {
    FigureDimensions like = entry.first;
    like.unit = dimensions.unit;
    like.currency = dimensions.currency;
    const std::int64_t currency = entry.first.currency;
    if (like == dimensions && currency != dimensions.currency && currency != 0) {
      visit(entry.first, entry.second);
    }
  };
  if (first_) look_at(*first_);
  for (const Entry& entry : others_) look_at(entry);
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
