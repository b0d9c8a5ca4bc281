// Years and their parts by the names that people and statistics give them.
#pragma once

#include <optional>
#include <string_view>

namespace capexdb {

// So many months of a year, from one of them on; of a fiscal year counted from its
// own first month.
struct NamedPeriod {
  int year = 0;
  int first = 0;  // 0 is the first month
  int months = 12;

  friend bool operator==(const NamedPeriod&, const NamedPeriod&) = default;
};

// Of the calendar: "2024", "H1 2024", "2Q24", "9M 2024", "2024-9M", "first half of
// 2024", "the second quarter of 2024", "June quarter 2024", "June 2024", "full year
// 2024", "Q2'24", "CY2024 H1". Two digits are a year from 1970 to 2069, behind a part
// only. Empty for any other text.
std::optional<NamedPeriod> read_calendar_name(std::string_view text);

// Of a fiscal year: "FY2025", "FY25-Q1", "Q1 FY2025", "1QFY25", "fiscal 2025", "first
// nine months of fiscal year 2025". Empty for any other text.
std::optional<NamedPeriod> read_fiscal_name(std::string_view text);

}  // namespace capexdb
