// Exchange rates for periods, out of the rates of days that are statements
// themselves: metric fx_rate, of the party "currency-cny" with the unit CNY/USD
// (yuan for a dollar).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "storage/query/fold.h"
#include "storage/query/query_limits.h"
#include "storage/read_view.h"

namespace capexdb::storage {

// In units of the first currency for one of the second.
struct PeriodRate {
  Interval value;
  bool multiplies = false;  // else the amount is divided by it
  std::string text;         // the rate, its days and sources
};

// Those known as of plan.as_of and plan.at, by the default policy. Reads each
// currency's rates once. One thread; all must outlive it.
class ExchangeRates {
 public:
  ExchangeRates(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                const QueryLimits& limits)
      : view_(view), plan_(plan), catalogue_(catalogue), limits_(limits) {}

  // The mean of the days [start, end), or `at_end` the rate of the last of them or
  // the nearest day before it. Empty where there is none; `lack` says then what is
  // missing. Error: that of reading; cancelled, deadline_exceeded.
  Result<std::optional<PeriodRate>> between(const std::string& from, const std::string& to,
                                            Day start, Day end, bool at_end, std::string& lack);

 private:
  struct DayRate {
    Interval value;
    std::int64_t source = 0;
  };
  using Daily = std::map<Day, DayRate>;

  Result<std::optional<PeriodRate>> find(const std::string& from, const std::string& to, Day start,
                                         Day end, bool at_end, std::string& lack);
  const Daily* series(const std::string& quoted, const std::string& base) const;
  Result<void> load(const std::string& currency);
  static Result<Daily> crossed(const Daily& from, const Daily& to, Day start, Day end);
  std::optional<PeriodRate> over(const Daily& daily, Day start, Day end, bool at_end,
                                 const std::string& pair, std::string& lack) const;
  std::string source_name(std::int64_t ordinal) const;

  const ReadView& view_;
  const Plan& plan_;
  const Catalogue& catalogue_;
  const QueryLimits& limits_;
  std::map<std::pair<std::string, std::string>, Daily> series_;  // by quoted, base
  std::set<std::string> loaded_;
  std::map<std::tuple<std::string, std::string, Day, Day, bool>,
           std::pair<std::optional<PeriodRate>, std::string>>
      known_;
};

}  // namespace capexdb::storage
