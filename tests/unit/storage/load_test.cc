#include "storage/load.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "storage/inspect.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage {
namespace {

std::vector<std::string> dump_of(const EventStore& store, bool canonical = false) {
  std::vector<std::string> lines;
  EXPECT_TRUE(dump(store, canonical, [&](const std::string& line) { lines.push_back(line); }));
  return lines;
}

Result<LoadReport> load_lines(const std::string& path, const std::vector<std::string>& lines) {
  StoreOptions options;
  options.path = path;
  options.seed = test::small_catalogue();
  std::size_t next = 0;
  return load(std::move(options), [&](std::string& line) -> Result<bool> {
    if (next == lines.size()) return false;
    line = lines[next++];
    return true;
  });
}

class LoadTest : public testing::Test {
 protected:
  LoadTest() {
    auto store = test::open_store(source_.path(), test::small_catalogue());
    test::commit(*store, {test::capex("alibaba", "23000000000"), test::capex("Example", "5")}, "a",
                 1);
    v1::Event identified = test::capex("tencent", "7");
    identified.set_event_id("seven");
    test::commit(*store, {identified}, "a", 2);
    v1::Event withdrawal;
    withdrawal.mutable_source()->set_publisher("WinBuzzer");
    withdrawal.set_published_at("2024-09-01");
    withdrawal.mutable_retraction()->set_event_id("seven");
    EXPECT_EQ(test::commit(*store, {withdrawal}, "a", 3).accepted(), 1U);
    v1::Event rank;
    auto& entry = *rank.mutable_catalog_change()->add_sources();
    entry.set_name("WinBuzzer");
    entry.set_rank(3);
    test::commit(*store, {rank});
    dump_ = dump_of(*store);
    canonical_ = dump_of(*store, true);
  }

  // What a store at the target holds now.
  std::vector<std::string> reloaded(bool canonical = false) const {
    const auto store = test::open_store(target_.path(), {});
    const auto report = check(*store);
    EXPECT_TRUE(report && report->faults.empty());
    return dump_of(*store, canonical);
  }

  test::TemporaryDirectory source_;
  test::TemporaryDirectory target_;
  std::vector<std::string> dump_;
  std::vector<std::string> canonical_;
};

TEST_F(LoadTest, AnEmptyStoreBecomesTheOneThatWasDumped) {
  const auto report = load_lines(target_.path(), dump_);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->exact);
  EXPECT_EQ(report->accepted, dump_.size());
  EXPECT_EQ(reloaded(), dump_);
}

TEST_F(LoadTest, ProducersGoOnBehindTheirLastBatch) {
  ASSERT_TRUE(load_lines(target_.path(), dump_));
  const auto store = test::open_store(target_.path(), {});
  EXPECT_EQ(store->producer_position("a")->last_batch_number, 3U);
  v1::Event again = test::capex("tencent", "7");
  again.set_event_id("seven");
  EXPECT_EQ(test::commit(*store, {again}, "a", 4).duplicates(), 1U);
}

TEST_F(LoadTest, ALoadThatWasInterruptedGoesOn) {
  for (std::size_t kept = 1; kept < dump_.size(); ++kept) {
    const test::TemporaryDirectory target;
    const auto first = load_lines(
        target.path(), {dump_.begin(), dump_.begin() + static_cast<std::ptrdiff_t>(kept)});
    ASSERT_TRUE(first) << first.error().message;
    const auto rest = load_lines(target.path(), dump_);
    ASSERT_TRUE(rest) << rest.error().message;
    EXPECT_TRUE(rest->exact);
    EXPECT_EQ(rest->accepted, dump_.size() - kept);
    EXPECT_EQ(dump_of(*test::open_store(target.path(), {})), dump_) << kept;
  }
}

TEST_F(LoadTest, ACanonicalDumpIsIngested) {
  const auto report = load_lines(target_.path(), canonical_);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->exact);
  EXPECT_EQ(report->rejected, 0U);
  EXPECT_EQ(reloaded(true), canonical_);
  auto backwards = canonical_;
  std::reverse(backwards.begin(), backwards.end());
  const test::TemporaryDirectory other;
  EXPECT_EQ(load_lines(other.path(), backwards)->rejected, 0U) << "withdrawals come last";
  EXPECT_EQ(load_lines(target_.path(), canonical_)->duplicates, canonical_.size());
}

TEST_F(LoadTest, AStoreThatHoldsMoreTakesWhatIsNew) {
  {
    const auto store = test::open_store(target_.path(), test::small_catalogue());
    test::commit(*store, {test::capex("baidu", "4"), test::capex("alibaba", "23000000000")});
  }
  const auto report = load_lines(target_.path(), dump_);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->exact);
  EXPECT_EQ(report->duplicates, 2U) << "the catalogue and one statement";
  EXPECT_EQ(report->rejected, 0U);
}

TEST_F(LoadTest, WhatIsNoDumpIsRefusedWithItsLine) {
  for (const std::string line : {"x", "{}", R"({"event": 5})", R"({"sequence": 9, "event": {}})",
                                 R"({"event": {"no_such_field": 1}})"}) {
    const test::TemporaryDirectory target;
    auto lines = dump_;
    lines[1] = line;
    const auto report = load_lines(target.path(), lines);
    ASSERT_FALSE(report) << line;
    EXPECT_NE(report.error().message.find("line 2"), std::string::npos) << report.error().message;
  }
}

TEST_F(LoadTest, WhatOneBatchTellsTwiceOfACompanyIsRestored) {
  std::vector<std::string> lines;
  {
    const test::TemporaryDirectory directory;
    const auto store = test::open_store(directory.path(), test::small_catalogue());
    v1::Event named = test::capex("All State", "5");
    named.mutable_capex()->mutable_subject()->set_ticker("ALL");
    const auto reply = test::commit(
        *store, {test::shipment("Nvidia", "New Buyer", "1"), test::capex("New Buyer", "5"), named});
    ASSERT_EQ(reply.accepted(), 3U);
    lines = dump_of(*store);
  }
  const auto report = load_lines(target_.path(), lines);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->exact);
  EXPECT_EQ(reloaded(), lines);
}

TEST_F(LoadTest, AGapIsNoticed) {
  auto lines = dump_;
  lines.erase(lines.begin() + 2);
  const auto report = load_lines(target_.path(), lines);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().reason, "bad_dump") << report.error().message;
}

TEST_F(LoadTest, ALineThatNeverEndsIsRefusedBeforeItFillsTheMemory) {
  // Zeros without end, as of a disk: each piece is counted.
  class Endless : public std::streambuf {
   public:
    std::size_t read = 0;

   protected:
    int_type underflow() override {
      read += piece_.size();
      setg(piece_.data(), piece_.data(), piece_.data() + piece_.size());
      return traits_type::to_int_type(piece_[0]);
    }

   private:
    std::string piece_ = std::string(64U << 10U, 'x');
  };
  Endless endless;
  std::istream input(&endless);
  StoreOptions options;
  options.path = target_.path();
  const NextLine rest = lines_of(input, "big");
  std::size_t given = 0;
  const auto loaded = load(std::move(options), [&](std::string& line) -> Result<bool> {
    if (given == 2) return rest(line);
    line = dump_[given++];
    return true;
  });
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().reason, "bad_dump");
  EXPECT_NE(loaded.error().message.find("line 3 "), std::string::npos) << loaded.error().message;
  EXPECT_LE(endless.read, std::size_t{17} << 20U);
}

TEST_F(LoadTest, LinesAreTakenApartAsTheyStand) {
  std::istringstream input("one\n\ntwo");
  const NextLine next = lines_of(input, "x");
  std::vector<std::string> lines;
  for (std::string line; *next(line);) lines.push_back(line);
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "", "two"}));
}

TEST_F(LoadTest, WhatIsNoDumpIsRefusedHoweverDeepItIs) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  for (const std::string& line : {std::string("garbage"), "{\"event\": " + deep + "}", deep,
                                  std::string("\x00\xFF", 2), std::string("{\"event\": 7}")}) {
    const auto loaded = load_lines(target_.path(), {line});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().reason, "bad_dump");
  }
}

}  // namespace
}  // namespace capexdb::storage
