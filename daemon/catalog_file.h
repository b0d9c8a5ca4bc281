// config/catalog.toml: the companies, groups, metrics, products and sources
// that a new store knows.
#pragma once

#include <string>
#include <string_view>

#include "proto/model/catalog.h"

namespace capexdb::daemon {

// `name` is for messages. Errors (invalid_argument) name the line and the key.
Result<CatalogChange> parse_catalog(std::string_view toml, const std::string& name);

// Reads `file`; the catalogue that is built in where it is empty.
Result<CatalogChange> load_catalog(const std::string& file);

// config/catalog.toml as it was when this program was built.
std::string_view built_in_catalog();

}  // namespace capexdb::daemon
