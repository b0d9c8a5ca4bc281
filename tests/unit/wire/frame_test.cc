#include "proto/wire/frame.h"

#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/delimited_message_util.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "capexdb/v1/envelope.pb.h"

namespace capexdb::wire {
namespace {

constexpr std::size_t kLimit = 300;

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7U) bytes.push_back(static_cast<char>(value | 0x80U));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

std::string framed(const std::string& message) { return varint(message.size()) + message; }

// What comes out until the reader wants more; the error ends it.
struct Read {
  std::vector<std::string> messages;
  std::optional<Error> error;
};

void drain(FrameReader& reader, Read& read) {
  for (;;) {
    std::string_view message;
    const auto state = reader.next(message);
    if (!state) {
      read.error = state.error();
      return;
    }
    if (*state == FrameReader::State::incomplete) return;
    read.messages.emplace_back(message);
  }
}

Read read_all(std::string_view bytes, std::size_t limit = kLimit) {
  FrameReader reader(limit);
  Read read;
  reader.append(bytes);
  drain(reader, read);
  return read;
}

TEST(FrameReader, TellsWhatWasAnnouncedAsSoonAsTheLengthIsThere) {
  FrameReader reader(kLimit);
  EXPECT_EQ(reader.announced(), 0U);
  reader.append("\xAC");
  EXPECT_EQ(reader.announced(), 0U);
  reader.append("\x02xyz");
  EXPECT_EQ(reader.announced(), 302U);
  EXPECT_EQ(reader.pending(), 5U);
  EXPECT_LT(reader.capacity(), 302U);
  reader.reserve_announced();
  EXPECT_GE(reader.capacity(), 302U);
}

TEST(FrameReader, AnUnreadMessageComesAgain) {
  FrameReader reader(kLimit);
  reader.append(framed("one") + framed("two"));
  std::string_view message;
  ASSERT_EQ(reader.next(message), FrameReader::State::message);
  reader.unread();
  EXPECT_EQ(reader.pending(), 8U);
  ASSERT_EQ(reader.next(message), FrameReader::State::message);
  EXPECT_EQ(message, "one");
  ASSERT_EQ(reader.next(message), FrameReader::State::message);
  EXPECT_EQ(message, "two");
  reader.unread();
  reader.append(framed("three"));
  ASSERT_EQ(reader.next(message), FrameReader::State::message);
  EXPECT_EQ(message, "two");
}

TEST(FrameReader, GivesTheMemoryOfALargeMessageBackThoughMoreFollows) {
  constexpr std::size_t kLarge = 1U << 20U;
  FrameReader reader(kLarge);
  reader.append(framed(std::string(kLarge, 'x')) + "\x05ta");
  std::string_view message;
  ASSERT_EQ(reader.next(message), FrameReader::State::message);
  reader.drop();
  EXPECT_LT(reader.capacity(), kLarge / 10);
  reader.append("il!");
  ASSERT_EQ(reader.next(message), FrameReader::State::message);
  EXPECT_EQ(message, "tail!");
}

TEST(FrameReader, EverySplitOfAStreamGivesTheSameMessages) {
  std::vector<std::string> messages;
  std::string stream;
  for (const std::size_t length : {0U, 1U, 127U, 128U, 0U, 2U, 300U, 0U}) {
    messages.push_back(std::string(length, static_cast<char>('a' + messages.size())));
    stream += framed(messages.back());
  }
  for (std::size_t split = 0; split <= stream.size(); ++split) {
    FrameReader reader(kLimit);
    Read read;
    reader.append(std::string_view(stream).substr(0, split));
    drain(reader, read);
    reader.append(std::string_view(stream).substr(split));
    drain(reader, read);
    ASSERT_FALSE(read.error) << split;
    ASSERT_EQ(read.messages, messages) << split;
    ASSERT_EQ(reader.pending(), 0U) << split;
  }
  for (std::size_t step = 1; step <= 9; ++step) {
    FrameReader reader(kLimit);
    Read read;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      reader.append(std::string_view(stream).substr(at, step));
      drain(reader, read);
    }
    ASSERT_EQ(read.messages, messages) << "in steps of " << step;
  }
}

TEST(FrameReader, AMessageOfTheLimitPassesAndALongerOneIsRefusedByItsLengthAlone) {
  EXPECT_EQ(read_all(framed(std::string(kLimit, 'x'))).messages.size(), 1U);
  for (const std::uint64_t length : {std::uint64_t{kLimit + 1}, std::uint64_t{16'777'217},
                                     std::uint64_t{0xFFFFFFFF}, std::uint64_t{0x7FFFFFFFF}}) {
    const Read read = read_all(varint(length));
    ASSERT_TRUE(read.error) << length;
    EXPECT_EQ(read.error->code, Errc::resource_exhausted) << length;
    EXPECT_NE(read.error->message.find(std::to_string(length)), std::string::npos);
    EXPECT_NE(read.error->message.find("300"), std::string::npos);
  }
}

TEST(FrameReader, TheLimitMayGrowWhileBytesWait) {
  FrameReader reader(1);
  reader.append(framed("a") + framed("bc"));
  std::string_view message;
  ASSERT_TRUE(reader.next(message));
  EXPECT_EQ(message, "a");
  reader.set_message_bytes_max(2);
  ASSERT_TRUE(reader.next(message));
  EXPECT_EQ(message, "bc");
  EXPECT_EQ(*reader.next(message), FrameReader::State::incomplete);
}

TEST(FrameReader, ALengthOfMoreThanFiveBytesIsNoLength) {
  for (const std::string& bytes : {std::string(5, '\xFF'), std::string(10, '\x80'),
                                   std::string("\x80\x80\x80\x80\x80\x00", 6)}) {
    const Read read = read_all(bytes);
    ASSERT_TRUE(read.error);
    EXPECT_EQ(read.error->code, Errc::invalid_argument);
  }
  EXPECT_FALSE(read_all(std::string(4, '\xFF')).error);
  // A length with needless bytes is still one, as protobuf reads it.
  EXPECT_EQ(read_all(std::string("\x82\x80\x80\x80\x00hi", 7)).messages,
            std::vector<std::string>{"hi"});
}

TEST(FrameReader, MessagesBeforeABadLengthAreHandedOutAndTheErrorStays) {
  FrameReader reader(kLimit);
  reader.append(framed("good") + varint(kLimit + 1) + "rest");
  Read read;
  drain(reader, read);
  EXPECT_EQ(read.messages, std::vector<std::string>{"good"});
  ASSERT_TRUE(read.error);
  read.error.reset();
  reader.append(framed("more"));
  drain(reader, read);
  EXPECT_TRUE(read.error);
  EXPECT_EQ(read.messages.size(), 1U);
}

TEST(FrameReader, SaysHowMuchOfAMessageIsThere) {
  FrameReader reader(kLimit);
  std::string_view message;
  EXPECT_EQ(reader.pending(), 0U);
  reader.append("\xAC");
  ASSERT_EQ(*reader.next(message), FrameReader::State::incomplete);
  EXPECT_EQ(reader.pending(), 1U);
  EXPECT_EQ(reader.describe_pending(), "1 bytes of a message length");
  reader.append("\x02twelve bytes");
  ASSERT_EQ(*reader.next(message), FrameReader::State::incomplete);
  EXPECT_EQ(reader.describe_pending(), "12 of 300 bytes");
  reader.append(std::string(288, '.') + "\x05");
  ASSERT_EQ(*reader.next(message), FrameReader::State::message);
  EXPECT_EQ(reader.pending(), 1U);
}

TEST(FrameReaderProperty, RandomBytesNeverGiveMoreThanWasAppended) {
  const std::uint32_t seed = 64;
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  int messages = 0;
  int errors = 0;
  for (int round = 0; round < 3'000; ++round) {
    FrameReader reader(kLimit);
    std::string appended;
    std::size_t handed_out = 0;
    bool broken = false;
    for (int piece = 0; piece < 40 && !broken; ++piece) {
      std::string bytes(static_cast<std::size_t>(below(60)), '\0');
      for (char& c : bytes) c = static_cast<char>(below(8) == 0 ? below(256) : below(100));
      reader.append(bytes);
      appended += bytes;
      for (;;) {
        std::string_view message;
        const auto state = reader.next(message);
        if (!state) {
          broken = true;
          ++errors;
          break;
        }
        if (*state == FrameReader::State::incomplete) break;
        ++messages;
        ASSERT_LE(message.size(), kLimit);
        handed_out = appended.size() - reader.pending();
        // The message is what stands before the bytes that still wait.
        ASSERT_EQ(message,
                  std::string_view(appended).substr(handed_out - message.size(), message.size()));
      }
      ASSERT_EQ(reader.pending(), appended.size() - handed_out);
      if (!broken) {
        ASSERT_LT(reader.pending(), kLimit + 5);
      }
    }
  }
  EXPECT_GT(messages, 1'000);
  EXPECT_GT(errors, 100);
}

TEST(Frame, EqualsTheDelimitedFormatOfProtobufByteForByte) {
  for (const std::size_t length : {0U, 1U, 100U, 120U, 121U, 122U, 123U, 127U, 128U, 16'370U,
                                   16'376U, 16'377U, 16'378U, 16'384U, 2'097'152U}) {
    v1::ClientMessage message;
    if (length > 0) {
      message.set_request_id(length);
      message.mutable_hello()->set_client_name(std::string(length, 'x'));
      message.mutable_hello()->set_protocol_version(1);
    }
    std::string expected;
    {
      google::protobuf::io::StringOutputStream stream(&expected);
      ASSERT_TRUE(google::protobuf::util::SerializeDelimitedToZeroCopyStream(message, &stream));
    }
    const std::string bytes = frame(message);
    ASSERT_EQ(bytes, expected) << length;
    const Read read = read_all(bytes, message.ByteSizeLong());
    ASSERT_EQ(read.messages, std::vector<std::string>{message.SerializeAsString()}) << length;
  }
}

}  // namespace
}  // namespace capexdb::wire
