#include "client/cli/ingest_progress.h"

#include <algorithm>
#include <cmath>
#include <iostream>

#include "proto/model/text.h"

namespace capexdb::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBetweenLines{200};

// "9 s", "4 min", "2.5 h".
std::string duration_text(double seconds) {
  constexpr double kMinute = 60;
  constexpr double kHour = 3600;
  if (seconds < 2 * kMinute) return std::to_string(std::llround(seconds)) + " s";
  if (seconds < 2 * kHour) return std::to_string(std::llround(seconds / kMinute)) + " min";
  const long long tenths = std::llround(seconds / kHour * 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " h";
}

}  // namespace

std::string progress_text(const IngestProgress& progress, milliseconds spent) {
  const double seconds = std::max(static_cast<double>(spent.count()) / 1000, 0.001);
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(progress.records) / seconds);
  std::string text = grouped(progress.records) + " records, " + grouped(rate) + "/s";
  if (progress.done && *progress.done > 0) {
    const double done = std::min(*progress.done, 1.0);
    text += ", " + std::to_string(static_cast<int>(done * 100)) + " %";
    // The first moments foretell nothing.
    if (seconds >= 1) text += ", " + duration_text(seconds / done * (1 - done)) + " left";
  }
  if (progress.refused > 0) text += ", " + grouped(progress.refused) + " refused";
  return text;
}

bool ProgressLine::is_due() const {
  return wanted_ && std::chrono::steady_clock::now() - shown_at_ >= kBetweenLines;
}

void ProgressLine::show(const IngestProgress& progress) {
  shown_at_ = std::chrono::steady_clock::now();
  const auto spent = std::chrono::duration_cast<milliseconds>(shown_at_ - begun_at_);
  std::cerr << "\r\x1b[K" << progress_text(progress, spent) << std::flush;
  visible_ = true;
}

void ProgressLine::clear() {
  if (visible_) std::cerr << "\r\x1b[K" << std::flush;
  visible_ = false;
}

}  // namespace capexdb::cli
