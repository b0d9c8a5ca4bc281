// Keys of the column families: big-endian, so that their bytes sort as the
// numbers do. See docs/storage-format.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/model/error.h"
#include "proto/model/period.h"

namespace capexdb::storage {

// Where a period's rows lie. Dated periods count by their middle day: its
// decade in `history`, its year in `frames`.
using Bucket = std::uint16_t;
inline constexpr Bucket kOpenBucket = 0xFFFE;  // one side is not known
inline constexpr Bucket kNoneBucket = 0xFFFF;  // no dates

Bucket history_bucket(const Period& period);
Bucket frame_bucket(const Period& period);

// history := subject:u32 metric:u16 bucket:u16 segment:u16
struct HistoryKey {
  std::uint32_t subject = 0;
  std::uint16_t metric = 0;
  Bucket bucket = 0;
  std::uint16_t segment = 0;

  friend auto operator<=>(const HistoryKey&, const HistoryKey&) = default;
};
struct HistoryKeyHash {
  std::size_t operator()(const HistoryKey& key) const {
    const std::uint64_t words = (std::uint64_t{key.subject} << 32U) ^
                                (std::uint64_t{key.metric} << 16U) ^ key.bucket ^
                                (std::uint64_t{key.segment} << 48U);
    // Spread, since tables look at the low bits first.
    return static_cast<std::size_t>((words * 0x9E3779B97F4A7C15U) >> 16U);
  }
};
// frames := metric:u16 bucket:u16 shard:u32 segment:u16
struct FrameKey {
  std::uint16_t metric = 0;
  Bucket bucket = 0;
  std::uint32_t shard = 0;  // subject / kSubjectsPerShard
  std::uint16_t segment = 0;

  friend auto operator<=>(const FrameKey&, const FrameKey&) = default;
};
inline constexpr std::uint32_t kSubjectsPerShard = 4096;

std::string encode_key(const HistoryKey& key);
std::string encode_key(const FrameKey& key);
Result<HistoryKey> decode_history_key(std::string_view bytes);
Result<FrameKey> decode_frame_key(std::string_view bytes);

// All keys of a subject's metric start with it: subject:u32 metric:u16.
std::string history_prefix(std::uint32_t subject, std::uint16_t metric);
// All keys of a metric's bucket: metric:u16 bucket:u16.
std::string frame_prefix(std::uint16_t metric, Bucket bucket);

// log := first sequence:u64
std::string log_key(std::uint64_t sequence);
Result<std::uint64_t> decode_log_key(std::string_view bytes);

void append_big_endian(std::string& out, std::uint64_t value, unsigned bytes);
std::uint64_t read_big_endian(std::string_view bytes);

}  // namespace capexdb::storage
