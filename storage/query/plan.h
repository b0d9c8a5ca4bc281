// A question made precise: names resolved, dates parsed, defaults filled in.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/model/query.h"
#include "storage/catalogue.h"
#include "storage/resolution.h"

namespace capexdb::storage {

struct Plan {
  QueryKind kind = QueryKind::cells;
  std::uint64_t at = 0;      // the newest sequence that counts
  std::optional<Day> as_of;  // the newest day of publication that counts
  PeriodRange shown_range;   // the periods of the question
  PeriodRange asked_range;   // those that are answered: of growth, its bases too
  PeriodRange range;         // what is read: of a regular series, its parts too
  Every every = Every::reported;
  bool implied = false;  // levels may follow from a stated growth
  std::uint16_t metric = 0;
  CatalogMetric metric_entry;
  std::vector<std::uint32_t> subjects;       // whose statements are read; of a sum, its parts
  std::vector<std::uint32_t> asked_parties;  // parties as they were named
  bool everyone = false;                     // "all" was one of the names
  // Parties that are read as others; null where nothing is merged.
  std::shared_ptr<const MergedParties> merged;
  // Of a sum: subjects that belong to the groups asked for on some days only.
  Catalogue::Memberships memberships;
  std::vector<Status> statuses;    // empty: all
  std::optional<Measure> measure;  // empty: any growth
  std::optional<std::string> definition;
  Policy policy;
  std::string policy_name;
  std::vector<Dimension> by;  // of a sum; never empty
  Fold fold = Fold::sum;
  Growth growth = Growth::none;
  bool share = false;
  bool cumulative = false;
  std::string currency;  // ISO 4217; empty: as stated
  std::uint32_t top = 0;
  bool explain = false;
  // Of shipments: who may sell and who may buy, sorted; empty: anybody.
  std::vector<std::uint32_t> sellers;
  std::vector<std::uint32_t> buyers;
  std::optional<std::uint32_t> product;
  std::uint32_t limit = 0;
  // Of conflicts only: the metrics and classes that were asked for; no metric
  // is every one.
  std::vector<std::uint16_t> metrics;
  std::vector<Finding> findings;
  bool any_measure = false;

  // Whether a statement about `period` is asked for. A history is that of one
  // cell: where one period is named, it is that one or a fiscal quarter of it.
  bool covers(const Period& period) const;
  // Whether a figure of that period is part of the answer, not only a base of it.
  bool shows(const Period& period) const;
  // Whether a statement of that measure about `period` is read: those that are
  // asked for, and growth that may imply a level.
  bool reads(Measure m, const Period& period) const;
  // What reads() can be true for.
  PeriodRange read_range() const;
  // Whether a sum has a row for each period, and whether for each `dimension`.
  bool lists(Dimension dimension) const;
  // Whether others are read as a part of `subject`.
  bool is_merged(std::uint32_t subject) const;
  // Whether a figure of that period counts in the groups that were asked for: the
  // subject has to belong to one on its last day.
  bool belongs(std::uint32_t subject, const Period& period) const;
  // The group that alone was asked for; 0 for any other selection of a sum.
  std::uint32_t only_group(const Catalogue& catalogue) const;
  bool wants(Measure m) const { return any_measure || (measure ? m == *measure : is_growth(m)); }
};

// `last_sequence` is that of the view which the plan will read. Pure, but for
// looking names up. Errors: see run_query.
Result<Plan> make_plan(const Query& query, const Catalogue& catalogue, std::uint64_t last_sequence);

}  // namespace capexdb::storage
