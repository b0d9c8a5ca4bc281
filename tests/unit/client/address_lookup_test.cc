#include "client/address_lookup.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/unit/client/fake_server.h"

namespace capexdb::client {
namespace {

using namespace std::chrono_literals;

Result<Addresses> no_resolver(const Endpoint& endpoint) {
  ADD_FAILURE() << endpoint.host << " is numeric";
  return fail(Errc::unavailable, "asked");
}

TEST(AddressLookup, ANumericHostAsksNobody) {
  for (const char* host : {"127.0.0.1", "::1", "fe80::1"}) {
    const AddressLookup lookup({host, "7411"}, no_resolver);
    const auto found = lookup.wait(Deadline::min());
    ASSERT_TRUE(found && *found) << host;
    ASSERT_EQ((*found)->size(), 1U);
    EXPECT_EQ((*found)->front().address().to_string(), host);
    EXPECT_EQ((*found)->front().port(), 7411);
  }
}

TEST(AddressLookup, AResolverThatHangsHoldsUpNobody) {
  auto gate = std::make_shared<std::promise<void>>();
  const std::shared_future<void> opened = gate->get_future().share();
  const auto slow = [opened](const Endpoint&) -> Result<Addresses> {
    opened.wait();
    return Addresses{{}};
  };
  {
    const AddressLookup abandoned({"a.name", "7411"}, slow);
    EXPECT_FALSE(abandoned.wait(after(1ms)));
  }
  const AddressLookup lookup({"a.name", "7411"}, slow);
  EXPECT_FALSE(lookup.wait(after(1ms)));
  gate->set_value();
  const auto found = lookup.wait(after(kLong));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->size(), 1U);
}

TEST(AddressLookup, WhatTheResolverRefusesIsUnavailable) {
  const AddressLookup lookup({"a.name", "7411"}, [](const Endpoint&) -> Result<Addresses> {
    return fail(Errc::unavailable, "no such host");
  });
  const auto found = lookup.wait(after(kLong));
  ASSERT_TRUE(found && !*found);
  EXPECT_EQ(found->error().message, "no such host");
}

TEST(AddressLookup, LocalhostIsFound) {
  const auto found = resolve({"localhost", "7411"});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found->front().address().is_loopback());
}

}  // namespace
}  // namespace capexdb::client
