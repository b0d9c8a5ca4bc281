#include "tests/unit/storage/model_store.h"

#include <algorithm>

namespace capexdb::storage::test {
namespace {

bool same_words(const Told& a, const Told& b) {
  return a.cell == b.cell && a.stated == b.stated && a.unquantified == b.unquantified &&
         a.status == b.status && a.published == b.published && a.document == b.document;
}

}  // namespace

ModelStore::ModelStore(CatalogChange seed) { catalogue_.emplace_back(1, std::move(seed)); }

ModelStore::Outcome ModelStore::take(const ValidEvent& event) {
  if (const auto* change = std::get_if<CatalogChange>(&event.fact())) {
    if (knows(*change)) return Outcome::duplicate;
    catalogue_.emplace_back(++last_, *change);
    return Outcome::accepted;
  }
  if (const auto* retraction = std::get_if<Retraction>(&event.fact())) {
    return take_retraction(*retraction);
  }
  return take_statement(event, std::get<Statement>(event.fact()));
}

// Of changes of ranks and members, which are all that is made here.
bool ModelStore::knows(const CatalogChange& change) const {
  return std::all_of(change.parties.begin(), change.parties.end(),
                     [&](const CatalogParty& p) { return members(p.id, last_) == p.members; }) &&
         std::all_of(change.sources.begin(), change.sources.end(),
                     [&](const CatalogSource& s) { return rank(s.name, last_) == s.rank; });
}

std::vector<Told> ModelStore::told_of(const Statement& statement) const {
  std::vector<Told> all;
  for (const Observation& o : statement.observations) {
    Told told;
    told.sequence = last_ + 1;
    told.cell = {statement.subject.name,
                 o.metric,
                 statement.product,
                 {},
                 statement.period,
                 o.measure.value_or(metric(o.metric).measure()),
                 o.unit,
                 o.currency,
                 statement.definition};
    for (const CounterpartyRef& other : statement.counterparties) {
      told.cell.others.emplace_back(other.role, other.party.name);
    }
    std::sort(told.cell.others.begin(), told.cell.others.end());
    told.stated = o.value;
    told.unquantified = o.unquantified;
    told.status = statement.status;
    told.source = statement.publisher;
    told.published = statement.published;
    told.document = static_cast<std::int64_t>(statement.documents.document);
    told.root = static_cast<std::int64_t>(statement.documents.root);
    all.push_back(std::move(told));
  }
  return all;
}

ModelStore::Outcome ModelStore::take_statement(const ValidEvent& event,
                                               const Statement& statement) {
  const std::vector<Told> fresh = told_of(statement);
  if (fresh.front().cell.metric == "fx_rate") {
    // Nobody repeats one.
    ++last_;
    rates_.insert(rates_.end(), fresh.begin(), fresh.end());
    return Outcome::accepted;
  }
  std::vector<Told> known;
  for (const Told& told : fresh) {
    const auto old = std::find_if(told_.begin(), told_.end(), [&](const Told& t) {
      return !t.retraction && same_words(t, told);
    });
    if (old != told_.end()) known.push_back(*old);
  }
  const bool all_known = known.size() == fresh.size();
  // An event_id that comes with known content is another name of it.
  if (!event.event_id().empty()) event_ids_.emplace(event.event_id(), all_known ? known : fresh);
  if (all_known) return Outcome::duplicate;
  ++last_;
  told_.insert(told_.end(), fresh.begin(), fresh.end());
  return Outcome::accepted;
}

ModelStore::Outcome ModelStore::take_retraction(const Retraction& retraction) {
  std::vector<Told> fresh;
  if (retraction.cell) {
    for (Told& told : told_of(*retraction.cell)) {
      const bool hits = std::any_of(told_.begin(), told_.end(), [&](const Told& old) {
        return !old.retraction && old.cell == told.cell && old.document == told.document &&
               old.published.end <= told.published.end;
      });
      if (hits) fresh.push_back(std::move(told));
    }
  } else if (const auto target = event_ids_.find(retraction.event_id); target != event_ids_.end()) {
    for (Told told : target->second) {
      told.withdraws = told.sequence;
      told.published = retraction.published;
      fresh.push_back(std::move(told));
    }
  }
  if (fresh.empty()) return Outcome::rejected;
  const bool known = std::any_of(told_.begin(), told_.end(), [&](const Told& old) {
    return old.retraction && old.cell == fresh.front().cell &&
           old.withdraws == fresh.front().withdraws && old.document == fresh.front().document &&
           old.published == fresh.front().published;
  });
  if (known) return Outcome::duplicate;
  ++last_;
  for (Told& told : fresh) {
    told.sequence = last_;
    told.retraction = true;
    told_.push_back(std::move(told));
  }
  return Outcome::accepted;
}

const CatalogMetric& ModelStore::metric(const std::string& id) const {
  const auto& metrics = catalogue_.front().second.metrics;
  return *std::find_if(metrics.begin(), metrics.end(),
                       [&](const CatalogMetric& m) { return m.id == id; });
}

std::optional<std::vector<std::string>> ModelStore::members(const std::string& group,
                                                            std::uint64_t at) const {
  std::optional<std::vector<std::string>> result;
  for (const auto& [sequence, change] : catalogue_) {
    for (const CatalogParty& party : change.parties) {
      if (sequence <= at && party.id == group && !party.members.empty()) result = party.members;
    }
  }
  return result;
}

void ModelStore::add_leaves(const std::string& party, std::uint64_t at, std::set<std::string>& seen,
                            std::vector<std::string>& leaves) const {
  if (!seen.insert(party).second) return;
  const auto list = members(party, at);
  if (!list) {
    leaves.push_back(party);
    return;
  }
  for (const std::string& member : *list) add_leaves(member, at, seen, leaves);
}

std::vector<std::string> ModelStore::leaves(const std::string& party, std::uint64_t at) const {
  std::set<std::string> seen;
  std::vector<std::string> result;
  add_leaves(party, at, seen, result);
  return result;
}

std::vector<std::string> ModelStore::companies(std::uint64_t at) const {
  std::vector<std::string> result;
  for (const auto& [sequence, change] : catalogue_) {
    for (const CatalogParty& party : change.parties) {
      if (sequence <= at && party.kind == PartyKind::company) result.push_back(party.id);
    }
  }
  return result;
}

std::uint32_t ModelStore::rank(const std::string& source, std::uint64_t at) const {
  std::uint32_t result = CatalogSource::kDefaultRank;
  for (const auto& [sequence, change] : catalogue_) {
    for (const CatalogSource& entry : change.sources) {
      if (sequence <= at && entry.name == source && entry.rank != 0) result = entry.rank;
    }
  }
  return result;
}

}  // namespace capexdb::storage::test
