#include "storage/quarantine_filter.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <memory>

#include "proto/codec/validate.h"
#include "proto/model/plausibility_rules.h"
#include "proto/model/text.h"
#include "storage/rocks/database.h"
#include "storage/rocks/status.h"
#include "storage/store_state.h"

namespace capexdb::storage {

using disk::v1::QuarantineRecord;

tl::unexpected<Error> wrong_request(const char* field, std::string message) {
  return fail(Error{Errc::invalid_argument, std::move(message), std::string("quarantine.") + field,
                    "bad_request"});
}

Result<ValidEvent> event_of_record(std::uint64_t id, const QuarantineRecord& record) {
  auto event = validate(record.event());
  if (event && std::holds_alternative<Statement>(event->fact())) return event;
  return fail(Errc::data_loss, "the event of quarantine record " + std::to_string(id) +
                                   " cannot be read; run 'capexd check'");
}

Result<RecordFilter> RecordFilter::of(const v1::QuarantineRequest& request,
                                      const Catalogue& catalogue) {
  RecordFilter filter(catalogue);
  filter.producer_ = request.producer_id();
  if (!filter.producer_.empty()) {
    const std::string fault = producer_pattern_fault(filter.producer_);
    if (!fault.empty()) return wrong_request("producer_id", fault);
  }
  if (!request.code().empty()) {
    const auto rule = parse_rule(request.code());
    if (!rule) {
      const std::string near = nearest(request.code(), rule_codes());
      std::string all;
      for (const std::string& code : rule_codes()) all += (all.empty() ? "" : ", ") + code;
      return wrong_request(
          "code", "there is no code " + quoted(request.code()) +
                      (near.empty() ? "; there are " + all : "; did you mean '" + near + "'?"));
    }
    filter.code_ = code_of(*rule);
  }
  filter.company_ = trim(request.company());
  if (filter.company_.empty()) return filter;
  CAPEXDB_ASSIGN(const std::uint32_t known,
                 catalogue.find_party(PartyRef{filter.company_, {}, {}, {}}, kNow));
  if (known != 0) {
    filter.companies_ = catalogue.leaves(known, kNow);
    filter.companies_.push_back(catalogue.canonical(known, kNow));
  }
  return filter;
}

Result<bool> RecordFilter::takes(std::uint64_t id, const QuarantineRecord& record) const {
  if (!producer_.empty() && !matches_producer(producer_, record.producer_id())) return false;
  if (!code_.empty() && record.code() != code_) return false;
  if (company_.empty()) return true;
  CAPEXDB_ASSIGN(const ValidEvent event, event_of_record(id, record));
  const auto& statement = std::get<Statement>(event.fact());
  const PartyRef& subject = statement.subject;
  const auto known = catalogue_.find_party(subject, kNow, statement.name_day());
  if (known && *known != 0) {
    const std::uint32_t one = catalogue_.canonical(*known, kNow);
    return std::find(companies_.begin(), companies_.end(), one) != companies_.end();
  }
  // Who comes with the record alone has no other name.
  const std::string wanted = slug(company_);
  return wanted == slug(subject.name) || wanted == slug(subject.ticker) ||
         (!subject.cik.empty() && normal_cik(company_) == subject.cik);
}

Result<void> RecordFilter::of_someone_known() const {
  if (company_.empty() || !companies_.empty()) return {};
  CAPEXDB_TRY(catalogue_.need_party(company_, kNow));
  return {};
}

Result<void> for_each_record(const StoreState& state, std::uint64_t after,
                             const RecordVisitor& visit) {
  const Database& database = *state.database;
  const std::unique_ptr<rocksdb::Iterator> it(database.db().NewIterator({}, database.meta()));
  const std::string prefix = quarantine_prefix();
  for (it->Seek(quarantine_key(after + 1)); it->Valid() && it->key().starts_with(prefix);
       it->Next()) {
    CAPEXDB_ASSIGN(const std::uint64_t id, decode_quarantine_key(it->key().ToStringView()));
    QuarantineRecord record;
    const rocksdb::Slice value = it->value();
    if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      return fail(Errc::data_loss,
                  "quarantine record " + std::to_string(id) + " is damaged; run 'capexd check'");
    }
    CAPEXDB_ASSIGN(const bool more, visit(id, record));
    if (!more) break;
  }
  if (!it->status().ok()) return fail(to_error(it->status(), "quarantine"));
  return {};
}

v1::QuarantineState state_of(const QuarantineRecord& record) {
  return static_cast<v1::QuarantineState>(record.state());
}

}  // namespace capexdb::storage
