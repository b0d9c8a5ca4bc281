// Random histories and random questions about them, each from a seed alone.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "capexdb/v1/event.pb.h"
#include "proto/model/query.h"
#include "proto/model/statement.h"

namespace capexdb::storage::test {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  // 0 .. below - 1.
  std::size_t roll(std::size_t below) { return random_() % below; }
  bool chance(std::size_t percent) { return roll(100) < percent; }
  template <class T>
  const T& pick(const std::vector<T>& list) {
    return list[roll(list.size())];
  }
  template <class T>
  T pick(std::initializer_list<T> list) {
    return list.begin()[roll(list.size())];
  }
  template <class T>
  void shuffle(std::vector<T>& list) {
    for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[roll(i)]);
  }

 private:
  std::mt19937_64 random_;
};

// A few companies in nested groups with sources of their own: what is said and
// asked of one world touches no other one, but that "all" is everybody.
struct World {
  std::string prefix;  // of every id
  std::vector<std::string> companies;
  std::vector<std::string> groups;
  std::vector<std::string> sources;

  explicit World(std::size_t number);
};

// The catalogue of a store with all of these; metrics and products are common.
CatalogChange catalogue_of(const std::vector<World>& worlds);

// What is said in one world, in order. Documents cite one another, repeat
// themselves, restate, withdraw and reassert.
class RandomHistory {
 public:
  RandomHistory(const World& world, Dice& dice);
  std::vector<v1::Event> write(std::size_t events);
  // A rank or a group's members change. Needs a batch of its own.
  v1::Event catalogue_change();

 private:
  struct Document {
    std::size_t publisher = 0;
    v1::Source source;
    std::size_t month = 0;  // of publication, from January 2023
    std::string currency;
  };

  v1::Event statement();
  v1::Event retraction(const v1::Event& target);
  void say_when(v1::Event& event, const Document& document);
  void fill_period(v1::Period& period, std::size_t company, bool stock);
  void fill_number(v1::Quantity& quantity, std::int64_t value, const Document& document);
  void fill_capex(v1::Event& event, const Document& document);
  void fill_cash(v1::Event& event, const Document& document);
  void fill_shipment(v1::Event& event, const Document& document);
  // One document says one thing of a cell at a time, so that no tie is left
  // that only hashes of contents decide.
  bool says_something_else(const v1::Event& event);
  std::string currency_of(const v1::Event& event) const;

  const World& world_;
  Dice& dice_;
  std::vector<Document> documents_;
  std::vector<v1::Event> said_;
  std::set<std::string> subjects_said_;
  std::set<std::string> withdrawn_;
  std::string definition_;
  std::size_t ids_ = 0;
};

// A question about a world of a store whose last sequence is given.
Query random_question(const World& world, std::uint64_t last_sequence, Dice& dice);

std::string text_of(const Query& query);

}  // namespace capexdb::storage::test
