#include "storage/query/cross_section_read.h"

#include <algorithm>

#include "storage/query/scan.h"

namespace capexdb::storage {
namespace {

using Folded = std::shared_ptr<const FoldedFrames>;

// The question of every day: everything there is, by the default policy.
bool may_be_kept(const ReadView& view, const Plan& plan) {
  return plan.at == view.sequence() && plan.policy.kind == PolicyKind::standard &&
         plan.statuses.empty() && !plan.definition;
}

// But those that others were merged into, who are not read by frames.
OrdinalSet subjects_of(const Plan& plan) {
  OrdinalSet subjects;
  for (const std::uint32_t subject : plan.subjects) {
    if (!plan.is_merged(subject)) subjects.insert(subject);
  }
  return subjects;
}

class KeptReader {
 public:
  KeptReader(const ReadView& view, const Plan& plan, const Catalogue& catalogue,
             const QueryLimits& limits, CrossSectionCache& cache, HeldMemory& held)
      : view_(view),
        plan_(plan),
        by_company_(plan.lists(Dimension::company)),
        catalogue_(catalogue),
        limits_(limits),
        cache_(cache),
        held_(held) {
    // Every period, so that it answers for any range.
    plan_.range = {};
    auto made_of = std::make_shared<CrossSectionCache::MadeOf>();
    made_of->subjects = subjects_of(plan);
    made_of->ranks.resize(catalogue.size(NameKind::source));
    for (std::uint32_t i = 0; i < made_of->ranks.size(); ++i) {
      made_of->ranks[i] = catalogue.source_rank(i + 1, plan.at);
    }
    if (plan.merged) {
      made_of->merged.insert(plan.merged->canonical.begin(), plan.merged->canonical.end());
    }
    made_of_ = std::move(made_of);
  }

  Result<std::vector<Folded>> read(const PeriodRange& range) {
    const auto windows = ReadView::frame_buckets(range);
    const auto asked = [&](Bucket bucket) {
      return std::any_of(windows.begin(), windows.end(), [&](const ReadView::Buckets& w) {
        return w.first <= bucket && bucket <= w.last;
      });
    };
    const auto known = cache_.buckets(plan_.metric);
    if (!known) {
      CAPEXDB_ASSIGN(const std::vector<Bucket> all, read_all(asked));
      cache_.keep_buckets(plan_.metric, all);
    } else {
      for (const Bucket bucket : *known) {
        if (asked(bucket)) CAPEXDB_TRY(read_bucket(bucket));
      }
    }
    std::vector<Folded> list;
    for (auto& [bucket, folded] : folded_) {
      if (asked(bucket)) list.push_back(std::move(folded));
    }
    return list;
  }

 private:
  CrossSectionCache::Key key_of(Bucket bucket) const {
    return {plan_.metric, *plan_.measure, bucket, by_company_, plan_.as_of};
  }

  Result<void> read_bucket(Bucket bucket) {
    if (auto kept = cache_.find(key_of(bucket), *made_of_, view_.sequence())) {
      folded_.emplace_back(bucket, std::move(kept));
      return {};
    }
    FrameFolder folder(plan_, catalogue_, made_of_->subjects);
    FoldedFrames folded;
    CAPEXDB_TRY(view_.frames(plan_.metric, ReadView::Buckets{bucket, bucket},
                             [&](const FrameKey& /*key*/, std::string_view block) -> Result<void> {
                               CAPEXDB_TRY(check_limits(limits_));
                               return folder.fold(block, folded);
                             }));
    return keep(bucket, std::move(folded));
  }

  // In one pass, since nothing tells yet which buckets there are.
  template <class Asked>
  Result<std::vector<Bucket>> read_all(const Asked& asked) {
    FrameFolder folder(plan_, catalogue_, made_of_->subjects);
    // Figures of companies take more room than what is not asked for is worth.
    const auto wanted = [&](Bucket bucket) { return !by_company_ || asked(bucket); };
    std::vector<Bucket> buckets;
    FoldedFrames folded;
    CAPEXDB_TRY(view_.frames(plan_.metric, PeriodRange{},
                             [&](const FrameKey& key, std::string_view block) -> Result<void> {
                               CAPEXDB_TRY(check_limits(limits_));
                               if (buckets.empty() || buckets.back() != key.bucket) {
                                 if (!buckets.empty() && wanted(buckets.back())) {
                                   CAPEXDB_TRY(keep(buckets.back(), std::move(folded)));
                                 }
                                 folded = {};
                                 buckets.push_back(key.bucket);
                               }
                               if (!wanted(key.bucket)) return {};
                               return folder.fold(block, folded);
                             }));
    if (!buckets.empty() && wanted(buckets.back())) {
      CAPEXDB_TRY(keep(buckets.back(), std::move(folded)));
    }
    return buckets;
  }

  Result<void> keep(Bucket bucket, FoldedFrames folded) {
    folded.figures.shrink_to_fit();
    if (!folded.foldable) {
      folded = {};
      folded.foldable = false;
    }
    // Only cells of the same bucket could add documents, and those of merged parties.
    if (folded.cells.empty() && !plan_.merged) {
      for (PeriodTotal& total : folded.totals) total.count_evidence();
    }
    const std::size_t bytes = folded.bytes();
    CAPEXDB_TRY(held_.add(bytes));
    auto shared = std::make_shared<const FoldedFrames>(std::move(folded));
    cache_.keep(key_of(bucket), made_of_, view_.sequence(), shared, bytes);
    folded_.emplace_back(bucket, std::move(shared));
    return {};
  }

  const ReadView& view_;
  Plan plan_;
  const bool by_company_;
  const Catalogue& catalogue_;
  const QueryLimits& limits_;
  CrossSectionCache& cache_;
  HeldMemory& held_;
  std::shared_ptr<const CrossSectionCache::MadeOf> made_of_;
  std::vector<std::pair<Bucket, Folded>> folded_;
};

}  // namespace

Result<std::vector<Folded>> read_cross_sections(const ReadView& view, const Plan& plan,
                                                const Catalogue& catalogue,
                                                const QueryLimits& limits, CrossSectionCache* cache,
                                                HeldMemory& held) {
  if (cache != nullptr && may_be_kept(view, plan)) {
    return KeptReader(view, plan, catalogue, limits, *cache, held).read(plan.range);
  }
  const OrdinalSet subjects = subjects_of(plan);
  FrameFolder folder(plan, catalogue, subjects);
  auto folded = std::make_shared<FoldedFrames>();
  CAPEXDB_TRY(view.frames(plan.metric, plan.range,
                          [&](const FrameKey& /*key*/, std::string_view block) -> Result<void> {
                            CAPEXDB_TRY(check_limits(limits));
                            return folder.fold(block, *folded);
                          }));
  CAPEXDB_TRY(held.add(folded->bytes()));
  return std::vector<Folded>{std::move(folded)};
}

}  // namespace capexdb::storage
