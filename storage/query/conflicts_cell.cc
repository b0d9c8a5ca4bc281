// Statements about one cell: duplicates, disagreement, and bounds that got lost.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "storage/query/conflict_checks.h"

namespace capexdb::storage {
namespace {

std::vector<Stated> in_order(std::vector<Stated> statements, const ConflictContext& context) {
  std::sort(statements.begin(), statements.end(),
            [&](const Stated& a, const Stated& b) { return says_before(a, b, context); });
  return statements;
}

std::size_t documents_among(std::span<const Stated> statements) {
  std::set<std::int64_t> documents;
  for (const Stated& s : statements) documents.insert(s.row[Column::document]);
  return documents.size();
}

// Statements by the very value and precision that they state; in order of the
// first of each.
struct SameValue {
  std::vector<Stated> statements;
};
Result<std::vector<SameValue>> by_value(std::span<const Stated> ordered,
                                        const ConflictContext& context) {
  // A stored number has one form, so that its columns tell equal ones.
  constexpr std::array kColumns = {Column::scale,      Column::value,          Column::value_upper,
                                   Column::low,        Column::low_upper,      Column::high,
                                   Column::high_upper, Column::stated_decimals};
  constexpr std::int64_t kFlags = flag::kValue | flag::kLow | flag::kHigh | flag::kLowOpen |
                                  flag::kHighOpen | flag::kLowApproximate | flag::kHighApproximate |
                                  flag::kApprox | flag::kDecimals;
  std::map<std::array<std::int64_t, kColumns.size() + 1>, std::size_t> index;
  std::vector<SameValue> values;
  for (const Stated& s : ordered) {
    CAPEXDB_TRY(context.found.step());
    if (!s.value.has_number()) continue;
    std::array<std::int64_t, kColumns.size() + 1> key{};
    for (std::size_t i = 0; i < kColumns.size(); ++i) key[i] = s.row[kColumns[i]];
    key.back() = s.row[Column::flags] & kFlags;
    const auto [at, is_new] = index.try_emplace(key, values.size());
    if (is_new) values.emplace_back();
    values[at->second].statements.push_back(s);
  }
  return values;
}

Result<void> find_complete_duplicates(std::span<const SameValue> values,
                                      const ConflictContext& context) {
  for (const SameValue& value : values) {
    const std::size_t documents = documents_among(value.statements);
    if (documents < 2) continue;
    const auto roots = roots_of(value.statements);
    const std::size_t root_count = std::set(roots.begin(), roots.end()).size();
    const Stated& first = value.statements.front();
    CAPEXDB_TRY(context.found.add(
        {Finding::complete_duplicate, value.statements,
         std::to_string(documents) + " documents of " + std::to_string(root_count) +
             (root_count == 1 ? " root" : " roots") + " state " +
             with_unit(value_text(first.row.value()), first.row, context.catalogue)}));
  }
  return {};
}

// Those that the finest figure does not rule out.
Result<void> find_consistent_duplicates(std::span<const SameValue> values,
                                        const ConflictContext& context) {
  if (values.size() < 2) return {};
  Conflict conflict{Finding::consistent_duplicate, values.front().statements, {}};
  const Stated& leader = values.front().statements.front();
  std::string others;
  for (const SameValue& value : values.subspan(1)) {
    const Stated& other = value.statements.front();
    if (!meet(leader.value, other.value)) continue;
    conflict.sides.insert(conflict.sides.end(), value.statements.begin(), value.statements.end());
    others += (others.empty() ? "" : " and ") + stated_text(other, context.catalogue);
  }
  if (others.empty()) return {};
  conflict.reason =
      stated_text(leader, context.catalogue) + " agrees with " + others + " of other precision";
  return context.found.add(std::move(conflict));
}

// A source, or whoever copies a root, that says something newer has revised what
// it said before.
std::vector<Stated> not_revised(std::span<const Stated> statements) {
  const auto age = [](const Stated& s) {
    const TimeRange published = s.row.published();
    return std::pair(published.end, published.begin);
  };
  using Age = std::pair<std::int64_t, std::int64_t>;
  const std::vector<std::int64_t> roots = roots_of(statements);
  std::map<std::int64_t, Age> by_source;
  std::map<std::int64_t, Age> by_root;
  const auto note = [](std::map<std::int64_t, Age>& newest, std::int64_t key, Age when) {
    const auto [at, is_new] = newest.try_emplace(key, when);
    if (!is_new) at->second = std::max(at->second, when);
  };
  for (std::size_t i = 0; i < statements.size(); ++i) {
    note(by_source, statements[i].row[Column::source], age(statements[i]));
    note(by_root, roots[i], age(statements[i]));
  }
  std::vector<Stated> current;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const Stated& s = statements[i];
    if (age(s) == by_source.at(s.row[Column::source]) && age(s) == by_root.at(roots[i])) {
      current.push_back(s);
    }
  }
  return current;
}

Result<void> find_inconsistent_duplicates(std::span<const Stated> ordered,
                                          const ConflictContext& context) {
  const std::vector<Stated> current = not_revised(ordered);
  const std::vector<std::int64_t> roots = roots_of(current);
  std::map<std::int64_t, std::int64_t> root_of;  // by document
  for (std::size_t i = 0; i < current.size(); ++i) {
    root_of[current[i].row[Column::document]] = roots[i];
  }
  CAPEXDB_ASSIGN(const std::vector<SameValue> values, by_value(current, context));
  // Intervals of which any two meet have a number in common.
  std::optional<Interval> common = Interval{};
  for (const SameValue& value : values) {
    if (common) common = intersect(*common, value.statements.front().value);
  }
  if (common) return {};
  std::vector<std::set<std::int64_t>> roots_with(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (const Stated& s : values[i].statements) {
      roots_with[i].insert(root_of.at(s.row[Column::document]));
    }
  }
  const auto differs = [&](const Stated& s, std::size_t from) {
    return roots_with[from].size() > 1 ||
           !roots_with[from].contains(root_of.at(s.row[Column::document]));
  };
  std::vector<bool> contradicts(values.size());
  std::vector<std::vector<bool>> sides(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) sides[i].resize(values[i].statements.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      CAPEXDB_TRY(context.found.step());
      const Interval& mine = values[i].statements.front().value;
      if (i == k || meet(mine, values[k].statements.front().value)) continue;
      for (std::size_t s = 0; s < sides[i].size(); ++s) {
        if (differs(values[i].statements[s], k)) sides[i][s] = contradicts[i] = true;
      }
    }
  }
  constexpr std::size_t kNamedMax = 4;
  Conflict conflict{Finding::inconsistent_duplicate, {}, {}};
  std::size_t named = 0;
  const Stated* least = nullptr;
  const Stated* most = nullptr;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!contradicts[i]) continue;
    const Stated* first = nullptr;
    for (std::size_t s = 0; s < sides[i].size(); ++s) {
      if (!sides[i][s]) continue;
      if (first == nullptr) first = &values[i].statements[s];
      conflict.sides.push_back(values[i].statements[s]);
    }
    if (named++ < kNamedMax) {
      conflict.reason +=
          (conflict.reason.empty() ? "" : " against ") + stated_text(*first, context.catalogue);
    }
    const auto size = [](const Stated* s) { return nominal(s->value).value_or(Decimal()); };
    if (least == nullptr || size(first) < size(least)) least = first;
    if (most == nullptr || size(first) > size(most)) most = first;
  }
  if (conflict.sides.empty()) return {};
  if (named > kNamedMax) {
    conflict.reason += " and " + std::to_string(named - kNamedMax) + " more values";
  }
  const std::string factor = factor_text(most->value, least->value);
  if (!factor.empty()) conflict.reason += ", apart by a factor of " + factor;
  return context.found.add(std::move(conflict));
}

// "More than 50bn" of one document, 50bn of another: of such a bound the point
// is only the end. True where there is one.
Result<bool> find_lost_bounds(std::span<const Stated> ordered, const ConflictContext& context) {
  struct Ends {
    std::vector<Stated> bounds;
    std::vector<Stated> points;
  };
  std::map<std::pair<Decimal, bool>, Ends> ends;  // by number; true: a lower bound
  for (const Stated& s : ordered) {
    const Interval stated = s.row.value();
    const auto& only = stated.low ? stated.low : stated.high;
    if (stated.point || !only || (stated.low && stated.high)) continue;
    if (only->kind == BoundKind::open) ends[{only->value, bool(stated.low)}].bounds.push_back(s);
  }
  if (ends.empty()) return false;
  for (const Stated& s : ordered) {
    const Interval stated = s.row.value();
    if (!stated.point || stated.low || stated.high) continue;
    for (const bool low : {true, false}) {
      const auto end = ends.find({*stated.point, low});
      if (end != ends.end()) end->second.points.push_back(s);
    }
  }
  bool found = false;
  for (auto& [key, end] : ends) {
    std::vector<Stated> all = end.bounds;
    all.insert(all.end(), end.points.begin(), end.points.end());
    if (end.points.empty() || documents_among(all) < 2) continue;
    found = true;
    const Stated& bound = end.bounds.front();
    const Stated& point = end.points.front();
    CAPEXDB_TRY(
        context.found.add({Finding::bound_lost, std::move(all),
                           stated_text(bound, context.catalogue) + " is repeated as " +
                               stated_text(point, context.catalogue) + ", without the bound"}));
  }
  return found;
}

}  // namespace

Result<void> check_cell(std::span<const Stated> cell, const ConflictContext& context) {
  if (cell.size() < 2) return {};
  const Conflicts& found = context.found;
  const std::vector<Stated> ordered = in_order({cell.begin(), cell.end()}, context);
  CAPEXDB_ASSIGN(const bool bound_lost, find_lost_bounds(ordered, context));
  std::map<Status, std::vector<Stated>> by_status;
  for (const Stated& s : ordered) by_status[s.row.status()].push_back(s);
  for (const auto& [status, statements] : by_status) {
    if (statements.size() < 2) continue;
    if (found.wants(Finding::complete_duplicate) || found.wants(Finding::consistent_duplicate)) {
      CAPEXDB_ASSIGN(const std::vector<SameValue> values, by_value(statements, context));
      CAPEXDB_TRY(find_complete_duplicates(values, context));
      if (!bound_lost) CAPEXDB_TRY(find_consistent_duplicates(values, context));
    }
    if (found.wants(Finding::inconsistent_duplicate)) {
      CAPEXDB_TRY(find_inconsistent_duplicates(statements, context));
    }
  }
  return {};
}

}  // namespace capexdb::storage
