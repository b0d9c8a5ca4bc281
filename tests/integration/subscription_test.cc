// Subscribers of a real daemon, over connections that break and die.
#include "capexdb/subscription.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <sstream>
#include <thread>

#include "tests/integration/cut_proxy.h"
#include "tests/integration/processes.h"

namespace capexdb::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kLong = 60s;              // never reached, unless a test hangs
constexpr std::uint64_t kCatalogue = 1;  // the sequence of what a new store begins with

ClientOptions options_for(const std::string& server) {
  ClientOptions options;
  options.server = server;
  options.backoff_min = 1ms;
  options.backoff_max = 2ms;
  return options;
}

std::string csv(std::uint64_t rows) {
  std::ostringstream text;
  text << "company,metric,period,value,currency,source,published_at\n";
  for (std::uint64_t i = 0; i < rows; ++i) {
    // Days of publication that are not in the order of the file.
    text << "Firm " << i << ",capex,2024-Q1," << 1000 + i << ",USD,Gazette,2025-0" << 1 + i * 5 % 9
         << "-10\n";
  }
  return text.str();
}

struct Feeding {
  explicit Feeding(std::uint64_t rows) : daemon(directory / "data") {
    write_file(directory / "rows.csv", csv(rows));
    const Outcome fed = daemon.capex({"ingest", directory / "rows.csv"});
    EXPECT_EQ(fed.exit_code, 0) << fed.err;
    auto client = Client::connect(options_for(daemon.server()), after(kLong));
    last = client ? client->status(after(kLong))->sequence() : 0;
  }

  TemporaryDirectory directory;
  Daemon daemon;
  std::uint64_t last = 0;
};

// The sequences of the changes up to where it has caught up.
Result<std::vector<std::uint64_t>> sequences_of(Subscription& feed) {
  std::vector<std::uint64_t> sequences;
  for (;;) {
    CAPEXDB_ASSIGN(const auto item, feed.next(after(kLong)));
    if (!item) return fail(Errc::deadline_exceeded, "nothing came");
    if (std::holds_alternative<FeedCaughtUp>(*item)) return sequences;
    if (const auto* change = std::get_if<FeedChange>(&*item)) {
      sequences.push_back(change->sequence);
    }
  }
}

std::vector<std::uint64_t> between(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> all(last - first + 1);
  std::iota(all.begin(), all.end(), first);
  return all;
}

std::vector<std::uint64_t> through(const Feeding& feeding, const Cut& first,
                                   const SubscriptionOptions& options) {
  CutProxy proxy(feeding.daemon.port(), [&](int number) { return number == 0 ? first : Cut{}; });
  auto feed = Subscription::open(options_for(proxy.address()), options, after(kLong));
  if (!feed) {
    ADD_FAILURE() << feed.error().message;
    return {};
  }
  const auto got = sequences_of(*feed);
  if (!got) ADD_FAILURE() << got.error().message;
  return got ? *got : std::vector<std::uint64_t>();
}

TEST(SubscriptionOverProxy, GetsEveryChangeOnceWhereverTheConnectionIsCut) {
  const Feeding feeding(6);
  SubscriptionOptions options;
  options.after_sequence = kCatalogue;
  options.window = 2;
  std::size_t down = 0;
  std::size_t up = 0;
  {
    CutProxy proxy(feeding.daemon.port(), [](int) { return Cut{}; });
    {
      auto feed = Subscription::open(options_for(proxy.address()), options, after(kLong));
      ASSERT_TRUE(feed) << feed.error().message;
      ASSERT_TRUE(sequences_of(*feed));
    }
    down = proxy.down();
    up = proxy.up();
  }
  ASSERT_GT(down, 500U);
  ASSERT_GT(up, 50U);
  const std::vector<std::uint64_t> all = between(kCatalogue + 1, feeding.last);
  for (std::size_t bytes = 0; bytes <= down; ++bytes) {
    ASSERT_EQ(through(feeding, {.down = bytes}, options), all) << "cut behind " << bytes;
  }
  for (std::size_t bytes = 0; bytes <= up; ++bytes) {
    ASSERT_EQ(through(feeding, {.up = bytes}, options), all) << "cut behind " << bytes;
  }
}

TEST(SubscriptionOverProxy, ReplaysEveryChangeOnceInTheWorldsOrder) {
  const Feeding feeding(40);
  SubscriptionOptions options;
  options.replay = FeedReplay{};
  options.window = 3;
  const std::vector<std::uint64_t> whole = through(feeding, {}, options);
  std::vector<std::uint64_t> sorted;
  {
    auto client = Client::connect(options_for(feeding.daemon.server()), after(kLong));
    ASSERT_TRUE(client) << client.error().message;
    std::vector<std::pair<std::string, std::uint64_t>> known;
    for (std::uint64_t n = 1; n <= feeding.last; ++n) {
      const auto shown = client->show(n, after(kLong));
      ASSERT_TRUE(shown) << shown.error().message;
      if (!shown->event().has_catalog_change())
        known.emplace_back(shown->event().published_at(), n);
    }
    std::sort(known.begin(), known.end());
    for (const auto& [day, sequence] : known) sorted.push_back(sequence);
  }
  EXPECT_EQ(whole, sorted);
  EXPECT_FALSE(std::is_sorted(whole.begin(), whole.end()));
  for (std::size_t bytes = 0; bytes < 6000; bytes += 113) {
    ASSERT_EQ(through(feeding, {.down = bytes}, options), whole) << "cut behind " << bytes;
  }
}

TEST(SubscriptionOverProxy, FindsAServerThatIsHalfDead) {
  const Feeding feeding(6);
  SubscriptionOptions options;
  options.after_sequence = kCatalogue;
  options.silence_max = 200ms;
  const std::vector<std::uint64_t> all = between(kCatalogue + 1, feeding.last);
  for (const std::size_t bytes : {200U, 500U, 900U}) {
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(through(feeding, {.down = bytes, .stalls = true}, options), all) << bytes;
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
  }
}

TEST(SubscriptionOfADaemon, OutlivesIt) {
  const TemporaryDirectory directory;
  write_file(directory / "rows.csv", csv(50));
  auto daemon = std::make_unique<Daemon>(directory / "data");
  const std::string server = daemon->server();
  auto feed = Subscription::open(options_for(server), {.after_sequence = kCatalogue}, after(kLong));
  ASSERT_TRUE(feed) << feed.error().message;
  ASSERT_TRUE(sequences_of(*feed)) << "nothing yet, and it says so";
  std::vector<std::uint64_t> got;
  for (int round = 0; round < 3; ++round) {
    daemon->kill();
    daemon = std::make_unique<Daemon>(directory / "data", server);
    std::string rows = csv(50);
    const std::string source = "Gazette " + std::to_string(round);
    for (std::size_t at = 0; (at = rows.find("Gazette,", at)) != std::string::npos;) {
      rows.replace(at, 7, source);
      at += source.size();
    }
    write_file(directory / "rows.csv", rows);
    ASSERT_EQ(daemon->capex({"ingest", directory / "rows.csv"}).exit_code, 0);
    auto client = Client::connect(options_for(server), after(kLong));
    ASSERT_TRUE(client) << client.error().message;
    const std::uint64_t last = client->status(after(kLong))->sequence();
    while (feed->position() < last) {
      const auto item = feed->next(after(kLong));
      ASSERT_TRUE(item) << item.error().message;
      ASSERT_TRUE(*item) << "nothing came";
      if (const auto* change = std::get_if<FeedChange>(&**item)) got.push_back(change->sequence);
    }
    ASSERT_EQ(got, between(kCatalogue + 1, last));
  }
  EXPECT_GE(feed->reconnects(), 3U);
}

TEST(SubscriptionOfADaemon, MayBeOpenedBeforeIt) {
  const TemporaryDirectory directory;
  auto daemon = std::make_unique<Daemon>(directory / "data");
  const std::string server = daemon->server();
  daemon->kill();
  daemon.reset();
  std::thread late([&] { daemon = std::make_unique<Daemon>(directory / "data", server); });
  const auto feed = Subscription::open(options_for(server), {}, after(kLong));
  late.join();
  ASSERT_TRUE(feed) << feed.error().message;
  EXPECT_EQ(feed->reconnects(), 0U);
}

TEST(SubscriptionOfADaemon, StandsOnDiskWhereItsCursorBegins) {
  const TemporaryDirectory directory;
  auto daemon = std::make_unique<Daemon>(directory / "data");
  const std::string server = daemon->server();
  SubscriptionOptions now;
  now.from_now = true;
  now.cursor = "now";
  for (const auto& [options, place] :
       {std::pair{now, kCatalogue},
        std::pair{SubscriptionOptions{.cursor = "begin"}, std::uint64_t{0}}}) {
    const auto feed = Subscription::open(options_for(server), options, after(kLong));
    ASSERT_TRUE(feed) << feed.error().message;
    EXPECT_EQ(feed->position(), place);
  }
  daemon->kill();
  daemon = std::make_unique<Daemon>(directory / "data", server);
  write_file(directory / "rows.csv", csv(5));
  ASSERT_EQ(daemon->capex({"ingest", directory / "rows.csv"}).exit_code, 0);
  auto client = Client::connect(options_for(server), after(kLong));
  ASSERT_TRUE(client) << client.error().message;
  const auto found = client->cursors("", after(kLong));
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->cursors.size(), 2U);
  // The same again: what came between is not lost.
  const auto again = Subscription::open(options_for(server), now, after(kLong));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->position(), kCatalogue);
}

TEST(QueryAndSubscribeOfADaemon, HaveNeitherGapNorOverlapWhileItIsFed) {
  const TemporaryDirectory directory;
  constexpr std::uint64_t kRows = 20'000;
  write_file(directory / "rows.csv", csv(kRows));
  const Daemon daemon(directory / "data");
  const ClientOptions options = options_for(daemon.server());
  Process ingest({program("capex"), "--server", daemon.server(), "ingest", directory / "rows.csv",
                  "--batch", "50"},
                 directory / "ingest.out", directory / "ingest.err");
  Query query;
  query.kind = QueryKind::statements;
  query.select = {"all"};
  query.metric = "capex";
  struct Seen {
    std::set<std::uint64_t> sequences;
    std::uint64_t position = 0;
  };
  std::vector<Seen> all;
  while (ingest.running() && all.size() < 20) {
    auto both = query_and_subscribe(options, query, {.window = 100}, after(kLong));
    ASSERT_TRUE(both) << both.error().message;
    Seen seen;
    for (const AnswerRow& row : both->answer.rows) seen.sequences.insert(row.sequence);
    for (int changes = 0; changes < 300;) {
      const auto item = both->feed.next(after(kLong));
      ASSERT_TRUE(item) << item.error().message;
      if (!*item) break;
      if (const auto* change = std::get_if<FeedChange>(&**item)) {
        ++changes;
        ASSERT_GT(change->sequence, both->answer.sequence);
        ASSERT_TRUE(seen.sequences.insert(change->sequence).second)
            << "twice: " << change->sequence;
      }
      if (both->feed.position() >= kRows) break;
    }
    seen.position = both->feed.position();
    all.push_back(std::move(seen));
  }
  ASSERT_FALSE(all.empty());
  ASSERT_EQ(ingest.wait(), 0) << read_file(directory / "ingest.err");
  auto client = Client::connect(options, after(kLong));
  ASSERT_TRUE(client) << client.error().message;
  const auto answer = client->query(query, after(kLong));
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->rows.size(), kRows);
  for (const Seen& seen : all) {
    std::set<std::uint64_t> wanted;
    for (const AnswerRow& row : answer->rows) {
      if (row.sequence <= seen.position) wanted.insert(row.sequence);
    }
    ASSERT_EQ(seen.sequences, wanted);
  }
}

}  // namespace
}  // namespace capexdb::test
