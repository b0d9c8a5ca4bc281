#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "proto/codec/catalog_codec.h"
#include "proto/codec/enums.h"
#include "proto/model/text.h"
#include "tests/unit/codec/events.h"

namespace capexdb {
namespace {

// "MEASURE_GROWTH_YOY" and "MEASURE_" give "growth-yoy".
std::string word_of(const std::string& name, const std::string& prefix) {
  return slug(name.substr(prefix.size()));
}

// Every number of the message's enum but the unspecified one is the model's
// value of the same name; the rest has none.
template <class Wire, class Name>
void expect_same_words(const google::protobuf::EnumDescriptor& wire, const std::string& prefix,
                       Name to_word) {
  for (int i = 0; i < wire.value_count(); ++i) {
    const int number = wire.value(i)->number();
    if (number == 0) continue;
    const auto value = from_proto(static_cast<Wire>(number));
    ASSERT_TRUE(value) << wire.value(i)->name();
    EXPECT_EQ(to_word(*value), word_of(wire.value(i)->name(), prefix));
    EXPECT_EQ(static_cast<int>(to_proto(*value)), number) << wire.value(i)->name();
  }
  for (const int number : {-1, wire.value_count(), 255, 256, 257}) {
    EXPECT_FALSE(from_proto(static_cast<Wire>(number))) << wire.name() << " " << number;
  }
}

TEST(Enums, MessagesAndModelUseTheSameWordsAndNumbers) {
  const auto word = [](auto value) { return to_string(value); };
  expect_same_words<v1::Status>(*v1::Status_descriptor(), "STATUS_", word);
  expect_same_words<v1::Measure>(*v1::Measure_descriptor(), "MEASURE_", word);
  expect_same_words<v1::PartyKind>(*v1::PartyKind_descriptor(), "PARTY_KIND_", word);
  expect_same_words<v1::Role>(*v1::Role_descriptor(), "ROLE_", word);
  expect_same_words<v1::UnitClass>(*v1::UnitClass_descriptor(), "UNIT_CLASS_", word);
  expect_same_words<v1::Aggregation>(*v1::Aggregation_descriptor(), "AGGREGATION_", word);
  expect_same_words<v1::BoundKind>(*v1::BoundKind_descriptor(), "BOUND_KIND_", [](BoundKind kind) {
    return kind == BoundKind::closed ? "closed" : kind == BoundKind::open ? "open" : "approximate";
  });
}

TEST(Enums, UnspecifiedIsTheModelsOwnUnspecifiedOrNothing) {
  EXPECT_FALSE(from_proto(v1::STATUS_UNSPECIFIED));
  EXPECT_FALSE(from_proto(v1::MEASURE_UNSPECIFIED));
  EXPECT_EQ(from_proto(v1::BOUND_KIND_UNSPECIFIED), BoundKind::closed);
  EXPECT_EQ(from_proto(v1::PARTY_KIND_UNSPECIFIED), PartyKind::unknown);
  EXPECT_EQ(from_proto(v1::ROLE_UNSPECIFIED), Role::unspecified);
  EXPECT_EQ(from_proto(v1::UNIT_CLASS_UNSPECIFIED), UnitClass::unspecified);
  EXPECT_EQ(from_proto(v1::AGGREGATION_UNSPECIFIED), Aggregation::unspecified);
}

TEST(CatalogueCodec, AChangeGoesThroughTheModelWithoutLoss) {
  const v1::CatalogChange message = test::catalogue_event().catalog_change();
  const auto change = from_proto(message);
  ASSERT_TRUE(change) << change.error().message;
  EXPECT_EQ(to_proto(*change).DebugString(), message.DebugString());
  EXPECT_EQ(change->parties.size(), 2U);
  EXPECT_EQ(change->metrics.at(0).default_measure, Measure::level);
  EXPECT_TRUE(change->automatic);
}

TEST(CatalogueCodec, WhatIsNotSaidStaysUnsaid) {
  v1::CatalogChange message;
  message.add_parties()->set_id("alibaba");
  message.add_metrics()->set_id("capex");
  message.add_products()->set_id("H20");
  message.add_sources()->set_name("FT");
  const auto change = from_proto(message);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->parties[0].kind, PartyKind::unknown);
  EXPECT_FALSE(change->metrics[0].default_measure);
  EXPECT_EQ(change->sources[0].rank, 0U);
  EXPECT_EQ(to_proto(*change).DebugString(), message.DebugString());
}

TEST(CatalogueCodec, AnIllFormedEntryIsAnErrorWithItsField) {
  v1::CatalogChange message;
  message.add_parties()->set_id("alibaba");
  message.mutable_parties(0)->set_cik("none");
  const auto change = from_proto(message);
  ASSERT_FALSE(change);
  EXPECT_EQ(change.error().code, Errc::invalid_argument);
  EXPECT_EQ(change.error().field, "catalog_change.parties[alibaba].cik");
}

}  // namespace
}  // namespace capexdb
