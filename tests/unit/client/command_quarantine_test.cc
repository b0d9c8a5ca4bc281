// capex quarantine against a server that says what the test wants.
#include <gmock/gmock.h>

#include "tests/unit/client/run_program.h"

namespace capexdb::cli {
namespace {

using client::FakeServer;
using testing::HasSubstr;
using testing::StartsWith;

v1::QuarantineEntry entry(std::uint64_t id) {
  v1::QuarantineEntry entry;
  entry.set_id(id);
  entry.set_state(v1::QUARANTINE_STATE_HELD);
  entry.set_held_at_us(1'724'630'400'000'000);
  entry.set_producer_id("scraper-1");
  entry.set_batch_number(4);
  entry.set_code("suspect_unit_slip");
  entry.set_field("value");
  entry.set_message("in thousands?");
  entry.set_company("alibaba");
  entry.set_metric("capex");
  entry.set_period("2024-H1");
  entry.set_value("23000000");
  entry.set_unit("CNY");
  entry.set_source("Blog");
  entry.set_published_at("2024-08-26");
  return entry;
}

struct Asked {
  Outcome outcome;
  std::vector<v1::QuarantineRequest> requests;
};

// `capex quarantine WORDS...`, answered in turn.
Asked quarantine(std::vector<std::string> words, std::vector<v1::QuarantineReply> replies) {
  Asked asked;
  FakeServer server(answering([&](const v1::ClientMessage& message) {
    v1::ServerMessage reply;
    *reply.mutable_quarantine() = replies.at(asked.requests.size());
    asked.requests.push_back(message.quarantine());
    return reply;
  }));
  words.insert(words.begin(), "quarantine");
  words.insert(words.end(), {"--server", server.address()});
  asked.outcome = run(std::move(words));
  return asked;
}

TEST(CommandQuarantine, ListsAllOfIt) {
  v1::QuarantineReply first;
  *first.add_entries() = entry(1);
  *first.add_entries() = entry(2);
  first.set_more(true);
  first.set_last_id(2);
  v1::QuarantineReply second;
  *second.add_entries() = entry(7);
  second.mutable_entries(0)->set_state(v1::QUARANTINE_STATE_APPROVED);
  second.mutable_entries(0)->set_sequence(93);
  second.set_held(2);
  second.set_store_sequence(95);
  const Asked csv = quarantine({"list", "--state", "all", "--producer", "scraper-*", "--code",
                                "unit_slip", "--company", "Alibaba"},
                               {first, second});
  EXPECT_EQ(csv.outcome.code, 0) << csv.outcome.err;
  EXPECT_EQ(csv.outcome.out,
            "id,state,held_at,producer_id,code,company,metric,period,value,unit,source,"
            "published_at,sequence,message\n"
            "1,held,2024-08-26T00:00:00.000000Z,scraper-1,suspect_unit_slip,alibaba,capex,2024-H1,"
            "23000000,CNY,Blog,2024-08-26,,in thousands?\n"
            "2,held,2024-08-26T00:00:00.000000Z,scraper-1,suspect_unit_slip,alibaba,capex,2024-H1,"
            "23000000,CNY,Blog,2024-08-26,,in thousands?\n"
            "7,approved,2024-08-26T00:00:00.000000Z,scraper-1,suspect_unit_slip,alibaba,capex,"
            "2024-H1,23000000,CNY,Blog,2024-08-26,93,in thousands?\n");
  ASSERT_EQ(csv.requests.size(), 2U);
  EXPECT_EQ(csv.requests[0].action(), v1::QUARANTINE_ACTION_LIST);
  EXPECT_EQ(csv.requests[0].state(), v1::QUARANTINE_STATE_ALL);
  EXPECT_EQ(csv.requests[0].producer_id(), "scraper-*");
  EXPECT_EQ(csv.requests[0].code(), "unit_slip");
  EXPECT_EQ(csv.requests[0].company(), "Alibaba");
  EXPECT_EQ(csv.requests[0].after_id(), 0U);
  EXPECT_EQ(csv.requests[1].after_id(), 2U);
  const Asked json = quarantine({"list", "-o", "json"}, {second});
  EXPECT_EQ(json.requests[0].state(), v1::QUARANTINE_STATE_HELD) << "what else is there to do";
  EXPECT_THAT(json.outcome.out, HasSubstr("\"sequence\":93,\"message\":\"in thousands?\"}"));
  EXPECT_THAT(json.outcome.out, HasSubstr("\"held\":2"));
  const Asked table = quarantine({"list", "-o", "table"}, {second});
  EXPECT_THAT(table.outcome.out, StartsWith("id  state "));
}

TEST(CommandQuarantine, ALimitEndsTheListAndSaysSo) {
  v1::QuarantineReply reply;
  *reply.add_entries() = entry(1);
  *reply.add_entries() = entry(2);
  reply.set_more(true);
  reply.set_last_id(2);
  const Asked limited = quarantine({"list", "--limit", "2", "-o", "jsonl"}, {reply});
  EXPECT_EQ(limited.requests.size(), 1U);
  EXPECT_EQ(limited.requests[0].limit(), 2U);
  EXPECT_THAT(limited.outcome.err, HasSubstr("note: only the first 2"));
  EXPECT_EQ(quarantine({"list"}, {{}}).outcome.code, 0);
  EXPECT_EQ(quarantine({"list", "--fail-empty"}, {{}}).outcome.code, 1);
}

TEST(CommandQuarantine, ShowsOneWithItsEvent) {
  v1::QuarantineReply reply;
  *reply.add_entries() = entry(5);
  reply.mutable_entries(0)->mutable_event()->set_note("as it came");
  const Asked shown = quarantine({"show", "5", "-o", "json"}, {reply});
  EXPECT_EQ(shown.outcome.code, 0) << shown.outcome.err;
  EXPECT_EQ(shown.requests[0].action(), v1::QUARANTINE_ACTION_SHOW);
  EXPECT_EQ(shown.requests[0].ids(0), 5U);
  EXPECT_EQ(shown.outcome.out,
            "{\"id\":5,\"state\":\"held\",\"held_at\":\"2024-08-26T00:00:00.000000Z\","
            "\"producer_id\":\"scraper-1\",\"batch_number\":4,\"code\":\"suspect_unit_slip\","
            "\"field\":\"value\",\"message\":\"in thousands?\",\"decided_at\":null,\"note\":\"\","
            "\"sequence\":null,\"event\":{\"note\":\"as it came\"}}\n");
}

v1::QuarantineDecision decision(std::uint64_t id, v1::QuarantineState state,
                                const std::string& code = "") {
  v1::QuarantineDecision decision;
  decision.set_id(id);
  decision.set_state(state);
  decision.set_changed(code.empty());
  decision.set_code(code);
  if (state == v1::QUARANTINE_STATE_APPROVED) decision.set_sequence(90 + id);
  return decision;
}

TEST(CommandQuarantine, ApprovesAndRejects) {
  v1::QuarantineReply reply;
  *reply.add_decisions() = decision(1, v1::QUARANTINE_STATE_APPROVED);
  *reply.add_decisions() = decision(3, v1::QUARANTINE_STATE_APPROVED, "already_approved");
  const Asked approved = quarantine({"approve", "3", "1", "--note", "checked"}, {reply});
  EXPECT_EQ(approved.outcome.code, 0) << approved.outcome.err;
  EXPECT_EQ(approved.requests[0].action(), v1::QUARANTINE_ACTION_APPROVE);
  EXPECT_THAT(approved.requests[0].ids(), testing::ElementsAre(3U, 1U));
  EXPECT_EQ(approved.requests[0].note(), "checked");
  EXPECT_EQ(approved.outcome.out,
            "id,state,changed,sequence,code,message\n"
            "1,approved,true,91,,\n"
            "3,approved,false,93,already_approved,\n");

  v1::QuarantineReply first;
  *first.add_decisions() = decision(4, v1::QUARANTINE_STATE_REJECTED);
  first.set_more(true);
  first.set_last_id(4);
  v1::QuarantineReply last;
  *last.add_decisions() = decision(6, v1::QUARANTINE_STATE_REJECTED);
  const Asked rejected =
      quarantine({"reject", "--all", "--code", "sign_flip", "--note", "no"}, {first, last});
  EXPECT_EQ(rejected.outcome.code, 0) << rejected.outcome.err;
  ASSERT_EQ(rejected.requests.size(), 2U);
  EXPECT_TRUE(rejected.requests[1].all());
  EXPECT_EQ(rejected.requests[1].after_id(), 4U);
  EXPECT_EQ(rejected.requests[1].note(), "no");
}

TEST(CommandQuarantine, WhatCouldNotBeDecidedIsInTheExitCode) {
  v1::QuarantineReply reply;
  *reply.add_decisions() = decision(1, v1::QUARANTINE_STATE_APPROVED);
  *reply.add_decisions() = decision(2, v1::QUARANTINE_STATE_HELD, "event_id_conflict");
  EXPECT_EQ(quarantine({"approve", "1", "2"}, {reply}).outcome.code, 65);
  *reply.add_decisions() = decision(9, v1::QUARANTINE_STATE_UNSPECIFIED, "unknown_id");
  EXPECT_EQ(quarantine({"approve", "1", "2", "9"}, {reply}).outcome.code, 2);
  v1::QuarantineReply late;
  *late.add_decisions() = decision(1, v1::QUARANTINE_STATE_APPROVED, "already_approved");
  EXPECT_EQ(quarantine({"reject", "1", "--note", "x"}, {late}).outcome.code, 65);
}

TEST(CommandQuarantine, AWrongLineSaysWhatIsWrong) {
  const auto says = [](std::vector<std::string> words) {
    words.insert(words.begin(), "quarantine");
    const Outcome outcome = run(std::move(words));
    EXPECT_EQ(outcome.code, 2);
    return outcome.err;
  };
  EXPECT_EQ(says({}), "capex: say which: capex quarantine list, show, approve or reject\n");
  EXPECT_EQ(says({"lst"}), "capex: unknown quarantine verb \"lst\"; did you mean \"list\"?\n");
  EXPECT_THAT(says({"list", "--stat", "all"}), HasSubstr("did you mean --state?"));
  EXPECT_THAT(says({"list", "--state", "hold"}), HasSubstr("did you mean \"held\"?"));
  EXPECT_THAT(says({"list", "--code", "suspect_unit_slp"}),
              HasSubstr("did you mean \"suspect_unit_slip\"?"));
  EXPECT_THAT(says({"show", "0"}), HasSubstr("is no number of a held record"));
  EXPECT_THAT(says({"show"}), HasSubstr("ID"));
  EXPECT_THAT(says({"approve"}), HasSubstr("which records?"));
  EXPECT_THAT(says({"approve", "1", "--all"}), HasSubstr("--all"));
  EXPECT_THAT(says({"approve", "1", "--producer", "x"}), HasSubstr("--all"));
  EXPECT_THAT(says({"reject", "1"}), HasSubstr("--note is required"));
  const Asked bad = quarantine({"approve", "--all", "--company", "a\xFF"}, {{}});
  EXPECT_EQ(bad.outcome.code, 2);
  EXPECT_THAT(bad.outcome.err, HasSubstr("UTF-8"));
}

}  // namespace
}  // namespace capexdb::cli
