// What two times answer differently, and shipments from both ends.
#include <gtest/gtest.h>

#include "storage/query/engine.h"
#include "tests/unit/storage/events.h"

namespace capexdb::storage::test {
namespace {

class ChangesTest : public testing::Test {
 protected:
  ChangesTest() : store_(open_store(directory_.path(), small_catalogue())) {}

  Query since(std::uint64_t sequence) const {
    Query query;
    query.kind = QueryKind::changes;
    query.from_sequence = sequence;
    return query;
  }
  Query between(const std::string& from, const std::string& to) const {
    Query query = question(QueryKind::changes, "alibaba", "capex");
    query.from_as_of = from;
    query.as_of = to;
    return query;
  }
  Query shipments(const std::string& seller, const std::string& buyer,
                  const std::string& product = {}) const {
    Query query;
    query.kind = QueryKind::shipments;
    query.seller = seller;
    query.buyer = buyer;
    query.product = product;
    return query;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
};

TEST_F(ChangesTest, WhatBecameKnownBetweenTwoDays) {
  v1::Event estimate = measured("Alibaba", "capex", "2025", "160", "CNY", "2024-12-20");
  estimate.set_status(v1::STATUS_ESTIMATE);
  v1::Event lower = measured("Alibaba", "capex", "2025", "150", "CNY", "2025-12-20");
  lower.set_status(v1::STATUS_ESTIMATE);
  commit(*store_,
         {estimate, lower, measured("Alibaba", "capex", "2024", "80", "CNY", "2025-03-01")});
  const Answer answer = ask(*store_, between("2024-12-31", "2025-12-31"));
  ASSERT_EQ(answer.rows.size(), 2U);
  EXPECT_EQ(answer.rows[0].period, "2024");
  EXPECT_EQ(answer.rows[0].derivation, "new");
  EXPECT_TRUE(answer.rows[0].parts.empty());
  EXPECT_EQ(answer.rows[1].derivation, "revised");
  EXPECT_EQ(answer.rows[1].value.point->to_string(), "150");
  EXPECT_EQ(answer.rows[1].reason, "was 160 CNY, estimate, Reuters 2024-12-20 (-6.25 %)");
  ASSERT_EQ(answer.rows[1].parts.size(), 1U);
  EXPECT_EQ(answer.rows[1].parts[0].value.point->to_string(), "160");
  EXPECT_TRUE(ask(*store_, between("2025-12-31", "2026-12-31")).rows.empty());
}

TEST_F(ChangesTest, WhatTheStoreWasToldSinceASequence) {
  const auto first = commit(*store_, {measured("Alibaba", "capex", "2024", "80", "CNY")});
  const std::uint64_t before = store_->last_sequence();
  // A second document that says the same changes nothing.
  v1::Event copy = measured("Alibaba", "capex", "2024", "80", "CNY");
  copy.mutable_source()->set_publisher("Benzinga");
  v1::Event withdrawal;
  withdrawal.mutable_source()->set_publisher("Reuters");
  withdrawal.set_published_at("2024-09-01");
  commit(*store_, {copy, measured("Tencent", "cash_and_equivalents", "@2024-06-30", "5", "CNY")});
  const Answer answer = ask(*store_, since(before));
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0].company, "tencent");
  EXPECT_EQ(answer.rows[0].metric, "cash_and_equivalents");
  Query only_capex = since(before);
  only_capex.metric = "capex";
  EXPECT_TRUE(ask(*store_, only_capex).rows.empty());
}

TEST_F(ChangesTest, AWithdrawalIsAChange) {
  commit(*store_, {measured("Alibaba", "capex", "2024", "80", "CNY")});
  const std::uint64_t before = store_->last_sequence();
  v1::Event event;
  event.mutable_source()->set_publisher("Reuters");
  event.set_published_at("2024-09-01");
  v1::Retraction& retraction = *event.mutable_retraction();
  retraction.mutable_cell()->mutable_subject()->set_name("Alibaba");
  retraction.mutable_cell()->set_metric("capex");
  retraction.mutable_cell()->mutable_period()->set_label("2024");
  retraction.mutable_cell()->set_unit("CNY");
  retraction.set_document_published_at("2024-08-26");
  commit(*store_, {event});
  const Answer answer = ask(*store_, since(before));
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0].derivation, "withdrawn");
  EXPECT_FALSE(answer.rows[0].value.has_number());
  EXPECT_EQ(answer.rows[0].reason.substr(0, 10), "was 80 CNY");
  EXPECT_EQ(answer.rows[0].sequence, store_->last_sequence());
}

TEST_F(ChangesTest, AnotherRankOfASourceMayChangeAnAnswer) {
  v1::Event other = measured("Alibaba", "capex", "2024", "90", "CNY");
  other.mutable_source()->set_publisher("Bloomberg");
  v1::Event ranks;
  ranks.mutable_source()->set_publisher("operator");
  ranks.set_published_at("2024-01-01");
  const auto rank = [&](const char* name, std::uint32_t number) {
    ranks.mutable_catalog_change()->clear_sources();
    v1::CatalogSource& source = *ranks.mutable_catalog_change()->add_sources();
    source.set_name(name);
    source.set_rank(number);
    commit(*store_, {ranks});
  };
  commit(*store_, {measured("Alibaba", "capex", "2024", "80", "CNY"), other});
  rank("Reuters", 2);
  const std::uint64_t before = store_->last_sequence();
  rank("Bloomberg", 1);
  const Answer answer = ask(*store_, since(before));
  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0].derivation, "revised");
  EXPECT_EQ(answer.rows[0].value.point->to_string(), "90");
  EXPECT_EQ(answer.rows[0].parts.at(0).value.point->to_string(), "80");
}

TEST_F(ChangesTest, ByTheStoresClock) {
  // The store's clock stands at 2024-08-26.
  commit(*store_, {measured("Alibaba", "capex", "2024", "80", "CNY")});
  Query query;
  query.kind = QueryKind::changes;
  query.from_recorded = "2024-08-26";
  EXPECT_EQ(ask(*store_, query).rows.size(), 1U);
  query.from_recorded = "2024-08-27";
  EXPECT_TRUE(ask(*store_, query).rows.empty());
}

TEST_F(ChangesTest, ATimeThatIsNotEarlierIsRefused) {
  commit(*store_, {measured("Alibaba", "capex", "2024", "80", "CNY")});
  EXPECT_FALSE(run_query(*store_, between("2025-01-01", "2024-01-01"), {}));
  EXPECT_FALSE(run_query(*store_, since(9'999), {}));
  Query query;
  query.kind = QueryKind::changes;
  EXPECT_EQ(run_query(*store_, query, {}).error().field, "from");
}

TEST_F(ChangesTest, ShipmentsNameSellerAndBuyerWhoeverSpoke) {
  v1::Event bought = measured("Tencent", "unit_purchases", "2024", "7", "{chip}");
  bought.mutable_measure()->set_product("H20");
  v1::Counterparty& seller = *bought.mutable_measure()->add_counterparties();
  seller.mutable_party()->set_name("Nvidia");
  seller.set_role(v1::ROLE_SELLER);
  commit(*store_, {shipment("Nvidia", "Alibaba", "1000000"), bought});
  const Answer all = ask(*store_, shipments("", ""));
  ASSERT_EQ(all.rows.size(), 2U);
  EXPECT_EQ(all.rows[0].seller, "nvidia");
  EXPECT_EQ(all.rows[0].buyer, "alibaba");
  EXPECT_EQ(interval_to_string(all.rows[0].value), "(1000000, )");
  EXPECT_EQ(all.rows[1].company, "tencent");
  EXPECT_EQ(all.rows[1].seller, "nvidia");
  EXPECT_EQ(all.rows[1].buyer, "tencent");
  EXPECT_EQ(ask(*store_, shipments("nvidia", "")).rows.size(), 2U);
  EXPECT_EQ(ask(*store_, shipments("nvidia", "tencent")).rows.size(), 1U);
  EXPECT_EQ(ask(*store_, shipments("", "bat")).rows.size(), 2U) << "of a group any member";
  EXPECT_TRUE(ask(*store_, shipments("tencent", "")).rows.empty());
  v1::Event to_two = shipment("Nvidia", "Zhipu", "5");
  v1::Counterparty& other = *to_two.mutable_chip_shipment()->add_counterparties();
  other.mutable_party()->set_name("Moonshot");
  commit(*store_, {to_two});
  EXPECT_EQ(ask(*store_, shipments("", "zhipu")).rows.at(0).buyer, "moonshot,zhipu")
      << "not in the order in which they were met";
  EXPECT_EQ(ask(*store_, shipments("", "", "H2O")).rows.size(), 3U);
  EXPECT_EQ(run_query(*store_, shipments("", "", "H21"), {}).error().code, Errc::not_found);
  EXPECT_EQ(run_query(*store_, shipments("nvidea", ""), {}).error().field, "seller");
}

}  // namespace
}  // namespace capexdb::storage::test
