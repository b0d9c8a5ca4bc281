#include "storage/rocks/status.h"

namespace capexdb::storage {

Error to_error(const rocksdb::Status& status, const std::string& what) {
  const std::string message = what + ": " + status.ToString();
  if (status.IsCorruption()) return {Errc::data_loss, message};
  if (status.IsNotFound()) return {Errc::not_found, message};
  if (status.IsNoSpace()) return {Errc::resource_exhausted, message};
  if (status.IsBusy() || status.IsTryAgain() || status.IsTimedOut()) {
    return {Errc::unavailable, message};
  }
  if (status.IsIOError() && message.find("LOCK") != std::string::npos) {
    return {Errc::unavailable, what + ": another process has this store open"};
  }
  return {Errc::internal, message};
}

}  // namespace capexdb::storage
