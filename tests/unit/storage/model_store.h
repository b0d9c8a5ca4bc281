// A slow and obvious store to hold the real one against: a list of everything
// that was ever said, and loops over it. Its rules are those of
// docs/data-model.md and docs/cli.md, written down a second time. With the engine
// it shares values only (decimals, intervals, periods, questions), none of its
// rules.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "proto/model/query.h"
#include "proto/model/statement.h"

namespace capexdb::storage::test {

// Id and role of each counterparty, sorted by role, then id.
using Others = std::vector<std::pair<Role, std::string>>;

// What a statement is about, names resolved to ids.
struct ToldCell {
  std::string subject;
  std::string metric;
  std::string product;
  Others others;
  Period period;
  Measure measure = Measure::level;
  std::string unit;
  std::string currency;
  std::string definition;

  friend bool operator==(const ToldCell&, const ToldCell&) = default;
};

// One number of a statement, or its withdrawal.
struct Told {
  std::uint64_t sequence = 0;
  ToldCell cell;
  Interval stated;
  bool unquantified = false;
  Status status = Status::actual;
  std::string source;
  TimeRange published;
  std::int64_t document = 0;
  std::int64_t root = 0;
  bool retraction = false;
  std::uint64_t withdraws = 0;  // of a retraction by event_id: that event's sequence
};

// A cell's answer, or what was derived from several.
struct Figure {
  ToldCell cell;
  Interval value;  // effective
  Status status = Status::actual;
  std::string source;
  TimeRange published;
  std::int64_t document = 0;  // of the leading statement
  std::uint64_t sequence = 0;
  bool unquantified = false;
  std::set<std::int64_t> documents;
  std::set<std::int64_t> roots;
  std::int64_t last_stated = 0;
  std::optional<std::int64_t> restated;
  std::optional<Period> label;  // the period of a regular series that it answers
  std::string derivation = "reported";
  std::string reason;
  bool implied = false;         // it follows from a growth and another level
  std::set<const Told*> parts;  // the statements that back it
  std::string stated_currency;  // of a converted figure
};

// A row of an answer with what later steps need of it. Rows of a sum that folds over
// time have no `period` to be compared by.
struct Line {
  Period period;
  AnswerRow row;
  TimeRange published;
  std::set<std::int64_t> documents;
  std::set<std::int64_t> roots;
  std::set<const Told*> parts;
  bool implied = false;
  std::string stated_currency;  // of a converted figure, but not of a sum
};
struct Lines {
  std::vector<Line> list;
  std::optional<Coverage> coverage;
};

// A question with its names and dates read.
struct ModelQuestion {
  Query query;
  std::uint64_t at = 0;
  std::optional<Day> as_of;
  PeriodRange range;  // of growth, its bases too
  PeriodRange shown;  // the question's own
  CatalogMetric metric;
  std::optional<Measure> measure;          // empty: any growth
  std::vector<std::string> subjects;       // of a sum: the companies
  std::unordered_set<std::string> wanted;  // the same
  std::vector<std::string> named;
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;  // of rows by group
  bool everyone = false;
  std::string only_source;

  bool is_sum() const { return query.kind == QueryKind::sum; }
  bool is_regular() const { return query.every != Every::reported; }
  bool lists(Dimension dimension) const;
  // Whether a figure of that period is part of the answer, not only a base of it.
  bool shows(const Period& period) const;
  // A sum without the period among its dimensions.
  bool is_over_time() const { return is_sum() && !lists(Dimension::period); }
};

// Absent periods of a regular series: company, label and why.
struct Absence {
  std::string company;
  Period label;
  std::string reason;
};
struct Regular {
  std::vector<Figure> figures;
  std::vector<Absence> absent;
};

class ModelStore {
 public:
  explicit ModelStore(CatalogChange seed);  // sequence 1, as in a new store

  enum class Outcome : std::uint8_t { accepted, duplicate, rejected };
  // Names must be ids of the catalogue.
  Outcome take(const ValidEvent& event);
  std::uint64_t last_sequence() const { return last_; }

  // As run_query. Of texts for people only the kind is given (derivation_kind() and
  // reason_kind() of model_pair.cc), and there are no notes and no token.
  Result<Answer> ask(const Query& query) const;

 private:
  // model_store.cc: what is kept
  bool knows(const CatalogChange& change) const;
  Outcome take_statement(const ValidEvent& event, const Statement& statement);
  Outcome take_retraction(const Retraction& retraction);
  std::vector<Told> told_of(const Statement& statement) const;
  const CatalogMetric& metric(const std::string& id) const;
  std::optional<std::vector<std::string>> members(const std::string& group, std::uint64_t at) const;
  void add_leaves(const std::string& party, std::uint64_t at, std::set<std::string>& seen,
                  std::vector<std::string>& leaves) const;
  std::vector<std::string> leaves(const std::string& party, std::uint64_t at) const;
  std::vector<std::string> companies(std::uint64_t at) const;
  std::uint32_t rank(const std::string& source, std::uint64_t at) const;

  // model_cells.cc: which statement answers
  Result<ModelQuestion> read(const Query& query) const;
  bool concerns(const Told& told, const ModelQuestion& q) const;  // but for as_of
  std::vector<std::vector<const Told*>> cells(const ModelQuestion& q) const;
  std::optional<Figure> figure(const std::vector<const Told*>& cell, const ModelQuestion& q) const;
  bool goes_before(const Figure& a, const Figure& b, const ModelQuestion& q) const;
  std::vector<Figure> figures(const ModelQuestion& q) const;
  Lines cells_lines(const ModelQuestion& q) const;

  // model_implied.cc
  std::vector<Figure> implied(const ModelQuestion& q) const;

  // model_every.cc: those that are asked for, made regular and converted
  Regular series(const ModelQuestion& q) const;
  Regular regular(const ModelQuestion& q) const;
  std::string why_absent(const ModelQuestion& q, const std::string& company, const Period& label,
                         bool touched) const;

  // model_changes.cc
  std::vector<std::string> party_and_members(const std::string& name, std::uint64_t at) const;
  Result<Lines> shipment_lines(const Query& query) const;
  Result<Lines> change_lines(const ModelQuestion& now) const;

  // model_currency.cc
  std::map<Day, Interval> rates(const std::string& quoted, const std::string& base,
                                const ModelQuestion& q) const;
  std::map<Day, Interval> cross_rates(const std::string& from, const std::string& to,
                                      const std::string& third, const ModelQuestion& q) const;
  void convert(std::vector<Figure>& figures, const ModelQuestion& q) const;

  // model_sum.cc
  std::vector<std::pair<std::string, std::vector<std::string>>> groups_of(
      const ModelQuestion& q) const;
  Result<Lines> sum_lines(const ModelQuestion& q) const;

  std::uint64_t last_ = 1;
  std::vector<std::pair<std::uint64_t, CatalogChange>> catalogue_;
  std::vector<Told> told_;
  std::vector<Told> rates_;  // exchange rates, which nobody asks for by themselves
  std::map<std::string, std::vector<Told>> event_ids_;  // what was said under each
};

// The place of a definition in the catalogue's order, and its name.
std::pair<std::size_t, std::string> definition_place(const CatalogMetric& metric,
                                                     const std::string& definition);
// A statement that is withdrawn, and one that a later one of the cell withdraws.
bool is_withdrawn(const Told& told, const std::vector<const Told*>& cell);
std::string ids_of(const Others& others);
// All of a row that a figure says.
AnswerRow row_of(const Figure& figure);
Line line_of(const Figure& figure);
// The evidence of `other` counts for `figure` too.
void join(Figure& figure, const Figure& other);
// Whether `a` was published after `b`.
bool is_newer(const TimeRange& a, const TimeRange& b);
bool lies_inside(const PeriodRange& range, const Period& period);

// model_fold.cc: what a sum makes of its parts.
Result<Interval> folded(Fold fold, const std::vector<Interval>& values);

// model_shape.cc: growth, running totals, shares and the largest, in this order.
Result<void> shape(Lines& lines, const ModelQuestion& q);

}  // namespace capexdb::storage::test
