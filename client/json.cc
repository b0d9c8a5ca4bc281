#include "capexdb/json.h"

#include <google/protobuf/util/json_util.h>

namespace capexdb {

Result<std::string> event_to_json(const v1::Event& event) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(event, &text, options);
  if (!status.ok()) {
    return fail(Errc::internal, "the event cannot be written as JSON: " + status.ToString());
  }
  return text;
}

}  // namespace capexdb
