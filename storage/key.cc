#include "storage/key.h"

namespace capexdb::storage {
namespace {

constexpr std::size_t kIndexKeyBytes = 10;

std::optional<int> middle_year(const Period& period, Bucket& sentinel) {
  switch (period.kind) {
    case PeriodKind::none:
      sentinel = kNoneBucket;
      return std::nullopt;
    case PeriodKind::open_end:
    case PeriodKind::open_start:
      sentinel = kOpenBucket;
      return std::nullopt;
    default:
      return civil_from_day(period.start + (period.end - period.start) / 2).year;
  }
}

}  // namespace

Bucket frame_bucket(const Period& period) {
  Bucket sentinel = 0;
  const auto year = middle_year(period, sentinel);
  return year ? static_cast<Bucket>(*year) : sentinel;
}

Bucket history_bucket(const Period& period) {
  Bucket sentinel = 0;
  const auto year = middle_year(period, sentinel);
  return year ? static_cast<Bucket>(*year / 10) : sentinel;
}

void append_big_endian(std::string& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = (value << 8U) | static_cast<unsigned char>(c);
  return value;
}

std::string history_prefix(std::uint32_t subject, std::uint16_t metric) {
  std::string out;
  append_big_endian(out, subject, 4);
  append_big_endian(out, metric, 2);
  return out;
}

std::string frame_prefix(std::uint16_t metric, Bucket bucket) {
  std::string out;
  append_big_endian(out, metric, 2);
  append_big_endian(out, bucket, 2);
  return out;
}

std::string encode_key(const HistoryKey& key) {
  std::string out = history_prefix(key.subject, key.metric);
  append_big_endian(out, key.bucket, 2);
  append_big_endian(out, key.segment, 2);
  return out;
}

std::string encode_key(const FrameKey& key) {
  std::string out = frame_prefix(key.metric, key.bucket);
  append_big_endian(out, key.shard, 4);
  append_big_endian(out, key.segment, 2);
  return out;
}

Result<HistoryKey> decode_history_key(std::string_view bytes) {
  if (bytes.size() != kIndexKeyBytes) return fail(Errc::data_loss, "damaged history key");
  return HistoryKey{static_cast<std::uint32_t>(read_big_endian(bytes.substr(0, 4))),
                    static_cast<std::uint16_t>(read_big_endian(bytes.substr(4, 2))),
                    static_cast<Bucket>(read_big_endian(bytes.substr(6, 2))),
                    static_cast<std::uint16_t>(read_big_endian(bytes.substr(8, 2)))};
}

Result<FrameKey> decode_frame_key(std::string_view bytes) {
  if (bytes.size() != kIndexKeyBytes) return fail(Errc::data_loss, "damaged frames key");
  return FrameKey{static_cast<std::uint16_t>(read_big_endian(bytes.substr(0, 2))),
                  static_cast<Bucket>(read_big_endian(bytes.substr(2, 2))),
                  static_cast<std::uint32_t>(read_big_endian(bytes.substr(4, 4))),
                  static_cast<std::uint16_t>(read_big_endian(bytes.substr(8, 2)))};
}

std::string log_key(std::uint64_t sequence) {
  std::string out;
  append_big_endian(out, sequence, 8);
  return out;
}

Result<std::uint64_t> decode_log_key(std::string_view bytes) {
  if (bytes.size() != 8) return fail(Errc::data_loss, "damaged log key");
  return read_big_endian(bytes);
}

}  // namespace capexdb::storage
