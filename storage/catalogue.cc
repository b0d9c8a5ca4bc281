#include "storage/catalogue.h"

#include <algorithm>
#include <mutex>

#include "proto/model/text.h"

namespace capexdb::storage {
namespace {

using ReadLock = std::shared_lock<std::shared_mutex>;

bool contains(const std::vector<std::uint32_t>& list, std::uint32_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

bool is_reserved_name(std::string_view name) { return slug(name) == "all"; }

std::vector<std::string> composite_parts(std::string_view name) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t at = name.find(" + ", begin);
    parts.emplace_back(trim(name.substr(begin, at - begin)));
    if (at == std::string_view::npos) break;
    begin = at + 3;
  }
  const bool blank =
      std::any_of(parts.begin(), parts.end(), [](const auto& p) { return slug(p).empty(); });
  if (parts.size() < 2 || blank) return {};
  return parts;
}

Catalogue::Catalogue(const Catalogue& other) {
  const ReadLock lock(other.mutex_);
  dictionary_ = other.dictionary_;
  parties_ = other.parties_;
  metrics_ = other.metrics_;
  products_ = other.products_;
  sources_ = other.sources_;
  party_names_ = other.party_names_;
  party_ciks_ = other.party_ciks_;
  metric_names_ = other.metric_names_;
  product_names_ = other.product_names_;
  source_names_ = other.source_names_;
  groups_by_members_ = other.groups_by_members_;
  merges_ = other.merges_;
}

// ---- Finding ----

Result<std::uint32_t> Catalogue::only(const std::vector<std::uint32_t>& found, NameKind kind,
                                      std::string_view name) const {
  if (found.size() < 2) return found.empty() ? 0 : found.front();
  constexpr std::size_t kChoicesMax = 10;
  std::string choices;
  for (std::size_t i = 0; i < found.size() && i < kChoicesMax; ++i) {
    choices += (i == 0 ? "" : ", ") + dictionary_.text(kind, found[i]);
  }
  if (found.size() > kChoicesMax) {
    choices += " and " + std::to_string(found.size() - kChoicesMax) + " more";
  }
  return fail(Error{Errc::invalid_argument,
                    quoted(name) + " names several: " + choices + "; use one of these ids",
                    {},
                    "ambiguous_name"});
}

std::uint32_t Catalogue::find_composite(std::string_view name, std::uint64_t at, Day day) const {
  std::vector<std::uint32_t> wanted;
  for (const std::string& part : composite_parts(name)) {
    const auto found = party_names_.best(slug(part), at, day);
    if (found.size() != 1) return 0;
    wanted.push_back(found.front());
  }
  if (wanted.empty()) return 0;
  auto groups = groups_by_members_.best(members_key(wanted), at, day);
  for (std::uint32_t& party : wanted) party = merges_.canonical(party, at);
  // Its members may have been listed when they were merged already.
  for (const std::uint32_t group : groups_by_members_.best(members_key(wanted), at, day)) {
    groups.push_back(group);
  }
  for (const std::uint32_t group : groups) {
    // It may have other members by now.
    if (members_key(members_locked(group, at)) == members_key(wanted)) return group;
  }
  return 0;
}

std::string Catalogue::members_key(std::vector<std::uint32_t> members) {
  std::sort(members.begin(), members.end());
  std::string key;
  for (const std::uint32_t member : members) key += std::to_string(member) + ",";
  return key;
}

Result<std::uint32_t> Catalogue::only_party(std::vector<std::uint32_t> found, std::string_view name,
                                            std::uint64_t at) const {
  if (found.size() > 1) {
    std::vector<std::uint32_t> canonical;
    for (const std::uint32_t party : found) {
      const std::uint32_t one = merges_.canonical(party, at);
      if (!contains(canonical, one)) canonical.push_back(one);
    }
    if (canonical.size() == 1) return canonical.front();
  }
  return only(found, NameKind::party, name);
}

Result<std::uint32_t> Catalogue::find_by_name(const PartyRef& ref, std::uint64_t at,
                                              Day day) const {
  std::vector<std::uint32_t> found = party_names_.best(slug(ref.name), at, day);
  if (found.size() > 1 && ref.kind != PartyKind::unknown) {
    std::erase_if(found, [&](std::uint32_t o) {
      const CatalogParty* v = version(o, at);
      return v == nullptr || v->kind != ref.kind;
    });
  }
  if (found.empty()) {
    if (const std::uint32_t group = find_composite(ref.name, at, day)) return group;
    if (const std::string cik = normal_cik(ref.name); !cik.empty()) {
      found = party_ciks_.best(cik, at, day);
    }
  }
  return only_party(std::move(found), ref.name, at);
}

Result<std::uint32_t> Catalogue::find_party(const PartyRef& ref, std::uint64_t at, Day day) const {
  const ReadLock lock(mutex_);
  if (!ref.cik.empty()) {
    auto found = party_ciks_.best(ref.cik, at, day);
    if (!found.empty()) return only_party(std::move(found), ref.cik, at);
  }
  std::uint32_t ordinal = 0;
  if (!ref.ticker.empty()) {
    CAPEXDB_ASSIGN(ordinal,
                   only_party(party_names_.best(slug(ref.ticker), at, day), ref.ticker, at));
  }
  if (ordinal == 0 && !slug(ref.name).empty()) {
    CAPEXDB_ASSIGN(ordinal, find_by_name(ref, at, day));
  }
  // Another company that goes by the same name or ticker.
  if (ordinal != 0 && !ref.cik.empty()) {
    const CatalogParty* v = version(ordinal, at);
    if (v != nullptr && !v->cik.empty() && normal_cik(v->cik) != ref.cik) return 0;
  }
  return ordinal;
}

Result<std::uint32_t> Catalogue::find_metric(std::string_view name, std::uint64_t at) const {
  const ReadLock lock(mutex_);
  return only(metric_names_.best(slug(name), at, kNewestHolder), NameKind::metric, name);
}

Result<std::uint32_t> Catalogue::find_product(std::string_view name, std::uint64_t at) const {
  const ReadLock lock(mutex_);
  return only(product_names_.best(slug(name), at, kNewestHolder), NameKind::product, name);
}

Result<std::uint32_t> Catalogue::find_source(std::string_view name, std::uint64_t at) const {
  const ReadLock lock(mutex_);
  return only(source_names_.best(slug(name), at, kNewestHolder), NameKind::source, name);
}

std::string Catalogue::suggestion(std::string_view name, NameKind kind, std::uint64_t at) const {
  const NameIndex& index = kind == NameKind::party    ? party_names_
                           : kind == NameKind::metric ? metric_names_
                                                      : source_names_;
  const std::string near = nearest(name, index.names(at));
  if (near.empty())
    return "; see `capex " +
           std::string(kind == NameKind::party    ? "companies"
                       : kind == NameKind::metric ? "metrics"
                                                  : "sources") +
           "`";
  const auto found = index.best(near, at, kNewestHolder);
  return "; did you mean " + (found.empty() ? near : dictionary_.text(kind, found.front())) + "?";
}

Result<std::uint32_t> Catalogue::need_own_party(std::string_view name, std::uint64_t at,
                                                Day day) const {
  PartyRef ref;
  ref.name = trim(name);
  CAPEXDB_ASSIGN(const std::uint32_t ordinal, find_party(ref, at, day));
  if (ordinal != 0) return ordinal;
  const ReadLock lock(mutex_);
  return fail(Error{Errc::not_found,
                    "unknown company " + quoted(ref.name) + suggestion(name, NameKind::party, at),
                    {},
                    "unknown_company"});
}

Result<std::uint32_t> Catalogue::need_party(std::string_view name, std::uint64_t at,
                                            Day day) const {
  CAPEXDB_ASSIGN(const std::uint32_t ordinal, need_own_party(name, at, day));
  const ReadLock lock(mutex_);
  return merges_.canonical(ordinal, at);
}

Result<std::uint32_t> Catalogue::need_metric(std::string_view name, std::uint64_t at) const {
  CAPEXDB_ASSIGN(const std::uint32_t ordinal, find_metric(trim(name), at));
  if (ordinal != 0) return ordinal;
  const ReadLock lock(mutex_);
  return fail(Error{Errc::not_found,
                    "unknown metric " + quoted(trim(name)) + suggestion(name, NameKind::metric, at),
                    {},
                    "unknown_metric"});
}

Result<std::uint32_t> Catalogue::need_source(std::string_view name, std::uint64_t at) const {
  CAPEXDB_ASSIGN(const std::uint32_t ordinal, find_source(trim(name), at));
  if (ordinal != 0) return ordinal;
  const ReadLock lock(mutex_);
  return fail(Error{Errc::not_found,
                    "unknown source " + quoted(trim(name)) + suggestion(name, NameKind::source, at),
                    {},
                    "unknown_source"});
}

// ---- Reading ----

const CatalogParty* Catalogue::version(std::uint32_t ordinal, std::uint64_t at) const {
  if (ordinal == 0 || ordinal > parties_.size()) return nullptr;
  const CatalogParty* last = nullptr;
  for (const auto& v : parties_[ordinal - 1].versions) {
    if (v.sequence <= at) last = &v.value;
  }
  return last;
}

void Catalogue::add_names_locked(std::uint32_t ordinal, std::uint64_t at, CatalogParty& to) const {
  const Party& all = parties_[ordinal - 1];
  for (const auto& alias : all.aliases) {
    if (alias.sequence <= at) to.aliases.push_back(alias.value);
  }
  for (const auto& ticker : all.tickers) {
    if (ticker.sequence <= at) to.tickers.push_back(ticker.value);
  }
  const std::size_t first = to.identifiers.size();
  for (const auto& identifier : all.identifiers) {
    if (identifier.sequence > at) continue;
    const auto same = std::find_if(to.identifiers.begin() + static_cast<std::ptrdiff_t>(first),
                                   to.identifiers.end(), [&](const Identifier& known) {
                                     return known.scheme == identifier.value.scheme &&
                                            known.value == identifier.value.value;
                                   });
    if (same == to.identifiers.end()) {
      to.identifiers.push_back(identifier.value);
    } else {
      *same = identifier.value;
    }
  }
}

// With the names of those that were merged into it.
CatalogParty Catalogue::party_locked(std::uint32_t ordinal, std::uint64_t at) const {
  const CatalogParty* v = version(ordinal, at);
  if (v == nullptr) return {};
  CatalogParty party = *v;
  add_names_locked(ordinal, at, party);
  for (const std::uint32_t other : merges_.merged(at)) {
    const CatalogParty* merged = version(other, at);
    if (merged == nullptr || merges_.canonical(other, at) != ordinal) continue;
    party.merged.push_back(merged->id);
    if (merged->name != party.name) party.aliases.push_back(merged->name);
    if (!merged->cik.empty() && merged->cik != party.cik) {
      party.identifiers.push_back({IdentifierScheme::cik, merged->cik, {}});
    }
    add_names_locked(other, at, party);
  }
  return party;
}

CatalogParty Catalogue::party(std::uint32_t ordinal, std::uint64_t at) const {
  const ReadLock lock(mutex_);
  return party_locked(ordinal, at);
}

CatalogMetric Catalogue::metric(std::uint32_t ordinal, std::uint64_t at) const {
  const ReadLock lock(mutex_);
  CatalogMetric metric;
  if (ordinal == 0 || ordinal > metrics_.size()) return metric;
  for (const auto& v : metrics_[ordinal - 1].versions) {
    if (v.sequence <= at) metric = v.value;
  }
  return metric;
}

std::vector<std::uint32_t> Catalogue::companies(std::uint64_t at) const {
  const ReadLock lock(mutex_);
  std::vector<std::uint32_t> result;
  for (std::uint32_t ordinal = 1; ordinal <= parties_.size(); ++ordinal) {
    const CatalogParty* v = version(ordinal, at);
    if (v == nullptr || v->kind != PartyKind::company) continue;
    if (merges_.into(ordinal, at) == 0) result.push_back(ordinal);
  }
  return result;
}

std::uint32_t Catalogue::rank_of(const Source& source, std::uint64_t at) {
  std::uint32_t rank = CatalogSource::kDefaultRank;
  for (const auto& v : source.ranks) {
    if (v.sequence <= at && v.value != 0) rank = v.value;
  }
  return rank;
}

std::uint32_t Catalogue::source_rank(std::uint32_t ordinal, std::uint64_t at) const {
  const ReadLock lock(mutex_);
  if (ordinal == 0 || ordinal > sources_.size()) return CatalogSource::kDefaultRank;
  return rank_of(sources_[ordinal - 1], at);
}

std::string Catalogue::text(NameKind kind, std::uint32_t ordinal) const {
  const ReadLock lock(mutex_);
  return dictionary_.text(kind, ordinal);
}

std::uint32_t Catalogue::find(NameKind kind, std::string_view text) const {
  const ReadLock lock(mutex_);
  return dictionary_.find(kind, text);
}

std::vector<CatalogParty> Catalogue::list_parties(std::uint64_t at) const {
  const ReadLock lock(mutex_);
  std::vector<CatalogParty> list;
  for (std::uint32_t ordinal = 1; ordinal <= parties_.size(); ++ordinal) {
    if (version(ordinal, at) == nullptr || merges_.into(ordinal, at) != 0) continue;
    list.push_back(party_locked(ordinal, at));
  }
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return list;
}

std::vector<CatalogMetric> Catalogue::list_metrics(std::uint64_t at) const {
  std::vector<CatalogMetric> list;
  for (std::uint32_t ordinal = 1; ordinal <= size(NameKind::metric); ++ordinal) {
    CatalogMetric m = metric(ordinal, at);
    if (!m.id.empty()) list.push_back(std::move(m));
  }
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return list;
}

std::vector<CatalogProduct> Catalogue::list_products(std::uint64_t at) const {
  const ReadLock lock(mutex_);
  std::vector<CatalogProduct> list;
  for (std::uint32_t ordinal = 1; ordinal <= products_.size(); ++ordinal) {
    const Product& product = products_[ordinal - 1];
    if (product.since > at) continue;
    CatalogProduct& entry = list.emplace_back();
    entry.id = dictionary_.text(NameKind::product, ordinal);
    for (const auto& alias : product.aliases) {
      if (alias.sequence <= at) entry.aliases.push_back(alias.value);
    }
  }
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return list;
}

std::vector<CatalogSource> Catalogue::list_sources(std::uint64_t at) const {
  const ReadLock lock(mutex_);
  std::vector<CatalogSource> list;
  for (std::uint32_t ordinal = 1; ordinal <= sources_.size(); ++ordinal) {
    const Source& source = sources_[ordinal - 1];
    if (source.ranks.empty() || source.ranks.front().sequence > at) continue;
    CatalogSource& entry = list.emplace_back();
    entry.name = dictionary_.text(NameKind::source, ordinal);
    entry.rank = rank_of(source, at);
    for (const auto& alias : source.aliases) {
      if (alias.sequence <= at) entry.aliases.push_back(alias.value);
    }
  }
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return list;
}

std::uint32_t Catalogue::size(NameKind kind) const {
  const ReadLock lock(mutex_);
  return dictionary_.size(kind);
}

}  // namespace capexdb::storage
