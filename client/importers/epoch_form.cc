#include "client/importers/epoch_form.h"

#include <algorithm>
#include <array>

#include "client/importers/us_date.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

void print_cell(const Row& row, std::size_t position, v1::Origin& origin) {
  if (trim(row.cell(position)).empty()) return;
  v1::Attribute& printed = *origin.add_printed();
  printed.set_name(row.layout().names()[position]);
  printed.set_value(std::string(row.cell(position)));
}

}  // namespace

const EpochForm* epoch_form(std::span<const std::string> header) {
  for (const EpochForm* form : {&epoch_chips(), &epoch_revenue(), &epoch_spend()}) {
    const bool fits =
        std::all_of(form->needed.begin(), form->needed.end(),
                    [&](std::size_t column) { return has_column(header, form->columns[column]); });
    if (fits) return form;
  }
  return nullptr;
}

const std::string& epoch_column(const Row& row, std::size_t column) {
  return row.layout().names()[row.layout().position(column)];
}

tl::unexpected<Error> bad_epoch_cell(const Row& row, std::size_t column, const char* reason,
                                     const std::string& what) {
  const std::string& name = epoch_column(row, column);
  return bad_cell(name, reason, name + " " + what);
}

Result<std::string> epoch_text(const Row& row, std::size_t column) {
  std::string text = row.text(column);
  if (text.empty()) return bad_epoch_cell(row, column, "missing_value", "is empty");
  return text;
}

Result<Decimal> epoch_number(const Row& row, std::size_t column) {
  auto number = Decimal::parse(row.get(column));
  if (number) return number;
  return bad_epoch_cell(row, column, "bad_number", "is no number as 1234.5");
}

Result<Day> epoch_date(const Row& row, std::size_t column) {
  CAPEXDB_ASSIGN(const std::string text, epoch_text(row, column));
  auto day = parse_us_date(text, ShortYears::of_this_century);
  if (!day) day.error().field = epoch_column(row, column);
  return day;
}

Result<v1::Period> epoch_period(const Row& row, std::size_t start, std::size_t end) {
  CAPEXDB_ASSIGN(const Day first, epoch_date(row, start));
  CAPEXDB_ASSIGN(const Day last, epoch_date(row, end));
  if (last < first) {
    return bad_epoch_cell(
        row, end, "period_backwards",
        "is " + date_to_string(last) + ", before the period starts on " + date_to_string(first));
  }
  v1::Period period;
  period.set_kind(v1::PERIOD_KIND_SPAN);
  period.set_start(date_to_string(first));
  period.set_end(date_to_string(last));
  return period;
}

v1::Event epoch_event(const Row& row, const EpochPlace& place, std::string published_at,
                      std::span<const std::size_t> printed) {
  v1::Event event;
  event.mutable_source()->set_publisher("Epoch AI");
  event.mutable_source()->set_title(place.title);
  event.set_published_at(std::move(published_at));
  v1::Origin& origin = *event.mutable_origin();
  origin.set_file(place.file);
  origin.set_line(static_cast<std::uint32_t>(place.line));
  for (const std::size_t column : printed) {
    if (row.has(column)) print_cell(row, row.layout().position(column), origin);
  }
  return event;
}

}  // namespace capexdb::importers
