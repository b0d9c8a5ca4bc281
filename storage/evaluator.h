// One batch, record by record; see evaluate.h. For evaluate*.cc only.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/evaluate.h"
#include "storage/plausibility.h"

namespace capexdb::storage {

// Names of a batch are known before its facts are looked at, so that any fact can use
// them. But what is held for review must not bring names: where that may happen, each
// record is judged first and named then. As the names' own event goes before the facts,
// all has to be judged again when there are any.
struct Naming {
  CatalogChange change;
  std::vector<std::optional<Error>> unnamed;         // by record: why its names do not do
  std::vector<std::vector<std::string>> first_seen;  // by record: parties it introduced
  std::vector<std::optional<Error>> held;            // by record: what it is suspected of
};

class Evaluator {
 public:
  Evaluator(const Batch& batch, Staged& staged, Catalogue& catalogue, Purpose purpose);

  // Names everything first.
  Result<Evaluation> run();
  // Names each record when it is known that it is not held. `naming` tells what came of
  // it; the evaluation stands only when it has no change.
  Result<Evaluation> run_naming_later(Naming& naming);
  // With the names that came of the above.
  Result<Evaluation> run_named(Naming naming);

  // Whether what this producer sends may be held.
  bool names_later() const { return holds_ || batch_.reviewed; }
  // Takes back what was noted of figures; also done when the purpose is a trial.
  void forget_figures();

 private:
  // What to tell of a record; none for one that is simply accepted.
  struct Finding {
    v1::Outcome outcome;
    std::uint64_t sequence = 0;
    Error error = {};
    std::uint64_t quarantine_id = 0;
  };
  using MaybeFinding = std::optional<Finding>;
  static Finding already_stored(std::uint64_t sequence) {
    return {v1::OUTCOME_DUPLICATE, sequence, Error{{}, "already stored", {}, "duplicate"}};
  }

  // evaluate.cc
  void begin();
  void name_everything();
  void add_names(const CatalogChange& change);
  Result<Evaluation> evaluate_all();
  Result<void> evaluate_record(std::size_t index);
  void report(std::size_t index, const Finding& finding);
  Result<MaybeFinding> catalogue_change(const ValidEvent& event);

  // evaluate_retraction.cc
  Result<MaybeFinding> retraction(const ValidEvent& event);
  Result<std::vector<FactRow>> rows_by_cell(const Retraction& retraction);
  Result<std::vector<FactRow>> rows_by_event_id(const Retraction& retraction);
  Result<std::vector<FactRow>> rows_of_event(const std::string& event_id,
                                             const EventIdEntry& known);

  // What the store, then what this batch says about the cell of `fact`; null
  // where nothing is said.
  struct Said {
    HistoryKey key;
    Series* series = nullptr;
    const CellStatements* stored = nullptr;
    const CellStatements* own = nullptr;
    const Row* find_same(const Row& row) const;
    bool has_retraction() const;
    std::vector<Row> rows() const;
  };
  // What follows for a record from what is said already.
  struct Judged {
    std::vector<std::uint64_t> supersedes;  // by row
    std::uint64_t content = 0;
    MaybeFinding finding;  // else it is accepted
  };

  // evaluate_statement.cc
  Result<MaybeFinding> statement(std::size_t index, const ValidEvent& event);
  Result<MaybeFinding> statement_named_later(std::size_t index, const ValidEvent& event);
  Result<Judged> judge(const ValidEvent& event, const std::vector<FactRow>& rows);
  Result<MaybeFinding> accept(const ValidEvent& event, std::vector<FactRow> rows, Judged judged);
  Result<MaybeFinding> known_by_id(const ValidEvent& event, std::uint64_t content);
  Result<std::optional<EventIdEntry>> find_event_id(const std::string& event_id);
  Result<Said> said_about(const FactRow& fact);
  Result<MaybeFinding> said_in_its_calendar(const ValidEvent& event);
  // The sequence of the same statement about a party that is now one with the
  // subject; 0: there is none.
  Result<std::uint64_t> same_of_merged(const FactRow& fact);
  std::uint64_t leader_of(const Said& said) const;

  // evaluate_suspicion.cc
  // Of the record that was judged last.
  Result<std::vector<Suspicion>> suspicions_of(const Statement& statement,
                                               const std::vector<FactRow>& rows);
  struct Decade {
    Bucket bucket = kNoneBucket;
    Day first = 0;
    Day last = 0;
  };
  const Decade& decade_of(Bucket bucket);
  std::optional<RecentValue> recent_value(const FactRow& fact) const;
  Result<void> look_around(const FactRow& fact, const Said& said, Surroundings& around);
  void look_at_cell(const Said& said, Surroundings& around);
  Result<void> look_at_neighbours(const FactRow& fact, const Said& said, Surroundings& around);
  Result<void> look_at_merged(const FactRow& fact, Surroundings& around);
  const Row* leader_among(std::span<const Row> rows) const;
  Result<void> note_figures(const FactRow& fact, Series* series);
  // What the quarantine says of the record; none where it has nothing like it.
  Result<MaybeFinding> in_quarantine(const ValidEvent& event, const Statement& statement);
  Finding held_already(std::uint64_t id, Error why) const;
  // Holds the record where this producer's are held for what it is suspected of.
  MaybeFinding hold(std::size_t index, const ValidEvent& event, const Statement& statement);

  const Batch& batch_;
  Staged& staged_;
  Catalogue& catalogue_;
  const Purpose purpose_;
  const Policy policy_;
  const std::shared_ptr<const MergedParties> merged_;
  const PlausibilityRules& rules_;
  const bool looks_;  // at whether records are plausible
  const bool holds_;  // those of this producer that are not
  Evaluation result_;
  std::uint64_t next_ = 0;
  bool has_statements_ = false;
  std::size_t text_bytes_ = 0;  // of the verdicts' messages
  // This batch's rows, by cell; each metric has its own.
  std::unordered_map<std::uint16_t, std::unordered_map<CellKey, CellStatements, CellKeyHash>> own_;
  std::unordered_map<std::string, EventIdEntry> own_event_ids_;
  Naming naming_;
  std::optional<NewNames> names_;      // while records are named one by one
  std::vector<Said> said_;             // by row of the record that was judged last
  std::vector<Suspicion> suspicions_;  // of it
  std::set<Series*> figures_noted_;
  Decade decade_;
  SeriesFigures* own_figures_ = nullptr;  // of the row that is looked at; null: none
  std::unique_ptr<RecentValues> own_recent_;
  struct OwnHeld {
    std::size_t record;  // of the batch
    std::size_t place;   // in result_.held
  };
  std::unordered_map<std::uint64_t, std::vector<OwnHeld>> own_held_;  // by content
  std::unordered_map<std::string, OwnHeld> own_held_ids_;             // by event_id
  std::vector<Row> around_cell_;  // where the rows of a cell had to be put together
};

// Not an outcome of the record but of the store.
bool is_fatal(const Error& error);
// What a verdict says of them: the first one, and which others there are.
Error error_of(const std::vector<Suspicion>& suspicions);

}  // namespace capexdb::storage
