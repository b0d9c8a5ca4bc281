// Questions and answers, as storage, daemon and client share them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/model/interval.h"
#include "proto/model/terms.h"

namespace capexdb {

// The numbers of these enums are those of their namesakes in capexdb.v1.
enum class QueryKind : std::uint8_t {
  cells = 1,
  sum = 2,
  statements = 3,
  conflicts = 4,
  changes = 5,
  shipments = 6,
};

enum class Dimension : std::uint8_t {
  period = 1,
  company = 2,
  product = 3,
  counterparty = 4,
  status = 5,
  source = 6,
  group = 7,
};

std::string_view to_string(Dimension dimension);
std::optional<Dimension> parse_dimension(std::string_view word);

// How a series is made regular.
enum class Every : std::uint8_t { reported = 0, quarter = 1, half = 2, year = 3, ttm = 4 };
std::string_view to_string(Every every);
std::optional<Every> parse_every(std::string_view word);

// What a sum makes of its parts.
enum class Fold : std::uint8_t { sum = 0, avg = 1, min = 2, max = 3, median = 4, count = 5 };
std::string_view to_string(Fold fold);
std::optional<Fold> parse_fold(std::string_view word);

// Growth of levels, computed.
enum class Growth : std::uint8_t { none = 0, yoy = 1, qoq = 2, cagr = 3 };
std::string_view to_string(Growth growth);
std::optional<Growth> parse_growth(std::string_view word);

// Classes of conflicts; the first two are no contradictions.
enum class Finding : std::uint8_t {
  complete_duplicate = 1,
  consistent_duplicate = 2,
  inconsistent_duplicate = 3,
  scope_drift = 4,
  bound_lost = 5,
  part_above_whole = 6,
  broken_identity = 7,
  parts_and_total = 8,
  conversion = 9,
};
// "inconsistent-duplicate" and so on.
std::string_view to_string(Finding finding);
std::optional<Finding> parse_finding(std::string_view word);
std::vector<Finding> all_findings();
// Duplicates are conflicts of a kind, but nobody is wrong.
bool is_contradiction(Finding finding);

// See capexdb.v1.QueryRequest, whose fields these are. Each has an initializer, so that
// {.metric = "capex"} leaves none without.
struct Query {
  QueryKind kind = QueryKind::cells;
  std::vector<std::string> select = {};
  std::string metric = {};
  std::string periods = {};
  std::string as_of = {};
  std::uint64_t at_sequence = 0;
  std::string policy = {};
  std::vector<Status> statuses = {};
  std::string measure = {};
  std::vector<Dimension> by = {};
  std::uint32_t limit = 0;
  std::chrono::milliseconds deadline{0};
  std::string definition = {};
  Every every = Every::reported;
  Fold fold = Fold::sum;
  Growth growth = Growth::none;
  bool share = false;
  bool cumulative = false;
  std::string currency = {};
  std::uint32_t top = 0;
  bool explain = false;
  bool no_implied = false;
  std::vector<Finding> findings = {};
  std::string from_as_of = {};
  std::uint64_t from_sequence = 0;
  std::string seller = {};
  std::string buyer = {};
  std::string product = {};
  std::string from_recorded = {};
};

// One row; see capexdb.v1.QueryRow. Numbers are exact; `value` holds effective
// bounds (those that the stated rounding implies).
struct AnswerRow {
  std::string company;
  std::string metric;
  std::string product;
  std::string counterparty;
  std::string period;
  std::string start;
  std::string end;  // inclusive
  Interval value;
  std::string unit;
  std::string currency;
  std::optional<Status> status;
  std::optional<Measure> measure;
  std::string source;
  std::string published_at;
  std::uint64_t sequence = 0;
  std::string derivation;
  std::uint32_t documents = 0;
  std::uint32_t roots = 0;
  std::string reason;
  bool growth_only = false;
  std::string definition;
  // Of single statements only.
  std::string document;
  std::string root;
  std::string attributed_to;
  bool withdrawn = false;
  bool retraction = false;
  Interval share;  // percent; only where shares are asked for
  // Of shipments only.
  std::string seller;
  std::string buyer;
  std::vector<AnswerRow> parts;
  std::optional<Finding> finding;
};

struct Coverage {
  std::uint32_t reported = 0;
  std::uint32_t of = 0;
  std::vector<std::string> missing;
};

struct Answer {
  std::vector<AnswerRow> rows;
  std::uint64_t sequence = 0;
  std::string as_of;
  std::string policy;
  std::string token;
  std::optional<Coverage> coverage;
  std::vector<std::string> notes;
  bool truncated = false;
};

// "[]", "(]", "[)" or "()"; an approximate or closed end is square, an open or
// missing one is round. Empty for a value without a number.
std::string bounds_to_string(const Interval& value);

// An effective value in a sentence: "23000000000", "~7000000000", "[12000, 13000]",
// "(1000000, )", "no number". A point hides its bounds.
std::string interval_to_string(const Interval& value);

}  // namespace capexdb
