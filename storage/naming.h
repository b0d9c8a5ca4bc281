// From names to ordinals: what a batch brings that is new, and the rows of a
// statement once every name is known.
#pragma once

#include <map>
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

// Collects the names of a batch that the catalogue does not know yet, as one
// automatic change.
class NewNames {
 public:
  explicit NewNames(const Catalogue& catalogue) : catalogue_(catalogue) {}

  // Notes what `statement` brings, and checks it against the registry: the
  // metric is known, money has a currency, and so on. `first_seen` gets the ids
  // of companies and other parties that nobody named before. On an error
  // nothing is noted.
  Result<void> collect(const Statement& statement, std::vector<std::string>& first_seen);

  const CatalogChange& change() const { return change_; }

 private:
  void note_party(const PartyRef& ref, PartyKind kind_of_new, std::uint32_t known,
                  std::vector<std::string>& first_seen);
  std::string id_for(const PartyRef& ref) const;

  const Catalogue& catalogue_;
  CatalogChange change_;
  std::map<std::string, std::size_t> parties_by_id_;  // index in change_.parties
  std::map<std::string, std::string> ids_by_cik_;
  std::map<std::string, std::size_t> products_by_slug_;
  std::map<std::string, std::size_t> sources_by_slug_;
};

// The rows of a statement at `sequence`, names as of then. Units, definitions
// and lists of counterparties get ordinals as needed. Errors: a name that is
// not known or not unique, numbers that do not fit.
Result<std::vector<FactRow>> rows_of(const Statement& statement, std::uint64_t sequence,
                                     Catalogue& catalogue);

}  // namespace capexdb::storage
