// Every way in which a client can break the protocol: it is told which, and
// its connection ends.
#include "daemon/session.h"
#include "tests/unit/daemon/session_script.h"

namespace capexdb::daemon {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

struct Fault {
  const char* name;
  Errc code;
  const char* says;
  std::uint64_t request_id;
  std::function<void(Script&)> commit;
};
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

std::string length(std::size_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7U) bytes.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

std::string framed(const std::string& bytes) { return length(bytes.size()) + bytes; }

class SessionFault : public ::testing::TestWithParam<Fault> {};

TEST_P(SessionFault, IsNamedAndEndsTheConnection) {
  Script script;
  GetParam().commit(script);
  ASSERT_FALSE(script.received.empty());
  const v1::ServerMessage& last = script.received.back();
  EXPECT_EQ(last.error().code(), static_cast<int>(GetParam().code)) << last.ShortDebugString();
  EXPECT_THAT(last.error().message(), HasSubstr(GetParam().says));
  EXPECT_EQ(last.request_id(), GetParam().request_id);
  EXPECT_EQ(script.session().fault_text(), last.error().message());

  // The Error arrives: what still comes in is read and thrown away until the
  // peer is gone or the time is up.
  if (!script.closed) {
    EXPECT_TRUE(script.send_shut_down);
    EXPECT_TRUE(script.session().wants_read());
    const std::size_t before = script.received.size();
    script.send(Script::ping(99));
    EXPECT_EQ(script.received.size(), before);
    script.pass(milliseconds(1900));
    EXPECT_FALSE(script.closed);
    script.pass(milliseconds(200));
  }
  EXPECT_TRUE(script.closed);
  EXPECT_TRUE(script.session().is_closed());
}

INSTANTIATE_TEST_SUITE_P(
    BeforeHello, SessionFault,
    ::testing::Values(
        Fault{"LengthIsNoVarint", Errc::invalid_argument, "no varint", 0,
              [](Script& s) { s.bytes("\xFF\xFF\xFF\xFF\xFF\xFF"); }},
        Fault{"LengthOverTheLimit", Errc::resource_exhausted,
              "65537 bytes is over the limit of 65536", 0,
              [](Script& s) { s.bytes(length(65'537)); }},
        Fault{"HugeLength", Errc::resource_exhausted, "over the limit", 0,
              [](Script& s) { s.bytes(length(0xFFFF'FFFF)); }},
        Fault{"NoProtobuf", Errc::invalid_argument, "not a capexdb.v1.ClientMessage", 0,
              [](Script& s) { s.bytes(framed("\xFF\xFF\xFF")); }},
        Fault{"HttpRequest", Errc::invalid_argument, "", 0,
              [](Script& s) {
                s.bytes(
                    "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"
                    "........................................................");
              }},
        Fault{"EmptyMessage", Errc::invalid_argument, "no request", 0,
              [](Script& s) { s.bytes(length(0)); }},
        Fault{"NoPayload", Errc::invalid_argument, "no request", 77,
              [](Script& s) {
                v1::ClientMessage message;
                message.set_request_id(77);
                s.send(message);
              }},
        Fault{"NotHelloFirst", Errc::failed_precondition, "first message must be Hello", 5,
              [](Script& s) { s.send(Script::ping(5)); }},
        Fault{"IngestFirst", Errc::failed_precondition, "first message must be Hello", 5,
              [](Script& s) { s.send(Script::ingest(5, 1)); }},
        Fault{"OtherProtocolVersion", Errc::failed_precondition, "Hello asks for 2", 1,
              [](Script& s) {
                v1::ClientMessage message = Script::hello_message("p");
                message.mutable_hello()->set_protocol_version(2);
                s.send(message);
              }},
        Fault{"LongProducerId", Errc::invalid_argument, "at most 128 bytes", 1,
              [](Script& s) { s.hello(std::string(129, 'p')); }},
        Fault{"DirtyProducerId", Errc::invalid_argument, "clean text", 1,
              [](Script& s) { s.hello("p\x01"); }},
        Fault{"EndInTheMiddle", Errc::invalid_argument,
              "ended in the middle of a message, after 3 of 100", 0,
              [](Script& s) {
                s.bytes(length(100) + "abc");
                s.end();
              }},
        Fault{"EndInALength", Errc::invalid_argument, "1 bytes of a message length", 0,
              [](Script& s) {
                s.bytes("\xFF");
                s.end();
              }},
        Fault{"NoHelloInTime", Errc::deadline_exceeded, "no Hello", 0,
              [](Script& s) { s.pass(milliseconds(5000)); }},
        Fault{"SlowHello", Errc::deadline_exceeded, "no Hello", 0,
              [](Script& s) {
                s.bytes(length(100));
                s.pass(milliseconds(4999));
                s.bytes("a");
                s.pass(milliseconds(1));
              }}),
    [](const auto& param) { return std::string(param.param.name); });

INSTANTIATE_TEST_SUITE_P(
    AfterHello, SessionFault,
    ::testing::Values(Fault{"SecondHello", Errc::failed_precondition, "Hello comes once", 1,
                            [](Script& s) {
                              s.hello();
                              s.hello();
                            }},
                      Fault{"LengthOverTheLimit", Errc::resource_exhausted,
                            "over the limit of 16777216", 0,
                            [](Script& s) {
                              s.hello();
                              s.bytes(length(limits::kMessageBytesMax + 1));
                            }},
                      Fault{"UnknownRequest", Errc::invalid_argument, "(field 15)", 3,
                            [](Script& s) {
                              s.hello();
                              s.bytes(framed(std::string("\x08\x03\x7A\x00", 4)));
                            }},
                      Fault{"BadIngestMessage", Errc::invalid_argument,
                            "not a capexdb.v1.ClientMessage", 3,
                            [](Script& s) {
                              s.hello();
                              s.bytes(framed(std::string("\x08\x03\x1A\x02\x0A\x7F", 6)));
                            }},
                      Fault{"BadUtf8", Errc::invalid_argument, "not a capexdb.v1.ClientMessage", 3,
                            [](Script& s) {
                              s.hello();
                              s.bytes(framed(std::string("\x08\x03\x22\x03\x1A\x01\xFF", 7)));
                            }},
                      Fault{"EndInTheMiddle", Errc::invalid_argument, "ended in the middle", 0,
                            [](Script& s) {
                              s.hello();
                              s.bytes("\x05x");
                              s.end();
                            }},
                      Fault{"RestNeverComes", Errc::deadline_exceeded, "1 of 5 bytes", 0,
                            [](Script& s) {
                              s.hello();
                              s.bytes("\x05x");
                              s.pass(milliseconds(10'000));
                            }},
                      Fault{"RestComesTooSlowly", Errc::deadline_exceeded, "3 of 5 bytes", 0,
                            [](Script& s) {
                              s.hello();
                              s.bytes("\x05x");
                              s.pass(milliseconds(5'000));
                              s.bytes("y");
                              s.pass(milliseconds(4'999));
                              s.bytes("z");
                              s.pass(milliseconds(1));
                            }}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(SessionFaults, DeepNestingIsRefused) {
  Script script;
  script.hello();
  std::string groups;  // field 2000, start of a group, again and again
  for (int i = 0; i < 1000; ++i) groups += "\x83\x7D";
  script.bytes(framed(groups));
  EXPECT_THAT(script.received.back().error().message(), HasSubstr("not a capexdb.v1"));
}

TEST(SessionFaults, RequestsUnderWayAreCancelled) {
  Script script;
  script.hello();
  script.send(Script::query(2));
  script.bytes(framed("\xFF"));
  EXPECT_TRUE(*script.requests.at(0).cancelled);
  const std::size_t before = script.received.size();
  script.reply_query(script.requests[0]);
  EXPECT_EQ(script.received.size(), before) << "nothing follows the Error";
}

TEST(SessionFaults, APeerThatIsGoneCancelsItsRequests) {
  Script script;
  script.hello();
  script.send(Script::query(2));
  script.session().on_disconnected();
  script.perform();
  EXPECT_TRUE(*script.requests.at(0).cancelled);
  EXPECT_TRUE(script.closed);
}

TEST(SessionFaults, ARefusedConnectionIsToldWhy) {
  Memory memory;
  Session session({}, {}, memory, {});
  session.refuse(Error{Errc::resource_exhausted, "full"}, {});
  const std::string output = session.take_output();
  v1::ServerMessage message;
  ASSERT_TRUE(message.ParseFromString(output.substr(1)));
  EXPECT_EQ(message.error().message(), "full");
  session.on_sent(output.size(), {});
  const auto actions = session.take_actions();
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<ShutdownSend>(actions[0]));
}

}  // namespace
}  // namespace capexdb::daemon
