// What became of the records of an ingest: counts, messages about single
// records, the file of rejected ones (without those that are held for review,
// which need not come again), the summary. Memory does not grow with
// the input.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <fstream>
#include <iosfwd>
#include <string>
#include <vector>

#include "capexdb/producer.h"
#include "client/cli/print.h"
#include "client/importers/importer.h"

namespace capexdb::cli {

struct IngestReportOptions {
  std::vector<std::string> files;
  bool verbose = false;  // a message for every record, not only the first ones
  bool dry_run = false;
  bool keep_verdicts = false;  // for the JSON summary
  std::ostream* messages = nullptr;
  std::ofstream* rejects = nullptr;   // null: none are written
  bool rejects_go_on = false;         // behind those of an earlier run
  std::ofstream* verdicts = nullptr;  // of every record, a JSON object to a line; may be null
};

// Where a record stands in the input.
struct RecordPlace {
  std::size_t file = 0;    // index of the file
  std::uint64_t line = 0;  // 0: the file as a whole
  std::string raw;         // with its line end; only kept for the file of rejects
};

class IngestReport {
 public:
  explicit IngestReport(IngestReportOptions options)
      : options_(std::move(options)), headers_(options_.files.size()) {}

  bool wants_raw() const { return options_.rejects != nullptr; }

  // The header that the file's rejected records stand under.
  void begin_file(std::size_t file, std::string header) {
    if (options_.rejects_go_on) written_header_ = header;
    headers_[file] = std::move(header);
  }
  // A record that cannot be read or sent.
  void on_unreadable(const RecordPlace& place, const Error& error);
  // A record that was given to the producer; in the order of their indexes.
  void on_added(RecordPlace place) { waiting_.push_back(std::move(place)); }
  // What of the file no record was made of.
  void on_left_out(std::size_t file, const importers::LeftOut& left_out);
  // So many retractions of what the file no longer has were added.
  void on_retracted(std::size_t file, std::size_t count);
  // The last `count` records were taken back.
  void on_discarded(std::size_t count);
  void on_reply(const BatchReply& reply);
  // The store's last sequence is at least that.
  void on_store_sequence(std::uint64_t sequence) { sequence_ = std::max(sequence_, sequence); }

  void flush();  // the files that are written
  // Says how many messages were left out.
  void finish_messages();
  std::string summary_line() const;
  Json summary() const;

  // What is held for review is safe: it need not be sent again.
  bool all_good() const { return rejected_ == 0 && unreadable_ == 0; }
  std::uint64_t refused() const { return rejected_ + unreadable_; }
  std::uint64_t answered() const { return answered_; }

 private:
  void on_verdict(const RecordPlace& place, const v1::Verdict& verdict);
  void message(const RecordPlace& place, const std::string& what, const std::string& code,
               const std::string& field, const std::string& text, std::uint64_t& shown);
  void reject(const RecordPlace& place);
  void keep(const RecordPlace& place, Json verdict);
  void write_verdict(const RecordPlace& place, const Json& verdict);
  void write_accepted(const v1::IngestReply& reply, std::size_t count);
  std::string place_text(const RecordPlace& place) const;

  IngestReportOptions options_;
  std::vector<std::string> headers_;  // of the files
  std::string written_header_;
  std::deque<RecordPlace> waiting_;  // without a verdict yet; the first one has index answered_
  std::uint64_t answered_ = 0;

  std::uint64_t accepted_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t rejected_ = 0;
  std::uint64_t quarantined_ = 0;
  std::uint64_t unreadable_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t first_sequence_ = 0;
  std::uint64_t last_sequence_ = 0;
  std::uint64_t problems_ = 0;  // messages of refused records
  std::uint64_t held_ = 0;      // messages of held records
  std::uint64_t warnings_ = 0;
  Json verdicts_ = Json::array();
  std::uint64_t verdicts_omitted_ = 0;
  Json left_out_ = Json::array();
  Json retracted_ = Json::array();
};

}  // namespace capexdb::cli
