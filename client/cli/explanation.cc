#include "client/cli/explanation.h"

#include <ostream>
#include <string>

#include "client/cli/humane.h"
#include "client/cli/print.h"
#include "proto/model/terms.h"

namespace capexdb::cli {
namespace {

std::string cell_text(const AnswerRow& row) {
  std::string text = row.company + " " + row.metric;
  if (!row.product.empty()) text += " " + row.product;
  if (!row.counterparty.empty()) text += " with " + row.counterparty;
  return text + " " + row.period;
}

std::string value_text(const AnswerRow& row) {
  if (!row.value.has_number()) return "no number";
  std::string text = humane_value(row.value);
  if (!row.unit.empty()) text += " " + row.unit;
  const std::string bounds = humane_bounds(row.value);
  return bounds.empty() ? text : text + " " + bounds;
}

void print_part(const AnswerRow& part, std::ostream& out) {
  std::string text = "  " + std::to_string(part.sequence) + "  " + part.published_at + "  " +
                     cell_text(part) + " = " + value_text(part);
  if (part.measure && *part.measure != Measure::level) {
    text += " " + std::string(to_string(*part.measure));
  }
  if (part.status) text += ", " + std::string(to_string(*part.status));
  text += "; " + part.source;
  if (!part.document.empty()) text += "; document " + part.document;
  if (!part.root.empty() && part.root != part.document) text += "; root " + part.root;
  if (!part.attributed_to.empty()) text += "; attributed to " + part.attributed_to;
  if (!part.definition.empty()) text += "; " + part.definition;
  out << printable(text) << '\n';
}

}  // namespace

void print_explanation(const Answer& answer, std::ostream& out) {
  for (const AnswerRow& row : answer.rows) {
    if (row.parts.empty()) continue;
    std::string text = cell_text(row) + " = " + value_text(row);
    if (!row.derivation.empty()) text += ": " + row.derivation;
    if (!row.reason.empty()) text += " (" + row.reason + ")";
    out << '\n' << printable(text) << '\n';
    for (const AnswerRow& part : row.parts) print_part(part, out);
  }
}

}  // namespace capexdb::cli
