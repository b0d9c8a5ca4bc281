// A store beside its model: one log goes into both, one question comes out of both.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/storage/events.h"
#include "tests/unit/storage/model_history.h"
#include "tests/unit/storage/model_store.h"

namespace capexdb::storage::test {

// An answer as text, rows in an order of their own. Of texts for people only the
// kind is told. Without sequences it is the same for every order of arrival.
std::string answer_text(const Result<Answer>& answer, bool with_sequences = true);
// All of an answer, in its order, to the last letter.
std::string whole_text(const Result<Answer>& answer);

// The histories of all worlds, one among the other.
std::vector<v1::Event> random_log(const std::vector<World>& worlds, std::size_t events_of_a_world,
                                  Dice& dice);
// The same statements in another order. What withdraws comes last, since there
// must be something to withdraw; catalogue changes keep their order.
std::vector<v1::Event> another_order(const std::vector<v1::Event>& log, Dice& dice);

class StorePair {
 public:
  explicit StorePair(const std::vector<World>& worlds);

  // In batches of at most so many; a catalogue change is one of its own. The
  // store must accept, and refuse, what the model does.
  void commit_log(const std::vector<v1::Event>& log, Dice& dice, std::size_t batch_max);
  // Empty when the two agree, else both answers.
  std::string disagreement(const Query& query) const;

  const EventStore& store() const { return *store_; }
  // What stands in the log up to `at` about a world, by sequence.
  std::vector<std::pair<std::uint64_t, v1::Event>> log_of(const World& world,
                                                          std::uint64_t at) const;

 private:
  void commit_batch(const std::vector<v1::Event>& events);

  TemporaryDirectory directory_;
  std::unique_ptr<EventStore> store_;
  ModelStore model_;
};

// As few as can be found of those statements about a world with which store and
// model still disagree, as text; all of them where they do not by themselves.
std::string shortest_history(const StorePair& pair, const World& world, Query query);

}  // namespace capexdb::storage::test
