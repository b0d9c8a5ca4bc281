// Events as rows of the rich CSV form: the columns of the founding facts.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "capexdb/v1/event.pb.h"

namespace capexdb::importers {

namespace rich {
enum Column : std::size_t {
  id,
  seed_file,
  line,
  subject,
  subject_type,
  counterparty,
  counterparty_role,
  metric,
  metric_std,
  xbrl_tag,
  product,
  period_label,
  period_type,
  period_start,
  period_end,
  period_certainty,
  value,
  low,
  low_inclusive,
  high,
  high_inclusive,
  stated_decimals,
  approx,
  unit,
  currency,
  kind,
  value_role,
  growth_only,
  attributed_source,
  attribution_type,
  root_source,
  publisher,
  publisher_certainty,
  published_date,
  published_date_certainty,
  related_ids,
  note,
  column_count
};
extern const std::array<std::string_view, column_count> kNames;
}  // namespace rich

// The header line, without a line end.
std::string rich_csv_header();

// One line per quantity of the event, parted by '\n', without a line end at
// the last; quotes as RFC 4180 has them. A row that came in by this form goes
// out with the very same cells. Empty for a retraction or a catalogue change.
std::string event_to_rich_csv(const v1::Event& event);

// The cells of event_to_rich_csv, one row per quantity. Without `printed`,
// those that the typed fields alone give.
enum class Printed { ignored, used };
std::vector<std::vector<std::string>> rich_rows(const v1::Event& event, Printed printed);

}  // namespace capexdb::importers
