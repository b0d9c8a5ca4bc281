#include "storage/canonical_event.h"

#include <algorithm>
#include <tuple>

#include "proto/codec/enums.h"
#include "proto/codec/validate.h"
#include "proto/model/decimal.h"
#include "storage/fiscal_period.h"
#include "storage/naming.h"

namespace capexdb::storage {
namespace {

std::string plain_number(const std::string& digits) {
  const auto number = Decimal::parse(digits);
  return number ? number->normalized().to_string() : digits;
}

v1::PeriodKind kind_of(PeriodKind kind) {
  switch (kind) {
    case PeriodKind::span:
      return v1::PERIOD_KIND_SPAN;
    case PeriodKind::instant:
      return v1::PERIOD_KIND_INSTANT;
    case PeriodKind::open_start:
    case PeriodKind::open_end:
      return v1::PERIOD_KIND_OPEN;
    case PeriodKind::window:
      return v1::PERIOD_KIND_WINDOW;
    default:
      return v1::PERIOD_KIND_NONE;
  }
}

// Rewrites the facts of one event.
class Canon {
 public:
  Canon(const Statement& statement, std::uint64_t sequence, Catalogue& catalogue)
      : statement_(statement), sequence_(sequence), catalogue_(catalogue) {}

  Result<void> read() {
    CAPEXDB_ASSIGN(rows_, rows_of(statement_, sequence_, catalogue_, Unused::match_nothing));
    return {};
  }

  template <class Fact>
  void put_common(Fact& fact) const {
    put_party(rows_.front().row.ordinal(Column::subject), statement_.subject,
              *fact.mutable_subject());
    fact.clear_counterparties();
    std::vector<std::tuple<Role, std::string, v1::Counterparty>> others;
    for (const CounterpartyRef& other : statement_.counterparties) {
      v1::Counterparty counterparty;
      counterparty.set_role(to_proto(other.role));
      const auto ordinal = catalogue_.find_party(other.party, sequence_, statement_.name_day());
      put_party(ordinal.value_or(0), other.party, *counterparty.mutable_party());
      others.emplace_back(other.role, counterparty.party().name(), counterparty);
    }
    std::sort(others.begin(), others.end(), [](const auto& a, const auto& b) {
      return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
    });
    for (auto& [role, name, counterparty] : others) {
      *fact.add_counterparties() = std::move(counterparty);
    }
    const std::uint32_t product = rows_.front().row.ordinal(Column::product);
    fact.set_product(catalogue_.text(NameKind::product, product));
    put_period(*fact.mutable_period());
  }

  // Of the i-th number.
  void put_quantity(std::size_t i, v1::Quantity& quantity) const {
    quantity.set_value(plain_number(quantity.value()));
    quantity.set_low(plain_number(quantity.low()));
    quantity.set_high(plain_number(quantity.high()));
    put_unit(i, quantity);
    const auto closed = [](const std::string& bound, v1::BoundKind kind) {
      if (bound.empty()) return v1::BOUND_KIND_UNSPECIFIED;
      return kind == v1::BOUND_KIND_UNSPECIFIED ? v1::BOUND_KIND_CLOSED : kind;
    };
    quantity.set_low_kind(closed(quantity.low(), quantity.low_kind()));
    quantity.set_high_kind(closed(quantity.high(), quantity.high_kind()));
  }
  template <class Message>
  void put_unit(std::size_t i, Message& message) const {
    const Row& row = rows_[i].row;
    message.set_unit(catalogue_.text(NameKind::unit, row.ordinal(Column::unit)));
    message.set_currency(currency_letters(row[Column::currency]));
  }

  v1::Measure measure(std::size_t i) const { return to_proto(rows_[i].row.measure()); }
  std::string metric(std::size_t i) const {
    return catalogue_.text(NameKind::metric, rows_[i].metric);
  }

 private:
  void put_party(std::uint32_t ordinal, const PartyRef& ref, v1::Party& party) const {
    const CatalogParty known = catalogue_.party(ordinal, sequence_);
    party.Clear();
    // The id of a company is made of the name by which it was met first.
    party.set_cik(known.cik.empty() ? ref.cik : normal_cik(known.cik));
    if (party.cik().empty()) party.set_name(known.id);
  }

  void put_period(v1::Period& message) const {
    const Period period = rows_.front().row.period();
    message.Clear();
    message.set_kind(kind_of(period.kind));
    const bool starts = period.kind != PeriodKind::none && period.kind != PeriodKind::open_start;
    const bool ends = period.kind != PeriodKind::none && period.kind != PeriodKind::open_end;
    if (starts) message.set_start(date_to_string(period.start));
    if (ends) message.set_end(date_to_string(period.end - 1));
  }

  const Statement& statement_;
  const std::uint64_t sequence_;
  Catalogue& catalogue_;
  std::vector<FactRow> rows_;
};

// Both ways to state it are one fact.
void use_capex_fact(v1::Event& event) {
  if (!event.has_measure() || event.measure().metric() != "capex") return;
  const v1::MeasureFact from = event.measure();
  v1::CapexFact& to = *event.mutable_capex();
  *to.mutable_subject() = from.subject();
  *to.mutable_counterparties() = from.counterparties();
  *to.mutable_period() = from.period();
  to.set_measure(from.measure());
  *to.mutable_amount() = from.quantity();
  to.set_definition(from.definition());
  to.set_product(from.product());
}

void put_facts(const Canon& canon, v1::Event& event) {
  switch (event.fact_case()) {
    case v1::Event::kCapex: {
      v1::CapexFact& fact = *event.mutable_capex();
      canon.put_common(fact);
      fact.set_measure(canon.measure(0));
      canon.put_quantity(0, *fact.mutable_amount());
      return;
    }
    case v1::Event::kMeasure: {
      v1::MeasureFact& fact = *event.mutable_measure();
      canon.put_common(fact);
      fact.set_metric(canon.metric(0));
      fact.set_measure(canon.measure(0));
      canon.put_quantity(0, *fact.mutable_quantity());
      use_capex_fact(event);
      return;
    }
    default: {
      v1::ChipShipmentFact& fact = *event.mutable_chip_shipment();
      canon.put_common(fact);
      if (fact.subject_role() == v1::ROLE_UNSPECIFIED) fact.set_subject_role(v1::ROLE_SELLER);
      std::size_t i = 0;
      if (fact.has_units()) canon.put_quantity(i++, *fact.mutable_units());
      if (fact.has_unit_price()) canon.put_quantity(i++, *fact.mutable_unit_price());
      if (fact.has_value()) canon.put_quantity(i++, *fact.mutable_value());
    }
  }
}

}  // namespace

Result<v1::Event> canonical_event(const v1::Event& event, std::uint64_t sequence,
                                  Catalogue& catalogue) {
  CAPEXDB_ASSIGN(const ValidEvent valid, validate(event.SerializeAsString()));
  v1::Event out = event;
  out.clear_origin();
  out.clear_note();
  v1::Source& source = *out.mutable_source();
  source.clear_attributed_to();
  source.clear_attribution();
  source.clear_publisher_certainty();
  source.clear_published_at_certainty();
  const auto publisher = catalogue.find_source(source.publisher(), sequence);
  if (publisher && *publisher != 0) {
    source.set_publisher(catalogue.text(NameKind::source, *publisher));
  }
  if (const auto* retraction = std::get_if<Retraction>(&valid.fact())) {
    out.set_published_at(time_range_to_string(retraction->published));
    if (!retraction->cell) return out;
    Canon canon(*retraction->cell, sequence, catalogue);
    CAPEXDB_TRY(canon.read());
    v1::Cell& cell = *out.mutable_retraction()->mutable_cell();
    canon.put_common(cell);
    cell.set_metric(canon.metric(0));
    cell.set_measure(canon.measure(0));
    canon.put_unit(0, cell);
    return out;
  }
  const auto* statement = std::get_if<Statement>(&valid.fact());
  if (statement == nullptr) return out;
  out.set_published_at(time_range_to_string(statement->published));
  out.set_status(to_proto(statement->status));
  Canon canon(*statement, sequence, catalogue);
  CAPEXDB_TRY(canon.read());
  put_facts(canon, out);
  return out;
}

}  // namespace capexdb::storage
