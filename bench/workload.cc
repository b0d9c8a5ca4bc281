#include "bench/workload.h"

#include <algorithm>
#include <random>
#include <tuple>

#include "bench/fixtures.h"
#include "capexdb/v1/event.pb.h"
#include "proto/model/decimal.h"
#include "proto/model/time_range.h"

namespace capexdb::bench {

std::vector<Observed> make_workload(std::uint32_t companies) {
  constexpr std::array kRevisions = {1, 2, 3, 4, 5, 4, 3, 3};
  constexpr std::int64_t kDay = 86400;
  std::mt19937_64 random(20);
  const auto below = [&](std::uint64_t end) { return static_cast<std::int64_t>(random() % end); };
  std::vector<Observed> all;
  all.reserve(companies * kRowsPerCompany);
  std::size_t cell = 0;
  for (std::uint32_t company = 0; company < companies; ++company) {
    for (std::uint8_t metric = 0; metric < kWorkloadMetrics.size(); ++metric) {
      for (std::uint8_t quarter = 0; quarter < kWorkloadQuarters; ++quarter, ++cell) {
        Observed o{.company = company, .metric = metric, .quarter = quarter};
        const std::int64_t first = std::int64_t{period_of(o).end + 20} * kDay;
        const std::int64_t base = below(1'000'000'000) + 10'100'000;
        const std::size_t begin = all.size();
        while (all.size() <
               begin + static_cast<std::size_t>(kRevisions[(cell * 5 + company) % 8])) {
          o.published = first + below(381) * kDay + below(static_cast<std::uint64_t>(kDay));
          const bool taken =
              std::any_of(all.begin() + static_cast<std::ptrdiff_t>(begin), all.end(),
                          [&](const Observed& other) { return other.published == o.published; });
          if (taken) continue;
          o.source = static_cast<std::uint8_t>(below(50));
          o.cents = base + below(20'000'000) - 10'000'000;
          all.push_back(o);
        }
      }
    }
  }
  std::sort(all.begin(), all.end(), [](const Observed& a, const Observed& b) {
    return std::tie(a.published, a.company, a.metric, a.quarter) <
           std::tie(b.published, b.company, b.metric, b.quarter);
  });
  return all;
}

Period period_of(const Observed& observed) { return quarter_span(2015 * 4 + observed.quarter); }

std::string source_of(const Observed& observed) {
  return "Source " + std::to_string(observed.source);
}

std::string event_of(const Observed& observed) {
  v1::Event event;
  event.mutable_source()->set_publisher(source_of(observed));
  event.mutable_source()->set_accession(
      "A-" + std::to_string(observed.company) + "-" + std::to_string(observed.metric) + "-" +
      std::to_string(observed.quarter) + "-" + std::to_string(observed.published));
  event.set_published_at(time_range_to_string({observed.published, observed.published}));
  event.set_status(v1::STATUS_ACTUAL);
  v1::MeasureFact& fact = *event.mutable_measure();
  fact.mutable_subject()->set_name(company_name(observed.company));
  fact.set_metric(kWorkloadMetrics.at(observed.metric));
  const Period period = period_of(observed);
  fact.mutable_period()->set_kind(v1::PERIOD_KIND_SPAN);
  fact.mutable_period()->set_start(period_start_text(period));
  fact.mutable_period()->set_end(period_end_text(period));
  fact.mutable_quantity()->set_value(Decimal::make(observed.cents, 2).value().to_string());
  fact.mutable_quantity()->set_unit("USD");
  return event.SerializeAsString();
}

}  // namespace capexdb::bench
