#include "client/batch_window.h"

#include <algorithm>
#include <string>
#include <utility>

namespace capexdb::client {

void BatchWindow::renumber(std::uint64_t first) {
  last_number_ = first - 1;
  last_sent_ = first - 1;
  for (Pending& batch : batches_) batch.message.mutable_ingest()->set_batch_number(++last_number_);
}

Result<void> BatchWindow::on_welcome(std::uint64_t last_batch_number) {
  on_disconnected();
  if (numbering_ == Numbering::none) return {};
  if (numbering_ == Numbering::trial) {
    if (!std::exchange(welcomed_, true) || answered_ == 0) {
      renumber(1);
      return {};
    }
    return fail(Errc::aborted,
                "the connection was lost in the middle of the dry run, and with it what was tried "
                "before; begin again");
  }
  if (!std::exchange(welcomed_, true)) {
    renumber(last_batch_number + 1);
    return {};
  }
  const std::uint64_t answered =
      batches_.empty() ? last_number_ : batches_.front().message.ingest().batch_number() - 1;
  if (last_batch_number > std::max(last_sent_, answered)) {
    return fail(Errc::aborted, "another producer uses this producer id: the server has batch " +
                                   std::to_string(last_batch_number) + ", this one sent up to " +
                                   std::to_string(last_sent_));
  }
  if (last_batch_number >= answered) return {};
  if (numbering_ == Numbering::ephemeral && last_batch_number == 0) {
    // Forgotten while nothing came. What was stored is recognised by its content.
    renumber(1);
    return {};
  }
  return fail(Errc::data_loss, "the server answered batch " + std::to_string(answered) +
                                   " of this producer but now knows only " +
                                   std::to_string(last_batch_number) +
                                   "; was it restored from a backup?");
}

void BatchWindow::on_disconnected() {
  // An answer that waits for an earlier one is asked for again, with the others.
  sent_ = 0;
  answered_early_ = 0;
  for (Pending& batch : batches_) batch.reply.reset();
}

void BatchWindow::push(v1::IngestRequest request) {
  Pending batch;
  batch.base = events_;
  events_ += static_cast<std::uint64_t>(request.events_size());
  if (numbering_ != Numbering::none) request.set_batch_number(++last_number_);
  *batch.message.mutable_ingest() = std::move(request);
  batches_.push_back(std::move(batch));
}

v1::ClientMessage* BatchWindow::next_to_send(std::size_t on_their_way_max) {
  if (sent_ == batches_.size() || on_their_way() >= on_their_way_max) return nullptr;
  return &batches_[sent_].message;
}

void BatchWindow::on_sent(std::uint64_t request_id) {
  Pending& batch = batches_[sent_++];
  batch.request_id = request_id;
  last_sent_ = std::max(last_sent_, batch.message.ingest().batch_number());
}

Result<void> BatchWindow::on_reply(std::uint64_t request_id, v1::IngestReply reply) {
  const auto sent_end = batches_.begin() + static_cast<std::ptrdiff_t>(sent_);
  const auto batch = std::find_if(batches_.begin(), sent_end, [&](const Pending& pending) {
    return pending.request_id == request_id && !pending.reply;
  });
  if (batch == sent_end || reply.batch_number() != batch->message.ingest().batch_number()) {
    return fail(Error{Errc::internal,
                      "the server answers batch " + std::to_string(reply.batch_number()) +
                          ", which this request was not",
                      {},
                      kProtocolReason});
  }
  batch->reply = std::move(reply);
  ++answered_early_;
  while (!batches_.empty() && batches_.front().reply) {
    Pending& front = batches_.front();
    replies_.push_back({front.base,
                        static_cast<std::uint64_t>(front.message.ingest().events_size()),
                        std::move(*front.reply)});
    batches_.pop_front();
    ++answered_;
    --sent_;
    --answered_early_;
  }
  return {};
}

std::optional<BatchReply> BatchWindow::next_reply() {
  if (replies_.empty()) return std::nullopt;
  BatchReply reply = std::move(replies_.front());
  replies_.pop_front();
  return reply;
}

}  // namespace capexdb::client
