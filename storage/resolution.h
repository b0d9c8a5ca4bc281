// Which of several statements about one cell answers for it. Pure functions of
// rows; the order in which statements arrived never decides.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "proto/model/error.h"
#include "storage/row.h"

namespace capexdb::storage {

// default:     status (actual, estimate, guidance, then commitment and target),
//              source rank, newest published_at, narrower interval, document,
//              content.
// newest:      newest published_at first, then as default.
// first_print: oldest published_at first, then as default.
// source:      only one source's statements, then as default.
enum class PolicyKind : std::uint8_t { standard, newest, first_print, source };

struct Policy {
  PolicyKind kind = PolicyKind::standard;
  std::uint32_t source = 0;                                 // of kind source
  std::function<std::uint32_t(std::uint32_t)> source_rank;  // ordinal -> rank
};

// Smaller goes first.
int status_rank(Status status);

// Whether `a` goes before `b`. A strict weak order; two rows that are equal
// under it have the same content.
bool goes_before(const Row& a, const Row& b, const Policy& policy);

// What is known of one cell at some time.
struct Verdicts {
  std::vector<std::size_t> standing;  // indexes of statements that are not withdrawn
  std::vector<std::size_t> withdrawn;
  std::optional<std::size_t> leader;  // of the standing ones, by the policy
};

// `cell` holds the rows of one cell that the question may see, retractions
// included.
Verdicts resolve(std::span<const Row> cell, const Policy& policy);

// Whether the retraction `by` withdraws `row`; both of one cell.
bool withdraws(const Row& by, const Row& row);

// The roots of documents, as the documents at hand tell: what each cites last,
// followed as far as those cite on.
class Roots {
 public:
  // A statement of `document` names `cited` as its root, perhaps itself. What one of
  // its statements cites holds for all of them; of several the least, whatever came
  // first.
  void note(std::int64_t document, std::int64_t cited);
  // Documents that cite one another in a circle have one root, the least of them.
  // Of a document that was noted.
  std::int64_t of(std::int64_t document) const;

 private:
  std::map<std::int64_t, std::int64_t> cited_;  // by document
};

// Documents and roots that state what the leader states: their intervals meet
// its own. A document that another one copies counts as that one's root.
struct Evidence {
  std::uint32_t documents = 0;
  std::uint32_t roots = 0;
  std::uint32_t disagreeing = 0;  // standing statements whose interval does not meet it
  std::vector<std::int64_t> document_ids;
  std::vector<std::int64_t> root_ids;
};
Evidence evidence_for(std::span<const Row> cell, const Verdicts& verdicts);

}  // namespace capexdb::storage
