#include "bench/duckdb_library.h"

#include <dlfcn.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace capexdb::bench {
namespace {

[[noreturn]] void stop(const std::string& what) {
  std::fprintf(stderr, "DuckDB: %s\n", what.c_str());
  std::exit(1);
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

// As duckdb.h declares it.
struct DuckDb::Result {
  std::uint64_t deprecated[3];
  void* deprecated_columns;
  char* deprecated_error;
  void* internal;
};

struct DuckDb::Api {
  struct Date {
    std::int32_t days;
  };
  struct Timestamp {
    std::int64_t micros;
  };

  explicit Api(const std::string& library)
      : handle(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle == nullptr) stop(dlerror());
    find(library_version, "duckdb_library_version");
    find(open, "duckdb_open");
    find(close, "duckdb_close");
    find(connect, "duckdb_connect");
    find(disconnect, "duckdb_disconnect");
    find(query, "duckdb_query");
    find(destroy_result, "duckdb_destroy_result");
    find(result_error, "duckdb_result_error");
    find(row_count, "duckdb_row_count");
    find(column_count, "duckdb_column_count");
    find(value_varchar, "duckdb_value_varchar");
    find(free_value, "duckdb_free");
    find(prepare, "duckdb_prepare");
    find(destroy_prepare, "duckdb_destroy_prepare");
    find(bind_varchar, "duckdb_bind_varchar");
    find(execute_prepared, "duckdb_execute_prepared");
    find(appender_create, "duckdb_appender_create");
    find(appender_destroy, "duckdb_appender_destroy");
    find(append_varchar, "duckdb_append_varchar");
    find(append_int64, "duckdb_append_int64");
    find(append_date, "duckdb_append_date");
    find(append_timestamp, "duckdb_append_timestamp");
    find(appender_end_row, "duckdb_appender_end_row");
  }
  ~Api() { dlclose(handle); }
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  template <class Function>
  void find(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(dlsym(handle, name));
    if (function == nullptr) stop(std::string("the library has no ") + name);
  }

  void* handle;
  const char* (*library_version)() = nullptr;
  int (*open)(const char*, void**) = nullptr;
  void (*close)(void**) = nullptr;
  int (*connect)(void*, void**) = nullptr;
  void (*disconnect)(void**) = nullptr;
  int (*query)(void*, const char*, Result*) = nullptr;
  void (*destroy_result)(Result*) = nullptr;
  const char* (*result_error)(Result*) = nullptr;
  std::uint64_t (*row_count)(Result*) = nullptr;
  std::uint64_t (*column_count)(Result*) = nullptr;
  char* (*value_varchar)(Result*, std::uint64_t, std::uint64_t) = nullptr;
  void (*free_value)(void*) = nullptr;
  int (*prepare)(void*, const char*, void**) = nullptr;
  void (*destroy_prepare)(void**) = nullptr;
  int (*bind_varchar)(void*, std::uint64_t, const char*) = nullptr;
  int (*execute_prepared)(void*, Result*) = nullptr;
  int (*appender_create)(void*, const char*, const char*, void**) = nullptr;
  int (*appender_destroy)(void**) = nullptr;
  int (*append_varchar)(void*, const char*) = nullptr;
  int (*append_int64)(void*, std::int64_t) = nullptr;
  int (*append_date)(void*, Date) = nullptr;
  int (*append_timestamp)(void*, Timestamp) = nullptr;
  int (*appender_end_row)(void*) = nullptr;
};

DuckDb::DuckDb(const std::string& library, const std::string& file)
    : api_(std::make_unique<Api>(library)) {
  if (api_->open(file.c_str(), &database_) != 0) stop("cannot open " + file);
  if (api_->connect(database_, &connection_) != 0) stop("cannot connect");
}

DuckDb::~DuckDb() {
  if (statement_ != nullptr) api_->destroy_prepare(&statement_);
  api_->disconnect(&connection_);
  api_->close(&database_);
}

std::string DuckDb::version() const { return api_->library_version(); }

DuckDb::Table DuckDb::texts_of(Result& result, const std::string& sql, int state) {
  if (state != 0) stop(sql + "\n" + api_->result_error(&result));
  Table table(api_->row_count(&result));
  const std::uint64_t columns = api_->column_count(&result);
  for (std::uint64_t row = 0; row < table.size(); ++row) {
    for (std::uint64_t column = 0; column < columns; ++column) {
      char* text = api_->value_varchar(&result, column, row);
      table[row].emplace_back(text == nullptr ? "" : text);
      api_->free_value(text);
    }
  }
  api_->destroy_result(&result);
  return table;
}

DuckDb::Table DuckDb::query(const std::string& sql, double* seconds) {
  Result result{};
  const double begin = now();
  const int state = api_->query(connection_, sql.c_str(), &result);
  if (seconds != nullptr) *seconds = now() - begin;
  return texts_of(result, sql, state);
}

void DuckDb::prepare(const std::string& sql) {
  if (statement_ != nullptr) api_->destroy_prepare(&statement_);
  if (api_->prepare(connection_, sql.c_str(), &statement_) != 0) stop("cannot prepare " + sql);
}

DuckDb::Table DuckDb::run_prepared(const std::string& text, double* seconds) {
  Result result{};
  const double begin = now();
  if (api_->bind_varchar(statement_, 1, text.c_str()) != 0) stop("cannot bind " + text);
  const int state = api_->execute_prepared(statement_, &result);
  if (seconds != nullptr) *seconds = now() - begin;
  return texts_of(result, "prepared statement", state);
}

void DuckDb::begin_rows(const std::string& table) {
  if (api_->appender_create(connection_, nullptr, table.c_str(), &appender_) != 0) {
    stop("cannot append to " + table);
  }
}
void DuckDb::append(const std::string& text) { api_->append_varchar(appender_, text.c_str()); }
void DuckDb::append(std::int64_t number) { api_->append_int64(appender_, number); }
void DuckDb::append_date(std::int32_t day) { api_->append_date(appender_, {day}); }
void DuckDb::append_timestamp(std::int64_t microseconds) {
  api_->append_timestamp(appender_, {microseconds});
}
void DuckDb::end_row() {
  if (api_->appender_end_row(appender_) != 0) stop("cannot append a row");
}
void DuckDb::end_rows() {
  if (api_->appender_destroy(&appender_) != 0) stop("cannot append the last rows");
}

}  // namespace capexdb::bench
