#include <google/protobuf/util/delimited_message_util.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/unit/importers/read_all.h"

namespace capexdb::importers {
namespace {

v1::Event sample(int i) {
  v1::Event event;
  event.set_event_id("event-" + std::to_string(i));
  event.mutable_source()->set_publisher("FT");
  event.set_note(std::string(static_cast<std::size_t>(i) * 100, 'n'));
  return event;
}

std::string stream_of(int count) {
  std::ostringstream stream;
  for (int i = 0; i < count; ++i) {
    google::protobuf::util::SerializeDelimitedToOstream(sample(i), &stream);
  }
  return stream.str();
}

TEST(Pb, AStreamOfDelimitedEventsIsReadAsItIs) {
  const std::string content = stream_of(10);
  const ReadAll all = read_all(content, "a.pb");
  ASSERT_FALSE(all.failed) << all.error.message;
  ASSERT_EQ(all.records.size(), 10U);
  std::string raws;
  for (int i = 0; i < 10; ++i) {
    const Record& record = all.records[static_cast<std::size_t>(i)];
    EXPECT_EQ(record.line, static_cast<std::uint64_t>(i) + 1);
    ASSERT_TRUE(record.event);
    EXPECT_EQ(record.event->SerializeAsString(), sample(i).SerializeAsString());
    raws += record.raw;
  }
  EXPECT_EQ(raws, content);
}

TEST(Pb, ATruncatedTailNamesTheOffsetOfItsMessage) {
  const std::string content = stream_of(3);
  const std::size_t start = stream_of(2).size();
  for (std::size_t size = start + 1; size < content.size(); ++size) {
    const ReadAll all = read_all(content.substr(0, size), "a.pb");
    ASSERT_TRUE(all.failed) << size;
    ASSERT_EQ(all.records.size(), 2U);
    ASSERT_EQ(all.error.reason, "truncated");
    ASSERT_NE(all.error.message.find("starts at byte " + std::to_string(start)), std::string::npos)
        << all.error.message;
  }
}

TEST(Pb, AMalformedMessageSpoilsOnlyItself) {
  const std::string content = stream_of(1) + std::string("\x03\x0A\x7F\x00", 4) + stream_of(1);
  const ReadAll all = read_all(content, "a.bin");
  ASSERT_FALSE(all.failed) << all.error.message;
  ASSERT_EQ(all.records.size(), 3U);
  EXPECT_FALSE(all.records[1].event);
  EXPECT_TRUE(all.records[2].event);
}

TEST(Pb, AnAbsurdLengthEndsTheInput) {
  const ReadAll all = read_all(stream_of(1) + "\xFF\xFF\xFF\x7F rest", "a.pb");
  EXPECT_TRUE(all.failed);
  EXPECT_EQ(all.records.size(), 1U);
  EXPECT_TRUE(read_all(std::string(20, '\xFF'), "a.pb").failed);
}

TEST(Pb, AnEmptyStreamHasNoEvents) {
  const ReadAll all = read_all("", "a.pb");
  EXPECT_FALSE(all.failed);
  EXPECT_TRUE(all.records.empty());
}

}  // namespace
}  // namespace capexdb::importers
