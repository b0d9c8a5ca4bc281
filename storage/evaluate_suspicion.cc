// Whether a statement is plausible beside what is known, and what was held before.
#include <algorithm>
#include <array>

#include "proto/codec/validate.h"
#include "proto/model/text.h"
#include "proto/model/time_range.h"
#include "storage/evaluator.h"
#include "storage/rocks/database.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kCellRowsMax = 64;  // of a cell that much is said about, the last ones
constexpr Day kNearDecadesEnd = 400;      // a fiscal year, and a little

// What the rules ask for, out of the store. A failure to read is kept for whoever asks.
class StoreBackground : public Background {
 public:
  // `figures` are the subject's; null where it has none.
  StoreBackground(const FactRow& fact, SeriesFigures* figures, StoreState& state,
                  const Catalogue& catalogue, const Policy& policy)
      : fact_(fact), figures_(figures), state_(state), catalogue_(catalogue), policy_(policy) {}

  std::string metric_id() override { return catalogue_.text(NameKind::metric, fact_.metric); }
  std::string fiscal_year_end() override { return subject().fiscal_year_end; }
  std::int64_t home_currency() override {
    const auto known = figures_ == nullptr ? std::nullopt : figures_->home_currency();
    if (known) return *known;
    const std::int64_t currency = currency_code(currency_of_country());
    if (figures_ != nullptr) figures_->note_home_currency(currency);
    return currency;
  }
  std::optional<Decimal> rate(const std::string& quoted, const std::string& base,
                              Day day) override {
    auto known = state_.rates.find(quoted, base, day,
                                   {*state_.database, state_.series, catalogue_, policy_});
    if (known) return *known;
    failure_ = std::move(known.error());
    return std::nullopt;
  }
  std::string name_of(std::uint32_t subject) override {
    return catalogue_.text(NameKind::party, subject);
  }

  const std::optional<Error>& failure() const { return failure_; }

 private:
  const CatalogParty& subject() {
    if (!subject_) {
      const std::uint32_t ordinal = fact_.row.ordinal(Column::subject);
      subject_ = ordinal == 0 ? CatalogParty() : catalogue_.party(ordinal, kNow);
    }
    return *subject_;
  }

  std::string_view currency_of_country() {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kCurrencies = {
        {{"AU", "AUD"}, {"CA", "CAD"}, {"CH", "CHF"}, {"CN", "CNY"}, {"DE", "EUR"},
         {"DK", "DKK"}, {"ES", "EUR"}, {"FI", "EUR"}, {"FR", "EUR"}, {"GB", "GBP"},
         {"HK", "HKD"}, {"IL", "ILS"}, {"IN", "INR"}, {"JP", "JPY"}, {"KR", "KRW"},
         {"MY", "MYR"}, {"NL", "EUR"}, {"SG", "SGD"}, {"TW", "TWD"}, {"US", "USD"}}};
    const std::string country = subject().country;
    for (const auto& [code, currency] : kCurrencies) {
      if (code == country) return currency;
    }
    return {};
  }

  const FactRow& fact_;
  SeriesFigures* const figures_;
  StoreState& state_;
  const Catalogue& catalogue_;
  const Policy& policy_;
  std::optional<CatalogParty> subject_;
  std::optional<Error> failure_;
};

std::string quarantine_text(std::uint64_t id) {
  return "held for review" + (id == 0 ? std::string() : " under " + std::to_string(id));
}

}  // namespace

Error error_of(const std::vector<Suspicion>& suspicions) {
  Error error;
  error.reason = code_of(suspicions.front().rule);
  error.field = suspicions.front().field;
  error.message = suspicions.front().message;
  for (std::size_t i = 1; i < suspicions.size(); ++i) {
    error.message += (i == 1 ? "; also " : ", ") + std::string(code_of(suspicions[i].rule));
  }
  return error;
}

void Evaluator::forget_figures() {
  for (Series* const series : figures_noted_) series->forget_figures();
  figures_noted_.clear();
}

// Later records of the batch are compared with it.
Result<void> Evaluator::note_figures(const FactRow& fact, Series* series) {
  if (!rules_.enabled) return {};
  if (fact.row.measure() == Measure::level) {
    if (series == nullptr) {
      CAPEXDB_ASSIGN(series,
                     staged_.state.series.get(*staged_.state.database, history_key_of(fact)));
    }
    CAPEXDB_ASSIGN(SeriesFigures * figures, series->figures());
    figures->add(fact.row);
    if (purpose_ == Purpose::trial || names_) figures_noted_.insert(series);
  }
  if (!rules_.looks_at(Rule::other_company) || fact.row.has(flag::kRetraction)) return {};
  if (const auto value = recent_value(fact)) {
    if (!own_recent_) {
      result_.recent.reserve(batch_.records.size());
      constexpr std::size_t kRowsOfARecord = 3;
      own_recent_ = std::make_unique<RecentValues>(std::min<std::size_t>(
          batch_.records.size() * kRowsOfARecord, rules_.other_company_statements));
    }
    own_recent_->add(*value);
    result_.recent.push_back(*value);
  }
  return {};
}

// Companies that are one are not two that say the same.
std::optional<RecentValue> Evaluator::recent_value(const FactRow& fact) const {
  auto value = recent_value_of(fact);
  if (value && merged_) value->subject = merged_->of(value->subject);
  return value;
}

Result<void> Evaluator::look_around(const FactRow& fact, const Said& said, Surroundings& around) {
  const auto recent = rules_.looks_at(Rule::other_company) ? recent_value(fact) : std::nullopt;
  if (recent && staged_.state.recent) staged_.state.recent->prefetch(*recent);
  look_at_cell(said, around);
  CAPEXDB_TRY(look_at_neighbours(fact, said, around));
  if (merged_ && merged_->has(fact.row.ordinal(Column::subject))) {
    CAPEXDB_TRY(look_at_merged(fact, around));
  }
  if (!recent) return {};
  if (own_recent_) around.other_company = own_recent_->find_other(*recent);
  if (around.other_company == nullptr && staged_.state.recent) {
    around.other_company = staged_.state.recent->find_other(*recent);
  }
  // It was remembered before the two were found to be one.
  if (around.other_company != nullptr && merged_) {
    const bool same = merged_->of(around.other_company->subject) == recent->subject;
    if (same) around.other_company = nullptr;
  }
  return {};
}

void Evaluator::look_at_cell(const Said& said, Surroundings& around) {
  const auto last_rows = [](const std::vector<Row>& rows) {
    const std::size_t count = std::min(rows.size(), kCellRowsMax);
    return std::span<const Row>(rows).last(count);
  };
  around_cell_.clear();
  if (said.has_retraction()) {
    const std::vector<Row> rows = said.rows();
    const Verdicts verdicts = resolve(rows, policy_);
    for (const std::size_t i : verdicts.standing) around_cell_.push_back(rows[i]);
    around.cell = around_cell_;
    around.leader = leader_among(around.cell);
  } else if (said.own == nullptr || said.stored == nullptr) {
    const CellStatements* cell = said.own != nullptr ? said.own : said.stored;
    if (cell == nullptr) return;
    around.cell = last_rows(cell->rows());
    around.leader = cell->leader();
  } else {
    const auto stored = last_rows(said.stored->rows());
    const auto own = last_rows(said.own->rows());
    around_cell_.assign(stored.begin(), stored.end());
    around_cell_.insert(around_cell_.end(), own.begin(), own.end());
    around.cell = around_cell_;
    around.leader = said.own->leader();
    if (goes_before(*said.stored->leader(), *around.leader, policy_)) {
      around.leader = said.stored->leader();
    }
  }
}

const Row* Evaluator::leader_among(std::span<const Row> rows) const {
  const Row* leader = nullptr;
  for (const Row& row : rows) {
    if (leader == nullptr || goes_before(row, *leader, policy_)) leader = &row;
  }
  return leader;
}

Result<void> Evaluator::look_at_neighbours(const FactRow& fact, const Said& said,
                                           Surroundings& around) {
  own_figures_ = nullptr;
  if (said.series == nullptr || fact.row.measure() != Measure::level) return {};
  CAPEXDB_ASSIGN(own_figures_, said.series->figures());
  around.figures[0] = own_figures_;
  // Near the end of a decade some neighbours lie in the one beside it.
  const Period period = fact.row.period();
  if (!period.has_start() || !period.has_end()) return {};
  HistoryKey beside = said.key;
  const Decade& decade = decade_of(beside.bucket);
  const Day middle = period.start + (period.end - period.start) / 2;
  if (middle - kNearDecadesEnd < decade.first) {
    --beside.bucket;
  } else if (middle + kNearDecadesEnd > decade.last) {
    // What comes later is looked at only where there is little before.
    const FigureGroup* group = around.figures[0]->group_of(dimensions_of(fact.row));
    if (group != nullptr && group->figures().size() > rules_.neighbours_min) return {};
    ++beside.bucket;
  } else {
    return {};
  }
  CAPEXDB_ASSIGN(Series * series, staged_.state.series.get(*staged_.state.database, beside));
  CAPEXDB_ASSIGN(around.figures[1], series->figures());
  return {};
}

// What was said of a company that is now one with the subject counts as said of it.
Result<void> Evaluator::look_at_merged(const FactRow& fact, Surroundings& around) {
  const std::uint32_t subject = fact.row.ordinal(Column::subject);
  const auto& parts = merged_->parts.at(merged_->of(subject));
  std::vector<Row> cell(around.cell.begin(), around.cell.end());
  std::size_t source = 2;
  for (const std::uint32_t part : parts) {
    if (part == subject) continue;
    FactRow other = fact;
    other.row[Column::subject] = part;
    CAPEXDB_ASSIGN(const Said said, said_about(other));
    Surroundings its;
    look_at_cell(said, its);
    cell.insert(cell.end(), its.cell.begin(), its.cell.end());
    if (said.series == nullptr || fact.row.measure() != Measure::level) continue;
    if (source == around.figures.size()) continue;  // enough of them
    CAPEXDB_ASSIGN(around.figures[source], said.series->figures());
    ++source;
  }
  around_cell_ = std::move(cell);
  around.cell = around_cell_;
  around.leader = leader_among(around.cell);
  return {};
}

// Most records of a batch are of one.
const Evaluator::Decade& Evaluator::decade_of(Bucket bucket) {
  if (decade_.bucket != bucket) {
    constexpr int kYears = 10;
    decade_ = {bucket, day_from_civil(bucket * kYears, 1, 1),
               day_from_civil((bucket + 1) * kYears, 1, 1) - 1};
  }
  return decade_;
}

Result<std::vector<Suspicion>> Evaluator::suspicions_of(const Statement& statement,
                                                        const std::vector<FactRow>& rows) {
  std::vector<Suspicion> all;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Surroundings around;
    CAPEXDB_TRY(look_around(rows[i], said_[i], around));
    if (i == 0) around.period_label = statement.period_label;
    StoreBackground background(rows[i], own_figures_, staged_.state, catalogue_, policy_);
    std::vector<Suspicion> some = suspicions_about(rows[i].row, around, rules_, background);
    if (background.failure()) return fail(*background.failure());
    all.insert(all.end(), std::make_move_iterator(some.begin()),
               std::make_move_iterator(some.end()));
  }
  if (rows.size() > 1 && all.size() > 1) {
    // Of an event that states several numbers, each rule once.
    std::stable_sort(all.begin(), all.end(),
                     [](const Suspicion& a, const Suspicion& b) { return a.rule < b.rule; });
    all.erase(std::unique(all.begin(), all.end(),
                          [](const Suspicion& a, const Suspicion& b) { return a.rule == b.rule; }),
              all.end());
  }
  return all;
}

Evaluator::Finding Evaluator::held_already(std::uint64_t id, Error why) const {
  if (!batch_.atomic) return {v1::OUTCOME_QUARANTINED, 0, std::move(why), id};
  why.message =
      quarantine_text(id) + ", so that nothing of this atomic batch is stored: " + why.message;
  return {v1::OUTCOME_REJECTED, 0, std::move(why), id};
}

Result<Evaluator::MaybeFinding> Evaluator::in_quarantine(const ValidEvent& event,
                                                         const Statement& statement) {
  const Quarantine& quarantine = staged_.state.quarantine;
  if (quarantine.is_empty() && result_.held.empty()) return MaybeFinding();
  const std::uint64_t content = content_but_for_names(statement);
  const auto other_content = [&](std::uint64_t id) {
    return MaybeFinding(
        Finding{v1::OUTCOME_CONFLICT, 0,
                Error{Errc::already_exists,
                      "event_id '" + std::string(clip(event.event_id(), 80)) +
                          "' already stands for other content that is " + quarantine_text(id) +
                          "; a revision needs an id of its own",
                      "event_id", "event_id_conflict"},
                id});
  };
  const auto why_of = [](const auto& held) {
    return Error{{}, held.message, held.field, held.code};
  };
  if (const auto own = own_held_ids_.find(event.event_id());
      own != own_held_ids_.end() && !event.event_id().empty()) {
    const HeldRecord& held = result_.held[own->second.place];
    const auto& earlier = std::get<Statement>(batch_.records[own->second.record]->fact());
    if (held.content != content || !same_statement(statement, earlier, catalogue_)) {
      return other_content(held.id);
    }
  }
  if (const auto own = own_held_.find(content); own != own_held_.end()) {
    for (const OwnHeld& place : own->second) {
      const HeldRecord& held = result_.held[place.place];
      const auto& earlier = std::get<Statement>(batch_.records[place.record]->fact());
      if (same_statement(statement, earlier, catalogue_)) {
        return MaybeFinding(held_already(held.id, why_of(held)));
      }
    }
  }
  const auto is_same = [&](const disk::v1::QuarantineRecord& record) -> Result<bool> {
    if (record.content() != content) return false;
    CAPEXDB_ASSIGN(const ValidEvent held, validate(record.event()));
    const auto* earlier = std::get_if<Statement>(&held.fact());
    return earlier != nullptr && same_statement(statement, *earlier, catalogue_);
  };
  if (!event.event_id().empty()) {
    const auto id = quarantine.of_event_id(event_id_key(batch_.producer_id, event.event_id()));
    if (id) {
      CAPEXDB_ASSIGN(const auto record, quarantine.record(*staged_.state.database, *id));
      CAPEXDB_ASSIGN(const bool same, is_same(record));
      if (!same) return other_content(*id);
    }
  }
  for (const std::uint64_t id : quarantine.of_content(content)) {
    CAPEXDB_ASSIGN(const auto record, quarantine.record(*staged_.state.database, id));
    // Whoever is not held may say what another one may not.
    if (!holds_ && record.producer_id() != batch_.producer_id) continue;
    CAPEXDB_ASSIGN(const bool same, is_same(record));
    if (!same) continue;
    if (record.state() == disk::v1::QuarantineRecord::STATE_HELD) {
      return MaybeFinding(
          held_already(id, Error{{}, record.message(), record.field(), record.code()}));
    }
    return MaybeFinding(Finding{
        v1::OUTCOME_REJECTED, 0,
        Error{{},
              "rejected in review as " + std::to_string(id) + " on " +
                  timestamp_to_string(record.decided_at_us()).substr(0, 10) + ": " + record.note(),
              {},
              "rejected_in_review"},
        id});
  }
  return MaybeFinding();
}

Evaluator::MaybeFinding Evaluator::hold(std::size_t index, const ValidEvent& event,
                                        const Statement& statement) {
  // Those that this producer is held for come first.
  const auto others = std::stable_partition(
      suspicions_.begin(), suspicions_.end(),
      [&](const Suspicion& s) { return rules_.holds(s.rule, batch_.producer_id); });
  std::optional<Error>& why = naming_.held[index];
  if (others != suspicions_.begin()) {
    why = error_of(suspicions_);
  } else if (!why) {
    return std::nullopt;
  }  // else it was judged so before it could be named, and stays out
  suspicions_.clear();
  if (batch_.atomic) return held_already(0, *why);
  HeldRecord held;
  held.id =
      purpose_ == Purpose::trial ? 0 : staged_.state.quarantine.next_id() + result_.held.size();
  held.bytes = event.bytes();
  held.event_id = event.event_id();
  held.content = content_but_for_names(statement);
  held.code = why->reason;
  held.field = why->field;
  held.message = why->message;
  const OwnHeld place{index, result_.held.size()};
  own_held_[held.content].push_back(place);
  if (!held.event_id.empty()) own_held_ids_[held.event_id] = place;
  result_.held.push_back(std::move(held));
  return held_already(result_.held.back().id, *why);
}

}  // namespace capexdb::storage
