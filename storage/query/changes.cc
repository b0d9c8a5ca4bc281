#include "storage/query/changes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "proto/model/arithmetic.h"
#include "storage/query/provenance.h"
#include "storage/query/sort_large.h"

namespace capexdb::storage {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;

// The earlier of the two times.
struct Earlier {
  std::uint64_t at = 0;
  std::optional<Day> as_of;

  bool sees(const Row& row) const {
    return row.sequence() <= at && (!as_of || row.published().last_day() <= *as_of);
  }
};

tl::unexpected<Error> wrong_time(std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), "from", "bad_question"});
}

Result<Earlier> earlier_of(const Reading& reading, const Plan& plan, const Query& query) {
  Earlier earlier{plan.at, plan.as_of};
  const int given = (query.from_as_of.empty() ? 0 : 1) + (query.from_recorded.empty() ? 0 : 1) +
                    (query.from_sequence == 0 ? 0 : 1);
  if (given == 0) return wrong_time("changes since when? name a day or a sequence");
  if (!query.from_as_of.empty()) {
    const auto range = parse_time_range(query.from_as_of);
    if (!range) return wrong_time("from: " + range.error().message);
    earlier.as_of = range->last_day();
    if (plan.as_of && *earlier.as_of > *plan.as_of) {
      return wrong_time("from " + query.from_as_of + " to " + date_to_string(*plan.as_of) +
                        " runs backwards; name the earlier day first");
    }
  }
  if (query.from_sequence != 0) earlier.at = query.from_sequence;
  if (!query.from_recorded.empty()) {
    const auto range = parse_time_range(query.from_recorded);
    if (!range) return wrong_time("since: " + range.error().message);
    const Day day = static_cast<Day>(range->begin / 86'400);
    CAPEXDB_ASSIGN(const std::uint64_t last, last_recorded_before(reading.view, day));
    earlier.at = std::min(last, plan.at);
  }
  if (earlier.at > plan.at) {
    return wrong_time("sequence " + std::to_string(earlier.at) + " is not before " +
                      std::to_string(plan.at));
  }
  return earlier;
}

std::string said(const AnswerRow& row) {
  std::string text = interval_to_string(row.value) + " " + row.unit;
  if (row.status) text += ", " + std::string(to_string(*row.status));
  return text + ", " + row.source + " " + row.published_at;
}

// Whether all sources that both times know have the ranks that they had.
bool have_same_ranks(const Catalogue& catalogue, std::uint64_t before, std::uint64_t now) {
  std::map<std::string, std::uint32_t> ranks;
  for (const CatalogSource& source : catalogue.list_sources(before)) {
    ranks[source.name] = source.rank;
  }
  const std::vector<CatalogSource> sources = catalogue.list_sources(now);
  return std::all_of(sources.begin(), sources.end(), [&](const CatalogSource& source) {
    const auto found = ranks.find(source.name);
    return found == ranks.end() || found->second == source.rank;
  });
}

// " (+5.2 %)" from one level to another.
std::string step(const Interval& now, const Interval& before) {
  if (!now.point || !before.point) return {};
  const auto percent = growth(effective({.point = now.point}), effective({.point = before.point}));
  if (!percent || !percent->point) return {};
  const auto rounded = round_significant(*percent->point, 3, Rounding::half_even);
  if (!rounded) return {};
  return " (" + std::string(rounded->is_negative() ? "" : "+") + rounded->to_string() + " %)";
}

// The row of a cell whose answer changed; empty where it did not.
std::optional<AnswerRow> change_of(std::span<const Row> cell, const std::vector<Row>& before,
                                   const Plan& plan, const Plan& earlier_plan,
                                   const Catalogue& catalogue) {
  const auto now = resolve_cell(cell, plan);
  const auto then = before.empty() ? std::nullopt : resolve_cell(before, earlier_plan);
  if (!now && !then) return std::nullopt;
  const auto described = [&](const ResolvedCell& resolved) {
    AnswerRow row = describe(resolved.leader, plan, catalogue);
    row.documents = resolved.documents;
    row.roots = resolved.roots;
    return row;
  };
  if (!then) {
    AnswerRow row = described(*now);
    row.derivation = "new";
    return row;
  }
  AnswerRow old = described(*then);
  old.derivation = "reported";
  AnswerRow row;
  if (now) {
    row = described(*now);
    if (row.value == old.value && row.status == old.status) return std::nullopt;
    row.derivation = "revised";
    row.reason = "was " + said(old) +
                 (row.measure == Measure::level ? step(row.value, old.value) : std::string());
  } else {
    row = old;
    row.value = {};
    row.derivation = "withdrawn";
    row.reason = "was " + said(old);
    // What withdrew it is the news.
    row.sequence = std::max_element(cell.begin(), cell.end(), [](const Row& a, const Row& b) {
                     return a.sequence() < b.sequence();
                   })->sequence();
  }
  row.parts = {std::move(old)};
  return row;
}

}  // namespace

Result<std::uint64_t> last_recorded_before(const ReadView& view, Day day) {
  const std::int64_t limit = static_cast<std::int64_t>(day) * kDayUs;
  std::uint64_t before = 0;                   // recorded before that day, or none
  std::uint64_t after = view.sequence() + 1;  // recorded on it or later, or none
  ReadView::CachedBatch cached;
  while (before + 1 < after) {
    const std::uint64_t middle = before + (after - before) / 2;
    CAPEXDB_ASSIGN(const StoredEvent event, view.event(middle, cached));
    (event.recorded_at_us < limit ? before : after) = middle;
  }
  return before;
}

Result<void> answer_changes(const Reading& reading, const Plan& plan, const Query& query,
                            RowWriter& writer) {
  CAPEXDB_ASSIGN(const Earlier earlier, earlier_of(reading, plan, query));
  // Ranks are those of each time.
  Plan earlier_plan = plan;
  earlier_plan.policy.source_rank = [&](std::uint32_t source) {
    return reading.catalogue.source_rank(source, earlier.at);
  };
  const bool same_ranks = have_same_ranks(reading.catalogue, earlier.at, plan.at);
  HeldMemory held(reading.limits);
  std::vector<AnswerRow> rows;
  std::vector<Row> before;
  const CellVisitor visit = [&](std::span<const Row> cell) -> Result<void> {
    before.clear();
    for (const Row& row : cell) {
      if (earlier.sees(row)) before.push_back(row);
    }
    if (same_ranks && before.size() == cell.size()) return {};
    auto row = change_of(cell, before, plan, earlier_plan, reading.catalogue);
    if (!row) return {};
    CAPEXDB_TRY(held.add(sizeof(AnswerRow) * (1 + row->parts.size())));
    rows.push_back(std::move(*row));
    return {};
  };
  const auto scan = plan.subjects.size() > kHistoriesMax ? scan_frames : scan_histories;
  CAPEXDB_TRY(scan(reading.view, plan, reading.catalogue, reading.limits, visit));
  sort_large(rows, [](const AnswerRow& a, const AnswerRow& b) {
    const auto key = [](const AnswerRow& r) {
      return std::tie(r.company, r.start, r.end, r.period, r.product, r.counterparty, r.measure,
                      r.definition, r.currency, r.unit, r.sequence);
    };
    return key(a) < key(b);
  });
  if (plan.explain) {
    std::vector<AnswerRow*> statements;
    for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), writer.room()); ++i) {
      statements.push_back(&rows[i]);
      for (AnswerRow& part : rows[i].parts) statements.push_back(&part);
    }
    CAPEXDB_TRY(add_provenance(reading.view, statements, reading.limits, held));
  }
  for (AnswerRow& row : rows) CAPEXDB_TRY(writer.add(std::move(row)));
  return {};
}

}  // namespace capexdb::storage
