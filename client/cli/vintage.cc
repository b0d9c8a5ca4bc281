#include "client/cli/vintage.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "proto/model/date.h"
#include "proto/model/limits.h"
#include "proto/model/text.h"
#include "proto/model/time_range.h"

namespace capexdb::cli {
namespace {

Error no_vintage(const std::string& why) {
  return {Errc::invalid_argument, "--retract-vanished: " + why, {}, "no_vintage"};
}

template <class Fact>
v1::Cell cell_about(const Fact& fact, const std::string& metric, const v1::Quantity& quantity) {
  v1::Cell cell;
  *cell.mutable_subject() = fact.subject();
  cell.set_metric(metric);
  *cell.mutable_counterparties() = fact.counterparties();
  cell.set_product(fact.product());
  *cell.mutable_period() = fact.period();
  cell.set_measure(fact.measure());
  cell.set_unit(quantity.unit());
  cell.set_currency(quantity.currency());
  return cell;
}

// With what a shipment means without saying it.
void add_chip_cells(const v1::ChipShipmentFact& fact, std::vector<v1::Cell>& cells) {
  const bool buys = fact.subject_role() == v1::ROLE_BUYER;
  const auto add = [&](const char* metric, const v1::Quantity& quantity) -> v1::Cell& {
    v1::Cell& cell = cells.emplace_back(cell_about(fact, metric, quantity));
    for (v1::Counterparty& other : *cell.mutable_counterparties()) {
      if (other.role() == v1::ROLE_UNSPECIFIED) {
        other.set_role(buys ? v1::ROLE_SELLER : v1::ROLE_BUYER);
      }
    }
    if (cell.unit().empty()) cell.set_unit(cell.currency().empty() ? "{chip}" : cell.currency());
    return cell;
  };
  if (fact.has_units()) add(buys ? "unit_purchases" : "unit_shipments", fact.units());
  if (fact.has_value()) add(buys ? "purchase_value" : "shipment_value", fact.value());
  if (!fact.has_unit_price()) return;
  v1::Cell& price = add("unit_price", fact.unit_price());
  price.set_measure(v1::MEASURE_UNSPECIFIED);
  if (price.unit() == price.currency()) price.set_unit(price.unit() + "/{chip}");
}

// Names as the store resolves them.
class Names {
 public:
  Names(Client& client, std::chrono::milliseconds timeout) : client_(client), timeout_(timeout) {}

  Result<CatalogMetric> metric(const std::string& name) {
    CatalogQuestion question{CatalogKind::metrics, name, 0, {}};
    CAPEXDB_ASSIGN(const CatalogAnswer answer, client_.catalog(question, after(timeout_)));
    if (answer.entries.metrics.empty()) return fail(Errc::not_found, "unknown metric " + name);
    return answer.entries.metrics.front();
  }
  // Empty where the store has nothing of that source.
  Result<std::string> source(const std::string& name) {
    CAPEXDB_ASSIGN(const auto answer, ask(CatalogKind::sources, name));
    return answer && !answer->sources.empty() ? answer->sources.front().name : std::string();
  }
  // As the statement that names it was read: by whoever held the name on its day.
  Result<std::string> party(const v1::Party& party, const std::string& day) {
    const std::string& name = !party.cik().empty()      ? party.cik()
                              : !party.ticker().empty() ? party.ticker()
                                                        : party.name();
    const auto known = parties_.find({name, day});
    if (known != parties_.end()) return known->second;
    std::string id = slug(party.name());
    for (const CatalogKind kind : {CatalogKind::companies, CatalogKind::groups}) {
      CAPEXDB_ASSIGN(const auto answer, ask(kind, name, day));
      if (answer && !answer->parties.empty()) id = answer->parties.front().id;
    }
    return parties_[{name, day}] = id;
  }
  Result<std::string> product(const std::string& name) {
    if (name.empty()) return std::string();
    const auto known = products_.find(name);
    if (known != products_.end()) return known->second;
    CAPEXDB_ASSIGN(const auto answer, ask(CatalogKind::products, name));
    const bool found = answer && !answer->products.empty();
    return products_[name] = slug(found ? answer->products.front().id : name);
  }

 private:
  // Empty where it is not known.
  Result<std::optional<CatalogChange>> ask(CatalogKind kind, const std::string& name,
                                           const std::string& day = {}) {
    auto answer = client_.catalog(CatalogQuestion{kind, name, 0, day}, after(timeout_));
    if (answer) return std::optional(std::move(answer->entries));
    if (answer.error().code == Errc::not_found) return std::optional<CatalogChange>();
    return fail(std::move(answer.error()));
  }

  Client& client_;
  std::chrono::milliseconds timeout_;
  std::map<std::pair<std::string, std::string>, std::string> parties_;  // by name and day
  std::map<std::string, std::string> products_;
};

// What is asked for at once.
struct Scope {
  std::string metric;
  std::string measure;
  auto operator<=>(const Scope&) const = default;
};

// A cell with its names resolved, without its unit.
struct Key {
  std::string company;
  Scope scope;
  std::string product;
  std::string counterparties;  // ids, in order
  std::string start;
  std::string end;
  std::string definition;
  auto operator<=>(const Key&) const = default;
};

Key key_of(const AnswerRow& row) {
  const std::string measure(row.measure ? to_string(*row.measure) : "");
  return {row.company, {row.metric, measure}, slug(row.product), row.counterparty, row.start,
          row.end,     row.definition};
}

std::string measure_word(v1::Measure measure, const CatalogMetric& metric) {
  return std::string(to_string(measure == v1::MEASURE_UNSPECIFIED ? metric.measure()
                                                                  : static_cast<Measure>(measure)));
}

// Of a cell in a document of that day.
Result<Key> key_of(const v1::Cell& cell, const CatalogMetric& metric, const std::string& day,
                   Names& names) {
  Key key;
  CAPEXDB_ASSIGN(key.company, names.party(cell.subject(), day));
  CAPEXDB_ASSIGN(key.product, names.product(cell.product()));
  std::vector<std::string> others;
  for (const v1::Counterparty& other : cell.counterparties()) {
    CAPEXDB_ASSIGN(std::string id, names.party(other.party(), day));
    others.push_back(std::move(id));
  }
  std::sort(others.begin(), others.end());
  for (const std::string& id : others) key.counterparties += (&id == &others[0] ? "" : ",") + id;
  key.scope = {metric.id, measure_word(cell.measure(), metric)};
  key.start = cell.period().start();
  key.end = cell.period().end();
  key.definition = cell.definition();
  return key;
}

// The day as of which the store reads the names of what was published then.
std::string name_day(std::string_view published_at) {
  const auto published = parse_time_range(published_at);
  return published ? date_to_string(published->last_day()) : std::string();
}

bool has_days(const v1::Period& period) {
  return !period.start().empty() || !period.end().empty() || period.kind() == v1::PERIOD_KIND_NONE;
}

// The questions that find what vanished, and their answers.
class Search {
 public:
  Search(Client& client, std::chrono::milliseconds timeout, std::string title, std::string day)
      : client_(client),
        timeout_(timeout),
        names_(client, timeout),
        title_(std::move(title)),
        day_(std::move(day)) {}

  Result<std::vector<v1::Event>> run(const std::string& publisher,
                                     const std::vector<v1::Cell>& said) {
    std::vector<v1::Event> retractions;
    CAPEXDB_ASSIGN(source_, names_.source(publisher));
    if (source_.empty()) return retractions;
    std::set<Key> keys;
    std::set<Scope> scopes;
    for (const v1::Cell& cell : said) {
      CAPEXDB_ASSIGN(const CatalogMetric* metric, metric_of(cell));
      CAPEXDB_ASSIGN(Key key, key_of(cell, *metric, day_, names_));
      scopes.insert(key.scope);
      keys.insert(std::move(key));
    }
    for (const Scope& scope : scopes) {
      CAPEXDB_ASSIGN(const std::set<std::string> companies, companies_beyond(scope, keys));
      for (const std::string& company : companies) {
        CAPEXDB_TRY(retract(company, scope, keys, retractions));
      }
    }
    return retractions;
  }

 private:
  Result<const CatalogMetric*> metric_of(const v1::Cell& cell) {
    const auto known = metrics_.find(cell.metric());
    if (known != metrics_.end()) return &known->second;
    CAPEXDB_ASSIGN(CatalogMetric metric, names_.metric(cell.metric()));
    return &metrics_.emplace(cell.metric(), std::move(metric)).first->second;
  }

  Query question(QueryKind kind, const std::string& company, const Scope& scope) const {
    Query query;
    query.kind = kind;
    query.select = {company};
    query.metric = scope.metric;
    query.measure = scope.measure;
    query.as_of = day_;
    query.limit = limits::kQueryRowsMax;
    query.no_implied = true;
    return query;
  }

  Result<std::vector<AnswerRow>> rows_of(const Query& query) {
    CAPEXDB_ASSIGN(Answer answer, client_.query(query, after(timeout_)));
    if (answer.truncated) {
      return fail(Errc::resource_exhausted, "there are too many statements of " + query.metric +
                                                " by " + source_ + " to look through");
    }
    return std::move(answer.rows);
  }

  // Of whom the source says something that is not among `keys`.
  Result<std::set<std::string>> companies_beyond(const Scope& scope, const std::set<Key>& keys) {
    Query query = question(QueryKind::cells, "all", scope);
    query.policy = "source:" + source_;
    CAPEXDB_ASSIGN(const std::vector<AnswerRow> rows, rows_of(query));
    std::set<std::string> companies;
    for (const AnswerRow& row : rows) {
      if (!keys.contains(key_of(row))) companies.insert(row.company);
    }
    return companies;
  }

  Result<void> retract(const std::string& company, const Scope& scope, const std::set<Key>& keys,
                       std::vector<v1::Event>& retractions) {
    CAPEXDB_ASSIGN(const std::vector<AnswerRow> rows,
                   rows_of(question(QueryKind::statements, company, scope)));
    std::set<std::pair<Key, std::string>> done;  // with the document's day
    for (const AnswerRow& row : rows) {
      const Key key = key_of(row);
      const bool stands = row.company == company && row.source == source_ && !row.withdrawn &&
                          !row.retraction && row.published_at < day_;
      // A document that only a title names reads "Epoch AI, the title 2026-01-28".
      const std::string name = ", " + title_ + " " + row.published_at;
      if (!stands || keys.contains(key) || !row.document.ends_with(name)) continue;
      CAPEXDB_ASSIGN(const v1::ShowReply shown, client_.show(row.sequence, after(timeout_)));
      const v1::Event& event = shown.event();
      if (trim(event.source().title()) != title_ || !event.source().url().empty() ||
          !event.source().accession().empty() || !done.emplace(key, event.published_at()).second) {
        continue;
      }
      for (v1::Cell& cell : cells_of(event)) {
        CAPEXDB_ASSIGN(const CatalogMetric* metric, metric_of(cell));
        CAPEXDB_ASSIGN(const Key own,
                       key_of(cell, *metric, name_day(event.published_at()), names_));
        if (own == key) retractions.push_back(retraction(event, std::move(cell)));
      }
    }
    return {};
  }

  v1::Event retraction(const v1::Event& said, v1::Cell cell) const {
    v1::Event event;
    event.mutable_source()->set_publisher(said.source().publisher());
    event.mutable_source()->set_title(said.source().title());
    event.set_published_at(day_);
    v1::Retraction& withdrawal = *event.mutable_retraction();
    *withdrawal.mutable_cell() = std::move(cell);
    withdrawal.set_document_published_at(said.published_at());
    withdrawal.set_reason("no longer in the data set");
    return event;
  }

  Client& client_;
  std::chrono::milliseconds timeout_;
  Names names_;
  std::string title_;
  std::string day_;
  std::string source_;  // as the catalogue names it
  std::map<std::string, CatalogMetric> metrics_;
};

}  // namespace

std::vector<v1::Cell> cells_of(const v1::Event& event) {
  std::vector<v1::Cell> cells;
  switch (event.fact_case()) {
    case v1::Event::kCapex:
      cells.push_back(cell_about(event.capex(), "capex", event.capex().amount()));
      cells.back().set_definition(event.capex().definition());
      break;
    case v1::Event::kMeasure:
      cells.push_back(
          cell_about(event.measure(), event.measure().metric(), event.measure().quantity()));
      cells.back().set_definition(event.measure().definition());
      break;
    case v1::Event::kChipShipment:
      add_chip_cells(event.chip_shipment(), cells);
      break;
    default:
      break;
  }
  return cells;
}

void Vintage::add(const v1::Event& event) {
  if (fault_) return;
  const v1::Source& source = event.source();
  const std::string title(trim(source.title()));
  const auto refuse = [this](const std::string& why) {
    fault_ = no_vintage(why);
    cells_.clear();
  };
  if (title.empty() || !source.url().empty() || !source.accession().empty()) {
    return refuse(
        "what it says is of documents with a URL, an accession number or no title, which "
        "have no vintages");
  }
  if (title_.empty()) {
    publisher_ = source.publisher();
    title_ = title;
    published_at_ = event.published_at();
    if (!parse_date(published_at_)) {
      return refuse("its published_at, '" + std::string(clip(published_at_, 40)) + "', is no day");
    }
  }
  if (source.publisher() != publisher_ || title != title_ ||
      event.published_at() != published_at_) {
    return refuse("it has statements of several sources, titles or days of publication");
  }
  for (v1::Cell& cell : cells_of(event)) {
    if (!has_days(cell.period())) {
      return refuse("a period of it has no days, by which it could be found again");
    }
    cells_.push_back(std::move(cell));
  }
}

Result<std::vector<v1::Event>> Vintage::vanished(Client& client,
                                                 std::chrono::milliseconds timeout) const {
  if (fault_) return fail(*fault_);
  if (cells_.empty()) return fail(no_vintage("there is no statement in it that says whose it is"));
  return Search(client, timeout, title_, published_at_).run(publisher_, cells_);
}

}  // namespace capexdb::cli
