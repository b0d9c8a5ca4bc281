// Who is spoken of in random histories, and the dice that write them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "proto/model/catalog.h"

namespace capexdb::storage::test {

// The first two are the catalogue's of capex, in its order.
inline constexpr const char* kFirstConcept = "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment";
inline constexpr const char* kSecondConcept = "us-gaap:PaymentsToAcquireProductiveAssets";
inline constexpr const char* kOtherConcept = "x:Other";

// There are rates between some of these, on some days.
inline constexpr const char* kCurrencies[] = {"CNY", "EUR", "GBP", "USD"};

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

}  // namespace capexdb::storage::test
