// Frames folded for sums on their columns: figures that are nothing but a number
// of a company and a period are added as they are read. Whatever a rule might
// leave out or choose among (products, counterparties, several definitions,
// fiscal quarters, retractions) is kept as cells, for the rules to decide.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/query/exact_sum.h"
#include "storage/query/filter.h"
#include "storage/query/fold.h"
#include "storage/query/id_set.h"

namespace capexdb::storage {

// Cells, or figures by company, in memory.
inline constexpr std::size_t kCrossSectionFiguresMax = 1'000'000;

// What the figures of one period amount to.
struct PeriodTotal {
  Period period;
  ExactSum sum;
  OrdinalSet subjects;
  OrdinalSet sources;
  IdSet documents;
  IdSet roots;               // where they are the documents, empty
  bool roots_apart = false;  // whether they are not
  // Set by count_evidence(), when no more parts can come.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> counted;  // documents, roots
  TimeRange newest;                                                // published_at
  std::size_t parts = 0;
  std::uint64_t sequence = 0;
  std::uint32_t statuses = 0;  // bits
  Day earliest = 0;            // of instants
  Day latest = 0;

  // Keeps the numbers of documents and roots and lets go of the sets.
  void count_evidence();
  // Status, source, time and sequence of one more part.
  void note(const Row& leader);
  void note_published(TimeRange published);
  void note_evidence(std::int64_t document, std::int64_t root);
  void note_evidence(std::span<const std::int64_t> document_ids,
                     std::span<const std::int64_t> root_ids);
};

// One company's figure of a period, of sums that list companies.
struct CompanyFigure {
  std::uint32_t subject = 0;
  std::uint32_t source = 0;
  Status status{};
  Period period;
  std::int64_t mantissa = 0;  // of a plain number, with its scale
  std::int8_t scale = 0;
  std::uint32_t interval = kPlain;  // any other: in FoldedFrames::intervals
  TimeRange published;
  std::uint64_t sequence = 0;
  std::uint32_t documents = 0;
  std::uint32_t roots = 0;

  static constexpr std::uint32_t kPlain = UINT32_MAX;
};

using UnitAndCurrency = std::pair<std::int64_t, std::int64_t>;

// The frames of one bucket, or of several.
struct FoldedFrames {
  std::vector<PeriodTotal> totals;     // unsorted, each period once
  std::vector<CompanyFigure> figures;  // instead of totals, where companies are listed
  std::vector<Interval> intervals;     // effective values of figures that are no plain numbers
  std::optional<UnitAndCurrency> unit;
  std::vector<ResolvedCell> cells;  // of companies that take the rules
  bool grows = false;               // growth over a year is stated here, so levels may follow
  bool foldable = true;             // see FrameFolder::fold(); else nothing here counts

  // The effective value of one of `figures`.
  Interval value_of(const CompanyFigure& figure) const;
  std::size_t bytes() const;
};

class FrameFolder {
 public:
  // The plan's sum; `subjects` are those of the plan. All must outlive the folder.
  FrameFolder(const Plan& plan, const Catalogue& catalogue, const OrdinalSet& subjects);

  // Adds a frame to `out`. No longer foldable are figures that differ in unit or
  // currency or are too large for ExactSum, and cells that are too many: then
  // the sum has to be made part by part. Error: data_loss.
  Result<void> fold(std::string_view block, FoldedFrames& out);

 private:
  struct KnownPeriod {
    Period period;
    bool odd = false;              // is added under another period, or may be
    bool dropped = false;          // is not what was asked for
    std::size_t total = SIZE_MAX;  // in FoldedFrames::totals
  };
  using Rows = std::span<const std::uint32_t>;

  void open_columns();
  bool has_growth() const;
  std::uint32_t period_of(std::size_t row);
  bool is_odd(Rows rows);
  Result<void> keep_cells(Rows rows, FoldedFrames& out);
  bool fold_company(Rows rows, FoldedFrames& out);
  bool fold_cell(Rows cell, KnownPeriod& period, FoldedFrames& out);
  std::optional<std::uint32_t> leader_of(Rows cell);
  int order_of(std::uint32_t a, std::uint32_t b);
  bool plainly_meets(std::uint32_t a, std::uint32_t b) const;
  void find_evidence(Rows cell, std::uint32_t leader);
  std::uint64_t rank_of(std::int64_t source);
  PeriodTotal& total_of(KnownPeriod& period, FoldedFrames& out) const;

  const Plan& plan_;
  const OrdinalSet& subjects_;
  bool by_company_;
  Filter filter_;
  ScanReport report_;
  BlockColumns columns_;
  std::vector<KnownPeriod> periods_;
  std::uint32_t last_period_ = 0;
  std::vector<std::uint64_t> ranks_;  // by source, plus one; 0: not looked up
  // Of the block at hand.
  ColumnView subject_, product_, counterparties_, definition_, unit_, currency_, measure_, kind_,
      start_, end_, flags_, status_, source_, published_begin_, published_length_, sequence_,
      scale_, value_, value_upper_, document_, root_;
  bool one_shape_ = false;  // no product, counterparty or second unit in all of it
  // Of the company or cell at hand.
  std::vector<std::uint32_t> visible_;
  std::vector<std::uint32_t> period_indexes_;
  std::vector<std::int64_t> document_ids_;
  std::vector<std::int64_t> root_ids_;
};

}  // namespace capexdb::storage
