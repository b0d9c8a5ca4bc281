#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proto/codec/validate.h"
#include "proto/model/limits.h"
#include "tests/unit/codec/events.h"

namespace capexdb {
namespace {

using test::capex_event;
using test::measure_event;
using test::retraction_by_id;
using test::retraction_of_cell;
using test::shipment_event;

using Make = v1::Event (*)();
using Spoil = void (*)(v1::Event&);

struct Rejection {
  Make make;
  Spoil spoil;
  std::string field;
  std::string reason;
  Errc code = Errc::invalid_argument;
};

void expect_rejected(const std::vector<Rejection>& cases) {
  for (const Rejection& c : cases) {
    v1::Event event = c.make();
    ASSERT_TRUE(validate(event.SerializeAsString())) << "before " << c.field << " " << c.reason;
    c.spoil(event);
    const auto result = validate(event.SerializeAsString());
    ASSERT_FALSE(result) << c.field << " " << c.reason;
    EXPECT_EQ(result.error().field, c.field) << result.error().message;
    EXPECT_EQ(result.error().reason, c.reason) << c.field << ": " << result.error().message;
    EXPECT_EQ(result.error().code, c.code) << c.field;
    EXPECT_FALSE(result.error().message.empty()) << c.field;
  }
}

template <class E>
E unknown() {
  return static_cast<E>(99);
}

std::string longer_than(std::size_t bytes) { return std::string(bytes + 1, 'x'); }
std::string long_name() { return longer_than(limits::kNameBytesMax); }
std::string long_text() { return longer_than(limits::kTextBytesMax); }

TEST(Rejection, TheEventItself) {
  expect_rejected({
      {capex_event, [](auto& e) { e.clear_fact(); }, "fact", "missing_fact"},
      {capex_event, [](auto& e) { e.set_event_id(longer_than(limits::kEventIdBytesMax)); },
       "event_id", "too_long"},
      {capex_event, [](auto& e) { e.set_note(long_text()); }, "note", "too_long"},
      {capex_event, [](auto& e) { e.set_note("\x1B[2J"); }, "note", "bad_text"},
      {capex_event, [](auto& e) { e.clear_published_at(); }, "published_at",
       "missing_published_at"},
      {capex_event, [](auto& e) { e.set_published_at(" "); }, "published_at",
       "missing_published_at"},
      {capex_event, [](auto& e) { e.set_published_at("last week"); }, "published_at",
       "bad_published_at"},
      {capex_event, [](auto& e) { e.set_published_at("2024-02-30T10:00:00Z"); }, "published_at",
       "bad_published_at"},
      {shipment_event, [](auto& e) { e.set_published_at("2024-13"); }, "published_at",
       "bad_published_at"},
      {retraction_by_id, [](auto& e) { e.set_published_at("2024-13"); }, "published_at",
       "bad_published_at"},
      {capex_event, [](auto& e) { e.set_status(unknown<v1::Status>()); }, "status", "unknown_enum"},
  });
}

TEST(Rejection, BytesThatAreNoEventOrTooManyOfThem) {
  const auto reason_of = [](std::string bytes) {
    const auto result = validate(std::move(bytes));
    EXPECT_TRUE(result || result.error().field.empty());
    return result ? "accepted" : result.error().reason;
  };
  EXPECT_EQ(reason_of("\xFF"), "malformed");
  EXPECT_EQ(reason_of("hello, world"), "malformed");
  const std::string whole = capex_event().SerializeAsString();
  EXPECT_EQ(reason_of(whole.substr(0, whole.size() - 1)), "malformed");
  EXPECT_EQ(reason_of(whole + '\0'), "malformed");
  // A group's end without its start.
  EXPECT_EQ(reason_of(whole + "\x0C"), "malformed");
  // No valid UTF-8 in a string field.
  EXPECT_EQ(reason_of(whole + "\x32\x01\xFF"), "malformed");

  v1::Event event = capex_event();
  event.mutable_origin()->set_file(std::string(limits::kEventBytesMax, 'x'));
  EXPECT_EQ(reason_of(event.SerializeAsString()), "too_long");
  const std::size_t over = event.ByteSizeLong() - limits::kEventBytesMax;
  event.mutable_origin()->mutable_file()->resize(limits::kEventBytesMax - over);
  ASSERT_EQ(event.ByteSizeLong(), limits::kEventBytesMax);
  EXPECT_EQ(reason_of(event.SerializeAsString()), "accepted");
}

TEST(Rejection, GroupsNestedDeeperThanTheLimit) {
  const auto nested = [](int depth) {
    std::string bytes = capex_event().SerializeAsString();
    for (int i = 0; i < depth; ++i) bytes += "\xA3\x06";  // start group 100
    for (int i = 0; i < depth; ++i) bytes += "\xA4\x06";  // end group 100
    return validate(bytes);
  };
  EXPECT_TRUE(nested(limits::kRecursionDepthMax - 1));
  const auto deep = nested(limits::kRecursionDepthMax + 1);
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().reason, "malformed");
  EXPECT_FALSE(nested(100'000));
}

TEST(Rejection, TheSource) {
  expect_rejected({
      {capex_event, [](auto& e) { e.clear_source(); }, "source.publisher", "missing_source"},
      {capex_event, [](auto& e) { e.mutable_source()->set_publisher(" ?! "); }, "source.publisher",
       "missing_source"},
      {capex_event, [](auto& e) { e.mutable_source()->set_publisher(long_name()); },
       "source.publisher", "too_long"},
      {capex_event, [](auto& e) { e.mutable_source()->set_publisher("F\x01T"); },
       "source.publisher", "bad_text"},
      {capex_event, [](auto& e) { e.mutable_source()->set_url(long_text()); }, "source.url",
       "too_long"},
      {capex_event, [](auto& e) { e.mutable_source()->set_title(long_text()); }, "source.title",
       "too_long"},
      {capex_event, [](auto& e) { e.mutable_source()->set_accession(long_name()); },
       "source.accession", "too_long"},
      {capex_event, [](auto& e) { e.mutable_source()->set_attributed_to(long_text()); },
       "source.attributed_to", "too_long"},
      {capex_event,
       [](auto& e) {
         for (std::size_t i = 0; i <= limits::kCitationsMax; ++i) {
           e.mutable_source()->add_cites()->set_text("FT 2024-08-26");
         }
       },
       "source.cites", "too_many"},
      {capex_event,
       [](auto& e) {
         e.mutable_source()->add_cites()->set_text("FT 2024-08-26");
         e.mutable_source()->add_cites()->set_title("a title alone names no document");
       },
       "source.cites[1]", "empty_citation"},
      {capex_event, [](auto& e) { e.mutable_source()->add_cites()->set_accession(" "); },
       "source.cites[0]", "empty_citation"},
      {capex_event, [](auto& e) { e.mutable_source()->add_cites()->set_url(long_text()); },
       "source.cites[0]", "too_long"},
      {capex_event, [](auto& e) { e.mutable_source()->add_cites()->set_text("\x07"); },
       "source.cites[0]", "bad_text"},
  });
}

TEST(Rejection, TheParties) {
  expect_rejected({
      {capex_event, [](auto& e) { e.mutable_capex()->clear_subject(); }, "capex.subject.name",
       "missing_name"},
      {capex_event, [](auto& e) { e.mutable_capex()->mutable_subject()->set_name(" --- "); },
       "capex.subject.name", "bad_name"},
      {capex_event,
       [](auto& e) {
         e.mutable_capex()->mutable_subject()->set_name("--");
         e.mutable_capex()->mutable_subject()->set_ticker("BABA");
         e.mutable_capex()->mutable_subject()->set_cik("1577552");
       },
       "capex.subject.name", "bad_name"},
      {capex_event, [](auto& e) { e.mutable_capex()->mutable_subject()->set_ticker("!!"); },
       "capex.subject.ticker", "bad_ticker"},
      {measure_event,
       [](auto& e) {
         e.mutable_measure()->mutable_counterparties(0)->mutable_party()->set_name("(?)");
       },
       "measure.counterparties[0].party.name", "bad_name"},
      {capex_event, [](auto& e) { e.mutable_capex()->mutable_subject()->set_name(long_name()); },
       "capex.subject.name", "too_long"},
      {capex_event, [](auto& e) { e.mutable_capex()->mutable_subject()->set_name("a\x7F"); },
       "capex.subject.name", "bad_text"},
      {capex_event, [](auto& e) { e.mutable_capex()->mutable_subject()->set_ticker(long_name()); },
       "capex.subject.ticker", "too_long"},
      {capex_event, [](auto& e) { e.mutable_capex()->mutable_subject()->set_cik("12345678901"); },
       "capex.subject.cik", "bad_cik"},
      {measure_event,
       [](auto& e) { e.mutable_measure()->mutable_subject()->set_kind(unknown<v1::PartyKind>()); },
       "measure.subject.kind", "unknown_enum"},
      {measure_event,
       [](auto& e) { e.mutable_measure()->mutable_counterparties(0)->clear_party(); },
       "measure.counterparties[0].party.name", "missing_name"},
      {measure_event,
       [](auto& e) {
         e.mutable_measure()->mutable_counterparties(0)->set_role(unknown<v1::Role>());
       },
       "measure.counterparties[0].role", "unknown_enum"},
      {shipment_event,
       [](auto& e) {
         for (std::size_t i = 0; i < limits::kCounterpartiesMax; ++i) {
           e.mutable_chip_shipment()->add_counterparties()->mutable_party()->set_name("Baidu");
         }
       },
       "chip_shipment.counterparties", "too_many"},
      {shipment_event,
       [](auto& e) { e.mutable_chip_shipment()->set_subject_role(v1::ROLE_INVESTOR); },
       "chip_shipment.subject_role", "bad_role"},
      {shipment_event, [](auto& e) { e.mutable_chip_shipment()->set_product(long_name()); },
       "chip_shipment.product", "too_long"},
      {shipment_event, [](auto& e) { e.mutable_chip_shipment()->set_product(" - "); },
       "chip_shipment.product", "bad_product"},
  });
}

TEST(Rejection, ThePeriod) {
  static const auto period = [](v1::Event& e) -> v1::Period& {
    return *e.mutable_capex()->mutable_period();
  };
  expect_rejected({
      {capex_event, [](auto& e) { e.mutable_capex()->clear_period(); }, "capex.period.start",
       "missing_period"},
      {capex_event, [](auto& e) { period(e).set_start("2024-02-30"); }, "capex.period.start",
       "bad_date"},
      {capex_event, [](auto& e) { period(e).set_end("June"); }, "capex.period.end", "bad_date"},
      {capex_event, [](auto& e) { period(e).set_end("2023-12-31"); }, "capex.period.end",
       "period_backwards"},
      {capex_event, [](auto& e) { period(e).set_kind(v1::PERIOD_KIND_NONE); }, "capex.period.kind",
       "contradiction"},
      {capex_event, [](auto& e) { period(e).set_kind(v1::PERIOD_KIND_OPEN); }, "capex.period.kind",
       "contradiction"},
      {capex_event,
       [](auto& e) {
         period(e).set_kind(v1::PERIOD_KIND_SPAN);
         period(e).clear_end();
       },
       "capex.period.end", "missing_date"},
      {capex_event, [](auto& e) { period(e).set_kind(unknown<v1::PeriodKind>()); },
       "capex.period.kind", "unknown_enum"},
      {capex_event,
       [](auto& e) {
         period(e).Clear();
         period(e).set_label("the coming months");
       },
       "capex.period", "bad_period"},
      {capex_event,
       [](auto& e) {
         period(e).Clear();
         period(e).set_label("FY2025-Q5");
       },
       "capex.period", "bad_period"},
      {measure_event, [](auto& e) { e.mutable_measure()->mutable_period()->set_label("soon"); },
       "measure.period", "bad_period"},
      {retraction_of_cell, [](auto& e) { e.mutable_retraction()->mutable_cell()->clear_period(); },
       "retraction.cell.period.start", "missing_period"},
  });
}

TEST(Rejection, TheNumbers) {
  static const auto amount = [](v1::Event& e) -> v1::Quantity& {
    return *e.mutable_capex()->mutable_amount();
  };
  expect_rejected({
      {capex_event, [](auto& e) { e.mutable_capex()->clear_amount(); }, "capex.amount.value",
       "missing_value"},
      {capex_event, [](auto& e) { amount(e).set_value("23bn"); }, "capex.amount.value",
       "bad_decimal"},
      {capex_event, [](auto& e) { amount(e).set_value("2.3e10"); }, "capex.amount.value",
       "bad_decimal"},
      {capex_event, [](auto& e) { amount(e).set_value(std::string(39, '1')); },
       "capex.amount.value", "decimal_overflow", Errc::out_of_range},
      {capex_event, [](auto& e) { amount(e).set_low("1,000"); }, "capex.amount.low", "bad_decimal"},
      {capex_event, [](auto& e) { amount(e).set_high("much"); }, "capex.amount.high",
       "bad_decimal"},
      {capex_event, [](auto& e) { amount(e).set_low_kind(v1::BOUND_KIND_OPEN); },
       "capex.amount.low", "missing_bound"},
      {capex_event, [](auto& e) { amount(e).set_high_kind(v1::BOUND_KIND_CLOSED); },
       "capex.amount.high", "missing_bound"},
      {capex_event, [](auto& e) { amount(e).set_low_kind(unknown<v1::BoundKind>()); },
       "capex.amount.low_kind", "unknown_enum"},
      {capex_event, [](auto& e) { amount(e).set_high_kind(unknown<v1::BoundKind>()); },
       "capex.amount.high_kind", "unknown_enum"},
      {capex_event,
       [](auto& e) {
         amount(e).clear_value();
         amount(e).set_low("2");
         amount(e).set_high("1");
       },
       "capex.amount.low", "bounds_reversed"},
      {capex_event,
       [](auto& e) {
         amount(e).clear_value();
         amount(e).set_low("2");
         amount(e).set_high("2.0");
         amount(e).set_high_kind(v1::BOUND_KIND_OPEN);
       },
       "capex.amount.low", "bounds_empty"},
      {capex_event, [](auto& e) { amount(e).set_low("23000000001"); }, "capex.amount.value",
       "value_outside_bounds"},
      {capex_event, [](auto& e) { amount(e).set_high("22999999999.9"); }, "capex.amount.value",
       "value_outside_bounds"},
      {capex_event, [](auto& e) { amount(e).set_stated_decimals(38); },
       "capex.amount.stated_decimals", "out_of_range"},
      {capex_event, [](auto& e) { amount(e).set_stated_decimals(-2'147'483'647); },
       "capex.amount.stated_decimals", "out_of_range"},
      {capex_event, [](auto& e) { amount(e).set_unquantified(true); }, "capex.amount.unquantified",
       "contradiction"},
      {capex_event, [](auto& e) { amount(e).set_unit(long_name()); }, "capex.amount.unit",
       "too_long"},
      {capex_event, [](auto& e) { amount(e).set_currency("yuan"); }, "capex.amount.currency",
       "bad_currency"},
      {capex_event, [](auto& e) { amount(e).set_unit("USD/{chip}"); }, "capex.amount.currency",
       "unit_mismatch"},
      {capex_event, [](auto& e) { e.mutable_capex()->set_measure(unknown<v1::Measure>()); },
       "capex.measure", "unknown_enum"},
      {capex_event, [](auto& e) { e.mutable_capex()->set_definition(long_name()); },
       "capex.definition", "too_long"},
      {measure_event, [](auto& e) { e.mutable_measure()->set_metric("  "); }, "measure.metric",
       "missing_metric"},
      {measure_event, [](auto& e) { e.mutable_measure()->set_metric("/"); }, "measure.metric",
       "bad_metric"},
      {measure_event, [](auto& e) { e.mutable_measure()->set_metric(long_name()); },
       "measure.metric", "too_long"},
      {measure_event, [](auto& e) { e.mutable_measure()->set_definition("\x02"); },
       "measure.definition", "bad_text"},
      {measure_event, [](auto& e) { e.mutable_measure()->mutable_quantity()->set_value("many"); },
       "measure.quantity.value", "bad_decimal"},
      {measure_event, [](auto& e) { e.mutable_measure()->set_measure(unknown<v1::Measure>()); },
       "measure.measure", "unknown_enum"},
      {shipment_event,
       [](auto& e) {
         e.mutable_chip_shipment()->clear_units();
         e.mutable_chip_shipment()->clear_unit_price();
         e.mutable_chip_shipment()->clear_value();
       },
       "chip_shipment.units", "missing_value"},
      {shipment_event,
       [](auto& e) { e.mutable_chip_shipment()->mutable_units()->set_low("one million"); },
       "chip_shipment.units.low", "bad_decimal"},
      {shipment_event,
       [](auto& e) { e.mutable_chip_shipment()->mutable_unit_price()->set_high("11999"); },
       "chip_shipment.unit_price.low", "bounds_reversed"},
      {shipment_event,
       [](auto& e) { e.mutable_chip_shipment()->mutable_value()->set_currency("$"); },
       "chip_shipment.value.currency", "bad_currency"},
      {shipment_event,
       [](auto& e) { e.mutable_chip_shipment()->set_measure(unknown<v1::Measure>()); },
       "chip_shipment.measure", "unknown_enum"},
  });
}

TEST(Rejection, RetractionsAndTheCatalogue) {
  static const auto cell = [](v1::Event& e) -> v1::Cell& {
    return *e.mutable_retraction()->mutable_cell();
  };
  expect_rejected({
      {retraction_by_id, [](auto& e) { e.mutable_retraction()->clear_target(); },
       "retraction.target", "missing_target"},
      {retraction_by_id, [](auto& e) { e.mutable_retraction()->set_event_id(""); },
       "retraction.event_id", "bad_event_id"},
      {retraction_by_id,
       [](auto& e) { e.mutable_retraction()->set_event_id(longer_than(limits::kEventIdBytesMax)); },
       "retraction.event_id", "bad_event_id"},
      {retraction_of_cell,
       [](auto& e) { e.mutable_retraction()->set_document_published_at("2024-02-30"); },
       "retraction.document_published_at", "bad_published_at"},
      {retraction_of_cell, [](auto& e) { cell(e).clear_subject(); }, "retraction.cell.subject.name",
       "missing_name"},
      {retraction_of_cell, [](auto& e) { cell(e).clear_metric(); }, "retraction.cell.metric",
       "missing_metric"},
      {retraction_of_cell, [](auto& e) { cell(e).set_measure(unknown<v1::Measure>()); },
       "retraction.cell.measure", "unknown_enum"},
      {retraction_of_cell, [](auto& e) { cell(e).set_unit(long_name()); }, "retraction.cell.unit",
       "too_long"},
      {retraction_of_cell, [](auto& e) { cell(e).set_currency("yuan"); },
       "retraction.cell.currency", "bad_currency"},
      {retraction_of_cell, [](auto& e) { cell(e).set_definition(long_name()); },
       "retraction.cell.definition", "too_long"},
      {test::catalogue_event,
       [](auto& e) { e.mutable_catalog_change()->mutable_parties(0)->set_id("Alibaba Group"); },
       "catalog_change.parties[Alibaba Group]", "bad_catalog_entry"},
      {retraction_of_cell, [](auto& e) { cell(e).set_product("-"); }, "retraction.cell.product",
       "bad_product"},
  });
}

TEST(Rejection, AnIdThatComesTwiceInOneChange) {
  // Of the names of a batch, which are the store's own, several records may tell.
  static const auto change = [](v1::Event& e) -> v1::CatalogChange& {
    e.mutable_catalog_change()->set_automatic(false);
    return *e.mutable_catalog_change();
  };
  expect_rejected({
      {test::catalogue_event, [](auto& e) { *change(e).add_parties() = change(e).parties(1); },
       "catalog_change.parties[bat]", "bad_catalog_entry"},
      {test::catalogue_event, [](auto& e) { change(e).add_metrics()->set_id("CapEx"); },
       "catalog_change.metrics[CapEx]", "bad_catalog_entry"},
      {test::catalogue_event, [](auto& e) { change(e).add_products()->set_id("h20"); },
       "catalog_change.products[h20]", "bad_catalog_entry"},
      {test::catalogue_event, [](auto& e) { change(e).add_sources()->set_name("SEC-EDGAR"); },
       "catalog_change.sources[SEC-EDGAR]", "bad_catalog_entry"},
      {test::catalogue_event, [](auto& e) { change(e).add_products()->set_id("--"); },
       "catalog_change.products[--]", "bad_catalog_entry"},
  });
}

TEST(Rejection, AChangeOfTooManyEntries) {
  v1::Event event;
  v1::CatalogChange& change = *event.mutable_catalog_change();
  for (std::size_t i = 0; i < limits::kCatalogEntriesMax - 1; ++i) {
    change.add_products()->set_id("p" + std::to_string(i));
  }
  change.add_sources()->set_name("FT");
  EXPECT_TRUE(validate(event.SerializeAsString()));
  change.add_metrics()->set_id("capex");
  const auto result = validate(event.SerializeAsString());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().field, "catalog_change");
  EXPECT_EQ(result.error().reason, "bad_catalog_entry");
}

}  // namespace
}  // namespace capexdb
