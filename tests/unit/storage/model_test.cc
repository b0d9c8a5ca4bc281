// Random questions about random histories, answered by the store and by a model
// of it (model_store.h).
#include <gtest/gtest.h>

#include <algorithm>

#include "proto/codec/validate.h"
#include "storage/query/engine.h"
#include "tests/unit/storage/events.h"
#include "tests/unit/storage/model_random.h"
#include "tests/unit/storage/model_store.h"

namespace capexdb::storage::test {
namespace {

constexpr std::size_t kWorlds = 24;
constexpr std::size_t kEventsOfAWorld = 70;
constexpr std::size_t kQuestions = 20'000;  // of one seed; five seeds make 100,000
constexpr std::size_t kMismatchesShown = 3;

std::string number_text(const Interval& v) {
  const auto kind = [](BoundKind k) { return std::to_string(static_cast<int>(k)); };
  std::string text = v.point ? v.point->normalized().to_string() : "-";
  text += v.low ? " low " + v.low->value.normalized().to_string() + "/" + kind(v.low->kind) : "";
  text +=
      v.high ? " high " + v.high->value.normalized().to_string() + "/" + kind(v.high->kind) : "";
  return text + (v.approx ? " about" : "");
}

// Texts for people are compared by their kind.
std::string derivation_kind(const std::string& text) {
  if (text.starts_with("sum")) return "sum";
  if (text.empty() || text == "reported" || text.starts_with("derived")) return text;
  return text.ends_with("(mixed vintages)") ? "derived (mixed vintages)" : "derived";
}

std::string line_of(const AnswerRow& row, bool with_sequence) {
  std::string line;
  for (const std::string& word : {row.company,
                                  row.metric,
                                  row.product,
                                  row.counterparty,
                                  row.period,
                                  row.start,
                                  row.end,
                                  number_text(row.value),
                                  row.unit,
                                  row.currency,
                                  std::string(row.status ? to_string(*row.status) : ""),
                                  std::string(row.measure ? to_string(*row.measure) : ""),
                                  row.source,
                                  row.published_at,
                                  std::to_string(with_sequence ? row.sequence : 0),
                                  derivation_kind(row.derivation),
                                  std::to_string(row.documents),
                                  std::to_string(row.roots),
                                  row.definition,
                                  row.reason.substr(0, row.reason.find(':'))}) {
    line += word + "|";
  }
  return line;
}

// An answer as text; rows in an order of their own.
std::string answer_text(const Result<Answer>& answer, bool with_sequence = true) {
  if (!answer) {
    return "error " + std::to_string(static_cast<int>(answer.error().code)) + " " +
           (answer.error().reason == "mixed_units" ? "mixed_units" : "");
  }
  std::vector<std::string> lines;
  for (const AnswerRow& row : answer->rows) lines.push_back(line_of(row, with_sequence));
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += "  " + line + "\n";
  if (with_sequence) text += "  at " + std::to_string(answer->sequence) + "\n";
  if (answer->coverage) {
    text += "  coverage " + std::to_string(answer->coverage->reported) + " of " +
            std::to_string(answer->coverage->of) + ", missing";
    for (const std::string& company : answer->coverage->missing) text += " " + company;
  }
  return text;
}

// Rows come in order of company and period.
bool in_order(const Answer& answer) {
  return std::is_sorted(
      answer.rows.begin(), answer.rows.end(), [](const AnswerRow& a, const AnswerRow& b) {
        return std::tie(a.company, a.start, a.end) < std::tie(b.company, b.start, b.end);
      });
}

std::vector<World> worlds(std::size_t count) {
  std::vector<World> list;
  for (std::size_t i = 0; i < count; ++i) list.emplace_back(i);
  return list;
}

// The histories of all worlds, one among the other.
std::vector<v1::Event> random_log(const std::vector<World>& worlds, Dice& dice) {
  std::vector<std::vector<v1::Event>> histories;
  std::vector<std::size_t> turns;
  for (std::size_t i = 0; i < worlds.size(); ++i) {
    RandomHistory history(worlds[i], dice);
    std::vector<v1::Event>& events = histories.emplace_back(history.write(kEventsOfAWorld));
    for (int changes = 0; changes < 2; ++changes) {
      const auto at = static_cast<std::ptrdiff_t>(dice.roll(events.size()));
      events.insert(events.begin() + at, history.catalogue_change());
    }
    turns.insert(turns.end(), events.size(), i);
    std::reverse(events.begin(), events.end());
  }
  dice.shuffle(turns);
  std::vector<v1::Event> log;
  for (const std::size_t world : turns) {
    log.push_back(std::move(histories[world].back()));
    histories[world].pop_back();
  }
  return log;
}

// A store and what was committed to it.
struct Subject {
  TemporaryDirectory directory;
  std::unique_ptr<EventStore> store;
  ModelStore model;

  explicit Subject(const std::vector<World>& worlds)
      : store(open_store(directory.path(), catalogue_of(worlds))), model(catalogue_of(worlds)) {}

  void commit_batch(const std::vector<v1::Event>& events) {
    std::uint32_t accepted = 0;
    std::uint32_t duplicates = 0;
    for (const v1::Event& event : events) {
      const auto valid = validate(event.SerializeAsString());
      ASSERT_TRUE(valid) << valid.error().message << "\n" << event.ShortDebugString();
      const ModelStore::Outcome outcome = model.take(*valid);
      if (outcome == ModelStore::Outcome::accepted) ++accepted;
      if (outcome == ModelStore::Outcome::duplicate) ++duplicates;
    }
    const v1::IngestReply reply = commit(*store, events);
    EXPECT_EQ(reply.accepted(), accepted) << reply.ShortDebugString();
    EXPECT_EQ(reply.duplicates(), duplicates);
    EXPECT_EQ(store->last_sequence(), model.last_sequence());
  }
  // In batches of random sizes; a catalogue change is one of its own.
  void commit_log(const std::vector<v1::Event>& log, Dice& dice) {
    std::vector<v1::Event> batch;
    std::size_t size = 1 + dice.roll(300);
    for (const v1::Event& event : log) {
      const bool change = event.has_catalog_change();
      if (!batch.empty() && (change || batch.size() >= size)) {
        commit_batch(batch);
        batch.clear();
        size = 1 + dice.roll(300);
      }
      batch.push_back(event);
      if (!change) continue;
      commit_batch(batch);
      batch.clear();
    }
    if (!batch.empty()) commit_batch(batch);
  }
  // What stands in the log about a world.
  std::string history_of(const World& world) const {
    std::string text;
    for (std::uint64_t sequence = 2; sequence <= store->last_sequence(); ++sequence) {
      const auto stored = read_event(*store, sequence);
      v1::Event event;
      if (!stored || !event.ParseFromString(stored->bytes)) continue;
      const std::string line = event.ShortDebugString();
      if (line.find('"' + world.prefix) == std::string::npos) continue;
      text += std::to_string(sequence) + ": " + line + "\n";
    }
    return text;
  }
};

class ModelTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(ModelTest, TheStoreAnswersAsTheModel) {
  std::cout << "seed " << GetParam() << "\n";
  Dice dice(GetParam());
  const std::vector<World> all = worlds(kWorlds);
  Subject subject(all);
  subject.commit_log(random_log(all, dice), dice);
  ASSERT_FALSE(HasFailure());
  std::size_t mismatches = 0;
  std::size_t rows = 0;
  for (std::size_t i = 0; i < kQuestions && mismatches < kMismatchesShown; ++i) {
    const World& world = dice.pick(all);
    const Query query = random_question(world, subject.store->last_sequence(), dice);
    const auto answer = run_query(*subject.store, query, {});
    const std::string expected = answer_text(subject.model.ask(query));
    const std::string actual = answer_text(answer);
    if (answer) rows += answer->rows.size();
    const bool sorted = !answer || query.kind == QueryKind::sum || in_order(*answer);
    if (actual == expected && sorted) continue;
    ++mismatches;
    ADD_FAILURE() << "seed " << GetParam() << ", question " << i << ": " << text_of(query)
                  << "\nanswer" << (sorted ? "" : " out of order") << ":\n"
                  << actual << "\nmodel:\n"
                  << expected << "\nhistory:\n"
                  << subject.history_of(world);
  }
  std::cout << kQuestions << " questions, " << rows << " rows\n";
}

INSTANTIATE_TEST_SUITE_P(Seeds, ModelTest, testing::Values(1, 2, 3, 4, 5));

}  // namespace
}  // namespace capexdb::storage::test
