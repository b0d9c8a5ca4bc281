// How far a long ingest is: one line on a terminal that is written over and over.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace capexdb::cli {

// What a progress line tells.
struct IngestProgress {
  std::uint64_t records = 0;  // answered
  std::uint64_t refused = 0;
  std::optional<double> done;  // of all files, 0 to 1; nothing for a pipe
};

// "120,000 records, 57,300/s, 48 %, 9 s left, 3 refused".
std::string progress_text(const IngestProgress& progress, std::chrono::milliseconds spent);

class ProgressLine {
 public:
  explicit ProgressLine(bool wanted) : wanted_(wanted) {}

  // Whether it is time for a new line.
  bool is_due() const;
  void show(const IngestProgress& progress);
  // Makes room for other messages.
  void clear();

 private:
  bool wanted_;
  bool visible_ = false;
  std::chrono::steady_clock::time_point begun_at_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point shown_at_ = begun_at_;
};

}  // namespace capexdb::cli
