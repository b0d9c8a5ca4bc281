#include "client/feed_messages.h"

#include <utility>

#include "client/check_text.h"
#include "proto/wire/query_codec.h"

namespace capexdb {

std::string_view to_string(Meaning meaning) {
  switch (meaning) {
    case Meaning::first_print:
      return "first-print";
    case Meaning::revision:
      return "revision";
    case Meaning::became_actual:
      return "became-actual";
    case Meaning::conflict_opened:
      return "conflict-opened";
    case Meaning::conflict_closed:
      return "conflict-closed";
  }
  return "";
}

}  // namespace capexdb

namespace capexdb::client {
namespace {

tl::unexpected<Error> no_feed(const std::string& what) {
  return fail(Error{Errc::internal, "a change of the feed: " + what, {}, kProtocolReason});
}

Result<AnswerRow> row_from(const v1::QueryRow& message) {
  auto row = wire::from_proto(message);
  if (!row) return no_feed(row.error().message);
  return std::move(*row);
}

Result<std::optional<AnswerRow>> row_from(bool there, const v1::QueryRow& message) {
  if (!there) return std::optional<AnswerRow>();
  CAPEXDB_ASSIGN(AnswerRow row, row_from(message));
  return std::optional<AnswerRow>(std::move(row));
}

template <class Rows>
Result<std::vector<AnswerRow>> rows_from(const Rows& messages) {
  std::vector<AnswerRow> rows;
  for (const v1::QueryRow& message : messages) {
    CAPEXDB_ASSIGN(AnswerRow row, row_from(message));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<CellChange> cell_from(const v1::CellChange& message) {
  CellChange cell;
  for (const int meaning : message.meanings()) {
    if (meaning <= 0 || meaning > static_cast<int>(Meaning::conflict_closed)) {
      return no_feed("its meaning " + std::to_string(meaning) +
                     " is unknown; use a client of the server's release");
    }
    cell.meanings.push_back(static_cast<Meaning>(meaning));
  }
  CAPEXDB_ASSIGN(cell.statement, row_from(message.statement()));
  CAPEXDB_ASSIGN(cell.before, row_from(message.has_before(), message.before()));
  CAPEXDB_ASSIGN(cell.after, row_from(message.has_after(), message.after()));
  if (!message.change_percent().empty()) {
    auto percent = Decimal::parse(message.change_percent());
    if (!percent) return no_feed(percent.error().message);
    cell.change_percent = *percent;
  }
  return cell;
}

Result<void> check_each(const char* field, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) CAPEXDB_TRY(check_text(field, text));
  return {};
}

}  // namespace

Result<void> check(const SubscriptionOptions& options) {
  const auto refuse = [](const char* field, const char* message) {
    return fail(Error{Errc::invalid_argument, message, field});
  };
  if (options.window == 0) {
    return refuse("window", "a window of no changes lets none come; give at least 1");
  }
  if (options.replay &&
      (options.after_sequence != 0 || options.from_now || !options.cursor.empty())) {
    return refuse("replay",
                  "a replay has its own beginning; leave out after_sequence, from_now and cursor");
  }
  CAPEXDB_TRY(check_text("cursor", options.cursor));
  const FeedFilter& filter = options.filter;
  CAPEXDB_TRY(check_each("companies", filter.companies));
  CAPEXDB_TRY(check_each("metrics", filter.metrics));
  CAPEXDB_TRY(check_each("products", filter.products));
  CAPEXDB_TRY(check_each("counterparties", filter.counterparties));
  CAPEXDB_TRY(check_each("sources", filter.sources));
  CAPEXDB_TRY(check_text("change_above_percent", filter.change_above_percent));
  if (options.replay) {
    CAPEXDB_TRY(check_text("from", options.replay->from));
    CAPEXDB_TRY(check_text("to", options.replay->to));
  }
  return {};
}

v1::SubscribeRequest to_proto(const SubscriptionOptions& options) {
  v1::SubscribeRequest request;
  request.set_cells(options.cells);
  const FeedFilter& from = options.filter;
  v1::FeedFilter& filter = *request.mutable_filter();
  filter.mutable_companies()->Add(from.companies.begin(), from.companies.end());
  filter.mutable_metrics()->Add(from.metrics.begin(), from.metrics.end());
  filter.mutable_products()->Add(from.products.begin(), from.products.end());
  filter.mutable_counterparties()->Add(from.counterparties.begin(), from.counterparties.end());
  filter.mutable_sources()->Add(from.sources.begin(), from.sources.end());
  for (const Status status : from.statuses) filter.add_statuses(static_cast<v1::Status>(status));
  for (const Meaning meaning : from.meanings) {
    filter.add_meanings(static_cast<v1::Meaning>(meaning));
  }
  filter.set_change_above_percent(from.change_above_percent);
  if (options.replay) {
    v1::Replay& replay = *request.mutable_replay();
    replay.set_from(options.replay->from);
    replay.set_to(options.replay->to);
    replay.set_speed(options.replay->speed);
  }
  return request;
}

Result<FeedChange> from_proto(v1::Change message) {
  if (message.sequence() == 0) return no_feed("it has no sequence");
  if (!message.has_event()) return no_feed("it has no event");
  FeedChange change;
  change.sequence = message.sequence();
  change.recorded_at_us = message.recorded_at_us();
  change.producer_id = std::move(*message.mutable_producer_id());
  change.batch_number = message.batch_number();
  change.event = std::move(*message.mutable_event());
  for (const v1::CellChange& cell : message.cells()) {
    CAPEXDB_ASSIGN(CellChange converted, cell_from(cell));
    change.cells.push_back(std::move(converted));
  }
  CAPEXDB_ASSIGN(change.conflicts_opened, rows_from(message.conflicts_opened()));
  CAPEXDB_ASSIGN(change.conflicts_closed, rows_from(message.conflicts_closed()));
  return change;
}

}  // namespace capexdb::client
