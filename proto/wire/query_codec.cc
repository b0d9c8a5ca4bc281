#include "proto/wire/query_codec.h"

#include <google/protobuf/stubs/logging.h>

#include "proto/codec/enums.h"

namespace capexdb::wire {
namespace {

template <class To, class From>
Result<To> known(std::optional<To> value, From number, const char* what) {
  if (!value) {
    return fail(Errc::invalid_argument,
                std::string("unknown ") + what + " " + std::to_string(static_cast<int>(number)));
  }
  return *value;
}

Result<std::optional<Decimal>> decimal(const std::string& text) {
  if (text.empty()) return std::optional<Decimal>{};
  CAPEXDB_ASSIGN(const Decimal number, Decimal::parse(text));
  return std::optional<Decimal>(number);
}

Result<std::optional<Bound>> bound(const std::string& text, v1::BoundKind kind) {
  CAPEXDB_ASSIGN(const auto number, decimal(text));
  if (!number) return std::optional<Bound>{};
  CAPEXDB_ASSIGN(const BoundKind bound_kind,
                 known<BoundKind>(capexdb::from_proto(kind), kind, "bound kind"));
  return std::optional<Bound>(Bound{*number, bound_kind});
}

// The number of a row or of a range.
template <class Message>
void put_number(const Interval& number, Message& m) {
  if (number.point) m.set_value(number.point->to_string());
  if (number.low) {
    m.set_low(number.low->value.to_string());
    m.set_low_kind(capexdb::to_proto(number.low->kind));
  }
  if (number.high) {
    m.set_high(number.high->value.to_string());
    m.set_high_kind(capexdb::to_proto(number.high->kind));
  }
  m.set_approx(number.approx);
}

template <class Message>
Result<Interval> number_of(const Message& m) {
  Interval number;
  CAPEXDB_ASSIGN(number.point, decimal(m.value()));
  CAPEXDB_ASSIGN(number.low, bound(m.low(), m.low_kind()));
  CAPEXDB_ASSIGN(number.high, bound(m.high(), m.high_kind()));
  number.approx = m.approx();
  return number;
}

// A number of an enum that the model shares with the messages.
template <class To>
Result<To> same(int number, bool (*is_valid)(int), const char* what, int lowest = 0) {
  if (!is_valid(number) || number < lowest) {
    return fail(Errc::invalid_argument,
                std::string("unknown ") + what + " " + std::to_string(number));
  }
  return static_cast<To>(number);
}

constexpr std::uint32_t kTokenForm = 1;  // of the answer; grows when its bytes would differ
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

Result<Query> from_proto(const v1::QueryRequest& message) {
  Query q;
  if (message.kind() != v1::QUERY_KIND_UNSPECIFIED) {
    CAPEXDB_ASSIGN(q.kind, same<QueryKind>(message.kind(), v1::QueryKind_IsValid, "query kind"));
  }
  q.select = {message.select().begin(), message.select().end()};
  q.metric = message.metric();
  q.periods = message.periods();
  q.as_of = message.as_of();
  q.at_sequence = message.at_sequence();
  q.policy = message.policy();
  for (const int number : message.statuses()) {
    const auto status = static_cast<v1::Status>(number);
    CAPEXDB_ASSIGN(const Status s, known<Status>(capexdb::from_proto(status), number, "status"));
    q.statuses.push_back(s);
  }
  q.measure = message.measure();
  for (const int number : message.by()) {
    CAPEXDB_ASSIGN(const Dimension d,
                   same<Dimension>(number, v1::Dimension_IsValid, "dimension", 1));
    q.by.push_back(d);
  }
  q.limit = message.limit();
  q.deadline = std::chrono::milliseconds(message.deadline_ms());
  q.definition = message.definition();
  CAPEXDB_ASSIGN(q.every, same<Every>(message.every(), v1::Every_IsValid, "every"));
  CAPEXDB_ASSIGN(q.fold, same<Fold>(message.fold(), v1::Fold_IsValid, "fold"));
  CAPEXDB_ASSIGN(q.growth, same<Growth>(message.growth(), v1::Growth_IsValid, "growth"));
  q.share = message.share();
  q.cumulative = message.cumulative();
  q.currency = message.currency();
  q.top = message.top();
  q.explain = message.explain();
  q.no_implied = message.no_implied();
  for (const int number : message.findings()) {
    CAPEXDB_ASSIGN(const Finding f, same<Finding>(number, v1::Finding_IsValid, "finding", 1));
    q.findings.push_back(f);
  }
  q.from_as_of = message.from_as_of();
  q.from_sequence = message.from_sequence();
  q.seller = message.seller();
  q.buyer = message.buyer();
  q.product = message.product();
  q.from_recorded = message.from_recorded();
  return q;
}

v1::QueryRequest to_proto(const Query& query) {
  v1::QueryRequest m;
  m.set_kind(static_cast<v1::QueryKind>(query.kind));
  for (const auto& name : query.select) m.add_select(name);
  m.set_metric(query.metric);
  m.set_periods(query.periods);
  m.set_as_of(query.as_of);
  m.set_at_sequence(query.at_sequence);
  m.set_policy(query.policy);
  for (const Status status : query.statuses) m.add_statuses(capexdb::to_proto(status));
  m.set_measure(query.measure);
  for (const Dimension dimension : query.by) m.add_by(static_cast<v1::Dimension>(dimension));
  m.set_limit(query.limit);
  m.set_deadline_ms(static_cast<std::uint32_t>(query.deadline.count()));
  m.set_definition(query.definition);
  m.set_every(static_cast<v1::Every>(query.every));
  m.set_fold(static_cast<v1::Fold>(query.fold));
  m.set_growth(static_cast<v1::Growth>(query.growth));
  m.set_share(query.share);
  m.set_cumulative(query.cumulative);
  m.set_currency(query.currency);
  m.set_top(query.top);
  m.set_explain(query.explain);
  m.set_no_implied(query.no_implied);
  for (const Finding f : query.findings) m.add_findings(static_cast<v1::Finding>(f));
  m.set_from_as_of(query.from_as_of);
  m.set_from_sequence(query.from_sequence);
  m.set_seller(query.seller);
  m.set_buyer(query.buyer);
  m.set_product(query.product);
  m.set_from_recorded(query.from_recorded);
  return m;
}

v1::QueryRow to_proto(const AnswerRow& row) {
  v1::QueryRow m;
  m.set_company(row.company);
  m.set_metric(row.metric);
  m.set_product(row.product);
  m.set_counterparty(row.counterparty);
  m.set_period(row.period);
  m.set_start(row.start);
  m.set_end(row.end);
  put_number(row.value, m);
  m.set_unit(row.unit);
  m.set_currency(row.currency);
  if (row.status) m.set_status(capexdb::to_proto(*row.status));
  if (row.measure) m.set_measure(capexdb::to_proto(*row.measure));
  m.set_source(row.source);
  m.set_published_at(row.published_at);
  m.set_sequence(row.sequence);
  m.set_derivation(row.derivation);
  m.set_documents(row.documents);
  m.set_roots(row.roots);
  m.set_reason(row.reason);
  m.set_document(row.document);
  m.set_root(row.root);
  m.set_attributed_to(row.attributed_to);
  m.set_withdrawn(row.withdrawn);
  m.set_growth_only(row.growth_only);
  m.set_definition(row.definition);
  m.set_retraction(row.retraction);
  m.set_seller(row.seller);
  m.set_buyer(row.buyer);
  for (const AnswerRow& part : row.parts) *m.add_parts() = to_proto(part);
  if (row.share.has_number()) put_number(row.share, *m.mutable_share());
  if (row.finding) m.set_finding(static_cast<v1::Finding>(*row.finding));
  return m;
}

Result<AnswerRow> from_proto(const v1::QueryRow& m) {
  AnswerRow row;
  row.company = m.company();
  row.metric = m.metric();
  row.product = m.product();
  row.counterparty = m.counterparty();
  row.period = m.period();
  row.start = m.start();
  row.end = m.end();
  CAPEXDB_ASSIGN(row.value, number_of(m));
  row.unit = m.unit();
  row.currency = m.currency();
  row.status = capexdb::from_proto(m.status());
  row.measure = capexdb::from_proto(m.measure());
  row.source = m.source();
  row.published_at = m.published_at();
  row.sequence = m.sequence();
  row.derivation = m.derivation();
  row.documents = m.documents();
  row.roots = m.roots();
  row.reason = m.reason();
  row.document = m.document();
  row.root = m.root();
  row.attributed_to = m.attributed_to();
  row.withdrawn = m.withdrawn();
  row.growth_only = m.growth_only();
  row.definition = m.definition();
  row.retraction = m.retraction();
  row.seller = m.seller();
  row.buyer = m.buyer();
  for (const v1::QueryRow& part : m.parts()) {
    CAPEXDB_ASSIGN(AnswerRow one, from_proto(part));
    row.parts.push_back(std::move(one));
  }
  if (m.has_share()) {
    CAPEXDB_ASSIGN(row.share, number_of(m.share()));
  }
  if (m.finding() != v1::FINDING_UNSPECIFIED) {
    CAPEXDB_ASSIGN(row.finding, same<Finding>(m.finding(), v1::Finding_IsValid, "finding"));
  }
  return row;
}

v1::QueryDone done_of(const Answer& answer) {
  v1::QueryDone m;
  m.set_sequence(answer.sequence);
  m.set_as_of(answer.as_of);
  m.set_policy(answer.policy);
  m.set_token(answer.token);
  if (answer.coverage) {
    m.mutable_coverage()->set_reported(answer.coverage->reported);
    m.mutable_coverage()->set_of(answer.coverage->of);
    for (const auto& name : answer.coverage->missing) m.mutable_coverage()->add_missing(name);
  }
  for (const auto& note : answer.notes) m.add_notes(note);
  m.set_truncated(answer.truncated);
  return m;
}

void apply(const v1::QueryDone& m, Answer& answer) {
  answer.sequence = m.sequence();
  answer.as_of = m.as_of();
  answer.policy = m.policy();
  answer.token = m.token();
  if (m.has_coverage()) {
    answer.coverage = Coverage{m.coverage().reported(),
                               m.coverage().of(),
                               {m.coverage().missing().begin(), m.coverage().missing().end()}};
  }
  answer.notes = {m.notes().begin(), m.notes().end()};
  answer.truncated = m.truncated();
}

v1::Error to_proto(const Error& error) {
  v1::Error m;
  m.set_code(static_cast<std::int32_t>(error.code));
  m.set_message(error.message);
  m.set_reason(error.reason);
  if (!error.field.empty()) {
    auto* violation = m.add_violations();
    violation->set_field(error.field);
    violation->set_message(error.message);
  }
  return m;
}

Error from_proto(const v1::Error& m) {
  Error error{static_cast<Errc>(m.code()), m.message(), {}, m.reason()};
  if (m.violations_size() > 0) error.field = m.violations(0).field();
  return error;
}

std::string make_token(const Query& query, const Answer& answer) {
  v1::Token token;
  token.set_form(kTokenForm);
  token.set_sequence(answer.sequence);
  *token.mutable_query() = to_proto(query);
  token.mutable_query()->clear_at_sequence();
  token.mutable_query()->clear_deadline_ms();
  return base64url(token.SerializeAsString());
}

Result<Query> question_of(std::string_view token) {
  const auto no_token = [](const char* why) {
    return fail(Error{Errc::invalid_argument, std::string("this is no token of an answer: ") + why,
                      "token", "bad_token"});
  };
  const auto bytes = from_base64url(token);
  const google::protobuf::LogSilencer quiet;  // the error says it
  v1::Token message;
  if (!bytes || !message.ParseFromString(*bytes) || message.sequence() == 0) {
    return no_token("copy it whole from the member \"token\" of an answer");
  }
  if (message.form() != kTokenForm) return no_token("its form is another version's");
  CAPEXDB_ASSIGN(Query query, from_proto(message.query()));
  query.at_sequence = message.sequence();
  return query;
}

std::optional<std::string> from_base64url(std::string_view text) {
  if (text.empty() || text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = kBase64Url.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU));
  }
  return bytes;
}

std::string base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    count += 8;
    while (count >= 6) {
      count -= 6;
      text.push_back(kBase64Url[(bits >> static_cast<unsigned>(count)) & 0x3FU]);
    }
  }
  if (count > 0) text.push_back(kBase64Url[(bits << static_cast<unsigned>(6 - count)) & 0x3FU]);
  return text;
}

}  // namespace capexdb::wire
