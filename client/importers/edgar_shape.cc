#include "client/importers/edgar_shape.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include "client/importers/formats.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

constexpr std::size_t kOuterMax = 12;
constexpr std::size_t kInnerMax = 64;
constexpr std::size_t kShapeBytesMax = 64U << 10U;

void add_name(std::vector<std::string>& names, const std::string& name, std::size_t names_max) {
  if (names.size() < names_max && std::find(names.begin(), names.end(), name) == names.end()) {
    names.push_back(name);
  }
}

struct KnownShape {
  std::array<std::string_view, 3> members;  // wherever they lie; empty: none
  const char* what;
};

constexpr std::array<KnownShape, 8> kKnownShapes = {{
    {{"cik_str", "ticker", "title"},
     "the SEC's list of companies and tickers, identifiers and no statements"},
    {{"fields", "data", ""},
     "the SEC's list of tickers and exchanges, identifiers and no statements"},
    {{"cik", "entityType", "sic"}, "a company's list of filings (SEC submissions)"},
    {{"accessionNumber", "filingDate", ""}, "a list of filings (SEC submissions)"},
    {{"taxonomy", "tag", "ccp"}, "one concept of all companies (an SEC frame)"},
    {{"taxonomy", "tag", "units"}, "one concept of one company (SEC companyconcept)"},
    {{"attributes", "relationships", "type"}, "an index of ESEF filings (filings.xbrl.org)"},
    {{"documentInfo", "facts", ""}, "an XBRL report of one filing (xBRL-JSON)"},
}};

}  // namespace

void JsonShape::add_outer(const std::string& name) { add_name(outer, name, kOuterMax); }

Result<void> JsonShape::skip(JsonStream& json, JsonToken first) {
  int depth = 0;
  for (JsonToken token = first;;) {
    if (token == JsonToken::begin_object || token == JsonToken::begin_array) ++depth;
    if (token == JsonToken::end_object || token == JsonToken::end_array) --depth;
    if (token == JsonToken::name) add_name(inner, json.text(), kInnerMax);
    if (depth == 0) return {};
    CAPEXDB_ASSIGN(token, json.next());
  }
}

const char* known_document(const JsonShape& shape) {
  const auto has = [&](std::string_view name) {
    const auto among = [&](const std::vector<std::string>& names) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    return name.empty() || among(shape.outer) || among(shape.inner);
  };
  for (const KnownShape& known : kKnownShapes) {
    if (std::all_of(known.members.begin(), known.members.end(), has)) return known.what;
  }
  return nullptr;
}

std::string describe(const JsonShape& shape) {
  std::string text;
  if (const char* known = known_document(shape))
    text = std::string("it looks like ") + known + "; ";
  if (shape.outer.empty()) return text + "it has no members";
  text += "its members are ";
  std::string names;
  for (const std::string& name : shape.outer) {
    if (names.size() > 100) break;
    names += (names.empty() ? "" : ", ") + std::string(clip(name, 40));
  }
  return text + names;
}

namespace {

enum class ShapeVerdict { no, yes, unsure };

ShapeVerdict company_facts(std::string_view start, JsonShape& shape) {
  // A view is not enough for a stream of C++20.
  std::istringstream input{std::string(start)};
  ByteSource source(input);
  JsonStream json(source);
  const auto fails = [](const Error& error) {
    return error.reason == "truncated" ? ShapeVerdict::unsure : ShapeVerdict::no;
  };
  bool named = false;
  bool facts = false;
  int depth = 0;
  for (;;) {
    const auto token = json.next();
    if (!token) return fails(token.error());
    switch (*token) {
      case JsonToken::begin_object:
        if (depth == 1 && facts) return named ? ShapeVerdict::yes : ShapeVerdict::no;
        ++depth;
        break;
      case JsonToken::end_object:
        if (--depth == 0) return ShapeVerdict::no;
        break;
      case JsonToken::name:
        if (depth != 1) {
          add_name(shape.inner, json.text(), kInnerMax);
          break;
        }
        shape.add_outer(json.text());
        facts = json.text() == "facts";
        named = named || json.text() == "cik" || json.text() == "entityName";
        break;
      case JsonToken::end:
        return ShapeVerdict::unsure;
      case JsonToken::begin_array:
        if (depth == 0) return ShapeVerdict::no;
        if (const auto skipped = shape.skip(json, *token); !skipped) return fails(skipped.error());
        break;
      default:
        if (depth == 0) return ShapeVerdict::no;
    }
  }
}

}  // namespace

JsonLook look_at_json(ByteSource& source) {
  std::size_t seen = 0;
  for (std::size_t lines = 1;; lines *= 2) {
    JsonLook look;
    const std::string_view start = source.ahead_lines(lines, kShapeBytesMax);
    const ShapeVerdict verdict = company_facts(start, look.shape);
    look.is_company_facts = verdict == ShapeVerdict::yes;
    const bool all = start.size() == seen || start.size() >= kShapeBytesMax;
    if (verdict != ShapeVerdict::unsure || all) return look;
    seen = start.size();
  }
}

}  // namespace capexdb::importers
