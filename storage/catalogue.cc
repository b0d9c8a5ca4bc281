#include "storage/catalogue.h"

#include <algorithm>
#include <mutex>
#include <unordered_set>

#include "proto/model/text.h"
#include "storage/key.h"

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
}

// ---- Finding ----

std::vector<std::uint32_t> Catalogue::best(const Index& index, const std::string& key,
                                           std::uint64_t at) {
  std::vector<std::uint32_t> found;
  const auto uses = index.find(key);
  if (uses == index.end()) return found;
  Fit fit = Fit::alias;
  for (const Use& use : uses->second) {
    if (use.since > at || use.fit > fit) continue;
    if (use.fit < fit) {
      found.clear();
      fit = use.fit;
    }
    if (!contains(found, use.ordinal)) found.push_back(use.ordinal);
  }
  return found;
}

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

std::uint32_t Catalogue::find_composite(std::string_view name, std::uint64_t at) const {
  std::vector<std::uint32_t> wanted;
  for (const std::string& part : composite_parts(name)) {
    const auto found = best(party_names_, slug(part), at);
    if (found.size() != 1) return 0;
    wanted.push_back(found.front());
  }
  if (wanted.empty()) return 0;
  const std::string key = members_key(std::move(wanted));
  const auto groups = groups_by_members_.find(key);
  if (groups == groups_by_members_.end()) return 0;
  for (const Use& group : groups->second) {
    // It may have other members by now.
    if (group.since <= at && members_key(members_locked(group.ordinal, at)) == key) {
      return group.ordinal;
    }
  }
  return 0;
}

std::string Catalogue::members_key(std::vector<std::uint32_t> members) {
  std::sort(members.begin(), members.end());
  std::string key;
  for (const std::uint32_t member : members) key += std::to_string(member) + ",";
  return key;
}

Result<std::uint32_t> Catalogue::find_by_name(const PartyRef& ref, std::uint64_t at) const {
  std::vector<std::uint32_t> found = best(party_names_, slug(ref.name), at);
  if (found.size() > 1 && ref.kind != PartyKind::unknown) {
    std::erase_if(found, [&](std::uint32_t o) {
      const CatalogParty* v = version(o, at);
      return v == nullptr || v->kind != ref.kind;
    });
  }
  if (found.empty()) {
    if (const std::uint32_t group = find_composite(ref.name, at)) return group;
    if (const std::string cik = normal_cik(ref.name); !cik.empty()) {
      found = best(party_ciks_, cik, at);
    }
  }
  return only(found, NameKind::party, ref.name);
}

Result<std::uint32_t> Catalogue::find_party(const PartyRef& ref, std::uint64_t at) const {
  const ReadLock lock(mutex_);
  if (!ref.cik.empty()) {
    const auto found = best(party_ciks_, ref.cik, at);
    if (!found.empty()) return only(found, NameKind::party, ref.cik);
  }
  std::uint32_t ordinal = 0;
  if (!ref.ticker.empty()) {
    const auto found = best(party_names_, slug(ref.ticker), at);
    CAPEXDB_ASSIGN(ordinal, only(found, NameKind::party, ref.ticker));
  }
  if (ordinal == 0 && !slug(ref.name).empty()) {
    CAPEXDB_ASSIGN(ordinal, find_by_name(ref, at));
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
  return only(best(metric_names_, slug(name), at), NameKind::metric, name);
}

Result<std::uint32_t> Catalogue::find_product(std::string_view name, std::uint64_t at) const {
  const ReadLock lock(mutex_);
  return only(best(product_names_, slug(name), at), NameKind::product, name);
}

Result<std::uint32_t> Catalogue::find_source(std::string_view name, std::uint64_t at) const {
  const ReadLock lock(mutex_);
  return only(best(source_names_, slug(name), at), NameKind::source, name);
}

std::string Catalogue::suggestion(std::string_view name, NameKind kind, std::uint64_t at) const {
  std::vector<std::string> known;
  const auto& index = kind == NameKind::party    ? party_names_
                      : kind == NameKind::metric ? metric_names_
                                                 : source_names_;
  for (const auto& [key, uses] : index) {
    if (std::any_of(uses.begin(), uses.end(), [&](const Use& u) { return u.since <= at; })) {
      known.push_back(key);
    }
  }
  std::sort(known.begin(), known.end());
  const std::string near = nearest(name, known);
  if (near.empty())
    return "; see `capex " +
           std::string(kind == NameKind::party    ? "companies"
                       : kind == NameKind::metric ? "metrics"
                                                  : "sources") +
           "`";
  const auto found = best(index, near, at);
  return "; did you mean " + (found.empty() ? near : dictionary_.text(kind, found.front())) + "?";
}

Result<std::uint32_t> Catalogue::need_party(std::string_view name, std::uint64_t at) const {
  PartyRef ref;
  ref.name = trim(name);
  CAPEXDB_ASSIGN(const std::uint32_t ordinal, find_party(ref, at));
  if (ordinal != 0) return ordinal;
  const ReadLock lock(mutex_);
  return fail(Error{Errc::not_found,
                    "unknown company " + quoted(ref.name) + suggestion(name, NameKind::party, at),
                    {},
                    "unknown_company"});
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

CatalogParty Catalogue::party_locked(std::uint32_t ordinal, std::uint64_t at) const {
  const CatalogParty* v = version(ordinal, at);
  if (v == nullptr) return {};
  CatalogParty party = *v;
  const Party& all = parties_[ordinal - 1];
  for (const auto& alias : all.aliases) {
    if (alias.sequence <= at) party.aliases.push_back(alias.value);
  }
  for (const auto& ticker : all.tickers) {
    if (ticker.sequence <= at) party.tickers.push_back(ticker.value);
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

std::vector<std::uint32_t> Catalogue::members_locked(std::uint32_t ordinal,
                                                     std::uint64_t at) const {
  std::vector<std::uint32_t> result;
  const CatalogParty* v = version(ordinal, at);
  if (v == nullptr) return result;
  for (const std::string& id : v->members) {
    if (const std::uint32_t member = dictionary_.find(NameKind::party, id)) {
      result.push_back(member);
    }
  }
  return result;
}

std::vector<std::uint32_t> Catalogue::members(std::uint32_t ordinal, std::uint64_t at) const {
  const ReadLock lock(mutex_);
  return members_locked(ordinal, at);
}

std::vector<std::uint32_t> Catalogue::leaves(std::uint32_t ordinal, std::uint64_t at) const {
  const ReadLock lock(mutex_);
  std::vector<std::uint32_t> result;
  std::vector<std::uint32_t> open = {ordinal};
  std::unordered_set<std::uint32_t> met = {ordinal};
  while (!open.empty()) {
    const std::uint32_t party = open.back();
    open.pop_back();
    std::vector<std::uint32_t> members = members_locked(party, at);
    if (members.empty()) result.push_back(party);
    std::reverse(members.begin(), members.end());
    for (const std::uint32_t member : members) {
      if (met.insert(member).second) open.push_back(member);
    }
  }
  return result;
}

std::vector<std::uint32_t> Catalogue::companies(std::uint64_t at) const {
  const ReadLock lock(mutex_);
  std::vector<std::uint32_t> result;
  for (std::uint32_t ordinal = 1; ordinal <= parties_.size(); ++ordinal) {
    const CatalogParty* v = version(ordinal, at);
    if (v != nullptr && v->kind == PartyKind::company) result.push_back(ordinal);
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

std::vector<Catalogue::ListedCounterparty> Catalogue::counterparties(std::uint32_t ordinal) const {
  const ReadLock lock(mutex_);
  const std::string& text = dictionary_.text(NameKind::counterparties, ordinal);
  std::vector<ListedCounterparty> list;
  for (std::size_t i = 0; i + 5 <= text.size(); i += 5) {
    const auto party = read_big_endian(std::string_view(text).substr(i + 1, 4));
    list.push_back({static_cast<Role>(text[i]), static_cast<std::uint32_t>(party)});
  }
  return list;
}

std::string Catalogue::counterparties_text(std::vector<ListedCounterparty> list) {
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return a.role != b.role ? a.role < b.role : a.party < b.party;
  });
  std::string text;
  for (const ListedCounterparty& c : list) {
    append_big_endian(text, static_cast<std::uint8_t>(c.role), 1);
    append_big_endian(text, c.party, 4);
  }
  return text;
}

std::string Catalogue::counterparty_ids(std::uint32_t ordinal) const {
  // By their ids: ordinals would tell who was met first.
  std::vector<std::pair<Role, std::string>> list;
  for (const ListedCounterparty& other : counterparties(ordinal)) {
    list.emplace_back(other.role, text(NameKind::party, other.party));
  }
  std::sort(list.begin(), list.end());
  std::string ids;
  for (const auto& [role, id] : list) ids += (ids.empty() ? "" : ",") + id;
  return ids;
}

std::uint32_t Catalogue::find(NameKind kind, std::string_view text) const {
  const ReadLock lock(mutex_);
  return dictionary_.find(kind, text);
}

std::vector<CatalogParty> Catalogue::list_parties(std::uint64_t at) const {
  const ReadLock lock(mutex_);
  std::vector<CatalogParty> list;
  for (std::uint32_t ordinal = 1; ordinal <= parties_.size(); ++ordinal) {
    if (version(ordinal, at) != nullptr) list.push_back(party_locked(ordinal, at));
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
