// Says what three companies spent, and asks what they spent together.
//
// usage: statements [HOST:PORT]
#include <chrono>
#include <iostream>

#include "capexdb/client.h"
#include "capexdb/notation.h"
#include "capexdb/producer.h"

using namespace std::chrono_literals;

namespace {

// "Rmb23bn" as the press writes it, in a period as it names it.
capexdb::Result<capexdb::v1::Event> statement(const std::string& company, const char* amount,
                                              const char* period) {
  CAPEXDB_ASSIGN(capexdb::QuantityText read, capexdb::parse_quantity(amount));
  capexdb::v1::Event event;
  event.set_event_id(company + " " + period);
  event.mutable_source()->set_publisher("Financial Times");
  event.set_published_at("2024-08-26");
  capexdb::v1::CapexFact& fact = *event.mutable_capex();
  fact.mutable_subject()->set_name(company);
  fact.mutable_period()->set_label(period);
  *fact.mutable_amount() = std::move(read.quantity);
  return event;
}

capexdb::Result<void> run(const capexdb::ClientOptions& options) {
  // Batches are numbered and sent again after a lost connection: none is lost or
  // stored twice, and neither is an event that this program says again.
  CAPEXDB_ASSIGN(capexdb::Producer producer,
                 capexdb::Producer::open(options, {}, capexdb::after(5s)));
  for (const auto& [company, amount] :
       {std::pair("Alibaba", "Rmb23bn"), {"Tencent", "23bn yuan"}, {"Baidu", "CNY 4.2bn"}}) {
    CAPEXDB_ASSIGN(capexdb::v1::Event event, statement(company, amount, "first half of 2024"));
    CAPEXDB_TRY(producer.add(std::move(event)));
  }
  CAPEXDB_ASSIGN(const bool answered, producer.drain(capexdb::after(30s)));
  if (!answered) return capexdb::fail(capexdb::Errc::deadline_exceeded, "no answer in time");
  while (const auto batch = producer.next_reply()) {
    std::cout << batch->reply.accepted() << " accepted, " << batch->reply.duplicates() << " known, "
              << batch->reply.rejected() << " refused\n";
    for (const capexdb::v1::Verdict& verdict : batch->reply.verdicts()) {
      std::cout << "  " << verdict.code() << ": " << verdict.message() << '\n';
    }
  }

  CAPEXDB_ASSIGN(capexdb::Client client, capexdb::Client::connect(options, capexdb::after(5s)));
  capexdb::Query query;
  query.kind = capexdb::QueryKind::sum;
  query.select = {"bat"};
  query.metric = "capex";
  query.periods = "2024-H1";
  CAPEXDB_ASSIGN(const capexdb::Answer answer, client.query(query, capexdb::after(30s)));
  for (const capexdb::AnswerRow& row : answer.rows) {
    // Bounds that hold: each figure was rounded to its last digit.
    std::cout << row.company << ' ' << row.period << ": " << capexdb::interval_to_string(row.value)
              << ' ' << row.unit;
    if (row.value.low && row.value.high) {
      std::cout << ", from " << row.value.low->value.to_string() << " to "
                << row.value.high->value.to_string();
    }
    std::cout << "; " << row.derivation << '\n';
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  capexdb::ClientOptions options;
  if (argc > 1) options.server = argv[1];
  const auto done = run(options);
  if (done) return 0;
  std::cerr << "statements: " << done.error().message << '\n';
  return 1;
}
