// One number of the SEC's Financial Statement Data Sets into an event.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capexdb/v1/event.pb.h"
#include "proto/model/catalog.h"
#include "proto/model/error.h"

namespace capexdb::importers {

namespace fsds {
// The columns that are read: first those of num.txt, then those of sub.txt that say
// whose the filing is.
enum Column : std::size_t {
  adsh,
  tag,
  version,
  ddate,
  qtrs,
  uom,
  value,
  segments,
  coreg,
  footnote,
  cik,
  name,
  form,
  filed,
  fy,
  fp,
  column_count
};
inline constexpr std::size_t kNumColumns = cik;  // those before are of num.txt
extern const std::array<std::string_view, column_count> kNames;
}  // namespace fsds

// Where the columns stand in the rows of one table, whatever their order.
class FsdsColumns {
 public:
  // Error: invalid_argument where a column comes twice.
  static Result<FsdsColumns> make(const std::vector<std::string_view>& header);

  bool has(fsds::Column column) const { return at_[column] >= 0; }
  // Without blanks around it; empty where the column is not there.
  std::string_view get(const std::vector<std::string_view>& cells, fsds::Column column) const;
  std::size_t count() const { return count_; }
  // Those of `wanted` that the table lacks, parted by ", ".
  std::string missing(const std::vector<fsds::Column>& wanted) const;

 private:
  std::array<int, fsds::column_count> at_{};
  std::size_t count_ = 0;
};

// Cells by their columns.
using FsdsCells = std::array<std::string_view, fsds::column_count>;

// us-gaap:Assets of the tag Assets and the version us-gaap/2009, ifrs-full:Assets of
// ifrs/2020. Empty of a filer's own tag, whose version is the number of its filing.
std::string fsds_concept(std::string_view tag, std::string_view version);

// What the same fact is among EDGAR's company facts, but that its days are rounded to
// the ends of months. Error: invalid_argument with the column as its field.
Result<v1::Event> fsds_event(const FsdsCells& cells, const std::string& definition,
                             const CatalogMetric& metric, const std::string& file,
                             std::uint64_t line);

}  // namespace capexdb::importers
