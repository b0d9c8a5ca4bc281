// Several names in one text.
#pragma once

#include <string>
#include <vector>

#include "storage/catalogue.h"

namespace capexdb::storage {

// The parties that a text names, parted by commas; of names with days, whoever held
// them on `day`. Names may hold commas themselves ("Example Chips, Inc."), and are
// compared without them: "alibaba,tencent" is also how the group "Alibaba + Tencent" may
// be written. So a text is a list where each part of it is a name, or all of it is none.
std::vector<std::string> listed_parties(const std::string& text, const Catalogue& catalogue,
                                        std::uint64_t at, Day day = kNewestHolder);

}  // namespace capexdb::storage
