// Adding up what companies say of themselves.
#include <algorithm>
#include <tuple>

#include "storage/query/fold.h"

namespace capexdb::storage {
namespace {

// The period that a part is added under: fiscal quarters count by their
// calendar quarter; when one period was asked for, instants inside it count
// for it.
std::optional<Period> sum_period(const Period& period, const Plan& plan) {
  if (period.kind == PeriodKind::none) return std::nullopt;
  Period key = period;
  if (const auto quarter = calendar_quarter(period)) key = quarter_span(*quarter);
  if (!plan.range.exact) return key;
  const Period& asked = *plan.range.exact;
  if (key == asked || period == asked) return asked;
  const bool instant = period.kind == PeriodKind::instant || period.kind == PeriodKind::window;
  const bool stock = plan.metric_entry.aggregation != Aggregation::flow;
  if (instant && stock) return asked;
  return std::nullopt;
}

bool subset(const std::vector<std::uint32_t>& part, const std::vector<std::uint32_t>& whole) {
  return std::all_of(part.begin(), part.end(), [&](std::uint32_t p) {
    return std::find(whole.begin(), whole.end(), p) != whole.end();
  });
}

// The counterparties of a row; of groups their members instead.
std::vector<std::uint32_t> reach(const Row& row, const Plan& plan, const Catalogue& catalogue) {
  std::vector<std::uint32_t> parties;
  for (const auto& other : catalogue.counterparties(row.ordinal(Column::counterparties))) {
    const auto leaves = catalogue.leaves(other.party, plan.at);
    parties.insert(parties.end(), leaves.begin(), leaves.end());
  }
  return parties;
}

// Whether `part` is contained in `whole`, both of one subject and period. Two
// that contain one another are told apart by their ordinals, so that one stays.
bool is_part_of(const Row& part, const Row& whole, const Plan& plan, const Catalogue& catalogue) {
  const auto product = [](const Row& r) { return r[Column::product]; };
  const auto others = [](const Row& r) { return r[Column::counterparties]; };
  if (product(whole) != 0 && product(whole) != product(part)) return false;
  if (product(whole) == product(part) && others(whole) == others(part)) return false;
  if (others(whole) == 0 || others(whole) == others(part)) return true;
  if (others(part) == 0) return false;
  const auto part_reach = reach(part, plan, catalogue);
  const auto whole_reach = reach(whole, plan, catalogue);
  if (!subset(part_reach, whole_reach)) return false;
  const bool both_ways = product(whole) == product(part) && subset(whole_reach, part_reach);
  return !both_ways || others(whole) < others(part);
}

using Key = std::tuple<Period, std::string, std::string, std::string, int, std::string>;

// What a part is listed under, besides its period.
Key group_key(const Period& period, const Row& row, const Plan& plan, const Catalogue& catalogue) {
  Key key{period, {}, {}, {}, 0, {}};
  for (const Dimension dimension : plan.by) {
    switch (dimension) {
      case Dimension::period:
        break;
      case Dimension::company:
        std::get<1>(key) = catalogue.text(NameKind::party, row.ordinal(Column::subject));
        break;
      case Dimension::product:
        std::get<2>(key) = catalogue.text(NameKind::product, row.ordinal(Column::product));
        break;
      case Dimension::counterparty:
        for (const auto& other : catalogue.counterparties(row.ordinal(Column::counterparties))) {
          if (!std::get<3>(key).empty()) std::get<3>(key) += ",";
          std::get<3>(key) += catalogue.text(NameKind::party, other.party);
        }
        break;
      case Dimension::status:
        std::get<4>(key) = static_cast<int>(row.status());
        break;
      case Dimension::source:
        std::get<5>(key) = catalogue.text(NameKind::source, row.ordinal(Column::source));
        break;
    }
  }
  return key;
}

struct Total {
  Interval value;
  bool started = false;
  std::int64_t unit = 0;
  std::int64_t currency = 0;
  std::string first_company;  // who set unit and currency
  std::vector<std::string> companies;
  std::set<std::int64_t> documents;
  std::set<std::int64_t> roots;
  std::set<std::int64_t> sources;
  std::set<Status> statuses;
  TimeRange newest;
  std::uint64_t sequence = 0;
  Day earliest = 0;  // of instants
  Day latest = 0;
};

Result<void> add_to(Total& total, const ResolvedCell& cell, const Plan& plan,
                    const Catalogue& catalogue) {
  const Row& row = cell.leader;
  const std::string company = catalogue.text(NameKind::party, row.ordinal(Column::subject));
  const Interval value = effective(row.value());
  if (!total.started) {
    total.started = true;
    total.value = value;
    total.unit = row[Column::unit];
    total.currency = row[Column::currency];
    total.first_company = company;
  } else {
    if (total.unit != row[Column::unit] || total.currency != row[Column::currency]) {
      const auto text = [&](std::int64_t unit) {
        return catalogue.text(NameKind::unit, static_cast<std::uint32_t>(unit));
      };
      return fail(Error{Errc::invalid_argument,
                        "mixed units: " + total.first_company + " is in " + text(total.unit) +
                            ", " + company + " in " + text(row[Column::unit]) +
                            "; sum companies of one unit or currency at a time",
                        "select", "mixed_units"});
    }
    auto sum = add(total.value, value);
    if (!sum) {
      return fail(Errc::out_of_range, "the sum of " + plan.metric_entry.id + " over " + company +
                                          " and others needs more than 38 digits");
    }
    total.value = *sum;
  }
  if (total.companies.empty() || total.companies.back() != company) {
    total.companies.push_back(company);
  }
  total.documents.insert(cell.document_ids.begin(), cell.document_ids.end());
  total.roots.insert(cell.root_ids.begin(), cell.root_ids.end());
  total.sources.insert(row[Column::source]);
  total.statuses.insert(row.status());
  if (total.newest.end < row.published().end) total.newest = row.published();
  total.sequence = std::max(total.sequence, row.sequence());
  if (const Period period = row.period(); period.kind == PeriodKind::instant) {
    total.earliest = total.earliest == 0 ? period.start : std::min(total.earliest, period.start);
    total.latest = std::max(total.latest, period.start);
  }
  return {};
}

AnswerRow describe_total(const Key& key, const Total& total, const Plan& plan,
                         const Catalogue& catalogue) {
  AnswerRow row;
  const Period& period = std::get<0>(key);
  row.company = std::get<1>(key);
  if (row.company.empty()) {
    // The name of what was asked: a group, a list, or everyone.
    std::string asked;
    for (const std::uint32_t group : plan.groups) {
      asked += (asked.empty() ? "" : ",") + catalogue.text(NameKind::party, group);
    }
    if (plan.everyone) asked = "all";
    if (asked.empty() || (plan.groups.empty() && !plan.everyone)) {
      for (std::size_t i = 0; i < plan.subjects.size() && i < 20; ++i) {
        asked += (i == 0 ? "" : ",") + catalogue.text(NameKind::party, plan.subjects[i]);
      }
    }
    row.company = asked;
  }
  row.metric = plan.metric_entry.id;
  row.product = std::get<2>(key);
  row.counterparty = std::get<3>(key);
  row.period = period_to_string(period);
  row.start = period_start_text(period);
  row.end = period_end_text(period);
  row.value = total.value;
  row.unit = catalogue.text(NameKind::unit, static_cast<std::uint32_t>(total.unit));
  row.currency = currency_letters(total.currency);
  row.measure = plan.measure;
  // The weakest of the parts.
  if (!total.statuses.empty()) row.status = *total.statuses.rbegin();
  if (total.sources.size() == 1) {
    row.source =
        catalogue.text(NameKind::source, static_cast<std::uint32_t>(*total.sources.begin()));
  } else {
    row.source = std::to_string(total.sources.size()) + " sources";
  }
  row.published_at = time_range_to_string(total.newest);
  row.sequence = total.sequence;
  row.documents = static_cast<std::uint32_t>(total.documents.size());
  row.roots = static_cast<std::uint32_t>(total.roots.size());
  constexpr std::size_t kNamed = 10;
  row.derivation = "sum of ";
  for (std::size_t i = 0; i < total.companies.size() && i < kNamed; ++i) {
    row.derivation += (i == 0 ? "" : " + ") + total.companies[i];
  }
  if (total.companies.size() > kNamed) {
    row.derivation += " + " + std::to_string(total.companies.size() - kNamed) + " more";
  }
  return row;
}

// One figure per company, period and dimensions: instants give way to later
// ones, odd spans to those that are exactly the period.
void keep_one_per_company(std::vector<std::pair<Period, ResolvedCell>>& parts, const Plan& plan) {
  const auto key = [](const auto& part) {
    const Row& r = part.second.leader;
    return std::tuple(r[Column::subject], part.first, r[Column::product], r[Column::counterparties],
                      r[Column::unit], r[Column::currency]);
  };
  const auto better = [&](const auto& a, const auto& b) {
    const Period pa = a.second.leader.period();
    const Period pb = b.second.leader.period();
    const bool exact_a = pa == a.first;
    const bool exact_b = pb == b.first;
    if (exact_a != exact_b) return exact_a;
    if (pa != pb) return pa.end != pb.end ? pa.end > pb.end : pa < pb;
    return goes_before(a.second.leader, b.second.leader, plan.policy);
  };
  std::sort(parts.begin(), parts.end(), [&](const auto& a, const auto& b) {
    const auto ka = key(a);
    const auto kb = key(b);
    return ka != kb ? ka < kb : better(a, b);
  });
  const auto end = std::unique(parts.begin(), parts.end(),
                               [&](const auto& a, const auto& b) { return key(a) == key(b); });
  parts.erase(end, parts.end());
}

// A company may state one period in several currencies. The one that every
// reporting company uses is added; the others are left out, and a note says so.
void keep_common_unit(std::vector<std::pair<Period, ResolvedCell>>& parts,
                      std::vector<std::string>& notes) {
  using Unit = std::pair<std::int64_t, std::int64_t>;
  const auto unit_of = [](const auto& part) {
    return Unit(part.second.leader[Column::unit], part.second.leader[Column::currency]);
  };
  std::map<Period, std::map<Unit, std::set<std::int64_t>>> subjects;
  std::map<Period, std::set<std::int64_t>> all;
  for (const auto& part : parts) {
    subjects[part.first][unit_of(part)].insert(part.second.leader[Column::subject]);
    all[part.first].insert(part.second.leader[Column::subject]);
  }
  std::map<Period, Unit> common;
  for (const auto& [period, units] : subjects) {
    if (units.size() < 2) continue;
    for (const auto& [unit, who] : units) {
      if (who.size() == all[period].size()) common.try_emplace(period, unit);
    }
  }
  if (common.empty()) return;
  const std::size_t before = parts.size();
  std::erase_if(parts, [&](const auto& part) {
    const auto unit = common.find(part.first);
    return unit != common.end() && unit->second != unit_of(part);
  });
  notes.push_back(std::to_string(before - parts.size()) +
                  " figures of the same companies in other units or currencies are not added");
}

}  // namespace

Result<SumAnswer> sum_answer(std::vector<ResolvedCell> cells, const Plan& plan,
                             const Catalogue& catalogue) {
  std::vector<std::pair<Period, ResolvedCell>> parts;
  for (ResolvedCell& cell : cells) {
    if (!cell.leader.value().has_number()) continue;
    const auto period = sum_period(cell.leader.period(), plan);
    if (period) parts.emplace_back(*period, std::move(cell));
  }
  keep_one_per_company(parts, plan);
  SumAnswer answer;
  keep_common_unit(parts, answer.notes);

  std::map<Key, Total> totals;
  std::map<Period, std::set<std::int64_t>> covered;
  for (std::size_t begin = 0; begin < parts.size();) {
    // The run of one subject and period.
    std::size_t end = begin;
    while (end < parts.size() && parts[end].first == parts[begin].first &&
           parts[end].second.leader[Column::subject] ==
               parts[begin].second.leader[Column::subject]) {
      ++end;
    }
    for (std::size_t i = begin; i < end; ++i) {
      const Row& row = parts[i].second.leader;
      bool contained = false;
      for (std::size_t k = begin; k < end && !contained; ++k) {
        contained = k != i && is_part_of(row, parts[k].second.leader, plan, catalogue);
      }
      if (contained) continue;
      const Key key = group_key(parts[i].first, row, plan, catalogue);
      CAPEXDB_TRY(add_to(totals[key], parts[i].second, plan, catalogue));
      covered[parts[i].first].insert(row[Column::subject]);
    }
    begin = end;
  }

  // Of several periods, who is missing in any of them is not covered.
  std::set<std::int64_t> reported;
  for (const std::uint32_t subject : plan.subjects) {
    const bool everywhere =
        !covered.empty() && std::all_of(covered.begin(), covered.end(), [&](const auto& entry) {
          return entry.second.contains(subject);
        });
    if (everywhere) reported.insert(subject);
    if (!everywhere && !plan.everyone) {
      answer.coverage.missing.push_back(catalogue.text(NameKind::party, subject));
    }
  }
  answer.coverage.of = static_cast<std::uint32_t>(plan.subjects.size());
  answer.coverage.reported = static_cast<std::uint32_t>(reported.size());
  const bool by_company =
      std::find(plan.by.begin(), plan.by.end(), Dimension::company) != plan.by.end();
  std::size_t incomplete = 0;
  for (const auto& [key, total] : totals) {
    AnswerRow row = describe_total(key, total, plan, catalogue);
    const std::size_t have = covered[std::get<0>(key)].size();
    if (!by_company && have < plan.subjects.size()) {
      row.reason = "incomplete: " + std::to_string(have) + " of " +
                   std::to_string(plan.subjects.size()) + " companies";
      ++incomplete;
    } else if (!row.value.has_number()) {
      row.reason = "the parts are bounded on different sides; their sum is not";
    }
    if (total.earliest != total.latest) {
      answer.notes.push_back(row.period + ": stocks of different days are added, " +
                             date_to_string(total.earliest) + " to " +
                             date_to_string(total.latest));
    }
    answer.rows.push_back(std::move(row));
  }
  if (incomplete > 0 && !plan.everyone) {
    answer.notes.push_back(std::to_string(incomplete) + " of " +
                           std::to_string(answer.rows.size()) +
                           " rows are incomplete: not every company has a figure");
  }
  return answer;
}

}  // namespace capexdb::storage
