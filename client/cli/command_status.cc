// capex status
#include <CLI/CLI.hpp>
#include <iostream>

#include "client/cli/verb.h"
#include "proto/model/time_range.h"

namespace capexdb::cli {
namespace {

Json fields_of(const v1::StatusReply& reply) {
  Json object = Json::object();
  object["sequence"] = reply.sequence();
  object["server_version"] = reply.server_version();
  object["format_version"] = reply.format_version();
  object["started_at"] = timestamp_to_string(static_cast<std::int64_t>(reply.started_at_us()));
  object["data_dir"] = reply.data_dir();
  object["parties"] = reply.parties();
  object["metrics"] = reply.metrics();
  object["sources"] = reply.sources();
  object["connections"] = reply.connections();
  object["disk_bytes"] = reply.disk_bytes();
  object["memory_bytes"] = reply.memory_bytes();
  object["events_accepted"] = reply.events_accepted();
  object["events_duplicate"] = reply.events_duplicate();
  object["events_rejected"] = reply.events_rejected();
  object["queries"] = reply.queries();
  object["queries_running"] = reply.queries_running();
  object["quarantined"] = reply.quarantined();
  object["subscriptions"] = reply.subscriptions();
  return object;
}

int status(const Globals& globals) {
  const Deadline deadline = after(globals.timeout());
  auto client = Client::connect(globals.client_options(), deadline);
  if (!client) return report(client.error());
  const auto reply = client->status(deadline);
  if (!reply) return report(reply.error());
  const Json object = fields_of(*reply);
  switch (globals.style().output) {
    case Output::table:
      print_fields(object, std::cout);
      break;
    case Output::json:
    case Output::jsonl:
      std::cout << json_line(object) << '\n';
      break;
    case Output::csv:
    case Output::markdown: {
      Table table;
      Row row;
      for (const auto& [key, value] : object.items()) {
        table.columns.push_back({key, value.is_number()});
        row.push_back(value);
      }
      table.row_count = 1;
      table.row = [&row](std::size_t) { return row; };
      print(table, Json::object(), globals.style(), std::cout);
      break;
    }
  }
  return kOk;
}

}  // namespace

Run declare_status(CLI::App&, const Globals& globals) {
  return [&globals] { return status(globals); };
}

}  // namespace capexdb::cli
