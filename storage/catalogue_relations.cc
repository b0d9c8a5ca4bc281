// Who belongs to whom: groups and their members, lists of counterparties, and
// parties that were merged.
#include <algorithm>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_set>

#include "storage/catalogue.h"
#include "storage/key.h"

namespace capexdb::storage {
namespace {

using SharedLock = std::shared_lock<std::shared_mutex>;

Validity common_days(const Validity& a, const Validity& b) {
  return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

}  // namespace

std::vector<std::uint32_t> Catalogue::members_locked(std::uint32_t ordinal,
                                                     std::uint64_t at) const {
  std::vector<std::uint32_t> result;
  const CatalogParty* v = version(ordinal, at);
  if (v == nullptr) return result;
  const auto add = [&](const std::string& id) {
    const std::uint32_t member = merges_.canonical(dictionary_.find(NameKind::party, id), at);
    const bool listed = std::find(result.begin(), result.end(), member) != result.end();
    if (member != 0 && !listed) result.push_back(member);
  };
  for (const std::string& id : v->members) add(id);
  for (const Membership& membership : v->memberships) add(membership.party);
  return result;
}

std::vector<std::uint32_t> Catalogue::members(std::uint32_t ordinal, std::uint64_t at) const {
  const SharedLock lock(mutex_);
  return members_locked(ordinal, at);
}

std::vector<std::uint32_t> Catalogue::leaves(std::uint32_t ordinal, std::uint64_t at) const {
  const SharedLock lock(mutex_);
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

Catalogue::Memberships Catalogue::dated_leaves(std::uint32_t ordinal, std::uint64_t at) const {
  const SharedLock lock(mutex_);
  Memberships leaves;
  // Groups may contain one another, and meet the same one on several ways: what was
  // walked with these days is not walked again.
  std::set<std::tuple<std::uint32_t, Day, Day>> met;
  const auto walk = [&](const auto& self, std::uint32_t party, const Validity& days) -> void {
    if (days.begin >= days.end || !met.emplace(party, days.begin, days.end).second) return;
    const CatalogParty* v = version(party, at);
    const bool group = v != nullptr && (!v->members.empty() || !v->memberships.empty());
    if (!group) {
      leaves[party].push_back(days);
    } else {
      const auto down = [&](const std::string& id, const Validity& when) {
        const std::uint32_t member = merges_.canonical(dictionary_.find(NameKind::party, id), at);
        if (member != 0) self(self, member, common_days(days, when));
      };
      for (const std::string& id : v->members) down(id, {});
      for (const Membership& membership : v->memberships) {
        down(membership.party, membership.validity);
      }
    }
  };
  walk(walk, ordinal, {});
  std::erase_if(leaves, [](const auto& leaf) {
    return std::any_of(leaf.second.begin(), leaf.second.end(),
                       [](const Validity& days) { return days.always(); });
  });
  return leaves;
}

void Catalogue::add_leaves(std::uint32_t ordinal, std::uint64_t at,
                           std::unordered_set<std::uint32_t>& always,
                           Memberships& sometimes) const {
  const Memberships dated = dated_leaves(ordinal, at);
  for (const std::uint32_t leaf : leaves(ordinal, at)) {
    if (!dated.contains(leaf)) always.insert(leaf);
  }
  for (const auto& [leaf, days] : dated) {
    std::vector<Validity>& all = sometimes[leaf];
    all.insert(all.end(), days.begin(), days.end());
  }
}

std::vector<Catalogue::ListedCounterparty> Catalogue::counterparties(std::uint32_t ordinal) const {
  const SharedLock lock(mutex_);
  return counterparties_locked(ordinal);
}

std::vector<Catalogue::ListedCounterparty> Catalogue::counterparties_locked(
    std::uint32_t ordinal) const {
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

std::uint32_t Catalogue::intern_counterparties(const std::vector<ListedCounterparty>& list) {
  const std::uint32_t ordinal = intern(NameKind::counterparties, counterparties_text(list));
  std::string merged;
  {
    const SharedLock lock(mutex_);
    if (merges_.merged(kNow).empty()) return ordinal;
    merged = counterparties_text(merge_list(list, kNow));
  }
  (void)intern(NameKind::counterparties, merged);
  return ordinal;
}

std::vector<Catalogue::ListedCounterparty> Catalogue::merge_list(
    std::vector<ListedCounterparty> list, std::uint64_t at) const {
  std::vector<ListedCounterparty> merged;
  for (ListedCounterparty& other : list) {
    other.party = merges_.canonical(other.party, at);
    const bool listed = std::any_of(merged.begin(), merged.end(), [&](const auto& known) {
      return known.party == other.party && known.role == other.role;
    });
    if (!listed) merged.push_back(other);
  }
  return merged;
}

std::uint32_t Catalogue::canonical(std::uint32_t ordinal, std::uint64_t at) const {
  const SharedLock lock(mutex_);
  return merges_.canonical(ordinal, at);
}

std::shared_ptr<const MergedParties> Catalogue::merged_parties(std::uint64_t at) const {
  const SharedLock lock(mutex_);
  const std::vector<std::uint32_t> merged = merges_.merged(at);
  if (merged.empty()) return nullptr;
  constexpr std::size_t kKept = 16;
  const std::uint64_t since = merges_.changed_at(at);
  const std::uint32_t all_lists = dictionary_.size(NameKind::counterparties);
  const std::lock_guard<std::mutex> cache_lock(kept_merges_mutex_);
  if (const auto kept = kept_merges_.find(since); kept != kept_merges_.end()) {
    if (kept->second.complete || kept->second.lists == all_lists) return kept->second.merged;
  }
  auto result = std::make_shared<MergedParties>();
  for (const std::uint32_t party : merged) {
    const std::uint32_t one = merges_.canonical(party, at);
    result->canonical[party] = one;
    auto& parts = result->parts[one];
    if (parts.empty()) parts.push_back(one);
    parts.push_back(party);
  }
  for (std::uint32_t ordinal = 1; ordinal <= all_lists; ++ordinal) {
    const std::string text = counterparties_text(merge_list(counterparties_locked(ordinal), at));
    // It was interned with the list, or by the merge.
    const std::uint32_t list = dictionary_.find(NameKind::counterparties, text);
    if (list != ordinal && list != 0) result->lists[ordinal] = list;
  }
  if (kept_merges_.size() >= kKept) kept_merges_.clear();
  kept_merges_[since] = {result, all_lists, since != merges_.changed_at()};
  return result;
}

}  // namespace capexdb::storage
