// One number of one origin under two metrics, by what the store calls it or by
// what the documents do.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "capexdb/v1/event.pb.h"
#include "proto/model/text.h"
#include "storage/query/conflict_checks.h"

namespace capexdb::storage {
namespace {

struct MetricName {
  std::string words;  // slug
  std::string id;
  UnitClass unit_class;
};

std::vector<MetricName> metric_names(const Catalogue& catalogue, std::uint64_t at) {
  std::vector<MetricName> names;
  for (const CatalogMetric& metric : catalogue.list_metrics(at)) {
    const auto add = [&](const std::string& name) {
      if (!slug(name).empty()) names.push_back({slug(name), metric.id, metric.unit_class});
    };
    add(metric.id);
    add(metric.name);
    for (const std::string& alias : metric.aliases) add(alias);
  }
  return names;
}

// The metric that a printed label begins with: "investment in AI infrastructure"
// is an investment in AI, whatever it was filed under.
std::string metric_of_label(const std::string& label, const CatalogMetric& filed_under,
                            std::span<const MetricName> names) {
  const std::string words = slug(label);
  const MetricName* best = nullptr;
  for (const MetricName& name : names) {
    const bool leads = words == name.words || words.starts_with(name.words + "-");
    if (!leads || name.unit_class != filed_under.unit_class) continue;
    if (best == nullptr || name.words.size() > best->words.size()) best = &name;
  }
  return best == nullptr ? filed_under.id : best->id;
}

bool days_overlap(const Row& a, const Row& b) {
  const auto x = days_of(a);
  const auto y = days_of(b);
  if (!x || !y) return a.period() == b.period();
  return x->start < y->end && y->start < x->end;
}

struct Called {
  Stated stated;
  std::string label;
  std::string metric;
};

Result<void> report_drift(std::span<const Called> all, const ConflictContext& context) {
  std::vector<bool> done(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (done[i]) continue;
    // Of periods that overlap with this one, which goes first.
    std::vector<const Called*> together;
    bool drifts = false;
    for (std::size_t k = i; k < all.size(); ++k) {
      CAPEXDB_TRY(context.found.step());
      if (done[k] || !days_overlap(all[i].stated.row, all[k].stated.row)) continue;
      done[k] = true;
      together.push_back(&all[k]);
      drifts =
          drifts || (all[k].metric != all[i].metric &&
                     all[k].stated.row[Column::document] != all[i].stated.row[Column::document]);
    }
    if (!drifts) continue;
    Conflict conflict{Finding::scope_drift, {}, {}};
    std::set<std::string> metrics;
    for (const Called* called : together) {
      conflict.sides.push_back(called->stated);
      if (!metrics.insert(called->metric).second) continue;
      conflict.reason += conflict.reason.empty() ? "" : ", but ";
      conflict.reason += called->metric;
      if (called->metric != context.metrics.at(called->stated.metric).id) {
        constexpr std::size_t kLabelMax = 80;
        conflict.reason += " as \"" + std::string(clip(called->label, kLabelMax)) + "\"";
      }
      conflict.reason += " by " + context.catalogue.text(
                                      NameKind::source, called->stated.row.ordinal(Column::source));
    }
    const Stated& first = together.front()->stated;
    conflict.reason = "one number of one origin, " +
                      with_unit(value_text(first.value), first.row, context.catalogue) + ", is " +
                      conflict.reason;
    CAPEXDB_TRY(context.found.add(std::move(conflict)));
  }
  return {};
}

}  // namespace

Result<void> ScopeCheck::add_subject(std::span<const Stated> statements,
                                     const ConflictContext& context) {
  if (!context.found.wants(Finding::scope_drift)) return {};
  using Number = std::array<std::int64_t, 10>;
  constexpr std::int64_t kFlags =
      flag::kValue | flag::kLow | flag::kHigh | flag::kLowOpen | flag::kHighOpen;
  const auto number_of = [](const Row& row) {
    return Number{row[Column::unit],      row[Column::currency],  row[Column::flags] & kFlags,
                  row[Column::scale],     row[Column::value],     row[Column::value_upper],
                  row[Column::low],       row[Column::low_upper], row[Column::high],
                  row[Column::high_upper]};
  };
  std::vector<const Stated*> levels;
  for (const Stated& s : statements) {
    if (s.row.measure() != Measure::level || !s.value.has_number()) continue;
    const auto size = nominal(s.value);
    if (size && !size->is_zero()) levels.push_back(&s);
  }
  std::sort(levels.begin(), levels.end(), [&](const Stated* a, const Stated* b) {
    return number_of(a->row) < number_of(b->row);
  });
  for (std::size_t begin = 0, end = 0; begin < levels.size(); begin = end) {
    CAPEXDB_TRY(context.found.step());
    while (end < levels.size() && number_of(levels[end]->row) == number_of(levels[begin]->row)) {
      ++end;
    }
    if (end - begin < 2) continue;
    std::vector<Stated> alike;
    for (std::size_t i = begin; i < end; ++i) alike.push_back(*levels[i]);
    const std::vector<std::int64_t> roots = roots_of(alike);
    std::map<std::int64_t, std::vector<Stated>> by_root;
    for (std::size_t i = 0; i < alike.size(); ++i) by_root[roots[i]].push_back(alike[i]);
    for (auto& [root, copies] : by_root) {
      const std::int64_t document = copies.front().row[Column::document];
      const bool several = std::any_of(copies.begin(), copies.end(), [&](const Stated& s) {
        return s.row[Column::document] != document;
      });
      if (!several) continue;
      CAPEXDB_TRY(context.found.keep(copies.size()));
      alike_.push_back(std::move(copies));
    }
  }
  return {};
}

Result<void> ScopeCheck::finish(const ReadView& view, const ConflictContext& context) {
  // In the log's order, so that neighbours share a decoded batch.
  std::map<std::uint64_t, std::string> labels;  // by sequence
  for (const auto& copies : alike_) {
    for (const Stated& s : copies) labels.try_emplace(s.row.sequence());
  }
  ReadView::CachedBatch cached;
  for (auto& [sequence, label] : labels) {
    CAPEXDB_TRY(context.found.step());
    CAPEXDB_ASSIGN(const StoredEvent stored, view.event(sequence, cached));
    v1::Event event;
    if (!event.ParseFromString(stored.bytes)) {
      return fail(Errc::data_loss, "sequence " + std::to_string(sequence) + " does not decode");
    }
    label = event.origin().metric_label();
  }
  const std::vector<MetricName> names = metric_names(context.catalogue, context.plan.at);
  for (auto& copies : alike_) {
    std::sort(copies.begin(), copies.end(),
              [&](const Stated& a, const Stated& b) { return says_before(a, b, context); });
    std::vector<Called> called;
    for (const Stated& s : copies) {
      const std::string& label = labels.at(s.row.sequence());
      called.push_back({s, label, metric_of_label(label, context.metrics.at(s.metric), names)});
    }
    CAPEXDB_TRY(report_drift(called, context));
  }
  return {};
}

}  // namespace capexdb::storage
