#include "storage/query/exact_sum.h"

#include <algorithm>

namespace capexdb::storage {

void ExactSum::End::add(const Decimal& d) {
  by_scale[static_cast<std::size_t>(d.scale())] += d.mantissa();
  scale = std::max(scale, d.scale());
}

void ExactSum::End::add(const End& other) {
  for (std::size_t i = 0; i < by_scale.size(); ++i) by_scale[i] += other.by_scale[i];
  scale = std::max(scale, other.scale);
  missing = missing || other.missing;
  kind = std::max(kind, other.kind);
}

Decimal ExactSum::End::total(const End& more) const {
  const int common = std::max(scale, more.scale);
  int128 sum = 0;
  for (int s = 0; s <= common; ++s) {
    const auto i = static_cast<std::size_t>(s);
    sum += (by_scale[i] + more.by_scale[i]) * power_of_ten(common - s);
  }
  return Decimal::make(sum, common).value_or(Decimal{});
}

void ExactSum::add_exact(std::int64_t mantissa, int scale) {
  exact_.by_scale[static_cast<std::size_t>(scale)] += mantissa;
  exact_.scale = std::max(exact_.scale, scale);
  ++count_;
}

bool ExactSum::add(const Interval& value) {
  const bool all_fit = (!value.point || fits(*value.point)) &&
                       (!value.low || fits(value.low->value)) &&
                       (!value.high || fits(value.high->value));
  if (!all_fit) return false;
  if (value.point) {
    point_.add(*value.point);
  } else {
    point_.missing = true;
  }
  const auto add_end = [](End& end, const std::optional<Bound>& bound) {
    if (!bound) {
      end.missing = true;
      return;
    }
    end.add(bound->value);
    end.kind = std::max(end.kind, bound->kind);
  };
  add_end(low_, value.low);
  add_end(high_, value.high);
  approx_ = approx_ || value.approx;
  if (count_++ == 0) only_ = value;
  return true;
}

void ExactSum::add(const ExactSum& other) {
  if (count_ == 0) only_ = other.only_;
  exact_.add(other.exact_);
  point_.add(other.point_);
  low_.add(other.low_);
  high_.add(other.high_);
  approx_ = approx_ || other.approx_;
  count_ += other.count_;
}

Interval ExactSum::value() const {
  // One part keeps what is known of its precision.
  if (count_ == 1 && only_) return *only_;
  Interval sum;
  if (!point_.missing) sum.point = point_.total(exact_);
  if (!low_.missing) sum.low = Bound{low_.total(exact_), low_.kind};
  if (!high_.missing) sum.high = Bound{high_.total(exact_), high_.kind};
  sum.approx = approx_;
  return sum;
}

}  // namespace capexdb::storage
