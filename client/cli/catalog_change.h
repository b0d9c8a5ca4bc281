// What the catalogue's verbs have in common that change it.
#pragma once

#include <string>
#include <vector>

#include "capexdb/edit.h"
#include "client/cli/verb.h"

namespace capexdb::cli {

// Declare the sub-verbs that change the catalogue; what the returned function says
// is done when one of them was given, else it returns no code.
using RunIfGiven = std::function<std::optional<int>()>;
RunIfGiven declare_company_changes(CLI::App& app, const Globals& globals);
RunIfGiven declare_group_changes(CLI::App& app, const Globals& globals);
RunIfGiven declare_registry_changes(CLI::App& app, const Globals& globals, CatalogKind kind);

// The id of a company or group that goes by `name`.
Result<std::string> party_id(const Globals& globals, const std::string& name);

// Sends the event, says what became of it, and returns the exit code.
int send_and_tell(const Globals& globals, v1::Event event, bool dry_run);

}  // namespace capexdb::cli
