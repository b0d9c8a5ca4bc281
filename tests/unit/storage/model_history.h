// Random histories, each from a seed alone.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "capexdb/v1/event.pb.h"
#include "tests/unit/storage/model_world.h"

namespace capexdb::storage::test {

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

// Exchange rates of 2023 and 2024, one statement for each day that has one: of some
// pairs of currencies, in one direction or the other, with holes.
std::vector<v1::Event> random_rates(Dice& dice);

}  // namespace capexdb::storage::test
