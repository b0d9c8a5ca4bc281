// An event after validation: text and numbers in normal form, names not yet
// resolved against a catalogue.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proto/model/catalog.h"
#include "proto/model/fiscal.h"
#include "proto/model/interval.h"
#include "proto/model/period.h"
#include "proto/model/terms.h"
#include "proto/model/time_range.h"

namespace capexdb {

struct PartyRef {
  std::string name;
  PartyKind kind = PartyKind::unknown;
  std::string cik;  // normal form
  std::string ticker;

  friend bool operator==(const PartyRef&, const PartyRef&) = default;
};

struct CounterpartyRef {
  PartyRef party;
  Role role = Role::unspecified;
};

// One number of a statement: one row of the store.
struct Observation {
  std::string metric;              // registry id or alias, as given
  std::optional<Measure> measure;  // empty: the metric's default
  Interval value;
  std::string unit;
  std::string currency;  // ISO 4217 or empty
  bool growth_only = false;
  bool unquantified = false;
};

// What a document is identified by; see capexdb.v1.Source and Citation.
struct Documents {
  std::uint64_t document = 0;
  std::uint64_t root = 0;  // of the chain that it cites; itself where it cites nothing
};

// "FY2025-Q1": its days are those of the subject's fiscal calendar.
struct FiscalPeriod {
  FiscalLabel label;
  bool instant = false;  // a day somewhere within
};

struct Statement {
  PartyRef subject;
  std::vector<CounterpartyRef> counterparties;
  std::string product;
  std::string definition;
  Period period;
  std::optional<FiscalPeriod> fiscal;  // in place of the period, which is then none
  std::string period_label;  // as printed beside the dates; empty where it is the period itself
  TimeRange published;
  std::optional<Day> named_on;  // of a withdrawn cell: the day whose names it has
  Status status = Status::actual;
  std::string publisher;
  Documents documents;
  std::vector<Observation> observations;  // at least one

  // The day on which its names meant whoever held them then.
  Day name_day() const { return named_on.value_or(published.last_day()); }
};

// Withdraws by event_id, or (cell set) what `document` said about a cell.
struct Retraction {
  std::string event_id;
  std::optional<Statement> cell;  // one observation without a value
  TimeRange published;
  std::string publisher;
  Documents documents;  // of the withdrawn document
};

// An event that may be stored. Only validate() makes one (proto/codec/validate.h).
class ValidEvent {
 public:
  using Fact = std::variant<Statement, Retraction, CatalogChange>;

  const std::string& bytes() const { return bytes_; }  // the producer's own
  const std::string& event_id() const { return event_id_; }
  const Fact& fact() const { return fact_; }

 private:
  friend class EventValidator;
  ValidEvent(std::string bytes, std::string event_id, Fact fact)
      : bytes_(std::move(bytes)), event_id_(std::move(event_id)), fact_(std::move(fact)) {}

  std::string bytes_;
  std::string event_id_;
  Fact fact_;
};

}  // namespace capexdb
