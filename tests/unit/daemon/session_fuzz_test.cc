// The session against every cut of a good exchange, and against noise.
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <random>

#include "daemon/session.h"
#include "tests/unit/daemon/session_script.h"

namespace capexdb::daemon {
namespace {

std::vector<std::string> exchange() {
  return {wire::frame(Script::hello_message("p")),
          wire::frame(Script::ping(2)),
          wire::frame(Script::ingest(3, 1, 2)),
          wire::frame(Script::query(4)),
          wire::frame(Script::ack(6)),
          wire::frame(Script::subscribe(7)),
          wire::frame(Script::ping(5, 500))};
}

std::string joined() {
  std::string all;
  for (const std::string& message : exchange()) all += message;
  return all;
}

// Answers whatever was asked, as the daemon would; an answer may make room for
// the next request.
void answer_all(Script& script) {
  while (!script.batches.empty() || !script.requests.empty() || !script.acks.empty()) {
    for (const MoveCursor& move : std::exchange(script.acks, {})) script.reply_ack(move);
    for (const SubmitBatch& batch : std::exchange(script.batches, {})) {
      script.reply_ingest(batch.ticket, batch.batch.batch_number);
    }
    for (const RunRequest& request : std::exchange(script.requests, {})) {
      script.reply_query(request);
    }
  }
}

std::vector<std::string> texts(const std::vector<v1::ServerMessage>& messages) {
  std::vector<std::string> all;
  for (const v1::ServerMessage& message : messages) all.push_back(message.ShortDebugString());
  return all;
}

TEST(SessionSplit, EverySplitGivesTheSameReplies) {
  const std::string all = joined();
  Script whole;
  whole.bytes(all);
  answer_all(whole);
  ASSERT_EQ(whole.received.size(), 6U);
  for (std::size_t at = 0; at <= all.size(); ++at) {
    Script script;
    script.bytes(std::string_view(all).substr(0, at));
    script.bytes(std::string_view(all).substr(at));
    answer_all(script);
    ASSERT_EQ(texts(script.received), texts(whole.received)) << "split at " << at;
  }
}

TEST(SessionSplit, BytesOneByOneGiveTheSameReplies) {
  const std::string all = joined();
  Script whole;
  whole.bytes(all);
  answer_all(whole);
  Script script;
  for (const char& byte : all) script.bytes({&byte, 1});
  answer_all(script);
  EXPECT_EQ(texts(script.received), texts(whole.received));
}

TEST(SessionSplit, AnEndAtAnyByteIsAFaultExceptBetweenMessages) {
  const std::string all = joined();
  std::vector<std::size_t> boundaries = {0};
  for (const std::string& message : exchange()) {
    boundaries.push_back(boundaries.back() + message.size());
  }
  for (std::size_t at = 0; at <= all.size(); ++at) {
    const bool boundary = std::find(boundaries.begin(), boundaries.end(), at) != boundaries.end();
    Script script;
    script.bytes(std::string_view(all).substr(0, at));
    script.end();
    answer_all(script);
    EXPECT_TRUE(script.closed) << "end at " << at;
    EXPECT_EQ(script.session().fault_text().empty(), boundary) << "end at " << at;
    const bool error = !script.received.empty() && script.received.back().has_error();
    EXPECT_EQ(error, !boundary) << "end at " << at;
  }
}

TEST(SessionFuzz, NoiseNeverDoesMoreThanEndItsConnection) {
  constexpr std::uint32_t kSeed = 20240826;
  constexpr int kCases = 10'000;
  std::printf("seed %u\n", kSeed);
  const google::protobuf::LogSilencer silence;  // thousands of bad messages follow
  const std::string good = joined();
  for (int i = 0; i < kCases; ++i) {
    SCOPED_TRACE("case " + std::to_string(i) + " of seed " + std::to_string(kSeed));
    std::mt19937 random(kSeed + static_cast<std::uint32_t>(i));
    const auto below = [&](std::size_t n) { return random() % n; };
    // A good exchange with a few bytes changed, or nothing but noise.
    std::string bytes = below(4) == 0 ? std::string(below(300), '\0') : good;
    const bool noise = bytes.size() != good.size();
    const std::size_t changes = noise ? bytes.size() : 1 + below(6);
    for (std::size_t k = 0; k < changes && !bytes.empty(); ++k) {
      bytes[below(bytes.size())] = static_cast<char>(random());
    }

    Script script;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = std::min(bytes.size() - at, 1 + below(64));
      if (script.session().wants_read()) script.bytes(std::string_view(bytes).substr(at, size));
      at += size;
      if (below(4) == 0) answer_all(script);
    }
    script.end();
    answer_all(script);
    ASSERT_TRUE(script.closed);
    if (!script.session().fault_text().empty()) {
      ASSERT_TRUE(script.received.back().has_error());
      ASSERT_EQ(script.received.back().error().message(), script.session().fault_text());
    }
  }
}

}  // namespace
}  // namespace capexdb::daemon
