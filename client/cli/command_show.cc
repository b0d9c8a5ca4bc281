// capex show SEQ
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "capexdb/json.h"
#include "client/cli/verb.h"
#include "proto/model/time_range.h"

namespace capexdb::cli {
namespace {

int show(const Globals& globals, std::uint64_t sequence) {
  const Deadline deadline = after(globals.timeout());
  auto client = Client::connect(globals.client_options(), deadline);
  if (!client) return report(client.error());
  const auto reply = client->show(sequence, deadline);
  if (!reply) return report(reply.error());
  const auto event = event_to_json(reply->event());
  if (!event) return report(event.error());

  Json object = Json::object();
  object["sequence"] = reply->sequence();
  object["recorded_at"] = timestamp_to_string(reply->recorded_at_us());
  object["producer_id"] = reply->producer_id();
  object["batch_number"] = reply->batch_number();
  object["supersedes"] = Json::array();
  for (const std::uint64_t earlier : reply->supersedes()) object["supersedes"].push_back(earlier);
  object["event"] = Json::parse(*event, nullptr, /*allow_exceptions=*/false);
  if (globals.style().output == Output::table) {
    print_fields(object, std::cout);
  } else {
    std::cout << json_line(object) << '\n';
  }
  return kOk;
}

}  // namespace

Run declare_show(CLI::App& app, const Globals& globals) {
  auto sequence = std::make_shared<std::uint64_t>(0);
  app.add_option("SEQ", *sequence, "Sequence of the event, from 1")
      ->required()
      ->check(sequence_fault);
  return [sequence, &globals] { return show(globals, *sequence); };
}

}  // namespace capexdb::cli
