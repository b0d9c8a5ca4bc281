// The same rows in a store and in DuckDB, both in this process; the same
// questions to both in turns; the same numbers, or the program fails.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>

#include "bench/duckdb_library.h"
#include "bench/fixtures.h"
#include "bench/workload.h"
#include "proto/codec/validate.h"
#include "proto/model/date.h"
#include "storage/query/engine.h"

namespace capexdb::bench {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

[[noreturn]] void stop(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

double median(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

// What a question comes to, for comparison: a key and cents.
using Numbers = std::map<std::string, std::string>;

std::string cents_of(const Interval& value) {
  const auto cents = value.point->with_scale(2);
  if (!cents) stop(cents.error().message);
  return Decimal::make(cents->mantissa(), 0).value().to_string();
}

Answer ask(const storage::EventStore& store, const Query& query) {
  auto answer = storage::run_query(store, query, {});
  if (!answer) stop(answer.error().message);
  return std::move(*answer);
}

void load_store(storage::EventStore& store, const std::vector<Observed>& rows) {
  constexpr std::size_t kBatch = 10'000;
  double commits = 0;
  for (std::size_t first = 0; first < rows.size(); first += kBatch) {
    storage::Batch batch;
    batch.producer_id = "bench";
    const std::size_t end = std::min(rows.size(), first + kBatch);
    for (std::size_t i = first; i < end; ++i) batch.records.push_back(validate(event_of(rows[i])));
    const double begin = now();
    const auto replies = store.commit({&batch, 1});
    commits += now() - begin;
    if (!replies[0]) stop(replies[0].error().message);
    if (replies[0]->accepted() != end - first) stop("not every row was accepted");
  }
  std::printf("capexdb: %zu rows in batches of %zu, %.0f rows/s, each batch synced\n", rows.size(),
              kBatch, static_cast<double>(rows.size()) / commits);
}

void load_duckdb(DuckDb& duckdb, const std::vector<Observed>& rows) {
  duckdb.query(
      "CREATE TABLE arrived (company VARCHAR, metric VARCHAR, period_start DATE, period_end DATE, "
      "published_at TIMESTAMP, source VARCHAR, status VARCHAR, cents BIGINT, currency VARCHAR)");
  const double begin = now();
  duckdb.begin_rows("arrived");
  for (const Observed& row : rows) {
    const Period period = period_of(row);
    duckdb.append(company_name(row.company));
    duckdb.append(kWorkloadMetrics.at(row.metric));
    duckdb.append_date(period.start);
    duckdb.append_date(period.end - 1);
    duckdb.append_timestamp(row.published * 1'000'000);
    duckdb.append(source_of(row));
    duckdb.append("actual");
    duckdb.append(row.cents);
    duckdb.append("USD");
    duckdb.end_row();
  }
  duckdb.end_rows();
  duckdb.query("CHECKPOINT");
  std::printf("DuckDB %s: %zu rows by its appender, %.0f rows/s, synced at the end\n",
              duckdb.version().c_str(), rows.size(),
              static_cast<double>(rows.size()) / (now() - begin));
  // Its best order for these questions.
  duckdb.query(
      "CREATE TABLE obs AS SELECT * FROM arrived ORDER BY metric, company, period_end, "
      "published_at");
  duckdb.query("DROP TABLE arrived");
  duckdb.query("CHECKPOINT");
}

struct Contest {
  const char* name;
  std::function<Numbers(double& seconds)> ours;
  std::function<Numbers(double& seconds)> theirs;
  int rounds = 21;
};

std::string latest(const std::string& condition) {
  return "(SELECT company, period_end, arg_max(cents, published_at) cents FROM obs WHERE "
         "metric = 'capex'" +
         condition + " GROUP BY ALL)";
}

Numbers numbers_of(const DuckDb::Table& table) {
  Numbers numbers;
  for (const auto& row : table) numbers[row.at(0)] = row.at(1);
  return numbers;
}

void run(const Contest& contest) {
  std::vector<double> ours;
  std::vector<double> theirs;
  double first = 0;
  for (int round = 0; round < contest.rounds; ++round) {
    double seconds = 0;
    const Numbers a = contest.ours(seconds);
    ours.push_back(seconds);
    if (round == 0) first = seconds;
    const Numbers b = contest.theirs(seconds);
    theirs.push_back(seconds);
    if (a != b || a.empty()) stop(std::string(contest.name) + ": the two give different numbers");
  }
  const double our_median = median(ours);
  const double their_median = median(theirs);
  std::printf("%-34s %10.3f %10.3f %10.3f %8.1fx\n", contest.name, first * 1e3, our_median * 1e3,
              their_median * 1e3, their_median / our_median);
  std::fflush(stdout);
}

// A question whose rows are told apart by one of their fields.
std::function<Numbers(double&)> asks(const storage::EventStore& store, Query query,
                                     std::string AnswerRow::*key) {
  return [&store, query = std::move(query), key](double& seconds) {
    const double begin = now();
    const Answer answer = ask(store, query);
    seconds = now() - begin;
    Numbers numbers;
    for (const AnswerRow& row : answer.rows) numbers[row.*key] = cents_of(row.value);
    return numbers;
  };
}

std::function<Numbers(double&)> asks(DuckDb& duckdb, const std::string& sql) {
  return [&duckdb, sql](double& seconds) { return numbers_of(duckdb.query(sql, &seconds)); };
}

Query question(QueryKind kind, const std::string& select, const std::string& periods = "") {
  Query query;
  query.kind = kind;
  query.select = {select};
  query.metric = "capex";
  query.periods = periods;
  return query;
}

void run_all(const storage::EventStore& store, DuckDb& duckdb, std::uint32_t companies) {
  std::printf("\n%-34s %10s %10s %10s %9s\n", "ms", "first", "capexdb", "DuckDB", "ratio");
  duckdb.prepare(
      "SELECT period_end, arg_max(cents, published_at) FROM obs WHERE company = ? AND metric = "
      "'capex' GROUP BY 1 ORDER BY 1");
  std::uint32_t asked = 0;
  run({.name = "one company, 40 quarters",
       .ours =
           [&](double& seconds) {
             const std::string name = company_name(asked * 7919U % companies);
             return asks(store, question(QueryKind::cells, name), &AnswerRow::end)(seconds);
           },
       .theirs =
           [&](double& seconds) {
             const std::string name = company_name(asked++ * 7919U % companies);
             return numbers_of(duckdb.run_prepared(name, &seconds));
           },
       .rounds = 301});
  const auto by_quarter = [](const std::string& condition) {
    return "SELECT period_end, sum(cents) FROM " + latest(condition) + " GROUP BY 1 ORDER BY 1";
  };
  run({.name = "sum over all by quarter",
       .ours = asks(store, question(QueryKind::sum, "all"), &AnswerRow::end),
       .theirs = asks(duckdb, by_quarter(""))});
  Query as_of = question(QueryKind::sum, "all");
  as_of.as_of = "2020-06-30";
  const Day as_of_day = day_from_civil(2020, 6, 29);
  run({.name = "sum by quarter as of 2020-06-30",
       .ours = asks(store, as_of, &AnswerRow::end),
       .theirs = asks(duckdb, by_quarter(" AND published_at < TIMESTAMP '2020-07-01'"))});
  // Days that nobody has asked about before.
  Day day = as_of_day;
  run({.name = "sum by quarter as of 21 other days",
       .ours =
           [&](double& seconds) {
             Query query = as_of;
             query.as_of = date_to_string(day);
             return asks(store, query, &AnswerRow::end)(seconds);
           },
       .theirs =
           [&](double& seconds) {
             const std::string next = date_to_string(++day);
             return asks(duckdb,
                         by_quarter(" AND published_at < TIMESTAMP '" + next + "'"))(seconds);
           }});
  run({.name = "sum over all of one quarter",
       .ours = asks(store, question(QueryKind::sum, "all", "2024-Q4"), &AnswerRow::end),
       .theirs = asks(duckdb, by_quarter(" AND period_end = DATE '2024-12-31'"))});
  Query top = question(QueryKind::sum, "all", "2024-Q4");
  top.by = {Dimension::period, Dimension::company};
  top.top = 10;
  run({.name = "ten largest of a quarter",
       .ours = asks(store, top, &AnswerRow::company),
       .theirs = asks(duckdb, "SELECT company, cents FROM " +
                                  latest(" AND period_end = DATE '2024-12-31'") +
                                  " ORDER BY cents DESC, company LIMIT 10")});
}

int compare(const std::string& library, std::uint32_t companies) {
  const TemporaryDirectory directory;
  const std::vector<Observed> rows = make_workload(companies);
  DuckDb duckdb(library, directory.path() + "/duckdb");
  const std::string path = directory.path() + "/store";
  load_store(*open_store(path), rows);
  load_duckdb(duckdb, rows);
  // Opened again, as after a restart: both have written their files.
  const auto store = open_store(path);
  run_all(*store, duckdb, companies);
  return 0;
}

}  // namespace
}  // namespace capexdb::bench

int main(int argc, char** argv) {
  const int companies = argc > 2 ? std::atoi(argv[2]) : 0;
  if (companies < 80 || companies % 8 != 0) {
    std::fprintf(stderr, "usage: %s LIBDUCKDB COMPANIES    (500 rows each; a multiple of 8)\n",
                 argc > 0 ? argv[0] : "");
    return 2;
  }
  return capexdb::bench::compare(argv[1], static_cast<std::uint32_t>(companies));
}
