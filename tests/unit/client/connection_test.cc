#include "client/connection.h"

#include <gmock/gmock.h>

#include <list>

#include "tests/unit/client/fake_server.h"

namespace capexdb::client {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using testing::HasSubstr;

ClientOptions patient_options(const std::string& address) {
  ClientOptions options;
  options.server = address;
  options.connect_timeout = kLong;
  return options;
}

// The length of a message that never ends, and then its bytes, one by one.
void drip(FakeConnection& connection) {
  connection.send_bytes("\xff\xff\xff\x07");
  while (connection.send_bytes("x")) {
  }
}

// Nobody accepts here, and what does not fit into the queue is dropped.
class BlackHole {
 public:
  BlackHole() : acceptor_(io_) {
    const tcp::endpoint any(boost::asio::ip::make_address("127.0.0.1"), 0);
    acceptor_.open(any.protocol());
    acceptor_.bind(any);
    acceptor_.listen(0);
    for (int i = 0; i < 3; ++i) {
      // Begun and never looked after.
      waiting_.emplace_back(io_).async_connect(acceptor_.local_endpoint(),
                                               [](const boost::system::error_code&) {});
    }
  }
  std::string address() const {
    return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

 private:
  boost::asio::io_context io_;
  tcp::acceptor acceptor_;
  std::list<tcp::socket> waiting_;
};

TEST(Connection, AHostThatNeverAnswersIsUnavailable) {
  const BlackHole hole;
  ClientOptions options = patient_options(hole.address());
  const auto late = Connection::open(options, after(20ms));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::unavailable);
  EXPECT_THAT(late.error().message, HasSubstr("no connection to " + hole.address()));
  options.connect_timeout = 20ms;
  const auto slow = Connection::open(options, after(kLong));
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, Errc::unavailable);
}

TEST(Connection, AServerThatNeverSendsItsWelcomeIsUnavailable) {
  FakeServer server([](int, FakeConnection& c) {
    while (c.read()) {
    }
  });
  const auto opened = Connection::open(patient_options(server.address()), after(20ms));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::unavailable);
  EXPECT_THAT(opened.error().message, HasSubstr("sends no Welcome"));
}

TEST(Connection, AWelcomeThatNeverEndsIsUnavailable) {
  FakeServer server([](int, FakeConnection& c) { drip(c); });
  const auto opened = Connection::open(patient_options(server.address()), after(20ms));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::unavailable);
}

TEST(Connection, OpensPieceByPiece) {
  std::atomic<bool> greet{false};
  FakeServer server([&](int, FakeConnection& c) {
    greet.wait(false);
    c.send(welcome(7));
    c.read();
    c.read();
  });
  const auto connection = Connection::begin(patient_options(server.address()));
  ASSERT_TRUE(connection);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE((*connection)->finish_opening(after(1ms)).value());
  greet = true;
  greet.notify_all();
  EXPECT_TRUE((*connection)->finish_opening(after(kLong)).value());
  EXPECT_EQ((*connection)->welcome().last_batch_number(), 7U);
}

TEST(Connection, AReplyThatNeverEndsDoesNotOutlastTheDeadline) {
  FakeServer server([](int, FakeConnection& c) {
    c.send(welcome());
    drip(c);
  });
  const auto connection = Connection::open(patient_options(server.address()), after(kLong));
  ASSERT_TRUE(connection) << connection.error().message;
  v1::ClientMessage request;
  request.mutable_status();
  (*connection)->send(request);
  const auto reply = (*connection)->wait(after(20ms));
  ASSERT_TRUE(reply);
  EXPECT_FALSE(*reply);
}

// So a message that takes long to come keeps its connection alive.
TEST(Connection, HearsBytesThatAreNoWholeMessageYet) {
  FakeServer server([](int, FakeConnection& c) {
    c.read();
    c.send(welcome());
    c.read();
    c.send_bytes("\x10");
    c.read();
  });
  auto connection = Connection::open(patient_options(server.address()), after(kLong));
  ASSERT_TRUE(connection) << connection.error().message;
  const Deadline greeted = (*connection)->heard_at();
  ASSERT_TRUE((*connection)->wait(after(10ms)));
  EXPECT_EQ((*connection)->heard_at(), greeted) << "nothing was said";
  v1::ClientMessage request;
  request.mutable_status();
  (*connection)->send(request);
  const Deadline give_up = after(kLong);
  while ((*connection)->heard_at() == greeted && std::chrono::steady_clock::now() < give_up) {
    const auto waited = (*connection)->wait(after(10ms));
    ASSERT_TRUE(waited) << waited.error().message;
    EXPECT_FALSE(*waited);
  }
  EXPECT_GT((*connection)->heard_at(), greeted);
}

}  // namespace
}  // namespace capexdb::client
