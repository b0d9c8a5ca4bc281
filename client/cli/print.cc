#include "client/cli/print.h"

#include <algorithm>
#include <array>
#include <ostream>
#include <utility>

namespace capexdb::cli {
namespace {

constexpr std::array<std::pair<Output, std::string_view>, 5> kOutputs = {
    {{Output::table, "table"},
     {Output::csv, "csv"},
     {Output::json, "json"},
     {Output::jsonl, "jsonl"},
     {Output::markdown, "markdown"}}};

std::string text_of(const Json& cell) {
  if (cell.is_null()) return {};
  if (cell.is_string()) return cell.get<std::string>();
  if (!cell.is_array()) return json_line(cell);
  std::string text;
  for (const Json& part : cell) {
    if (!text.empty()) text += "; ";
    text += text_of(part);
  }
  return text;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string markdown_cell(const std::string& text) {
  std::string escaped;
  for (const char c : printable(text)) {
    if (c == '|' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

Json object_of(const Table& table, std::size_t index) {
  Json object = Json::object();
  Row row = table.row(index);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].omit_null && row[i].is_null()) continue;
    object[table.columns[i].name] = std::move(row[i]);
  }
  return object;
}

// The columns that have something to show in some row, with their widths.
std::vector<std::pair<std::size_t, std::size_t>> shown_columns(const Table& table) {
  std::vector<std::size_t> widths(table.columns.size(), 0);
  for (std::size_t r = 0; r < table.row_count; ++r) {
    const Row row = table.row(r);
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(printable(text_of(row[i]))));
    }
  }
  std::vector<std::pair<std::size_t, std::size_t>> shown;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] == 0 && table.row_count > 0) continue;
    shown.emplace_back(i, std::max(widths[i], table.columns[i].name.size()));
  }
  return shown;
}

}  // namespace

std::optional<Output> parse_output(std::string_view word) {
  for (const auto& [output, name] : kOutputs) {
    if (name == word) return output;
  }
  return std::nullopt;
}

std::vector<std::string> output_words() {
  std::vector<std::string> words;
  for (const auto& [output, name] : kOutputs) words.emplace_back(name);
  return words;
}

std::string json_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void print_csv(const Table& table, std::ostream& out) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    out << (i == 0 ? "" : ",") << csv_field(table.columns[i].name);
  }
  out << '\n';
  for (std::size_t r = 0; r < table.row_count; ++r) {
    const Row row = table.row(r);
    for (std::size_t i = 0; i < row.size(); ++i) {
      out << (i == 0 ? "" : ",") << csv_field(text_of(row[i]));
    }
    out << '\n';
  }
}

void print_table(const Table& table, bool color, std::ostream& out) {
  const auto shown = shown_columns(table);
  const auto line = [&](const auto& text_at) {
    std::string text;
    for (const auto& [column, width] : shown) {
      const std::string cell = text_at(column);
      const std::string padding(width - display_width(cell), ' ');
      if (!text.empty()) text += "  ";
      text += table.columns[column].right ? padding + cell : cell + padding;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  const std::string header = line([&](std::size_t i) { return table.columns[i].name; });
  out << (color ? "\x1b[1m" + header + "\x1b[0m" : header) << '\n';
  for (std::size_t r = 0; r < table.row_count; ++r) {
    const Row row = table.row(r);
    out << line([&](std::size_t i) { return printable(text_of(row[i])); }) << '\n';
  }
}

void print_markdown(const Table& table, std::ostream& out) {
  const auto shown = shown_columns(table);
  for (const auto& [column, width] : shown) {
    out << "| " << markdown_cell(table.columns[column].name) << ' ';
  }
  out << "|\n";
  for (const auto& [column, width] : shown) {
    out << (table.columns[column].right ? "|---:" : "|---");
  }
  out << "|\n";
  for (std::size_t r = 0; r < table.row_count; ++r) {
    const Row row = table.row(r);
    for (const auto& [column, width] : shown) {
      out << "| " << markdown_cell(text_of(row[column])) << ' ';
    }
    out << "|\n";
  }
}

void print_jsonl(const Table& table, std::ostream& out) {
  for (std::size_t r = 0; r < table.row_count; ++r) out << json_line(object_of(table, r)) << '\n';
}

void print_json(const Table& table, const Json& tail, std::ostream& out) {
  out << "{\"rows\":[";
  for (std::size_t r = 0; r < table.row_count; ++r) {
    out << (r == 0 ? "\n" : ",\n") << json_line(object_of(table, r));
  }
  out << (table.row_count == 0 ? "]" : "\n]");
  const std::string members = json_line(tail);  // "{...}"
  if (members.size() > 2)
    out << ',' << std::string_view(members).substr(1);
  else
    out << '}';
  out << '\n';
}

void print(const Table& table, const Json& tail, const Style& style, std::ostream& out) {
  switch (style.output) {
    case Output::table:
      return print_table(table, style.color, out);
    case Output::csv:
      return print_csv(table, out);
    case Output::json:
      return print_json(table, tail, out);
    case Output::jsonl:
      return print_jsonl(table, out);
    case Output::markdown:
      return print_markdown(table, out);
  }
}

}  // namespace capexdb::cli
