#include "tests/unit/storage/said.h"

namespace capexdb::storage::test {

CatalogChange conflict_catalogue() {
  CatalogChange change = small_catalogue();
  const auto party = [&](std::string id, PartyKind kind, std::vector<std::string> members = {}) {
    CatalogParty p;
    p.name = id;
    p.id = std::move(id);
    p.kind = kind;
    p.members = std::move(members);
    change.parties.push_back(p);
  };
  party("bytedance", PartyKind::company);
  party("cloud", PartyKind::group, {"alibaba", "bytedance", "tencent"});
  party("chinese-firms", PartyKind::group, {"alibaba", "baidu", "bytedance", "tencent"});
  change.metrics.push_back(metric_of("purchase_value", UnitClass::money, Aggregation::flow));
  change.metrics.push_back(metric_of("ai_investment", UnitClass::money, Aggregation::flow));
  change.metrics.back().aliases = {"Investment in AI"};
  change.metrics.push_back(metric_of("net_income", UnitClass::money, Aggregation::flow));
  return change;
}

v1::Event event_of(const Said& said) {
  v1::Event event;
  event.mutable_source()->set_publisher(said.source);
  if (!said.root.empty()) event.mutable_source()->add_cites()->set_text(said.root);
  event.set_published_at(said.published);
  event.set_status(said.status);
  event.mutable_origin()->set_metric_label(said.label);
  v1::MeasureFact& fact = *event.mutable_measure();
  fact.mutable_subject()->set_name(said.who);
  fact.set_metric(said.metric);
  fact.set_product(said.product);
  fact.set_measure(said.measure);
  const auto other = [&](const std::string& name, v1::Role role) {
    if (name.empty()) return;
    v1::Counterparty& party = *fact.add_counterparties();
    party.mutable_party()->set_name(name);
    party.set_role(role);
  };
  other(said.seller, v1::ROLE_SELLER);
  other(said.buyer, v1::ROLE_BUYER);
  v1::Period& period = *fact.mutable_period();
  period.set_start(said.start);
  period.set_end(said.end);
  if (said.start.empty() != said.end.empty()) period.set_kind(v1::PERIOD_KIND_OPEN);
  v1::Quantity& quantity = *fact.mutable_quantity();
  quantity.set_value(said.value);
  quantity.set_low(said.low);
  quantity.set_high(said.high);
  if (said.low_open) quantity.set_low_kind(v1::BOUND_KIND_OPEN);
  quantity.set_approx(said.approx);
  if (said.decimals) quantity.set_stated_decimals(*said.decimals);
  quantity.set_unit(said.unit);
  return event;
}

Said chips(const std::string& who, const std::string& start, const std::string& end) {
  return {.who = who,
          .metric = "unit_purchases",
          .unit = "{chip}",
          .start = start,
          .end = end,
          .product = "H20",
          .seller = "nvidia"};
}

Said price(const std::string& buyer, const std::string& value, const std::string& source) {
  return {.who = "nvidia",
          .metric = "unit_price",
          .value = value,
          .unit = "USD/{chip}",
          .start = "2024-04-01",
          .end = "2024-06-30",
          .source = source,
          .status = v1::STATUS_ESTIMATE,
          .measure = v1::MEASURE_PRICE,
          .product = "H20",
          .buyer = buyer};
}

std::vector<std::string> texts(const Answer& answer) {
  std::vector<std::string> all;
  for (const AnswerRow& row : answer.rows) {
    std::string text = std::string(to_string(*row.finding)) + "|" + row.company + "|" + row.metric +
                       "|" + row.period + "|" + row.reason;
    for (const AnswerRow& part : row.parts) {
      text += "|" + part.company + " " + part.metric + " " + part.period + " " + part.source + " " +
              part.document + " " + part.root + " " + part.published_at + " " +
              (part.value.point ? part.value.point->to_string() : bounds_to_string(part.value));
    }
    all.push_back(text);
  }
  return all;
}

}  // namespace capexdb::storage::test
