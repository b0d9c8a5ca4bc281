// The whole program against a server that says what the test wants.
#include <gmock/gmock.h>

#include "tests/unit/client/run_program.h"

namespace capexdb::cli {
namespace {

using client::FakeConnection;
using client::FakeServer;
using testing::HasSubstr;

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
  EXPECT_EQ(run({"companies", "--at", "0"}).code, 2);
  EXPECT_EQ(run({"show", "0"}).code, 2);
  EXPECT_EQ(run({"ingest", "/no/such/file.csv"}).code, 2);
}

TEST(CommandLine, ATimeThatIsNoneIsAUsageError) {
  EXPECT_THAT(run({"changes", "--since", "2290-01-01"}).err, HasSubstr("in the future"));
  EXPECT_EQ(run({"changes", "--since", "2290-01-01"}).code, 2);
  EXPECT_EQ(run({"status", "--timeout", "nan"}).code, 2);
}

TEST(CommandLine, AWithdrawalIsNotDatedInTheFuture) {
  for (const char* day : {"2290-01-01", "2290-01", "2024-08-26/2290-01-01", "soon"}) {
    const Outcome outcome = run(
        {"retract", "alibaba", "capex", "2024", "--published-at", day, "--server", "127.0.0.1:1"});
    EXPECT_EQ(outcome.code, 2) << day << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(std::string(day) == "soon" ? "soon" : "is in the future"));
  }
  const Outcome past = run({"retract", "alibaba", "capex", "2024", "--published-at", "2024-08-26",
                            "--server", "127.0.0.1:1"});
  EXPECT_EQ(past.code, 69) << past.err;
}

TEST(CommandLine, AnArgumentThatIsNoUtf8IsAUsageError) {
  const std::string bad = "caf\xE9";
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"companies", "alias", "alibaba", bad},
           {"companies", "add", "new-one", "--name", bad},
           {"metrics", "add", "m", "--alias", bad},
           {"groups", "set", bad, "alibaba"},
           {"retract", "alibaba", "capex", "2024", "--reason", bad},
           {"quarantine", "reject", "1", "--note", bad},
           {"ingest", "--title", bad, "x.csv"},
           {"ingest", bad + ".csv"},
           {"parse", bad},
           {bad}}) {
    const Outcome outcome = run(line);
    EXPECT_EQ(outcome.code, 2) << line[0];
    EXPECT_THAT(outcome.err, HasSubstr("'caf?"));
    EXPECT_THAT(outcome.err, HasSubstr("is no UTF-8"));
    EXPECT_EQ(outcome.err.find('\xE9'), std::string::npos);
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_EQ(run({"parse", "caf\u00E9"}).code, 65) << "which is UTF-8";
}

TEST(CommandLine, TextThatNoMessageCarriesIsAUsageError) {
  FakeServer server(answering([](const v1::ClientMessage&) { return v1::ServerMessage(); }));
  const std::string bad = "a\xFF\xFE";
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"get", bad, "capex"},
                                             {"get", "alibaba", bad},
                                             {"get", "alibaba", "capex", bad},
                                             {"get", "alibaba", "capex", "--definition", bad},
                                             {"shipments", "--seller", bad},
                                             {"companies", bad}}) {
    std::vector<std::string> line = words;
    line.insert(line.end(), {"--server", server.address()});
    const Outcome outcome = run(line);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("UTF-8"));
  }
}

TEST(CommandLine, SequencesStartAtOne) {
  for (const char* word : {"0", "-1", "1.5", "now", ""}) {
    const Outcome outcome = run({"get", "alibaba", "capex", std::string("--at=") + word});
    EXPECT_EQ(outcome.code, 2) << word;
  }
  EXPECT_THAT(run({"get", "alibaba", "capex", "--at", "0"}).err, HasSubstr("from 1"));
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

TEST(CommandLine, AServerThatDoesNotGreetIs69) {
  FakeServer server([](int, FakeConnection& connection) {
    while (connection.read()) {
    }
  });
  const Outcome outcome = run({"--server", server.address(), "--timeout", "0.02", "status"});
  EXPECT_EQ(outcome.code, 69);
  EXPECT_THAT(outcome.err, HasSubstr("sends no Welcome"));
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
            "\"coverage\":null,\"notes\":[]}\n");
  EXPECT_EQ(asked.kind(), v1::QUERY_KIND_CELLS);
  // Names may hold commas: the server, which knows them, splits.
  ASSERT_EQ(asked.select_size(), 1);
  EXPECT_EQ(asked.select(0), "alibaba,tencent");
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

TEST(CommandLine, ConflictsAskForAllAndExitWith1OnlyForContradictions) {
  v1::QueryRequest asked;
  const auto finding = [&](v1::Finding found) {
    return [&asked, found](int, FakeConnection& connection) {
      while (const auto message = connection.read()) {
        if (message->has_hello()) {
          connection.send(client::welcome());
          continue;
        }
        asked = message->query();
        v1::ServerMessage reply;
        reply.set_request_id(message->request_id());
        if (found != v1::FINDING_UNSPECIFIED) {
          auto* row = reply.mutable_query_chunk()->add_rows();
          row->set_finding(found);
          row->set_reason("because");
          connection.send(reply);
        }
        reply.mutable_query_done();
        connection.send(reply);
      }
    };
  };
  FakeServer none(finding(v1::FINDING_UNSPECIFIED));
  EXPECT_EQ(run({"--server", none.address(), "conflicts"}).code, 0);
  EXPECT_EQ(asked.kind(), v1::QUERY_KIND_CONFLICTS);
  EXPECT_EQ(asked.select_size(), 0);
  EXPECT_EQ(asked.metric(), "");
  EXPECT_EQ(asked.findings_size(), 0);

  FakeServer some(finding(v1::FINDING_SCOPE_DRIFT));
  const Outcome found =
      run({"--server", some.address(), "-o", "csv", "conflicts", "bat", "capex,ai_capex", "2024",
           "--class", "scope-drift,bound-lost", "--class", "conversion"});
  EXPECT_EQ(found.code, 1);
  EXPECT_THAT(found.out, HasSubstr("because"));
  EXPECT_EQ(found.err, "") << "the reason is a column";
  EXPECT_EQ(asked.select(0), "bat");
  EXPECT_EQ(asked.metric(), "capex,ai_capex");
  EXPECT_EQ(asked.periods(), "2024");
  ASSERT_EQ(asked.findings_size(), 3);
  EXPECT_EQ(asked.findings(2), v1::FINDING_CONVERSION);

  FakeServer duplicates(finding(v1::FINDING_CONSISTENT_DUPLICATE));
  EXPECT_EQ(run({"--server", duplicates.address(), "conflicts", "--class", "all"}).code, 0);
  EXPECT_EQ(asked.findings_size(), 9);
  const Outcome mistyped = run({"conflicts", "--class", "scope-drfit"});
  EXPECT_EQ(mistyped.code, 2);
  EXPECT_THAT(mistyped.err, HasSubstr("did you mean \"scope-drift\"?"));
}

TEST(CommandLine, CsvHasTheReasonsOfItsRowsBesideIt) {
  FakeServer server(answering([](const v1::ClientMessage&) {
    v1::ServerMessage reply;
    reply.mutable_query_done();
    return reply;
  }));
  FakeServer partial([](int, FakeConnection& connection) {
    while (const auto message = connection.read()) {
      if (message->has_hello()) {
        connection.send(client::welcome());
        continue;
      }
      v1::ServerMessage chunk;
      chunk.set_request_id(message->request_id());
      for (int i = 0; i < 23; ++i) {
        auto* row = chunk.mutable_query_chunk()->add_rows();
        row->set_company("bat");
        row->set_metric("capex");
        row->set_period("2024-H1");
        row->set_value("46000000000");
        row->set_reason("incomplete: 2 of 3 companies");
      }
      connection.send(chunk);
      v1::ServerMessage done;
      done.set_request_id(message->request_id());
      done.mutable_query_done();
      connection.send(done);
    }
  });
  EXPECT_EQ(run({"--server", server.address(), "-o", "csv", "sum", "bat", "capex"}).err, "");
  const Outcome csv = run({"--server", partial.address(), "-o", "csv", "sum", "bat", "capex"});
  EXPECT_EQ(std::count(csv.err.begin(), csv.err.end(), '\n'), 21);
  EXPECT_TRUE(csv.err.starts_with("reason: bat capex 2024-H1: incomplete: 2 of 3 companies\n"));
  EXPECT_THAT(csv.err, HasSubstr("reason: 3 more rows have one; -o json has them all\n"));
  EXPECT_EQ(run({"--server", partial.address(), "-o", "jsonl", "sum", "bat", "capex"}).err, "");
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
    auto* identifier = party->add_identifiers();
    identifier->set_scheme(v1::IDENTIFIER_SCHEME_TICKER);
    identifier->set_value("BABAF");
    identifier->set_valid_from("2014-09-19");
    party->add_merged("aliyun");
    reply.mutable_catalog()->set_sequence(2);
    return reply;
  }));
  const Outcome json = run({"companies", "baba", "-o", "json", "--server", server.address()});
  EXPECT_EQ(json.out,
            "{\"rows\":[\n{\"id\":\"alibaba\",\"name\":\"Alibaba Group\",\"kind\":\"company\","
            "\"tickers\":[\"BABA\",\"9988.HK\"],\"cik\":\"\",\"country\":\"\","
            "\"fiscal_year_end\":\"03-31\",\"aliases\":[],"
            "\"identifiers\":[\"ticker BABAF (2014-09-19..)\"],\"merged\":[\"aliyun\"]}\n"
            "],\"sequence\":2}\n");
  const Outcome csv = run({"companies", "baba", "-o", "csv", "--server", server.address()});
  EXPECT_EQ(csv.out,
            "id,name,kind,tickers,cik,country,fiscal_year_end,aliases,identifiers,merged\n"
            "alibaba,Alibaba Group,company,BABA; 9988.HK,,,03-31,,ticker BABAF (2014-09-19..),"
            "aliyun\n");
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

}  // namespace
}  // namespace capexdb::cli
