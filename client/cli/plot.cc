#include "client/cli/plot.h"

#include <algorithm>
#include <array>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/humane.h"
#include "client/cli/print.h"
#include "proto/model/arithmetic.h"

namespace capexdb::cli {
namespace {

constexpr int kWidthMin = 40;
constexpr int kWidthMax = 120;
constexpr std::size_t kLabelMax = 32;

// What of a row is drawn, as numbers of columns are found from it.
struct Bar {
  Decimal from;  // certain from zero up to here
  Decimal to;    // possible up to here
};

Bar bar_of(const Interval& value) {
  const Decimal point = value.point.value_or(Decimal(0));
  const Decimal low = value.low ? value.low->value : (value.high ? Decimal(0) : point);
  const Decimal high = value.high ? value.high->value : (value.low ? low : point);
  // Nearer to zero is certain, whatever the sign.
  if (high.is_negative()) return {high, low};
  return {low.is_negative() && !high.is_negative() ? Decimal(0) : low, high};
}

Decimal magnitude(const Decimal& d) { return d.is_negative() ? d.negated() : d; }

// So many of `columns` as `part` is of `whole`, to the nearest.
int columns_for(const Decimal& part, const Decimal& whole, int columns) {
  if (whole.is_zero()) return 0;
  const auto ratio = divide(magnitude(part), whole, Rounding::half_even);
  if (!ratio) return 0;
  const auto scaled = multiply(*ratio, Decimal(columns));
  if (!scaled) return 0;
  // Halves go up: what is above zero should show as soon as it fairly can.
  const int128 doubled = scaled->mantissa() * 2 / power_of_ten(scaled->scale());
  return static_cast<int>((doubled + 1) / 2);
}

// The parts of a row that tell it from the others.
std::string label_of(const AnswerRow& row, bool companies, bool metrics, bool products,
                     bool parties, bool periods) {
  std::string label;
  const auto append = [&label](const std::string& word) {
    if (word.empty()) return;
    if (!label.empty()) label += ' ';
    label += word;
  };
  if (companies) append(row.company);
  if (metrics) append(row.metric);
  if (products) append(row.product);
  if (parties) append(row.counterparty);
  if (periods || label.empty()) append(row.period);
  return label;
}

// At most so wide; the end gives way.
std::string fitted(std::string text, std::size_t width) {
  text = printable(text);
  if (display_width(text) <= width) {
    text.append(width - display_width(text), ' ');
    return text;
  }
  std::string cut;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t next = i + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0U) == 0x80U) ++next;
    const std::string one = text.substr(i, next - i);
    if (display_width(cut) + display_width(one) > width - 2) break;
    cut += one;
    i = next;
  }
  cut += "..";
  cut.append(width - display_width(cut), ' ');
  return cut;
}

std::string repeated(const char* glyph, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += glyph;
  return text;
}

class Chart {
 public:
  Chart(std::vector<std::pair<std::string, const AnswerRow*>> rows, bool color, int width)
      : rows_(std::move(rows)), color_(color) {
    for (const auto& [label, row] : rows_) {
      label_width_ = std::max(label_width_, std::min(display_width(printable(label)), kLabelMax));
      if (!row->value.has_number()) continue;
      value_width_ = std::max(value_width_, display_width(humane_value(row->value)));
      const Bar bar = bar_of(row->value);
      for (const Decimal& end : {bar.from, bar.to, row->value.point.value_or(bar.to)}) {
        Decimal& largest = end.is_negative() ? lowest_ : highest_;
        largest = std::max(largest, magnitude(end));
      }
    }
    const int room = width - static_cast<int>(label_width_ + value_width_) - 4;
    const int columns = std::max(room, 10);
    // Both sides of zero share one scale.
    const auto whole = add(lowest_, highest_);
    negative_ = whole ? columns_for(lowest_, *whole, columns) : 0;
    if (!lowest_.is_zero()) negative_ = std::clamp(negative_, 1, columns - 1);
    positive_ = columns - negative_;
  }

  void draw(std::ostream& out) const {
    for (const auto& [label, row] : rows_) {
      std::string line = fitted(label, label_width_) + "  ";
      if (row->value.has_number()) {
        const std::string value = humane_value(row->value);
        line += std::string(value_width_ - display_width(value), ' ') + value + "  " +
                bar_text(row->value);
      } else {
        line += std::string(value_width_, ' ') + "  (" +
                printable(row->reason.empty() ? "no value" : row->reason) + ")";
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out << line << '\n';
    }
  }

 private:
  std::string bar_text(const Interval& value) const {
    const Bar bar = bar_of(value);
    const bool negative = bar.to.is_negative();
    const Decimal& whole = negative ? lowest_ : highest_;
    const int room = negative ? negative_ : positive_;
    const int solid = std::min(columns_for(bar.from, whole, room), room);
    const int all = std::max(solid, std::min(columns_for(bar.to, whole, room), room));
    std::string certain = repeated(color_ ? "\u2588" : "#", solid);
    std::string open = repeated(color_ ? "\u2592" : "-", all - solid);
    // Without an upper end it goes on.
    if (!value.high && !negative) open += color_ ? "\u25B6" : ">";
    const char* hue = negative ? "\x1b[31m" : "\x1b[36m";
    const auto painted = [&](const std::string& text) {
      return color_ && !text.empty() ? hue + text + "\x1b[0m" : text;
    };
    if (negative) {
      return std::string(static_cast<std::size_t>(negative_ - all), ' ') + painted(open + certain);
    }
    return std::string(static_cast<std::size_t>(negative_), ' ') + painted(certain + open);
  }

  std::vector<std::pair<std::string, const AnswerRow*>> rows_;
  bool color_;
  std::size_t label_width_ = 0;
  std::size_t value_width_ = 0;
  Decimal lowest_;   // magnitude of what reaches furthest below zero
  Decimal highest_;  // and above
  int negative_ = 0;
  int positive_ = 0;
};

}  // namespace

void plot(const Answer& answer, bool color, int width, std::ostream& out) {
  width = std::clamp(width, kWidthMin, kWidthMax);
  const auto several = [&answer](auto member) {
    std::set<std::string> words;
    for (const AnswerRow& row : answer.rows) words.insert(row.*member);
    return words.size() > 1;
  };
  const bool companies = several(&AnswerRow::company);
  const bool metrics = several(&AnswerRow::metric);
  const bool products = several(&AnswerRow::product);
  const bool parties = several(&AnswerRow::counterparty);
  const bool periods = several(&AnswerRow::period);
  // A chart for each unit, in the order in which they come; what has no value
  // goes to the first.
  std::vector<std::string> units;
  for (const AnswerRow& row : answer.rows) {
    const bool known = std::find(units.begin(), units.end(), row.unit) != units.end();
    if (row.value.has_number() && !known) units.push_back(row.unit);
  }
  if (units.empty()) units.emplace_back();
  for (const std::string& unit : units) {
    std::vector<std::pair<std::string, const AnswerRow*>> rows;
    for (const AnswerRow& row : answer.rows) {
      const bool here = row.value.has_number() ? row.unit == unit : unit == units.front();
      if (!here) continue;
      rows.emplace_back(label_of(row, companies, metrics, products, parties, periods), &row);
    }
    if (rows.empty()) continue;
    const AnswerRow& first = *rows.front().second;
    std::string title = metrics ? std::string() : first.metric;
    if (!companies) title = first.company + (title.empty() ? "" : " ") + title;
    if (!periods) title += (title.empty() ? "" : " ") + first.period;
    if (!unit.empty()) title += (title.empty() ? "" : ", ") + unit;
    if (unit != units.front()) out << '\n';
    out << printable(title) << '\n';
    Chart(std::move(rows), color, width).draw(out);
  }
}

}  // namespace capexdb::cli
