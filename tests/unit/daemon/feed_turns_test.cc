// The feed's turns on a real store: what everybody gets, and what reading it costs.
#include <gmock/gmock.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "capexdb/v1/envelope.pb.h"
#include "daemon/feed.h"
#include "proto/wire/frame.h"
#include "tests/unit/storage/events.h"

namespace capexdb::daemon {
namespace {

using storage::test::commit;
using storage::test::open_store;
using storage::test::small_catalogue;
using storage::test::TemporaryDirectory;

// Opens once, for everybody who waits for it.
class Latch {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    opened_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return is_open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool is_open_ = false;
};

// What one subscription was sent; of the thread that reads the feed, until it caught up.
struct Received {
  wire::FrameReader reader{limits::kMessageBytesMax};
  std::vector<std::uint64_t> sequences;
  Latch caught_up;

  void take(const std::string& frames) {
    reader.append(frames);
    std::string_view bytes;
    for (;;) {
      const auto state = reader.next(bytes);
      ASSERT_TRUE(state) << state.error().message;
      if (*state == wire::FrameReader::State::incomplete) return;
      v1::ServerMessage message;
      ASSERT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
      if (message.has_change()) sequences.push_back(message.change().sequence());
      if (message.has_caught_up()) caught_up.open();
    }
  }
};

class FeedTurnsTest : public ::testing::Test {
 protected:
  // Each batch is a piece of the log of its own.
  void fill(std::size_t batches, std::size_t events) {
    for (std::size_t i = 0; i < batches; ++i) {
      std::vector<v1::Event> batch;
      for (std::size_t j = 0; j < events; ++j) {
        batch.push_back(storage::test::capex("alibaba", std::to_string(i * events + j + 1)));
      }
      commit(*store_, batch, "test", i + 1);
    }
  }
  Feed::Peer peer(Received& received) {
    return {.send = [&received](const std::string& frames) { received.take(frames); },
            .end = [&received](const std::string& frames) { received.take(frames); },
            .outflow = std::make_shared<Outflow>()};
  }
  static v1::SubscribeRequest behind(std::uint64_t sequence) {
    v1::SubscribeRequest request;
    request.set_after_sequence(sequence);
    request.set_credit(limits::kCreditMax);
    return request;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<storage::EventStore> store_ = open_store(directory_.path(), small_catalogue());
  std::atomic<std::uint64_t> count_{0};
};

TEST_F(FeedTurnsTest, ThoseWhoAreScatteredReadTheLogTogether) {
  constexpr std::size_t kPieces = 60;
  constexpr std::size_t kEvents = 5;
  constexpr std::uint64_t kSubscribers = 40;
  fill(kPieces, kEvents);
  const std::uint64_t last = store_->last_sequence();
  Received first;
  std::vector<Received> received(kSubscribers);
  Latch all_there;
  // Room for some ten pieces.
  Feed feed(*store_, {.retention = {}, .log_bytes_max = 64U << 10U}, count_);

  // Holds the feed's thread, so that all the others begin together.
  Feed::Peer gate = peer(first);
  gate.send = [&](const std::string&) { all_there.wait(); };
  feed.open({0, 0}, 1, behind(last), std::move(gate));
  const auto start_of = [&](std::uint64_t i) { return i * last / kSubscribers; };
  for (std::uint64_t i = 0; i < kSubscribers; ++i) {
    feed.open({i + 1, 0}, 1, behind(start_of(i)), peer(received[i]));
  }
  all_there.open();

  for (std::uint64_t i = 0; i < kSubscribers; ++i) {
    received[i].caught_up.wait();
    std::vector<std::uint64_t> expected;
    for (std::uint64_t at = start_of(i) + 1; at <= last; ++at) expected.push_back(at);
    EXPECT_EQ(received[i].sequences, expected) << "behind " << start_of(i);
  }
  // Each by itself would decode half of them.
  EXPECT_LT(feed.pieces_decoded(), 4 * kPieces);
  for (std::uint64_t i = 0; i <= kSubscribers; ++i) feed.close({i, 0});
}

TEST_F(FeedTurnsTest, WhoIsGoneIsForgottenThoughNothingIsCommitted) {
  fill(3, 5);
  Received received;
  Feed feed(*store_, {}, count_);
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> watched = held;
  Feed::Peer its = peer(received);
  its.send = [&received, held](const std::string& frames) { received.take(frames); };
  feed.open({1, 1}, 1, behind(0), std::move(its));
  held.reset();
  received.caught_up.wait();
  feed.close({1, 1});
  EXPECT_EQ(count_, 0U);
  while (!watched.expired()) std::this_thread::yield();  // its last turn may be under way
}

}  // namespace
}  // namespace capexdb::daemon
