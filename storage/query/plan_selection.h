// Whom a question is about: names and lists of names become parties.
#pragma once

#include <string>

#include "storage/query/plan.h"

namespace capexdb::storage {

// The error of a question that makes no sense.
tl::unexpected<Error> bad_question(std::string field, std::string message);

// Fills in the parties of `plan`, whose kind and sequence are known: subjects and
// asked_parties, of shipments sellers, buyers and the product. Errors: not_found
// for names that nobody has at that sequence, invalid_argument for too many, empty
// or ambiguous ones.
Result<void> plan_selection(Plan& plan, const Query& query, const Catalogue& catalogue);

}  // namespace capexdb::storage
