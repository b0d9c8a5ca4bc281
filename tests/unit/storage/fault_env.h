// A file system whose writes fail when a test says so.
#pragma once

#include <rocksdb/env.h>

#include <atomic>
#include <memory>
#include <string>

namespace capexdb::storage::test {

class FaultEnv : public rocksdb::EnvWrapper {
 public:
  enum class Fault { none, append, sync };

  FaultEnv() : rocksdb::EnvWrapper(rocksdb::Env::Default()) {}
  // From now on, of files that are open too.
  void set(Fault fault) { fault_ = fault; }

  rocksdb::Status NewWritableFile(const std::string& name,
                                  std::unique_ptr<rocksdb::WritableFile>* file,
                                  const rocksdb::EnvOptions& options) override {
    auto status = target()->NewWritableFile(name, file, options);
    if (status.ok()) *file = std::make_unique<File>(std::move(*file), fault_);
    return status;
  }

 private:
  class File : public rocksdb::WritableFileWrapper {
   public:
    File(std::unique_ptr<rocksdb::WritableFile> file, const std::atomic<Fault>& fault)
        : rocksdb::WritableFileWrapper(file.get()), file_(std::move(file)), fault_(fault) {}

    rocksdb::Status Append(const rocksdb::Slice& data) override {
      if (fault_ == Fault::append) return rocksdb::Status::IOError("no space left (test)");
      return rocksdb::WritableFileWrapper::Append(data);
    }
    rocksdb::Status Append(const rocksdb::Slice& data,
                           const rocksdb::DataVerificationInfo& info) override {
      if (fault_ == Fault::append) return rocksdb::Status::IOError("no space left (test)");
      return rocksdb::WritableFileWrapper::Append(data, info);
    }
    rocksdb::Status Sync() override {
      if (fault_ == Fault::sync) return rocksdb::Status::IOError("the disk is gone (test)");
      return rocksdb::WritableFileWrapper::Sync();
    }
    rocksdb::Status Fsync() override { return Sync(); }

   private:
    std::unique_ptr<rocksdb::WritableFile> file_;
    const std::atomic<Fault>& fault_;
  };

  std::atomic<Fault> fault_{Fault::none};
};

}  // namespace capexdb::storage::test
