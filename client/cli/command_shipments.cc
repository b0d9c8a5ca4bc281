// capex shipments [--seller C] [--buyer C] [--product P] [PERIODS]
#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/reading.h"

namespace capexdb::cli {
namespace {

struct ShipmentOptions : ReadingOptions {
  std::string seller;
  std::string buyer;
  std::string product;
};

}  // namespace

Run declare_shipments(CLI::App& app, const Globals& globals) {
  auto options = std::make_shared<ShipmentOptions>();
  app.add_option("PERIODS", options->periods, "2024-Q2, 2020..2024, 2023-H1.., ..2024");
  app.add_option("--seller", options->seller, "Who sells; of a group, any of its members")
      ->type_name("C");
  app.add_option("--buyer", options->buyer, "Who buys; of a group, any of its members")
      ->type_name("C");
  app.add_option("--product", options->product, "As capex products lists them")->type_name("P");
  app.add_option("--metric", options->metric,
                 "Only this one: unit_shipments, unit_purchases, unit_price, shipment_value, "
                 "purchase_value")
      ->type_name("METRIC");
  app.add_flag("--explain", options->explain, "With the statements behind each value");
  declare_reading(app, *options);
  return [options, &globals] {
    Query query;
    query.kind = QueryKind::shipments;
    query.seller = options->seller;
    query.buyer = options->buyer;
    query.product = options->product;
    return ask(globals, *options, std::move(query));
  };
}

}  // namespace capexdb::cli
