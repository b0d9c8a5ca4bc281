// What sessions ask a server for.
#include <spdlog/spdlog.h>

#include "daemon/decision.h"
#include "daemon/replies.h"
#include "daemon/server_impl.h"

namespace capexdb::daemon {
namespace {

constexpr std::chrono::milliseconds kPeerPatience{10};  // of a question that keeps its place
constexpr std::size_t kSmallBatchBytes = 512;

bool is_quick(const RunRequest& request) {
  return std::holds_alternative<v1::StatusRequest>(request.request) ||
         std::holds_alternative<v1::ShowRequest>(request.request) ||
         std::holds_alternative<v1::CursorRequest>(request.request);
}

void count(Counters& counters, const v1::IngestReply& reply) {
  counters.events_accepted += reply.accepted();
  counters.events_duplicate += reply.duplicates();
  counters.events_rejected += reply.rejected();
}

}  // namespace

void Server::Impl::greet(Connection& connection, Greet action) {
  const std::string producer_id = action.hello.producer_id();
  spdlog::debug("hello id={} client=\"{}\" producer=\"{}\"", connection.id(),
                action.hello.client_name(), producer_id);
  auto look_up = [this, producer_id, weak = connection.weak_from_this()] {
    quick_pool.run_first([this, producer_id, weak](QueryPool::Place&) {
      post(weak, [welcome = service.welcome(producer_id)](Session& session, TimePoint now) {
        session.on_welcome(welcome, now);
      });
    });
  };
  if (producer_id.empty()) return look_up();
  if (const auto before = producers.claim(producer_id, connection.id())) {
    const auto older = connections.find(*before);
    if (older != connections.end()) {
      older->second->feed([](Session& session, TimePoint) { session.fence(); });
    }
  }
  producers.when_idle(producer_id, std::move(look_up));
}

bool Server::Impl::submit(Connection& connection, SubmitBatch& action) {
  const std::weak_ptr<Connection> weak = connection.weak_from_this();
  const std::string producer_id = action.batch.producer_id;
  // The newer connection's Welcome promises that no batch follows from here.
  if (!producers.owns(producer_id, connection.id())) {
    post(weak, [ticket = action.ticket](Session& session, TimePoint now) {
      session.on_ingest_reply(ticket, fail(superseded_connection()), now);
    });
    return true;
  }
  storage::CommitQueue::Done done = [this, weak, producer_id, ticket = action.ticket,
                                     dry_run =
                                         action.batch.dry_run](Result<v1::IngestReply> reply) {
    if (reply && !reply->replayed() && !dry_run) count(counters, *reply);
    const bool failed = store.failed();
    asio::post(io, [this, weak, producer_id, ticket, failed, reply = std::move(reply)]() mutable {
      producers.batch_done(producer_id);
      if (const auto alive = weak.lock()) {
        alive->feed([&](Session& session, TimePoint now) {
          session.on_ingest_reply(ticket, std::move(reply), now);
        });
      }
      end_if_store_failed(failed);
    });
  };
  auto on_room = [this, weak] {
    asio::post(io, [weak] {
      if (const auto alive = weak.lock()) alive->retry_submit();
    });
  };
  // Counted first: `done` may run before try_submit returns.
  producers.batch_begun(producer_id);
  const bool taken =
      TrialQueue::takes(action.batch)
          ? trials.try_submit(connection.id(), action.batch, action.bytes, done, std::move(on_room))
          : commits.try_submit(action.batch, action.bytes, done, std::move(on_room));
  if (taken) return true;
  producers.batch_done(producer_id);
  return false;
}

void Server::Impl::end_if_store_failed(bool failed) {
  if (!failed || end == End::store_failed) return;
  spdlog::critical("the store failed; restart to go on from what is on disk");
  end = End::store_failed;
  stop(kFailedGrace);
}

// Brings the reply of what was to be written to its connection.
void Server::Impl::post_written(const std::weak_ptr<Connection>& connection, Ticket ticket,
                                std::string frame, FrameInput input) {
  asio::post(io, [this, connection, ticket, input, failed = store.failed(),
                  frame = std::move(frame)]() mutable {
    if (const auto alive = connection.lock()) {
      alive->feed([&](Session& session, TimePoint now) {
        (session.*input)(ticket, std::move(frame), now);
      });
    }
    end_if_store_failed(failed);
  });
}

void Server::Impl::decide(Connection& connection, const RunRequest& action) {
  const v1::QuarantineRequest& request = *decision_of(action);
  const std::weak_ptr<Connection> weak = connection.weak_from_this();
  ++counters.queries;
  commits.submit(request, request.SpaceUsedLong(),
                 [this, weak, request, ticket = action.ticket,
                  request_id = action.request_id](Result<v1::QuarantineReply> reply) {
                   std::string frame =
                       decision_frame(request_id, request, std::move(reply), counters);
                   post_written(weak, ticket, std::move(frame), &Session::on_reply);
                 });
}

// Brings the frames of one reply or subscription from their thread to their connection.
class Server::Impl::FramePost {
 public:
  FramePost(Impl& impl, Connection& connection, Ticket ticket)
      : impl_(impl),
        connection_(connection.weak_from_this()),
        outflow_(connection.outflow()),
        ticket_(ticket) {}

  // While the connection has enough to send, the thread waits and others have its
  // place. How long the peer took. Error: resource_exhausted.
  Result<Duration> send_part(std::string frame, QueryPool::Place& place,
                             const std::function<bool()>& is_cancelled) const {
    post(std::move(frame), &Session::on_part_of_reply);
    const auto bytes_max = [this] {
      return impl_.memory.is_crowded() ? limits::kReplyBytesQueuedIfCrowded
                                       : limits::kReplyBytesMadeAhead;
    };
    if (outflow_->bytes() <= bytes_max()) return Duration{0};
    const auto begun_at = std::chrono::steady_clock::now();
    const auto waited = [&] { return std::chrono::steady_clock::now() - begun_at; };
    const auto give_up = [&] { return is_cancelled() || connection_.expired(); };
    // A peer that reads at all has made room within moments, and much of it is worth
    // the wait.
    const auto half = [&] { return bytes_max() / 2; };
    outflow_->wait(half, [&] { return give_up() || waited() >= kPeerPatience; });
    if (outflow_->bytes() <= half() || give_up()) return waited();
    Duration in_all{0};
    const bool left = place.leave_for(
        [&] {
          outflow_->wait(half, give_up);
          in_all = waited();
        },
        give_up);
    if (!left) {
      return fail(Errc::resource_exhausted,
                  "too many answers wait to be read; read this one faster, or ask again later");
    }
    return in_all;
  }
  void send_last(std::string frame) const { post(std::move(frame), &Session::on_reply); }

  void post(std::string frame, FrameInput input) const {
    const std::size_t bytes = frame.size();
    impl_.memory.reply_bytes += bytes;
    outflow_->add_under_way(bytes);
    asio::post(impl_.io, [&impl = impl_, connection = connection_, outflow = outflow_,
                          ticket = ticket_, bytes, input, frame = std::move(frame)]() mutable {
      if (const auto alive = connection.lock()) {
        alive->feed([&](Session& session, TimePoint now) {
          (session.*input)(ticket, std::move(frame), now);
        });
      }
      impl.memory.reply_bytes -= bytes;
      outflow->arrived(bytes);
    });
  }

 private:
  Impl& impl_;
  const std::weak_ptr<Connection> connection_;
  const std::shared_ptr<Outflow> outflow_;
  const Ticket ticket_;
};

void Server::Impl::move_cursor(Connection& connection, MoveCursor action) {
  storage::Batch batch;
  batch.cursor_move = storage::CursorMove{action.ack.cursor(), action.ack.sequence(),
                                          action.ack.rewind(), action.ack.forget()};
  const std::weak_ptr<Connection> weak = connection.weak_from_this();
  commits.submit(std::move(batch), kSmallBatchBytes,
                 [this, weak, ack = std::move(action.ack), ticket = action.ticket,
                  request_id = action.request_id](const Result<v1::IngestReply>& reply) {
                   std::string frame =
                       reply ? reply_frame(request_id,
                                           [&](v1::ServerMessage& m) {
                                             m.mutable_ack()->set_cursor(ack.cursor());
                                             m.mutable_ack()->set_sequence(reply->last_sequence());
                                           })
                             : error_frame(request_id, reply.error());
                   post_written(weak, ticket, std::move(frame), &Session::on_ack_reply);
                 });
}

void Server::Impl::subscribe(Connection& connection, Subscribe action) {
  connection.find_dead_peer();
  const auto frames = std::make_shared<const FramePost>(*this, connection, action.ticket);
  subscriptions.open(
      {connection.id(), action.ticket}, action.request_id, std::move(action.request),
      {[frames](std::string more) { frames->post(std::move(more), &Session::on_feed); },
       [frames](std::string last) { frames->post(std::move(last), &Session::on_feed_end); },
       connection.outflow()});
}

void Server::Impl::answer(Connection& connection, RunRequest action) {
  if (decision_of(action) != nullptr) return decide(connection, action);
  const auto received = std::chrono::steady_clock::now();
  const Ticket ticket = action.ticket;
  const std::uint64_t request_id = action.request_id;
  const std::weak_ptr<Connection> weak = connection.weak_from_this();
  auto request = std::make_shared<const RunRequest>(std::move(action));
  QueryPool& for_it = is_quick(*request) ? quick_pool : pool;
  auto replies = std::make_shared<FramePost>(*this, connection, ticket);
  const bool taken = for_it.try_run([this, request, replies, received](QueryPool::Place& place) {
    const auto is_cancelled = [&] { return request->cancelled->load(); };
    const Answering answering{received,
                              [&](std::string frame) {
                                return replies->send_part(std::move(frame), place, is_cancelled);
                              },
                              [&](TimePoint deadline) {
                                place.let_others_go_first([&] {
                                  return is_cancelled() ||
                                         std::chrono::steady_clock::now() >= deadline;
                                });
                              }};
    try {
      replies->send_last(is_affordable(*request)
                             ? service.answer(*request, answering)
                             : error_frame(request->request_id,
                                           Error{Errc::resource_exhausted,
                                                 "the server is busy sending answers; retry"}));
    } catch (const std::exception& failure) {
      spdlog::error("a request failed what=\"{}\"", failure.what());
      replies->send_last(
          error_frame(request->request_id,
                      Error{Errc::internal, std::string("the request failed: ") + failure.what()}));
    }
  });
  if (taken) return;
  // Posted, so that a session never hears back while it speaks.
  post(weak, [ticket, request_id](Session& session, TimePoint now) {
    session.on_reply(
        ticket,
        error_frame(request_id, Error{Errc::resource_exhausted,
                                      "the server has too many questions waiting; ask again "
                                      "in a moment"}),
        now);
  });
}

}  // namespace capexdb::daemon
