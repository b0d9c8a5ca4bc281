#include "storage/query/plan_selection.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "proto/model/limits.h"
#include "proto/model/text.h"
#include "storage/name_list.h"

namespace capexdb::storage {
namespace {

// Subjects in the order they are asked for, each once.
class Subjects {
 public:
  explicit Subjects(std::vector<std::uint32_t>& list) : list_(list) {}
  void add(std::uint32_t ordinal) {
    if (met_.insert(ordinal).second) list_.push_back(ordinal);
  }

 private:
  std::vector<std::uint32_t>& list_;
  std::unordered_set<std::uint32_t> met_;
};

// The day on which a name means whoever held it then.
Day name_day(const Plan& plan) { return plan.as_of.value_or(kNewestHolder); }

Result<std::vector<std::string>> selected_names(const Plan& plan, const Query& query,
                                                const Catalogue& catalogue) {
  std::vector<std::string> names;
  for (const std::string& text : query.select) {
    for (std::string& name : listed_parties(text, catalogue, plan.at, name_day(plan))) {
      names.push_back(std::move(name));
    }
    if (names.size() > 1 && std::find(names.begin(), names.end(), "") != names.end()) {
      return bad_question("select",
                          quoted(text) + " has an empty name in its list; leave out a comma");
    }
    if (names.size() > limits::kQuerySelectMax) {
      return bad_question("select", "at most " + std::to_string(limits::kQuerySelectMax) +
                                        " names can be selected");
    }
  }
  if (names.empty()) return bad_question("select", "which company or group?");
  return names;
}

// A party with those that it consists of, where it is a group; sorted.
Result<std::vector<std::uint32_t>> side_of(const std::string& name, const char* field,
                                           const Plan& plan, const Catalogue& catalogue) {
  std::vector<std::uint32_t> parties;
  if (name.empty()) return parties;
  const auto party = catalogue.need_party(name, plan.at, name_day(plan));
  if (!party) {
    Error error = party.error();
    error.field = field;
    return fail(std::move(error));
  }
  parties = catalogue.leaves(*party, plan.at);
  parties.push_back(*party);
  std::sort(parties.begin(), parties.end());
  parties.erase(std::unique(parties.begin(), parties.end()), parties.end());
  return parties;
}

// Groups, segments and countries too.
std::vector<std::uint32_t> all_parties(const Plan& plan, const Catalogue& catalogue) {
  std::vector<std::uint32_t> parties(catalogue.size(NameKind::party));
  std::iota(parties.begin(), parties.end(), 1U);
  if (plan.merged) {
    std::erase_if(parties,
                  [&](std::uint32_t party) { return plan.merged->canonical.contains(party); });
  }
  return parties;
}

Result<void> plan_shipments(Plan& plan, const Query& query, const Catalogue& catalogue) {
  if (!query.select.empty()) return bad_question("select", "name --seller or --buyer of shipments");
  CAPEXDB_ASSIGN(plan.sellers, side_of(query.seller, "seller", plan, catalogue));
  CAPEXDB_ASSIGN(plan.buyers, side_of(query.buyer, "buyer", plan, catalogue));
  if (!query.product.empty()) {
    CAPEXDB_ASSIGN(const std::uint32_t product, catalogue.find_product(query.product, plan.at));
    if (product == 0) {
      return fail(Error{Errc::not_found,
                        "unknown product " + quoted(query.product) + "; see `capex products`",
                        "product"});
    }
    plan.product = product;
  }
  plan.subjects = !plan.sellers.empty() ? plan.sellers : plan.buyers;
  if (plan.subjects.empty()) plan.subjects = all_parties(plan, catalogue);
  return {};
}

// Who is in one of the groups always, or was asked for by name, belongs always.
void find_memberships(Plan& plan, const Catalogue& catalogue) {
  std::unordered_set<std::uint32_t> always;
  for (const std::uint32_t party : plan.asked_parties) {
    catalogue.add_leaves(party, plan.at, always, plan.memberships);
  }
  std::erase_if(plan.memberships, [&](const auto& leaf) { return always.contains(leaf.first); });
}

}  // namespace

tl::unexpected<Error> bad_question(std::string field, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), std::move(field), "bad_question"});
}

Result<void> plan_selection(Plan& plan, const Query& query, const Catalogue& catalogue) {
  if (plan.kind == QueryKind::shipments) return plan_shipments(plan, query, catalogue);
  if (plan.kind == QueryKind::changes && query.select.empty()) {
    plan.everyone = true;
    plan.subjects = all_parties(plan, catalogue);
    return {};
  }
  CAPEXDB_ASSIGN(const std::vector<std::string> names, selected_names(plan, query, catalogue));
  Subjects subjects(plan.subjects);
  Subjects asked(plan.asked_parties);
  std::unordered_set<std::string> met;
  for (const std::string& name : names) {
    if (!met.insert(slug(name)).second) continue;
    if (is_reserved_name(name)) {
      plan.everyone = true;
      for (const std::uint32_t company : catalogue.companies(plan.at)) subjects.add(company);
      continue;
    }
    CAPEXDB_ASSIGN(const std::uint32_t party, catalogue.need_party(name, plan.at, name_day(plan)));
    asked.add(party);
    if (plan.kind != QueryKind::sum) {
      subjects.add(party);
      continue;
    }
    for (const std::uint32_t leaf : catalogue.leaves(party, plan.at)) subjects.add(leaf);
  }
  if (plan.kind == QueryKind::sum && !plan.everyone) find_memberships(plan, catalogue);
  return {};
}

}  // namespace capexdb::storage
