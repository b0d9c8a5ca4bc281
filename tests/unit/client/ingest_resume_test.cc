#include "client/cli/ingest_resume.h"

#include <gtest/gtest.h>

#include <fstream>

#include "client/cli/ingest_progress.h"
#include "tests/unit/client/run_program.h"

namespace capexdb::cli {
namespace {

using std::chrono::milliseconds;

TEST(FilePosition, ItsTextSaysTheSameAgain) {
  FilePosition position;
  position.file = "/data/new quarter.csv";
  for (const char* raw : {"a", "b", ""}) position.advance(raw);
  const auto parsed = FilePosition::parse(position.to_text());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->file, position.file);
  EXPECT_EQ(parsed->records, 3U);
  EXPECT_EQ(parsed->hash, position.hash);
}

TEST(FilePosition, OtherRecordsOrAnotherOrderAreAnotherPlace) {
  const auto hash_of = [](std::initializer_list<const char*> records) {
    FilePosition position;
    for (const char* raw : records) position.advance(raw);
    return position.hash;
  };
  EXPECT_NE(hash_of({"a", "b"}), hash_of({"b", "a"}));
  EXPECT_NE(hash_of({"a", "b"}), hash_of({"a", "c"}));
  EXPECT_NE(hash_of({"a", "a"}), hash_of({"b", "b"}));
}

TEST(FilePosition, WordsOfOtherProducersAreNone) {
  for (const char* text : {"", "page 7", "x y z", "0 0 /a", "12 zz /a", "12 1f ", "12  /a"}) {
    EXPECT_FALSE(FilePosition::parse(text)) << text;
  }
}

TEST(FilePosition, WithoutAFileThereIsNothingToSay) {
  FilePosition position;
  position.advance("a");
  EXPECT_EQ(position.to_text(), "");
  EXPECT_EQ(resumable_path("-"), "");
  EXPECT_EQ(resumable_path("/dev/null"), "");
  EXPECT_EQ(resumable_path("/no/such/file"), "");
}

TEST(IngestProgress, SaysHowFarAndHowLong) {
  EXPECT_EQ(progress_text({120'000, 0, std::nullopt}, milliseconds(2000)),
            "120,000 records, 60,000/s");
  EXPECT_EQ(progress_text({120'000, 3, 0.25}, milliseconds(3000)),
            "120,000 records, 40,000/s, 25 %, 9 s left, 3 refused");
  EXPECT_EQ(progress_text({1'000'000, 0, 0.1}, milliseconds(60'000)),
            "1,000,000 records, 16,666/s, 10 %, 9 min left");
  EXPECT_EQ(progress_text({50'000'000, 0, 0.1}, milliseconds(3'600'000)),
            "50,000,000 records, 13,888/s, 10 %, 9.0 h left");
  EXPECT_EQ(progress_text({10, 0, 0.5}, milliseconds(200)), "10 records, 50/s, 50 %")
      << "the first moments foretell nothing";
}

}  // namespace
}  // namespace capexdb::cli
