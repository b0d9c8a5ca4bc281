// What is suspected and held of companies that were merged, and of fiscal periods.
#include <gmock/gmock.h>

#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class QuarantineNamesTest : public testing::Test {
 protected:
  QuarantineNamesTest() { reopen(); }

  void reopen() {
    PlausibilityRules rules;
    rules.hold = {"scraper"};
    CatalogChange catalogue = small_catalogue();
    for (const char* id : {"old-name", "rival"}) {
      CatalogParty& party = catalogue.parties.emplace_back();
      party.id = party.name = id;
      party.kind = PartyKind::company;
    }
    store_.reset();
    store_ = open_store(directory_.path(), catalogue, rules);
  }

  // Codes of the verdicts, in order.
  std::vector<std::string> codes(const std::vector<v1::Event>& events,
                                 const std::string& producer = "desk") {
    std::vector<std::string> all;
    const v1::IngestReply reply = commit(*store_, events, producer);
    for (const v1::Verdict& verdict : reply.verdicts()) all.push_back(verdict.code());
    return all;
  }
  v1::Event say(const std::string& company, const std::string& period, const std::string& value,
                const std::string& published = "2024-08-26") {
    v1::Event event = measured(company, "capex", period, value, "CNY", published);
    event.mutable_source()->set_title(company + " report");
    return event;
  }
  void merge(const std::string& party, const std::string& into) {
    v1::Event event;
    v1::PartyMerge& one = *event.mutable_catalog_change()->add_merges();
    one.set_party(party);
    one.set_into(into);
    ASSERT_EQ(commit(*store_, {event}, "desk").accepted(), 1U);
  }
  void year_ends(const std::string& company, const std::string& rule) {
    v1::Event event;
    v1::CatalogParty& party = *event.mutable_catalog_change()->add_parties();
    party.set_id(company);
    party.set_fiscal_year_end(rule);
    ASSERT_EQ(commit(*store_, {event}, "desk").accepted(), 1U);
  }
  v1::QuarantineReply listed(const std::string& company = "") {
    v1::QuarantineRequest request;
    request.set_state(v1::QUARANTINE_STATE_ALL);
    request.set_company(company);
    const auto reply = store_->quarantine(request);
    EXPECT_TRUE(reply) << reply.error().message;
    return reply ? *reply : v1::QuarantineReply();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
};

TEST_F(QuarantineNamesTest, ACompanyUnderItsOtherNameIsNoOtherCompany) {
  ASSERT_THAT(
      codes({say("alibaba", "2024-H1", "23456000000"), say("alibaba", "2024-H2", "34567000000")}),
      IsEmpty());
  EXPECT_THAT(codes({say("rival", "2024-H2", "34567000000")}),
              ElementsAre("suspect_other_company"));
  merge("old-name", "alibaba");
  ASSERT_THAT(codes({say("old-name", "2023-H2", "23456000000")}), IsEmpty());
  reopen();
  EXPECT_THAT(codes({say("old-name", "2023-H1", "23456000000")}), IsEmpty());
}

TEST_F(QuarantineNamesTest, WhatWasRememberedBeforeAMergeIsOfTheOneCompany) {
  ASSERT_THAT(codes({say("old-name", "2024-H1", "23456000000")}), IsEmpty());
  merge("old-name", "alibaba");
  EXPECT_THAT(codes({say("alibaba", "2023-H2", "23456000000")}), IsEmpty());
}

TEST_F(QuarantineNamesTest, AMergedCompanysFiguresAreComparedWith) {
  ASSERT_THAT(codes({say("old-name", "2022-H2", "21000000001", "2023-02-01"),
                     say("old-name", "2023-H1", "22000000001", "2023-08-01"),
                     say("old-name", "2023-H2", "23000000001", "2024-02-01")}),
              IsEmpty());
  const v1::Event cell = say("alibaba", "2023-H2", "23000000");
  const v1::Event beside = say("alibaba", "2024-H1", "24000000");
  EXPECT_THAT(codes({cell}), IsEmpty());
  merge("old-name", "alibaba");
  EXPECT_THAT(codes({say("alibaba", "2023-H1", "22000000")}), ElementsAre("suspect_unit_slip"));
  EXPECT_THAT(codes({beside}), ElementsAre("suspect_unit_slip"));
}

TEST_F(QuarantineNamesTest, ACompanyIsFoundUnderEitherOfItsNames) {
  ASSERT_THAT(codes({say("old-name", "2023-H2", "23000000001", "2024-02-01")}), IsEmpty());
  ASSERT_THAT(codes({say("old-name", "2023-H2", "23000000")}, "scraper"),
              ElementsAre("suspect_unit_slip"));
  EXPECT_EQ(listed("alibaba").entries_size(), 0);
  merge("old-name", "alibaba");
  EXPECT_EQ(listed("alibaba").entries_size(), 1);
  EXPECT_EQ(listed("old-name").entries_size(), 1);
  EXPECT_EQ(listed("rival").entries_size(), 0);
}

TEST_F(QuarantineNamesTest, TwoFiscalPeriodsAreTwoStatements) {
  year_ends("nvidia", "01-last-sunday");
  for (const char* label : {"FY2024-Q1", "FY2024-Q2", "FY2024-Q3"}) {
    ASSERT_THAT(codes({say("nvidia", label, "23000000001", "2024-02-01")}), IsEmpty());
  }
  ASSERT_THAT(codes({say("nvidia", "FY2024-Q1", "23000000")}, "scraper"),
              ElementsAre("suspect_unit_slip"));
  ASSERT_THAT(codes({say("nvidia", "FY2024-Q2", "23000000")}, "scraper"),
              ElementsAre("suspect_unit_slip"));
  const v1::QuarantineReply reply = listed("nvidia");
  ASSERT_EQ(reply.entries_size(), 2);
  EXPECT_EQ(reply.entries(0).period(), "2023-01-30/2023-04-30");
  EXPECT_EQ(reply.entries(1).period(), "2023-05-01/2023-07-30");
}

}  // namespace
}  // namespace capexdb::storage::test
