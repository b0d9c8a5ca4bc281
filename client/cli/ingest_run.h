// One run of `capex ingest`: records out of the inputs, into the store.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "capexdb/producer.h"
#include "client/cli/ingest_input.h"
#include "client/cli/ingest_options.h"
#include "client/cli/ingest_report.h"
#include "client/cli/progress.h"
#include "client/cli/store_metrics.h"
#include "client/cli/verb.h"
#include "client/cli/vintage.h"

namespace capexdb::cli {

using Inputs = std::vector<std::unique_ptr<IngestInput>>;

class IngestRun {
 public:
  // The references must outlive the run.
  IngestRun(const Globals& globals, const IngestOptions& options, Producer producer,
            StoreMetrics& metrics, IngestReportOptions report);

  // Error: the rest of the input cannot be sent.
  Result<void> run(Inputs& inputs);

  const IngestReport& report() const { return report_; }
  void finish();

 private:
  Result<void> send_file(std::size_t index, IngestInput& input);
  Result<void> send_records(std::size_t index, importers::Importer& importer);
  Result<void> retract_vanished(std::size_t index);
  Result<bool> all_answered();
  IngestInput::Wait idle();
  bool stopped() const;
  Result<void> outcome() const;
  Result<void> make_room();
  void take_replies();
  void refuse(const RecordPlace& place, const Error& error);

  const Globals& globals_;
  const IngestOptions& options_;
  StoreMetrics& metrics_;
  Producer producer_;
  IngestReport report_;
  Progress progress_;
  std::optional<Error> failure_;  // met while the input paused
  // Of the file that is read.
  std::size_t added_ = 0;  // to its atomic batch
  bool spoilt_ = false;    // something of it cannot be read
  std::uint64_t refused_before_ = 0;
  std::optional<Vintage> vintage_;
};

}  // namespace capexdb::cli
