// How rows write the vocabularies of an event: by a leading keyword, with
// whatever the writer adds ("ratio (ordinal: below)", "investor (by context)").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capexdb/v1/event.pb.h"
#include "proto/model/error.h"

namespace capexdb::importers {

// Empty texts are unspecified. Errors: invalid_argument that lists the words;
// `column` is named in them.
Result<v1::Status> status_of(std::string_view column, std::string_view text);
Result<v1::Measure> measure_of(std::string_view column, std::string_view text);
Result<v1::PartyKind> party_kind_of(std::string_view column, std::string_view text);
// A word that is not known is ROLE_OTHER.
v1::Role role_of(std::string_view text);
// A text without a keyword is unspecified.
v1::Attribution attribution_of(std::string_view text);
// "yes", "no", "approx"; empty is unspecified.
Result<v1::BoundKind> bound_kind_of(std::string_view column, std::string_view text);

// The rich form's plain word for each; empty for unspecified.
std::string status_text(v1::Status status);
std::string measure_text(v1::Measure measure);  // "growth yoy"
std::string party_kind_text(v1::PartyKind kind);
std::string role_text(v1::Role role);
std::string attribution_text(v1::Attribution attribution);
std::string bound_kind_text(v1::BoundKind kind);

// The names of a cell: parted by ';', else by ", " (", Inc." and other legal
// forms stay with their name), else, between ids only, by ','.
std::vector<std::string> split_names(std::string_view text);

// One counterparty per name of `names`; `roles` is one role for all of them,
// or one for each.
std::vector<v1::Counterparty> counterparties_of(std::string_view names, std::string_view roles);

}  // namespace capexdb::importers
