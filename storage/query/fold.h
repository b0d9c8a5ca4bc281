// Cells into answers: pure functions of rows, a plan and names.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "proto/model/query.h"
#include "storage/query/plan.h"
#include "storage/query/query_limits.h"

namespace capexdb::storage {

// One statement as a row of an answer, with its effective bounds.
AnswerRow describe(const Row& row, const Plan& plan, const Catalogue& catalogue);
// The same of a statement that stands for itself: one document of one root.
AnswerRow describe_statement(const Row& row, const Plan& plan, const Catalogue& catalogue);

// A cell that has an answer.
struct ResolvedCell {
  Row leader;
  std::uint32_t documents = 0;
  std::uint32_t roots = 0;
  std::uint32_t disagreeing = 0;
  // Every statement that backs it, for the evidence of what is built from it.
  std::vector<std::int64_t> document_ids;
  std::vector<std::int64_t> root_ids;
  // For a regular series only. Seconds: when this value was last said, and,
  // where the same status gave another one before, when it took its place.
  std::int64_t last_stated = 0;
  std::optional<std::int64_t> restated;
  // Of a regular series: the period that it answers, how it was derived, and
  // what is to be said about that.
  std::optional<Period> label;
  std::string derivation;
  std::string reason;
  // It follows from a growth and another level; nobody stated it.
  bool implied = false;
  std::string stated_currency;  // of a converted figure
  std::string note;             // what another report says against it
  // Of a plan that explains: the statements that back it.
  std::vector<Row> parts;

  std::size_t bytes() const;  // in memory, about
};

// Adds ids to a sorted list that has each once.
void unite(std::vector<std::int64_t>& ids, const std::vector<std::int64_t>& more);

// What was asked for, as it was named: what a row of all of it is called.
std::string asked_text(const Plan& plan, const Catalogue& catalogue);

// Makes `other` a part of what `cell` is made of: its evidence counts too, the
// weakest status and the newest publication are the whole's.
void join(ResolvedCell& cell, const ResolvedCell& other);

// The unit as text. A converted figure may have a currency that no unit names.
std::string unit_text(const Row& row, const Catalogue& catalogue);

// A row of an answer, with what later steps need of it as values.
struct Figure {
  Period period;
  AnswerRow row;
  std::vector<std::int64_t> document_ids;
  std::vector<std::int64_t> root_ids;
  bool implied = false;
  std::string stated_currency;  // of a converted figure, but not of a sum
  std::vector<std::string> notes;
  std::vector<Row> parts;
};

// A period of a regular series that has no figure, and why.
struct AbsentPeriod {
  std::int64_t subject = 0;
  Period label;
  std::string reason;
};

// Empty when nothing stands in the cell.
std::optional<ResolvedCell> resolve_cell(std::span<const Row> cell, const Plan& plan);

// The XBRL concept of a row, and its place in the catalogue's order: 0 is first,
// then those that are not listed; a plain statement stands between.
std::string definition_of(const Row& row, const Catalogue& catalogue);
std::size_t definition_rank(const std::string& definition, const Plan& plan);

// Of several definitions of one metric the catalogue's first answers; another
// one only for what the first has never covered. Drops the others.
void keep_best_definitions(std::vector<ResolvedCell>& cells, const Plan& plan,
                           const Catalogue& catalogue);

// The answer of `get`: one for each cell or absent period, in order of company,
// period, dimensions. Errors: cancelled, deadline_exceeded.
Result<std::vector<Figure>> cells_answer(std::vector<ResolvedCell> cells,
                                         const std::vector<AbsentPeriod>& absent, const Plan& plan,
                                         const Catalogue& catalogue, const QueryLimits& limits);

}  // namespace capexdb::storage
