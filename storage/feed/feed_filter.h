// Which changes a subscriber wants: its filter with every name resolved.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "capexdb/v1/feed.pb.h"
#include "proto/model/decimal.h"
#include "proto/model/terms.h"
#include "storage/catalogue.h"
#include "storage/feed/segment.h"

namespace capexdb::storage {

// One thread at a time.
class FeedFilter {
 public:
  // Names are those of `at`. Errors: not_found (an unknown name, with the nearest one),
  // invalid_argument (too many names, no decimal, an unknown word), with `field`.
  static Result<FeedFilter> make(const v1::FeedFilter& filter, const Catalogue& catalogue,
                                 std::uint64_t at);

  // From now on groups and merges are those of `at`, whatever an event's time is.
  void stay_at(std::uint64_t at);

  // The events of the segment from `sequence` on that may pass by what their rows are
  // about, ascending; whether they do is for passes(). Groups and merges are those
  // of each event's time. Valid until the next call.
  const std::vector<std::uint16_t>& candidates(const FeedSegment& segment, std::uint64_t sequence);
  // Whether a candidate passes by what it did too. Errors: those of effects.h.
  Result<bool> passes(const FeedSegment& segment, std::size_t event) const;
  // The same of a candidate that did `effects`, in a replay, which has no conflicts.
  bool passes(const FeedEvent& event, const CellEffects& effects) const;

  // It cannot be decided without what an event did: to its cells, and to conflicts.
  bool looks_at_cells() const { return !meanings_.empty() || change_above_.has_value(); }
  bool looks_at_conflicts() const { return looks_at_conflicts_; }

 private:
  // Parties that were named, with those that belong to them.
  struct Parties {
    std::vector<std::uint32_t> named;
    std::unordered_set<std::uint32_t> always;
    Catalogue::Memberships sometimes;

    bool empty() const { return named.empty(); }
    void expand(const Catalogue& catalogue, std::uint64_t at);
    bool has(std::uint32_t party, const Period& period) const;
    // Under which their rows may lie, with those that were merged into them.
    std::unordered_set<std::uint32_t> ordinals(const MergedParties* merged) const;
  };

  explicit FeedFilter(const Catalogue& catalogue) : catalogue_(&catalogue) {}
  void expand(std::uint64_t at);
  bool is_about(const FactRow& fact) const;
  bool is_about(const FeedEvent& event) const;
  void find_by_subject(const FeedSegment& segment, std::size_t from);
  bool find_by_index(const FeedSegment& segment, std::size_t from);
  void keep_those_about(const FeedSegment& segment);

  const Catalogue* catalogue_;
  Parties companies_;
  Parties counterparties_;
  std::unordered_set<std::uint32_t> metrics_;
  std::unordered_set<std::uint32_t> products_;
  std::unordered_set<std::uint32_t> sources_;
  std::unordered_set<std::uint32_t> statuses_;
  std::vector<v1::Meaning> meanings_;  // of cells
  std::optional<Decimal> change_above_;
  bool wants_opened_ = false;
  bool wants_closed_ = false;
  bool looks_at_conflicts_ = false;
  bool takes_all_ = false;  // catalogue changes too

  bool stays_ = false;
  std::uint64_t expanded_to_ = 0;  // for events up to there; 0: not yet
  std::shared_ptr<const MergedParties> merged_;
  std::vector<std::uint16_t> candidates_;
};

}  // namespace capexdb::storage
