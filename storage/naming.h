// From names to ordinals: what a batch brings that is new, and the rows of a
// statement once every name is known.
#pragma once

#include <string>
#include <vector>

#include "proto/model/statement.h"
#include "storage/catalogue.h"
#include "storage/row.h"

namespace capexdb::storage {

// One observation of an event, ready for the indexes.
struct FactRow {
  std::uint16_t metric = 0;
  Row row;
  // Counterparties in whose histories the row is mirrored.
  std::vector<std::uint32_t> mirrors;
};

// Catalogues what a batch names and nobody knew, record by record, so that a
// later record finds what an earlier one brought. All of it is one automatic
// change, known since `sequence`.
class NewNames {
 public:
  NewNames(Catalogue& catalogue, std::uint64_t sequence)
      : catalogue_(catalogue), sequence_(sequence) {}

  // Catalogues what `statement` brings, after checking it against the registry:
  // the metric is known, money has a currency, numbers fit, a fiscal period has a
  // calendar, and so on.
  // `first_seen` gets the ids of companies and other parties that nobody named
  // before. On an error nothing is catalogued.
  Result<void> collect(const Statement& statement, std::vector<std::string>& first_seen);

  // Everything that was catalogued, in order; applying it again to the
  // catalogue as it was before gives the catalogue as it is now.
  const CatalogChange& change() const { return change_; }

 private:
  Result<CatalogChange> parties_of(const Statement& statement,
                                   std::vector<std::string>& first_seen) const;
  // The ordinal of the party that `ref` names on that day; 0 for one that `delta` brings.
  Result<std::uint32_t> add_party(const PartyRef& ref, Day day, PartyKind kind_of_new,
                                  CatalogChange& delta, std::vector<std::string>& first_seen) const;
  std::string id_for(const PartyRef& ref) const;

  Catalogue& catalogue_;
  std::uint64_t sequence_;
  CatalogChange change_;
};

// What becomes of a unit, a definition or a list of counterparties that was
// never used: an ordinal of its own, or ordinal -1, which matches nothing.
enum class Unused { intern, match_nothing };

// The rows of a statement at `sequence`, names and fiscal calendars as of then. Errors: a
// name that is not known or not unique, numbers that do not fit, no fiscal calendar.
Result<std::vector<FactRow>> rows_of(const Statement& statement, std::uint64_t sequence,
                                     Catalogue& catalogue, Unused unused = Unused::intern);

}  // namespace capexdb::storage
