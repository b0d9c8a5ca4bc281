#include "daemon/reading_order.h"

#include <algorithm>

namespace capexdb::daemon {
namespace {

constexpr std::uint64_t kNewsEvents = 10'000;  // so far behind the end, at most

}  // namespace

std::vector<ReadingOrder::Place> ReadingOrder::of(std::span<const std::uint64_t> positions,
                                                  std::uint64_t last) {
  std::vector<Place> places(positions.size());
  if (places.empty()) return places;
  const std::uint64_t head = *std::max_element(positions.begin(), positions.end());
  const bool is_news = last - std::min(last, head) <= kNewsEvents;
  for (std::size_t i = 0; i < places.size(); ++i) {
    places[i] = {.index = i, .is_foremost = is_news && positions[i] == head};
  }
  std::stable_sort(places.begin(), places.end(), [&](const Place& a, const Place& b) {
    if (a.is_foremost != b.is_foremost) return a.is_foremost;
    return positions[a.index] < positions[b.index];
  });
  places.front().decodes = true;
  const auto behind = std::find_if(places.begin(), places.end(),
                                   [](const Place& place) { return !place.is_foremost; });
  if (behind == places.end()) return places;
  behind->decodes = true;
  const std::size_t others = static_cast<std::size_t>(places.end() - behind);
  const auto chosen = behind + static_cast<std::ptrdiff_t>(rotation_++ % others);
  chosen->decodes = true;
  std::rotate(behind, chosen, chosen + 1);
  return places;
}

}  // namespace capexdb::daemon
