#include "storage/plausibility.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "proto/model/text.h"
#include "storage/period_label.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kLookedAtMax = 64;  // figures on each side

bool is_amount(Measure measure) {
  return measure == Measure::level || measure == Measure::price || measure == Measure::conversion;
}

std::string sequence_text(std::uint64_t sequence) { return "sequence " + std::to_string(sequence); }

// Of a group of another currency it has to be looked for.
std::size_t place_in(const FigureGroup& group, const Newcomer& it) {
  for (std::size_t i = 0; i < it.groups.size(); ++i) {
    if (it.groups[i] == &group) return it.places[i];
  }
  return group.place_of_end(it.period.end);
}

// Calls `visit` with the figures that lie nearest to `it`, until it returns false.
template <class Visit>
void visit_nearest(const Newcomer& it, const FigureGroups& groups, const Visit& visit) {
  struct Side {
    const KnownFigure* at;
    const KnownFigure* last;  // behind the last one that is looked at
    int step;
  };
  std::array<Side, 2 * kFigureSourcesMax> sides{};
  std::size_t count = 0;
  for (const FigureGroup* group : groups) {
    if (group->figures().empty()) continue;
    const KnownFigure* first = group->figures().data();
    const std::size_t all = group->figures().size();
    const std::size_t middle = place_in(*group, it);
    const std::size_t later = std::min(all - middle, kLookedAtMax);
    const std::size_t earlier = std::min(middle, kLookedAtMax);
    sides[count++] = {first + middle, first + middle + later, 1};
    // One in front of the first is never looked at, only compared with.
    sides[count++] = {first + middle - 1, first + middle - 1 - earlier, -1};
  }
  for (;;) {
    Side* nearest = nullptr;
    Day distance = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (sides[i].at == sides[i].last) continue;
      const Day its = std::abs(sides[i].at->end - it.period.end);
      if (nearest != nullptr && its >= distance) continue;
      nearest = &sides[i];
      distance = its;
    }
    if (nearest == nullptr) return;
    const KnownFigure& f = *nearest->at;
    nearest->at += nearest->step;
    if (!f.counts() || !same_length(f.period(), it.period)) continue;
    if (f.period() == it.period && f.definition == it.row[Column::definition]) continue;
    if (!visit(f)) return;
  }
}

}  // namespace

Newcomer::Newcomer(const Row& the_row, const StatedNumber& the_number, const Surroundings& around)
    : row(the_row),
      number(the_number),
      magnitude(magnitude_of(the_number.value)),
      size(magnitude.size()),
      period(the_row.period()),
      dimensions(dimensions_of(the_row)) {
  for (const SeriesFigures* figures : around.figures) {
    if (figures == nullptr) continue;
    has_other_currencies |= figures->has_other_currencies(dimensions.currency);
    const FigureGroup* group = figures->group_of(dimensions);
    if (group == nullptr) continue;
    places[groups.size()] = group->place_of_end(period.end);
    groups.add(*group);
  }
}

std::vector<KnownFigure> nearest_figures(const Newcomer& it, const FigureGroups& groups,
                                         std::size_t count) {
  std::vector<KnownFigure> all;
  visit_nearest(it, groups, [&](const KnownFigure& f) {
    all.push_back(f);
    return all.size() < count;
  });
  return all;
}

bool differs_from_nearest(const Newcomer& it, std::size_t count, int eighths) {
  constexpr int kSlack = 2;
  const int apart = eighths - kSlack;
  const bool possible =
      std::any_of(it.groups.begin(), it.groups.end(),
                  [&](const FigureGroup* group) { return group->may_differ_by(apart, it.size); });
  if (!possible) return false;
  std::size_t seen = 0;
  std::size_t differ = 0;
  visit_nearest(it, it.groups, [&](const KnownFigure& f) {
    if (std::abs(f.size - it.size) >= apart) ++differ;
    return ++seen < count;
  });
  return differ > 0 && differ * 2 >= seen;
}

MaybeSuspicion sign_flip(const Newcomer& it, const Surroundings& around,
                         const PlausibilityRules& rules, Background& background) {
  if (!is_amount(it.row.measure()) || !it.number.is_point) return {};
  const Decimal& value = it.number.value;
  if (around.leader != nullptr) {
    const auto leads = stated_number(*around.leader);
    if (leads && leads->is_point && leads->value == value.negated()) {
      return Suspicion{Rule::sign_flip, "value",
                       "value " + value.to_string() + " is " + leads->value.to_string() + " (" +
                           sequence_text(around.leader->sequence()) +
                           ", same cell) with the other sign"};
    }
  }
  std::size_t others = 0;
  const KnownFigure* nearest = nullptr;
  const auto distance = [&](const KnownFigure& f) { return std::abs(f.end - it.period.end); };
  for (const FigureGroup* group : it.groups) {
    if ((value.is_negative() ? group->negative() : group->positive()) > 0) return {};
    others += value.is_negative() ? group->positive() : group->negative();
  }
  if (others < rules.sign_flip_neighbours_min) return {};
  const std::string metric = background.metric_id();
  const auto& may_change = rules.sign_flip_may_change;
  if (std::find(may_change.begin(), may_change.end(), metric) != may_change.end()) return {};
  for (const FigureGroup* group : it.groups) {
    for (const KnownFigure& f : group->figures()) {
      if (!f.counts()) continue;
      if (nearest == nullptr || distance(f) < distance(*nearest)) nearest = &f;
    }
  }
  return Suspicion{Rule::sign_flip, "value",
                   "value " + value.to_string() + " is " +
                       (value.is_negative() ? "below" : "above") + " zero, all " +
                       std::to_string(others) + " other figures of these years are " +
                       (value.is_negative() ? "above" : "below") + " it (the nearest: " +
                       nearest->value().to_string() + " of " + period_to_string(nearest->period()) +
                       ", " + sequence_text(nearest->sequence) + "): is the sign right?"};
}

MaybeSuspicion other_company(const Newcomer& it, const Surroundings& around,
                             const PlausibilityRules& rules, Background& background) {
  if (around.other_company == nullptr) return {};
  const RecentValue& other = *around.other_company;
  const bool same_document = other.document == it.row[Column::document];
  const bool near = same_document || other.period == it.period;
  if (is_rounder_than(it.number.value, near ? rules.other_company_digits_min
                                            : rules.other_company_digits_min_elsewhere)) {
    return {};
  }
  const std::string what = same_document               ? "in the same document"
                           : other.period == it.period ? "for the same period"
                                                       : "for " + period_to_string(other.period);
  return Suspicion{Rule::other_company, "value",
                   "value " + it.number.value.to_string() + " is also " +
                       background.name_of(other.subject) + "'s, published the same day " + what +
                       " (" + sequence_text(other.sequence) + "): is it the right company's?"};
}

std::vector<Suspicion> suspicions_about(const Row& row, const Surroundings& around,
                                        const PlausibilityRules& rules, Background& background) {
  std::vector<Suspicion> all;
  const auto keep = [&all](MaybeSuspicion suspicion) {
    if (suspicion) all.push_back(std::move(*suspicion));
  };
  const auto number = stated_number(row);
  if (number && !number->value.is_zero() && !row.has(flag::kGrowthOnly) &&
      is_amount(row.measure())) {
    const Newcomer it(row, *number, around);
    if (rules.looks_at(Rule::unit_slip)) keep(unit_slip(it, around, rules));
    if (rules.looks_at(Rule::currency_slip)) {
      keep(currency_slip(it, around, rules, background));
      // A factor of 1380 is a rate of won, one of 1001 is no rate.
      if (all.size() == 2 && all[1].percent_off < all[0].percent_off) std::swap(all[0], all[1]);
    }
    if (rules.looks_at(Rule::year_to_date)) keep(year_to_date(it, around, rules, background));
    if (rules.looks_at(Rule::sign_flip)) keep(sign_flip(it, around, rules, background));
    if (rules.looks_at(Rule::other_company)) keep(other_company(it, around, rules, background));
  }
  if (rules.looks_at(Rule::fiscal_label) && !around.period_label.empty()) {
    auto fault = label_off_by_one(
        around.period_label, row.period(), [&] { return background.fiscal_year_end(); },
        static_cast<Day>(rules.fiscal_label_slack_days));
    if (fault) all.push_back({Rule::fiscal_label, "period.label", std::move(*fault)});
  }
  return all;
}

}  // namespace capexdb::storage
