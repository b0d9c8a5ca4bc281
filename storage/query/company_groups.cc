#include "storage/query/company_groups.h"

#include <algorithm>
#include <unordered_set>

namespace capexdb::storage {
namespace {

// Whether a statement may be met in the history of one of `subjects` that is about
// another company.
bool may_have_mirrors(const std::vector<std::uint32_t>& subjects, const Catalogue& catalogue) {
  const std::unordered_set<std::uint32_t> asked(subjects.begin(), subjects.end());
  const std::uint32_t lists = catalogue.size(NameKind::counterparties);
  for (std::uint32_t list = 1; list <= lists; ++list) {
    for (const auto& other : catalogue.counterparties(list)) {
      if (asked.contains(other.party)) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<std::vector<std::uint32_t>> company_groups(const Plan& plan, const Catalogue& catalogue,
                                                       std::size_t at_once) {
  const bool kind = plan.kind == QueryKind::cells || plan.kind == QueryKind::statements;
  const bool apart = kind && plan.top == 0 && !plan.share;
  if (!apart || plan.subjects.size() <= at_once || may_have_mirrors(plan.subjects, catalogue)) {
    return {plan.subjects};
  }
  std::vector<std::pair<std::string, std::uint32_t>> named;
  named.reserve(plan.subjects.size());
  for (const std::uint32_t subject : plan.subjects) {
    named.emplace_back(catalogue.text(NameKind::party, subject), subject);
  }
  std::sort(named.begin(), named.end());
  std::vector<std::vector<std::uint32_t>> groups;
  for (const auto& [name, subject] : named) {
    if (groups.empty() || groups.back().size() == at_once) groups.emplace_back();
    groups.back().push_back(subject);
  }
  for (std::vector<std::uint32_t>& group : groups) std::sort(group.begin(), group.end());
  return groups;
}

}  // namespace capexdb::storage
