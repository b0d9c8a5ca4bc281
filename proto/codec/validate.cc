#include "proto/codec/validate.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>

#include "proto/codec/catalog_codec.h"
#include "proto/codec/enums.h"
#include "proto/model/limits.h"
#include "proto/model/text.h"

namespace capexdb {
namespace {

tl::unexpected<Error> reject(std::string field, std::string reason, std::string message) {
  return fail(
      Error{Errc::invalid_argument, std::move(message), std::move(field), std::move(reason)});
}

// Puts the path of the enclosing message before the field of an error.
Error within(const std::string& path, Error error) {
  error.field = error.field.empty() ? path : path + "." + error.field;
  return error;
}

Result<void> check_text(const std::string& field, const std::string& text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return reject(field, "too_long",
                  field + " has " + std::to_string(text.size()) + " bytes; at most " +
                      std::to_string(bytes_max) + " are allowed");
  }
  if (!is_clean_text(text)) {
    return reject(field, "bad_text", field + " is not clean UTF-8 text (control characters?)");
  }
  return {};
}

// Names are found by their slugs; what has none would be found by nobody.
Result<void> check_findable(const std::string& field, const std::string& name, const char* reason) {
  if (name.empty() || !slug(name).empty()) return {};
  return reject(field, reason, field + " '" + name + "' has no letter or digit");
}

Result<PartyRef> party_ref(const std::string& field, const v1::Party& message) {
  PartyRef party;
  party.name = trim(message.name());
  party.ticker = trim(message.ticker());
  CAPEXDB_TRY(check_text(field + ".name", party.name, limits::kNameBytesMax));
  CAPEXDB_TRY(check_text(field + ".ticker", party.ticker, limits::kNameBytesMax));
  const auto kind = from_proto(message.kind());
  if (!kind) return reject(field + ".kind", "unknown_enum", "that party kind is not known");
  party.kind = *kind;
  if (!trim(message.cik()).empty()) {
    party.cik = normal_cik(message.cik());
    if (party.cik.empty()) {
      return reject(field + ".cik", "bad_cik",
                    "the CIK '" + std::string(clip(message.cik(), 40)) + "' is not 1 to 10 digits");
    }
  }
  if (party.name.empty() && party.cik.empty() && party.ticker.empty()) {
    return reject(field + ".name", "missing_name", field + " has no name, CIK or ticker");
  }
  CAPEXDB_TRY(check_findable(field + ".name", party.name, "bad_name"));
  CAPEXDB_TRY(check_findable(field + ".ticker", party.ticker, "bad_ticker"));
  return party;
}

Result<std::vector<CounterpartyRef>> counterparties(
    const google::protobuf::RepeatedPtrField<v1::Counterparty>& messages) {
  if (static_cast<std::size_t>(messages.size()) > limits::kCounterpartiesMax) {
    return reject(
        "counterparties", "too_many",
        "at most " + std::to_string(limits::kCounterpartiesMax) + " counterparties are allowed");
  }
  std::vector<CounterpartyRef> result;
  for (int i = 0; i < messages.size(); ++i) {
    const std::string field = "counterparties[" + std::to_string(i) + "]";
    CAPEXDB_ASSIGN(PartyRef party, party_ref(field + ".party", messages[i].party()));
    const auto role = from_proto(messages[i].role());
    if (!role) return reject(field + ".role", "unknown_enum", "that role is not known");
    result.push_back({std::move(party), *role});
  }
  return result;
}

Result<std::optional<Measure>> measure_of(v1::Measure message) {
  if (message == v1::MEASURE_UNSPECIFIED) return std::optional<Measure>{};
  const auto measure = from_proto(message);
  if (!measure) return reject("measure", "unknown_enum", "that measure is not known");
  return std::optional<Measure>(*measure);
}

bool is_currency(std::string_view code) {
  return code.size() == 3 &&
         std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// "USD" of "USD" and of "USD/{chip}"; else empty.
std::string currency_of_unit(std::string_view unit) {
  const std::string_view head = unit.substr(0, unit.find('/'));
  return is_currency(head) ? std::string(head) : std::string();
}

Result<std::optional<Decimal>> optional_decimal(const std::string& field, const std::string& text) {
  if (text.empty()) return std::optional<Decimal>{};
  auto number = Decimal::parse(text);
  if (!number) {
    number.error().field = field;
    return fail(std::move(number.error()));
  }
  return std::optional<Decimal>(*number);
}

Result<std::optional<Bound>> bound(const std::string& field, const std::string& text,
                                   v1::BoundKind kind) {
  CAPEXDB_ASSIGN(const auto number, optional_decimal(field, text));
  const auto bound_kind = from_proto(kind);
  if (!bound_kind) return reject(field + "_kind", "unknown_enum", "that bound kind is not known");
  if (!number) {
    if (kind != v1::BOUND_KIND_UNSPECIFIED) {
      return reject(field, "missing_bound", field + "_kind is set but " + field + " is empty");
    }
    return std::optional<Bound>{};
  }
  return std::optional<Bound>(Bound{*number, *bound_kind});
}

Result<void> check_interval(const Interval& value) {
  if (value.low && value.high) {
    if (value.high->value < value.low->value) {
      return reject("low", "bounds_reversed",
                    "low " + value.low->value.to_string() + " is above high " +
                        value.high->value.to_string());
    }
    const bool open = value.low->kind == BoundKind::open || value.high->kind == BoundKind::open;
    if (value.low->value == value.high->value && open) {
      return reject("low", "bounds_empty", "no number lies between these bounds");
    }
  }
  if (value.point && ((value.low && *value.point < value.low->value) ||
                      (value.high && *value.point > value.high->value))) {
    return reject("value", "value_outside_bounds",
                  "value " + value.point->to_string() + " is outside its own bounds");
  }
  return {};
}

// Unit and currency, each from the other where one is empty.
Result<void> set_unit(Observation& o, const std::string& unit, const std::string& currency) {
  o.unit = trim(unit);
  o.currency = trim(currency);
  CAPEXDB_TRY(check_text("unit", o.unit, limits::kNameBytesMax));
  const std::string implied = currency_of_unit(o.unit);
  if (o.currency.empty()) o.currency = implied;
  if (!o.currency.empty() && !is_currency(o.currency)) {
    return reject(
        "currency", "bad_currency",
        "'" + std::string(clip(o.currency, 20)) + "' is not an ISO 4217 code such as USD or CNY");
  }
  if (!implied.empty() && implied != o.currency) {
    return reject("currency", "unit_mismatch",
                  "the unit " + o.unit + " and the currency " + o.currency + " do not agree");
  }
  if (o.unit.empty()) o.unit = o.currency;
  return {};
}

Result<Observation> observation(const v1::Quantity& message) {
  Observation o;
  CAPEXDB_ASSIGN(o.value.point, optional_decimal("value", message.value()));
  CAPEXDB_ASSIGN(o.value.low, bound("low", message.low(), message.low_kind()));
  CAPEXDB_ASSIGN(o.value.high, bound("high", message.high(), message.high_kind()));
  CAPEXDB_TRY(check_interval(o.value));
  o.value.approx = message.approx();
  if (message.has_stated_decimals()) {
    if (message.stated_decimals() < -37 || message.stated_decimals() > 37) {
      return reject("stated_decimals", "out_of_range", "stated_decimals must be within -37..37");
    }
    o.value.stated_decimals = message.stated_decimals();
  }
  o.growth_only = message.growth_only();
  o.unquantified = message.unquantified();
  if (o.unquantified && o.value.has_number()) {
    return reject("unquantified", "contradiction", "unquantified is set beside a number");
  }
  if (!o.unquantified && !o.value.has_number()) {
    return reject("value", "missing_value",
                  "give a value, a bound (low, high), or set unquantified for a statement "
                  "without a number");
  }
  CAPEXDB_TRY(set_unit(o, message.unit(), message.currency()));
  return o;
}

// What is the same for every kind of statement.
Result<void> common(const v1::Event& event, Statement& s) {
  CAPEXDB_ASSIGN(s.published, parse_time_range(event.published_at()));
  if (event.status() != v1::STATUS_UNSPECIFIED) {
    const auto status = from_proto(event.status());
    if (!status) return reject("status", "unknown_enum", "that status is not known");
    s.status = *status;
  }
  s.publisher = trim(event.source().publisher());
  s.documents = identify(event.source(), s.published);
  return {};
}

Result<void> about(Statement& s, const v1::Party& subject,
                   const google::protobuf::RepeatedPtrField<v1::Counterparty>& others,
                   const std::string& product, const v1::Period& period) {
  CAPEXDB_ASSIGN(s.subject, party_ref("subject", subject));
  CAPEXDB_ASSIGN(s.counterparties, counterparties(others));
  s.product = trim(product);
  CAPEXDB_TRY(check_text("product", s.product, limits::kNameBytesMax));
  CAPEXDB_TRY(check_findable("product", s.product, "bad_product"));
  s.fiscal = fiscal_from_proto(period);
  if (s.fiscal) return check_text("period.label", period.label(), limits::kNameBytesMax);
  auto p = from_proto(period);
  if (!p) return fail(within("period", std::move(p.error())));
  s.period = *p;
  if (!period.start().empty() || !period.end().empty()) {
    s.period_label = clip(trim(period.label()), limits::kPeriodLabelBytesKept);
  }
  return {};
}

Result<std::string> metric_of(const std::string& text) {
  std::string metric(trim(text));
  if (metric.empty()) return reject("metric", "missing_metric", "the metric is empty");
  CAPEXDB_TRY(check_text("metric", metric, limits::kNameBytesMax));
  CAPEXDB_TRY(check_findable("metric", metric, "bad_metric"));
  return metric;
}

Result<std::string> definition_of(const std::string& text) {
  std::string definition(trim(text));
  CAPEXDB_TRY(check_text("definition", definition, limits::kNameBytesMax));
  return definition;
}

Result<Statement> capex(const v1::Event& event) {
  const v1::CapexFact& fact = event.capex();
  Statement s;
  CAPEXDB_TRY(common(event, s));
  CAPEXDB_TRY(about(s, fact.subject(), fact.counterparties(), fact.product(), fact.period()));
  CAPEXDB_ASSIGN(s.definition, definition_of(fact.definition()));
  auto o = observation(fact.amount());
  if (!o) return fail(within("amount", std::move(o.error())));
  o->metric = "capex";
  CAPEXDB_ASSIGN(o->measure, measure_of(fact.measure()));
  s.observations.push_back(std::move(*o));
  return s;
}

Result<Statement> measure(const v1::Event& event) {
  const v1::MeasureFact& fact = event.measure();
  Statement s;
  CAPEXDB_TRY(common(event, s));
  CAPEXDB_TRY(about(s, fact.subject(), fact.counterparties(), fact.product(), fact.period()));
  CAPEXDB_ASSIGN(s.definition, definition_of(fact.definition()));
  auto o = observation(fact.quantity());
  if (!o) return fail(within("quantity", std::move(o.error())));
  CAPEXDB_ASSIGN(o->metric, metric_of(fact.metric()));
  CAPEXDB_ASSIGN(o->measure, measure_of(fact.measure()));
  s.observations.push_back(std::move(*o));
  return s;
}

Result<Statement> chip_shipment(const v1::Event& event) {
  const v1::ChipShipmentFact& fact = event.chip_shipment();
  Statement s;
  CAPEXDB_TRY(common(event, s));
  CAPEXDB_TRY(about(s, fact.subject(), fact.counterparties(), fact.product(), fact.period()));
  const bool buys = fact.subject_role() == v1::ROLE_BUYER;
  if (!buys && fact.subject_role() != v1::ROLE_SELLER &&
      fact.subject_role() != v1::ROLE_UNSPECIFIED) {
    return reject("subject_role", "bad_role", "the subject of a shipment is its seller or buyer");
  }
  for (CounterpartyRef& other : s.counterparties) {
    if (other.role == Role::unspecified) other.role = buys ? Role::seller : Role::buyer;
  }
  const auto put = [&](const char* field, const v1::Quantity& quantity, const char* metric,
                       bool price) -> Result<void> {
    auto o = observation(quantity);
    if (!o) return fail(within(field, std::move(o.error())));
    o->metric = metric;
    if (!price) {
      CAPEXDB_ASSIGN(o->measure, measure_of(fact.measure()));
    }
    if (o->unit.empty()) o->unit = "{chip}";
    s.observations.push_back(std::move(*o));
    return {};
  };
  if (fact.has_units()) {
    CAPEXDB_TRY(put("units", fact.units(), buys ? "unit_purchases" : "unit_shipments", false));
  }
  if (fact.has_unit_price()) {
    CAPEXDB_TRY(put("unit_price", fact.unit_price(), "unit_price", true));
    Observation& o = s.observations.back();
    if (o.unit == o.currency) o.unit += "/{chip}";
  }
  if (fact.has_value()) {
    CAPEXDB_TRY(put("value", fact.value(), buys ? "purchase_value" : "shipment_value", false));
  }
  if (s.observations.empty()) {
    return reject("units", "missing_value", "a shipment states units, a unit price or a value");
  }
  return s;
}

// The observation that a cell names, without a value; its definition into `s`.
Result<Observation> withdrawn(const v1::Cell& cell, Statement& s) {
  Observation o;
  CAPEXDB_ASSIGN(s.definition, definition_of(cell.definition()));
  CAPEXDB_ASSIGN(o.metric, metric_of(cell.metric()));
  CAPEXDB_ASSIGN(o.measure, measure_of(cell.measure()));
  o.unquantified = true;
  CAPEXDB_TRY(set_unit(o, cell.unit(), cell.currency()));
  return o;
}

Result<Retraction> retraction(const v1::Event& event) {
  const v1::Retraction& fact = event.retraction();
  Retraction r;
  CAPEXDB_ASSIGN(r.published, parse_time_range(event.published_at()));
  r.publisher = trim(event.source().publisher());
  TimeRange document_published = r.published;
  if (!fact.document_published_at().empty()) {
    auto given = parse_time_range(fact.document_published_at());
    if (!given) return fail(within("document_published_at", std::move(given.error())));
    document_published = *given;
  }
  r.documents = identify(event.source(), document_published);
  if (fact.target_case() == v1::Retraction::kEventId) {
    if (fact.event_id().empty() || fact.event_id().size() > limits::kEventIdBytesMax) {
      return reject("event_id", "bad_event_id", "the event_id to withdraw is empty or too long");
    }
    r.event_id = fact.event_id();
    return r;
  }
  if (fact.target_case() != v1::Retraction::kCell) {
    return reject("target", "missing_target", "a retraction names an event_id or a cell");
  }
  const v1::Cell& cell = fact.cell();
  Statement s;
  const auto prefix = [](Error error) { return fail(within("cell", std::move(error))); };
  if (auto ok = about(s, cell.subject(), cell.counterparties(), cell.product(), cell.period());
      !ok) {
    return prefix(std::move(ok.error()));
  }
  s.published = r.published;
  s.named_on = document_published.last_day();
  s.publisher = r.publisher;
  s.documents = r.documents;
  auto o = withdrawn(cell, s);
  if (!o) return prefix(std::move(o.error()));
  s.observations.push_back(std::move(*o));
  r.cell = std::move(s);
  return r;
}

Result<void> check_source(const v1::Event& event) {
  const v1::Source& source = event.source();
  CAPEXDB_TRY(check_text("source.publisher", source.publisher(), limits::kNameBytesMax));
  CAPEXDB_TRY(check_text("source.url", source.url(), limits::kTextBytesMax));
  CAPEXDB_TRY(check_text("source.title", source.title(), limits::kTextBytesMax));
  CAPEXDB_TRY(check_text("source.accession", source.accession(), limits::kNameBytesMax));
  CAPEXDB_TRY(check_text("source.attributed_to", source.attributed_to(), limits::kTextBytesMax));
  if (slug(source.publisher()).empty()) {
    return reject("source.publisher", "missing_source", "who says so? source.publisher is empty");
  }
  if (static_cast<std::size_t>(source.cites_size()) > limits::kCitationsMax) {
    return reject("source.cites", "too_many",
                  "at most " + std::to_string(limits::kCitationsMax) + " citations are allowed");
  }
  for (int i = 0; i < source.cites_size(); ++i) {
    const v1::Citation& c = source.cites(i);
    const std::string field = "source.cites[" + std::to_string(i) + "]";
    if (trim(c.accession()).empty() && trim(c.url()).empty() && slug(c.publisher()).empty() &&
        trim(c.text()).empty()) {
      return reject(field, "empty_citation",
                    "a citation names an accession, a url, a publisher or a text");
    }
    for (const std::string* text :
         {&c.accession(), &c.url(), &c.publisher(), &c.title(), &c.published_at(), &c.text()}) {
      CAPEXDB_TRY(check_text(field, *text, limits::kTextBytesMax));
    }
  }
  return check_text("note", event.note(), limits::kTextBytesMax);
}

std::uint64_t document_by_names(std::string_view publisher, std::string_view title,
                                std::string_view published) {
  std::string key = "names\x1f" + slug(publisher) + "\x1f";
  key.append(trim(title)).append("\x1f").append(published);
  return hash64(key);
}

std::uint64_t document_by(std::string_view kind, std::string_view id) {
  return hash64(std::string(kind) + "\x1f" + std::string(trim(id)));
}

std::uint64_t identify(const v1::Citation& c) {
  if (!trim(c.accession()).empty()) return document_by("accession", c.accession());
  if (!trim(c.url()).empty()) return document_by("url", c.url());
  if (!slug(c.publisher()).empty()) {
    const auto range = parse_time_range(c.published_at());
    return document_by_names(c.publisher(), c.title(),
                             range ? time_range_to_string(*range) : c.published_at());
  }
  // "FT 2024-08-26" is a publisher and a date of publication.
  const std::string_view text = trim(c.text());
  if (const std::size_t space = text.rfind(' '); space != std::string_view::npos) {
    if (const auto range = parse_time_range(text.substr(space + 1))) {
      return document_by_names(text.substr(0, space), "", time_range_to_string(*range));
    }
  }
  return document_by("text", slug(text));
}

}  // namespace

Documents identify(const v1::Source& source, const TimeRange& published) {
  Documents d;
  if (!trim(source.accession()).empty()) {
    d.document = document_by("accession", source.accession());
  } else if (!trim(source.url()).empty()) {
    d.document = document_by("url", source.url());
  } else {
    d.document =
        document_by_names(source.publisher(), source.title(), time_range_to_string(published));
  }
  d.root = source.cites_size() == 0 ? d.document : identify(source.cites(source.cites_size() - 1));
  return d;
}

std::optional<FiscalPeriod> fiscal_from_proto(const v1::Period& message) {
  if (!message.start().empty() || !message.end().empty()) return std::nullopt;
  const v1::PeriodKind kind = message.kind();
  const bool instant = kind == v1::PERIOD_KIND_INSTANT || kind == v1::PERIOD_KIND_WINDOW;
  if (!instant && kind != v1::PERIOD_KIND_SPAN && kind != v1::PERIOD_KIND_UNSPECIFIED) {
    return std::nullopt;
  }
  const auto label = parse_fiscal_label(message.label());
  return label ? std::optional(FiscalPeriod{*label, instant}) : std::nullopt;
}

Result<Period> from_proto(const v1::Period& message) {
  std::optional<Day> start;
  std::optional<Day> end;
  if (!message.start().empty()) {
    auto day = parse_date(message.start());
    if (!day) return fail(within("start", std::move(day.error())));
    start = *day;
  }
  if (!message.end().empty()) {
    auto day = parse_date(message.end());
    if (!day) return fail(within("end", std::move(day.error())));
    end = *day;
  }
  if (start && end && *end < *start) {
    return reject(
        "end", "period_backwards",
        "the period ends on " + message.end() + ", before it starts on " + message.start());
  }
  const bool dated = start || end;
  switch (message.kind()) {
    case v1::PERIOD_KIND_NONE:
      if (dated) return reject("kind", "contradiction", "a period of kind none has no dates");
      return Period{};
    case v1::PERIOD_KIND_OPEN:
      if (start && !end) return make_open_end(*start);
      if (end && !start) return make_open_start(*end);
      return reject("kind", "contradiction", "an open period has exactly one of start and end");
    case v1::PERIOD_KIND_INSTANT:
    case v1::PERIOD_KIND_WINDOW: {
      if (dated) return make_window(start.value_or(*(start ? start : end)), *(end ? end : start));
      CAPEXDB_ASSIGN(const Period named, parse_period(message.label()));
      if (named.kind == PeriodKind::span) return make_window(named.start, named.end - 1);
      return named;
    }
    case v1::PERIOD_KIND_SPAN:
      if (start && end) return make_span(*start, *end);
      if (dated) return reject("end", "missing_date", "a span has a start and an end");
      break;
    case v1::PERIOD_KIND_UNSPECIFIED:
      if (start && end) return make_span(*start, *end);
      if (start) return make_open_end(*start);
      if (end) return make_open_start(*end);
      break;
    default:
      return reject("kind", "unknown_enum", "that period kind is not known");
  }
  if (trim(message.label()).empty()) {
    return reject("start", "missing_period",
                  "the period has neither dates nor a label; a statement without a period has "
                  "kind none");
  }
  return parse_period(message.label());
}

// Holds the right to make a ValidEvent.
class EventValidator {
 public:
  static Result<ValidEvent> run(std::string bytes) {
    if (bytes.size() > limits::kEventBytesMax) {
      return reject("", "too_long",
                    "the event has " + std::to_string(bytes.size()) + " bytes; at most " +
                        std::to_string(limits::kEventBytesMax) + " are allowed");
    }
    v1::Event event;
    {
      google::protobuf::io::CodedInputStream input(
          reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
      input.SetRecursionLimit(limits::kRecursionDepthMax);
      if (!event.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage()) {
        return reject("", "malformed", "these bytes are not a capexdb.v1.Event");
      }
    }
    if (event.event_id().size() > limits::kEventIdBytesMax) {
      return reject(
          "event_id", "too_long",
          "the event_id has more than " + std::to_string(limits::kEventIdBytesMax) + " bytes");
    }
    auto fact = fact_of(event);
    if (!fact) return fail(std::move(fact.error()));
    return ValidEvent(std::move(bytes), event.event_id(), std::move(*fact));
  }

 private:
  static Result<ValidEvent::Fact> fact_of(const v1::Event& event) {
    if (event.fact_case() == v1::Event::kCatalogChange) {
      CAPEXDB_ASSIGN(CatalogChange change, from_proto(event.catalog_change()));
      return ValidEvent::Fact(std::move(change));
    }
    if (event.fact_case() == v1::Event::FACT_NOT_SET) {
      return reject("fact", "missing_fact",
                    "the event has no fact: capex, chip_shipment, measure, retraction or "
                    "catalog_change");
    }
    CAPEXDB_TRY(check_source(event));
    if (trim(event.published_at()).empty()) {
      return reject("published_at", "missing_published_at",
                    "when could the world know? published_at is empty");
    }
    const auto wrap = [](const char* path, auto result) -> Result<ValidEvent::Fact> {
      if (!result) {
        Error error = std::move(result.error());
        if (error.reason == "bad_published_at" && error.field.empty()) error.field = "published_at";
        const bool outer = error.field == "status" || error.field == "published_at";
        return fail(outer ? std::move(error) : within(path, std::move(error)));
      }
      return ValidEvent::Fact(std::move(*result));
    };
    switch (event.fact_case()) {
      case v1::Event::kCapex:
        return wrap("capex", capex(event));
      case v1::Event::kChipShipment:
        return wrap("chip_shipment", chip_shipment(event));
      case v1::Event::kMeasure:
        return wrap("measure", measure(event));
      default:
        return wrap("retraction", retraction(event));
    }
  }
};

Result<ValidEvent> validate(std::string bytes) { return EventValidator::run(std::move(bytes)); }

}  // namespace capexdb
