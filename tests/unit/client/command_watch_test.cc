// capex watch and capex cursors against servers that say what the test wants.
#include <gmock/gmock.h>

#include <map>

#include "client/cli/watch_print.h"
#include "tests/unit/client/feed_messages.h"
#include "tests/unit/client/run_program.h"

namespace capexdb::cli {
namespace {

using client::FakeConnection;
using client::FakeServer;
using testing::HasSubstr;
using testing::StartsWith;

// Answers a subscription with changes 1 to 4, a gap, and that it caught up.
struct WatchedServer {
  std::vector<v1::SubscribeRequest> requests;
  std::vector<std::uint64_t> acks;

  void serve(FakeConnection& connection) {
    while (const auto message = connection.read()) {
      const std::uint64_t id = message->request_id();
      if (message->has_hello()) connection.send(client::welcome(0, 9));
      if (message->has_subscribe()) {
        requests.push_back(message->subscribe());
        const bool replay = message->subscribe().has_replay();
        const bool now = message->subscribe().from_now();
        const std::uint64_t start = replay ? 9 : now ? 4 : message->subscribe().after_sequence();
        connection.send(client::progress(id, start));
        const auto credit = message->subscribe().credit();
        for (std::uint64_t n = replay ? 1 : start + 1; n <= 4 && n <= start % 9 + credit; ++n) {
          connection.send(client::change(id, n));
        }
        if (credit < 4) continue;
        if (!replay) connection.send(client::gap(id, 5, 9));
        connection.send(client::caught_up(id, 9, replay));
      }
      if (message->has_ack()) {
        acks.push_back(message->ack().sequence());
        connection.send(client::ack_reply(id, message->ack().cursor(), message->ack().sequence()));
      }
    }
  }
};

struct Watched {
  Outcome outcome;
  v1::SubscribeRequest request;
  std::vector<std::uint64_t> acks;
};

Watched watch(std::vector<std::string> words) {
  WatchedServer fake;
  Watched watched;
  {
    FakeServer server([&](int, FakeConnection& c) { fake.serve(c); });
    words.insert(words.begin(), "watch");
    words.insert(words.end(), {"--server", server.address()});
    watched.outcome = run(std::move(words));
  }
  if (!fake.requests.empty()) watched.request = fake.requests.front();
  watched.acks = fake.acks;
  return watched;
}

TEST(CommandWatch, WritesAJsonLineForEachChange) {
  const Watched w = watch({"--after", "begin", "--until-caught-up", "-o", "jsonl"});
  EXPECT_EQ(w.outcome.code, 0) << w.outcome.err;
  std::string lines;
  for (const char* n : {"1", "2", "3", "4"}) {
    lines += "{\"sequence\":" + std::string(n) +
             ",\"recorded_at\":\"2024-08-26T00:00:00.000000Z\",\"event\":{\"event_id\":\"e" + n +
             "\"}}\n";
  }
  lines += "{\"gap\":{\"first\":5,\"last\":9}}\n";
  EXPECT_EQ(w.outcome.out, lines);
  EXPECT_EQ(w.outcome.err,
            "capex: 5 to 9 are no longer in the feed (retention); capex show still has them\n");
  EXPECT_FALSE(w.request.cells());
  EXPECT_EQ(w.request.credit(), 1000U);
}

TEST(CommandWatch, AsksForWhatTheOptionsSay) {
  const Watched w = watch({"alibaba,tencent",
                           "capex",
                           "--company",
                           "Amazon.com, Inc.",
                           "--group",
                           "bat",
                           "--metric",
                           "revenue",
                           "--product",
                           "H20",
                           "--counterparty",
                           "nvidia",
                           "--source",
                           "Epoch AI, Inc.",
                           "--status",
                           "actual,guidance",
                           "--revisions",
                           "--first-print",
                           "--became-actual",
                           "--conflicts",
                           "--change-above",
                           "2.5%",
                           "--cells",
                           "--after",
                           "0",
                           "--until-caught-up",
                           "-o",
                           "json"});
  EXPECT_EQ(w.outcome.code, 0) << w.outcome.err;
  EXPECT_EQ(w.request.ShortDebugString(),
            "filter { companies: \"alibaba,tencent\" companies: \"Amazon.com, "
            "Inc.\" companies: \"bat\" metrics: \"capex\" metrics: \"revenue\" products: \"H20\" "
            "counterparties: \"nvidia\" statuses: STATUS_ACTUAL statuses: STATUS_GUIDANCE "
            "sources: \"Epoch AI, Inc.\" meanings: MEANING_FIRST_PRINT meanings: MEANING_REVISION "
            "meanings: MEANING_BECAME_ACTUAL meanings: MEANING_CONFLICT_OPENED meanings: "
            "MEANING_CONFLICT_CLOSED change_above_percent: \"2.5\" } cells: true credit: 1000");
}

// The server refuses names that are empty: left out they would mean everything.
TEST(CommandWatch, SendsNamesAsTheyAre) {
  const auto sent = [](std::vector<std::string> words) {
    words.emplace_back("--until-caught-up");
    return watch(std::move(words)).request.filter().ShortDebugString();
  };
  EXPECT_EQ(sent({}), "");
  EXPECT_EQ(sent({""}), "companies: \"\"");
  EXPECT_EQ(sent({",", ","}), "companies: \",\" metrics: \",\"");
  EXPECT_EQ(sent({"alibaba", ""}), "companies: \"alibaba\" metrics: \"\"");
  EXPECT_EQ(sent({"all", "all"}), "companies: \"all\" metrics: \"all\"");
  for (const auto& [option, field] :
       std::map<std::string, std::string>{{"--company", "companies"},
                                          {"--group", "companies"},
                                          {"--metric", "metrics"},
                                          {"--product", "products"},
                                          {"--counterparty", "counterparties"},
                                          {"--source", "sources"}}) {
    EXPECT_EQ(sent({option, ""}), field + ": \"\"") << option;
    EXPECT_EQ(sent({option, "a, b", option, "c,"}), field + ": \"a, b\" " + field + ": \"c,\"")
        << option;
  }
}

TEST(CommandWatch, AsksForCellsWhereTheyAreShown) {
  EXPECT_TRUE(watch({"--until-caught-up", "-o", "table"}).request.cells());
  EXPECT_TRUE(watch({"--until-caught-up", "-o", "table", "--revisions"}).request.cells());
  EXPECT_FALSE(watch({"--until-caught-up", "-o", "table", "--conflicts"}).request.cells());
  EXPECT_FALSE(watch({"--until-caught-up", "-o", "jsonl"}).request.cells());
}

TEST(CommandWatch, BeginsNowOrWhereTheCursorStands) {
  EXPECT_TRUE(watch({"--until-caught-up"}).request.from_now());
  EXPECT_TRUE(watch({"--after", "now", "--until-caught-up"}).request.from_now());
  EXPECT_EQ(watch({"--after", "3", "--until-caught-up"}).request.after_sequence(), 3U);
  const Watched named = watch({"--cursor", "c", "--until-caught-up"});
  EXPECT_EQ(named.request.cursor(), "c");
  EXPECT_FALSE(named.request.from_now()) << "a new one begins at the beginning";
  EXPECT_TRUE(watch({"--cursor", "c", "--after", "now", "--until-caught-up"}).request.from_now());
}

TEST(CommandWatch, AcknowledgesWhatItWroteWhenItEnds) {
  const Watched all = watch({"--cursor", "c", "--until-caught-up"});
  EXPECT_EQ(all.outcome.code, 0) << all.outcome.err;
  ASSERT_FALSE(all.acks.empty());
  EXPECT_EQ(all.acks.back(), 9U);
  EXPECT_LE(all.acks.size(), 3U) << "not one for every line";
  const Watched two = watch({"--cursor", "c", "--limit", "2"});
  EXPECT_EQ(two.outcome.code, 0) << two.outcome.err;
  ASSERT_FALSE(two.acks.empty());
  EXPECT_EQ(two.acks.back(), 2U);
  EXPECT_EQ(two.request.credit(), 2U) << "more would come for nothing";
}

TEST(CommandWatch, ReplaysDays) {
  const Watched w = watch({"--replay", "2024-01-01..2024-12-31", "--speed", "1000x"});
  EXPECT_EQ(w.outcome.code, 0) << w.outcome.err;
  EXPECT_EQ(w.request.replay().ShortDebugString(),
            "from: \"2024-01-01\" to: \"2024-12-31\" speed: 1000 at_sequence: 9");
  EXPECT_THAT(w.outcome.err, HasSubstr("the replay is over"));
  EXPECT_EQ(watch({"--replay", ".."}).request.replay().ShortDebugString(), "at_sequence: 9");
}

TEST(CommandWatch, SaysWhatIsWrongWithALine) {
  const auto refused = [](std::vector<std::string> words) {
    words.insert(words.begin(), "watch");
    words.insert(words.end(), {"--server", "127.0.0.1:1"});
    const Outcome outcome = run(std::move(words));
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    return outcome.err;
  };
  EXPECT_THAT(refused({"--after", "yesterday"}), HasSubstr("a sequence, now or begin"));
  EXPECT_THAT(refused({"--status", "actul"}), HasSubstr("did you mean \"actual\"?"));
  EXPECT_THAT(refused({"--change-above", "-5"}), HasSubstr("no number of percent"));
  EXPECT_THAT(refused({"--change-above", "lots"}), HasSubstr("no number of percent"));
  EXPECT_THAT(refused({"--replay", "2024-01-01"}), HasSubstr("no range of days"));
  EXPECT_THAT(refused({"--replay", "2024-13-01.."}), HasSubstr("2024-13-01"));
  EXPECT_THAT(refused({"--replay", "..", "--after", "3"}), HasSubstr("--after"));
  EXPECT_THAT(refused({"--replay", "..", "--cursor", "c"}), HasSubstr("--cursor"));
  EXPECT_THAT(refused({"--replay", "..", "--speed", "fast"}), HasSubstr("no speed"));
  EXPECT_THAT(refused({"--replay", "..", "--speed", "nan"}), HasSubstr("no speed"));
  EXPECT_THAT(refused({"--replay", "..", "--speed", "0x10"}), HasSubstr("no speed"));
  EXPECT_THAT(refused({"--speed", "10x"}), HasSubstr("--replay"));
  EXPECT_THAT(refused({"--cursor", ""}), HasSubstr("needs a name"));
  EXPECT_THAT(refused({"--limit", "0"}), HasSubstr("--limit"));
  EXPECT_THAT(refused({"-o", "csv"}), HasSubstr("-o jsonl"));
  EXPECT_THAT(refused({"--compnay", "x"}), HasSubstr("did you mean --company?"));
}

TEST(CommandWatch, EndsWhereThereIsNoServer) {
  const Outcome outcome = run({"watch", "--server", "127.0.0.1:1"});
  EXPECT_EQ(outcome.code, 69);
  EXPECT_THAT(outcome.err, HasSubstr("is capexd running there?"));
}

AnswerRow row_of(const std::string& value, const std::string& source, std::uint64_t sequence) {
  AnswerRow row;
  row.company = "alibaba";
  row.metric = "capex";
  row.period = "2024-H1";
  row.value.point = Decimal::parse(value).value();
  row.unit = "CNY";
  row.currency = "CNY";
  row.status = Status::actual;
  row.measure = Measure::level;
  row.source = source;
  row.published_at = "2024-08-26";
  row.sequence = sequence;
  return row;
}

FeedChange revision() {
  FeedChange change;
  change.sequence = 96;
  change.recorded_at_us = 1'724'630'400'500'000;
  CellChange& cell = change.cells.emplace_back();
  cell.meanings = {Meaning::revision};
  cell.statement = row_of("23000000000", "FT", 96);
  cell.before = row_of("22000000000", "Blog", 12);
  cell.after = row_of("23000000000", "FT", 96);
  cell.change_percent = Decimal::parse("4.5455").value();
  return change;
}

TEST(WatchPrint, SaysWhatAChangeMeans) {
  const std::string head = "2024-08-26T00:00:00Z  96  alibaba capex 2024-H1: ";
  FeedChange change = revision();
  EXPECT_EQ(text_lines_of(change, false),
            head +
                "revision: 22.0bn CNY (Blog 2024-08-26) -> 23.0bn CNY (FT 2024-08-26), "
                "+4.5455 %\n");
  EXPECT_THAT(text_lines_of(change, true), HasSubstr("\x1b[1m"));

  CellChange& cell = change.cells[0];
  cell.before->status = Status::guidance;
  cell.meanings = {Meaning::revision, Meaning::became_actual};
  EXPECT_THAT(text_lines_of(change, false),
              StartsWith(head + "revision, became-actual: 22.0bn CNY guidance (Blog"));
  cell.meanings = {Meaning::first_print};
  cell.before.reset();
  EXPECT_EQ(text_lines_of(change, false), head + "first-print: 23.0bn CNY (FT 2024-08-26)\n");
  cell.meanings = {Meaning::revision};
  EXPECT_EQ(text_lines_of(change, false), head + "revision: back at 23.0bn CNY (FT 2024-08-26)\n");
  cell.meanings.clear();
  cell.before = cell.after = row_of("23000000000", "Blog", 12);
  EXPECT_EQ(text_lines_of(change, false), head + "23.0bn CNY (FT 2024-08-26), as before\n");
  cell.before = cell.after = row_of("24000000000", "Blog", 12);
  EXPECT_EQ(text_lines_of(change, false), head +
                                              "23.0bn CNY (FT 2024-08-26); the answer stays 24.0bn "
                                              "CNY (Blog 2024-08-26)\n");
  cell.meanings = {Meaning::revision};
  cell.statement.retraction = true;
  cell.after.reset();
  EXPECT_EQ(text_lines_of(change, false),
            head + "revision: 24.0bn CNY (Blog 2024-08-26) -> withdrawn (FT 2024-08-26)\n");
}

TEST(WatchPrint, SaysWhichConflictsOpenedAndClosed) {
  FeedChange change = revision();
  change.cells.clear();
  change.conflicts_opened = {row_of("1", "FT", 96)};
  change.conflicts_opened[0].reason = "1 and 2\x1b[31m";
  change.conflicts_closed = {row_of("1", "FT", 96)};
  change.conflicts_closed[0].reason = "3 and 4";
  const std::string text = text_lines_of(change, false);
  EXPECT_THAT(text, HasSubstr("alibaba capex 2024-H1: conflict-opened: 1 and 2"));
  EXPECT_THAT(text, HasSubstr("alibaba capex 2024-H1: conflict-closed: 3 and 4\n"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << "a terminal would obey it";
}

TEST(WatchPrint, SaysWhatACatalogueChangeHas) {
  FeedChange change;
  change.sequence = 1;
  v1::CatalogChange& catalogue = *change.event.mutable_catalog_change();
  for (const char* id : {"a", "b", "c", "d", "e"}) catalogue.add_parties()->set_id(id);
  catalogue.add_sources()->set_name("FT");
  catalogue.add_merges()->set_party("a");
  catalogue.mutable_merges(0)->set_into("b");
  EXPECT_EQ(text_lines_of(change, false),
            "1970-01-01T00:00:00Z  1  catalogue: parties a, b, c and 2 more; sources FT; merges a "
            "into b\n");
}

TEST(WatchPrint, JsonHasTheRowsOfAHistory) {
  const auto line = json_line_of(revision());
  ASSERT_TRUE(line) << line.error().message;
  const Json object = Json::parse(*line);
  const Json& cell = object["cells"][0];
  EXPECT_EQ(cell["meanings"], Json::parse(R"(["revision"])"));
  EXPECT_EQ(cell["change_percent"], "4.5455");
  EXPECT_EQ(cell["before"]["value"], "22000000000");
  EXPECT_EQ(cell["before"]["source"], "Blog");
  EXPECT_EQ(cell["after"]["withdrawn"], false);
  EXPECT_TRUE(cell["statement"].contains("document"));
  FeedChange first = revision();
  first.cells[0].before.reset();
  first.cells[0].change_percent.reset();
  EXPECT_TRUE(Json::parse(*json_line_of(first))["cells"][0]["before"].is_null());
  EXPECT_TRUE(Json::parse(*json_line_of(first))["cells"][0]["change_percent"].is_null());
}

struct Listed {
  Outcome outcome;
  std::vector<v1::ClientMessage> requests;
};

Listed cursors(std::vector<std::string> words) {
  Listed listed;
  FakeServer server(answering([&](const v1::ClientMessage& message) {
    listed.requests.push_back(message);
    v1::ServerMessage reply;
    if (message.has_ack()) {
      reply.mutable_ack()->set_cursor(message.ack().cursor());
      return reply;
    }
    if (message.cursors().name() == "damaged") {
      return client::error(message.request_id(), Errc::data_loss, "cursor damaged cannot be read");
    }
    reply.mutable_cursors()->set_sequence(96);
    if (message.cursors().name() == "nobody") return reply;
    v1::Cursor& cursor = *reply.mutable_cursors()->add_cursors();
    cursor.set_name("billing");
    cursor.set_sequence(90);
    cursor.set_moved_at_us(1'724'630'400'000'000);
    return reply;
  }));
  words.insert(words.begin(), "cursors");
  words.insert(words.end(), {"--server", server.address()});
  listed.outcome = run(std::move(words));
  return listed;
}

TEST(CommandCursors, ListsThemWithTheirLag) {
  const Listed all = cursors({"-o", "csv"});
  EXPECT_EQ(all.outcome.code, 0) << all.outcome.err;
  EXPECT_EQ(all.outcome.out,
            "name,sequence,lag,moved_at\nbilling,90,6,2024-08-26T00:00:00.000000Z\n");
  const Listed one = cursors({"billing", "-o", "json"});
  EXPECT_EQ(one.requests.at(0).cursors().name(), "billing");
  EXPECT_THAT(one.outcome.out, HasSubstr("\"lag\":6"));
  EXPECT_THAT(one.outcome.out, HasSubstr("],\"sequence\":96}"));
  const Listed none = cursors({"nobody"});
  EXPECT_EQ(none.outcome.code, 2);
  EXPECT_THAT(none.outcome.err, HasSubstr("there is no cursor \"nobody\""));
}

TEST(CommandCursors, ForgetsOne) {
  const Listed forgot = cursors({"--forget", "billing"});
  EXPECT_EQ(forgot.outcome.code, 0) << forgot.outcome.err;
  EXPECT_EQ(forgot.outcome.err, "forgotten: billing, which stood at 90\n");
  EXPECT_TRUE(forgot.requests.at(1).ack().forget());
  const Listed none = cursors({"--forget", "nobody"});
  EXPECT_EQ(none.outcome.code, 2);
  EXPECT_THAT(none.outcome.err, HasSubstr("there is no cursor \"nobody\""));
}

TEST(CommandCursors, ForgetsWhatCannotBeRead) {
  EXPECT_EQ(cursors({"damaged"}).outcome.code, 70);
  const Listed forgot = cursors({"--forget", "damaged"});
  EXPECT_EQ(forgot.outcome.code, 0) << forgot.outcome.err;
  EXPECT_EQ(forgot.outcome.err, "forgotten: damaged\n");
  EXPECT_TRUE(forgot.requests.at(1).ack().forget());
}

}  // namespace
}  // namespace capexdb::cli
