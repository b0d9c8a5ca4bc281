// Adding up what companies say of themselves.
#include <algorithm>
#include <tuple>

#include "storage/query/fold.h"
#include "storage/query/sum_parts.h"

namespace capexdb::storage {
namespace {

using Key = std::tuple<Period, std::string, std::string, std::string, int, std::string>;

// What a part is listed under, besides its period.
Key group_key(const Period& period, const Row& row, const Plan& plan, const Catalogue& catalogue) {
  Key key{period, {}, {}, {}, 0, {}};
  for (const Dimension dimension : plan.by) {
    switch (dimension) {
      case Dimension::period:
      case Dimension::group:
        break;
      case Dimension::company:
        std::get<1>(key) = catalogue.text(NameKind::party, row.ordinal(Column::subject));
        break;
      case Dimension::product:
        std::get<2>(key) = catalogue.text(NameKind::product, row.ordinal(Column::product));
        break;
      case Dimension::counterparty:
        std::get<3>(key) = catalogue.counterparty_ids(row.ordinal(Column::counterparties));
        break;
      case Dimension::status:
        std::get<4>(key) = static_cast<int>(row.status());
        break;
      case Dimension::source:
        std::get<5>(key) = catalogue.text(NameKind::source, row.ordinal(Column::source));
        break;
    }
  }
  return key;
}

struct Total {
  Interval value;
  bool started = false;
  std::int64_t unit = 0;
  std::int64_t currency = 0;
  std::string first_company;  // who set unit and currency
  std::set<std::string> companies;
  std::set<std::int64_t> documents;
  std::set<std::int64_t> roots;
  std::set<std::int64_t> sources;
  std::set<Status> statuses;
  TimeRange newest;
  std::uint64_t sequence = 0;
  Day earliest = 0;  // of instants
  Day latest = 0;
};

Result<void> add_to(Total& total, const ResolvedCell& cell, const Plan& plan,
                    const Catalogue& catalogue) {
  const Row& row = cell.leader;
  const std::string company = catalogue.text(NameKind::party, row.ordinal(Column::subject));
  const Interval value = effective(row.value());
  if (!total.started) {
    total.started = true;
    total.value = value;
    total.unit = row[Column::unit];
    total.currency = row[Column::currency];
    total.first_company = company;
  } else {
    if (total.unit != row[Column::unit] || total.currency != row[Column::currency]) {
      const auto text = [&](std::int64_t unit) {
        return catalogue.text(NameKind::unit, static_cast<std::uint32_t>(unit));
      };
      return fail(Error{Errc::invalid_argument,
                        "mixed units: " + total.first_company + " is in " + text(total.unit) +
                            ", " + company + " in " + text(row[Column::unit]) +
                            "; sum companies of one unit or currency at a time",
                        "select", "mixed_units"});
    }
    auto sum = add(total.value, value);
    if (!sum) {
      return fail(Errc::out_of_range, "the sum of " + plan.metric_entry.id + " over " + company +
                                          " and others needs more than 38 digits");
    }
    total.value = *sum;
  }
  total.companies.insert(company);
  total.documents.insert(cell.document_ids.begin(), cell.document_ids.end());
  total.roots.insert(cell.root_ids.begin(), cell.root_ids.end());
  total.sources.insert(row[Column::source]);
  total.statuses.insert(row.status());
  // As newest statements go; of two that end alike the order of parts must not decide.
  const auto newness = [](const TimeRange& t) { return std::pair(t.end, t.begin); };
  if (newness(total.newest) < newness(row.published())) total.newest = row.published();
  total.sequence = std::max(total.sequence, row.sequence());
  if (const Period period = row.period(); period.kind == PeriodKind::instant) {
    total.earliest = total.earliest == 0 ? period.start : std::min(total.earliest, period.start);
    total.latest = std::max(total.latest, period.start);
  }
  return {};
}

AnswerRow describe_total(const Key& key, const Total& total, const Plan& plan,
                         const Catalogue& catalogue) {
  AnswerRow row;
  const Period& period = std::get<0>(key);
  row.company = std::get<1>(key);
  if (row.company.empty()) {
    // What was asked for, as it was named.
    std::string asked = plan.everyone ? "all" : "";
    for (std::size_t i = 0; i < plan.asked_parties.size() && i < 20; ++i) {
      if (!asked.empty()) asked += ",";
      asked += catalogue.text(NameKind::party, plan.asked_parties[i]);
    }
    row.company = asked;
  }
  row.metric = plan.metric_entry.id;
  row.product = std::get<2>(key);
  row.counterparty = std::get<3>(key);
  row.period = period_to_string(period);
  row.start = period_start_text(period);
  row.end = period_end_text(period);
  row.value = total.value;
  row.unit = catalogue.text(NameKind::unit, static_cast<std::uint32_t>(total.unit));
  row.currency = currency_letters(total.currency);
  row.measure = plan.measure;
  // The weakest of the parts.
  if (!total.statuses.empty()) row.status = *total.statuses.rbegin();
  if (total.sources.size() == 1) {
    row.source =
        catalogue.text(NameKind::source, static_cast<std::uint32_t>(*total.sources.begin()));
  } else {
    row.source = std::to_string(total.sources.size()) + " sources";
  }
  row.published_at = time_range_to_string(total.newest);
  row.sequence = total.sequence;
  row.documents = static_cast<std::uint32_t>(total.documents.size());
  row.roots = static_cast<std::uint32_t>(total.roots.size());
  constexpr std::size_t kNamed = 10;
  row.derivation = "sum of ";
  std::size_t named = 0;
  for (const std::string& company : total.companies) {
    if (named == kNamed) break;
    row.derivation += (named++ == 0 ? "" : " + ") + company;
  }
  if (total.companies.size() > kNamed) {
    row.derivation += " + " + std::to_string(total.companies.size() - kNamed) + " more";
  }
  return row;
}

}  // namespace

Result<SumAnswer> sum_answer(std::vector<ResolvedCell> cells, const Plan& plan,
                             const Catalogue& catalogue, const QueryLimits& limits) {
  SumAnswer answer;
  CAPEXDB_ASSIGN(const std::vector<SumPart> parts,
                 sum_parts(std::move(cells), plan, catalogue, limits, answer.notes));
  std::map<Key, Total> totals;
  std::map<Period, std::set<std::int64_t>> covered;
  for (const SumPart& part : parts) {
    const Row& row = part.cell.leader;
    Total& total = totals[group_key(part.period, row, plan, catalogue)];
    CAPEXDB_TRY(add_to(total, part.cell, plan, catalogue));
    covered[part.period].insert(row[Column::subject]);
  }

  // Of several periods, who is missing in any of them is not covered.
  std::set<std::int64_t> reported;
  for (const std::uint32_t subject : plan.subjects) {
    const bool everywhere =
        !covered.empty() && std::all_of(covered.begin(), covered.end(), [&](const auto& entry) {
          return entry.second.contains(subject);
        });
    if (everywhere) reported.insert(subject);
    if (!everywhere && !plan.everyone) {
      answer.coverage.missing.push_back(catalogue.text(NameKind::party, subject));
    }
  }
  answer.coverage.of = static_cast<std::uint32_t>(plan.subjects.size());
  answer.coverage.reported = static_cast<std::uint32_t>(reported.size());
  const bool by_company =
      std::find(plan.by.begin(), plan.by.end(), Dimension::company) != plan.by.end();
  std::size_t incomplete = 0;
  for (const auto& [key, total] : totals) {
    AnswerRow row = describe_total(key, total, plan, catalogue);
    const std::size_t have = covered[std::get<0>(key)].size();
    if (!by_company && have < plan.subjects.size()) {
      row.reason = "incomplete: " + std::to_string(have) + " of " +
                   std::to_string(plan.subjects.size()) + " companies";
      ++incomplete;
    } else if (!row.value.has_number()) {
      row.reason = "the parts are bounded on different sides; their sum is not";
    }
    if (total.earliest != total.latest) {
      answer.notes.push_back(row.period + ": stocks of different days are added, " +
                             date_to_string(total.earliest) + " to " +
                             date_to_string(total.latest));
    }
    answer.rows.push_back(std::move(row));
  }
  if (incomplete > 0 && !plan.everyone) {
    answer.notes.push_back(std::to_string(incomplete) + " of " +
                           std::to_string(answer.rows.size()) +
                           " rows are incomplete: not every company has a figure");
  }
  return answer;
}

}  // namespace capexdb::storage
