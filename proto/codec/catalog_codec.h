// Catalogue changes between message and model.
#pragma once

#include "capexdb/v1/event.pb.h"
#include "proto/model/catalog.h"

namespace capexdb {

// As it stands, unchecked: for what is stored already.
CatalogChange stored_change(const v1::CatalogChange& message);

// Error: invalid_argument with the field at fault.
Result<CatalogChange> from_proto(const v1::CatalogChange& message);
CatalogParty from_proto(const v1::CatalogParty& message);
CatalogMetric from_proto(const v1::CatalogMetric& message);
CatalogProduct from_proto(const v1::CatalogProduct& message);
CatalogSource from_proto(const v1::CatalogSource& message);

v1::CatalogChange to_proto(const CatalogChange& change);
v1::CatalogParty to_proto(const CatalogParty& party);
v1::CatalogMetric to_proto(const CatalogMetric& metric);
v1::CatalogProduct to_proto(const CatalogProduct& product);
v1::CatalogSource to_proto(const CatalogSource& source);

}  // namespace capexdb
