// Rows as a table for people, CSV, JSON, JSON lines and Markdown. The same
// input gives the same bytes.
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capexdb::cli {

using Json = nlohmann::ordered_json;

enum class Output : std::uint8_t { table, csv, json, jsonl, markdown };

std::optional<Output> parse_output(std::string_view word);
std::vector<std::string> output_words();

struct Column {
  std::string name;
  bool right = false;      // numbers stand right in tables
  bool omit_null = false;  // JSON leaves it out where there is none
};

// A row's cells: text, whole numbers, booleans, lists of text, or null. Decimal
// numbers are text.
using Row = std::vector<Json>;

// Rows are made as they are printed, so that a large answer is not held twice.
struct Table {
  std::vector<Column> columns;
  std::size_t row_count = 0;
  std::function<Row(std::size_t)> row;
};

// RFC 4180, but with line feeds; lists are joined by "; ".
void print_csv(const Table& table, std::ostream& out);
// Aligned; columns that are empty in every row are left out.
void print_table(const Table& table, bool color, std::ostream& out);
// Likewise narrowed.
void print_markdown(const Table& table, std::ostream& out);
// One object per row.
void print_jsonl(const Table& table, std::ostream& out);
// {"rows":[...], and then the members of `tail`}; a row to a line.
void print_json(const Table& table, const Json& tail, std::ostream& out);

// In the format that was asked for.
struct Style {
  Output output = Output::table;
  bool color = false;
};
void print(const Table& table, const Json& tail, const Style& style, std::ostream& out);

// One line; bytes that are no UTF-8 become U+FFFD.
std::string json_line(const Json& value);

// The columns of a terminal that the text takes.
std::size_t display_width(std::string_view text);

// Without control characters, which a terminal would obey.
std::string printable(std::string_view text);

// An object as "key: value" lines, members of members indented.
void print_fields(const Json& object, std::ostream& out);

}  // namespace capexdb::cli
