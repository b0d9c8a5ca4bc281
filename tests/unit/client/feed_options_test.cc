// What a subscriber may ask for, and how long it waits between attempts.
#include <gmock/gmock.h>

#include "client/backoff.h"
#include "client/feed_messages.h"

namespace capexdb::client {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(FeedOptions, AreRefusedWithTheReason) {
  const auto refused = [](const SubscriptionOptions& options) {
    const auto checked = check(options);
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(refused({}), "");
  EXPECT_THAT(refused({.window = 0}), HasSubstr("at least 1"));
  EXPECT_THAT(refused({.cursor = "c", .replay = FeedReplay{}}), HasSubstr("leave out"));
  EXPECT_THAT(refused({.cursor = "\xff"}), HasSubstr("cursor: "));
  EXPECT_THAT(refused({.filter = {.companies = {"a", "b\x01"}}}), HasSubstr("companies: "));
  EXPECT_THAT(refused({.filter = {.sources = {"\xc3"}}}), HasSubstr("sources: "));
}

TEST(Backoff, GrowsUpToItsLimitWithJitterAndStartsAnew) {
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    Backoff backoff(50ms, 2000ms, seed);
    const Backoff::TimePoint now{1h};  // a clock of the test's own
    std::int64_t ceiling = 50;
    for (int attempt = 0; attempt < 40; ++attempt) {
      const auto pause = backoff.failed(now) - now;
      EXPECT_GE(pause, std::chrono::milliseconds(ceiling / 2));
      EXPECT_LE(pause, std::chrono::milliseconds(ceiling));
      ceiling = std::min<std::int64_t>(2000, ceiling * 2);
    }
    backoff.succeeded();
    EXPECT_LE(backoff.failed(now) - now, 50ms);
  }
}

TEST(FilterOfAQuestion, HasItsTextsAsTheyAre) {
  Query query;
  query.select = {"alibaba, tencent", "Amazon.com, Inc."};
  query.metric = "capex, revenue";
  query.product = "H20";
  query.statuses = {Status::actual};
  query.periods = "2024";
  FeedFilter filter = filter_of(query);
  EXPECT_THAT(filter.companies, ElementsAre("alibaba, tencent", "Amazon.com, Inc."));
  EXPECT_THAT(filter.metrics, ElementsAre("capex, revenue"));
  EXPECT_THAT(filter.products, ElementsAre("H20"));
  EXPECT_THAT(filter.statuses, ElementsAre(Status::actual));
  filter = filter_of({.select = {"all"}, .metric = "all"});
  EXPECT_THAT(filter.companies, ElementsAre("all"));
  EXPECT_THAT(filter.metrics, ElementsAre("all"));
  EXPECT_THAT(filter_of({.select = {"", ","}}).companies, ElementsAre("", ","));
  EXPECT_THAT(filter_of({}).companies, IsEmpty());
}

}  // namespace
}  // namespace capexdb::client
