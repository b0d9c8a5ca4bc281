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
  StoreBackground(const FactRow& fact, StoreState& state, const Catalogue& catalogue,
                  const Policy& policy)
      : fact_(fact), state_(state), catalogue_(catalogue), policy_(policy) {}

  std::string metric_id() override { return catalogue_.text(NameKind::metric, fact_.metric); }
  std::string fiscal_year_end() override { return subject().fiscal_year_end; }
  std::string home_currency() override {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kCurrencies = {
        {{"AU", "AUD"}, {"CA", "CAD"}, {"CH", "CHF"}, {"CN", "CNY"}, {"DE", "EUR"},
         {"DK", "DKK"}, {"ES", "EUR"}, {"FI", "EUR"}, {"FR", "EUR"}, {"GB", "GBP"},
         {"HK", "HKD"}, {"IL", "ILS"}, {"IN", "INR"}, {"JP", "JPY"}, {"KR", "KRW"},
         {"MY", "MYR"}, {"NL", "EUR"}, {"SG", "SGD"}, {"TW", "TWD"}, {"US", "USD"}}};
    const std::string country = subject().country;
    for (const auto& [code, currency] : kCurrencies) {
      if (code == country) return std::string(currency);
    }
    return {};
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

  const FactRow& fact_;
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
  if (const auto value = recent_value_of(fact)) {
    if (!own_recent_) {
      constexpr std::size_t kRowsOfARecord = 3;
      own_recent_ = std::make_unique<RecentValues>(std::min<std::size_t>(
          batch_.records.size() * kRowsOfARecord, rules_.other_company_statements));
    }
    own_recent_->add(*value);
  }
  return {};
}

Result<void> Evaluator::look_around(const FactRow& fact, const Said& said, Surroundings& around) {
  const auto last_rows = [](const std::vector<Row>& rows) {
    const std::size_t count = std::min(rows.size(), kCellRowsMax);
    return std::span<const Row>(rows).last(count);
  };
  if (said.has_retraction()) {
    const std::vector<Row> rows = said.rows();
    const Verdicts verdicts = resolve(rows, policy_);
    around_cell_.clear();
    for (const std::size_t i : verdicts.standing) around_cell_.push_back(rows[i]);
    if (verdicts.leader) {
      const auto place =
          std::find(verdicts.standing.begin(), verdicts.standing.end(), *verdicts.leader) -
          verdicts.standing.begin();
      around.leader = &around_cell_[static_cast<std::size_t>(place)];
    }
    around.cell = around_cell_;
  } else if (said.own == nullptr || said.stored == nullptr) {
    const CellStatements* cell = said.own != nullptr ? said.own : said.stored;
    if (cell != nullptr) around.cell = last_rows(cell->rows());
    around.leader = cell == nullptr ? nullptr : cell->leader();
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
  if (rules_.looks_at(Rule::other_company)) {
    if (const auto value = recent_value_of(fact)) {
      if (own_recent_) around.other_company = own_recent_->find_other(*value);
      if (around.other_company == nullptr && staged_.state.recent) {
        around.other_company = staged_.state.recent->find_other(*value);
      }
    }
  }
  if (said.series == nullptr || fact.row.measure() != Measure::level) return {};
  CAPEXDB_ASSIGN(around.figures[0], said.series->figures());
  // Near the end of a decade some neighbours lie in the one beside it.
  const Period period = fact.row.period();
  if (!period.has_start() || !period.has_end()) return {};
  const HistoryKey key = history_key_of(fact);
  const FigureGroup* group = around.figures[0]->group_of(dimensions_of(fact.row));
  const bool has_few = group == nullptr || group->figures().size() <= rules_.neighbours_min;
  for (const Day by : {-kNearDecadesEnd, kNearDecadesEnd}) {
    if (by > 0 && !has_few) break;
    HistoryKey beside = key;
    beside.bucket = history_bucket({period.kind, period.start + by, period.end + by});
    if (beside.bucket == key.bucket) continue;
    CAPEXDB_ASSIGN(Series * series, staged_.state.series.get(*staged_.state.database, beside));
    CAPEXDB_ASSIGN(around.figures[1], series->figures());
    break;
  }
  return {};
}

Result<std::vector<Suspicion>> Evaluator::suspicions_of(const Statement& statement,
                                                        const std::vector<FactRow>& rows,
                                                        const std::vector<Said>& said) {
  std::vector<Suspicion> all;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Surroundings around;
    CAPEXDB_TRY(look_around(rows[i], said[i], around));
    if (i == 0) around.period_label = statement.period_label;
    StoreBackground background(rows[i], staged_.state, catalogue_, policy_);
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
