#include "client/address_lookup.h"

#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "proto/model/text.h"

namespace capexdb::client {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

std::optional<tcp::endpoint> numeric(const Endpoint& endpoint) {
  error_code error;
  const auto address = boost::asio::ip::make_address(endpoint.host, error);
  const auto port = parse_unsigned(endpoint.port);
  if (error || !port) return std::nullopt;
  return tcp::endpoint(address, static_cast<std::uint16_t>(*port));
}

}  // namespace

Result<Addresses> resolve(const Endpoint& endpoint) {
  boost::asio::io_context io;
  tcp::resolver resolver(io);
  error_code error;
  Addresses addresses;
  for (const auto& entry : resolver.resolve(endpoint.host, endpoint.port, error)) {
    addresses.push_back(entry.endpoint());
  }
  if (error) return fail(Errc::unavailable, error.message());
  return addresses;
}

struct AddressLookup::State {
  std::mutex mutex;  // guards result
  std::condition_variable changed;
  std::optional<Result<Addresses>> result;
};

AddressLookup::AddressLookup(const Endpoint& endpoint, Resolver resolver)
    : state_(std::make_shared<State>()) {
  if (const auto address = numeric(endpoint)) {
    state_->result = Addresses{*address};
    return;
  }
  std::thread([state = state_, endpoint, resolver = std::move(resolver)] {
    auto result = resolver(endpoint);
    const std::lock_guard lock(state->mutex);
    state->result = std::move(result);
    state->changed.notify_all();
  }).detach();
}

std::optional<Result<Addresses>> AddressLookup::wait(Deadline deadline) const {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_until(lock, deadline, [this] { return state_->result.has_value(); });
  return state_->result;
}

}  // namespace capexdb::client
