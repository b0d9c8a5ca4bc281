#include "tests/unit/storage/model_history.h"

#include <algorithm>

#include "proto/model/date.h"

namespace capexdb::storage::test {
namespace {

std::string day_text(std::size_t months, std::size_t day) {
  return date_to_string(day_from_civil(2023 + static_cast<int>(months / 12),
                                       static_cast<int>(months % 12 + 1), static_cast<int>(day)));
}

// First days of eight quarters and the day behind them, of three calendars.
std::vector<Day> quarter_days(std::size_t calendar) {
  std::vector<Day> days;
  if (calendar == 2) {  // 52 and 53 weeks
    Day day = day_from_civil(2023, 1, 30);
    for (int i = 0; i <= 8; ++i, day += (i == 4 ? 14 : 13) * 7) days.push_back(day);
  } else if (calendar == 3) {  // years that begin in April
    for (int i = 0; i <= 7; ++i)
      days.push_back(day_from_civil(2023 + (3 + i * 3) / 12, (3 + i * 3) % 12 + 1, 1));
  } else {
    for (int i = 0; i <= 8; ++i) days.push_back(day_from_civil(2023 + i / 4, i % 4 * 3 + 1, 1));
  }
  return days;
}

void cite(v1::Source& source, const v1::Source& cited) {
  v1::Citation& citation = *source.add_cites();
  citation.set_accession(cited.accession());
  citation.set_url(cited.url());
  if (cited.accession().empty() && cited.url().empty()) {
    citation.set_publisher(cited.publisher());
    citation.set_published_at("2023-06-15");
  }
}

}  // namespace

RandomHistory::RandomHistory(const World& world, Dice& dice) : world_(world), dice_(dice) {
  definition_ = dice.pick<std::string>({"", kFirstConcept, kSecondConcept, kOtherConcept});
  for (std::size_t i = 0; i < 9; ++i) {
    Document document;
    document.publisher = dice.roll(world.sources.size());
    document.source.set_publisher(world.sources[document.publisher]);
    const std::string id = world.prefix + "document-" + std::to_string(i);
    if (dice.chance(60)) {
      document.source.set_accession(id);
    } else if (dice.chance(50)) {
      document.source.set_url("https://" + id);
    }
    document.month = 3 + dice.roll(24);
    document.currency = i % 4 == 3 ? "USD" : "CNY";
    if (i > 0 && dice.chance(40)) {
      if (dice.chance(30)) document.source.add_cites()->set_text(world.prefix + "letter");
      cite(document.source, documents_[dice.roll(i)].source);
    }
    documents_.push_back(document);
  }
  // Two that cite one another.
  if (dice.chance(30)) cite(documents_[0].source, documents_[1].source);
}

void RandomHistory::say_when(v1::Event& event, const Document& document) {
  const std::size_t month = document.month + (dice_.chance(20) ? dice_.roll(6) : 0);
  switch (dice_.roll(8)) {
    case 0:
      event.set_published_at(day_text(month, 15) + "T10:00:00Z");
      break;
    case 1:
      event.set_published_at(day_text(month, 1).substr(0, 7));
      break;
    case 2:
      event.set_published_at(day_text(month, 10) + "/" + day_text(month, 15));
      break;
    default:
      event.set_published_at(day_text(month, 15));
  }
}

void RandomHistory::fill_period(v1::Period& period, std::size_t company, bool stock) {
  const std::size_t calendar = dice_.chance(6) ? dice_.roll(4) : company;
  const std::vector<Day> days = quarter_days(calendar);
  if (stock) {
    const Day day =
        dice_.pick(days) - 1 - (dice_.chance(20) ? static_cast<Day>(dice_.roll(20)) : 0);
    period.set_kind(v1::PERIOD_KIND_INSTANT);
    period.set_start(date_to_string(day));
    period.set_end(date_to_string(day));
    if (dice_.chance(8)) {
      period.set_kind(v1::PERIOD_KIND_WINDOW);
      period.set_start(date_to_string(day - 5));
    }
    return;
  }
  if (dice_.chance(3)) {
    period.set_kind(v1::PERIOD_KIND_NONE);
    return;
  }
  if (dice_.chance(4)) {
    period.set_kind(v1::PERIOD_KIND_OPEN);
    if (dice_.chance(60)) {
      period.set_start(date_to_string(dice_.pick(days)));
    } else {
      period.set_end(date_to_string(dice_.pick(days)));
    }
    return;
  }
  std::size_t first = dice_.roll(days.size() - 1);
  const std::size_t count = dice_.pick<std::size_t>({1, 1, 1, 2, 2, 3, 4, 4});
  // Mostly what is told of a year so far; else any quarters in a row.
  if (dice_.chance(70)) first = first / 4 * 4;
  const std::size_t last = std::min(first + count, days.size() - 1);
  period.set_start(date_to_string(days[first]));
  period.set_end(date_to_string(days[last] - 1));
  if (dice_.chance(3)) period.set_end(date_to_string(days[last] - 1 - 7));
}

void RandomHistory::fill_number(v1::Quantity& q, std::int64_t value, const Document& document) {
  const auto text = [](std::int64_t n) { return std::to_string(n); };
  const bool open = dice_.chance(50);
  switch (dice_.roll(16)) {
    case 0:
      q.set_low(text(value));
      if (open) q.set_low_kind(v1::BOUND_KIND_OPEN);
      break;
    case 1:
      q.set_high(text(value));
      q.set_high_kind(open ? v1::BOUND_KIND_OPEN : v1::BOUND_KIND_CLOSED);
      break;
    case 2:
      q.set_low(text(value - 20));
      q.set_high(text(value + 20));
      if (open) q.set_high_kind(v1::BOUND_KIND_APPROXIMATE);
      break;
    case 3:
      q.set_value(text(value));
      q.set_approx(true);
      if (open) q.set_stated_decimals(-1);
      break;
    case 4:
      q.set_value(text(value));
      q.set_low(text(value - 5));
      q.set_high(text(value + 15));
      break;
    case 5:
      if (open) {
        q.set_unquantified(true);
      } else {
        q.set_value(text(value) + ".25");
      }
      break;
    case 6:
    case 7:
    case 8:
      q.set_value(text(value / 100 * 100));
      q.set_stated_decimals(-2);
      break;
    case 9:
    case 10:
      q.set_value(text(value / 10 * 10));
      q.set_stated_decimals(-1);
      break;
    default:
      q.set_value(text(value));
  }
  if (q.unit().empty()) {
    q.set_unit(document.currency);
    q.set_currency(document.currency);
  }
}

void RandomHistory::fill_capex(v1::Event& event, const Document& document) {
  v1::CapexFact& fact = *event.mutable_capex();
  const std::size_t company = dice_.roll(dice_.chance(30) ? 6 : 3);
  fact.mutable_subject()->set_name(company < 4 ? world_.companies[company]
                                               : world_.groups[company - 4]);
  fill_period(*fact.mutable_period(), company % 4, dice_.chance(3));
  fact.set_definition(dice_.chance(75) ? definition_
                                       : dice_.pick<std::string>(
                                             {"", kFirstConcept, kSecondConcept, kOtherConcept}));
  if (dice_.chance(8)) {
    fact.set_measure(dice_.chance(70) ? v1::MEASURE_GROWTH_YOY : v1::MEASURE_GROWTH_QOQ);
    fact.mutable_amount()->set_unit("%");
    fill_number(*fact.mutable_amount(), static_cast<std::int64_t>(dice_.roll(300)), document);
    return;
  }
  fact.set_measure(dice_.chance(97) ? v1::MEASURE_LEVEL : v1::MEASURE_CONVERSION);
  // About a thousand a quarter, so that parts and wholes often agree.
  std::int64_t quarters = 1;
  if (!fact.period().start().empty() && !fact.period().end().empty()) {
    quarters =
        (parse_date(fact.period().end()).value() - parse_date(fact.period().start()).value() + 46) /
        91;
  }
  fill_number(*fact.mutable_amount(),
              quarters * 1000 + static_cast<std::int64_t>(dice_.roll(3) * 60), document);
}

void RandomHistory::fill_cash(v1::Event& event, const Document& document) {
  v1::MeasureFact& fact = *event.mutable_measure();
  const std::size_t company = dice_.roll(4);
  fact.mutable_subject()->set_name(world_.companies[company]);
  fact.set_metric("cash");
  fill_period(*fact.mutable_period(), company, true);
  if (dice_.chance(15)) fact.set_definition(kOtherConcept);
  fill_number(*fact.mutable_quantity(), 5000 + static_cast<std::int64_t>(dice_.roll(4) * 70),
              document);
}

void RandomHistory::fill_shipment(v1::Event& event, const Document& document) {
  v1::ChipShipmentFact& fact = *event.mutable_chip_shipment();
  const std::size_t seller = dice_.roll(2) * 3;
  fact.mutable_subject()->set_name(world_.companies[seller]);
  if (dice_.chance(15)) fact.set_subject_role(v1::ROLE_BUYER);
  const auto other = [&](const std::string& name, v1::Role role) {
    v1::Counterparty& c = *fact.add_counterparties();
    c.mutable_party()->set_name(name);
    c.set_role(role);
  };
  const v1::Role role = dice_.chance(80) ? v1::ROLE_UNSPECIFIED : v1::ROLE_CUSTOMER;
  switch (dice_.roll(7)) {
    case 0:
      break;
    case 1:
      other(world_.companies[1], role);
      break;
    case 2:
      other(world_.companies[2], role);
      break;
    case 3:
      other(world_.companies[2], role);
      other(world_.companies[1], v1::ROLE_UNSPECIFIED);
      break;
    case 4:
      other(world_.companies[1], role);
      other(world_.companies[2], v1::ROLE_COMPARATOR);
      break;
    default:
      other(world_.groups[dice_.roll(2)], role);
  }
  fact.set_product(dice_.pick<std::string>({"", "H20", "H20", "H100"}));
  fill_period(*fact.mutable_period(), dice_.chance(80) ? 0 : 2, false);
  const std::size_t what = dice_.roll(7) + 1;
  const auto value = [&] { return 1000 + static_cast<std::int64_t>(dice_.roll(5) * 40); };
  if ((what & 1U) != 0) {
    fact.mutable_units()->set_unit("{chip}");
    fill_number(*fact.mutable_units(), value(), document);
  }
  if ((what & 2U) != 0) {
    fact.mutable_unit_price()->set_unit(document.currency + "/{chip}");
    fact.mutable_unit_price()->set_currency(document.currency);
    fill_number(*fact.mutable_unit_price(), value(), document);
  }
  if ((what & 4U) != 0) fill_number(*fact.mutable_value(), value(), document);
}

v1::Event RandomHistory::statement() {
  v1::Event event;
  const Document& document = dice_.pick(documents_);
  *event.mutable_source() = document.source;
  say_when(event, document);
  event.set_status(dice_.pick({v1::STATUS_ACTUAL, v1::STATUS_ACTUAL, v1::STATUS_ACTUAL,
                               v1::STATUS_ACTUAL, v1::STATUS_ESTIMATE, v1::STATUS_GUIDANCE,
                               v1::STATUS_COMMITMENT, v1::STATUS_TARGET}));
  const std::size_t what = dice_.roll(10);
  if (what < 6) {
    fill_capex(event, document);
  } else if (what < 8) {
    fill_cash(event, document);
  } else {
    fill_shipment(event, document);
  }
  if (dice_.chance(10)) event.mutable_source()->clear_cites();
  if (dice_.chance(30)) event.set_event_id(world_.prefix + "event-" + std::to_string(ids_++));
  return event;
}

bool RandomHistory::says_something_else(const v1::Event& event) {
  v1::Event about = event;
  about.clear_event_id();
  about.mutable_source()->clear_cites();
  // These two are of one weight.
  if (about.status() == v1::STATUS_COMMITMENT) about.set_status(v1::STATUS_TARGET);
  const auto forget = [](v1::Quantity& q) {
    const std::string unit = q.unit();
    q.Clear();
    q.set_unit(unit);
  };
  if (about.has_capex()) forget(*about.mutable_capex()->mutable_amount());
  if (about.has_measure()) forget(*about.mutable_measure()->mutable_quantity());
  if (about.has_chip_shipment()) {
    about.mutable_chip_shipment()->clear_units();
    about.mutable_chip_shipment()->clear_unit_price();
    about.mutable_chip_shipment()->clear_value();
  }
  return !subjects_said_.insert(about.SerializeAsString()).second;
}

std::string RandomHistory::currency_of(const v1::Event& event) const {
  for (const Document& d : documents_) {
    const bool same = d.source.accession() == event.source().accession() &&
                      d.source.url() == event.source().url() &&
                      d.source.publisher() == event.source().publisher();
    if (same) return d.currency;
  }
  return "CNY";
}

v1::Event RandomHistory::retraction(const v1::Event& target) {
  v1::Event event;
  *event.mutable_source() = target.source();
  event.set_published_at(dice_.chance(50) ? target.published_at()
                                          : day_text(20 + dice_.roll(8), 20));
  v1::Retraction& fact = *event.mutable_retraction();
  if (!target.event_id().empty()) {
    fact.set_event_id(target.event_id());
    return event;
  }
  fact.set_document_published_at(target.published_at());
  v1::Cell& cell = *fact.mutable_cell();
  if (target.has_capex()) {
    const v1::CapexFact& said = target.capex();
    *cell.mutable_subject() = said.subject();
    cell.set_metric("capex");
    *cell.mutable_period() = said.period();
    cell.set_measure(said.measure());
    cell.set_unit(said.amount().unit());
    cell.set_currency(said.amount().currency());
    cell.set_definition(said.definition());
  } else {
    const v1::MeasureFact& said = target.measure();
    *cell.mutable_subject() = said.subject();
    cell.set_metric(said.metric());
    *cell.mutable_period() = said.period();
    cell.set_unit(said.quantity().unit());
    cell.set_currency(said.quantity().currency());
    cell.set_definition(said.definition());
  }
  return event;
}

std::vector<v1::Event> RandomHistory::write(std::size_t events) {
  std::vector<v1::Event> written;
  while (written.size() < events) {
    const bool again = !said_.empty() && dice_.chance(16);
    v1::Event event = again ? dice_.pick(said_) : statement();
    if (again && dice_.chance(45)) {
      const bool by_id = !event.event_id().empty();
      if (!by_id && event.has_chip_shipment()) continue;
      event = retraction(event);
      v1::Event what = event;
      what.mutable_source()->clear_cites();
      if (by_id) what.clear_published_at();
      if (!withdrawn_.insert(what.SerializeAsString()).second) continue;
      written.push_back(std::move(event));
      continue;
    }
    if (again && dice_.chance(50)) {
      // The same words, sent once more; perhaps beside a new fact.
      event.set_event_id(dice_.chance(50) ? "" : world_.prefix + "again-" + std::to_string(ids_++));
      event.set_note("sent again");
      if (event.has_chip_shipment() && !event.chip_shipment().has_value() && dice_.chance(50)) {
        event.mutable_chip_shipment()->mutable_value()->set_value("777");
        event.mutable_chip_shipment()->mutable_value()->set_unit(currency_of(event));
      }
      written.push_back(std::move(event));
      continue;
    }
    if (again) {
      // The same, or another figure, at a later time.
      event.set_published_at(day_text(18 + dice_.roll(10), 25));
      event.clear_event_id();
    }
    if (says_something_else(event)) continue;
    said_.push_back(event);
    written.push_back(std::move(event));
  }
  return written;
}

v1::Event RandomHistory::catalogue_change() {
  v1::Event event;
  event.mutable_source()->set_publisher("the catalogue");
  event.set_published_at("2024-01-01");
  v1::CatalogChange& change = *event.mutable_catalog_change();
  if (dice_.chance(50)) {
    v1::CatalogSource& source = *change.add_sources();
    source.set_name(dice_.pick(world_.sources));
    source.set_rank(static_cast<std::uint32_t>(3 + dice_.roll(1000)));
  } else {
    v1::CatalogParty& group = *change.add_parties();
    group.set_id(world_.groups[0]);
    group.set_name(world_.groups[0]);
    group.set_kind(v1::PARTY_KIND_GROUP);
    group.add_members(world_.companies[dice_.roll(2)]);
    group.add_members(world_.companies[2 + dice_.roll(2)]);
  }
  return event;
}

}  // namespace capexdb::storage::test
