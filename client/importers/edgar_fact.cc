#include "client/importers/edgar_fact.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "client/importers/fact.h"
#include "client/importers/json_object.h"
#include "client/importers/xbrl.h"
#include "proto/model/date.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

using EdgarMembers = std::vector<EdgarMember>;

constexpr std::array<std::string_view, 6> kUsedMembers = {"start", "end",  "val",
                                                          "accn",  "form", "filed"};

tl::unexpected<Error> refuse_member(std::string_view field, const char* reason,
                                    std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), std::string(field), reason});
}

const EdgarMember* find_member(const EdgarMembers& members, std::string_view name) {
  for (const EdgarMember& member : members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

Result<void> check_members(const EdgarMembers& members) {
  for (const EdgarMember& member : members) {
    if (find_member(members, member.name) != &member) {
      return refuse_member(member.name, "repeated_member",
                           "the fact has '" + member.name + "' twice; which one holds?");
    }
    if (!is_clean_text(member.name) || !is_clean_text(member.text)) {
      return refuse_member(is_clean_text(member.name) ? member.name : "", "bad_text",
                           "the fact has a text that is not clean UTF-8 (control characters?)");
    }
  }
  return {};
}

// Error where it is missing or not a text.
Result<std::string> text_member(const EdgarMembers& members, std::string_view name,
                                const char* missing, const std::string& what) {
  const EdgarMember* member = find_member(members, name);
  if (member == nullptr || (member->kind == JsonToken::text && trim(member->text).empty()) ||
      (member->kind == JsonToken::literal && member->text == "null")) {
    return refuse_member(name, missing, "the fact has no " + std::string(name) + ", " + what);
  }
  if (member->kind != JsonToken::text) {
    return refuse_member(name, "bad_member",
                         std::string(name) + ", " + what + ", is not a text in quotes");
  }
  return std::string(trim(member->text));
}

Result<std::string> date_member(const EdgarMembers& members, std::string_view name,
                                const char* missing, const std::string& what) {
  CAPEXDB_ASSIGN(std::string text, text_member(members, name, missing, what));
  if (const auto day = parse_date(text); !day) {
    return refuse_member(name, "bad_date", std::string(name) + ": " + day.error().message);
  }
  return text;
}

Result<v1::Period> fact_period(const EdgarMembers& members) {
  v1::Period period;
  CAPEXDB_ASSIGN(const std::string end,
                 date_member(members, "end", "missing_end", "the last day of its period"));
  period.set_end(end);
  if (find_member(members, "start") == nullptr) {
    period.set_kind(v1::PERIOD_KIND_INSTANT);
    period.set_start(end);
    return period;
  }
  CAPEXDB_ASSIGN(const std::string start,
                 date_member(members, "start", "missing_start", "the first day of its period"));
  if (start > end) {
    return refuse_member("start", "period_backwards",
                         "the period starts on " + start + ", after its end on " + end);
  }
  period.set_kind(v1::PERIOD_KIND_SPAN);
  period.set_start(start);
  return period;
}

Result<v1::Quantity> fact_quantity(const EdgarSeries& series, const EdgarMembers& members) {
  const EdgarMember* val = find_member(members, "val");
  if (val == nullptr || (val->kind == JsonToken::literal && val->text == "null")) {
    return refuse_member("val", "missing_value", "the fact has no val");
  }
  if (val->kind != JsonToken::number) {
    return refuse_member(
        "val", "bad_value",
        "val is " +
            (val->kind == JsonToken::text ? "the text '" + std::string(clip(val->text, 40)) + "'"
                                          : std::string("not a number")) +
            "; write a JSON number");
  }
  auto digits = plain_digits(val->text);
  if (!digits) {
    digits.error().field = "val";
    return fail(std::move(digits.error()));
  }
  return xbrl_quantity(series.metric, series.definition, series.unit, std::move(*digits), "units");
}

Result<void> put_filing(const EdgarMembers& members, v1::Event& event) {
  CAPEXDB_ASSIGN(std::string accession, text_member(members, "accn", "missing_accession",
                                                    "the accession number of its filing"));
  if (!is_accession(accession)) {
    return refuse_member("accn", "bad_accession",
                         "'" + std::string(clip(accession, 40)) +
                             "' is not an accession number such as 0001045810-24-000029");
  }
  CAPEXDB_ASSIGN(std::string filed, date_member(members, "filed", "missing_filed",
                                                "the day of its filing: when could the world know "
                                                "it?"));
  const EdgarMember* form = find_member(members, "form");
  const bool named = form != nullptr && form->kind == JsonToken::text;
  *event.mutable_source() = filing_source(std::move(accession), named ? form->text : std::string());
  event.set_published_at(std::move(filed));
  return {};
}

}  // namespace

Result<v1::Event> edgar_event(const EdgarSeries& series, const std::vector<EdgarMember>& members,
                              const std::string& file, std::uint64_t number) {
  CAPEXDB_TRY(check_members(members));
  v1::Event event;
  Fact fact;
  CAPEXDB_ASSIGN(fact.period, fact_period(members));
  CAPEXDB_ASSIGN(fact.quantity, fact_quantity(series, members));
  CAPEXDB_TRY(put_filing(members, event));
  fact.subject = series.subject;
  fact.metric = series.metric.id;
  fact.definition = series.definition;
  put_fact(std::move(fact), event);
  event.set_status(v1::STATUS_ACTUAL);
  v1::Origin& origin = *event.mutable_origin();
  origin.set_file(file);
  origin.set_line(static_cast<std::uint32_t>(number));
  for (const EdgarMember& member : members) {
    if (std::find(kUsedMembers.begin(), kUsedMembers.end(), member.name) != kUsedMembers.end())
      continue;
    v1::Attribute& printed = *origin.add_printed();
    printed.set_name(member.name);
    printed.set_value(member.text);
  }
  return event;
}

}  // namespace capexdb::importers
