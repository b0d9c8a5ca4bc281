#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "capexdb/v1/ingest.pb.h"
#include "proto/codec/validate.h"
#include "tests/unit/codec/events.h"

namespace capexdb {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::uint32_t kSeed = 89;

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  const std::string& pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

  // Some damage to bytes, as broken or hostile senders do it.
  void damage(std::string& bytes, const std::vector<std::string>& corpus) {
    if (bytes.empty()) bytes = pick(corpus);
    const std::size_t at = below(bytes.size());
    switch (below(6)) {
      case 0:
        bytes[at] = static_cast<char>(below(256));
        break;
      case 1:
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << below(8)));
        break;
      case 2:
        bytes.erase(at, 1 + below(8));
        break;
      case 3:
        bytes.insert(at, 1 + below(4), static_cast<char>(below(256)));
        break;
      case 4:
        bytes.resize(at);
        break;
      default: {  // a piece of another event, or a whole one after it
        const std::string& other = pick(corpus);
        const std::size_t from = below(other.size());
        bytes.insert(below(2) == 0 ? at : bytes.size(), other, from, below(other.size()) + 1);
      }
    }
  }

  // Sets one field, anywhere in the message, to something unlikely.
  void disturb(Message& message) {
    const auto* reflection = message.GetReflection();
    const auto* type = message.GetDescriptor();
    const FieldDescriptor* field =
        type->field(static_cast<int>(below(static_cast<std::size_t>(type->field_count()))));
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (!field->is_repeated()) return disturb(*reflection->MutableMessage(&message, field));
        if (reflection->FieldSize(message, field) > 0 && below(2) == 0) {
          return disturb(*reflection->MutableRepeatedMessage(&message, field, 0));
        }
        return disturb(*reflection->AddMessage(&message, field));
      case FieldDescriptor::CPPTYPE_STRING:
        if (field->is_repeated()) return reflection->AddString(&message, field, text());
        return reflection->SetString(&message, field, text());
      case FieldDescriptor::CPPTYPE_ENUM:
        return reflection->SetEnumValue(&message, field, static_cast<int>(below(20)) - 2);
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection->SetBool(&message, field, below(2) == 0);
      case FieldDescriptor::CPPTYPE_INT32:
        return reflection->SetInt32(&message, field, static_cast<int>(random_()));
      case FieldDescriptor::CPPTYPE_UINT32:
        return reflection->SetUInt32(&message, field, static_cast<std::uint32_t>(random_()));
      default:
        FAIL() << "an Event has a field of a new type: " << field->full_name();
    }
  }

 private:
  std::string text() {
    static const std::vector<std::string> kTexts = {"",
                                                    " ",
                                                    "-",
                                                    "..",
                                                    "/",
                                                    "2024",
                                                    "2024-H1",
                                                    "2024-02-30",
                                                    "2299-12-31",
                                                    "1800-01-01",
                                                    "2024-08-26T13:01:02Z",
                                                    "2024-08-26/2024-08-25",
                                                    "@2024-08-26",
                                                    "../2024-08-31",
                                                    "none",
                                                    "0",
                                                    "-0.00",
                                                    "1e9",
                                                    "99999999999999999999999999999999999999",
                                                    "0.",
                                                    "USD",
                                                    "USD/{chip}",
                                                    "CIK",
                                                    "00000000001",
                                                    "FT 2024-08-26",
                                                    "a\x1F",
                                                    "\u963F\u91CC\u5DF4\u5DF4"};
    if (below(12) == 0) {  // long, and not only ASCII at the place of a cut
      std::string long_text(30 + below(600), 'x');
      for (int i = 0; i < 30; ++i) long_text += "\u963F";
      return long_text;
    }
    return pick(kTexts);
  }

  std::mt19937 random_;
};

// Accepted with its own bytes, or refused with a reason that can be sent.
void expect_answer(const std::string& bytes, int& accepted) {
  const auto result = validate(bytes);
  if (result) {
    ++accepted;
    ASSERT_EQ(result->bytes(), bytes);
    return;
  }
  const Error& error = result.error();
  ASSERT_TRUE(error.code == Errc::invalid_argument || error.code == Errc::out_of_range);
  ASSERT_FALSE(error.reason.empty()) << error.message;
  ASSERT_FALSE(error.message.empty()) << error.reason;
  ASSERT_TRUE(!error.field.empty() || error.reason == "malformed") << error.reason;
  v1::Verdict verdict;
  verdict.set_code(error.reason);
  verdict.set_field(error.field);
  verdict.set_message(error.message);
  v1::Verdict received;
  ASSERT_TRUE(received.ParseFromString(verdict.SerializeAsString())) << error.message;
}

std::vector<v1::Event> events() {
  return {test::capex_event(),      test::shipment_event(),     test::measure_event(),
          test::retraction_by_id(), test::retraction_of_cell(), test::catalogue_event()};
}

TEST(ValidateFuzz, DamagedBytesAreAcceptedOrRefusedWithAReason) {
  const google::protobuf::LogSilencer quiet;  // it reports every bad string
  std::printf("seed %u\n", kSeed);
  Mutator mutator(kSeed);
  std::vector<std::string> corpus;
  for (const v1::Event& event : events()) corpus.push_back(event.SerializeAsString());
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = mutator.pick(corpus);
    for (std::size_t n = 1 + mutator.below(3); n > 0; --n) mutator.damage(bytes, corpus);
    ASSERT_NO_FATAL_FAILURE(expect_answer(bytes, accepted)) << "mutation " << i;
  }
  EXPECT_GT(accepted, 100);
}

TEST(ValidateFuzz, WellFormedEventsWithUnlikelyFieldsAreAcceptedOrRefusedWithAReason) {
  std::printf("seed %u\n", kSeed);
  Mutator mutator(kSeed);
  const std::vector<v1::Event> corpus = events();
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    v1::Event event = corpus[mutator.below(corpus.size())];
    for (std::size_t n = 1 + mutator.below(3); n > 0; --n) mutator.disturb(event);
    ASSERT_NO_FATAL_FAILURE(expect_answer(event.SerializeAsString(), accepted))
        << event.ShortDebugString();
  }
  EXPECT_GT(accepted, 1'000);
}

}  // namespace
}  // namespace capexdb
