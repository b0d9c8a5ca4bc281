#include "storage/retraction.h"

namespace capexdb::storage {

Result<std::vector<FactRow>> rows_withdrawing_cell(const Retraction& retraction,
                                                   std::uint64_t sequence, Catalogue& catalogue) {
  CAPEXDB_ASSIGN(std::vector<FactRow> rows,
                 rows_of(*retraction.cell, sequence, catalogue, Unused::match_nothing));
  for (FactRow& fact : rows) fact.row[Column::flags] = flag::kRetraction;
  return rows;
}

std::vector<FactRow> rows_withdrawing(std::vector<FactRow> target, std::uint64_t target_sequence,
                                      const Retraction& retraction, std::uint64_t sequence) {
  for (FactRow& fact : target) {
    Row& row = fact.row;
    for (const Column c : {Column::value_upper, Column::low, Column::low_upper, Column::high,
                           Column::high_upper, Column::scale, Column::stated_decimals}) {
      row[c] = 0;
    }
    row[Column::sequence] = static_cast<std::int64_t>(sequence);
    row[Column::flags] = flag::kRetraction | flag::kRetractsSequence;
    row[Column::value] = static_cast<std::int64_t>(target_sequence);
    row[Column::document] = static_cast<std::int64_t>(retraction.documents.document);
    row[Column::root] = static_cast<std::int64_t>(retraction.documents.root);
    row[Column::status] = static_cast<std::int64_t>(Status::actual);
    row.set_published(retraction.published);
  }
  return target;
}

}  // namespace capexdb::storage
