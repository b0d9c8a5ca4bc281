#include "proto/model/date.h"
#include "proto/model/text.h"
#include "tests/unit/storage/model_history.h"

namespace capexdb::storage::test {
namespace {

struct Pair {
  const char* quoted;
  const char* base;
  int thousandths;  // about so much
  const char* first;
  const char* last;
};

v1::Event rate_of_a_day(const Pair& pair, Day day, Dice& dice) {
  v1::Event event;
  const std::string date = date_to_string(day);
  event.mutable_source()->set_publisher("Central bank");
  event.set_published_at(date);
  event.set_status(v1::STATUS_ACTUAL);
  v1::MeasureFact& fact = *event.mutable_measure();
  fact.mutable_subject()->set_name("currency-" + to_lower_ascii(pair.quoted));
  fact.mutable_subject()->set_kind(v1::PARTY_KIND_MARKET);
  fact.set_metric("fx_rate");
  fact.mutable_period()->set_kind(v1::PERIOD_KIND_INSTANT);
  fact.mutable_period()->set_start(date);
  fact.mutable_period()->set_end(date);
  const std::int64_t value = pair.thousandths + static_cast<std::int64_t>(dice.roll(20));
  std::string text = std::to_string(value / 1000) + ".";
  text += std::to_string(1000 + value % 1000).substr(1);
  fact.mutable_quantity()->set_value(text);
  fact.mutable_quantity()->set_unit(std::string(pair.quoted) + "/" + pair.base);
  if (dice.chance(10)) fact.mutable_quantity()->set_stated_decimals(3);
  return event;
}

}  // namespace

std::vector<v1::Event> random_rates(Dice& dice) {
  constexpr Pair kPairs[] = {{"CNY", "USD", 7100, "2023-01-01", "2023-09-30"},
                             {"USD", "CNY", 139, "2023-04-01", "2024-03-31"},
                             {"CNY", "EUR", 7800, "2023-01-01", "2024-12-31"},
                             {"USD", "EUR", 1100, "2023-07-01", "2024-12-31"},
                             {"CNY", "GBP", 9000, "2023-10-01", "2024-12-31"},
                             {"USD", "GBP", 1250, "2023-10-01", "2024-09-30"}};
  std::vector<v1::Event> rates;
  for (const Pair& pair : kPairs) {
    Day day = parse_date(pair.first).value();
    while (day <= parse_date(pair.last).value()) {
      rates.push_back(rate_of_a_day(pair, day, dice));
      day += static_cast<Day>(1 + (dice.chance(3) ? 9 + dice.roll(5) : dice.roll(8)));
    }
  }
  return rates;
}

}  // namespace capexdb::storage::test
