// What a JSON document is that is not the company facts of EDGAR.
#pragma once

#include <string>
#include <vector>

#include "client/importers/json_stream.h"
#include "proto/model/error.h"

namespace capexdb::importers {

// The names of a document's members, as far as they tell what it is.
struct JsonShape {
  std::vector<std::string> outer;  // of the document itself, the first ones
  std::vector<std::string> inner;  // of what lies in it, the first ones

  void add_outer(const std::string& name);
  // Passes over the value whose first token is `first` and notes its names.
  Result<void> skip(JsonStream& json, JsonToken first);
};

// "it looks like a company's list of filings (SEC submissions); its members are
// cik, filings".
std::string describe(const JsonShape& shape);

// What a document is that is well known and has no statements in it; else null.
const char* known_document(const JsonShape& shape);

// What the first document ahead is, from its first 64 KiB. Waits for no more of a pipe
// than the lines that tell it.
struct JsonLook {
  bool is_company_facts = false;
  JsonShape shape;  // as far as was read to tell
};
JsonLook look_at_json(ByteSource& source);

}  // namespace capexdb::importers
