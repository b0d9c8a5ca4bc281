// The store's metrics, asked for when a file first needs them.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "client/cli/verb.h"

namespace capexdb::cli {

class StoreMetrics {
 public:
  // `globals` must outlive it.
  explicit StoreMetrics(const Globals& globals) : globals_(globals) {}

  Result<std::vector<CatalogMetric>> get() {
    if (!answer_) answer_ = ask();
    return *answer_;
  }
  // Why they are not to be had. A file that lacks them is not at fault.
  const Error* failure() const { return answer_ && !*answer_ ? &answer_->error() : nullptr; }

 private:
  Result<std::vector<CatalogMetric>> ask() const {
    const Deadline deadline = after(globals_.timeout());
    CAPEXDB_ASSIGN(Client client, Client::connect(globals_.client_options(), deadline));
    CatalogQuestion question;
    question.kind = CatalogKind::metrics;
    CAPEXDB_ASSIGN(CatalogAnswer answer, client.catalog(question, deadline));
    return std::move(answer.entries.metrics);
  }

  const Globals& globals_;
  std::optional<Result<std::vector<CatalogMetric>>> answer_;
};

}  // namespace capexdb::cli
