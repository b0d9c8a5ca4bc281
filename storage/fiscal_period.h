// Fiscal periods of statements: their days in the calendar of the company that they
// are about, as the catalogue knew it when they came.
#pragma once

#include <cstdint>

#include "proto/model/statement.h"
#include "storage/catalogue.h"

namespace capexdb::storage {

// The statement's own period, or the days that its fiscal label has at `at` in the
// calendar of its subject, whose ordinal is `subject` (0: a company that is new). A
// later change of the calendar leaves them as they are. Error: invalid_argument with
// the reason unknown_fiscal_calendar.
Result<Period> period_of(const Statement& statement, std::uint32_t subject, std::uint64_t at,
                         const Catalogue& catalogue);

}  // namespace capexdb::storage
