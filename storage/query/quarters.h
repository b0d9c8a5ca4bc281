// Which days a company's quarters, halves and years have, by the calendar
// quarter that its fiscal quarters belong to. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/model/query.h"
#include "storage/query/derive.h"

namespace capexdb::storage {

// A period that is answered: its calendar name and the days that count for it.
struct Slot {
  Period label;  // 2024-Q2; of twelve months, the calendar's
  Day start = 0;
  Day end = 0;  // exclusive
};

class FiscalQuarters {
 public:
  // Finds the quarters that the days of `graph` mark off: of several, the one
  // that is reported, then the one that can be derived, then that of nearest to
  // 91 days.
  explicit FiscalQuarters(const SpanGraph& graph);

  std::optional<Slot> quarter(Quarter quarter) const;
  // The two quarters of a half, the four of a year or of twelve months, where
  // all are known and follow one another; else those of a reported period of that
  // length which ends with that quarter; else the calendar's own.
  Slot slot(Every every, Quarter last) const;

  // The last quarters of the first and the last period of `every` that anything is
  // known of: a quarter, or a reported period of that length.
  std::optional<Quarter> first(Every every) const;
  std::optional<Quarter> last(Every every) const;

  // A span by the quarters that it consists of: 2024-9M, 2024-H1,
  // 2024-Q2..2025-Q1; by its days where it does not.
  std::string name(Day start, Day end) const;

 private:
  struct Days {
    Day start;
    Day end;
  };
  std::optional<Slot> reported(const Period& label, int count, Quarter last) const;

  static int off_by(const Days& days, int count);
  std::vector<Quarter> ends(Every every) const;

  std::map<Quarter, Days> quarters_;
  std::vector<Days> spans_;  // that are known and longer than a quarter
  std::map<Day, Quarter> begins_;
  std::map<Day, Quarter> ends_;
};

// The calendar's period of `every` that ends with the quarter `last`.
Period calendar_label(Every every, Quarter last);
// Whether a period of `every` ends with that quarter.
bool ends_with(Every every, Quarter last);

}  // namespace capexdb::storage
