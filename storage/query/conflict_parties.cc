#include "storage/query/conflict_parties.h"

#include <algorithm>

namespace capexdb::storage {
namespace {

bool is_within(const std::vector<std::uint32_t>& part, const std::vector<std::uint32_t>& whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

void sort_unique(std::vector<std::uint32_t>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace

PartyTree::PartyTree(const Catalogue& catalogue, std::uint64_t at)
    : catalogue_(catalogue), reach_(catalogue, at) {
  const std::uint32_t parties = catalogue.size(NameKind::party);
  for (std::uint32_t party = 1; party <= parties; ++party) {
    if (catalogue.members(party, at).empty()) {
      if (catalogue.party(party, at).kind == PartyKind::group) opaque_.insert(party);
      continue;
    }
    std::vector<std::uint32_t> leaves = catalogue.leaves(party, at);
    sort_unique(leaves);
    for (const std::uint32_t leaf : leaves) groups_of_[leaf].push_back(party);
    leaves_.emplace(party, std::move(leaves));
  }
}

std::vector<std::uint32_t> PartyTree::groups() const {
  std::vector<std::uint32_t> groups;
  for (const auto& [group, leaves] : leaves_) groups.push_back(group);
  return groups;
}

const std::vector<std::uint32_t>& PartyTree::leaves(std::uint32_t party) const {
  const auto group = leaves_.find(party);
  if (group != leaves_.end()) return group->second;
  return single_.try_emplace(party, std::vector<std::uint32_t>{party}).first->second;
}

std::vector<std::uint32_t> PartyTree::wholes_of(std::uint32_t party) const {
  const auto groups = groups_of_.find(leaves(party).front());
  if (groups == groups_of_.end()) return {};
  std::vector<std::uint32_t> wholes;
  for (const std::uint32_t group : groups->second) {
    if (group != party && contains(group, party)) wholes.push_back(group);
  }
  return wholes;
}

bool PartyTree::contains(std::uint32_t whole, std::uint32_t part) const {
  return whole == part || is_within(leaves(part), leaves(whole));
}

PartyTree::Trade PartyTree::trade_of(const Row& row, bool subject_buys) const {
  Trade trade;
  bool buys = subject_buys;
  const auto append = [&](std::vector<std::uint32_t>& to, std::uint32_t party) {
    const auto& all = leaves(party);
    to.insert(to.end(), all.begin(), all.end());
  };
  for (const auto& other : catalogue_.counterparties(row.ordinal(Column::counterparties))) {
    switch (other.role) {
      case Role::buyer:
      case Role::customer:
        buys = false;
        append(trade.buyers, other.party);
        break;
      case Role::seller:
      case Role::supplier:
        buys = true;
        append(trade.sellers, other.party);
        break;
      case Role::unspecified:
        append(subject_buys ? trade.sellers : trade.buyers, other.party);
        break;
      default:
        break;
    }
  }
  append(buys ? trade.buyers : trade.sellers, row.ordinal(Column::subject));
  sort_unique(trade.sellers);
  sort_unique(trade.buyers);
  return trade;
}

PartyTree::Lie PartyTree::lie_of(const std::vector<std::uint32_t>& a,
                                 const std::vector<std::uint32_t>& b) {
  if (a == b) return Lie::same;
  if (b.empty() || (!a.empty() && is_within(a, b))) return Lie::within;
  return a.empty() || is_within(b, a) ? Lie::around : Lie::apart;
}

}  // namespace capexdb::storage
