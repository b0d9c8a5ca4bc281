#include "storage/query/conflict.h"

#include <algorithm>
#include <tuple>

#include "storage/query/scan.h"

namespace capexdb::storage {
namespace {

// Bounds on what one question holds in memory.
constexpr std::size_t kSidesMax = 200'000;
constexpr std::size_t kKeptMax = 300'000;
constexpr std::size_t kStepsBetweenLooks = 256;

Error too_many_conflicts(std::size_t count_max, const char* what) {
  return too_large("the question meets more than " + std::to_string(count_max) + " " + what +
                   "; narrow the selection, the metrics, the classes or the limit");
}

// With the sides of the row that it becomes.
std::size_t memory_of(const Conflict& conflict) {
  return sizeof conflict + conflict.order.capacity() +
         conflict.sides.size() * (sizeof(Stated) + sizeof(AnswerRow));
}

}  // namespace

ClaimSort sort_of(Status status) {
  switch (status) {
    case Status::actual:
    case Status::estimate:
      return ClaimSort::fact;
    case Status::guidance:
      return ClaimSort::guidance;
    case Status::commitment:
    case Status::target:
      break;
  }
  return ClaimSort::pledge;
}

std::vector<Claim> claims_of(std::span<const Stated> cell, const Policy& policy) {
  std::vector<Claim> claims;
  for (const ClaimSort sort : {ClaimSort::fact, ClaimSort::guidance, ClaimSort::pledge}) {
    const Stated* leader = nullptr;
    for (const Stated& s : cell) {
      if (sort_of(s.row.status()) != sort || !s.value.has_number()) continue;
      if (leader == nullptr || goes_before(s.row, leader->row, policy)) leader = &s;
    }
    if (leader == nullptr) continue;
    Claim& claim = claims.emplace_back();
    claim.leader = *leader;
    for (const Stated& s : cell) {
      if (&s == leader || sort_of(s.row.status()) != sort || !s.value.has_number()) continue;
      if (meet(s.value, leader->value)) claim.others.push_back(s);
    }
    std::sort(claim.others.begin(), claim.others.end(),
              [&](const Stated& a, const Stated& b) { return goes_before(a.row, b.row, policy); });
  }
  return claims;
}

bool Conflicts::wants(Finding finding) const {
  return std::find(plan_.findings.begin(), plan_.findings.end(), finding) != plan_.findings.end();
}

Result<void> Conflicts::add(Conflict conflict) {
  if (!wants(conflict.finding)) return {};
  if (std::none_of(conflict.sides.begin(), conflict.sides.end(), asked_)) return {};
  conflict.order = order_(conflict);
  sides_ += conflict.sides.size();
  CAPEXDB_TRY(held_.add(memory_of(conflict)));
  found_.push_back(std::move(conflict));
  // Twice as many as are wanted, so that sorting them stays rare.
  if (found_.size() > 2 * std::size_t{rows_max_} || sides_ > kSidesMax) drop_last();
  if (sides_ > kSidesMax) return fail(too_many_conflicts(kSidesMax, "statements in conflict"));
  return {};
}

void Conflicts::drop_last() {
  std::sort(found_.begin(), found_.end(),
            [](const Conflict& a, const Conflict& b) { return a.order < b.order; });
  if (found_.size() <= rows_max_) return;
  truncated_ = true;
  for (std::size_t i = rows_max_; i < found_.size(); ++i) held_.give_back(memory_of(found_[i]));
  found_.erase(found_.begin() + rows_max_, found_.end());
  sides_ = 0;
  for (const Conflict& conflict : found_) sides_ += conflict.sides.size();
}

std::vector<Conflict> Conflicts::take() {
  drop_last();
  return std::move(found_);
}

Result<void> Conflicts::step() {
  if (++steps_ % kStepsBetweenLooks != 0) return {};
  return check_limits(limits_);
}

Result<void> Conflicts::keep(std::size_t statements) {
  kept_ += statements;
  if (kept_ > kKeptMax) {
    return fail(too_many_conflicts(kKeptMax, "statements that others depend on"));
  }
  return held_.add(statements * sizeof(Stated));
}

bool says_before(const Stated& a, const Stated& b, const ConflictContext& context) {
  if (goes_before(a.row, b.row, context.plan.policy)) return true;
  if (goes_before(b.row, a.row, context.plan.policy)) return false;
  const auto names = [&](const Stated& s) {
    const auto text = [&](NameKind kind, Column column) {
      return context.catalogue.text(kind, s.row.ordinal(column));
    };
    return std::tuple(context.catalogue.text(NameKind::metric, s.metric),
                      text(NameKind::party, Column::subject), s.row.period(),
                      text(NameKind::product, Column::product),
                      context.catalogue.counterparty_ids(s.row.ordinal(Column::counterparties)),
                      s.row[Column::measure], text(NameKind::unit, Column::unit),
                      text(NameKind::definition, Column::definition));
  };
  return names(a) < names(b);
}

std::vector<std::int64_t> roots_of(std::span<const Stated> statements) {
  Roots roots;
  for (const Stated& s : statements) roots.note(s.row[Column::document], s.row[Column::root]);
  std::vector<std::int64_t> list;
  list.reserve(statements.size());
  for (const Stated& s : statements) list.push_back(roots.of(s.row[Column::document]));
  return list;
}

std::vector<Stated> sides_of(std::span<const Claim* const> claims) {
  std::vector<Stated> sides;
  for (const Claim* claim : claims) {
    sides.push_back(claim->leader);
    sides.insert(sides.end(), claim->others.begin(), claim->others.end());
  }
  return sides;
}

std::optional<Days> days_of(const Row& row) {
  constexpr Day kNever = 10'000'000;
  const Period period = row.period();
  switch (period.kind) {
    case PeriodKind::span:
    case PeriodKind::instant:
    case PeriodKind::window:
      return Days{period.start, period.end, false};
    case PeriodKind::open_start:
      return Days{-kNever, period.end, true};
    case PeriodKind::open_end: {
      const Day known = row.published().last_day() + 1;
      const bool forward = period.start + 1 >= known;
      return Days{period.start, forward ? kNever : known, !forward};
    }
    case PeriodKind::none:
      break;
  }
  return std::nullopt;
}

bool days_cover(const Row& whole, const Row& part) {
  const auto w = days_of(whole);
  const auto p = days_of(part);
  if (!w || !p) return false;
  if (w->open || p->open) return w->start < p->end && p->start < w->end;
  return w->start <= p->start && p->end <= w->end;
}

}  // namespace capexdb::storage
