#include <google/protobuf/io/coded_stream.h>

#include <utility>

#include "client/importers/formats.h"
#include "proto/model/limits.h"

namespace capexdb::importers {
namespace {

// Events, each behind its length as a varint.
class PbImporter : public Importer {
 public:
  PbImporter(ByteSource source, std::string file)
      : source_(std::move(source)), file_(std::move(file)) {}

  Result<bool> next(Record& record) override {
    const std::uint64_t start = source_.offset();
    if (source_.peek() == ByteSource::kEnd) {
      if (source_.broken()) return fail(broken_input(file_, source_.offset()));
      return false;
    }
    record.line = ++number_;
    record.raw.clear();
    CAPEXDB_ASSIGN(const std::uint64_t length, read_length(start, record.raw));
    if (length > limits::kEventBytesMax) {
      return fail(bad(start, "says that it has " + std::to_string(length) +
                                 " bytes, which no event may have: is this a stream of delimited "
                                 "capexdb.v1.Event messages?"));
    }
    const std::size_t prefix = record.raw.size();
    record.raw.reserve(prefix + length);
    for (std::uint64_t i = 0; i < length; ++i) {
      const int byte = source_.get();
      if (byte == ByteSource::kEnd) return fail(cut_short(start));
      record.raw.push_back(static_cast<char>(byte));
    }
    v1::Event event;
    google::protobuf::io::CodedInputStream in(
        reinterpret_cast<const std::uint8_t*>(record.raw.data() + prefix),
        static_cast<int>(length));
    in.SetRecursionLimit(limits::kRecursionDepthMax);
    if (event.ParseFromCodedStream(&in) && in.ConsumedEntireMessage()) {
      record.event = std::move(event);
    } else {
      record.event = fail(bad(start, "is not a capexdb.v1.Event"));
    }
    return true;
  }

  std::string_view record_end() const override { return {}; }

 private:
  Error bad(std::uint64_t start, const std::string& why) const {
    return {Errc::invalid_argument,
            file_ + ": message " + std::to_string(number_) + ", which starts at byte " +
                std::to_string(start) + ", " + why,
            {},
            "bad_message"};
  }

  Error cut_short(std::uint64_t start) const {
    if (source_.broken()) return broken_input(file_, source_.offset());
    Error error =
        bad(start, "is cut short: the input ends at byte " + std::to_string(source_.offset()));
    error.reason = "truncated";
    return error;
  }

  Result<std::uint64_t> read_length(std::uint64_t start, std::string& raw) {
    std::uint64_t length = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const int byte = source_.get();
      if (byte == ByteSource::kEnd) return fail(cut_short(start));
      raw.push_back(static_cast<char>(byte));
      length |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return length;
    }
    return fail(bad(start, "has no length that can be read"));
  }

  ByteSource source_;
  std::string file_;
  std::uint64_t number_ = 0;
};

}  // namespace

std::unique_ptr<Importer> open_pb(ByteSource source, const std::string& file) {
  return std::make_unique<PbImporter>(std::move(source), file);
}

}  // namespace capexdb::importers
