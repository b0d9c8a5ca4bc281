#include "capexdb/client.h"

#include <gmock/gmock.h>

#include "proto/wire/query_codec.h"
#include "tests/unit/client/fake_server.h"
#include "tests/unit/client/feed_messages.h"

namespace capexdb::client {
namespace {

using namespace std::chrono_literals;

v1::ServerMessage chunk(std::uint64_t request_id, const std::string& company) {
  v1::ServerMessage message;
  message.set_request_id(request_id);
  auto* row = message.mutable_query_chunk()->add_rows();
  row->set_company(company);
  row->set_value("23000000000");
  row->set_low("22500000000");
  row->set_low_kind(v1::BOUND_KIND_CLOSED);
  return message;
}

v1::ServerMessage done(std::uint64_t request_id) {
  v1::ServerMessage message;
  message.set_request_id(request_id);
  message.mutable_query_done()->set_sequence(93);
  message.mutable_query_done()->set_token("t");
  return message;
}

// Greets and answers status requests until the client goes.
void answer_status(FakeConnection& connection, std::uint64_t sequence) {
  while (const auto message = connection.read()) {
    if (message->has_hello()) {
      connection.send(welcome());
      continue;
    }
    v1::ServerMessage reply;
    reply.set_request_id(message->request_id());
    reply.mutable_status()->set_sequence(sequence);
    connection.send(reply);
  }
}

TEST(Client, CollectsTheChunksOfAnAnswer) {
  FakeServer server([](int, FakeConnection& c) {
    while (const auto message = c.read()) {
      if (message->has_hello()) {
        c.send(welcome());
        continue;
      }
      EXPECT_EQ(message->query().metric(), "capex");
      c.send(chunk(message->request_id(), "alibaba"));
      c.send(chunk(message->request_id(), "tencent"));
      c.send(done(message->request_id()));
    }
  });
  auto client = Client::connect(options_for(server), after(kLong));
  ASSERT_TRUE(client);
  Query query;
  query.metric = "capex";
  const auto answer = client->query(query, after(kLong));
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->rows.size(), 2U);
  EXPECT_EQ(answer->rows[1].company, "tencent");
  EXPECT_EQ(answer->rows[0].value.point->to_string(), "23000000000");
  EXPECT_EQ(answer->rows[0].value.low->kind, BoundKind::closed);
  EXPECT_EQ(answer->sequence, 93U);
  EXPECT_EQ(answer->token, "t");
}

TEST(Client, AsksOnceMoreWhenTheConnectionBreaksWithinAnAnswer) {
  FakeServer server([](int index, FakeConnection& c) {
    while (const auto message = c.read()) {
      if (message->has_hello()) {
        c.send(welcome());
        continue;
      }
      c.send(chunk(message->request_id(), "alibaba"));
      if (index == 0) return;
      c.send(done(message->request_id()));
    }
  });
  auto client = Client::connect(options_for(server), after(kLong));
  ASSERT_TRUE(client);
  const auto answer = client->query({}, after(kLong));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->rows.size(), 1U);
}

TEST(Client, GivesUpWhenTheConnectionBreaksTwice) {
  FakeServer server([](int, FakeConnection& c) {
    while (const auto message = c.read()) {
      if (!message->has_hello()) return;
      c.send(welcome());
    }
  });
  auto client = Client::connect(options_for(server), after(kLong));
  ASSERT_TRUE(client);
  const auto status = client->status(after(kLong));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::unavailable);
}

TEST(Client, KeepsTheServersErrorAndTheConnection) {
  FakeServer server([](int index, FakeConnection& c) {
    EXPECT_EQ(index, 0);
    bool first = true;
    while (const auto message = c.read()) {
      if (message->has_hello()) {
        c.send(welcome());
      } else if (std::exchange(first, false)) {
        c.send(error(message->request_id(), Errc::not_found, "no such sequence"));
      } else {
        v1::ServerMessage reply;
        reply.set_request_id(message->request_id());
        reply.mutable_pong()->set_nonce(message->ping().nonce());
        c.send(reply);
      }
    }
  });
  auto client = Client::connect(options_for(server), after(kLong));
  ASSERT_TRUE(client);
  const auto shown = client->show(7, after(kLong));
  ASSERT_FALSE(shown);
  EXPECT_EQ(shown.error().code, Errc::not_found);
  EXPECT_EQ(shown.error().message, "no such sequence");
  EXPECT_TRUE(client->ping(after(kLong)));
}

TEST(Client, ALateAnswerIsADeadlineAndTheNextCallIsGood) {
  FakeServer server([](int index, FakeConnection& c) {
    if (index > 0) return answer_status(c, 5);
    while (const auto message = c.read()) {
      if (message->has_hello()) c.send(welcome());
    }
  });
  auto client = Client::connect(options_for(server), after(kLong));
  ASSERT_TRUE(client);
  const auto late = client->status(after(5ms));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::deadline_exceeded);
  const auto status = client->status(after(kLong));
  ASSERT_TRUE(status);
  EXPECT_EQ(status->sequence(), 5U);
}

TEST(Client, AnAnswerWithoutEndIsADeadline) {
  FakeServer server([](int, FakeConnection& c) {
    while (const auto message = c.read()) {
      if (message->has_hello()) {
        c.send(welcome());
        continue;
      }
      while (c.send(chunk(message->request_id(), "alibaba"))) {
      }
    }
  });
  auto client = Client::connect(options_for(server), after(kLong));
  ASSERT_TRUE(client);
  const auto answer = client->query({}, after(20ms));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::deadline_exceeded);
}

TEST(Client, AServerThatSpeaksAnotherProtocolIsToldApart) {
  FakeServer server([](int, FakeConnection& c) {
    c.send_bytes("HTTP/1.1 400 Bad Request\r\n" + std::string(100, 'x'));
    c.read();
    c.read();
  });
  const auto client = Client::connect(options_for(server), after(kLong));
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().reason, kProtocolReason);
}

TEST(Client, AnAddressThatIsNoneIsAnInvalidArgument) {
  ClientOptions options;
  options.server = "localhost";
  const auto client = Client::connect(options, after(kLong));
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Errc::invalid_argument);
}

TEST(Client, LooksAfterCursors) {
  std::vector<v1::Ack> asked;
  FakeServer server([&](int, FakeConnection& c) {
    while (const auto message = c.read()) {
      if (message->has_hello()) c.send(welcome());
      if (!message->has_ack()) continue;
      asked.push_back(message->ack());
      c.send(ack_reply(message->request_id(), message->ack().cursor(), 9));
    }
  });
  {
    auto client = Client::connect(options_for(server), after(kLong));
    ASSERT_TRUE(client);
    const auto stands = client->ack("c", 5, /*rewind=*/true, after(kLong));
    ASSERT_TRUE(stands) << stands.error().message;
    EXPECT_EQ(*stands, 9U);
    EXPECT_TRUE(client->forget_cursor("c", after(kLong)));
    EXPECT_EQ(client->ack("\xff", 5, false, after(kLong)).error().code, Errc::invalid_argument);
    EXPECT_EQ(client->cursors("\x01", after(kLong)).error().code, Errc::invalid_argument);
  }
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].ShortDebugString(), "cursor: \"c\" sequence: 5 rewind: true");
  EXPECT_EQ(asked[1].ShortDebugString(), "cursor: \"c\" forget: true");
}

}  // namespace
}  // namespace capexdb::client
