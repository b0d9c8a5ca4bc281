// Random questions about the worlds of model_world.h.
#pragma once

#include <cstdint>
#include <string>

#include "proto/model/query.h"
#include "tests/unit/storage/model_world.h"

namespace capexdb::storage::test {

// A question about a world of a store whose last sequence is given.
Query random_question(const World& world, std::uint64_t last_sequence, Dice& dice);

std::string text_of(const Query& query);

}  // namespace capexdb::storage::test
