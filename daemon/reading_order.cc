#include "daemon/reading_order.h"

#include <algorithm>

namespace capexdb::daemon {
namespace {

constexpr std::size_t kPiecesOfATurn = 4;

}  // namespace

std::vector<ReadingOrder::Place> ReadingOrder::of(std::span<const std::uint64_t> positions) {
  std::vector<Place> places(positions.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i].index = i;
  std::stable_sort(places.begin(), places.end(), [&](const Place& a, const Place& b) {
    return positions[a.index] < positions[b.index];
  });
  if (places.empty()) return places;
  for (Place* reader : {&places.front(), &places.back(), &places[rotation_ % places.size()]}) {
    reader->pieces_max = kPiecesOfATurn;
  }
  ++rotation_;
  return places;
}

}  // namespace capexdb::daemon
