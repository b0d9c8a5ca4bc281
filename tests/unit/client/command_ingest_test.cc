// capex ingest against a store that says what the test wants.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <thread>

#include "tests/unit/client/run_program.h"

namespace capexdb::cli {
namespace {

using client::FakeConnection;
using client::FakeServer;
using client::FakeStore;
using testing::HasSubstr;

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

TEST(CommandIngest, IngestSumsUpInOneLine) {
  FakeStore store;
  const std::string file = file_with("good.jsonl", std::string(kGood) + kGood + kGood);
  const Outcome outcome = ingest(store, {file, "--batch", "2", "-o", "table"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "accepted 3, duplicate 0, rejected 0, sequence 3\n");
  EXPECT_EQ(store.last_batch, 2U);
}

TEST(CommandIngest, IngestNamesWhatWasRefusedAndKeepsIt) {
  FakeStore store;
  const std::string file =
      file_with("mixed.jsonl", std::string(kGood) + "{nonsense\n" + kBad + kGood);
  const std::string rejects = file_with("rejects.jsonl", "");
  const Outcome outcome = ingest(store, {file, "--rejects", rejects, "-o", "csv"});
  EXPECT_EQ(outcome.code, 65);
  EXPECT_THAT(outcome.err, HasSubstr(file + ":2: rejected: "));
  EXPECT_THAT(outcome.err, HasSubstr(file + ":3: rejected: no_fact: fact: says nothing\n"));
  EXPECT_EQ(outcome.out, "accepted 2, duplicate 0, rejected 1, unreadable 1, sequence 3\n");
  EXPECT_EQ(text_of(rejects), std::string("{nonsense\n") + kBad);
}

TEST(CommandIngest, AnAtomicIngestSendsNothingOfAFileThatCannotBeRead) {
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

TEST(CommandIngest, ADryRunStoresNothing) {
  FakeStore store;
  const std::string file = file_with("dry.jsonl", std::string(kGood) + kGood);
  const Outcome outcome = ingest(store, {file, "--dry-run", "-o", "table"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "dry run: accepted 2, duplicate 0, rejected 0, sequence 0\n");
  EXPECT_TRUE(store.event_ids.empty());
}

TEST(CommandIngest, WhatAFileDoesNotSayIsGivenBesideIt) {
  FakeStore store;
  const std::string file =
      file_with("own.csv",
                "Chip type,Chip manufacturer,Start date,End date,Number of Units,Notes\n"
                "X9,Own Chips,1/1/2024,3/31/2024,300,\n");
  const Outcome without = ingest(store, {file});
  EXPECT_EQ(without.code, 65);
  EXPECT_THAT(without.err, HasSubstr("missing_published_at"));
  EXPECT_EQ(ingest(store, {file, "--published-at", "2026-02-06", "--title", "own"}).code, 0);
  EXPECT_EQ(store.event_ids.size(), 1U);
  const Outcome bad = ingest(store, {file, "--published-at", "02/06/2026"});
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.err, HasSubstr("YYYY-MM-DD"));
}

TEST(CommandIngest, ADirectoryIsNoFile) {
  FakeStore store;
  const Outcome outcome = ingest(store, {"/tmp"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("it is a directory; give its files"));
}

TEST(CommandIngest, TheFileOfRejectsIsNoneOfTheInputs) {
  FakeStore store;
  const std::string text = std::string(kGood) + kBad;
  const std::string file = file_with("own.jsonl", text);
  const std::string other = file_with("other.jsonl", kGood);
  const std::string link = temporary_path("link.jsonl");
  unlink(link.c_str());
  ASSERT_EQ(symlink(file.c_str(), link.c_str()), 0);
  for (const std::string& rejects : {file, link}) {
    const Outcome outcome = ingest(store, {other, file, "--rejects", rejects});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("would overwrite an input"));
    EXPECT_EQ(text_of(file), text);
  }
  EXPECT_TRUE(store.hellos.empty());
}

TEST(CommandIngest, TheFileOfRejectsIsKeptUntilTheServerIsThere) {
  std::string address;
  {
    FakeServer server([](int, FakeConnection&) {});
    address = server.address();
  }
  const std::string file = file_with("good3.jsonl", kGood);
  const std::string rejects = file_with("earlier.jsonl", kBad);
  EXPECT_EQ(run({"ingest", "--server", address, file, "--rejects", rejects}).code, 69);
  EXPECT_EQ(text_of(rejects), kBad);
}

TEST(CommandIngest, RejectsOfSeveralFilesHaveOneForm) {
  const std::string columns = "company,metric,period,value,source,published_at";
  const std::string a = file_with("a.csv", columns + "\nA,capex,2024,5,X,2024\n");
  const std::string b = file_with("b.csv", columns + "\nB,capex,2024,many,X,2024\n");
  const std::string c = file_with("c.csv", columns + ",note\nC,capex,2024,many,X,2024,n\n");
  const std::string d = file_with("d.jsonl", kGood);
  const std::string nothing = file_with("nothing.csv", "");
  const std::string rejects = file_with("rejects_of_several", "");
  for (const std::string& other : {c, d}) {
    FakeStore store;
    const Outcome outcome = ingest(store, {a, other, "--rejects", rejects});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("one by one"));
    EXPECT_TRUE(store.hellos.empty());
    EXPECT_EQ(ingest(store, {a, other}).code, other == c ? 65 : 0) << "without --rejects";
  }
  FakeStore store;
  const Outcome outcome = ingest(store, {a, nothing, b, b, "--rejects", rejects});
  EXPECT_EQ(outcome.code, 65);
  EXPECT_EQ(store.event_ids.size(), 1U);
  const std::string row = "B,capex,2024,many,X,2024\n";
  EXPECT_EQ(text_of(rejects), columns + "\n" + row + row);
}

// A pipe whose writer waits, before it closes its end, until the server has
// stored what came through it.
class SlowPipe {
 public:
  explicit SlowPipe(const std::string& text) {
    unlink(path_.c_str());  // of the test before
    EXPECT_EQ(mkfifo(path_.c_str(), 0600), 0);
    writer_ = std::thread([this, text] {
      std::ofstream out(path_, std::ios::binary);
      out << text << std::flush;
      went_out_ =
          stored_.get_future().wait_for(std::chrono::seconds(30)) == std::future_status::ready;
    });
  }
  const std::string& path() const { return path_; }
  void on_stored() {
    if (!std::exchange(told_, true)) stored_.set_value();
  }
  bool went_out_before_the_end() {
    writer_.join();
    return went_out_;
  }

 private:
  std::string path_ = temporary_path("pipe");
  std::promise<void> stored_;
  bool told_ = false;  // the server's thread only
  std::thread writer_;
  bool went_out_ = false;
};

TEST(CommandIngest, RecordsOfASlowPipeDoNotWaitForAFullBatch) {
  FakeStore store;
  SlowPipe pipe(std::string(kGood) + kGood);
  FakeServer server([&](int, FakeConnection& connection) {
    while (const auto message = connection.read()) {
      connection.send(message->has_hello() ? store.greet(*message) : store.ingest(*message));
      if (store.event_ids.size() == 2) pipe.on_stored();
    }
  });
  const Outcome outcome = run({"ingest", "--server", server.address(), pipe.path(), "-o", "table"});
  EXPECT_TRUE(pipe.went_out_before_the_end());
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "accepted 2, duplicate 0, rejected 0, sequence 2\n");
}

TEST(CommandIngest, AConnectionThatBreaksWhileThePipePausesIsMadeAgain) {
  FakeStore store;
  SlowPipe pipe(kGood);
  FakeServer server([&](int index, FakeConnection& connection) {
    while (const auto message = connection.read()) {
      if (index == 0 && !message->has_hello()) return;
      connection.send(message->has_hello() ? store.greet(*message) : store.ingest(*message));
      if (!store.event_ids.empty()) pipe.on_stored();
    }
  });
  const Outcome outcome = run({"ingest", "--server", server.address(), pipe.path(), "-o", "table"});
  EXPECT_TRUE(pipe.went_out_before_the_end());
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(store.event_ids.size(), 1U);
}

TEST(CommandIngest, AnErrorWhileThePipePausesEndsTheRun) {
  SlowPipe pipe(kGood);
  FakeStore store;
  FakeServer server([&](int, FakeConnection& connection) {
    while (const auto message = connection.read()) {
      connection.send(message->has_hello()
                          ? store.greet(*message)
                          : client::error(message->request_id(), Errc::aborted, "fenced"));
    }
    pipe.on_stored();  // the client has gone
  });
  const Outcome outcome = run({"ingest", "--server", server.address(), pipe.path()});
  EXPECT_TRUE(pipe.went_out_before_the_end());
  EXPECT_EQ(outcome.code, 75);
  EXPECT_THAT(outcome.err, HasSubstr("fenced"));
}

// Company facts with one fact of the concept.
std::string company_facts(const std::string& tag, const std::string& val) {
  return R"({"cik":1045810,"entityName":"NVIDIA CORP","facts":{"us-gaap":{")" + tag +
         R"(":{"units":{"USD":[{"start":"2024-01-29","end":"2024-04-28","val":)" + val +
         R"(,"accn":"0001045810-24-000124","form":"10-Q","filed":"2024-05-29"}]}}}}})";
}

// The store's metrics, whenever they are asked for.
v1::ServerMessage metrics_reply(const v1::ClientMessage& message) {
  v1::ServerMessage reply;
  reply.set_request_id(message.request_id());
  v1::CatalogMetric* capex = reply.mutable_catalog()->add_metrics();
  capex->set_id("capex");
  capex->set_unit_class(v1::UNIT_CLASS_MONEY);
  capex->add_tags("us-gaap:Purchases");
  return reply;
}

TEST(CommandIngest, CompanyFactsAreReadWithTheStoresMetrics) {
  FakeStore store;
  std::vector<v1::Event> events;
  int asked = 0;
  FakeServer server([&](int, FakeConnection& connection) {
    while (const auto message = connection.read()) {
      if (message->has_hello()) {
        connection.send(store.greet(*message));
      } else if (message->has_catalog()) {
        EXPECT_EQ(message->catalog().kind(), v1::CatalogRequest::KIND_METRICS);
        ++asked;
        connection.send(metrics_reply(*message));
      } else {
        for (const auto& event : message->ingest().events()) events.push_back(event);
        connection.send(store.ingest(*message));
      }
    }
  });
  const std::string good = file_with("facts.json", company_facts("Purchases", "369000000"));
  const std::string other = file_with("other.json", company_facts("Unknown", "1"));
  const std::string bad = file_with("bad.json", company_facts("Purchases", "\"369\""));
  const std::string rejects = file_with("rejects.json", "");
  // The server has one connection at a time; with a file of rejects the files
  // are opened before the one for the batches.
  const Outcome outcome = run({"ingest", "--server", server.address(), good, other, bad,
                               "--rejects", rejects, "-o", "json"});
  EXPECT_EQ(outcome.code, 65);
  EXPECT_EQ(asked, 1);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].capex().amount().value(), "369000000");
  EXPECT_EQ(events[0].capex().definition(), "us-gaap:Purchases");
  EXPECT_THAT(outcome.err, HasSubstr(other + ": left out 1 fact of 1 concept"));
  EXPECT_THAT(outcome.err,
              HasSubstr(bad + ":1: rejected: bad_value: val: us-gaap:Purchases in USD"));
  EXPECT_THAT(outcome.out, HasSubstr("\"left_out\":[{\"file\":\"" + other + "\",\"count\":1,"));
  EXPECT_EQ(text_of(rejects), company_facts("Purchases", "\"369\"") + "\n");
}

TEST(CommandIngest, WithoutTheStoresMetricsNoFileIsAtFault) {
  FakeServer server([&](int, FakeConnection& connection) {
    FakeStore store;
    while (const auto message = connection.read()) {
      connection.send(message->has_hello()
                          ? store.greet(*message)
                          : client::error(message->request_id(), Errc::aborted, "not now"));
    }
  });
  const std::string file = file_with("facts.json", company_facts("Purchases", "1"));
  const std::string rejects = file_with("earlier.json", kBad);
  const Outcome outcome =
      run({"ingest", "--server", server.address(), file, file, "--rejects", rejects});
  EXPECT_EQ(outcome.code, 75);
  EXPECT_THAT(outcome.err, HasSubstr("not now"));
  EXPECT_EQ(text_of(rejects), kBad);
}

}  // namespace
}  // namespace capexdb::cli
