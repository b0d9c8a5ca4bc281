// What two times answer differently, and shipments by seller and buyer.
#include <algorithm>

#include "tests/unit/storage/model_store.h"

namespace capexdb::storage::test {
namespace {

const std::vector<std::string> kShipmentMetrics = {"unit_shipments", "unit_purchases", "unit_price",
                                                   "shipment_value", "purchase_value"};

tl::unexpected<Error> not_earlier() {
  return fail(Errc::invalid_argument, "the model refuses this");
}

struct Sides {
  std::vector<std::string> sellers;
  std::vector<std::string> buyers;
};

// The subject is the other side of its counterparties; alone it is what the metric says.
Sides sides_of(const ToldCell& cell) {
  Sides sides;
  const bool purchase = cell.metric == "unit_purchases" || cell.metric == "purchase_value";
  bool sells = false;
  bool buys = false;
  for (const auto& [role, id] : cell.others) {
    if (role == Role::buyer || role == Role::customer) {
      sides.buyers.push_back(id);
      sells = true;
    }
    if (role == Role::seller || role == Role::supplier) {
      sides.sellers.push_back(id);
      buys = true;
    }
  }
  // Between a seller and a buyer who are both named, it is neither.
  if (sells && buys) sells = buys = false;
  const bool named = !sides.sellers.empty() && !sides.buyers.empty();
  const bool by_metric = !named && !sells && !buys && cell.metric != "unit_price";
  if (sells || (by_metric && !purchase)) sides.sellers.push_back(cell.subject);
  if (buys || (by_metric && purchase)) sides.buyers.push_back(cell.subject);
  std::sort(sides.sellers.begin(), sides.sellers.end());
  std::sort(sides.buyers.begin(), sides.buyers.end());
  return sides;
}

std::string names_of(const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) text += (text.empty() ? "" : ",") + id;
  return text;
}

bool has_one_of(const std::vector<std::string>& all, const std::vector<std::string>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& id) {
    return std::find(all.begin(), all.end(), id) != all.end();
  });
}

}  // namespace

// Of a group any member, and the group itself.
std::vector<std::string> ModelStore::party_and_members(const std::string& name,
                                                       std::uint64_t at) const {
  std::vector<std::string> all = leaves(name, at);
  all.push_back(name);
  return all;
}

Result<Lines> ModelStore::shipment_lines(const Query& query) const {
  Lines lines;
  for (const std::string& id : kShipmentMetrics) {
    if (!query.metric.empty() && query.metric != id) continue;
    Query one = query;
    one.metric = id;
    one.select = {"all"};
    CAPEXDB_ASSIGN(const ModelQuestion q, read(one));
    for (const Figure& figure : figures(q)) {
      const Sides sides = sides_of(figure.cell);
      const bool asked =
          (query.seller.empty() ||
           has_one_of(sides.sellers, party_and_members(query.seller, q.at))) &&
          (query.buyer.empty() || has_one_of(sides.buyers, party_and_members(query.buyer, q.at))) &&
          (query.product.empty() || figure.cell.product == query.product);
      if (!asked) continue;
      Line& line = lines.list.emplace_back(line_of(figure));
      line.row.seller = names_of(sides.sellers);
      line.row.buyer = names_of(sides.buyers);
    }
  }
  return lines;
}

Result<Lines> ModelStore::change_lines(const ModelQuestion& now) const {
  const Query& query = now.query;
  ModelQuestion then = now;
  if (query.from_as_of.empty() && query.from_sequence == 0) return not_earlier();
  if (!query.from_as_of.empty()) {
    CAPEXDB_ASSIGN(const TimeRange day, parse_time_range(query.from_as_of));
    then.as_of = day.last_day();
    if (now.as_of && *then.as_of > *now.as_of) return not_earlier();
  }
  if (query.from_sequence != 0) {
    then.at = query.from_sequence;
    if (then.at > now.at) return not_earlier();
  }
  Lines lines;
  const auto answers = [&](const ModelQuestion& q) {
    std::vector<Figure> all;
    for (const auto& cell : cells(q)) {
      if (auto lead = figure(cell, q)) all.push_back(std::move(*lead));
    }
    return all;
  };
  const std::vector<Figure> after = answers(now);
  const std::vector<Figure> before = answers(then);
  const auto same_cell = [](const std::vector<Figure>& all, const Figure& mine) -> const Figure* {
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const Figure& f) { return f.cell == mine.cell; });
    return at == all.end() ? nullptr : &*at;
  };
  for (const Figure& figure : after) {
    const Figure* old = same_cell(before, figure);
    if (old != nullptr && old->value == figure.value && old->status == figure.status) continue;
    Line& line = lines.list.emplace_back(line_of(figure));
    line.row.derivation = old == nullptr ? "new" : "revised";
    if (old != nullptr) line.row.reason = "was ";
    if (old != nullptr) line.row.parts.push_back(row_of(*old));
  }
  for (const Figure& figure : before) {
    if (same_cell(after, figure) != nullptr) continue;
    Line& line = lines.list.emplace_back(line_of(figure));
    line.row.value = {};
    line.row.derivation = "withdrawn";
    // The newest that was said of it.
    for (const Told& told : told_) {
      const bool counts = told.cell == figure.cell && concerns(told, now) &&
                          (!now.as_of || told.published.last_day() <= *now.as_of);
      if (counts) line.row.sequence = std::max(line.row.sequence, told.sequence);
    }
    line.row.reason = "was ";
    line.row.parts.push_back(row_of(figure));
  }
  return lines;
}

}  // namespace capexdb::storage::test
