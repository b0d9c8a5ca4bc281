// One fact of EDGAR's company facts into an event.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "capexdb/v1/event.pb.h"
#include "client/importers/json_stream.h"
#include "proto/model/catalog.h"

namespace capexdb::importers {

// What the facts of one list have in common.
struct EdgarSeries {
  v1::Party subject;
  std::string definition;  // us-gaap:PaymentsToAcquirePropertyPlantAndEquipment
  CatalogMetric metric;
  std::string unit;  // as the file has it: USD, shares, USD/shares
};

struct EdgarMember {
  std::string name;
  JsonToken kind;
  std::string text;  // of a text, number or literal; all of it
};

// The event that says what the members `val`, `start`, `end`, `accn`, `form` and
// `filed` say. All others, among them `fy`, `fp` and `frame`, which describe the
// filing and not the fact, are kept as printed. Error: invalid_argument with the
// member as its field.
Result<v1::Event> edgar_event(const EdgarSeries& series, const std::vector<EdgarMember>& members,
                              const std::string& file, std::uint64_t number);

}  // namespace capexdb::importers
