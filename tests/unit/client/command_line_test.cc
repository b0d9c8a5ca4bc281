// The whole program against a server that says what the test wants.
#include <gmock/gmock.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "client/cli/verb.h"
#include "tests/unit/client/fake_server.h"

namespace capexdb::cli {
namespace {

using client::FakeConnection;
using client::FakeServer;
using client::FakeStore;
using testing::HasSubstr;

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

Outcome run(std::vector<std::string> words) {
  words.insert(words.begin(), "capex");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::ostringstream out;
  std::ostringstream err;
  auto* const cout_buffer = std::cout.rdbuf(out.rdbuf());
  auto* const cerr_buffer = std::cerr.rdbuf(err.rdbuf());
  Outcome outcome;
  outcome.code = run_main(static_cast<int>(words.size()), arguments.data());
  std::cout.rdbuf(cout_buffer);
  std::cerr.rdbuf(cerr_buffer);
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

// Answers each request with what `answer` makes of it.
using Answerer = std::function<v1::ServerMessage(const v1::ClientMessage&)>;
std::function<void(int, FakeConnection&)> answering(Answerer answer) {
  return [answer = std::move(answer)](int, FakeConnection& connection) {
    while (const auto message = connection.read()) {
      if (message->has_hello()) {
        connection.send(client::welcome(0, 4));
        continue;
      }
      v1::ServerMessage reply = answer(*message);
      reply.set_request_id(message->request_id());
      connection.send(reply);
    }
  };
}

std::string file_with(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + "command_line_test_" + name;
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  return path;
}

TEST(CommandLine, AMistypedVerbGetsASuggestion) {
  const Outcome outcome = run({"-o", "json", "statsu"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "capex: unknown verb \"statsu\"; did you mean \"status\"?\n");
}

TEST(CommandLine, AMistypedOptionOrValueGetsASuggestion) {
  const Outcome option = run({"get", "alibaba", "capex", "--as-fo", "2024-08-01"});
  EXPECT_EQ(option.code, 2);
  EXPECT_THAT(option.err, HasSubstr("did you mean --as-of?"));
  const Outcome status = run({"get", "alibaba", "capex", "--status", "actaul"});
  EXPECT_EQ(status.code, 2);
  EXPECT_THAT(status.err, HasSubstr("did you mean \"actual\"?"));
  const Outcome output = run({"status", "-o", "jsno"});
  EXPECT_EQ(output.code, 2);
  EXPECT_THAT(output.err, HasSubstr("did you mean \"json"));
}

TEST(CommandLine, NoVerbAndMissingWordsAreUsageErrors) {
  EXPECT_EQ(run({}).code, 2);
  EXPECT_EQ(run({"get", "alibaba"}).code, 2);
  EXPECT_EQ(run({"show", "first"}).code, 2);
  EXPECT_EQ(run({"get", "alibaba", "capex", "--as-of", "yesterday"}).code, 2);
  EXPECT_EQ(run({"ingest", "/no/such/file.csv"}).code, 2);
}

TEST(CommandLine, HelpAndVersionAreFine) {
  EXPECT_EQ(run({"--help"}).code, 0);
  EXPECT_EQ(run({"get", "--help"}).code, 0);
  EXPECT_THAT(run({"--version"}).out, HasSubstr("capex "));
}

TEST(CommandLine, NoServerIs69) {
  std::string address;
  {
    FakeServer server([](int, FakeConnection&) {});
    address = server.address();
  }
  const Outcome outcome = run({"--server", address, "status"});
  EXPECT_EQ(outcome.code, 69);
  EXPECT_THAT(outcome.err, HasSubstr("capex: cannot reach " + address));
}

TEST(CommandLine, GetAsksWhatTheWordsSay) {
  v1::QueryRequest asked;
  FakeServer server(answering([&](const v1::ClientMessage& message) {
    asked = message.query();
    v1::ServerMessage reply;
    reply.mutable_query_done()->set_sequence(9);
    return reply;
  }));
  const Outcome outcome = run({"get",          "alibaba,tencent", "capex",    "2023-H1..",
                               "--status",     "actual,estimate", "--status", "target",
                               "--as-of",      "2024-09-01",      "--at",     "8",
                               "--measure",    "growth",          "--policy", "newest",
                               "--definition", "us-gaap:X",       "--limit",  "3",
                               "--server",     server.address(),  "-o",       "json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "{\"rows\":[],\"sequence\":9,\"as_of\":null,\"policy\":\"default\",\"token\":\"\","
            "\"notes\":[]}\n");
  EXPECT_EQ(asked.kind(), v1::QUERY_KIND_CELLS);
  EXPECT_EQ(asked.select_size(), 2);
  EXPECT_EQ(asked.select(1), "tencent");
  EXPECT_EQ(asked.periods(), "2023-H1..");
  EXPECT_EQ(asked.statuses_size(), 3);
  EXPECT_EQ(asked.as_of(), "2024-09-01");
  EXPECT_EQ(asked.at_sequence(), 8U);
  EXPECT_EQ(asked.measure(), "growth");
  EXPECT_EQ(asked.policy(), "newest");
  EXPECT_EQ(asked.definition(), "us-gaap:X");
  EXPECT_EQ(asked.limit(), 3U);
  EXPECT_EQ(asked.deadline_ms(), 0U);
}

TEST(CommandLine, SumAndHistoryAskTheirKindOfQuestion) {
  v1::QueryRequest asked;
  FakeServer server(answering([&](const v1::ClientMessage& message) {
    asked = message.query();
    v1::ServerMessage reply;
    reply.mutable_query_done()->mutable_coverage()->set_of(3);
    reply.mutable_query_done()->mutable_coverage()->set_reported(2);
    reply.mutable_query_done()->mutable_coverage()->add_missing("baidu");
    return reply;
  }));
  const Outcome sum = run({"--server", server.address(), "-o", "csv", "sum", "bat", "capex",
                           "2024-H1", "--by", "period,company", "--fail-empty"});
  EXPECT_EQ(sum.code, 1);
  EXPECT_EQ(sum.err, "coverage: 2 of 3 reported; missing: baidu\n");
  EXPECT_EQ(asked.kind(), v1::QUERY_KIND_SUM);
  EXPECT_EQ(asked.by_size(), 2);
  run({"--server", server.address(), "history", "alibaba", "capex", "2024-H1"});
  EXPECT_EQ(asked.kind(), v1::QUERY_KIND_STATEMENTS);
}

TEST(CommandLine, TheServersRefusalIsPrintedAndDecidesTheExitCode) {
  FakeServer server(answering([](const v1::ClientMessage&) {
    return client::error(0, Errc::not_found, "no company \"alibab\"; did you mean alibaba?");
  }));
  const Outcome outcome = run({"--server", server.address(), "get", "alibab", "capex"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "capex: no company \"alibab\"; did you mean alibaba?\n");
}

TEST(CommandLine, StatusHasTheSequenceAtTheTopLevel) {
  FakeServer server(answering([](const v1::ClientMessage&) {
    v1::ServerMessage reply;
    reply.mutable_status()->set_sequence(93);
    return reply;
  }));
  const Outcome outcome = run({"status", "-o", "json", "--server", server.address()});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.out.starts_with("{\"sequence\":93,")) << outcome.out;
}

TEST(CommandLine, CompaniesAreRowsWithTheirAliases) {
  FakeServer server(answering([](const v1::ClientMessage& message) {
    EXPECT_EQ(message.catalog().kind(), v1::CatalogRequest::KIND_COMPANIES);
    EXPECT_EQ(message.catalog().name(), "baba");
    v1::ServerMessage reply;
    auto* party = reply.mutable_catalog()->add_parties();
    party->set_id("alibaba");
    party->set_name("Alibaba Group");
    party->set_kind(v1::PARTY_KIND_COMPANY);
    party->add_tickers("BABA");
    party->add_tickers("9988.HK");
    party->set_fiscal_year_end("03-31");
    reply.mutable_catalog()->set_sequence(2);
    return reply;
  }));
  const Outcome json = run({"companies", "baba", "-o", "json", "--server", server.address()});
  EXPECT_EQ(json.out,
            "{\"rows\":[\n{\"id\":\"alibaba\",\"name\":\"Alibaba Group\",\"kind\":\"company\","
            "\"tickers\":[\"BABA\",\"9988.HK\"],\"cik\":\"\",\"country\":\"\","
            "\"fiscal_year_end\":\"03-31\",\"aliases\":[]}\n],\"sequence\":2}\n");
  const Outcome csv = run({"companies", "baba", "-o", "csv", "--server", server.address()});
  EXPECT_EQ(csv.out,
            "id,name,kind,tickers,cik,country,fiscal_year_end,aliases\n"
            "alibaba,Alibaba Group,company,BABA; 9988.HK,,,03-31,\n");
}

TEST(CommandLine, ShowPrintsTheEventWithItsFieldNames) {
  FakeServer server(answering([](const v1::ClientMessage& message) {
    v1::ServerMessage reply;
    reply.mutable_show()->set_sequence(message.show().sequence());
    reply.mutable_show()->set_producer_id("p");
    reply.mutable_show()->add_supersedes(3);
    reply.mutable_show()->mutable_event()->set_published_at("2024-08-26");
    return reply;
  }));
  const Outcome json = run({"show", "7", "-o", "csv", "--server", server.address()});
  EXPECT_EQ(json.code, 0);
  EXPECT_THAT(json.out, HasSubstr("{\"sequence\":7,\"recorded_at\":\""));
  EXPECT_THAT(json.out, HasSubstr("\"producer_id\":\"p\",\"batch_number\":0,\"supersedes\":[3],"
                                  "\"event\":{\"published_at\":\"2024-08-26\"}}\n"));
  const Outcome table = run({"show", "7", "-o", "table", "--server", server.address()});
  EXPECT_THAT(table.out, HasSubstr("event:\n  published_at: 2024-08-26\n"));
}

// An ingest against a store that takes everything but events with the id "bad".
Outcome ingest(FakeStore& store, std::vector<std::string> words) {
  FakeServer server([&store](int, FakeConnection& connection) {
    while (const auto message = connection.read()) {
      if (message->has_hello()) {
        connection.send(store.greet(*message));
        continue;
      }
      v1::ServerMessage reply = store.ingest(*message);
      for (int i = 0; i < message->ingest().events_size(); ++i) {
        if (message->ingest().events(i).event_id() != "bad") continue;
        reply.mutable_ingest()->set_accepted(reply.ingest().accepted() - 1);
        reply.mutable_ingest()->set_rejected(reply.ingest().rejected() + 1);
        auto* verdict = reply.mutable_ingest()->add_verdicts();
        verdict->set_index(static_cast<std::uint32_t>(i));
        verdict->set_outcome(v1::OUTCOME_REJECTED);
        verdict->set_code("no_fact");
        verdict->set_field("fact");
        verdict->set_message("says nothing");
      }
      connection.send(reply);
    }
  });
  words.insert(words.begin(), {"ingest", "--server", server.address()});
  return run(std::move(words));
}

const char* const kGood = "{\"event_id\":\"good\",\"capex\":{}}\n";
const char* const kBad = "{\"event_id\":\"bad\",\"capex\":{}}\n";

TEST(CommandLine, IngestSumsUpInOneLine) {
  FakeStore store;
  const std::string file = file_with("good.jsonl", std::string(kGood) + kGood + kGood);
  const Outcome outcome = ingest(store, {file, "--batch", "2", "-o", "table"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "accepted 3, duplicate 0, rejected 0, sequence 3\n");
  EXPECT_EQ(store.last_batch, 2U);
}

TEST(CommandLine, IngestNamesWhatWasRefusedAndKeepsIt) {
  FakeStore store;
  const std::string file =
      file_with("mixed.jsonl", std::string(kGood) + "{nonsense\n" + kBad + kGood);
  const std::string rejects = file_with("rejects.jsonl", "");
  const Outcome outcome = ingest(store, {file, "--rejects", rejects, "-o", "csv"});
  EXPECT_EQ(outcome.code, 65);
  EXPECT_THAT(outcome.err, HasSubstr(file + ":2: rejected: "));
  EXPECT_THAT(outcome.err, HasSubstr(file + ":3: rejected: no_fact: fact: says nothing\n"));
  EXPECT_EQ(outcome.out, "accepted 2, duplicate 0, rejected 1, unreadable 1, sequence 3\n");
  std::ifstream in(rejects, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), std::string("{nonsense\n") + kBad);
}

TEST(CommandLine, AnAtomicIngestSendsNothingOfAFileThatCannotBeRead) {
  FakeStore store;
  const std::string bad = file_with("bad.jsonl", std::string(kGood) + "{nonsense\n");
  const std::string good = file_with("good2.jsonl", std::string(kGood) + kGood);
  const Outcome outcome = ingest(store, {"--atomic", bad, good, "-o", "json"});
  EXPECT_EQ(outcome.code, 65);
  EXPECT_THAT(outcome.err, HasSubstr("nothing of " + bad + " was sent"));
  EXPECT_EQ(store.event_ids.size(), 2U);
  EXPECT_THAT(outcome.out, HasSubstr("{\"accepted\":2,\"duplicates\":0,\"rejected\":0,"
                                     "\"quarantined\":0,\"unreadable\":1,\"sequence\":2,"
                                     "\"first_sequence\":1,\"last_sequence\":2,\"verdicts\":["));
}

TEST(CommandLine, ADryRunStoresNothing) {
  FakeStore store;
  const std::string file = file_with("dry.jsonl", std::string(kGood) + kGood);
  const Outcome outcome = ingest(store, {file, "--dry-run", "-o", "table"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "dry run: accepted 2, duplicate 0, rejected 0, sequence 0\n");
  EXPECT_TRUE(store.event_ids.empty());
}

}  // namespace
}  // namespace capexdb::cli
