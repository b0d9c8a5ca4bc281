// DuckDB's C API, of a library that is found when the program runs: nothing of
// DuckDB is needed to build.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace capexdb::bench {

// Everything that fails ends the program with DuckDB's message.
class DuckDb {
 public:
  // Opens libduckdb.so and a database file.
  DuckDb(const std::string& library, const std::string& file);
  ~DuckDb();
  DuckDb(const DuckDb&) = delete;
  DuckDb& operator=(const DuckDb&) = delete;

  std::string version() const;

  using Table = std::vector<std::vector<std::string>>;  // rows of texts
  // Runs a statement; the time it took goes to `seconds` where that is not null,
  // without that of making texts.
  Table query(const std::string& sql, double* seconds = nullptr);

  // A statement that is prepared once and run with one text bound.
  void prepare(const std::string& sql);
  Table run_prepared(const std::string& text, double* seconds = nullptr);

  // Rows of a table, one column after another.
  void begin_rows(const std::string& table);
  void append(const std::string& text);
  void append(std::int64_t number);
  void append_date(std::int32_t day);
  void append_timestamp(std::int64_t microseconds);
  void end_row();
  void end_rows();

 private:
  struct Api;
  struct Result;
  Table texts_of(Result& result, const std::string& sql, int state);

  std::unique_ptr<Api> api_;
  void* database_ = nullptr;
  void* connection_ = nullptr;
  void* statement_ = nullptr;
  void* appender_ = nullptr;
};

}  // namespace capexdb::bench
