#include "storage/feed/feed_filter.h"

#include <algorithm>
#include <string>

#include "proto/codec/enums.h"
#include "proto/model/limits.h"
#include "proto/model/text.h"
#include "storage/feed/effects.h"
#include "storage/name_list.h"

namespace capexdb::storage {
namespace {

tl::unexpected<Error> bad_filter(const std::string& field, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), "filter." + field, "bad_filter"});
}

Result<void> check_count(std::size_t names, const char* field) {
  if (names <= limits::kFilterNamesMax) return {};
  return bad_filter(field, "at most " + std::to_string(limits::kFilterNamesMax) +
                               " names can be listed; subscribe twice, or to a group");
}

// Resolves each name of a list by `look_up`.
template <class Names, class LookUp, class Add>
Result<void> resolve_names(const Names& names, const char* field, const LookUp& look_up,
                           const Add& add) {
  CAPEXDB_TRY(check_count(static_cast<std::size_t>(names.size()), field));
  for (const std::string& name : names) {
    if (trim(name).empty()) return bad_filter(field, "a name is empty");
    if (name.size() > limits::kNameBytesMax) {
      return bad_filter(field,
                        "a name has more than " + std::to_string(limits::kNameBytesMax) + " bytes");
    }
    const auto found = look_up(name);
    if (!found) {
      Error error = found.error();
      error.field = std::string("filter.") + field;
      return fail(std::move(error));
    }
    add(*found);
  }
  return {};
}

using Texts = google::protobuf::RepeatedPtrField<std::string>;

// Empty where one of them is everybody.
Result<std::vector<std::uint32_t>> resolve_parties(const Texts& texts, const char* field,
                                                   const Catalogue& catalogue, std::uint64_t at) {
  std::vector<std::string> names;
  for (const std::string& text : texts) {
    for (std::string& name : listed_parties(text, catalogue, at)) names.push_back(std::move(name));
    CAPEXDB_TRY(check_count(names.size(), field));
  }
  const bool everybody = std::any_of(names.begin(), names.end(), is_reserved_name);
  std::erase_if(names, is_reserved_name);
  std::vector<std::uint32_t> parties;
  // Not those that they were merged into: that is for the time of each event.
  CAPEXDB_TRY(resolve_names(
      names, field, [&](const std::string& name) { return catalogue.need_own_party(name, at); },
      [&](std::uint32_t ordinal) { parties.push_back(ordinal); }));
  if (everybody) parties.clear();
  return parties;
}

// Empty where one of them is every metric.
std::vector<std::string> listed_metrics(const Texts& texts) {
  std::vector<std::string> names;
  for (const std::string& text : texts) {
    for (std::string& name : split(text, ',')) names.push_back(std::move(name));
  }
  if (std::any_of(names.begin(), names.end(), is_reserved_name)) names.clear();
  return names;
}

}  // namespace

Result<FeedFilter> FeedFilter::make(const v1::FeedFilter& filter, const Catalogue& catalogue,
                                    std::uint64_t at) {
  FeedFilter made(catalogue);
  CAPEXDB_ASSIGN(made.companies_.named,
                 resolve_parties(filter.companies(), "companies", catalogue, at));
  CAPEXDB_ASSIGN(made.counterparties_.named,
                 resolve_parties(filter.counterparties(), "counterparties", catalogue, at));
  CAPEXDB_TRY(resolve_names(
      listed_metrics(filter.metrics()), "metrics",
      [&](const std::string& name) { return catalogue.need_metric(name, at); },
      [&](std::uint32_t ordinal) { made.metrics_.insert(ordinal); }));
  CAPEXDB_TRY(resolve_names(
      filter.sources(), "sources",
      [&](const std::string& name) { return catalogue.need_source(name, at); },
      [&](std::uint32_t ordinal) { made.sources_.insert(ordinal); }));
  CAPEXDB_TRY(resolve_names(
      filter.products(), "products",
      [&](const std::string& name) -> Result<std::uint32_t> {
        CAPEXDB_ASSIGN(const std::uint32_t ordinal, catalogue.find_product(name, at));
        if (ordinal != 0) return ordinal;
        return fail(Errc::not_found, "unknown product " + quoted(name) + "; see `capex products`");
      },
      [&](std::uint32_t ordinal) { made.products_.insert(ordinal); }));
  CAPEXDB_TRY(check_count(static_cast<std::size_t>(filter.statuses_size()), "statuses"));
  CAPEXDB_TRY(check_count(static_cast<std::size_t>(filter.meanings_size()), "meanings"));
  for (const int number : filter.statuses()) {
    const auto status = from_proto(static_cast<v1::Status>(number));
    if (!status) {
      return bad_filter("statuses", "unknown status " + std::to_string(number));
    }
    made.statuses_.insert(static_cast<std::uint32_t>(*status));
  }
  for (const int number : filter.meanings()) {
    switch (number) {
      case v1::MEANING_CONFLICT_OPENED:
        made.wants_opened_ = true;
        break;
      case v1::MEANING_CONFLICT_CLOSED:
        made.wants_closed_ = true;
        break;
      case v1::MEANING_FIRST_PRINT:
      case v1::MEANING_REVISION:
      case v1::MEANING_BECAME_ACTUAL:
        made.meanings_.push_back(static_cast<v1::Meaning>(number));
        break;
      default:
        return bad_filter("meanings", "unknown meaning " + std::to_string(number));
    }
  }
  made.looks_at_conflicts_ = made.wants_opened_ || made.wants_closed_;
  if (!filter.change_above_percent().empty()) {
    const auto percent = Decimal::parse(filter.change_above_percent());
    if (!percent || percent->is_negative()) {
      return bad_filter("change_above_percent",
                        quoted(filter.change_above_percent()) +
                            " is no percentage of zero or more; write one as 5 or 2.5");
    }
    if (made.looks_at_conflicts_ && made.meanings_.empty()) {
      return bad_filter("change_above_percent",
                        "a conflict has no size: ask for revisions beside it, or leave this out");
    }
    made.change_above_ = *percent;
  }
  made.takes_all_ = made.companies_.empty() && made.counterparties_.empty() &&
                    made.metrics_.empty() && made.products_.empty() && made.sources_.empty() &&
                    made.statuses_.empty() && !made.looks_at_cells() && !made.looks_at_conflicts_;
  return made;
}

void FeedFilter::Parties::expand(const Catalogue& catalogue, std::uint64_t at) {
  always.clear();
  sometimes.clear();
  for (const std::uint32_t party : named) {
    const std::uint32_t known_as = catalogue.canonical(party, at);
    always.insert(known_as);
    catalogue.add_leaves(known_as, at, always, sometimes);
  }
}

std::unordered_set<std::uint32_t> FeedFilter::Parties::ordinals(const MergedParties* merged) const {
  std::unordered_set<std::uint32_t> all = always;
  for (const auto& [party, days] : sometimes) all.insert(party);
  if (merged == nullptr) return all;
  for (const auto& [party, parts] : merged->parts) {
    if (all.contains(party)) all.insert(parts.begin(), parts.end());
  }
  return all;
}

bool FeedFilter::Parties::has(std::uint32_t party, const Period& period) const {
  if (always.contains(party)) return true;
  const auto days = sometimes.find(party);
  return days != sometimes.end() && belongs_on(days->second, period);
}

void FeedFilter::stay_at(std::uint64_t at) {
  expand(at);
  stays_ = true;
}

void FeedFilter::expand(std::uint64_t at) {
  if (stays_) return;
  merged_ = catalogue_->merged_parties(at);
  companies_.expand(*catalogue_, at);
  counterparties_.expand(*catalogue_, at);
}

bool FeedFilter::is_about(const FactRow& fact) const {
  const auto passes_list = [](const std::unordered_set<std::uint32_t>& wanted, std::int64_t is) {
    return wanted.empty() || wanted.contains(static_cast<std::uint32_t>(is));
  };
  if (!passes_list(metrics_, fact.metric) || !passes_list(products_, fact.row[Column::product]) ||
      !passes_list(sources_, fact.row[Column::source])) {
    return false;
  }
  // What withdraws a statement of any status has none itself.
  if (!fact.row.has(flag::kRetraction) && !passes_list(statuses_, fact.row[Column::status])) {
    return false;
  }
  if (companies_.empty() && counterparties_.empty()) return true;
  const auto known_as = [&](std::uint32_t party) { return merged_ ? merged_->of(party) : party; };
  const Period period = fact.row.period();
  const auto others = catalogue_->counterparties(fact.row.ordinal(Column::counterparties));
  const auto any_of_them = [&](const Parties& parties, bool takes_part_only) {
    return std::any_of(others.begin(), others.end(), [&](const auto& other) {
      return (!takes_part_only || takes_part(other.role)) &&
             parties.has(known_as(other.party), period);
    });
  };
  // A question about a company answers from what others say of trades with it, too.
  if (!companies_.empty() && !companies_.has(known_as(fact.row.ordinal(Column::subject)), period) &&
      !any_of_them(companies_, true)) {
    return false;
  }
  return counterparties_.empty() || any_of_them(counterparties_, false);
}

bool FeedFilter::is_about(const FeedEvent& event) const {
  return std::any_of(event.rows.begin(), event.rows.end(),
                     [&](const FactRow& fact) { return is_about(fact); });
}

// The list that is shortest decides; false where none is worth a look.
bool FeedFilter::find_by_index(const FeedSegment& segment, std::size_t from) {
  using By = FeedSegment::By;
  using List = std::span<const std::uint16_t>;
  std::vector<List> best;
  std::size_t least = segment.events().size();
  const auto consider = [&](By by, const auto& ordinals) {
    if (ordinals.empty() || ordinals.size() >= least) return;
    std::vector<List> lists;
    std::size_t count = 0;
    for (const std::uint32_t ordinal : ordinals) {
      const List list = segment.events_with(by, ordinal);
      count += list.size();
      if (!list.empty()) lists.push_back(list);
    }
    if (count >= least) return;
    least = count;
    best = std::move(lists);
  };
  consider(By::metric, metrics_);
  consider(By::product, products_);
  consider(By::source, sources_);
  consider(By::party, companies_.ordinals(merged_.get()));
  if (least == segment.events().size()) return false;
  for (const List& list : best) {
    candidates_.insert(candidates_.end(), std::lower_bound(list.begin(), list.end(), from),
                       list.end());
  }
  std::sort(candidates_.begin(), candidates_.end());
  candidates_.erase(std::unique(candidates_.begin(), candidates_.end()), candidates_.end());
  return true;
}

const std::vector<std::uint16_t>& FeedFilter::candidates(const FeedSegment& segment,
                                                         std::uint64_t sequence) {
  candidates_.clear();
  const std::size_t from = sequence <= segment.first() ? 0 : sequence - segment.first();
  const std::vector<FeedEvent>& events = segment.events();
  const bool names_parties = !companies_.empty() || !counterparties_.empty();
  if (names_parties &&
      (expanded_to_ == 0 || expanded_to_ + 1 != std::max(sequence, segment.first()))) {
    expand(segment.first() + from);
  }
  expanded_to_ = segment.last();
  if (takes_all_) {
    for (std::size_t i = from; i < events.size(); ++i) {
      candidates_.push_back(static_cast<std::uint16_t>(i));
    }
    return candidates_;
  }
  if (names_parties && segment.regroups()) {
    for (std::size_t i = from; i < events.size(); ++i) {
      if (events[i].regroups) expand(segment.first() + i);
      if (is_about(events[i])) candidates_.push_back(static_cast<std::uint16_t>(i));
    }
    return candidates_;
  }
  if (find_by_index(segment, from)) {
    std::erase_if(candidates_, [&](std::uint16_t i) { return !is_about(events[i]); });
    return candidates_;
  }
  for (std::size_t i = from; i < events.size(); ++i) {
    if (is_about(events[i])) candidates_.push_back(static_cast<std::uint16_t>(i));
  }
  return candidates_;
}

bool FeedFilter::passes(const FeedEvent& event, const CellEffects& effects) const {
  for (std::size_t i = 0; i < event.rows.size(); ++i) {
    const CellEffect& effect = effects.cells[i];
    const bool means =
        meanings_.empty() || std::any_of(meanings_.begin(), meanings_.end(),
                                         [&](v1::Meaning m) { return effect.has(m); });
    // The rows of an event differ in what is filtered by their metric alone.
    const bool asked = metrics_.empty() || metrics_.contains(event.rows[i].metric);
    if (asked && means && (!change_above_ || effect.changed_by_more_than(*change_above_))) {
      return true;
    }
  }
  return false;
}

Result<bool> FeedFilter::passes(const FeedSegment& segment, std::size_t index) const {
  if (!looks_at_cells() && !looks_at_conflicts_) return true;
  const FeedEvent& event = segment.events()[index];
  if (event.rows.empty()) return false;
  bool passes_cells = false;
  if (looks_at_cells()) {
    CAPEXDB_ASSIGN(const auto effects, segment.cell_effects(index));
    passes_cells = passes(event, *effects);
  }
  if (passes_cells || !looks_at_conflicts_) return passes_cells;
  CAPEXDB_ASSIGN(const auto conflicts, segment.conflict_effects(index));
  const auto any_about = [&](const std::vector<std::vector<std::uint32_t>>& metrics) {
    return std::any_of(metrics.begin(), metrics.end(), [&](const auto& sides) {
      return metrics_.empty() || std::any_of(sides.begin(), sides.end(), [&](std::uint32_t metric) {
               return metrics_.contains(metric);
             });
    });
  };
  return (wants_opened_ && any_about(conflicts->opened)) ||
         (wants_closed_ && any_about(conflicts->closed));
}

}  // namespace capexdb::storage
