// Sorting what is large: each item is moved once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace capexdb::storage {

// Those from `begin` on; equal ones keep their order.
template <class Item, class Less>
void sort_large(std::vector<Item>& items, Less less, std::size_t begin = 0) {
  std::vector<Item*> order;
  order.reserve(items.size() - begin);
  for (std::size_t i = begin; i < items.size(); ++i) order.push_back(&items[i]);
  const auto by_item = [&](const Item* a, const Item* b) { return less(*a, *b); };
  if (std::is_sorted(order.begin(), order.end(), by_item)) return;
  std::stable_sort(order.begin(), order.end(), by_item);
  std::vector<Item> sorted;
  sorted.reserve(order.size());
  for (Item* item : order) sorted.push_back(std::move(*item));
  std::move(sorted.begin(), sorted.end(), items.begin() + static_cast<std::ptrdiff_t>(begin));
}

}  // namespace capexdb::storage
