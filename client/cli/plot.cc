#include "client/cli/plot.h"

#include <algorithm>
#include <optional>
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
std::string cut(std::string text, std::size_t width) {
  text = printable(text);
  if (display_width(text) <= width) return text;
  std::string kept;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t next = i + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0U) == 0x80U) ++next;
    const std::string one = text.substr(i, next - i);
    if (display_width(kept) + display_width(one) > width - 2) break;
    kept += one;
    i = next;
  }
  return kept + "..";
}

// Exactly so wide.
std::string fitted(std::string text, std::size_t width) {
  text = cut(std::move(text), width);
  text.append(width - display_width(text), ' ');
  return text;
}

std::string repeated(const char* glyph, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += glyph;
  return text;
}

struct Glyphs {
  const char* certain;
  const char* open;
  const char* on_left;
  const char* on_right;
  const char* zero;
};
constexpr Glyphs kAscii = {"#", "-", "<", ">", "|"};
constexpr Glyphs kBlocks = {"\u2588", "\u2592", "\u25C0", "\u25B6", "\u2502"};
constexpr const char* kBelowZero = "\x1b[31m";
constexpr const char* kAboveZero = "\x1b[36m";

// What of a row lies on one side of zero: certain up to the nearer end, possible
// up to the farther one, and beyond where that one is missing.
struct Side {
  Decimal certain;
  Decimal possible;
  bool goes_on = false;
};

Side below_zero(const Interval& value) {
  const std::optional<Decimal> high = value.high ? std::optional(value.high->value) : value.point;
  const std::optional<Decimal> low = value.low ? std::optional(value.low->value) : value.point;
  Side side;
  if (high && high->is_negative()) side.certain = magnitude(*high);
  side.possible = low && low->is_negative() ? magnitude(*low) : side.certain;
  // What has an upper end above zero and no lower one is taken for an amount.
  side.goes_on = !low && high && (high->is_negative() || high->is_zero());
  return side;
}

Side above_zero(const Interval& value) {
  const std::optional<Decimal> high = value.high ? std::optional(value.high->value) : value.point;
  const std::optional<Decimal> low = value.low ? std::optional(value.low->value) : value.point;
  Side side;
  if (low && !low->is_negative()) side.certain = *low;
  side.possible = high && !high->is_negative() ? *high : side.certain;
  side.goes_on = !high && low;
  return side;
}

class Chart {
 public:
  Chart(std::vector<std::pair<std::string, const AnswerRow*>> rows, bool color, int width)
      : rows_(std::move(rows)), color_(color), width_(static_cast<std::size_t>(width)) {
    std::size_t label_width = 0;
    for (const auto& [label, row] : rows_) {
      label_width = std::max(label_width, display_width(printable(label)));
      if (!row->value.has_number()) continue;
      value_width_ = std::max(value_width_, display_width(humane_value(row->value)));
      const Side below = below_zero(row->value);
      const Side above = above_zero(row->value);
      lowest_ = std::max(lowest_, below.possible);
      highest_ = std::max(highest_, above.possible);
      on_left_ = on_left_ || below.goes_on;
      on_right_ = on_right_ || above.goes_on;
    }
    const std::size_t beside = value_width_ + 2 * kGap;
    const std::size_t label_max = width_ - std::min(width_, beside + kBarMin);
    label_width_ = std::min({label_width, kLabelMax, std::max(label_max, kLabelMin)});
    divide_room(static_cast<int>(width_ - std::min(width_, label_width_ + beside)));
  }

  void draw(std::ostream& out) const {
    for (const auto& [label, row] : rows_) {
      std::string line = fitted(label, label_width_) + std::string(kGap, ' ');
      if (row->value.has_number()) {
        const std::string value = humane_value(row->value);
        line += std::string(value_width_ - display_width(value), ' ') + value +
                std::string(kGap, ' ') + bar_text(row->value);
      } else {
        line += std::string(value_width_ == 0 ? 0 : value_width_ + kGap, ' ');
        line = cut(line + "(" + (row->reason.empty() ? "no value" : row->reason) + ")", width_);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out << line << '\n';
    }
  }

 private:
  static constexpr std::size_t kGap = 2;
  static constexpr std::size_t kBarMin = 10;
  static constexpr std::size_t kLabelMin = 6;

  // Both sides of zero share one scale; arrows and the line at zero have columns of
  // their own.
  void divide_room(int room) {
    two_sided_ = !lowest_.is_zero() || on_left_;
    const int columns =
        std::max(room - (two_sided_ ? 1 : 0) - (on_left_ ? 1 : 0) - (on_right_ ? 1 : 0), 2);
    const auto whole = add(lowest_, highest_);
    negative_ = whole ? columns_for(lowest_, *whole, columns) : 0;
    if (!lowest_.is_zero()) {
      negative_ = std::clamp(negative_, 1, highest_.is_zero() ? columns : columns - 1);
    }
    positive_ = columns - negative_;
  }

  std::string painted(const std::string& text, const char* hue) const {
    return color_ && !text.empty() ? hue + text + "\x1b[0m" : text;
  }

  std::string bar_text(const Interval& value) const {
    const Glyphs& glyphs = color_ ? kBlocks : kAscii;
    const auto lengths = [](const Side& side, const Decimal& whole, int columns) {
      const int solid = std::min(columns_for(side.certain, whole, columns), columns);
      const int all = std::min(columns_for(side.possible, whole, columns), columns);
      return std::pair(solid, std::max(all - solid, 0));
    };
    std::string line;
    if (two_sided_) {
      const Side side = below_zero(value);
      const auto [solid, open] = lengths(side, lowest_, negative_);
      const int blank = negative_ - solid - open + (on_left_ && !side.goes_on ? 1 : 0);
      line = std::string(static_cast<std::size_t>(blank), ' ') +
             painted((side.goes_on ? glyphs.on_left : "") + repeated(glyphs.open, open) +
                         repeated(glyphs.certain, solid),
                     kBelowZero) +
             glyphs.zero;
    }
    const Side side = above_zero(value);
    const auto [solid, open] = lengths(side, highest_, positive_);
    return line + painted(repeated(glyphs.certain, solid) + repeated(glyphs.open, open) +
                              (side.goes_on ? glyphs.on_right : ""),
                          kAboveZero);
  }

  std::vector<std::pair<std::string, const AnswerRow*>> rows_;
  bool color_;
  std::size_t width_;
  std::size_t label_width_ = 0;
  std::size_t value_width_ = 0;
  Decimal lowest_;        // magnitude of what reaches furthest below zero
  Decimal highest_;       // and above
  bool on_left_ = false;  // some row goes on there
  bool on_right_ = false;
  bool two_sided_ = false;
  int negative_ = 0;  // columns
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
    out << cut(title, static_cast<std::size_t>(width)) << '\n';
    Chart(std::move(rows), color, width).draw(out);
  }
}

}  // namespace capexdb::cli
