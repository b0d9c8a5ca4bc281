// Labels of periods as they are printed, beside the dates that they stand with.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "proto/model/period.h"

namespace capexdb::storage {

// A quarter, half or year by its name.
struct NamedPeriod {
  int year = 0;
  int parts = 1;   // of a year: 1, 2 halves, 4 quarters
  int number = 0;  // which of them, from 0
  bool fiscal = false;

  friend bool operator==(const NamedPeriod&, const NamedPeriod&) = default;
};

// "2024-Q2", "Q2 2024", "2Q24", "FY2025-Q1", "Q1 FY25", "H1 2024", "FY2025", "2024",
// "first quarter of fiscal 2025", and the like. Empty for any other text.
std::optional<NamedPeriod> parse_period_label(std::string_view text);

// What is wrong when the label names a quarter, half or year and the dates are those
// of the one before or after it, or of the same one a year off: the sentence for
// people, else nothing. `fiscal_year_end` gives the company's rule ("01-last-sunday"),
// empty where it is not known; it is only called when it is needed. A label without
// "FY" may be meant by either calendar, one with it is meant by the company's where
// that is known. Dates within `slack_days` count as the same.
std::optional<std::string> label_off_by_one(std::string_view label, const Period& dates,
                                            const std::function<std::string()>& fiscal_year_end,
                                            Day slack_days);

}  // namespace capexdb::storage
