// What the checks for conflicts have in common: statements, claims and findings.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "proto/model/query.h"
#include "storage/query/conflict_parties.h"
#include "storage/query/plan.h"
#include "storage/query/query_limits.h"
#include "storage/row.h"

namespace capexdb::storage {

// A statement that stands.
struct Stated {
  std::uint16_t metric = 0;
  Row row;
  Interval value;  // effective
};

// Statements are compared across cells within these only: a plan does not
// contradict what happened.
enum class ClaimSort : std::uint8_t { fact, guidance, pledge };
ClaimSort sort_of(Status status);

// What the statements of one cell say together, of one sort: the one that the
// policy chooses, and those that agree with it.
struct Claim {
  Stated leader;
  std::vector<Stated> others;

  const Row& row() const { return leader.row; }
  const Interval& value() const { return leader.value; }
};
// At most one claim for each sort; statements without a number make none.
std::vector<Claim> claims_of(std::span<const Stated> cell, const Policy& policy);

struct Conflict {
  Finding finding{};
  std::vector<Stated> sides;  // the leading one first
  std::string reason;         // one sentence
  std::string order = {};     // what places it among others; given by Conflicts
};

// Gathers what the checks find, and stops them when it is time.
class Conflicts {
 public:
  // Whether a side is one that was asked for; a conflict without one is dropped.
  using Asked = std::function<bool(const Stated&)>;
  // A text by which conflicts are sorted; it tells nothing of when they arrived.
  using Order = std::function<std::string(const Conflict&)>;
  // Of all conflicts the first `rows_max` are held.
  Conflicts(const Plan& plan, const QueryLimits& limits, std::uint32_t rows_max, Asked asked,
            Order order)
      : plan_(plan),
        limits_(limits),
        held_(limits),
        rows_max_(rows_max),
        asked_(std::move(asked)),
        order_(std::move(order)) {}

  bool wants(Finding finding) const;
  // Error: resource_exhausted when they are too many to hold.
  Result<void> add(Conflict conflict);
  // To be called in every loop. Error: cancelled or deadline_exceeded.
  Result<void> step();
  // Notes statements that are kept for a comparison with others. Error:
  // resource_exhausted.
  Result<void> keep(std::size_t statements);

  // The first ones, in order.
  std::vector<Conflict> take();
  // Whether there were more.
  bool truncated() const { return truncated_; }

 private:
  void drop_last();

  const Plan& plan_;
  const QueryLimits& limits_;
  HeldMemory held_;
  std::uint32_t rows_max_;
  Asked asked_;
  Order order_;
  std::vector<Conflict> found_;
  bool truncated_ = false;
  std::size_t sides_ = 0;
  std::size_t kept_ = 0;  // statements
  std::size_t steps_ = 0;
};

// What a check works with.
struct ConflictContext {
  const Plan& plan;
  const Catalogue& catalogue;
  const std::map<std::uint16_t, CatalogMetric>& metrics;  // all that are read
  const PartyTree& parties;
  Conflicts& found;
};

// Orders claims and statements by what they say and not by when they arrived:
// the policy's order, then names.
bool says_before(const Stated& a, const Stated& b, const ConflictContext& context);

// The root of each statement, as the documents of all of them tell.
std::vector<std::int64_t> roots_of(std::span<const Stated> statements);

// All statements of some claims, in their order.
std::vector<Stated> sides_of(std::span<const Claim* const> claims);

// Texts of a reason: "23bn", "120000", "[1.44bn, 1.56bn]", "more than 50bn";
// numbers below a million in full, no digit lost.
std::string number_text(const Decimal& number);
std::string value_text(const Interval& value);
// "23bn CNY (Benzinga)".
std::string stated_text(const Stated& stated, const Catalogue& catalogue);
std::string with_unit(const std::string& text, const Row& row, const Catalogue& catalogue);
// A number that stands for the value in a comparison: the point, the middle of
// the bounds, or the only bound.
std::optional<Decimal> nominal(const Interval& value);
// "2.5": by what the larger one is larger; empty where that says nothing.
std::string factor_text(const Interval& a, const Interval& b);
// ": 2.5 times as much" or ": 2.5 times less", of what is stated against what follows.
std::string times_text(const Interval& stated, const Interval& computed);
// Of a price, a ratio or another number that was computed: four digits.
std::string rounded_text(const Decimal& number);

// The days that a statement is about, [start, end): a figure "since" a day that
// was past when it was published reaches to the publication.
struct Days {
  Day start = 0;
  Day end = 0;
  bool open = false;  // one side is not known
};
std::optional<Days> days_of(const Row& row);
// Whether the part's days lie within the whole's; where a side of one is not
// known, whether they overlap.
bool days_cover(const Row& whole, const Row& part);

}  // namespace capexdb::storage
