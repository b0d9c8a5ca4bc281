#include "storage/fiscal_period.h"

#include "proto/model/text.h"

namespace capexdb::storage {

Result<Period> period_of(const Statement& statement, std::uint32_t subject, std::uint64_t at,
                         const Catalogue& catalogue) {
  if (!statement.fiscal) return statement.period;
  const auto refuse = [](std::string message) {
    return fail(Error{Errc::invalid_argument, std::move(message), "period.label",
                      "unknown_fiscal_calendar"});
  };
  const std::string label = to_string(statement.fiscal->label);
  const CatalogParty party = subject == 0 ? CatalogParty() : catalogue.party(subject, at);
  if (party.fiscal_year_end.empty()) {
    const PartyRef& ref = statement.subject;
    const std::string who = !party.id.empty()   ? party.id
                            : !ref.name.empty() ? quoted(ref.name)
                                                : quoted(ref.ticker + ref.cik);
    return refuse("which days are " + label + " of " + who +
                  "? Its fiscal calendar is not known: give start and end, or set its "
                  "fiscal_year_end in the catalogue first");
  }
  auto days = fiscal_days(statement.fiscal->label, party.fiscal_year_end);
  if (!days) return refuse(label + " of " + party.id + ": " + days.error().message);
  return statement.fiscal->instant ? make_window(days->start, days->end - 1) : days;
}

}  // namespace capexdb::storage
