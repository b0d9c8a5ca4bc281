// Which records of the quarantine a request is about. For review.cc and
// quarantine_list.cc only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "storage/commit.h"
#include "storage/quarantine.h"

namespace capexdb::storage {

// Producer, code and company of a QuarantineRequest; its state is another matter.
class RecordFilter {
 public:
  // Error: invalid_argument. The catalogue must outlive it.
  static Result<RecordFilter> of(const v1::QuarantineRequest& request, const Catalogue& catalogue);

  // Error: data_loss.
  Result<bool> takes(std::uint64_t id, const disk::v1::QuarantineRecord& record) const;
  // What to say when nothing is taken at all: not_found, where nobody is known by the
  // company's name.
  Result<void> of_someone_known() const;

 private:
  explicit RecordFilter(const Catalogue& catalogue) : catalogue_(catalogue) {}

  const Catalogue& catalogue_;
  std::string producer_;
  std::string code_;
  std::string company_;
  std::vector<std::uint32_t> companies_;
};

// Calls `visit` with each record behind `after`, in order of id, until it returns
// false. Not those that are staged. Error: data_loss, internal, or the visitor's.
using RecordVisitor =
    std::function<Result<bool>(std::uint64_t id, const disk::v1::QuarantineRecord& record)>;
Result<void> for_each_record(const StoreState& state, std::uint64_t after,
                             const RecordVisitor& visit);

// The statement's event. Error: data_loss.
Result<ValidEvent> event_of_record(std::uint64_t id, const disk::v1::QuarantineRecord& record);
v1::QuarantineState state_of(const disk::v1::QuarantineRecord& record);
// invalid_argument, about a field of the request.
tl::unexpected<Error> wrong_request(const char* field, std::string message);

}  // namespace capexdb::storage
