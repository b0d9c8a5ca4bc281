#include "tests/unit/storage/model_question.h"

#include "proto/model/date.h"

namespace capexdb::storage::test {
namespace {

// The day of a month that is counted from January 2023.
std::string day_of(std::size_t months, int day) {
  return date_to_string(
      day_from_civil(2023 + static_cast<int>(months / 12), static_cast<int>(months % 12 + 1), day));
}

// What a sum makes of its parts, and of its rows.
void shape_sum(Query& query, Dice& dice) {
  if (dice.chance(35)) {
    query.fold = dice.pick({Fold::avg, Fold::min, Fold::max, Fold::median, Fold::count});
  }
  if (dice.chance(30)) {
    const bool period = dice.chance(30);
    query.by = {dice.pick({Dimension::company, Dimension::company, Dimension::group,
                           Dimension::group, Dimension::product, Dimension::status})};
    if (period) query.by.push_back(Dimension::period);
  }
  // Mostly with what they go with.
  if (dice.chance(10)) query.share = true;
  if (dice.chance(10)) query.cumulative = true;
  if ((query.share || query.cumulative) && dice.chance(80)) query.fold = Fold::sum;
  if (query.cumulative && dice.chance(80)) query.by = {Dimension::period};
  if (dice.chance(10)) query.top = static_cast<std::uint32_t>(1 + dice.roll(3));
}

void forget_shape(Query& query) {
  query.every = Every::reported;
  query.growth = Growth::none;
  query.currency.clear();
  query.explain = false;
}

void ask_for_changes(Query& query, std::uint64_t last_sequence, Dice& dice) {
  query.kind = QueryKind::changes;
  forget_shape(query);
  if (dice.chance(60)) query.from_as_of = day_of(3 + dice.roll(24), 15);
  if (dice.chance(60)) query.from_sequence = 1 + dice.roll(last_sequence);
}

void ask_for_shipments(Query& query, const World& world, Dice& dice) {
  query.kind = QueryKind::shipments;
  forget_shape(query);
  query.select.clear();
  query.definition.clear();
  query.measure.clear();
  query.metric = dice.pick<std::string>({"", "unit_shipments", "unit_price", "shipment_value"});
  const auto anybody = [&] {
    return dice.chance(30) ? dice.pick(world.groups) : dice.pick(world.companies);
  };
  if (dice.chance(70)) query.seller = anybody();
  if (dice.chance(50) || query.seller.empty()) query.buyer = anybody();
  if (dice.chance(30)) query.product = dice.pick<std::string>({"H20", "H100"});
}

}  // namespace

Query random_question(const World& world, std::uint64_t last_sequence, Dice& dice) {
  Query query;
  query.kind = dice.chance(50) ? QueryKind::cells : QueryKind::sum;
  if (dice.chance(1)) {
    query.select = {"all"};
  } else {
    const std::size_t names = 1 + (dice.chance(30) ? dice.roll(3) : 0);
    for (std::size_t i = 0; i < names; ++i) {
      const bool group = query.kind == QueryKind::sum ? dice.chance(50) : dice.chance(15);
      query.select.push_back(group ? dice.pick(world.groups) : dice.pick(world.companies));
    }
  }
  query.metric = dice.pick<std::string>({"capex", "capex", "capex", "capex", "cash", "cash",
                                         "unit_shipments", "unit_shipments", "shipment_value",
                                         "unit_price", "unit_purchases", "purchase_value"});
  if (dice.chance(60)) {
    query.periods = dice.pick<std::string>({"2023",
                                            "2024",
                                            "2023-H1",
                                            "2024-H2",
                                            "2023-Q1",
                                            "2023-Q2",
                                            "2023-Q3",
                                            "2023-Q4",
                                            "2024-Q1",
                                            "2024-Q2",
                                            "2024-Q3",
                                            "2024-Q4",
                                            "2023..2024",
                                            "2023-Q2..2024-Q3",
                                            "2024-H1..",
                                            "..2023-Q3",
                                            "2023-01-30/2023-04-30",
                                            "2024-01-29/2024-05-05",
                                            "2024-Q2..2024-Q2",
                                            "@2023-06-30",
                                            "2023-04-01/2024-03-31",
                                            "2024-06",
                                            "2025"});
  }
  if (dice.chance(25)) query.as_of = day_of(3 + dice.roll(30), dice.pick({1, 14, 15, 28}));
  if (dice.chance(25)) query.at_sequence = 1 + dice.roll(last_sequence + (dice.chance(2) ? 5 : 0));
  if (dice.chance(45)) {
    query.policy = dice.pick<std::string>({"default", "newest", "first-print", "source:"});
    if (query.policy == "source:") query.policy += dice.pick(world.sources);
  }
  if (dice.chance(15)) {
    query.statuses = {dice.pick(
        {Status::actual, Status::actual, Status::estimate, Status::guidance, Status::commitment})};
    if (dice.chance(50)) query.statuses.push_back(Status::target);
  }
  if (dice.chance(10)) {
    query.definition =
        dice.pick<std::string>({kFirstConcept, kSecondConcept, kOtherConcept, "nobody:Uses"});
  }
  const bool sum = query.kind == QueryKind::sum;
  if (dice.chance(sum ? 6 : 12)) {
    query.measure =
        dice.pick<std::string>({"growth", "growth-yoy", "growth-qoq", "level", "conversion"});
  }
  if (dice.chance(45)) {
    query.every = dice.pick({Every::quarter, Every::quarter, Every::half, Every::year, Every::ttm});
  }
  if (sum && dice.chance(45)) {
    query.by.push_back(Dimension::period);
    for (const Dimension d : {Dimension::company, Dimension::product, Dimension::counterparty,
                              Dimension::status, Dimension::source}) {
      if (dice.chance(30)) query.by.push_back(d);
    }
  }
  query.no_implied = dice.chance(20);
  if (dice.chance(8)) query.currency = dice.pick<std::string>({"USD", "USD", "CNY", "EUR", "GBP"});
  if (sum) shape_sum(query, dice);
  if (dice.chance(sum ? 10 : 20)) {
    query.growth = dice.pick({Growth::yoy, Growth::yoy, Growth::qoq});
    // Periods of one length, of which there may be one twice.
    if (query.every != Every::reported && dice.chance(40)) query.growth = Growth::cagr;
  }
  if (dice.chance(15)) query.explain = true;
  if (!sum && dice.chance(10)) ask_for_changes(query, last_sequence, dice);
  if (!sum && dice.chance(8)) ask_for_shipments(query, world, dice);
  return query;
}

std::string text_of(const Query& query) {
  std::string text = query.kind == QueryKind::sum         ? "sum"
                     : query.kind == QueryKind::changes   ? "changes"
                     : query.kind == QueryKind::shipments ? "shipments"
                                                          : "get";
  for (const std::string& name : query.select) text += " " + name;
  text += " " + query.metric + " '" + query.periods + "'";
  if (!query.as_of.empty()) text += " --as-of " + query.as_of;
  if (query.at_sequence != 0) text += " --at " + std::to_string(query.at_sequence);
  if (!query.policy.empty()) text += " --policy " + query.policy;
  for (const Status status : query.statuses) text += " --status " + std::string(to_string(status));
  if (!query.definition.empty()) text += " --definition " + query.definition;
  if (!query.measure.empty()) text += " --measure " + query.measure;
  if (query.every != Every::reported) text += " --every " + std::string(to_string(query.every));
  if (query.fold != Fold::sum) text += " --fn " + std::string(to_string(query.fold));
  if (query.growth != Growth::none) text += " --growth " + std::string(to_string(query.growth));
  if (!query.currency.empty()) text += " --currency " + query.currency;
  if (query.explain) text += " --explain";
  if (!query.from_as_of.empty()) text += " --from " + query.from_as_of;
  if (query.from_sequence != 0) text += " --since " + std::to_string(query.from_sequence);
  if (!query.seller.empty()) text += " --seller " + query.seller;
  if (!query.buyer.empty()) text += " --buyer " + query.buyer;
  if (!query.product.empty()) text += " --product " + query.product;
  if (query.share) text += " --share";
  if (query.cumulative) text += " --cumulative";
  if (query.top != 0) text += " --top " + std::to_string(query.top);
  if (query.no_implied) text += " --no-implied";
  for (const Dimension d : query.by) text += " --by " + std::string(to_string(d));
  return text;
}

}  // namespace capexdb::storage::test
