#include "storage/query/company_groups.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "storage/block.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kFirstCompanies = 4;
constexpr std::size_t kRowsWanted = 4000;  // of a group; about 5 MiB of figures

// Those of the subjects whom statements name as seller, buyer and so on.
std::vector<std::uint32_t> named_by_others(const Reading& reading, const Plan& plan) {
  const Catalogue& catalogue = reading.catalogue;
  std::unordered_set<std::uint32_t> asked(plan.subjects.begin(), plan.subjects.end());
  for (const std::uint32_t subject : plan.subjects) {
    if (!plan.is_merged(subject)) continue;
    const auto& parts = plan.merged->parts.at(subject);
    asked.insert(parts.begin(), parts.end());
  }
  std::vector<std::uint32_t> named;
  const std::uint32_t lists = catalogue.size(NameKind::counterparties);
  for (std::uint32_t list = 1; list <= lists && !asked.empty(); ++list) {
    for (const auto& other : catalogue.counterparties(list)) {
      if (takes_part(other.role) && asked.erase(other.party) != 0) named.push_back(other.party);
    }
  }
  return named;
}

// Whether the history of one of the subjects has statements about another company.
Result<bool> has_mirrors(const Reading& reading, const Plan& plan) {
  bool found = false;
  BlockColumns columns;
  for (const std::uint32_t subject : named_by_others(reading, plan)) {
    CAPEXDB_TRY(reading.view.history(
        subject, plan.metric, plan.read_range(),
        [&](const HistoryKey& /*key*/, std::string_view bytes) -> Result<void> {
          CAPEXDB_TRY(check_limits(reading.limits));
          if (found) return {};
          CAPEXDB_TRY(columns.open(bytes));
          const ColumnView flags = columns.column(Column::flags);
          for (std::size_t i = 0; i < columns.rows(); ++i) {
            found = found || (flags[i] & flag::kMirror) != 0;
          }
          return {};
        }));
    if (found) break;
  }
  return found;
}

}  // namespace

Result<CompanyGroups> CompanyGroups::make(const Reading& reading, const Plan& plan) {
  CompanyGroups groups;
  groups.subjects_ = plan.subjects;
  groups.at_once_ = groups.at_once_max_ = std::max<std::size_t>(plan.subjects.size(), 1);
  const bool kind = plan.kind == QueryKind::cells || plan.kind == QueryKind::statements;
  if (!kind || plan.top != 0 || plan.share || plan.subjects.size() < 2) return groups;
  CAPEXDB_ASSIGN(const bool mirrors, has_mirrors(reading, plan));
  if (mirrors) return groups;
  std::vector<std::pair<std::string, std::uint32_t>> named;
  named.reserve(plan.subjects.size());
  for (const std::uint32_t subject : plan.subjects) {
    named.emplace_back(reading.catalogue.text(NameKind::party, subject), subject);
  }
  std::sort(named.begin(), named.end());
  std::transform(named.begin(), named.end(), groups.subjects_.begin(),
                 [](const auto& entry) { return entry.second; });
  groups.apart_ = true;
  groups.at_once_max_ = std::max<std::size_t>(reading.limits.companies_at_once, 1);
  groups.at_once_ = std::min(kFirstCompanies, groups.at_once_max_);
  return groups;
}

std::vector<std::uint32_t> CompanyGroups::take(std::size_t rows) {
  if (next_ != 0 && rows < kRowsWanted / 2) at_once_ = std::min(at_once_ * 2, at_once_max_);
  if (next_ != 0 && rows > kRowsWanted) at_once_ = std::max<std::size_t>(at_once_ / 2, 1);
  last_ = std::min(at_once_, subjects_.size() - next_);
  const auto begin = subjects_.begin() + static_cast<std::ptrdiff_t>(next_);
  next_ += last_;
  return {begin, begin + static_cast<std::ptrdiff_t>(last_)};
}

bool CompanyGroups::retry_smaller() {
  if (!apart_ || last_ < 2) return false;
  next_ -= last_;
  at_once_max_ = at_once_ = std::max<std::size_t>(last_ / 4, 1);
  return true;
}

}  // namespace capexdb::storage
