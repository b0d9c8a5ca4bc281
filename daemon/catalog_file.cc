#include "daemon/catalog_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "proto/model/text.h"

namespace capexdb::daemon {
namespace {

// Thrown and caught within this file only: toml++ throws anyway.
struct Wrong {
  Error error;
};

[[noreturn]] void wrong(const std::string& file, const toml::source_region& at,
                        const std::string& what) {
  throw Wrong{
      Error{Errc::invalid_argument, file + ":" + std::to_string(at.begin.line) + ": " + what}};
}

// One [[entry]], whose keys are asked for by name. What nobody asked for is
// unknown.
class Entry {
 public:
  Entry(const std::string& file, std::string kind, const toml::table& table)
      : file_(file), kind_(std::move(kind)), table_(table) {}

  std::string need_text(const std::string& key) {
    std::string value = text(key);
    if (value.empty()) wrong(file_, table_.source(), "a [[" + kind_ + "]] without '" + key + "'");
    return value;
  }

  std::string text(const std::string& key) {
    const toml::node* node = find(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::string>();
    if (!value) wrong(file_, node->source(), "'" + key + "' needs a text in quotes");
    return *value;
  }

  std::vector<std::string> texts(const std::string& key) {
    std::vector<std::string> values;
    const toml::node* node = find(key);
    if (node == nullptr) return values;
    const toml::array* array = node->as_array();
    if (array == nullptr) wrong(file_, node->source(), "'" + key + "' needs a list of texts");
    for (const toml::node& item : *array) {
      const auto value = item.value_exact<std::string>();
      if (!value) wrong(file_, item.source(), "'" + key + "' needs a list of texts");
      values.push_back(*value);
    }
    return values;
  }

  // A list of tables, {key = ...}.
  std::vector<Entry> entries(const std::string& key) {
    std::vector<Entry> items;
    const toml::node* node = find(key);
    if (node == nullptr) return items;
    const toml::array* array = node->as_array();
    if (array == nullptr) wrong(file_, node->source(), "'" + key + "' needs a list of tables");
    for (const toml::node& item : *array) {
      if (item.as_table() == nullptr) {
        wrong(file_, item.source(), "'" + key + "' needs a list of tables");
      }
      items.emplace_back(file_, kind_ + "." + key, *item.as_table());
    }
    return items;
  }

  [[noreturn]] void refuse(const std::string& what) const { wrong(file_, table_.source(), what); }

  std::uint32_t number(const std::string& key) {
    const toml::node* node = find(key);
    if (node == nullptr) return 0;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < 1 || *value > 1'000'000) {
      wrong(file_, node->source(), "'" + key + "' needs a whole number from 1 to 1000000");
    }
    return static_cast<std::uint32_t>(*value);
  }

  // One of a closed vocabulary; `otherwise` where the key is absent.
  template <class T>
  T word(const std::string& key, std::optional<T> (*parse)(std::string_view), T otherwise) {
    const std::string value = text(key);
    if (value.empty()) return otherwise;
    const auto parsed = parse(value);
    if (!parsed) wrong(file_, find(key)->source(), "'" + value + "' is no " + key);
    return *parsed;
  }

  void refuse_unknown() const {
    for (const auto& [key, node] : table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
      const std::string near = nearest(key.str(), known_);
      wrong(file_, key.source(),
            "unknown key '" + std::string(key.str()) + "' in [[" + kind_ + "]]" +
                (near.empty() ? "" : "; did you mean '" + near + "'?"));
    }
  }

 private:
  const toml::node* find(const std::string& key) {
    known_.push_back(key);
    return table_.get(key);
  }

  const std::string& file_;
  const std::string kind_;
  const toml::table& table_;
  std::vector<std::string> known_;
};

Validity validity(Entry& item) {
  const std::string from = item.text("from");
  const auto days = parse_validity(from, item.text("to"));
  if (!days) item.refuse(days.error().message);
  return *days;
}

CatalogParty party(Entry& entry, PartyKind kind) {
  CatalogParty party;
  party.id = entry.need_text("id");
  party.name = entry.need_text("name");
  party.aliases = entry.texts("aliases");
  party.kind = kind;
  if (kind == PartyKind::group) {
    party.members = entry.texts("members");
    for (Entry& item : entry.entries("memberships")) {
      const std::string member = item.need_text("member");
      party.memberships.push_back({member, validity(item)});
      item.refuse_unknown();
    }
    return party;
  }
  party.kind = entry.word<PartyKind>("kind", parse_party_kind, kind);
  party.tickers = entry.texts("tickers");
  party.cik = entry.text("cik");
  party.country = entry.text("country");
  party.fiscal_year_end = entry.text("fiscal_year_end");
  for (Entry& item : entry.entries("identifiers")) {
    Identifier identifier;
    identifier.scheme = item.word("scheme", parse_identifier_scheme, IdentifierScheme::alias);
    identifier.value = item.need_text("value");
    identifier.validity = validity(item);
    item.refuse_unknown();
    party.identifiers.push_back(std::move(identifier));
  }
  return party;
}

CatalogMetric metric(Entry& entry) {
  CatalogMetric metric;
  metric.id = entry.need_text("id");
  metric.name = entry.need_text("name");
  metric.unit_class = entry.word("unit_class", parse_unit_class, UnitClass::unspecified);
  metric.aggregation = entry.word("aggregation", parse_aggregation, Aggregation::unspecified);
  if (const std::string word = entry.text("default_measure"); !word.empty()) {
    metric.default_measure = entry.word("default_measure", parse_measure, Measure::level);
  }
  metric.tags = entry.texts("tags");
  metric.aliases = entry.texts("aliases");
  return metric;
}

CatalogProduct product(Entry& entry) {
  CatalogProduct product;
  product.id = entry.need_text("id");
  product.aliases = entry.texts("aliases");
  return product;
}

CatalogSource source(Entry& entry) {
  CatalogSource source;
  source.name = entry.need_text("name");
  source.aliases = entry.texts("aliases");
  source.rank = entry.number("rank");
  return source;
}

using Add = std::function<void(Entry&, CatalogChange&)>;

// In the order in which a store should learn them: members before groups.
const std::vector<std::pair<std::string, Add>>& sections() {
  static const std::vector<std::pair<std::string, Add>> table = {
      {"company",
       [](Entry& e, CatalogChange& c) { c.parties.push_back(party(e, PartyKind::company)); }},
      {"group",
       [](Entry& e, CatalogChange& c) { c.parties.push_back(party(e, PartyKind::group)); }},
      {"metric", [](Entry& e, CatalogChange& c) { c.metrics.push_back(metric(e)); }},
      {"product", [](Entry& e, CatalogChange& c) { c.products.push_back(product(e)); }},
      {"source", [](Entry& e, CatalogChange& c) { c.sources.push_back(source(e)); }},
  };
  return table;
}

void append(CatalogChange& to, CatalogChange from) {
  const auto move_all = [](auto& target, auto& items) {
    for (auto& item : items) target.push_back(std::move(item));
  };
  move_all(to.parties, from.parties);
  move_all(to.metrics, from.metrics);
  move_all(to.products, from.products);
  move_all(to.sources, from.sources);
}

void read_section(const std::string& file, const toml::table& table, const std::string& kind,
                  const Add& add, CatalogChange& change) {
  const toml::node* node = table.get(kind);
  if (node == nullptr) return;
  const toml::array* entries = node->as_array();
  if (entries == nullptr || !entries->is_homogeneous(toml::node_type::table)) {
    wrong(file, node->source(), "write [[" + kind + "]] before each " + kind);
  }
  for (const toml::node& item : *entries) {
    Entry entry(file, kind, *item.as_table());
    CatalogChange one;
    add(entry, one);
    entry.refuse_unknown();
    if (auto result = check_change(one); !result) {
      wrong(file, item.source(), result.error().message);
    }
    append(change, std::move(one));
  }
}

// Ids are unique, and members are there.
void check_ids(const std::string& file, const CatalogChange& change) {
  std::map<std::string, int> uses;
  for (const CatalogParty& party : change.parties) {
    if (++uses[party.id] > 1) {
      throw Wrong{Error{Errc::invalid_argument, file + ": the id '" + party.id + "' comes twice"}};
    }
  }
  for (const CatalogParty& party : change.parties) {
    std::vector<std::string> members = party.members;
    for (const Membership& membership : party.memberships) members.push_back(membership.party);
    for (const std::string& member : members) {
      if (uses.contains(member)) continue;
      throw Wrong{Error{Errc::invalid_argument, file + ": the group '" + party.id +
                                                    "' has the unknown member '" + member + "'"}};
    }
  }
}

}  // namespace

Result<CatalogChange> parse_catalog(std::string_view toml, const std::string& name) {
  try {
    const toml::table table = toml::parse(toml, name);
    std::vector<std::string> kinds;
    for (const auto& [kind, add] : sections()) kinds.push_back(kind);
    for (const auto& [key, node] : table) {
      if (std::find(kinds.begin(), kinds.end(), key.str()) != kinds.end()) continue;
      const std::string near = nearest(key.str(), kinds);
      wrong(name, key.source(),
            "unknown key '" + std::string(key.str()) + "'" +
                (near.empty() ? "" : "; did you mean '[[" + near + "]]'?"));
    }
    CatalogChange change;
    for (const auto& [kind, add] : sections()) read_section(name, table, kind, add, change);
    check_ids(name, change);
    return change;
  } catch (const toml::parse_error& error) {
    return fail(Errc::invalid_argument, name + ":" + std::to_string(error.source().begin.line) +
                                            ": " + std::string(error.description()));
  } catch (const Wrong& caught) {
    return fail(caught.error);
  }
}

Result<CatalogChange> load_catalog(const std::string& file) {
  if (file.empty()) return parse_catalog(built_in_catalog(), "catalog.toml (built in)");
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    return fail(Errc::invalid_argument, "cannot read the catalogue file " + file);
  }
  return parse_catalog(text.str(), file);
}

}  // namespace capexdb::daemon
