// The progress of an ingest: one line on a terminal that is written over and over.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>

namespace capexdb::cli {

class Progress {
 public:
  explicit Progress(bool wanted) : wanted_(wanted) {}

  void show(std::uint64_t records) {
    const auto now = std::chrono::steady_clock::now();
    if (!wanted_ || now - shown_at_ < kRedrawAfter) return;
    shown_at_ = now;
    const auto spent =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - begun_at_).count();
    const std::uint64_t rate =
        records * 1000 / static_cast<std::uint64_t>(std::max<std::int64_t>(spent, 1));
    std::cerr << "\r\x1b[K" << records << " records, " << rate << "/s" << std::flush;
    visible_ = true;
  }
  void clear() {
    if (visible_) std::cerr << "\r\x1b[K" << std::flush;
    visible_ = false;
  }

 private:
  static constexpr std::chrono::milliseconds kRedrawAfter{200};

  bool wanted_;
  bool visible_ = false;
  std::chrono::steady_clock::time_point begun_at_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point shown_at_ = begun_at_;
};

}  // namespace capexdb::cli
