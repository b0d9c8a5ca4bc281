// What the facts of filings have in common, whichever of the SEC's files they are in.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "capexdb/v1/event.pb.h"
#include "client/importers/importer.h"
#include "proto/model/catalog.h"
#include "proto/model/error.h"

namespace capexdb::importers {

// By concept: us-gaap:PaymentsToAcquirePropertyPlantAndEquipment.
using MetricByTag = std::unordered_map<std::string, CatalogMetric>;

// Of several metrics that list a concept the first one has it. Without `ask` there
// are none. Errors: those of `ask`.
Result<MetricByTag> metrics_by_tag(const AskMetrics& ask);

// 0001045810-24-000029: the filer who sent it, the year, a number.
bool is_accession(std::string_view text);

// Without blanks around it; a no-break space, which one file has where another has a
// plain one, is a blank.
std::string plain_name(std::string name);

// `digits`, which are plain, in `unit` as the filer wrote it: USD, shares, USD/shares.
// Error: invalid_argument, the field being `field`, where the metric is money and the
// unit no currency.
Result<v1::Quantity> xbrl_quantity(const CatalogMetric& metric, const std::string& definition,
                                   const std::string& unit, std::string digits,
                                   std::string_view field);

// The filing as a document: equal for every file that has facts of it.
v1::Source filing_source(std::string accession, std::string form);

// "12,345".
std::string grouped(std::uint64_t number);
// "1 fact", "12,345 facts".
std::string counted_words(std::uint64_t count, const std::string& one, const std::string& many);

}  // namespace capexdb::importers
