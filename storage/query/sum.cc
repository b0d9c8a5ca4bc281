#include "storage/query/sum.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "storage/query/folding.h"
#include "storage/query/scan.h"
#include "storage/query/sum_parts.h"

namespace capexdb::storage {
namespace {

using Subjects = std::set<std::int64_t>;

// What a part is listed under: its period (none over time), the group, then the
// columns of `kListed`; 0 where the plan does not list one.
struct SumKey {
  Period period;
  std::int64_t group = 0;
  std::array<std::int64_t, 5> columns{};

  friend auto operator<=>(const SumKey&, const SumKey&) = default;
};

constexpr std::array<std::pair<Dimension, Column>, 5> kListed = {
    {{Dimension::company, Column::subject},
     {Dimension::product, Column::product},
     {Dimension::counterparty, Column::counterparties},
     {Dimension::status, Column::status},
     {Dimension::source, Column::source}}};

std::int64_t listed(const SumKey& key, Dimension dimension) {
  for (std::size_t i = 0; i < kListed.size(); ++i) {
    if (kListed[i].first == dimension) return key.columns[i];
  }
  return 0;
}

// Makes keys. Lists of the same counterparties in other roles are one to people.
class Keys {
 public:
  Keys(const Plan& plan, const Catalogue& catalogue) : plan_(plan), catalogue_(catalogue) {}

  SumKey of(const SumPart& part) {
    SumKey key;
    if (plan_.lists(Dimension::period)) key.period = part.period;
    for (std::size_t i = 0; i < kListed.size(); ++i) {
      const auto& [dimension, column] = kListed[i];
      if (!plan_.lists(dimension)) continue;
      const std::int64_t ordinal = part.cell.leader[column];
      key.columns[i] = dimension == Dimension::counterparty ? first_alike(ordinal) : ordinal;
    }
    return key;
  }

 private:
  std::int64_t first_alike(std::int64_t list) {
    const std::string ids = catalogue_.counterparty_ids(static_cast<std::uint32_t>(list));
    return first_.try_emplace(ids, list).first->second;
  }

  const Plan& plan_;
  const Catalogue& catalogue_;
  std::map<std::string, std::int64_t> first_;
};

// The groups that a sum by group lists: those that were asked for, or where none
// was every one that the catalogue has. With the companies of each that the
// question is about.
std::map<std::int64_t, Subjects> groups_of(const Plan& plan, const Catalogue& catalogue,
                                           const Subjects& asked) {
  std::map<std::int64_t, Subjects> groups;
  const auto offer = [&](std::uint32_t party) {
    if (catalogue.members(party, plan.at).empty()) return;
    for (const std::uint32_t leaf : catalogue.leaves(party, plan.at)) {
      if (asked.contains(leaf)) groups[party].insert(leaf);
    }
  };
  for (const std::uint32_t party : plan.asked_parties) offer(party);
  if (!groups.empty()) return groups;
  for (std::uint32_t party = 1; party <= catalogue.size(NameKind::party); ++party) offer(party);
  return groups;
}

struct Total {
  explicit Total(Fold fold) : folding(fold) {}

  Folding folding;
  const Row* first = nullptr;  // sets unit and currency
  Subjects subjects;
  std::set<Period> periods;
  ResolvedCell evidence;
  std::set<std::int64_t> sources;
  Period span;       // from the first day to the last one
  Day earliest = 0;  // of instants
  Day latest = 0;
};

Error mixed_units(const Row& a, const Row& b, const Catalogue& catalogue) {
  const auto text = [&](const Row& row) {
    return catalogue.text(NameKind::party, row.ordinal(Column::subject)) + " is in " +
           unit_text(row, catalogue);
  };
  return {Errc::invalid_argument,
          "mixed units: " + text(a) + ", " + text(b) +
              "; ask --currency USD, or for companies of one unit or currency at a time",
          "select", "mixed_units"};
}

// From the first day of both to the last one; open on the side where one of them is.
void widen(Period& span, const Period& more) {
  if (span == more) return;
  const bool starts = span.has_start() && more.has_start();
  const bool ends = span.has_end() && more.has_end();
  const Day start = starts ? std::min(span.start, more.start) : 0;
  const Day end = ends ? std::max(span.end, more.end) : 0;
  span = {starts && ends ? PeriodKind::span
          : starts       ? PeriodKind::open_end
          : ends         ? PeriodKind::open_start
                         : PeriodKind::none,
          start, end};
}

Result<void> add_to(Total& total, const SumPart& part, const Plan& plan,
                    const Catalogue& catalogue) {
  const ResolvedCell& cell = part.cell;
  const Row& row = cell.leader;
  if (total.first == nullptr) {
    total.first = &row;
    total.span = part.period;
    total.evidence = cell;
  } else {
    const bool alike = row[Column::unit] == (*total.first)[Column::unit] &&
                       row[Column::currency] == (*total.first)[Column::currency];
    if (!alike && plan.fold != Fold::count) return fail(mixed_units(*total.first, row, catalogue));
    widen(total.span, part.period);
    join(total.evidence, cell);
  }
  if (auto added = total.folding.add(effective(row.value())); !added) {
    return fail(Errc::out_of_range,
                "the sum of " + plan.metric_entry.id + " over " +
                    catalogue.text(NameKind::party, row.ordinal(Column::subject)) +
                    " and others needs more than 38 digits");
  }
  total.subjects.insert(row[Column::subject]);
  total.periods.insert(part.period);
  total.sources.insert(row[Column::source]);
  if (const Period period = row.period(); period.kind == PeriodKind::instant) {
    total.earliest = total.earliest == 0 ? period.start : std::min(total.earliest, period.start);
    total.latest = std::max(total.latest, period.start);
  }
  return {};
}

std::string derivation_of(const Total& total, const Plan& plan, const Catalogue& catalogue) {
  if (total.folding.count() == 1 && plan.fold != Fold::count) {
    const std::string& own = total.evidence.derivation;
    return own.empty() ? "reported" : own;
  }
  constexpr std::size_t kNamed = 10;
  std::vector<std::string> names;
  for (const std::int64_t subject : total.subjects) {
    names.push_back(catalogue.text(NameKind::party, static_cast<std::uint32_t>(subject)));
  }
  std::sort(names.begin(), names.end());
  std::string text = std::string(to_string(plan.fold)) + " of ";
  for (std::size_t i = 0; i < names.size() && i < kNamed; ++i) {
    text += (i == 0 ? "" : " + ") + names[i];
  }
  if (names.size() > kNamed) text += " + " + std::to_string(names.size() - kNamed) + " more";
  if (!plan.lists(Dimension::period)) {
    text += " over " + std::to_string(total.periods.size()) +
            (total.periods.size() == 1 ? " period" : " periods");
  }
  if (total.evidence.implied) text += ", implied levels among them";
  return text;
}

Result<Figure> describe_total(const SumKey& key, Total& total, const Plan& plan,
                              const Catalogue& catalogue) {
  Figure figure;
  figure.period = plan.lists(Dimension::period) ? key.period : total.span;
  figure.document_ids = std::move(total.evidence.document_ids);
  figure.root_ids = std::move(total.evidence.root_ids);
  figure.implied = total.evidence.implied;
  figure.parts = std::move(total.evidence.parts);
  const auto name = [&](NameKind kind, std::int64_t ordinal) {
    return catalogue.text(kind, static_cast<std::uint32_t>(ordinal));
  };
  const auto of = [&](Dimension dimension) { return listed(key, dimension); };
  const Row& evidence = total.evidence.leader;
  AnswerRow& row = figure.row;
  const std::int64_t party = key.group != 0 ? key.group : of(Dimension::company);
  row.company = party != 0 ? name(NameKind::party, party) : asked_text(plan, catalogue);
  row.metric = plan.metric_entry.id;
  row.product = name(NameKind::product, of(Dimension::product));
  row.counterparty =
      catalogue.counterparty_ids(static_cast<std::uint32_t>(of(Dimension::counterparty)));
  row.period = period_to_string(figure.period);
  row.start = period_start_text(figure.period);
  row.end = period_end_text(figure.period);
  CAPEXDB_ASSIGN(row.value, total.folding.value());
  if (plan.fold == Fold::count) {
    row.unit = "1";
  } else {
    row.unit = unit_text(*total.first, catalogue);
    row.currency = currency_letters((*total.first)[Column::currency]);
    row.measure = plan.measure;
  }
  row.status = evidence.status();  // the weakest of the parts
  row.source = total.sources.size() == 1 ? name(NameKind::source, *total.sources.begin())
                                         : std::to_string(total.sources.size()) + " sources";
  row.published_at = time_range_to_string(evidence.published());
  row.sequence = evidence.sequence();
  row.documents = static_cast<std::uint32_t>(figure.document_ids.size());
  row.roots = static_cast<std::uint32_t>(figure.root_ids.size());
  row.derivation = derivation_of(total, plan, catalogue);
  return figure;
}

// Which companies have a figure in which periods.
// Of a period only those are expected who belong to the groups then.
class Covered {
 public:
  Covered(const std::vector<SumPart>& parts, const std::vector<AbsentPeriod>& absent,
          const Plan& plan)
      : plan_(plan) {
    for (const SumPart& part : parts) {
      by_period_[part.period].insert(part.cell.leader[Column::subject]);
    }
    for (const AbsentPeriod& period : absent) by_period_[period.label];
    for (const auto& [period, subjects] : by_period_) {
      if (plan.shows(period)) shown_.push_back({&period, &subjects});
    }
  }
  Covered(const Covered&) = delete;
  Covered& operator=(const Covered&) = delete;

  // Who is missing in one of the periods that are shown is not covered.
  bool everywhere(std::int64_t subject) const {
    return !shown_.empty() && std::all_of(shown_.begin(), shown_.end(), [&](const auto& shown) {
      return shown.second->contains(subject) || !belongs(subject, *shown.first);
    });
  }
  // Whether any of the periods that are shown is one of its.
  bool anywhere(std::int64_t subject) const {
    return shown_.empty() || std::any_of(shown_.begin(), shown_.end(), [&](const auto& shown) {
             return belongs(subject, *shown.first);
           });
  }

  // Why what is made of the figures of `expected` is not whole; empty where it is.
  // `own` are the days of the group that they are expected in; null: the question's.
  using Memberships = Catalogue::Memberships;
  std::string lack_in(const Period& period, const Subjects& expected,
                      const Memberships* own) const {
    const auto found = by_period_.find(period);
    if (found == by_period_.end()) return {};
    const std::size_t have = common(found->second, expected, period, own);
    const std::size_t whole = count(expected, period, own);
    if (have == whole) return {};
    return "incomplete: " + std::to_string(have) + " of " + std::to_string(whole) + " companies";
  }
  std::string lack_over_time(const Subjects& expected, const Memberships* own) const {
    std::size_t have = 0;
    std::size_t whole = 0;
    for (const auto& [period, subjects] : shown_) {
      have += common(*subjects, expected, *period, own);
      whole += count(expected, *period, own);
    }
    if (have == whole) return {};
    return "incomplete: " + std::to_string(have) + " of " + std::to_string(whole) +
           " figures of companies and periods";
  }

 private:
  bool belongs(std::int64_t subject, const Period& period) const {
    return plan_.belongs(static_cast<std::uint32_t>(subject), period);
  }
  bool belongs(std::int64_t subject, const Period& period, const Memberships* own) const {
    if (own == nullptr) return belongs(subject, period);
    const auto days = own->find(static_cast<std::uint32_t>(subject));
    return days == own->end() || belongs_on(days->second, period);
  }
  std::size_t count(const Subjects& expected, const Period& period, const Memberships* own) const {
    return static_cast<std::size_t>(
        std::count_if(expected.begin(), expected.end(),
                      [&](std::int64_t subject) { return belongs(subject, period, own); }));
  }
  std::size_t common(const Subjects& a, const Subjects& b, const Period& period,
                     const Memberships* own) const {
    return static_cast<std::size_t>(std::count_if(b.begin(), b.end(), [&](std::int64_t subject) {
      return a.contains(subject) && belongs(subject, period, own);
    }));
  }

  const Plan& plan_;
  std::map<Period, Subjects> by_period_;
  std::vector<std::pair<const Period*, const Subjects*>> shown_;
};

Coverage coverage_of(const Covered& covered, const Plan& plan, const Catalogue& catalogue) {
  Coverage coverage;
  for (const std::uint32_t subject : plan.subjects) {
    if (!covered.anywhere(subject)) continue;
    ++coverage.of;
    if (covered.everywhere(subject)) {
      ++coverage.reported;
    } else if (!plan.everyone) {
      coverage.missing.push_back(catalogue.text(NameKind::party, subject));
    }
  }
  return coverage;
}

}  // namespace

Result<SumAnswer> sum_answer(std::vector<ResolvedCell> cells,
                             const std::vector<AbsentPeriod>& absent, const Plan& plan,
                             const Catalogue& catalogue, const QueryLimits& limits) {
  SumAnswer answer;
  CAPEXDB_ASSIGN(const std::vector<SumPart> parts,
                 sum_parts(std::move(cells), plan, catalogue, limits, answer.notes));
  CAPEXDB_TRY(check_over_time(parts, plan, catalogue));
  const bool by_group = plan.lists(Dimension::group);
  const Subjects everybody(plan.subjects.begin(), plan.subjects.end());
  std::map<std::int64_t, Subjects> groups;
  if (by_group) groups = groups_of(plan, catalogue, everybody);
  std::map<std::int64_t, Catalogue::Memberships> memberships;
  for (const auto& [group, companies] : groups) {
    memberships[group] = catalogue.dated_leaves(static_cast<std::uint32_t>(group), plan.at);
  }
  std::map<SumKey, Total> totals;
  Keys keys(plan, catalogue);
  for (const SumPart& part : parts) {
    SumKey key = keys.of(part);
    if (!by_group) {
      CAPEXDB_TRY(add_to(totals.try_emplace(key, plan.fold).first->second, part, plan, catalogue));
      continue;
    }
    for (const auto& [group, companies] : groups) {
      const std::int64_t subject = part.cell.leader[Column::subject];
      if (!companies.contains(subject)) continue;
      const auto& dated = memberships[group];
      const auto days = dated.find(static_cast<std::uint32_t>(subject));
      if (days != dated.end() && !belongs_on(days->second, part.cell.leader.period())) continue;
      key.group = group;
      CAPEXDB_TRY(add_to(totals.try_emplace(key, plan.fold).first->second, part, plan, catalogue));
    }
  }
  const Covered covered(parts, absent, plan);
  answer.coverage = coverage_of(covered, plan, catalogue);
  Subjects itself;  // of a row of one company
  const auto expected = [&](const SumKey& key) -> const Subjects& {
    if (by_group) return groups.at(key.group);
    if (!plan.lists(Dimension::company)) return everybody;
    itself = {listed(key, Dimension::company)};
    return itself;
  };
  std::size_t short_of = 0;
  for (auto& [key, total] : totals) {
    CAPEXDB_TRY(check_limits(limits));
    CAPEXDB_ASSIGN(Figure figure, describe_total(key, total, plan, catalogue));
    AnswerRow& row = figure.row;
    const Subjects& whole = expected(key);
    const Catalogue::Memberships* own = by_group ? &memberships[key.group] : nullptr;
    row.reason = plan.lists(Dimension::period) ? covered.lack_in(key.period, whole, own)
                                               : covered.lack_over_time(whole, own);
    if (!row.reason.empty()) ++short_of;
    if (row.reason.empty() && !row.value.has_number()) {
      row.reason = "the parts are bounded on different sides; their " +
                   std::string(to_string(plan.fold)) + " is not";
    }
    if (total.earliest != total.latest && plan.fold != Fold::count &&
        plan.lists(Dimension::period)) {
      answer.notes.push_back(row.period + ": stocks of different days are put together, " +
                             date_to_string(total.earliest) + " to " +
                             date_to_string(total.latest));
    }
    answer.figures.push_back(std::move(figure));
  }
  const bool over_time = !plan.lists(Dimension::period);
  std::sort(answer.figures.begin(), answer.figures.end(), [&](const Figure& a, const Figure& b) {
    const auto order = [](const Figure& f) {
      return std::tie(f.row.company, f.row.product, f.row.counterparty, f.row.status, f.row.source,
                      f.period);
    };
    if (!over_time && a.period != b.period) return a.period < b.period;
    return order(a) < order(b);
  });
  if (short_of > 0 && !plan.everyone) {
    answer.notes.push_back(std::to_string(short_of) + " of " +
                           std::to_string(answer.figures.size()) +
                           " rows are incomplete: not every company has a figure");
  }
  return answer;
}

}  // namespace capexdb::storage
