#include "storage/cursors.h"

#include <rocksdb/db.h>

#include <memory>

#include "proto/model/limits.h"
#include "proto/model/text.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

constexpr char kCursorKey = 'C';
constexpr char kBehindCursors = 'D';

// Calls `visit` with name and value of each.
template <class Visit>
Result<void> for_each_cursor(const StoreState& state, const Visit& visit) {
  const std::string end(1, kBehindCursors);
  const rocksdb::Slice upper(end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> it(
      state.database->db().NewIterator(options, state.database->meta()));
  for (it->Seek(std::string(1, kCursorKey)); it->Valid(); it->Next()) {
    CAPEXDB_TRY(visit(it->key().ToString().substr(1), it->value().ToString()));
  }
  if (!it->status().ok()) return fail(to_error(it->status(), "cursors"));
  return {};
}

Result<disk::v1::CursorState> parse_cursor(const std::string& name, const std::string& value) {
  disk::v1::CursorState cursor;
  if (cursor.ParseFromString(value)) return cursor;
  return fail(Errc::data_loss, "the cursor '" + name + "' is damaged");
}

void add_to(v1::CursorReply& reply, const std::string& name, const disk::v1::CursorState& cursor) {
  v1::Cursor& listed = *reply.add_cursors();
  listed.set_name(name);
  listed.set_sequence(cursor.sequence());
  listed.set_moved_at_us(cursor.moved_at_us());
}

}  // namespace

std::string cursor_key(const std::string& name) { return kCursorKey + name; }

Result<void> check_cursor_name(const std::string& name) {
  const bool one_line = name.find_first_of("\n\r\t") == std::string::npos;
  if (!trim(name).empty() && one_line && name.size() <= limits::kCursorNameBytesMax &&
      is_clean_text(name)) {
    return {};
  }
  return fail(Error{Errc::invalid_argument,
                    "a cursor's name is one line of clean text of 1 to " +
                        std::to_string(limits::kCursorNameBytesMax) + " bytes",
                    "cursor", "bad_cursor"});
}

Result<std::optional<disk::v1::CursorState>> find_cursor(const StoreState& state,
                                                         const std::string& name) {
  std::string value;
  const auto status =
      state.database->db().Get({}, state.database->meta(), cursor_key(name), &value);
  if (status.IsNotFound()) return std::optional<disk::v1::CursorState>();
  if (!status.ok()) return fail(to_error(status, "cursors"));
  CAPEXDB_ASSIGN(disk::v1::CursorState cursor, parse_cursor(name, value));
  return std::optional(std::move(cursor));
}

Result<std::size_t> count_cursors(const StoreState& state) {
  std::size_t count = 0;
  CAPEXDB_TRY(for_each_cursor(state, [&](const std::string&, const std::string&) -> Result<void> {
    ++count;
    return {};
  }));
  return count;
}

Result<v1::CursorReply> list_cursors(const StoreState& state, const std::string& name) {
  v1::CursorReply reply;
  reply.set_sequence(state.last_sequence);
  if (!name.empty()) {
    CAPEXDB_ASSIGN(const auto cursor, find_cursor(state, name));
    if (cursor) add_to(reply, name, *cursor);
    return reply;
  }
  CAPEXDB_TRY(
      for_each_cursor(state, [&](const std::string& its, const std::string& value) -> Result<void> {
        CAPEXDB_ASSIGN(const disk::v1::CursorState cursor, parse_cursor(its, value));
        add_to(reply, its, cursor);
        return {};
      }));
  return reply;
}

}  // namespace capexdb::storage
