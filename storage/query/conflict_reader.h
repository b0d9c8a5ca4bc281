// Reads the statements that stand, subject by subject.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <vector>

#include "storage/query/conflict.h"
#include "storage/read_view.h"

namespace capexdb::storage {

// What is said of one subject, cell behind cell.
struct SubjectStatements {
  std::vector<Stated> statements;
  std::vector<std::size_t> cell_ends;  // into `statements`

  using Visitor = std::function<Result<void>(std::span<const Stated> cell)>;
  Result<void> for_each_cell(const Visitor& visit) const;
};

class ConflictReader {
 public:
  ConflictReader(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
                 const QueryLimits& limits, const std::map<std::uint16_t, CatalogMetric>& metrics)
      : view_(view), plan_(plan), catalogue_(catalogue), limits_(limits), metrics_(metrics) {}

  // Each subject once; errors of the visitor end the reading. Errors: those of
  // scan.h, and resource_exhausted where the statements are too many to hold.
  using Visitor = std::function<Result<void>(const SubjectStatements&)>;
  // Every subject of the store; of all their statements, one subject's are held.
  Result<void> read_everyone(const Visitor& visit) const;
  // What the parties say or others say with them; all of it is held.
  Result<void> read_parties(const std::vector<std::uint32_t>& parties, const Visitor& visit) const;

 private:
  Result<void> add_cell(SubjectStatements& subject, std::uint16_t metric,
                        std::span<const Row> cell) const;

  const ReadView& view_;
  const Plan& plan_;
  const Catalogue& catalogue_;
  const QueryLimits& limits_;
  const std::map<std::uint16_t, CatalogMetric>& metrics_;
};

}  // namespace capexdb::storage
