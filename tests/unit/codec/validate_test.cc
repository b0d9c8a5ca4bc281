#include "proto/codec/validate.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "proto/model/text.h"
#include "tests/unit/codec/events.h"

namespace capexdb {
namespace {

using test::capex_event;
using test::measure_event;
using test::shipment_event;

ValidEvent valid(const v1::Event& event) {
  auto result = validate(event.SerializeAsString());
  EXPECT_TRUE(result) << result.error().field << ": " << result.error().message;
  return *std::move(result);
}

Statement statement(const v1::Event& event) { return std::get<Statement>(valid(event).fact()); }

std::string span_text(const Period& period) { return period_to_string(period); }

TEST(Validate, ACapexFactBecomesOneObservation) {
  const Statement s = statement(capex_event());
  EXPECT_EQ(s.subject, (PartyRef{"Alibaba", PartyKind::unknown, "", ""}));
  EXPECT_EQ(span_text(s.period), "2024-H1");
  EXPECT_EQ(time_range_to_string(s.published), "2024-08-26");
  EXPECT_EQ(s.status, Status::actual);
  EXPECT_EQ(s.publisher, "FT");
  ASSERT_EQ(s.observations.size(), 1U);
  const Observation& o = s.observations[0];
  EXPECT_EQ(o.metric, "capex");
  EXPECT_FALSE(o.measure);
  EXPECT_EQ(o.value.point, *Decimal::parse("23000000000"));
  EXPECT_EQ(o.value.stated_decimals, -9);
  EXPECT_FALSE(o.value.low || o.value.high || o.value.approx);
  EXPECT_EQ(o.unit, "CNY");
  EXPECT_EQ(o.currency, "CNY");
}

TEST(Validate, AMeasureFactKeepsItsMetricRolesAndUnit) {
  v1::Event event = measure_event();
  event.mutable_measure()->set_measure(v1::MEASURE_GROWTH_YOY);
  event.mutable_measure()->mutable_quantity()->set_growth_only(true);
  event.mutable_measure()->mutable_quantity()->set_approx(true);
  event.mutable_measure()->set_definition(" us-gaap:Revenues ");
  const Statement s = statement(event);
  EXPECT_EQ(s.observations[0].metric, "production_capacity");
  EXPECT_EQ(s.observations[0].unit, "{chip}/mo");
  EXPECT_EQ(s.observations[0].currency, "");
  EXPECT_EQ(s.observations[0].measure, Measure::growth_yoy);
  EXPECT_TRUE(s.observations[0].growth_only);
  EXPECT_TRUE(s.observations[0].value.approx);
  EXPECT_EQ(s.definition, "us-gaap:Revenues");
  EXPECT_EQ(s.status, Status::target);
  ASSERT_EQ(s.counterparties.size(), 1U);
  EXPECT_EQ(s.counterparties[0].role, Role::customer);
}

TEST(Validate, NamesAreTrimmedAndCiksNormalised) {
  v1::Event event = capex_event();
  v1::Party& subject = *event.mutable_capex()->mutable_subject();
  subject.set_name("  Alibaba ");
  subject.set_cik(" CIK0001577552 ");
  subject.set_ticker(" BABA ");
  subject.set_kind(v1::PARTY_KIND_COMPANY);
  EXPECT_EQ(statement(event).subject, (PartyRef{"Alibaba", PartyKind::company, "1577552", "BABA"}));
  subject.clear_name();
  EXPECT_EQ(statement(event).subject.name, "");
}

TEST(Validate, AMissingStatusIsActualAndABoundsKindIsClosed) {
  v1::Event event = capex_event();
  event.clear_status();
  v1::Quantity& amount = *event.mutable_capex()->mutable_amount();
  amount.Clear();
  amount.set_low("1");
  amount.set_high("2");
  amount.set_high_kind(v1::BOUND_KIND_APPROXIMATE);
  const Statement s = statement(event);
  EXPECT_EQ(s.status, Status::actual);
  EXPECT_EQ(s.observations[0].value.low->kind, BoundKind::closed);
  EXPECT_EQ(s.observations[0].value.high->kind, BoundKind::approximate);
}

TEST(Validate, AStatementWithoutANumberSaysSo) {
  v1::Event event = capex_event();
  event.mutable_capex()->mutable_amount()->Clear();
  event.mutable_capex()->mutable_amount()->set_unquantified(true);
  event.mutable_capex()->set_measure(v1::MEASURE_DIRECTION);
  const Observation o = statement(event).observations[0];
  EXPECT_TRUE(o.unquantified);
  EXPECT_FALSE(o.value.has_number());
}

TEST(Validate, UnitAndCurrencyFollowFromOneAnother) {
  const auto units = [](const char* unit, const char* currency) {
    v1::Event event = measure_event();
    event.mutable_measure()->mutable_quantity()->set_unit(unit);
    event.mutable_measure()->mutable_quantity()->set_currency(currency);
    const Observation o = statement(event).observations[0];
    return o.unit + " " + o.currency;
  };
  EXPECT_EQ(units("", "CNY"), "CNY CNY");
  EXPECT_EQ(units("USD", ""), "USD USD");
  EXPECT_EQ(units("USD/{chip}", ""), "USD/{chip} USD");
  EXPECT_EQ(units("%", "USD"), "% USD");
  EXPECT_EQ(units("", ""), " ");
}

TEST(Validate, ARetractionNamesAnEventIdOrACell) {
  v1::Event by_id = test::retraction_by_id();
  const ValidEvent kept = valid(by_id);
  EXPECT_EQ(std::get<Retraction>(kept.fact()).event_id, "row-17");
  EXPECT_FALSE(std::get<Retraction>(kept.fact()).cell);

  v1::Event event = test::retraction_of_cell();
  const ValidEvent of_cell = valid(event);
  const Retraction& r = std::get<Retraction>(of_cell.fact());
  ASSERT_TRUE(r.cell);
  EXPECT_EQ(r.publisher, "FT");
  EXPECT_EQ(span_text(r.cell->period), "2024-H1");
  EXPECT_EQ(r.cell->observations.at(0).metric, "capex");
  EXPECT_EQ(r.cell->observations.at(0).unit, "CNY");
  EXPECT_EQ(r.documents.document, statement(capex_event()).documents.document);
}

TEST(Validate, ALaterRetractionNamesTheDayOfTheDocumentThatItWithdraws) {
  v1::Event event = test::retraction_of_cell();
  event.set_published_at("2024-09-15");
  const auto document = [&] {
    return std::get<Retraction>(valid(event).fact()).documents.document;
  };
  const std::uint64_t original = statement(capex_event()).documents.document;
  EXPECT_NE(document(), original);
  event.mutable_retraction()->set_document_published_at("2024-08-26");
  EXPECT_EQ(document(), original);
  EXPECT_EQ(time_range_to_string(std::get<Retraction>(valid(event).fact()).published),
            "2024-09-15");
}

TEST(Validate, ACatalogueChangeNeedsNoSource) {
  const ValidEvent event = valid(test::catalogue_event());
  EXPECT_EQ(std::get<CatalogChange>(event.fact()).parties.size(), 2U);
}

TEST(Validate, TheEventsOwnBytesAreKeptWithItsUnknownFields) {
  v1::Event event = capex_event();
  event.set_event_id("row-1");
  const std::string bytes = event.SerializeAsString() + "\xC2\x3E\x05later";  // field 1000
  const auto result = validate(bytes);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->bytes(), bytes);
  EXPECT_EQ(result->event_id(), "row-1");
  v1::Event again;
  ASSERT_TRUE(again.ParseFromString(result->bytes()));
  EXPECT_NE(again.SerializeAsString().find("later"), std::string::npos);
}

TEST(ShipmentValidate, TheSellersSideIsTheDefault) {
  const Statement s = statement(shipment_event());
  EXPECT_EQ(s.product, "H20");
  EXPECT_EQ(span_text(s.period), "2024-08-26/..");
  ASSERT_EQ(s.counterparties.size(), 1U);
  EXPECT_EQ(s.counterparties[0].role, Role::buyer);
  ASSERT_EQ(s.observations.size(), 3U);
  EXPECT_EQ(s.observations[0].metric, "unit_shipments");
  EXPECT_EQ(s.observations[0].unit, "{chip}");
  EXPECT_EQ(s.observations[0].value.low, (Bound{Decimal(1'000'000), BoundKind::open}));
  EXPECT_FALSE(s.observations[0].value.point);
  EXPECT_EQ(s.observations[1].metric, "unit_price");
  EXPECT_EQ(s.observations[1].unit, "USD/{chip}");
  EXPECT_EQ(s.observations[1].currency, "USD");
  EXPECT_EQ(s.observations[2].metric, "shipment_value");
  EXPECT_EQ(s.observations[2].unit, "USD");
}

TEST(ShipmentValidate, TheBuyersSideHasItsOwnMetricsAndASellerAcross) {
  v1::Event event = shipment_event();
  event.mutable_chip_shipment()->set_subject_role(v1::ROLE_BUYER);
  v1::Counterparty& other = *event.mutable_chip_shipment()->add_counterparties();
  other.mutable_party()->set_name("AMD");
  other.set_role(v1::ROLE_COMPARATOR);
  const Statement s = statement(event);
  EXPECT_EQ(s.counterparties[0].role, Role::seller);
  EXPECT_EQ(s.counterparties[1].role, Role::comparator);
  EXPECT_EQ(s.observations[0].metric, "unit_purchases");
  EXPECT_EQ(s.observations[1].metric, "unit_price");
  EXPECT_EQ(s.observations[2].metric, "purchase_value");
}

TEST(ShipmentValidate, TheMeasureIsThatOfUnitsAndValueButNotOfThePrice) {
  v1::Event event = shipment_event();
  event.mutable_chip_shipment()->set_measure(v1::MEASURE_LEVEL);
  const Statement s = statement(event);
  EXPECT_EQ(s.observations[0].measure, Measure::level);
  EXPECT_FALSE(s.observations[1].measure);
  EXPECT_EQ(s.observations[2].measure, Measure::level);
}

TEST(ShipmentValidate, EachOfItsNumbersMayStandAlone) {
  v1::Event event = shipment_event();
  event.mutable_chip_shipment()->clear_units();
  event.mutable_chip_shipment()->clear_value();
  event.mutable_chip_shipment()->mutable_unit_price()->set_unit("USD/{server}");
  const Statement s = statement(event);
  ASSERT_EQ(s.observations.size(), 1U);
  EXPECT_EQ(s.observations[0].unit, "USD/{server}");
}

TEST(PeriodCodec, DatesDecideOverTheLabelAndTheKindOverTheDates) {
  struct Case {
    v1::PeriodKind kind;
    const char* start;
    const char* end;
    const char* label;
    const char* expected;
  };
  for (const Case& c : std::vector<Case>{
           {v1::PERIOD_KIND_UNSPECIFIED, "2024-01-01", "2024-06-30", "2023", "2024-H1"},
           {v1::PERIOD_KIND_UNSPECIFIED, "2024-03-01", "", "", "2024-03-01/.."},
           {v1::PERIOD_KIND_UNSPECIFIED, "", "2024-08-31", "", "../2024-08-31"},
           {v1::PERIOD_KIND_UNSPECIFIED, "", "", "2Q24", "2024-Q2"},
           {v1::PERIOD_KIND_UNSPECIFIED, "", "", "@2024-08-26", "@2024-08-26"},
           {v1::PERIOD_KIND_SPAN, "2024-01-29", "2024-04-28", "FY2025-Q1", "2024-01-29/2024-04-28"},
           {v1::PERIOD_KIND_SPAN, "", "", "CY2024Q1", "2024-Q1"},
           {v1::PERIOD_KIND_OPEN, "2024-03-01", "", "coming months", "2024-03-01/.."},
           {v1::PERIOD_KIND_OPEN, "", "2024-08-31", "", "../2024-08-31"},
           {v1::PERIOD_KIND_INSTANT, "2024-08-26", "", "", "@2024-08-26"},
           {v1::PERIOD_KIND_INSTANT, "", "2024-08-26", "", "@2024-08-26"},
           {v1::PERIOD_KIND_INSTANT, "2024-08-26", "2024-08-26", "", "@2024-08-26"},
           {v1::PERIOD_KIND_INSTANT, "", "", "2024-Q4", "@2024-10-01/2024-12-31"},
           {v1::PERIOD_KIND_INSTANT, "", "", "@2024-08-26", "@2024-08-26"},
           {v1::PERIOD_KIND_WINDOW, "2024-10-01", "2024-12-31", "", "@2024-10-01/2024-12-31"},
           {v1::PERIOD_KIND_WINDOW, "", "", "2024", "@2024-01-01/2024-12-31"},
           {v1::PERIOD_KIND_NONE, "", "", "over the years", "none"}}) {
    v1::Period message;
    message.set_kind(c.kind);
    message.set_start(c.start);
    message.set_end(c.end);
    message.set_label(c.label);
    const auto period = from_proto(message);
    ASSERT_TRUE(period) << message.ShortDebugString() << ": " << period.error().message;
    EXPECT_EQ(period_to_string(*period), c.expected) << message.ShortDebugString();
  }
}

TEST(PeriodCodec, AFiscalLabelWithoutDatesIsLeftToTheCatalogue) {
  v1::Event event = capex_event();
  v1::Period& period = *event.mutable_capex()->mutable_period();
  period.Clear();
  period.set_label("Q1 FY2025");
  auto valid = validate(event.SerializeAsString());
  ASSERT_TRUE(valid) << valid.error().message;
  const Statement* statement = &std::get<Statement>(valid->fact());
  ASSERT_TRUE(statement->fiscal);
  EXPECT_EQ(to_string(statement->fiscal->label), "FY2025-Q1");
  EXPECT_FALSE(statement->fiscal->instant);
  EXPECT_EQ(statement->period.kind, PeriodKind::none);
  period.set_kind(v1::PERIOD_KIND_INSTANT);
  valid = validate(event.SerializeAsString());
  ASSERT_TRUE(valid) << valid.error().message;
  EXPECT_TRUE(std::get<Statement>(valid->fact()).fiscal->instant);
  // Dates decide over the label.
  period.set_kind(v1::PERIOD_KIND_SPAN);
  period.set_start("2024-01-29");
  period.set_end("2024-04-28");
  valid = validate(event.SerializeAsString());
  ASSERT_TRUE(valid) << valid.error().message;
  EXPECT_FALSE(std::get<Statement>(valid->fact()).fiscal);
  // One side of a fiscal period is none.
  period.clear_end();
  EXPECT_EQ(validate(event.SerializeAsString()).error().reason, "missing_date");
  period.clear_start();
  period.set_kind(v1::PERIOD_KIND_OPEN);
  EXPECT_EQ(validate(event.SerializeAsString()).error().reason, "contradiction");
  period.set_kind(v1::PERIOD_KIND_NONE);
  valid = validate(event.SerializeAsString());
  ASSERT_TRUE(valid);
  EXPECT_FALSE(std::get<Statement>(valid->fact()).fiscal);
}

v1::Source source(const std::string& publisher, const std::string& title = "") {
  v1::Source s;
  s.set_publisher(publisher);
  s.set_title(title);
  return s;
}

Documents identified(const v1::Source& s, const std::string& published = "2024-08-26") {
  return identify(s, *parse_time_range(published));
}

TEST(DocumentIdentity, TheAccessionBeatsTheUrlWhichBeatsTheNames) {
  v1::Source a = source("FT", "China's AI spending");
  v1::Source b = source("Benzinga", "another title");
  EXPECT_NE(identified(a).document, identified(b).document);
  a.set_url("https://example.com/1");
  b.set_url(" https://example.com/1 ");
  EXPECT_EQ(identified(a).document, identified(b, "2025-01-01").document);
  a.set_accession("0001193125-24-123456");
  EXPECT_NE(identified(a).document, identified(b).document);
  b.set_accession("0001193125-24-123456");
  b.set_url("https://example.com/2");
  EXPECT_EQ(identified(a).document, identified(b).document);
}

TEST(DocumentIdentity, IsPublisherTitleAndDateWhereNothingBetterIsKnown) {
  const std::uint64_t document = identified(source("FT", "AI spending")).document;
  EXPECT_EQ(identified(source(" ft. ", " AI spending ")).document, document);
  EXPECT_NE(identified(source("FT", "AI spending"), "2024-08-27").document, document);
  EXPECT_NE(identified(source("FT", "Another")).document, document);
  EXPECT_NE(identified(source("FT")).document, document);
  EXPECT_EQ(identified(source("FT"), "2024-08-01/2024-08-31").document,
            identified(source("FT"), "2024-08").document);
  // An id of one kind is never an id of another.
  v1::Source url = source("FT");
  url.set_url("x");
  v1::Source accession = source("FT");
  accession.set_accession("x");
  EXPECT_NE(identified(url).document, identified(accession).document);
}

TEST(DocumentIdentity, ACitationIsIdentifiedLikeTheDocumentItself) {
  v1::Source original = source("FT", "AI spending");
  v1::Source copy = source("Benzinga");
  v1::Citation& cited = *copy.add_cites();
  cited.set_publisher("ft");
  cited.set_title("AI spending");
  cited.set_published_at("2024-08-26");
  EXPECT_EQ(identified(copy, "2024-08-27").root, identified(original).document);
  original.set_url("https://example.com/1");
  cited.set_url("https://example.com/1");
  EXPECT_EQ(identified(copy).root, identified(original).document);
  original.set_accession("A-1");
  cited.set_accession("A-1");
  EXPECT_EQ(identified(copy).root, identified(original).document);
}

TEST(DocumentIdentity, APrintedCitationIsReadAsAPublisherAndADate) {
  v1::Source copy = source("Benzinga");
  v1::Citation& cited = *copy.add_cites();
  cited.set_text("FT 2024-08-26");
  EXPECT_EQ(identified(copy).root, identified(source("FT")).document);
  cited.set_text(" Financial Times 2024-08 ");
  EXPECT_EQ(identified(copy).root, identified(source("financial-times"), "2024-08").document);
  cited.set_text("FT report of last week");
  const std::uint64_t text = identified(copy).root;
  EXPECT_NE(text, identified(source("FT")).document);
  cited.set_text("ft  report of last week");
  EXPECT_EQ(identified(copy).root, text);
}

TEST(DocumentIdentity, TheLastCitationIsTheRootAndADocumentWithoutAnyItsOwn) {
  v1::Source s = source("Aggregator");
  EXPECT_EQ(identified(s).root, identified(s).document);
  s.add_cites()->set_text("Benzinga 2024-08-27");
  s.add_cites()->set_text("FT 2024-08-26");
  EXPECT_EQ(identified(s).root, identified(source("FT")).document);
  EXPECT_NE(identified(s).document, identified(s).root);
}

}  // namespace
}  // namespace capexdb
