#include "storage/event_rows.h"

#include "proto/codec/validate.h"
#include "proto/model/text.h"
#include "storage/retraction.h"
#include "storage/rocks/database.h"
#include "storage/store_state.h"

namespace capexdb::storage {
namespace {

// What a producer's event_id names, and the rows that it came with.
Result<std::vector<FactRow>> rows_of_withdrawn(const ReadView& view, const Retraction& retraction,
                                               const std::string& producer_id,
                                               std::uint64_t sequence) {
  StoreState& state = view.state();
  std::string value;
  const auto status = state.database->db().Get(
      {}, state.database->ids(), event_id_key(producer_id, retraction.event_id), &value);
  if (!status.ok() || value.size() != 16) {
    return fail(Errc::data_loss, "event_id '" + retraction.event_id + "' is not in its index");
  }
  const std::string_view words(value);
  const std::uint64_t target = read_big_endian(words.substr(0, 8));
  CAPEXDB_ASSIGN(StoredEvent stored, view.event(target));
  CAPEXDB_ASSIGN(const ValidEvent withdrawn, validate(std::move(stored.bytes)));
  const auto* statement = std::get_if<Statement>(&withdrawn.fact());
  if (statement == nullptr) return fail(Errc::data_loss, "it withdraws what is no statement");
  CAPEXDB_ASSIGN(std::vector<FactRow> rows,
                 rows_of(*statement, target, state.catalogue, Unused::match_nothing));
  rows = rows_said_under(std::move(rows), read_big_endian(words.substr(8)));
  return rows_withdrawing(std::move(rows), target, retraction, sequence);
}

}  // namespace

std::uint64_t content_of(const std::vector<FactRow>& rows) {
  std::string words;
  for (const FactRow& fact : rows) {
    append_big_endian(words, fact.metric, 2);
    append_big_endian(words, content_hash(fact.row), 8);
  }
  return hash64(words);
}

std::vector<FactRow> rows_said_under(std::vector<FactRow> stored, std::uint64_t content) {
  constexpr std::size_t kRowsMax = 3;  // of a shipment: units, unit price, value
  if (stored.size() > kRowsMax || content_of(stored) == content) return stored;
  for (unsigned chosen = 1; chosen < (1U << stored.size()); ++chosen) {
    std::vector<FactRow> some;
    for (std::size_t i = 0; i < stored.size(); ++i) {
      if ((chosen >> i & 1U) != 0) some.push_back(stored[i]);
    }
    if (content_of(some) == content) return some;
  }
  return stored;
}

Result<std::vector<FactRow>> rows_of_stored(const ReadView& view, const ValidEvent& event,
                                            const std::string& producer_id,
                                            std::uint64_t sequence) {
  Catalogue& catalogue = view.state().catalogue;
  if (const auto* statement = std::get_if<Statement>(&event.fact())) {
    return rows_of(*statement, sequence, catalogue, Unused::match_nothing);
  }
  const auto* retraction = std::get_if<Retraction>(&event.fact());
  if (retraction == nullptr) return std::vector<FactRow>();
  if (retraction->cell) return rows_withdrawing_cell(*retraction, sequence, catalogue);
  return rows_of_withdrawn(view, *retraction, producer_id, sequence);
}

}  // namespace capexdb::storage
