#include "daemon/producers.h"

#include <utility>

namespace capexdb::daemon {

std::optional<ConnectionId> Producers::claim(const std::string& producer_id,
                                             ConnectionId connection) {
  const ConnectionId before = std::exchange(states_[producer_id].owner, connection);
  if (before == 0) return std::nullopt;
  return before;
}

bool Producers::owns(const std::string& producer_id, ConnectionId connection) const {
  const auto found = states_.find(producer_id);
  return found != states_.end() && found->second.owner == connection;
}

void Producers::release(const std::string& producer_id, ConnectionId connection) {
  const auto found = states_.find(producer_id);
  if (found == states_.end() || found->second.owner != connection) return;
  found->second.owner = 0;
  forget_if_unused(producer_id);
}

void Producers::batch_begun(const std::string& producer_id) { ++states_[producer_id].batches; }

void Producers::batch_done(const std::string& producer_id) {
  State& state = states_[producer_id];
  if (--state.batches > 0) return;
  const auto waiting = std::exchange(state.waiting, {});
  forget_if_unused(producer_id);
  for (const auto& then : waiting) then();
}

void Producers::when_idle(const std::string& producer_id, std::function<void()> then) {
  const auto found = states_.find(producer_id);
  if (found == states_.end() || found->second.batches == 0) return then();
  found->second.waiting.push_back(std::move(then));
}

void Producers::forget_if_unused(const std::string& producer_id) {
  const auto found = states_.find(producer_id);
  if (found->second.owner == 0 && found->second.batches == 0) states_.erase(found);
}

}  // namespace capexdb::daemon
