#include "client/endpoint.h"

#include <gtest/gtest.h>

namespace capexdb::client {
namespace {

TEST(Endpoint, ReadsNamesAndAddressesWithAPort) {
  EXPECT_EQ(parse_endpoint("localhost:7411").value(), (Endpoint{"localhost", "7411"}));
  EXPECT_EQ(parse_endpoint("127.0.0.1:1").value(), (Endpoint{"127.0.0.1", "1"}));
  EXPECT_EQ(parse_endpoint("[::1]:7411").value(), (Endpoint{"::1", "7411"}));
}

TEST(Endpoint, RefusesWhatIsNoAddressAndSaysHowToWriteOne) {
  for (const char* text : {"", "localhost", "localhost:", ":7411", "localhost:0", "localhost:65536",
                           "localhost:http", "::1:7411", "[]:7411"}) {
    const auto endpoint = parse_endpoint(text);
    ASSERT_FALSE(endpoint) << text;
    EXPECT_EQ(endpoint.error().code, Errc::invalid_argument);
    EXPECT_NE(endpoint.error().message.find("HOST:PORT"), std::string::npos);
  }
}

}  // namespace
}  // namespace capexdb::client
