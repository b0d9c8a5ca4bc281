// The numbers of a block's format that writing and reading share; see block.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace capexdb::storage::block_coding {

inline constexpr std::uint8_t kConstant = 1;
inline constexpr std::uint8_t kOffsets = 2;
inline constexpr std::uint8_t kDeltas = 3;
inline constexpr std::size_t kChecksumBytes = 4;

}  // namespace capexdb::storage::block_coding
