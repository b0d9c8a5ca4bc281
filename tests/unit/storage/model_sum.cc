// Sums: one figure of each company, period and dimensions, none of them part of
// another one.
#include <algorithm>
#include <tuple>

#include "tests/unit/storage/model_store.h"

namespace capexdb::storage::test {
namespace {

struct Part {
  Period period;  // that it is added under
  Figure figure;
};

std::optional<Period> added_under(const Figure& figure, const ModelQuestion& q) {
  if (figure.label) return figure.label;
  const Period& own = figure.cell.period;
  if (own.kind == PeriodKind::none) return std::nullopt;
  const auto quarter = calendar_quarter(own);
  const Period period = quarter ? quarter_span(*quarter) : own;
  if (!q.range.exact || period == *q.range.exact) return period;
  if (own == *q.range.exact) return own;
  // One period was asked for: a stock counts for it, a flow of other days does not.
  const bool instant = own.kind == PeriodKind::instant || own.kind == PeriodKind::window;
  if (instant && q.metric.aggregation == Aggregation::stock) return q.range.exact;
  return std::nullopt;
}

// The same figure of other days: what is exactly the period answers, then what ends last.
bool fits_better(const Part& a, const Part& b) {
  const Period& pa = a.figure.cell.period;
  const Period& pb = b.figure.cell.period;
  const bool exact_a = pa == a.period;
  const bool exact_b = pb == b.period;
  if (exact_a != exact_b) return exact_a;
  return pa.end != pb.end ? pa.end > pb.end : pa < pb;
}

bool same_sort(const Part& a, const Part& b) {
  const ToldCell& ca = a.figure.cell;
  const ToldCell& cb = b.figure.cell;
  return a.period == b.period && ca.subject == cb.subject && ca.product == cb.product &&
         ca.others == cb.others && ca.unit == cb.unit && ca.currency == cb.currency;
}

// A figure's product and parties, and how they lie to those of another one.
struct Scope {
  std::string product;
  Others others;
  std::set<std::string> companies;  // of others, groups taken apart

  bool has_product_of(const Scope& part) const {
    return product.empty() || product == part.product;
  }
  bool has_parties_of(const Scope& part) const {
    if (others.empty() || others == part.others) return true;
    return !part.others.empty() && std::includes(companies.begin(), companies.end(),
                                                 part.companies.begin(), part.companies.end());
  }
  bool holds(const Scope& part) const { return has_product_of(part) && has_parties_of(part); }
  bool same(const Scope& other) const { return product == other.product && others == other.others; }
  // By what people read; of those that read alike, by the roles.
  std::tuple<std::string, std::string, Others> text() const {
    return {product, ids_of(others), others};
  }
  bool touches(const Scope& other) const {
    if (!has_product_of(other) && !other.has_product_of(*this)) return false;
    if (others.empty() || other.others.empty()) return true;
    return std::any_of(companies.begin(), companies.end(),
                       [&](const std::string& id) { return other.companies.contains(id); });
  }
};

bool is_part_of(const Scope& part, const Scope& whole) {
  if (whole.same(part) || !whole.holds(part)) return false;
  return !part.holds(whole) || whole.text() < part.text();
}

bool listed_apart(const Scope& a, const Scope& b, const ModelQuestion& q) {
  return (q.lists(Dimension::product) && a.product != b.product) ||
         (q.lists(Dimension::counterparty) && a.others != b.others);
}

// Of one company and period: which of the scopes are added.
std::vector<bool> kept(const std::vector<Scope>& scopes, const ModelQuestion& q) {
  std::vector<bool> result(scopes.size(), true);
  for (std::size_t whole = 0; whole < scopes.size(); ++whole) {
    for (std::size_t part = 0; part < scopes.size(); ++part) {
      if (whole == part || !is_part_of(scopes[part], scopes[whole])) continue;
      result[listed_apart(scopes[whole], scopes[part], q) ? whole : part] = false;
    }
  }
  // What overlaps without being a part: the first in order of text is added.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < scopes.size(); ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return scopes[a].text() < scopes[b].text();
  });
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Scope& mine = scopes[order[i]];
    for (std::size_t k = 0; k < i && result[order[i]]; ++k) {
      const Scope& before = scopes[order[k]];
      if (!result[order[k]] || mine.same(before) || listed_apart(mine, before, q)) continue;
      if (mine.touches(before)) result[order[i]] = false;
    }
  }
  return result;
}

using Unit = std::pair<std::string, std::string>;
Unit unit_of(const Part& part) { return {part.figure.cell.unit, part.figure.cell.currency}; }

// Period, company or group, product, counterparties, status, source.
using RowKey = std::tuple<Period, std::string, std::string, std::string, int, std::string>;

RowKey key_of(const Part& part, const ModelQuestion& q) {
  const Figure& f = part.figure;
  RowKey key;
  if (!q.is_over_time()) std::get<0>(key) = part.period;
  if (q.lists(Dimension::company)) std::get<1>(key) = f.cell.subject;
  if (q.lists(Dimension::product)) std::get<2>(key) = f.cell.product;
  if (q.lists(Dimension::counterparty)) std::get<3>(key) = ids_of(f.cell.others);
  if (q.lists(Dimension::status)) std::get<4>(key) = static_cast<int>(f.status);
  if (q.lists(Dimension::source)) std::get<5>(key) = f.source;
  return key;
}

// From the first day of all parts to the last one.
Period hull_of(const std::vector<const Part*>& parts) {
  Period hull = parts.front()->period;
  for (const Part* part : parts) {
    const Period& p = part->period;
    if (p == hull) continue;
    const bool starts = hull.has_start() && p.has_start();
    const bool ends = hull.has_end() && p.has_end();
    const Day start = starts ? std::min(hull.start, p.start) : 0;
    const Day end = ends ? std::max(hull.end, p.end) : 0;
    hull = {starts && ends ? PeriodKind::span
            : starts       ? PeriodKind::open_end
            : ends         ? PeriodKind::open_start
                           : PeriodKind::none,
            start, end};
  }
  return hull;
}

Result<Line> total_of(const std::vector<const Part*>& parts, const ModelQuestion& q) {
  Line line = line_of(parts.front()->figure);
  AnswerRow& row = line.row;
  line.period = hull_of(parts);
  line.stated_currency.clear();
  std::set<std::string> sources;
  std::vector<Interval> values;
  bool implied = false;
  const bool counts = q.query.fold == Fold::count;
  for (const Part* part : parts) {
    const Figure& f = part->figure;
    if (!counts && (f.cell.unit != row.unit || f.cell.currency != row.currency)) {
      return fail(Error{Errc::invalid_argument, "mixed units", "select", "mixed_units"});
    }
    values.push_back(f.value);
    row.status = std::max(*row.status, f.status);
    row.sequence = std::max(row.sequence, f.sequence);
    sources.insert(f.source);
    line.documents.insert(f.documents.begin(), f.documents.end());
    line.parts.insert(f.parts.begin(), f.parts.end());
    line.roots.insert(f.roots.begin(), f.roots.end());
    if (is_newer(f.published, line.published)) line.published = f.published;
    implied = implied || f.implied;
  }
  line.implied = implied;
  CAPEXDB_ASSIGN(row.value, folded(q.query.fold, values));
  row.source = sources.size() == 1 ? *sources.begin() : std::to_string(sources.size()) + " sources";
  row.published_at = time_range_to_string(line.published);
  row.documents = static_cast<std::uint32_t>(line.documents.size());
  row.roots = static_cast<std::uint32_t>(line.roots.size());
  row.measure = q.measure;
  if (counts) {
    row.unit = "1";
    row.currency.clear();
    row.measure.reset();
  }
  if (parts.size() > 1 || counts) {
    row.derivation = std::string(to_string(q.query.fold)) + " of" + (implied ? ", implied" : "");
  }
  row.definition.clear();
  row.reason.clear();
  row.period = period_to_string(line.period);
  row.start = period_start_text(line.period);
  row.end = period_end_text(line.period);
  return line;
}

tl::unexpected<Error> refused_over_time(const std::string& reason) {
  return fail(Error{Errc::invalid_argument, "the model refuses this", "by", reason});
}

// Over time only flows are added, and none of a company's days twice.
Result<void> check_over_time(const std::vector<const Part*>& parts,
                             const std::map<const Part*, Scope>& scopes, const ModelQuestion& q) {
  if (!q.is_over_time() || q.query.fold == Fold::count) return {};
  const bool adds_stocks = q.query.fold == Fold::sum && q.metric.aggregation != Aggregation::flow;
  std::string reason;
  for (const Part* a : parts) {
    for (const Part* b : parts) {
      if (a == b || a->figure.cell.subject != b->figure.cell.subject) continue;
      const Scope& one = scopes.at(a);
      const Scope& other = scopes.at(b);
      if (a->period == b->period || !one.touches(other) || listed_apart(one, other, q)) continue;
      if (adds_stocks) reason = "not_over_time";
      const Period& p = a->period;
      const bool apart = (p.has_end() && b->period.has_start() && p.end <= b->period.start) ||
                         (b->period.has_end() && p.has_start() && b->period.end <= p.start);
      if (!apart && !adds_stocks) reason = "overlapping_periods";
    }
  }
  if (!reason.empty()) return refused_over_time(reason);
  return {};
}

}  // namespace

std::vector<std::pair<std::string, std::vector<std::string>>> ModelStore::groups_of(
    const ModelQuestion& q) const {
  std::set<std::string> names;
  for (const std::string& name : q.named) {
    if (members(name, q.at)) names.insert(name);
  }
  if (names.empty()) {
    for (const auto& [sequence, change] : catalogue_) {
      for (const CatalogParty& party : change.parties) {
        if (sequence <= q.at && !party.members.empty()) names.insert(party.id);
      }
    }
  }
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (const std::string& name : names) {
    auto& [group, companies] = groups.emplace_back(name, std::vector<std::string>());
    for (const std::string& leaf : leaves(name, q.at)) {
      const bool asked = std::find(q.subjects.begin(), q.subjects.end(), leaf) != q.subjects.end();
      if (asked) companies.push_back(leaf);
    }
  }
  return groups;
}

Result<Lines> ModelStore::sum_lines(const ModelQuestion& q) const {
  std::vector<Part> all;
  const Regular series = this->series(q);
  for (const Figure& figure : series.figures) {
    const auto period = added_under(figure, q);
    if (period && figure.value.has_number()) all.push_back({*period, figure});
  }
  std::vector<Part> parts;
  for (const Part& mine : all) {
    const bool beaten = std::any_of(all.begin(), all.end(), [&](const Part& other) {
      if (!same_sort(mine, other)) return false;
      if (fits_better(other, mine)) return true;
      // One was converted.
      return !fits_better(mine, other) && goes_before(other.figure, mine.figure, q);
    });
    if (!beaten) parts.push_back(mine);
  }

  // Companies and periods, one by one.
  std::map<std::pair<std::string, Period>, std::vector<const Part*>> by_company;
  for (const Part& part : parts) {
    by_company[{part.figure.cell.subject, part.period}].push_back(&part);
  }
  std::map<Period, std::vector<const Part*>> by_period;
  std::map<const Part*, Scope> scope_of;
  for (const auto& [key, list] : by_company) {
    std::vector<Scope> scopes;
    for (const Part* part : list) {
      Scope& scope = scopes.emplace_back();
      scope.product = part->figure.cell.product;
      scope.others = part->figure.cell.others;
      for (const auto& [role, id] : scope.others) {
        for (const std::string& leaf : leaves(id, q.at)) scope.companies.insert(leaf);
      }
      scope_of[part] = scope;
    }
    const std::vector<bool> keeps = kept(scopes, q);
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (keeps[i]) by_period[key.second].push_back(list[i]);
    }
  }

  // Of several units, the one that every company has and whose best figure goes first.
  std::vector<const Part*> added;
  for (const auto& [period, list] : by_period) {
    std::map<Unit, std::set<std::string>> users;
    std::set<std::string> everybody;
    for (const Part* part : list) {
      users[unit_of(*part)].insert(part->figure.cell.subject);
      everybody.insert(part->figure.cell.subject);
    }
    const Part* first = nullptr;
    for (const Part* part : list) {
      if (users[unit_of(*part)] != everybody) continue;
      if (first == nullptr || goes_before(part->figure, first->figure, q)) first = part;
    }
    for (const Part* part : list) {
      if (first == nullptr || unit_of(*part) == unit_of(*first)) added.push_back(part);
    }
  }
  CAPEXDB_TRY(check_over_time(added, scope_of, q));
  std::map<RowKey, std::vector<const Part*>> rows;
  std::map<Period, std::set<std::string>> covered;
  for (const Part* part : added) {
    covered[part->period].insert(part->figure.cell.subject);
    RowKey key = key_of(*part, q);
    if (!q.lists(Dimension::group)) rows[key].push_back(part);
    for (const auto& [group, companies] : q.groups) {
      if (std::find(companies.begin(), companies.end(), part->figure.cell.subject) ==
          companies.end()) {
        continue;
      }
      std::get<1>(key) = group;
      rows[key].push_back(part);
    }
  }

  // What is asked for and absent counts too.
  for (const Absence& absence : series.absent) covered[absence.label];
  std::map<Period, std::set<std::string>> shown;
  for (const auto& entry : covered) {
    if (q.shows(entry.first)) shown.insert(entry);
  }

  Lines lines;
  lines.coverage = Coverage{};
  lines.coverage->of = static_cast<std::uint32_t>(q.subjects.size());
  for (const std::string& subject : q.subjects) {
    const bool everywhere =
        !shown.empty() && std::all_of(shown.begin(), shown.end(), [&](const auto& entry) {
          return entry.second.contains(subject);
        });
    if (everywhere) ++lines.coverage->reported;
    if (!everywhere && !q.everyone) lines.coverage->missing.push_back(subject);
  }
  std::string asked = q.everyone ? "all" : "";
  for (const std::string& name : q.named) asked += (asked.empty() ? "" : ",") + name;
  for (const auto& [key, list] : rows) {
    CAPEXDB_ASSIGN(Line line, total_of(list, q));
    const std::string& party = std::get<1>(key);
    std::vector<std::string> expected = q.subjects;
    if (q.lists(Dimension::company)) expected = {party};
    for (const auto& [group, companies] : q.groups) {
      if (group == party) expected = companies;
    }
    std::size_t have = 0;
    std::size_t whole = 0;
    for (const auto& [period, subjects] : covered) {
      if (!q.is_over_time() && period != std::get<0>(key)) continue;
      whole += expected.size();
      for (const std::string& subject : expected) have += subjects.contains(subject) ? 1U : 0U;
    }
    AnswerRow& row = line.row;
    row.company = party.empty() ? asked : party;
    row.product = std::get<2>(key);
    row.counterparty = std::get<3>(key);
    if (have < whole) {
      row.reason = "incomplete";
    } else if (!row.value.has_number()) {
      row.reason = "the parts are bounded on different sides";
    }
    lines.list.push_back(std::move(line));
  }
  return lines;
}

}  // namespace capexdb::storage::test
