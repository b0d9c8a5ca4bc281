// Exchange rates of single days out of the statements of fx_rate, for the commit
// thread. A question's are in storage/query/exchange_rates.h, which knows vintages.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "proto/model/decimal.h"
#include "storage/catalogue.h"
#include "storage/resolution.h"
#include "storage/series.h"

namespace capexdb::storage {

class Database;

inline constexpr const char* kRateMetric = "fx_rate";

class KnownRates {
 public:
  struct Store {
    const Database& database;
    SeriesCache& series;
    const Catalogue& catalogue;
    const Policy& policy;
  };

  // So much of `quoted` for one of `base` on `day`, or on the nearest of the ten days
  // before it: as stated, else by both currencies' rates against EUR or USD of one day.
  // Error: that of reading.
  Result<std::optional<Decimal>> find(const std::string& quoted, const std::string& base, Day day,
                                      const Store& store);
  // After rates have been said.
  void forget() { known_.clear(); }

 private:
  std::map<std::tuple<std::string, std::string, Day>, std::optional<Decimal>> known_;
};

}  // namespace capexdb::storage
