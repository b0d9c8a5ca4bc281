// Which statement answers for a cell, and what backs it.
#include <algorithm>

#include "tests/unit/storage/model_store.h"

namespace capexdb::storage::test {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_open(const Period& p) { return p.has_start() != p.has_end(); }

// How many days before those of the question bases are looked for.
constexpr Day kBeforeYoy = 386;
constexpr Day kBeforeQoq = 145;

// 1: of higher standing. Commitment and target are one.
int weight(Status status) {
  switch (status) {
    case Status::actual:
      return 1;
    case Status::estimate:
      return 2;
    case Status::guidance:
      return 3;
    default:
      return 4;
  }
}

bool withdraws(const Told& retraction, const Told& told) {
  if (!retraction.retraction || told.retraction) return false;
  if (retraction.withdraws != 0) return retraction.withdraws == told.sequence;
  return retraction.document == told.document && told.published.end <= retraction.published.end;
}

bool same_content(const Told& a, const Told& b) {
  return a.stated == b.stated && a.unquantified == b.unquantified && a.status == b.status &&
         a.published == b.published && a.document == b.document;
}

bool directly_withdrawn(const Told& told, const std::vector<const Told*>& cell) {
  return std::any_of(cell.begin(), cell.end(),
                     [&](const Told* other) { return withdraws(*other, told); });
}

// Where the chain of citations of `document` ends, as far as the cell knows it.
std::int64_t root_of(std::int64_t document, const std::vector<const Told*>& cell) {
  const auto cited_by = [&](std::int64_t from) {
    std::int64_t cited = from;
    for (const Told* told : cell) {
      if (told->retraction || told->document != from || told->root == from) continue;
      if (cited == from || told->root < cited) cited = told->root;
    }
    return cited;
  };
  std::vector<std::int64_t> chain = {document};
  while (true) {
    const std::int64_t next = cited_by(chain.back());
    if (next == chain.back()) return next;
    const auto met = std::find(chain.begin(), chain.end(), next);
    if (met != chain.end()) return *std::min_element(met, chain.end());
    chain.push_back(next);
  }
}

Figure figure_of(const Told& told) {
  Figure figure;
  figure.cell = told.cell;
  figure.value = effective(told.stated);
  figure.status = told.status;
  figure.source = told.source;
  figure.published = told.published;
  figure.document = told.document;
  figure.sequence = told.sequence;
  figure.unquantified = told.unquantified;
  return figure;
}

tl::unexpected<Error> wrong(Errc code) { return fail(code, "the model refuses this"); }

// What adds up at all, in one period and over several.
Result<void> check(const ModelQuestion& q, bool growth) {
  const Query& query = q.query;
  const Aggregation aggregation = q.metric.aggregation;
  const bool adds_up = !growth && aggregation != Aggregation::none;
  const bool wants_two = query.growth != Growth::none && (query.share || query.cumulative);
  if (q.is_regular() && !adds_up) return wrong(Errc::invalid_argument);
  if (query.every == Every::ttm && aggregation == Aggregation::stock) {
    return wrong(Errc::invalid_argument);
  }
  if (wants_two || (query.growth != Growth::none && growth)) return wrong(Errc::invalid_argument);
  if (!query.currency.empty() && q.metric.unit_class != UnitClass::money) {
    return wrong(Errc::invalid_argument);
  }
  if (!q.is_sum()) return {};
  const bool adds = query.fold == Fold::sum || query.share || query.cumulative;
  const bool both = q.lists(Dimension::group) && q.lists(Dimension::company);
  // Of growth of any basis there is no mean either.
  if (both || (adds && !adds_up) || !q.measure) return wrong(Errc::invalid_argument);
  // A share is one of a sum or a number of figures, a running total one of sums that
  // go from period to period.
  const bool shares = query.fold == Fold::sum || query.fold == Fold::count;
  if (query.share && !shares) return wrong(Errc::invalid_argument);
  const bool runs =
      query.fold == Fold::sum && !q.is_over_time() && aggregation == Aggregation::flow;
  if (query.cumulative && !runs) return wrong(Errc::invalid_argument);
  if (query.growth != Growth::none && q.is_over_time()) return wrong(Errc::invalid_argument);
  return {};
}

}  // namespace

bool lies_inside(const PeriodRange& range, const Period& period) {
  if (range.is_all()) return true;
  if (range.exact && *range.exact == period) return true;
  if (period.kind == PeriodKind::none) return false;
  // What has no end is not inside a period that has both.
  if (range.exact && !is_open(*range.exact) && is_open(period)) return false;
  Period days = period;
  if (const auto quarter = calendar_quarter(period)) days = quarter_span(*quarter);
  const Day first = days.has_start() ? days.start : days.end - 1;
  const Day last = days.has_end() ? days.end - 1 : days.start;
  return (!range.start || first >= *range.start) && (!range.end || last < *range.end);
}

bool is_newer(const TimeRange& a, const TimeRange& b) {
  return a.end != b.end ? a.end > b.end : a.begin > b.begin;
}

bool ModelQuestion::lists(Dimension dimension) const {
  if (query.by.empty()) return dimension == Dimension::period;
  return std::find(query.by.begin(), query.by.end(), dimension) != query.by.end();
}

bool ModelQuestion::shows(const Period& period) const {
  return query.growth == Growth::none || lies_inside(shown, period);
}

std::string ids_of(const Others& others) {
  std::string ids;
  for (const auto& [role, id] : others) ids += (ids.empty() ? "" : ",") + id;
  return ids;
}

bool is_withdrawn(const Told& told, const std::vector<const Told*>& cell) {
  if (directly_withdrawn(told, cell)) return true;
  // The same content said again is no new statement.
  return std::any_of(cell.begin(), cell.end(), [&](const Told* other) {
    return !other->retraction && same_content(*other, told) && directly_withdrawn(*other, cell);
  });
}

std::pair<std::size_t, std::string> definition_place(const CatalogMetric& metric,
                                                     const std::string& definition) {
  // The catalogue's, in its order; then what names none; then all others.
  std::vector<std::string> order = metric.tags;
  order.emplace_back();
  const auto at = std::find(order.begin(), order.end(), definition);
  return {static_cast<std::size_t>(at - order.begin()), definition};
}

Result<ModelQuestion> ModelStore::read(const Query& query) const {
  ModelQuestion q;
  q.query = query;
  if (query.at_sequence > last_) return wrong(Errc::out_of_range);
  q.at = query.at_sequence == 0 ? last_ : query.at_sequence;
  if (!query.as_of.empty()) {
    CAPEXDB_ASSIGN(const TimeRange day, parse_time_range(query.as_of));
    q.as_of = day.last_day();
  }
  CAPEXDB_ASSIGN(q.shown, parse_period_range(query.periods));
  q.range = q.shown;
  const bool has_bases = query.growth == Growth::yoy || query.growth == Growth::qoq;
  if (has_bases || query.cumulative) q.range.exact.reset();
  if (has_bases && q.range.start)
    *q.range.start -= query.growth == Growth::yoy ? kBeforeYoy : kBeforeQoq;
  q.metric = metric(query.metric);
  q.measure = query.measure.empty() ? q.metric.measure() : parse_measure(query.measure);
  const bool growth = is_growth(*q.measure);
  if (q.measure == Measure::growth) q.measure.reset();
  CAPEXDB_TRY(check(q, growth));
  for (const std::string& name : query.select) {
    if (name == "all") {
      q.everyone = true;
    } else if (!contains(q.named, name)) {
      q.named.push_back(name);
    }
    for (const std::string& party : name == "all" ? companies(q.at)
                                    : q.is_sum()  ? leaves(name, q.at)
                                                  : std::vector<std::string>{name}) {
      if (!contains(q.subjects, party)) q.subjects.push_back(party);
    }
  }
  q.wanted = {q.subjects.begin(), q.subjects.end()};
  if (query.policy.starts_with("source:")) q.only_source = query.policy.substr(7);
  if (q.lists(Dimension::group)) q.groups = groups_of(q);
  return q;
}

bool ModelStore::concerns(const Told& told, const ModelQuestion& q) const {
  const ToldCell& cell = told.cell;
  if (told.sequence > q.at || cell.metric != q.metric.id) return false;
  bool by_whom = q.wanted.contains(cell.subject);
  if (!q.is_sum()) {
    for (const auto& [role, id] : cell.others) {
      by_whom = by_whom || (takes_part(role) && q.wanted.contains(id));
    }
  }
  if (!by_whom) return false;
  if (!q.is_regular() && !lies_inside(q.range, cell.period)) return false;
  if (!q.query.definition.empty() && cell.definition != q.query.definition) return false;
  if (q.measure ? cell.measure != *q.measure : !is_growth(cell.measure)) return false;
  const auto& statuses = q.query.statuses;
  return told.retraction || statuses.empty() ||
         std::find(statuses.begin(), statuses.end(), told.status) != statuses.end();
}

std::vector<std::vector<const Told*>> ModelStore::cells(const ModelQuestion& q) const {
  std::vector<std::vector<const Told*>> result;
  for (const Told& told : told_) {
    if (!concerns(told, q) || (q.as_of && told.published.last_day() > *q.as_of)) continue;
    const auto cell = std::find_if(result.begin(), result.end(), [&](const auto& list) {
      // Periods differ most, and are compared at once.
      return list.front()->cell.period == told.cell.period && list.front()->cell == told.cell;
    });
    if (cell == result.end()) {
      result.push_back({&told});
    } else {
      cell->push_back(&told);
    }
  }
  return result;
}

bool ModelStore::goes_before(const Figure& a, const Figure& b, const ModelQuestion& q) const {
  const bool newer = is_newer(a.published, b.published);
  const bool older = is_newer(b.published, a.published);
  if (q.query.policy == "newest" && newer != older) return newer;
  if (q.query.policy == "first-print" && newer != older) return older;
  if (weight(a.status) != weight(b.status)) return weight(a.status) < weight(b.status);
  const std::uint32_t rank_a = rank(a.source, q.at);
  const std::uint32_t rank_b = rank(b.source, q.at);
  if (rank_a != rank_b) return rank_a < rank_b;
  if (newer != older) return newer;
  if (narrower(a.value, b.value)) return true;
  if (narrower(b.value, a.value)) return false;
  // Histories here leave no tie behind it.
  return static_cast<std::uint64_t>(a.document) < static_cast<std::uint64_t>(b.document);
}

std::optional<Figure> ModelStore::figure(const std::vector<const Told*>& cell,
                                         const ModelQuestion& q) const {
  std::vector<const Told*> standing;
  for (const Told* told : cell) {
    if (!told->retraction && !is_withdrawn(*told, cell)) standing.push_back(told);
  }
  std::optional<Figure> lead;
  for (const Told* told : standing) {
    if (!q.only_source.empty() && told->source != q.only_source) continue;
    Figure mine = figure_of(*told);
    if (!lead || goes_before(mine, *lead, q)) lead = std::move(mine);
  }
  if (!lead) return std::nullopt;
  std::optional<std::int64_t> other;  // when another value was last said before the leader's
  for (const Told* told : standing) {
    const std::int64_t end = told->published.end;
    if (meet(lead->value, effective(told->stated))) {
      lead->documents.insert(told->document);
      lead->parts.insert(told);
      lead->roots.insert(root_of(told->document, cell));
      lead->last_stated = std::max(lead->last_stated, end);
    } else if (told->status == lead->status && end < lead->published.end) {
      other = std::max(other.value_or(end), end);
    }
  }
  for (const Told* told : standing) {
    if (!other || told->published.end <= *other) continue;
    if (!meet(lead->value, effective(told->stated))) continue;
    lead->restated = std::min(lead->restated.value_or(told->published.end), told->published.end);
  }
  return lead;
}

std::vector<Figure> ModelStore::figures(const ModelQuestion& q) const {
  std::vector<Figure> all;
  for (const auto& cell : cells(q)) {
    if (auto lead = figure(cell, q)) all.push_back(std::move(*lead));
  }
  for (Figure& level : implied(q)) all.push_back(std::move(level));
  if (!q.query.definition.empty() || q.is_regular()) return all;
  // The first definition that has the period answers.
  std::vector<Figure> best;
  for (const Figure& mine : all) {
    const bool beaten = std::any_of(all.begin(), all.end(), [&](const Figure& other) {
      if (other.cell.period != mine.cell.period) return false;
      ToldCell cell = other.cell;
      cell.definition = mine.cell.definition;
      return cell == mine.cell && definition_place(q.metric, other.cell.definition) <
                                      definition_place(q.metric, mine.cell.definition);
    });
    if (!beaten) best.push_back(mine);
  }
  return best;
}

AnswerRow row_of(const Figure& figure) {
  AnswerRow row;
  const ToldCell& cell = figure.cell;
  row.company = cell.subject;
  row.metric = cell.metric;
  row.product = cell.product;
  row.counterparty = ids_of(cell.others);
  row.period = period_to_string(figure.label.value_or(cell.period));
  row.start = period_start_text(cell.period);
  row.end = period_end_text(cell.period);
  row.value = figure.value;
  row.unit = cell.unit;
  row.currency = cell.currency;
  row.status = figure.status;
  row.measure = cell.measure;
  row.source = figure.source;
  row.published_at = time_range_to_string(figure.published);
  row.sequence = figure.sequence;
  row.derivation = figure.derivation;
  row.documents = static_cast<std::uint32_t>(figure.documents.size());
  row.roots = static_cast<std::uint32_t>(figure.roots.size());
  row.definition = cell.definition;
  row.reason = figure.unquantified ? "stated without a number" : figure.reason;
  return row;
}

Line line_of(const Figure& figure) {
  return {figure.label.value_or(figure.cell.period),
          row_of(figure),
          figure.published,
          figure.documents,
          figure.roots,
          figure.parts,
          figure.implied,
          figure.stated_currency};
}

void join(Figure& figure, const Figure& other) {
  figure.documents.insert(other.documents.begin(), other.documents.end());
  figure.parts.insert(other.parts.begin(), other.parts.end());
  figure.roots.insert(other.roots.begin(), other.roots.end());
  figure.status = std::max(figure.status, other.status);
  figure.sequence = std::max(figure.sequence, other.sequence);
  if (is_newer(other.published, figure.published)) {
    figure.published = other.published;
    figure.source = other.source;
  }
}

Lines ModelStore::cells_lines(const ModelQuestion& q) const {
  Lines lines;
  const Regular series = this->series(q);
  for (const Figure& figure : series.figures) lines.list.push_back(line_of(figure));
  for (const Absence& absence : series.absent) {
    Line& line = lines.list.emplace_back();
    line.period = absence.label;
    line.row.company = absence.company;
    line.row.metric = q.metric.id;
    line.row.period = period_to_string(absence.label);
    line.row.start = period_start_text(absence.label);
    line.row.end = period_end_text(absence.label);
    line.row.measure = q.measure;
    line.row.reason = absence.reason;
  }
  return lines;
}

Result<Answer> ModelStore::ask(const Query& query) const {
  Query one = query;  // of shipments the first of all metrics
  if (query.kind == QueryKind::shipments && query.metric.empty()) one.metric = "unit_shipments";
  CAPEXDB_ASSIGN(const ModelQuestion q, read(one));
  Lines lines;
  if (query.kind == QueryKind::shipments) {
    CAPEXDB_ASSIGN(lines, shipment_lines(query));
  } else if (query.kind == QueryKind::changes) {
    CAPEXDB_ASSIGN(lines, change_lines(q));
  } else if (q.is_sum()) {
    CAPEXDB_ASSIGN(lines, sum_lines(q));
  } else {
    lines = cells_lines(q);
  }
  CAPEXDB_TRY(shape(lines, q));
  Answer answer;
  for (Line& line : lines.list) {
    if (query.explain) {
      for (const Told* told : line.parts) line.row.parts.push_back(row_of(figure_of(*told)));
    }
    answer.rows.push_back(std::move(line.row));
  }
  answer.coverage = std::move(lines.coverage);
  answer.sequence = q.at;
  return answer;
}

}  // namespace capexdb::storage::test
