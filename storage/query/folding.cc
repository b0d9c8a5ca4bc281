#include "storage/query/folding.h"

#include <algorithm>
#include <optional>

#include "proto/model/arithmetic.h"

namespace capexdb::storage {
namespace {

// The two in the middle, which are one where the number is odd.
template <class T, class Less>
std::pair<T, T> middle(std::vector<T> list, Less less) {
  std::sort(list.begin(), list.end(), less);
  return {list[(list.size() - 1) / 2], list[list.size() / 2]};
}

// An interval of one number on one side, so that means are taken as of intervals.
using End = std::optional<Bound>;

Result<Interval> median(const std::vector<Interval>& values) {
  std::vector<Decimal> points;
  std::vector<End> lows;
  std::vector<End> highs;
  Interval first;  // of the two in the middle
  Interval second;
  for (const Interval& value : values) {
    if (value.point) points.push_back(*value.point);
    lows.push_back(value.low);
    highs.push_back(value.high);
    first.approx = first.approx || value.approx;
  }
  if (points.size() == values.size()) {
    std::tie(first.point, second.point) = middle(points, std::less<>());
  }
  // What has no low end reaches down for ever, what has no high end up; so of equal
  // low ends the one that reaches further comes first, of high ones last.
  std::tie(first.low, second.low) = middle(lows, [](const End& a, const End& b) {
    if (!a || !b) return !a && b;
    return a->value != b->value ? a->value < b->value : reach(a->kind) > reach(b->kind);
  });
  std::tie(first.high, second.high) = middle(highs, [](const End& a, const End& b) {
    if (!a || !b) return a && !b;
    return a->value != b->value ? a->value < b->value : reach(a->kind) < reach(b->kind);
  });
  if (values.size() % 2 == 1) return first;  // to the last digit
  CAPEXDB_ASSIGN(const Interval sum, add(first, second));
  return mean(sum, 2);
}

}  // namespace

Result<void> Folding::add(const Interval& value) {
  ++count_;
  switch (fold_) {
    case Fold::count:
      return {};
    case Fold::median:
      values_.push_back(value);
      return {};
    case Fold::min:
      value_ = count_ == 1 ? value : min(value_, value);
      return {};
    case Fold::max:
      value_ = count_ == 1 ? value : max(value_, value);
      return {};
    case Fold::sum:
    case Fold::avg:
      break;
  }
  if (count_ == 1) {
    value_ = value;
    return {};
  }
  CAPEXDB_ASSIGN(value_, capexdb::add(value_, value));
  return {};
}

Result<Interval> Folding::value() const {
  switch (fold_) {
    case Fold::count:
      return effective({.point = Decimal(static_cast<std::int64_t>(count_))});
    case Fold::median:
      return median(values_);
    case Fold::avg:
      return mean(value_, static_cast<std::int64_t>(count_));
    default:
      return value_;
  }
}

}  // namespace capexdb::storage
