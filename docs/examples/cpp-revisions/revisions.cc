// Tells of every revision by more than 5 %, and goes on where it stopped when it is
// started again: its position is in a file.
//
// usage: revisions HOST:PORT FILE [--once]     --once: ends when all that is stored is told
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "capexdb/subscription.h"
#include "proto/model/arithmetic.h"

using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kAbovePercent = 5;

std::uint64_t remembered(const std::filesystem::path& file) {
  std::uint64_t position = 0;
  std::ifstream(file) >> position;
  return position;  // 0, the beginning, where there is no file yet
}

// By another name first: whenever the program ends, the file is whole.
bool remember(const std::filesystem::path& file, std::uint64_t position) {
  const std::filesystem::path draft = file.string() + ".new";
  std::ofstream out(draft);
  out << position << '\n' << std::flush;
  if (!out) return false;
  std::error_code error;
  std::filesystem::rename(draft, file, error);
  return !error;
}

std::string said(const capexdb::AnswerRow& row) {
  return capexdb::interval_to_string(row.value) + " " + row.unit + " (" + row.source + " " +
         row.published_at + ")";
}

capexdb::Decimal size_of(const capexdb::Decimal& number) {
  return number.is_negative() ? number.negated() : number;
}

// Whether it is one that is to be told of. The change came since one of its figures is: the
// others may not be.
bool is_large_revision(const capexdb::CellChange& cell) {
  const auto& meanings = cell.meanings;
  if (std::find(meanings.begin(), meanings.end(), capexdb::Meaning::revision) == meanings.end()) {
    return false;
  }
  if (!cell.before || !cell.after || !cell.before->value.point || !cell.after->value.point) {
    return false;
  }
  // change_percent is rounded, which 5.00004 would not survive; the values are exact.
  const capexdb::Decimal& before = *cell.before->value.point;
  const auto difference = capexdb::subtract(*cell.after->value.point, before);
  if (!difference) return true;  // so far apart that it has no room
  const auto hundredfold = capexdb::multiply(size_of(*difference), capexdb::Decimal(100));
  const auto limit = capexdb::multiply(size_of(before), capexdb::Decimal(kAbovePercent));
  if (hundredfold && limit) return *hundredfold > *limit;
  return !cell.change_percent || size_of(*cell.change_percent) > capexdb::Decimal(kAbovePercent);
}

std::string size_words(const capexdb::CellChange& cell) {
  if (cell.before->value.point->is_zero()) return "from 0";
  return cell.change_percent ? cell.change_percent->to_string() + " %" : "too far for a percentage";
}

void tell(const capexdb::FeedChange& change) {
  for (const capexdb::CellChange& cell : change.cells) {
    if (!is_large_revision(cell)) continue;
    std::cout << cell.after->company << ' ' << cell.after->metric << ' ' << cell.after->period
              << ": " << said(*cell.before) << " -> " << said(*cell.after) << ", "
              << size_words(cell) << '\n';
  }
}

capexdb::Result<void> run(const capexdb::ClientOptions& options, const std::filesystem::path& file,
                          bool once) {
  capexdb::SubscriptionOptions wanted;
  wanted.after_sequence = remembered(file);
  wanted.filter.meanings = {capexdb::Meaning::revision};
  wanted.filter.change_above_percent = std::to_string(kAbovePercent);
  CAPEXDB_ASSIGN(capexdb::Subscription feed,
                 capexdb::Subscription::open(options, wanted, capexdb::after(5s)));
  for (std::uint64_t written = wanted.after_sequence;;) {
    // Lost connections are its own affair; an error is final.
    CAPEXDB_ASSIGN(const auto item, feed.next(capexdb::after(10s)));
    if (!item) continue;  // nothing new
    if (const auto* change = std::get_if<capexdb::FeedChange>(&*item)) tell(*change);
    if (const auto* gap = std::get_if<capexdb::FeedGap>(&*item)) {
      std::cerr << "revisions: " << gap->first << " to " << gap->last
                << " are gone; ask `changes`\n";
    }
    std::cout.flush();
    // Told first and remembered then: after a crash the last one may be told again, and
    // none is left out.
    if (feed.position() != written && !remember(file, written = feed.position())) {
      return capexdb::fail(capexdb::Errc::internal, "cannot write " + file.string());
    }
    if (once && std::holds_alternative<capexdb::FeedCaughtUp>(*item)) return {};
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: revisions HOST:PORT FILE [--once]\n";
    return 2;
  }
  capexdb::ClientOptions options;
  options.server = argv[1];
  options.client_name = "revisions";
  const auto done = run(options, argv[2], argc > 3 && std::string_view(argv[3]) == "--once");
  if (done) return 0;
  std::cerr << "revisions: " << done.error().message << '\n';
  return 1;
}
