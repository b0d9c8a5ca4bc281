#include "capexdb/subscription.h"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "client/backoff.h"
#include "client/connection.h"
#include "client/subscription_fsm.h"

namespace capexdb {
namespace {

using Clock = std::chrono::steady_clock;
using client::SubscriptionFsm;

// Errors after which the subscription may be asked for again over a new connection.
bool may_be_asked_again(const Error& error) {
  switch (error.code) {
    case Errc::unavailable:
    case Errc::aborted:
    case Errc::deadline_exceeded:
      return true;
    case Errc::resource_exhausted:
      return error.reason != kTooLargeReason;
    default:
      return false;
  }
}

// In seconds, "1.5", without more digits than there are.
std::string seconds_text(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  std::string text = std::to_string(count / 1000);
  if (count % 1000 != 0) text += "." + std::to_string(count % 1000 + 1000).substr(1);
  return text + " s";
}

bool takes_everything(const FeedFilter& filter) {
  return filter.companies.empty() && filter.metrics.empty() && filter.products.empty() &&
         filter.counterparties.empty() && filter.statuses.empty() && filter.sources.empty() &&
         filter.meanings.empty() && filter.change_above_percent.empty();
}

}  // namespace

struct Subscription::Impl {
  Impl(ClientOptions client_options, SubscriptionOptions subscription_options, std::uint32_t seed)
      : client(std::move(client_options)),
        options(subscription_options),
        fsm(std::move(subscription_options)),
        backoff(client.backoff_min, client.backoff_max, seed),
        ack_backoff(client.backoff_min, client.backoff_max, seed) {}

  ClientOptions client;
  SubscriptionOptions options;
  SubscriptionFsm fsm;
  client::Backoff backoff;
  std::unique_ptr<client::Connection> connection;
  std::unique_ptr<client::Connection> attempt;  // a connection that is being opened
  std::optional<Error> fatal;
  std::optional<Error> trouble;          // why the subscription does not go on
  std::optional<Deadline> trying_since;  // until the server does more than begin it
  std::optional<Deadline> left_at;       // the end of the last call
  Deadline retry_at{};                   // the next attempt, while there is no connection
  client::Backoff ack_backoff;           // of acknowledgements that are refused
  Deadline ack_retry_at{};               // and the next one of them
  std::optional<Error> ack_trouble;      // why
  std::uint64_t begun = 0;

  // A call: the time between calls, in which nobody tries, does not count towards giving up.
  class Visit {
   public:
    explicit Visit(Impl& impl) : impl_(impl) {
      if (impl.trying_since && impl.left_at) *impl.trying_since += Clock::now() - *impl.left_at;
    }
    ~Visit() { impl_.left_at = Clock::now(); }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    Impl& impl_;
  };

  Result<void> give_up(Error error) {
    fatal = std::move(error);
    connection.reset();
    attempt.reset();
    fsm.on_disconnected();
    return fail(*fatal);
  }

  // The connection is of no use any more; a later step makes another.
  Result<void> disconnect(Error why) {
    if (!may_be_asked_again(why)) return give_up(std::move(why));
    connection.reset();
    attempt.reset();
    fsm.on_disconnected();
    const Deadline now = Clock::now();
    if (!trying_since) trying_since = now;
    trouble = std::move(why);
    retry_at = backoff.failed(now);
    return {};
  }

  // An Error to a request. One to an acknowledgement leaves the subscription as it is.
  Result<void> on_error(std::uint64_t request_id, Error why) {
    if (!fsm.on_ack_refused(request_id)) return disconnect(std::move(why));
    if (!may_be_asked_again(why)) return give_up(std::move(why));
    ack_trouble = std::move(why);
    ack_retry_at = ack_backoff.failed(Clock::now());
    return {};
  }

  void subscribe() {
    v1::ClientMessage request = fsm.begin(connection->welcome().last_sequence());
    fsm.on_begun(connection->send(request));
  }

  Error no_connection() const {
    return trouble ? *trouble
                   : Error{Errc::unavailable, "no connection to " + client.server + " in time"};
  }

  // Goes on with the attempt of an earlier call, where one is under way.
  Result<void> reconnect(Deadline deadline) {
    Deadline until = deadline;
    if (!trying_since) trying_since = Clock::now();
    if (options.give_up_after.count() > 0) {
      const Deadline give_up_at = *trying_since + options.give_up_after;
      if (Clock::now() >= give_up_at) {
        return give_up(Error{Errc::unavailable, no_connection().message + "; gave up after " +
                                                    seconds_text(options.give_up_after)});
      }
      until = std::min(until, give_up_at);
    }
    if (!attempt) {
      std::this_thread::sleep_until(std::min(until, retry_at));
      if (until < retry_at) return {};
      auto made = client::Connection::begin(client);
      if (!made) return disconnect(std::move(made.error()));
      attempt = std::move(*made);
    }
    const auto opened = attempt->finish_opening(until);
    if (!opened) return disconnect(opened.error());
    if (!*opened) return {};
    connection = std::move(attempt);
    subscribe();
    return {};
  }

  bool send_what_is_due() {
    bool sent = false;
    while (auto message = fsm.next_to_send(Clock::now() >= ack_retry_at)) {
      connection->send(*message);
      fsm.on_sent(*message);
      sent = true;
    }
    return sent;
  }

  // Gets what is due under way, without waiting; a failure is told by the next call that
  // waits.
  void nudge() {
    if (connection && send_what_is_due()) (void)step(Deadline::min());
  }

  bool has_reply() const { return connection && connection->has_reply(); }

  // Waits, at most until the deadline, for one thing to happen.
  Result<void> step(Deadline deadline) {
    if (fatal) return fail(*fatal);
    if (!connection) return reconnect(deadline);
    send_what_is_due();
    Deadline until = std::min(deadline, connection->heard_at() + options.silence_max);
    if (fsm.owes_ack() && ack_retry_at > Clock::now()) until = std::min(until, ack_retry_at);
    auto waited = connection->wait(until);
    if (!waited) return disconnect(std::move(waited.error()));
    if (*waited) return take(std::move(**waited));
    if (Clock::now() < connection->heard_at() + options.silence_max) return {};
    return disconnect(Error{Errc::unavailable, client.server + " has said nothing for " +
                                                   seconds_text(options.silence_max)});
  }

  Result<void> take(client::Reply reply) {
    if (!reply.message) return on_error(reply.request_id, std::move(reply.message.error()));
    const bool is_ack = reply.message->has_ack();
    const bool was_begun = fsm.state() != SubscriptionFsm::State::asked;
    auto taken = fsm.on_reply(reply.request_id, std::move(*reply.message));
    if (!taken) return give_up(std::move(taken.error()));
    if (is_ack) {
      ack_trouble.reset();
      ack_backoff.succeeded();
    } else if (was_begun) {
      // Not before: a server that fails whenever it has begun one is to be left in peace.
      trying_since.reset();
      backoff.succeeded();
    } else {
      ++begun;
      trouble.reset();
    }
    return {};
  }

  // Until it has begun, and a cursor is known to stand where that is.
  Result<void> begin(Deadline deadline) {
    const Visit visit(*this);
    while (begun == 0 || !fsm.acks_settled()) {
      CAPEXDB_TRY(step(deadline));
      if (Clock::now() < deadline || has_reply()) continue;
      if (begun > 0 && fsm.acks_settled()) break;
      if (!connection) return fail(no_connection());
      if (ack_trouble) return fail(*ack_trouble);
      return fail(Errc::deadline_exceeded,
                  client.server + " has not begun the subscription in time");
    }
    return {};
  }
};

Subscription::Subscription(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Subscription::~Subscription() = default;
Subscription::Subscription(Subscription&& other) noexcept = default;
Subscription& Subscription::operator=(Subscription&& other) noexcept = default;

Result<Subscription> Subscription::open(ClientOptions options,
                                        SubscriptionOptions subscription_options,
                                        Deadline deadline) {
  CAPEXDB_TRY(client::check(subscription_options));
  // A subscriber ingests nothing: with an id it would fence off the producer that has it.
  options.producer_id.clear();
  options.ephemeral_producer = false;
  auto impl = std::make_unique<Impl>(std::move(options), std::move(subscription_options),
                                     std::random_device()());
  CAPEXDB_TRY(impl->begin(deadline));
  return Subscription(std::move(impl));
}

Result<std::optional<FeedItem>> Subscription::next(Deadline deadline) {
  const Impl::Visit visit(*impl_);
  for (bool late = false;;) {
    if (auto item = impl_->fsm.next_item()) {
      impl_->nudge();
      return std::optional<FeedItem>(std::move(*item));
    }
    if (impl_->fsm.state() == SubscriptionFsm::State::ended) {
      return fail(Errc::failed_precondition, "the replay is over");
    }
    if (late && !impl_->has_reply()) return std::optional<FeedItem>();
    CAPEXDB_TRY(impl_->step(deadline));
    late = Clock::now() >= deadline;
  }
}

std::uint64_t Subscription::position() const { return impl_->fsm.position(); }
std::uint64_t Subscription::at_sequence() const { return impl_->fsm.at_sequence(); }

Result<void> Subscription::ack(std::uint64_t sequence) {
  const Impl::Visit visit(*impl_);
  if (impl_->fatal) return fail(*impl_->fatal);
  CAPEXDB_TRY(impl_->fsm.ack(sequence));
  impl_->nudge();
  return {};
}

std::uint64_t Subscription::acked() const { return impl_->fsm.acked(); }

Result<bool> Subscription::settle_acks(Deadline deadline) {
  const Impl::Visit visit(*impl_);
  for (bool late = false; !impl_->fsm.acks_settled();) {
    if (late && !impl_->has_reply()) return false;
    CAPEXDB_TRY(impl_->step(deadline));
    late = Clock::now() >= deadline;
  }
  return true;
}

std::optional<Error> Subscription::trouble() const { return impl_->trouble; }
std::uint64_t Subscription::reconnects() const { return impl_->begun - 1; }

FeedFilter filter_of(const Query& query) {
  FeedFilter filter;
  filter.companies = query.select;
  // A question's word for every metric.
  if (!query.metric.empty()) filter.metrics = {query.metric};
  if (!query.product.empty()) filter.products = {query.product};
  filter.statuses = query.statuses;
  return filter;
}

Result<AnswerAndFeed> query_and_subscribe(const ClientOptions& options, const Query& query,
                                          SubscriptionOptions subscription_options,
                                          Deadline deadline) {
  if (!subscription_options.cursor.empty() || subscription_options.replay) {
    return fail(Errc::invalid_argument,
                "the subscription begins behind the answer; leave out the cursor and the replay");
  }
  Answer answer;
  {
    CAPEXDB_ASSIGN(Client client, Client::connect(options, deadline));
    CAPEXDB_ASSIGN(answer, client.query(query, deadline));
  }
  subscription_options.from_now = false;
  subscription_options.after_sequence = answer.sequence;
  if (takes_everything(subscription_options.filter)) {
    subscription_options.filter = filter_of(query);
  }
  CAPEXDB_ASSIGN(Subscription feed,
                 Subscription::open(options, std::move(subscription_options), deadline));
  return AnswerAndFeed{std::move(answer), std::move(feed)};
}

}  // namespace capexdb
