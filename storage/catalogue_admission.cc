// Which changes of the catalogue are taken. What was taken before is never asked again:
// the log is applied as it is.
#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <set>

#include "proto/model/fiscal.h"
#include "proto/model/text.h"
#include "storage/catalogue.h"

namespace capexdb::storage {
namespace {

constexpr std::uint32_t kMetricsMax = 0xFFFF;  // metrics are 16 bits wide in keys

Error refusal(std::string field, std::string reason, std::string message) {
  return {Errc::invalid_argument, std::move(message), std::move(field), std::move(reason)};
}

class NameCheck {
 public:
  void add(const std::string& field, std::string_view name) {
    if (fault_) return;
    const std::string fault = fault_of_name(name);
    if (!fault.empty())
      fault_ = refusal(field, "bad_name", "the name " + shown(name) + " " + fault);
  }
  void add(const std::string& field, const std::vector<std::string>& names) {
    for (const std::string& name : names) add(field, name);
  }
  Result<void> outcome() const { return fault_ ? Result<void>(fail(*fault_)) : Result<void>(); }

 private:
  // Without what is wrong with it.
  static std::string shown(std::string_view name) {
    std::string plain;
    for (const char c : name) {
      if (c >= 0x20 && c < 0x7F) plain.push_back(c);
    }
    return capexdb::quoted(plain);
  }

  std::optional<Error> fault_;
};

Result<void> check_texts(const CatalogChange& change) {
  NameCheck check;
  for (const CatalogParty& party : change.parties) {
    const std::string field = "catalog_change.parties";
    check.add(field + ".id", party.id);
    check.add(field + ".name", party.name);
    check.add(field + ".aliases", party.aliases);
    check.add(field + ".tickers", party.tickers);
    for (const Identifier& other : party.identifiers) {
      check.add(field + ".identifiers", other.value);
    }
  }
  for (const CatalogMetric& metric : change.metrics) {
    const std::string field = "catalog_change.metrics";
    check.add(field + ".id", metric.id);
    check.add(field + ".name", metric.name);
    check.add(field + ".aliases", metric.aliases);
    check.add(field + ".tags", metric.tags);
  }
  for (const CatalogProduct& product : change.products) {
    check.add("catalog_change.products.id", product.id);
    check.add("catalog_change.products.aliases", product.aliases);
  }
  for (const CatalogSource& source : change.sources) {
    check.add("catalog_change.sources.name", source.name);
    check.add("catalog_change.sources.aliases", source.aliases);
  }
  return check.outcome();
}

// Members of either kind, whenever they were.
std::vector<std::string> member_ids(const CatalogParty& party) {
  std::vector<std::string> ids = party.members;
  for (const Membership& membership : party.memberships) ids.push_back(membership.party);
  return ids;
}

// Whether an entry speaks of a group.
bool says_group(const CatalogParty& party) {
  return party.kind == PartyKind::group || !party.members.empty() || !party.memberships.empty();
}

// Why an id would be taken for something else in a question; empty: it would not.
std::string other_meaning(const std::string& id) {
  const std::string word = to_lower_ascii(id);
  if (word == "none") return "is a word of questions";
  if (word.find_first_not_of("0123456789-.") == std::string::npos) return "reads like a number";
  const bool fiscal = word.starts_with("fy") && word.size() > 2 && word[2] >= '0' && word[2] <= '9';
  if (fiscal || parse_period(id) || parse_period(to_upper_ascii(id))) return "reads like a period";
  return {};
}

}  // namespace

std::string fault_of_name(std::string_view name) {
  if (name.empty()) return {};
  if (trim(name).empty()) return "consists of blanks";
  for (const char c : name) {
    if ((static_cast<unsigned char>(c) < 0x20) || c == 0x7F) {
      return "has a line break, tab or control character in it";
    }
  }
  // Turn the text around it, or are not seen: U+200B, U+202A..202E, U+2066..2069, U+FEFF.
  static constexpr std::array<std::string_view, 11> kHidden = {
      "\u200B", "\u202A", "\u202B", "\u202C", "\u202D", "\u202E",
      "\u2066", "\u2067", "\u2068", "\u2069", "\uFEFF"};
  for (const std::string_view hidden : kHidden) {
    if (name.find(hidden) != std::string_view::npos) {
      return "has an invisible character in it that turns or hides text";
    }
  }
  return {};
}

Result<void> Catalogue::admits(const CatalogChange& change) const {
  CAPEXDB_TRY(check_change(change));
  CAPEXDB_TRY(check_texts(change));
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto refuse = [](std::string field, std::string reason, std::string message) {
    return fail(refusal(std::move(field), std::move(reason), std::move(message)));
  };
  // Of those that are there already nothing is asked.
  const auto misread = [&](NameKind kind, const std::string& id) {
    return dictionary_.find(kind, id) != 0 ? std::string() : other_meaning(id);
  };
  // A name that is somebody's would be taken from them by a new id.
  const auto owner_of = [&](const NameIndex& index, NameKind kind, const std::string& id) {
    if (dictionary_.find(kind, id) != 0) return std::string();
    const auto owners = index.best(slug(id), kNow, kNewestHolder);
    return owners.empty() ? std::string() : dictionary_.text(kind, owners.front());
  };
  // An id that only looks like a known one would make both unusable.
  const auto other_spelling = [&](const NameIndex& index, NameKind kind, const std::string& id) {
    if (dictionary_.find(kind, id) != 0) return std::string();
    return dictionary_.text(kind, index.of_id(slug(id)));
  };
  std::set<std::string> coming;
  for (const CatalogParty& party : change.parties) coming.insert(party.id);
  for (const CatalogParty& party : change.parties) {
    const std::string field = "catalog_change.parties[" + party.id + "]";
    bool reserved = is_reserved_name(party.id) || is_reserved_name(party.name);
    for (const std::string& alias : party.aliases) reserved |= is_reserved_name(alias);
    for (const std::string& ticker : party.tickers) reserved |= is_reserved_name(ticker);
    for (const Identifier& other : party.identifiers) reserved |= is_reserved_name(other.value);
    if (reserved) {
      return refuse(field, "reserved_name",
                    "'all' means every company and cannot be the name of one");
    }
    if (const std::string why = misread(NameKind::party, party.id); !why.empty()) {
      return refuse(
          field, "reserved_name",
          "the id '" + party.id + "' " + why + "; give it another one, and the name as alias");
    }
    const std::string owner = owner_of(party_names_, NameKind::party, party.id);
    if (!owner.empty() && !change.automatic) {
      return refuse(field, "id_taken",
                    "'" + party.id + "' is a name of " + owner + "; use its id, or another one");
    }
    if (!party.fiscal_year_end.empty()) {
      if (const auto fine = check_fiscal_calendar(party.fiscal_year_end); !fine) {
        return refuse(field + ".fiscal_year_end", "bad_catalog_entry", fine.error().message);
      }
    }
    const CatalogParty* known = version(dictionary_.find(NameKind::party, party.id), kNow);
    const bool makes_group = says_group(party);
    const bool changes_kind =
        known != nullptr &&
        (known->kind == PartyKind::group ? party.kind != PartyKind::unknown && !makes_group
                                         : known->kind != PartyKind::unknown && makes_group);
    if (changes_kind) {
      return refuse(field + ".kind", "other_kind",
                    "'" + party.id + "' is a " + std::string(to_string(known->kind)) +
                        "; a group and a company need ids of their own");
    }
    for (const std::string& member : member_ids(party)) {
      if (!coming.contains(member) && dictionary_.find(NameKind::party, member) == 0) {
        return refuse(field + ".members", "unknown_company",
                      "group " + party.id + " has the unknown member '" + member + "'");
      }
    }
  }
  for (const CatalogMetric& metric : change.metrics) {
    const std::string field = "catalog_change.metrics[" + metric.id + "]";
    const std::uint32_t ordinal = dictionary_.find(NameKind::metric, metric.id);
    if (const std::string why = is_reserved_name(metric.id) ? "means every metric"
                                                            : misread(NameKind::metric, metric.id);
        !why.empty()) {
      return refuse(field, "reserved_name",
                    "the id '" + metric.id + "' " + why + "; give it another one");
    }
    const std::string other = other_spelling(metric_names_, NameKind::metric, metric.id);
    if (!other.empty()) {
      return refuse(field, "id_taken", "there is the metric " + other + " already; use its id");
    }
    if (const std::string owner = owner_of(metric_names_, NameKind::metric, metric.id);
        !owner.empty()) {
      return refuse(field, "id_taken",
                    "'" + metric.id + "' is a name of " + owner + "; use its id");
    }
    if (ordinal == 0 && (metric.unit_class == UnitClass::unspecified ||
                         metric.aggregation == Aggregation::unspecified)) {
      return refuse(field, "incomplete_metric",
                    metric.id +
                        " is new: how are its numbers counted, and how do they add up? "
                        "Give a unit class and an aggregation");
    }
    if (ordinal == 0 && dictionary_.size(NameKind::metric) + change.metrics.size() > kMetricsMax) {
      return refuse(field, "too_many", "the registry is full");
    }
    if (ordinal == 0 || ordinal > metrics_.size() || metrics_[ordinal - 1].versions.empty()) {
      continue;
    }
    const CatalogMetric& known = metrics_[ordinal - 1].versions.back().value;
    const bool other_class = metric.unit_class != UnitClass::unspecified &&
                             known.unit_class != UnitClass::unspecified &&
                             metric.unit_class != known.unit_class;
    const bool other_aggregation = metric.aggregation != Aggregation::unspecified &&
                                   known.aggregation != Aggregation::unspecified &&
                                   metric.aggregation != known.aggregation;
    if (other_class || other_aggregation) {
      return refuse(field, "metric_changed",
                    metric.id + " keeps its unit class and aggregation; make a new metric");
    }
  }
  for (const CatalogProduct& product : change.products) {
    const std::string other = other_spelling(product_names_, NameKind::product, product.id);
    if (!other.empty()) {
      return refuse("catalog_change.products", "id_taken",
                    "there is the product " + other + " already; use its id");
    }
  }
  for (const CatalogSource& source : change.sources) {
    const std::string other = other_spelling(source_names_, NameKind::source, source.name);
    if (!other.empty()) {
      return refuse("catalog_change.sources", "id_taken",
                    "there is the source " + other + " already; use its name");
    }
    if (const std::string owner = owner_of(source_names_, NameKind::source, source.name);
        !owner.empty() && !change.automatic) {
      return refuse("catalog_change.sources", "id_taken",
                    "'" + source.name + "' is a name of " + owner + "; use its name");
    }
  }
  CAPEXDB_TRY(admits_members(change));
  CAPEXDB_TRY(admits_ciks(change));
  return admits_merges(change);
}

// Groups that the change makes or changes, and what they hold then.
Result<void> Catalogue::admits_members(const CatalogChange& change) const {
  std::map<std::string, std::vector<std::string>> coming;
  for (const CatalogParty& party : change.parties) {
    if (std::vector<std::string> ids = member_ids(party); !ids.empty()) {
      coming[party.id] = std::move(ids);
    }
    const std::set<std::string> once(party.members.begin(), party.members.end());
    if (once.size() == party.members.size()) continue;
    std::vector<std::string> sorted = party.members;
    std::sort(sorted.begin(), sorted.end());
    return fail(refusal("catalog_change.parties[" + party.id + "].members", "bad_catalog_entry",
                        "'" + *std::adjacent_find(sorted.begin(), sorted.end()) +
                            "' is listed twice among the members of " + party.id));
  }
  const auto members_of = [&](const std::string& id) {
    if (const auto own = coming.find(id); own != coming.end()) return own->second;
    const CatalogParty* known = version(dictionary_.find(NameKind::party, id), kNow);
    return known == nullptr ? std::vector<std::string>() : member_ids(*known);
  };
  for (const auto& [group, members] : coming) {
    std::vector<std::string> open = members;
    std::set<std::string> met;
    while (!open.empty()) {
      const std::string member = open.back();
      open.pop_back();
      if (!met.insert(member).second) continue;
      if (member == group) {
        const bool direct = std::find(members.begin(), members.end(), group) != members.end();
        return fail(refusal("catalog_change.parties[" + group + "].members", "group_circle",
                            "the group " + group + " would be a member of itself" +
                                (direct ? "" : ", by way of its members")));
      }
      for (std::string& next : members_of(member)) open.push_back(std::move(next));
    }
  }
  return {};
}

// A CIK is one company's at a time, or it would name nobody.
Result<void> Catalogue::admits_ciks(const CatalogChange& change) const {
  struct Claim {
    std::string party;
    Validity days;
  };
  std::map<std::string, std::vector<Claim>> coming;
  const auto one = [&](const std::string& a, const std::string& b) {
    const std::uint32_t first = dictionary_.find(NameKind::party, a);
    const std::uint32_t second = dictionary_.find(NameKind::party, b);
    if (a == b) return true;
    if (first != 0 && second != 0 &&
        merges_.canonical(first, kNow) == merges_.canonical(second, kNow)) {
      return true;
    }
    return std::any_of(change.merges.begin(), change.merges.end(), [&](const PartyMerge& merge) {
      return !merge.undo &&
             ((merge.party == a && merge.into == b) || (merge.party == b && merge.into == a));
    });
  };
  for (const CatalogParty& party : change.parties) {
    std::vector<std::pair<std::string, Validity>> ciks;
    if (!party.cik.empty()) ciks.emplace_back(normal_cik(party.cik), Validity());
    for (const Identifier& other : party.identifiers) {
      if (other.scheme == IdentifierScheme::cik) {
        ciks.emplace_back(normal_cik(other.value), other.validity);
      }
    }
    for (const auto& [cik, days] : ciks) {
      std::string owner;
      for (const std::uint32_t holder : party_ciks_.holders(cik, days)) {
        std::string id = dictionary_.text(NameKind::party, holder);
        if (!one(id, party.id)) owner = std::move(id);
      }
      for (const Claim& claim : coming[cik]) {
        if (claim.days.meets(days) && !one(claim.party, party.id)) owner = claim.party;
      }
      coming[cik].push_back({party.id, days});
      if (owner.empty()) continue;
      return fail(refusal("catalog_change.parties[" + party.id + "].cik", "cik_taken",
                          "CIK " + cik + " is that of " + owner +
                              ": tell more of that one, or, if " + party.id +
                              " is the same company, make them one (capex companies merge " +
                              party.id + " " + owner + ")"));
    }
  }
  return {};
}

// One merge after the other, as they would be applied: behind all else, so that they may
// speak of parties that the same change brings.
Result<void> Catalogue::admits_merges(const CatalogChange& change) const {
  PartyMerges merges = merges_;
  struct Known {
    std::uint32_t ordinal = 0;
    bool group = false;
  };
  std::map<std::string, Known> coming;
  std::uint32_t next = dictionary_.size(NameKind::party);
  for (const CatalogParty& party : change.parties) {
    Known& known = coming[party.id];
    const std::uint32_t ordinal = dictionary_.find(NameKind::party, party.id);
    if (known.ordinal == 0) known.ordinal = ordinal != 0 ? ordinal : ++next;
    const CatalogParty* before = version(ordinal, kNow);
    known.group =
        known.group || says_group(party) || (before != nullptr && before->kind == PartyKind::group);
  }
  const auto find = [&](const std::string& id) {
    if (const auto own = coming.find(id); own != coming.end()) return own->second;
    const std::uint32_t ordinal = dictionary_.find(NameKind::party, id);
    const CatalogParty* known = version(ordinal, kNow);
    return known == nullptr ? Known() : Known{ordinal, known->kind == PartyKind::group};
  };
  const auto id_of = [&](std::uint32_t ordinal) {
    for (const auto& [id, known] : coming) {
      if (known.ordinal == ordinal) return id;
    }
    return dictionary_.text(NameKind::party, ordinal);
  };
  for (const PartyMerge& merge : change.merges) {
    const auto refuse = [&](const char* reason, std::string message) {
      return fail(
          refusal("catalog_change.merges[" + merge.party + "]", reason, std::move(message)));
    };
    const Known party = find(merge.party);
    const Known into = merge.into.empty() ? Known() : find(merge.into);
    for (const auto& [id, known] : {std::pair(merge.party, party), {merge.into, into}}) {
      if (!id.empty() && known.ordinal == 0) {
        return refuse("unknown_company", "nobody has the id '" + id + "'; see `capex companies`");
      }
    }
    const std::uint32_t now = merges.into(party.ordinal, kNow);
    if (merge.undo) {
      if (now == 0) return refuse("not_merged", "'" + merge.party + "' is not merged into anyone");
      if (into.ordinal != 0 && into.ordinal != now) {
        return refuse("not_merged", "'" + merge.party + "' is merged into '" + id_of(now) +
                                        "', not '" + merge.into + "'");
      }
      merges.undo(party.ordinal, kNow - 1);
      continue;
    }
    if (now != 0 && now != into.ordinal) {
      return refuse("already_merged",
                    "'" + merge.party + "' is merged into '" + id_of(now) + "'; undo that first");
    }
    if (merges.canonical(into.ordinal, kNow) == party.ordinal) {
      return refuse("merge_circle", "'" + merge.into + "' is merged into '" + merge.party +
                                        "' already; one of the two has to lead");
    }
    if (party.group != into.group) {
      return refuse("other_kind", "a group and a company cannot be one");
    }
    if (party.group) {
      return refuse("other_kind", "groups are not merged; set the members of one of them");
    }
    merges.merge(party.ordinal, into.ordinal, kNow - 1);
  }
  return {};
}

}  // namespace capexdb::storage
