#include "client/importers/fsds_fact.h"

#include "client/importers/fact.h"
#include "client/importers/json_object.h"
#include "client/importers/tsv.h"
#include "client/importers/xbrl.h"
#include "proto/model/date.h"
#include "proto/model/decimal.h"
#include "proto/model/text.h"

namespace capexdb::importers {

const std::array<std::string_view, fsds::column_count> fsds::kNames = {
    "adsh",  "tag",      "version", "ddate", "qtrs", "uom",   "value", "segments",
    "coreg", "footnote", "cik",     "name",  "form", "filed", "fy",    "fp"};

namespace {

constexpr std::uint64_t kQuartersMax = 400;

tl::unexpected<Error> refuse_cell(fsds::Column column, const char* reason, std::string message) {
  return fail(
      Error{Errc::invalid_argument, std::move(message), std::string(fsds::kNames[column]), reason});
}

// 20090630.
Result<Day> compact_date(std::string_view text, fsds::Column column) {
  if (text.size() == 8 && parse_unsigned(text)) {
    std::string spelt(text);
    spelt.insert(6, "-").insert(4, "-");
    auto day = parse_date(spelt);
    if (day) return *day;
  }
  return refuse_cell(column, "bad_date",
                     std::string(fsds::kNames[column]) + " is '" + std::string(clip(text, 40)) +
                         "', which is no day such as 20090630");
}

Result<v1::Period> fsds_period(const FsdsCells& cells, const CatalogMetric& metric) {
  v1::Period period;
  CAPEXDB_ASSIGN(const Day end, compact_date(cells[fsds::ddate], fsds::ddate));
  const auto quarters = parse_unsigned(cells[fsds::qtrs]);
  if (!quarters || *quarters > kQuartersMax) {
    return refuse_cell(fsds::qtrs, "bad_quarters",
                       "qtrs is '" + std::string(clip(cells[fsds::qtrs], 40)) +
                           "': how many quarters the period has, 0 for one day");
  }
  period.set_end(date_to_string(end));
  if (*quarters == 0) {
    if (metric.aggregation == Aggregation::flow) {
      return refuse_cell(fsds::qtrs, "too_short",
                         metric.id +
                             " is of a period, but qtrs is 0: it has less than half a quarter, "
                             "and the data set does not have its days");
    }
    period.set_kind(v1::PERIOD_KIND_INSTANT);
    period.set_start(period.end());
    return period;
  }
  const Civil last = civil_from_day(end);
  if (last.day != days_in_month(last.year, last.month)) {
    return refuse_cell(fsds::ddate, "bad_date",
                       "ddate is '" + std::string(clip(cells[fsds::ddate], 40)) +
                           "', not a month's end, so that the first day of the period cannot be "
                           "told from qtrs");
  }
  const int months = last.year * 12 + last.month - 3 * static_cast<int>(*quarters);
  period.set_kind(v1::PERIOD_KIND_SPAN);
  period.set_start(date_to_string(day_from_civil(months / 12, months % 12 + 1, 1)));
  return period;
}

// The data set writes four decimals behind every number.
Result<std::string> fsds_number(std::string_view text) {
  auto digits = plain_digits(text);
  if (!digits) {
    return refuse_cell(fsds::value, digits.error().reason.c_str(),
                       "value: " + digits.error().message);
  }
  CAPEXDB_ASSIGN(const Decimal number, Decimal::parse(*digits));
  return number.normalized().to_string();
}

Result<void> put_fsds_filing(const FsdsCells& cells, v1::Event& event, v1::Party& subject) {
  const std::string accession(cells[fsds::adsh]);
  if (!is_accession(accession)) {
    return refuse_cell(fsds::adsh, "bad_accession",
                       "'" + std::string(clip(accession, 40)) +
                           "' is not an accession number such as 0001045810-24-000029");
  }
  if (cells[fsds::cik].empty() && cells[fsds::filed].empty()) {
    return refuse_cell(
        fsds::adsh, "missing_filing",
        "sub.txt does not have the filing " + accession + ", which says who filed it and when");
  }
  const std::string cik = normal_cik(cells[fsds::cik]);
  if (cik.empty()) {
    return refuse_cell(
        fsds::cik, "bad_cik",
        "the cik '" + std::string(clip(cells[fsds::cik], 40)) + "' is not 1 to 10 digits");
  }
  CAPEXDB_ASSIGN(const Day filed, compact_date(cells[fsds::filed], fsds::filed));
  subject.set_cik(cik);
  subject.set_name(plain_name(without_quotes(cells[fsds::name])));
  *event.mutable_source() = filing_source(accession, std::string(cells[fsds::form]));
  event.set_published_at(date_to_string(filed));
  return {};
}

}  // namespace

Result<FsdsColumns> FsdsColumns::make(const std::vector<std::string_view>& header) {
  FsdsColumns columns;
  columns.at_.fill(-1);
  columns.count_ = header.size();
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string wanted = to_lower_ascii(trim(header[i]));
    for (std::size_t column = 0; column < fsds::column_count; ++column) {
      if (fsds::kNames[column] != wanted) continue;
      if (columns.at_[column] >= 0) {
        return fail(Error{Errc::invalid_argument, "the column " + wanted + " comes twice", wanted,
                          "column_twice"});
      }
      columns.at_[column] = static_cast<int>(i);
    }
  }
  return columns;
}

std::string_view FsdsColumns::get(const std::vector<std::string_view>& cells,
                                  fsds::Column column) const {
  return has(column) ? trim(cells[static_cast<std::size_t>(at_[column])]) : std::string_view();
}

std::string FsdsColumns::missing(const std::vector<fsds::Column>& wanted) const {
  std::string text;
  for (const fsds::Column column : wanted) {
    if (has(column)) continue;
    text += (text.empty() ? "" : ", ") + std::string(fsds::kNames[column]);
  }
  return text;
}

std::string fsds_concept(std::string_view tag, std::string_view version) {
  const std::size_t slash = version.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view taxonomy = version.substr(0, slash);
  return std::string(taxonomy == "ifrs" ? "ifrs-full" : taxonomy) + ":" + std::string(tag);
}

Result<v1::Event> fsds_event(const FsdsCells& cells, const std::string& definition,
                             const CatalogMetric& metric, const std::string& file,
                             std::uint64_t line) {
  for (std::size_t column = 0; column < fsds::column_count; ++column) {
    if (is_clean_text(cells[column])) continue;
    return refuse_cell(static_cast<fsds::Column>(column), "bad_text",
                       std::string(fsds::kNames[column]) +
                           " is not clean UTF-8 text (another encoding, control characters?)");
  }
  v1::Event event;
  Fact fact;
  CAPEXDB_TRY(put_fsds_filing(cells, event, fact.subject));
  CAPEXDB_ASSIGN(fact.period, fsds_period(cells, metric));
  CAPEXDB_ASSIGN(std::string digits, fsds_number(cells[fsds::value]));
  CAPEXDB_ASSIGN(fact.quantity, xbrl_quantity(metric, definition, std::string(cells[fsds::uom]),
                                              std::move(digits), "uom"));
  fact.metric = metric.id;
  fact.definition = definition;
  put_fact(std::move(fact), event);
  event.set_status(v1::STATUS_ACTUAL);
  v1::Origin& origin = *event.mutable_origin();
  origin.set_file(file);
  origin.set_line(static_cast<std::uint32_t>(line));
  origin.set_period_certainty("rounded to the nearest month's end");
  for (const fsds::Column column :
       {fsds::version, fsds::ddate, fsds::qtrs, fsds::fy, fsds::fp, fsds::footnote}) {
    if (cells[column].empty()) continue;
    v1::Attribute& printed = *origin.add_printed();
    printed.set_name(std::string(fsds::kNames[column]));
    printed.set_value(without_quotes(cells[column]));
  }
  return event;
}

}  // namespace capexdb::importers
