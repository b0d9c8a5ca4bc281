#include "storage/query/company_groups.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

namespace capexdb::storage {
namespace {

constexpr std::size_t kFirstCompanies = 4;
constexpr std::size_t kRowsWanted = 4000;  // of a group; about 5 MiB of figures

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

CompanyGroups::CompanyGroups(const Plan& plan, const Catalogue& catalogue, std::size_t at_once_max)
    : subjects_(plan.subjects),
      at_once_max_(at_once_max),
      at_once_(std::min(kFirstCompanies, at_once_max)) {
  const bool kind = plan.kind == QueryKind::cells || plan.kind == QueryKind::statements;
  const bool apart = kind && plan.top == 0 && !plan.share && subjects_.size() > 1 &&
                     !may_have_mirrors(subjects_, catalogue);
  if (!apart) {
    at_once_ = at_once_max_ = subjects_.size();
    return;
  }
  std::vector<std::pair<std::string, std::uint32_t>> named;
  named.reserve(subjects_.size());
  for (const std::uint32_t subject : subjects_) {
    named.emplace_back(catalogue.text(NameKind::party, subject), subject);
  }
  std::sort(named.begin(), named.end());
  std::transform(named.begin(), named.end(), subjects_.begin(),
                 [](const auto& entry) { return entry.second; });
}

std::vector<std::uint32_t> CompanyGroups::take(std::size_t rows) {
  if (next_ != 0 && rows < kRowsWanted / 2) at_once_ = std::min(at_once_ * 2, at_once_max_);
  if (next_ != 0 && rows > kRowsWanted) at_once_ = std::max<std::size_t>(at_once_ / 2, 1);
  const std::size_t end = std::min(next_ + at_once_, subjects_.size());
  std::vector<std::uint32_t> group(subjects_.begin() + static_cast<std::ptrdiff_t>(next_),
                                   subjects_.begin() + static_cast<std::ptrdiff_t>(end));
  next_ = end;
  return group;
}

}  // namespace capexdb::storage
