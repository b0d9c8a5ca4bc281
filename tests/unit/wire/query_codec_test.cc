#include "proto/wire/query_codec.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace capexdb::wire {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::uint32_t kSeed = 50'200;

// Fills messages with values of the field's type that the model can hold.
class Filler {
 public:
  explicit Filler(std::uint32_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t n) {
    return std::uniform_int_distribution<std::uint64_t>(0, n - 1)(random_);
  }

  // Each field with the given chance in percent; rows within rows end at the
  // second.
  void fill(Message& message, std::uint64_t percent, int depth = 0) {
    const auto* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      if (below(100) >= percent) continue;
      const FieldDescriptor* field = type->field(i);
      if (depth > 1 && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) continue;
      for (std::uint64_t n = field->is_repeated() ? 1 + below(4) : 1; n > 0; --n) {
        set(message, field, percent, depth);
      }
    }
  }

  std::string decimal() {
    std::string text = std::to_string(1 + below(1'000'000'000));
    if (below(2) == 0) text.insert(0, "-");
    if (below(2) == 0) text += "." + std::to_string(below(100)) + "0";
    return text;
  }

 private:
  void set(Message& message, const FieldDescriptor* field, std::uint64_t percent, int depth) {
    const auto* r = message.GetReflection();
    const bool many = field->is_repeated();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        const bool number =
            field->name() == "value" || field->name() == "low" || field->name() == "high";
        const std::string text = number ? decimal() : "text \u963F " + std::to_string(below(1000));
        return many ? r->AddString(&message, field, text) : r->SetString(&message, field, text);
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto last = static_cast<std::uint64_t>(field->enum_type()->value_count() - 1);
        const int value = 1 + static_cast<int>(below(last));
        return many ? r->AddEnumValue(&message, field, value)
                    : r->SetEnumValue(&message, field, value);
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        return r->SetBool(&message, field, true);
      case FieldDescriptor::CPPTYPE_UINT32:
        return r->SetUInt32(&message, field, static_cast<std::uint32_t>(1 + below(0xFFFFFFFF)));
      case FieldDescriptor::CPPTYPE_UINT64:
        return r->SetUInt64(&message, field, 1 + below(~std::uint64_t{0} - 1));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return fill(many ? *r->AddMessage(&message, field) : *r->MutableMessage(&message, field),
                    percent, depth + 1);
      default:
        FAIL() << "a field of a new type: " << field->full_name();
    }
  }

  std::mt19937_64 random_;
};

// A bound has a kind exactly when it is there.
template <class Bounded>
void settle_kinds_of(Bounded& row) {
  if (row.low().empty()) row.clear_low_kind();
  if (row.high().empty()) row.clear_high_kind();
  if (!row.low().empty() && row.low_kind() == 0) row.set_low_kind(v1::BOUND_KIND_CLOSED);
  if (!row.high().empty() && row.high_kind() == 0) row.set_high_kind(v1::BOUND_KIND_CLOSED);
}

void settle_kinds(v1::QueryRow& row) {
  settle_kinds_of(row);
  if (row.has_share()) {
    settle_kinds_of(*row.mutable_share());
    const bool none =
        row.share().value().empty() && row.share().low().empty() && row.share().high().empty();
    if (none) row.clear_share();
  }
  for (v1::QueryRow& part : *row.mutable_parts()) settle_kinds(part);
}

int fields_set(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return static_cast<int>(fields.size());
}

TEST(QueryCodecProperty, RequestsGoThroughTheModelWithoutLoss) {
  std::printf("seed %u\n", kSeed);
  Filler filler(kSeed);
  for (int i = 0; i < 2'000; ++i) {
    v1::QueryRequest message;
    filler.fill(message, i == 0 ? 100 : 10 + filler.below(90));
    if (message.kind() == v1::QUERY_KIND_UNSPECIFIED) message.set_kind(v1::QUERY_KIND_CELLS);
    const auto query = from_proto(message);
    ASSERT_TRUE(query) << query.error().message;
    const v1::QueryRequest again = to_proto(*query);
    ASSERT_EQ(again.DebugString(), message.DebugString());
    if (i == 0) {
      ASSERT_EQ(fields_set(again), v1::QueryRequest::descriptor()->field_count());
    }
  }
}

TEST(QueryCodecProperty, RowsGoThroughTheModelWithoutLoss) {
  std::printf("seed %u\n", kSeed);
  Filler filler(kSeed);
  for (int i = 0; i < 2'000; ++i) {
    v1::QueryRow message;
    filler.fill(message, i == 0 ? 100 : 10 + filler.below(90));
    settle_kinds(message);
    const auto row = from_proto(message);
    ASSERT_TRUE(row) << row.error().message;
    const v1::QueryRow again = to_proto(*row);
    ASSERT_EQ(again.DebugString(), message.DebugString());
    if (i == 0) {
      ASSERT_EQ(fields_set(again), v1::QueryRow::descriptor()->field_count());
    }
  }
}

TEST(QueryCodecProperty, TheEndOfAnAnswerGoesThroughTheModelWithoutLoss) {
  std::printf("seed %u\n", kSeed);
  Filler filler(kSeed);
  for (int i = 0; i < 500; ++i) {
    v1::QueryDone message;
    filler.fill(message, i == 0 ? 100 : 10 + filler.below(90));
    Answer answer;
    answer.rows.resize(3);
    apply(message, answer);
    EXPECT_EQ(answer.rows.size(), 3U);
    ASSERT_EQ(answer.coverage.has_value(), message.has_coverage());
    ASSERT_EQ(done_of(answer).DebugString(), message.DebugString());
    if (i == 0) {
      ASSERT_EQ(fields_set(message), v1::QueryDone::descriptor()->field_count());
    }
  }
}

TEST(QueryCodec, AnEmptyRequestAsksForCells) {
  const auto query = from_proto(v1::QueryRequest{});
  ASSERT_TRUE(query);
  EXPECT_EQ(query->kind, QueryKind::cells);
  EXPECT_TRUE(query->select.empty() && query->statuses.empty() && query->by.empty());
  EXPECT_EQ(query->deadline.count(), 0);
}

TEST(QueryCodec, UnknownNumbersInARequestAreRefused) {
  const auto refused = [](auto spoil) {
    v1::QueryRequest message;
    spoil(message);
    const auto query = from_proto(message);
    EXPECT_FALSE(query) << message.ShortDebugString();
    return query ? Errc{} : query.error().code;
  };
  EXPECT_EQ(refused([](auto& m) { m.set_kind(static_cast<v1::QueryKind>(7)); }),
            Errc::invalid_argument);
  EXPECT_EQ(refused([](auto& m) { m.set_kind(static_cast<v1::QueryKind>(-1)); }),
            Errc::invalid_argument);
  for (const int number : {-1, 0, 6, 99}) {
    EXPECT_EQ(refused([&](auto& m) { m.add_statuses(static_cast<v1::Status>(number)); }),
              Errc::invalid_argument);
  }
  for (const int number : {-1, 0, 8, 99}) {
    EXPECT_EQ(refused([&](auto& m) { m.add_by(static_cast<v1::Dimension>(number)); }),
              Errc::invalid_argument);
  }
}

TEST(QueryCodec, ARowKeepsItsExactDecimalsAndBounds) {
  AnswerRow row;
  row.value.point = *Decimal::parse("50200000000.00");
  row.value.low = Bound{*Decimal::parse("49150000000"), BoundKind::open};
  row.value.high = Bound{*Decimal::parse("51250000000.5"), BoundKind::approximate};
  const auto again = from_proto(to_proto(row));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->value, row.value);
  EXPECT_EQ(again->value.point->to_string(), "50200000000.00");
  EXPECT_FALSE(again->status || again->measure);
}

TEST(QueryCodec, ABrokenNumberInARowIsAnErrorAndAnUnknownStatusIsNone) {
  v1::QueryRow row;
  row.set_value("1e9");
  EXPECT_FALSE(from_proto(row));
  row.set_value("1");
  row.set_low("1");
  row.set_low_kind(static_cast<v1::BoundKind>(4));
  EXPECT_FALSE(from_proto(row));
  row.clear_low_kind();
  row.set_status(static_cast<v1::Status>(77));
  const auto read = from_proto(row);
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->status);
  EXPECT_EQ(read->value.low->kind, BoundKind::closed);
}

TEST(ErrorCodec, CarriesTheCodeTheMessageTheFieldAndTheReason) {
  for (int code = 1; code <= 16; ++code) {
    const Error error{static_cast<Errc>(code), "say what to do", "capex.amount.value",
                      "wrong_unit"};
    const v1::Error message = to_proto(error);
    EXPECT_EQ(message.code(), code);
    const Error again = from_proto(message);
    EXPECT_EQ(again.code, error.code);
    EXPECT_EQ(again.message, error.message);
    EXPECT_EQ(again.field, error.field);
    EXPECT_EQ(again.reason, error.reason);
  }
  EXPECT_EQ(to_proto(Error{Errc::internal, "no field"}).violations_size(), 0);
  EXPECT_EQ(from_proto(to_proto(Error{Errc::internal, "no field"})).field, "");
}

TEST(Base64Url, FollowsTheVectorsOfRfc4648WithoutPadding) {
  const std::vector<std::string> expected = {"",       "Zg",      "Zm8",     "Zm9v",
                                             "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"};
  for (std::size_t n = 0; n < expected.size(); ++n) {
    EXPECT_EQ(base64url(std::string_view("foobar").substr(0, n)), expected[n]);
  }
  EXPECT_EQ(base64url("\xFB\xEF\xFF"), "--__");
  EXPECT_EQ(base64url(std::string(3, '\0')), "AAAA");
}

// The slow way back, bit by bit; what is left of the last character is zero.
std::string bytes_of(const std::string& text) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string bytes((text.size() * 6) / 8, '\0');
  for (std::size_t i = 0; i < text.size() * 6; ++i) {
    const std::size_t value = alphabet.find(text[i / 6]);
    EXPECT_NE(value, std::string::npos) << text;
    const unsigned bit = static_cast<unsigned>(value >> (5 - i % 6)) & 1U;
    if (i / 8 == bytes.size()) {
      EXPECT_EQ(bit, 0U) << text;
    } else {
      char& byte = bytes[i / 8];
      const unsigned bits = static_cast<unsigned char>(byte);
      byte = static_cast<char>((bits << 1U) | bit);
    }
  }
  return bytes;
}

TEST(Token, GivesTheQuestionBackAtItsSequence) {
  Query query;
  query.kind = QueryKind::sum;
  query.select = {"bat"};
  query.metric = "capex";
  query.periods = "2024";
  query.every = Every::quarter;
  query.by = {Dimension::company};
  Answer answer;
  answer.sequence = 90;
  const std::string token = make_token(query, answer);
  const auto question = question_of(token);
  ASSERT_TRUE(question) << question.error().message;
  EXPECT_EQ(question->at_sequence, 90U);
  EXPECT_EQ(question->select, query.select);
  EXPECT_EQ(question->every, Every::quarter);
  EXPECT_EQ(question->by, query.by);
  EXPECT_EQ(make_token(*question, answer), token) << "a replay's token is the same";
  for (const char* text : {"", "x", "not a token", "AAAA", "CAEQWg!"}) {
    EXPECT_FALSE(question_of(text)) << text;
  }
}

TEST(Base64UrlProperty, TheTextHoldsExactlyTheBytes) {
  std::printf("seed %u\n", kSeed);
  Filler filler(kSeed);
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(filler.below(256));
    const std::string text = base64url(bytes);
    ASSERT_EQ(text.size(), (size * 8 + 5) / 6);
    ASSERT_EQ(bytes_of(text), bytes);
  }
}

TEST(Token, NamesTheSequenceAndTheQuestionButNotHowItWasAsked) {
  Query query;
  query.kind = QueryKind::sum;
  query.select = {"bat"};
  query.metric = "capex";
  query.periods = "2024-H1";
  Answer answer;
  answer.sequence = 89;
  const std::string token = make_token(query, answer);
  v1::Token message;
  ASSERT_TRUE(message.ParseFromString(bytes_of(token)));
  EXPECT_EQ(message.form(), 1U);
  EXPECT_EQ(message.sequence(), 89U);
  EXPECT_EQ(message.query().DebugString(), to_proto(query).DebugString());

  Query again = query;
  again.at_sequence = 89;
  again.deadline = std::chrono::milliseconds(500);
  EXPECT_EQ(make_token(again, answer), token);
  again.as_of = "2024-08-01";
  EXPECT_NE(make_token(again, answer), token);
  answer.sequence = 90;
  EXPECT_NE(make_token(query, answer), token);
}

}  // namespace
}  // namespace capexdb::wire
