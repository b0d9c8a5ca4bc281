#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <utility>

#include "client/importers/csv.h"
#include "client/importers/formats.h"
#include "client/importers/json_object.h"
#include "client/importers/row_mapper.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

// Whether a member of an object is one of Event's messages; then the whole
// object is protobuf JSON.
bool is_event_message(const std::string& name) {
  const google::protobuf::Descriptor& event = *v1::Event::descriptor();
  for (int i = 0; i < event.field_count(); ++i) {
    const google::protobuf::FieldDescriptor& field = *event.field(i);
    if (field.message_type() == nullptr) continue;
    if (field.name() == name || field.json_name() == name) return true;
  }
  return false;
}

bool is_event(const JsonObject& object) {
  return std::any_of(object.nested.begin(), object.nested.end(), is_event_message);
}

Result<v1::Event> event_of_json(const std::string& text) {
  v1::Event event;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = false;
  const auto status = google::protobuf::util::JsonStringToMessage(text, &event, options);
  if (!status.ok()) {
    return fail(Error{Errc::invalid_argument,
                      "not a capexdb.v1.Event: " + std::string(status.message()),
                      {},
                      "bad_event_json"});
  }
  return event;
}

class JsonlImporter : public Importer {
 public:
  JsonlImporter(ByteSource source, std::string file)
      : source_(std::move(source)), file_(std::move(file)) {}

  // Lines are read one by one, so a document that is no list of statements
  // shows in its first line.
  Result<void> check_start() {
    static constexpr std::string_view kMark = "\xEF\xBB\xBF";
    std::string_view start = source_.ahead_lines(1, kRecordBytesMax + 1);
    if (source_.broken()) return fail(broken_input(file_, source_.offset()));
    const bool whole = start.size() <= kRecordBytesMax;
    if (start.starts_with(kMark)) start.remove_prefix(kMark.size());
    const std::string_view line = trim(start);
    if (line.empty()) return {};
    if (line.front() == '[') {
      return not_lines("it is one JSON array; write its objects one per line (jq -c '.[]')");
    }
    if (!whole) {
      return not_lines("its first line has more than " + std::to_string(kRecordBytesMax) +
                       " bytes");
    }
    const auto object = parse_json_object(line);
    if (!object) {
      if (object.error().reason != "json_cut_short") return {};
      const std::size_t first = start.size();
      std::string_view both = source_.ahead_lines(2, 2 * kRecordBytesMax);
      if (both.starts_with(kMark)) both.remove_prefix(kMark.size());
      const std::string_view second = trim(both.substr(first));
      if (!second.empty() && second.front() != '{') {
        return not_lines(
            "it is one JSON document over several lines; each line is to be an Event or a flat "
            "row");
      }
      return {};
    }
    if (!object->nested.empty() && !is_event(*object) && !RowMapper::make(object->names)) {
      std::string keys;
      for (const auto* names : {&object->names, &object->nested}) {
        for (const std::string& name : *names) {
          if (keys.size() < 100) keys += (keys.empty() ? "" : ", ") + name.substr(0, 40);
        }
      }
      return not_lines("its first object is neither an Event nor a flat row; its keys are " + keys);
    }
    return {};
  }

  Result<bool> next(Record& record) override {
    std::string line;
    for (;;) {
      if (source_.peek() == ByteSource::kEnd) {
        if (source_.broken()) return fail(broken_input(file_, source_.offset()));
        return false;
      }
      ++line_;
      const bool whole = read_line(line);
      if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
      if (whole && trim(line).empty()) continue;
      record.line = line_;
      if (whole) {
        record.event = event_of(line);
      } else {
        record.event =
            fail(Error{Errc::invalid_argument,
                       "the line is longer than " + std::to_string(kRecordBytesMax) + " bytes",
                       {},
                       "record_too_long"});
      }
      record.raw = std::move(line);
      return true;
    }
  }

 private:
  Result<void> not_lines(const std::string& why) const {
    return fail(Error{Errc::invalid_argument,
                      file_ + " is JSON but not lines of statements: " + why,
                      {},
                      "not_json_lines"});
  }

  // False when the line is too long; its rest is then passed over.
  bool read_line(std::string& line) {
    line.clear();
    for (int c = source_.get(); c != '\n' && c != ByteSource::kEnd; c = source_.get()) {
      if (line.size() <= kRecordBytesMax) line.push_back(static_cast<char>(c));
    }
    if (line.ends_with('\r')) line.pop_back();
    if (line.size() <= kRecordBytesMax) return true;
    line.resize(kRecordBytesMax);
    return false;
  }

  Result<v1::Event> event_of(const std::string& line) {
    CAPEXDB_ASSIGN(JsonObject object, parse_json_object(line));
    if (is_event(object)) return event_of_json(line);
    if (!object.nested.empty()) {
      const std::string& name = object.nested.front();
      return fail(Error{Errc::invalid_argument,
                        "'" + name.substr(0, 60) +
                            "' holds an object or a list: a flat row has only text and numbers",
                        name, "nested_value"});
    }
    if (!mapper_ || object.names != mapped_) {
      CAPEXDB_ASSIGN(RowMapper mapper, RowMapper::make(object.names));
      mapper_.emplace(std::move(mapper));
      mapped_ = std::move(object.names);
    }
    return mapper_->event(std::move(object.values), {file_, line_});
  }

  ByteSource source_;
  std::string file_;
  std::uint64_t line_ = 0;
  std::optional<RowMapper> mapper_;  // for rows with the names `mapped_`
  std::vector<std::string> mapped_;
};

}  // namespace

Result<std::unique_ptr<Importer>> open_jsonl(ByteSource source, const std::string& file) {
  auto importer = std::make_unique<JsonlImporter>(std::move(source), file);
  CAPEXDB_TRY(importer->check_start());
  return std::unique_ptr<Importer>(std::move(importer));
}

}  // namespace capexdb::importers
