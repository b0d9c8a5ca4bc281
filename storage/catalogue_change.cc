// How the catalogue changes: the commit thread's half of Catalogue.
#include <algorithm>
#include <mutex>

#include "proto/model/text.h"
#include "storage/catalogue.h"

namespace capexdb::storage {
namespace {

using WriteLock = std::unique_lock<std::shared_mutex>;

template <class T>
void resize_for(std::vector<T>& list, std::uint32_t ordinal) {
  if (list.size() < ordinal) list.resize(ordinal);
}

template <class List, class Wanted>
bool has_all(const List& known, const Wanted& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& text) {
    return std::any_of(known.begin(), known.end(), [&](const auto& k) { return k == text; });
  });
}

}  // namespace

bool Catalogue::add(std::vector<Since<std::string>>& list, const std::string& text,
                    std::uint64_t sequence) {
  for (const auto& known : list) {
    if (known.value == text) return false;
  }
  list.push_back({sequence, text});
  return true;
}

bool Catalogue::knows_party(const CatalogParty& p) const {
  const auto says_new = [](const auto& wanted, const auto& nothing, const auto& known) {
    return wanted != nothing && wanted != known;
  };
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  const std::uint32_t ordinal = dictionary_.find(NameKind::party, p.id);
  const CatalogParty* v = version(ordinal, kNow);
  if (v == nullptr) return false;
  CatalogParty known = *v;
  add_names_locked(ordinal, kNow, known);
  const std::string none;
  std::vector<Identifier> identifiers = p.identifiers;
  for (Identifier& identifier : identifiers) {
    if (identifier.scheme == IdentifierScheme::cik) identifier.value = normal_cik(identifier.value);
  }
  return !says_new(p.name, none, known.name) && !says_new(normal_cik(p.cik), none, known.cik) &&
         !says_new(p.country, none, known.country) &&
         !says_new(p.fiscal_year_end, none, known.fiscal_year_end) &&
         !says_new(p.kind, PartyKind::unknown, known.kind) &&
         (p.members.empty() || p.members == known.members) &&
         (p.memberships.empty() || p.memberships == known.memberships) &&
         has_all(known.aliases, p.aliases) && has_all(known.tickers, p.tickers) &&
         has_all(known.identifiers, identifiers);
}

bool Catalogue::knows(const CatalogChange& change) const {
  const auto says_new = [](const auto& wanted, const auto& nothing, const auto& known) {
    return wanted != nothing && wanted != known;
  };
  const auto find = [&](NameKind kind, const std::string& id) {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    return dictionary_.find(kind, id);
  };
  for (const CatalogParty& p : change.parties) {
    if (!knows_party(p)) return false;
  }
  for (const CatalogMetric& m : change.metrics) {
    const std::uint32_t ordinal = find(NameKind::metric, m.id);
    if (ordinal == 0) return false;
    const CatalogMetric known = metric(ordinal, kNow);
    if (says_new(m.name, std::string(), known.name) ||
        says_new(m.unit_class, UnitClass::unspecified, known.unit_class) ||
        says_new(m.aggregation, Aggregation::unspecified, known.aggregation) ||
        (m.default_measure && m.default_measure != known.default_measure) ||
        (!m.tags.empty() && m.tags != known.tags) || !has_all(known.aliases, m.aliases)) {
      return false;
    }
  }
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto values = [](const std::vector<Since<std::string>>& list) {
    std::vector<std::string> texts;
    texts.reserve(list.size());
    for (const auto& entry : list) texts.push_back(entry.value);
    return texts;
  };
  for (const CatalogProduct& p : change.products) {
    const std::uint32_t ordinal = dictionary_.find(NameKind::product, p.id);
    if (ordinal == 0 || !has_all(values(products_[ordinal - 1].aliases), p.aliases)) return false;
  }
  for (const CatalogSource& s : change.sources) {
    const std::uint32_t ordinal = dictionary_.find(NameKind::source, s.name);
    if (ordinal == 0) return false;
    const Source& known = sources_[ordinal - 1];
    if (says_new(s.rank, 0U, rank_of(known, kNow)) || !has_all(values(known.aliases), s.aliases))
      return false;
  }
  return std::all_of(change.merges.begin(), change.merges.end(), [&](const PartyMerge& merge) {
    const std::uint32_t into = merges_.into(dictionary_.find(NameKind::party, merge.party), kNow);
    return merge.undo ? into == 0
                      : into != 0 && into == dictionary_.find(NameKind::party, merge.into);
  });
}

void Catalogue::apply_party(const CatalogParty& change, std::uint64_t sequence) {
  const std::uint32_t ordinal = dictionary_.intern(NameKind::party, change.id);
  resize_for(parties_, ordinal);
  Party& party = parties_[ordinal - 1];
  CatalogParty next = party.versions.empty() ? CatalogParty{} : party.versions.back().value;
  next.id = change.id;
  if (!change.name.empty()) next.name = change.name;
  if (next.name.empty()) next.name = change.id;
  if (change.kind != PartyKind::unknown) next.kind = change.kind;
  if (!change.cik.empty()) next.cik = normal_cik(change.cik);
  if (!change.country.empty()) next.country = change.country;
  if (!change.fiscal_year_end.empty()) next.fiscal_year_end = change.fiscal_year_end;
  if (!change.members.empty() || !change.memberships.empty()) {
    next.members = change.members;
    next.memberships = change.memberships;
    next.kind = PartyKind::group;
  }
  party_names_.note(slug(change.id), {ordinal, sequence, Fit::id});
  party_names_.note(slug(next.name), {ordinal, sequence, Fit::name});
  if (!next.cik.empty()) party_ciks_.note(next.cik, {ordinal, sequence, Fit::id});
  for (const std::string& alias : change.aliases) {
    if (add(party.aliases, alias, sequence)) {
      party_names_.note(slug(alias), {ordinal, sequence, Fit::alias});
    }
  }
  for (const std::string& ticker : change.tickers) {
    if (add(party.tickers, ticker, sequence)) {
      party_names_.note(slug(ticker), {ordinal, sequence, Fit::alias});
    }
  }
  for (Identifier identifier : change.identifiers) {
    const bool is_cik = identifier.scheme == IdentifierScheme::cik;
    if (is_cik) identifier.value = normal_cik(identifier.value);
    NameIndex& index = is_cik ? party_ciks_ : party_names_;
    index.note(is_cik ? identifier.value : slug(identifier.value),
               {ordinal, sequence, is_cik ? Fit::id : Fit::alias, identifier.validity});
    party.identifiers.push_back({sequence, std::move(identifier)});
  }
  next.aliases.clear();
  next.tickers.clear();
  next.identifiers.clear();
  party.versions.push_back({sequence, std::move(next)});
}

void Catalogue::apply_metric(const CatalogMetric& change, std::uint64_t sequence) {
  const std::uint32_t ordinal = dictionary_.intern(NameKind::metric, change.id);
  resize_for(metrics_, ordinal);
  Metric& metric = metrics_[ordinal - 1];
  CatalogMetric next = metric.versions.empty() ? CatalogMetric{} : metric.versions.back().value;
  next.id = change.id;
  if (!change.name.empty()) next.name = change.name;
  if (change.unit_class != UnitClass::unspecified) next.unit_class = change.unit_class;
  if (change.aggregation != Aggregation::unspecified) next.aggregation = change.aggregation;
  if (change.default_measure) next.default_measure = change.default_measure;
  if (!change.tags.empty()) next.tags = change.tags;
  for (const std::string& alias : change.aliases) {
    if (std::find(next.aliases.begin(), next.aliases.end(), alias) == next.aliases.end()) {
      next.aliases.push_back(alias);
    }
    metric_names_.note(slug(alias), {ordinal, sequence, Fit::alias});
  }
  metric_names_.note(slug(change.id), {ordinal, sequence, Fit::id});
  metric_names_.note(slug(next.name), {ordinal, sequence, Fit::name});
  metric.versions.push_back({sequence, std::move(next)});
}

void Catalogue::apply_product(const CatalogProduct& change, std::uint64_t sequence) {
  const std::uint32_t ordinal = dictionary_.intern(NameKind::product, change.id);
  resize_for(products_, ordinal);
  Product& product = products_[ordinal - 1];
  product.since = std::min(product.since, sequence);
  product_names_.note(slug(change.id), {ordinal, sequence, Fit::id});
  for (const std::string& alias : change.aliases) {
    if (!add(product.aliases, alias, sequence)) continue;
    product_names_.note(slug(alias), {ordinal, sequence, Fit::alias});
  }
}

void Catalogue::apply_source(const CatalogSource& change, std::uint64_t sequence) {
  const std::uint32_t ordinal = dictionary_.intern(NameKind::source, change.name);
  resize_for(sources_, ordinal);
  sources_[ordinal - 1].ranks.push_back({sequence, change.rank});
  source_names_.note(slug(change.name), {ordinal, sequence, Fit::id});
  for (const std::string& alias : change.aliases) {
    if (!add(sources_[ordinal - 1].aliases, alias, sequence)) continue;
    source_names_.note(slug(alias), {ordinal, sequence, Fit::alias});
  }
}

void Catalogue::apply_merge(const PartyMerge& change, std::uint64_t sequence) {
  const std::uint32_t party = dictionary_.find(NameKind::party, change.party);
  if (change.undo) {
    merges_.undo(party, sequence);
  } else {
    const std::uint32_t into = dictionary_.find(NameKind::party, change.into);
    merges_.merge(party, into, sequence);
    // One that was only named by others is what the other one is.
    const CatalogParty* part = version(party, sequence);
    const CatalogParty* whole = version(into, sequence);
    if (part != nullptr && whole != nullptr && whole->kind == PartyKind::unknown) {
      CatalogParty next = *whole;
      next.kind = part->kind;
      parties_[into - 1].versions.push_back({sequence, std::move(next)});
    }
  }
  // What this makes of the lists that there are; later ones bring theirs.
  const std::uint32_t lists = dictionary_.size(NameKind::counterparties);
  for (std::uint32_t list = 1; list <= lists; ++list) {
    dictionary_.intern(NameKind::counterparties,
                       counterparties_text(merge_list(counterparties_locked(list), sequence)));
  }
}

void Catalogue::apply(const CatalogChange& change, std::uint64_t sequence) {
  const WriteLock lock(mutex_);
  for (const CatalogParty& party : change.parties) apply_party(party, sequence);
  for (const CatalogParty& party : change.parties) {
    if (party.members.empty()) continue;
    const std::uint32_t ordinal = dictionary_.find(NameKind::party, party.id);
    groups_by_members_.note(members_key(members_locked(ordinal, sequence)),
                            {ordinal, sequence, Fit::id});
  }
  for (const CatalogMetric& metric : change.metrics) apply_metric(metric, sequence);
  for (const CatalogProduct& product : change.products) apply_product(product, sequence);
  for (const CatalogSource& source : change.sources) apply_source(source, sequence);
  for (const PartyMerge& merge : change.merges) apply_merge(merge, sequence);
}

std::uint32_t Catalogue::intern(NameKind kind, std::string_view text) {
  if (text.empty()) return 0;
  {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    if (const std::uint32_t known = dictionary_.find(kind, text)) return known;
  }
  const WriteLock lock(mutex_);
  return dictionary_.intern(kind, text);
}

Result<void> Catalogue::load_names(std::vector<Dictionary::Entry> entries) {
  const WriteLock lock(mutex_);
  CAPEXDB_TRY(dictionary_.load(std::move(entries)));
  parties_.resize(dictionary_.size(NameKind::party));
  metrics_.resize(dictionary_.size(NameKind::metric));
  products_.resize(dictionary_.size(NameKind::product));
  sources_.resize(dictionary_.size(NameKind::source));
  return {};
}

std::vector<Dictionary::Entry> Catalogue::take_added_names() {
  const WriteLock lock(mutex_);
  return dictionary_.take_added();
}

}  // namespace capexdb::storage
