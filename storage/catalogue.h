// Who is who: parties, metrics, products and sources by every name they go by,
// as of any sequence of the log. Built from the log's catalogue events.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "proto/model/catalog.h"
#include "proto/model/statement.h"
#include "storage/dictionary.h"
#include "storage/merges.h"
#include "storage/name_index.h"

namespace capexdb::storage {

inline constexpr std::uint64_t kNow = std::numeric_limits<std::uint64_t>::max();
// Of names that passed from one to another: whoever held it last.
inline constexpr Day kNewestHolder = kNewestDay;

// Every function takes `at`: what was catalogued later is not seen. All
// functions are safe on any thread, but those under "commit thread only" are
// called by one thread at a time.
class Catalogue {
 public:
  Catalogue() = default;
  Catalogue(const Catalogue& other);  // a trial copy
  Catalogue& operator=(const Catalogue&) = delete;

  // The ordinal of the party that `ref` names: a CIK beats a ticker, a ticker
  // beats a name; a name is an id, a name, an alias, a ticker, a CIK, LEI or ISIN,
  // or "A + B" for the group of just these members; of a name with days, whoever
  // held it on `day`. 0: nobody goes by it. A merged party is still itself. Error:
  // invalid_argument when several do; the message lists them.
  Result<std::uint32_t> find_party(const PartyRef& ref, std::uint64_t at,
                                   Day day = kNewestHolder) const;
  Result<std::uint32_t> find_metric(std::string_view name, std::uint64_t at) const;
  Result<std::uint32_t> find_product(std::string_view name, std::uint64_t at) const;
  Result<std::uint32_t> find_source(std::string_view name, std::uint64_t at) const;

  // As above, for questions: an unknown name is the error not_found, with the
  // nearest one that is known; a party is the one that it was merged into, or with
  // need_own_party still itself.
  Result<std::uint32_t> need_own_party(std::string_view name, std::uint64_t at,
                                       Day day = kNewestHolder) const;
  Result<std::uint32_t> need_party(std::string_view name, std::uint64_t at,
                                   Day day = kNewestHolder) const;
  Result<std::uint32_t> need_metric(std::string_view name, std::uint64_t at) const;
  Result<std::uint32_t> need_source(std::string_view name, std::uint64_t at) const;

  CatalogParty party(std::uint32_t ordinal, std::uint64_t at) const;
  CatalogMetric metric(std::uint32_t ordinal, std::uint64_t at) const;
  // Ordinals of a group's members, whenever they were; empty for any other party.
  // Of these and all that follows merged parties are those they were merged into.
  std::vector<std::uint32_t> members(std::uint32_t ordinal, std::uint64_t at) const;
  // The same down to parties that have no members, each once; the party itself
  // where it has none. Groups may contain one another.
  std::vector<std::uint32_t> leaves(std::uint32_t ordinal, std::uint64_t at) const;
  // Those leaves that do not always belong to it, and when they do.
  using Memberships = std::map<std::uint32_t, std::vector<Validity>>;
  Memberships dated_leaves(std::uint32_t ordinal, std::uint64_t at) const;
  // Adds both kinds of leaves. One may come to belong to several groups, always to some
  // of them.
  void add_leaves(std::uint32_t ordinal, std::uint64_t at,
                  std::unordered_set<std::uint32_t>& always, Memberships& sometimes) const;
  std::vector<std::uint32_t> companies(std::uint64_t at) const;
  std::uint32_t canonical(std::uint32_t ordinal, std::uint64_t at) const;
  // Null where nothing is merged.
  std::shared_ptr<const MergedParties> merged_parties(std::uint64_t at) const;
  std::uint32_t source_rank(std::uint32_t ordinal, std::uint64_t at) const;
  std::string text(NameKind kind, std::uint32_t ordinal) const;

  struct ListedCounterparty {
    Role role;
    std::uint32_t party;
  };
  std::vector<ListedCounterparty> counterparties(std::uint32_t ordinal) const;
  // What a list goes by in the dictionary, whatever its order; empty for an empty one.
  static std::string counterparties_text(std::vector<ListedCounterparty> list);
  // The ids of a list, comma-separated, in order of role, then id.
  std::string counterparty_ids(std::uint32_t ordinal) const;
  // The ordinal of a text; 0 if it was never used.
  std::uint32_t find(NameKind kind, std::string_view text) const;

  // Listings, in order of id.
  std::vector<CatalogParty> list_parties(std::uint64_t at) const;
  std::vector<CatalogMetric> list_metrics(std::uint64_t at) const;
  std::vector<CatalogProduct> list_products(std::uint64_t at) const;
  std::vector<CatalogSource> list_sources(std::uint64_t at) const;
  std::uint32_t size(NameKind kind) const;

  // Commit thread only.

  // Whether `change` may be applied: its names are clean, no new id is a word of
  // questions or reads like a number or period, members are known or part of it and no
  // group is its own, no CIK is another's, no id differs from a known one by its case
  // alone, and a metric keeps its unit class and aggregation.
  Result<void> admits(const CatalogChange& change) const;
  // Whether everything in `change` is known already.
  bool knows(const CatalogChange& change) const;
  void apply(const CatalogChange& change, std::uint64_t sequence);
  std::uint32_t intern(NameKind kind, std::string_view text);
  // A list of counterparties; with it the one that merges make of it.
  std::uint32_t intern_counterparties(const std::vector<ListedCounterparty>& list);
  Result<void> load_names(std::vector<Dictionary::Entry> entries);
  std::vector<Dictionary::Entry> take_added_names();

 private:
  // Something known since a sequence.
  template <class T>
  struct Since {
    std::uint64_t sequence;
    T value;
  };
  struct Party {
    std::vector<Since<CatalogParty>> versions;  // aliases and tickers apart
    std::vector<Since<std::string>> aliases;
    std::vector<Since<std::string>> tickers;
    std::vector<Since<Identifier>> identifiers;  // the last one of a scheme and value counts
  };
  struct Metric {
    std::vector<Since<CatalogMetric>> versions;
  };
  struct Product {
    std::uint64_t since = kNow;
    std::vector<Since<std::string>> aliases;
  };
  struct Source {
    std::vector<Since<std::uint32_t>> ranks;
    std::vector<Since<std::string>> aliases;
  };
  using Fit = NameIndex::Fit;

  static bool add(std::vector<Since<std::string>>& list, const std::string& text,
                  std::uint64_t sequence);
  Result<std::uint32_t> only(const std::vector<std::uint32_t>& found, NameKind kind,
                             std::string_view name) const;
  // Several that were merged into one are that one.
  Result<std::uint32_t> only_party(std::vector<std::uint32_t> found, std::string_view name,
                                   std::uint64_t at) const;
  Result<std::uint32_t> find_by_name(const PartyRef& ref, std::uint64_t at, Day day) const;
  std::uint32_t find_composite(std::string_view name, std::uint64_t at, Day day) const;
  static std::string members_key(std::vector<std::uint32_t> members);
  static std::uint32_t rank_of(const Source& source, std::uint64_t at);
  const CatalogParty* version(std::uint32_t ordinal, std::uint64_t at) const;
  std::vector<std::uint32_t> members_locked(std::uint32_t ordinal, std::uint64_t at) const;
  CatalogParty party_locked(std::uint32_t ordinal, std::uint64_t at) const;
  void add_names_locked(std::uint32_t ordinal, std::uint64_t at, CatalogParty& to) const;
  std::vector<ListedCounterparty> counterparties_locked(std::uint32_t ordinal) const;
  std::vector<ListedCounterparty> merge_list(std::vector<ListedCounterparty> list,
                                             std::uint64_t at) const;
  Result<void> admits_members(const CatalogChange& change) const;
  Result<void> admits_ciks(const CatalogChange& change) const;
  Result<void> admits_merges(const CatalogChange& change) const;
  bool knows_party(const CatalogParty& change) const;
  std::string suggestion(std::string_view name, NameKind kind, std::uint64_t at) const;

  void apply_party(const CatalogParty& change, std::uint64_t sequence);
  void apply_metric(const CatalogMetric& change, std::uint64_t sequence);
  void apply_product(const CatalogProduct& change, std::uint64_t sequence);
  void apply_source(const CatalogSource& change, std::uint64_t sequence);
  void apply_merge(const PartyMerge& change, std::uint64_t sequence);

  mutable std::shared_mutex mutex_;  // guards everything below
  Dictionary dictionary_;
  std::vector<Party> parties_;  // by ordinal - 1
  std::vector<Metric> metrics_;
  std::vector<Product> products_;
  std::vector<Source> sources_;
  NameIndex party_names_;
  NameIndex party_ciks_;
  NameIndex metric_names_;
  NameIndex product_names_;
  NameIndex source_names_;
  NameIndex groups_by_members_;  // by members_key
  PartyMerges merges_;

  struct KeptMerges {
    std::shared_ptr<const MergedParties> merged;
    std::uint32_t lists = 0;  // of counterparties that there were
    bool complete = false;    // no statement of its time can come any more
  };
  mutable std::mutex kept_merges_mutex_;  // taken inside of mutex_; guards what follows
  mutable std::map<std::uint64_t, KeptMerges> kept_merges_;  // by PartyMerges::changed_at
};

// "all" selects every company, so nothing else may go by it.
bool is_reserved_name(std::string_view name);

// What makes a text no name that people can tell from others: "has a line break ... in
// it"; empty: nothing does.
std::string fault_of_name(std::string_view name);

// The members of "A + B + C"; empty for any other text.
std::vector<std::string> composite_parts(std::string_view name);

}  // namespace capexdb::storage
