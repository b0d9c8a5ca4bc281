// Fiscal years: which days "FY2025-Q1" of a company has.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/model/period.h"

namespace capexdb {

// The last day of the fiscal year `year`, which is named after the calendar year
// in which it ends. `calendar` is a catalogue's fiscal_year_end: "12-31",
// "01-last-sunday" (the last Sunday of January) or "10-31-nearest-sunday" (the
// Sunday nearest to October 31, which may lie in November). Of a company that
// changed it, the earlier ones stand before, each with the last day that they hold
// for: "06-30 until 2012-06-30; 12-31". Error: invalid_argument for another text.
Result<Day> fiscal_year_end(std::string_view calendar, int year);
Result<void> check_fiscal_calendar(std::string_view calendar);

// A fiscal year, or quarters of it: first, first + 1 ... counted from 0.
struct FiscalLabel {
  int year = 0;
  int first = 0;
  int quarters = 4;

  friend bool operator==(const FiscalLabel&, const FiscalLabel&) = default;
};

// FY2025, FY2025-H1, FY2025-Q3, FY2025-9M, and as people write them: "FY25 Q3", "Q3
// FY25", "third quarter of fiscal 2025". Empty for any other text.
std::optional<FiscalLabel> parse_fiscal_label(std::string_view text);
std::string to_string(const FiscalLabel& label);  // "FY2025-Q3"

// Its days in that calendar. The year after a change has the days that it would have
// had in the new calendar: what lies between the two is no fiscal year. The quarters of a calendar
// that ends with a month are three months each; those of a 52/53-week year have 13 weeks, the last
// one what is left. Error: invalid_argument.
Result<Period> fiscal_days(const FiscalLabel& label, std::string_view calendar);
Result<Period> parse_fiscal_period(std::string_view text, std::string_view calendar);

// Whether a text of periods speaks of fiscal years: "FY2025", "FY2024-Q3..".
bool has_fiscal_label(std::string_view periods);

// Fiscal labels and ranges of them ("FY2024..FY2025-Q2", "FY2024..", "..FY2024") as the
// days of that calendar. Error: invalid_argument.
Result<PeriodRange> parse_fiscal_range(std::string_view periods, std::string_view calendar);

// The calendar quarters that the fiscal quarters of such a range belong to.
PeriodRange calendar_of(const PeriodRange& fiscal);

}  // namespace capexdb
