// A zip archive out of a stream of bytes, and its entries as streams again.
#pragma once

#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/importers/byte_source.h"
#include "proto/model/error.h"

namespace capexdb::importers {

// An entry while it is read; must not outlive its archive. A fault of the archive
// sets the stream's badbit, and fault() says what it is.
class ZipEntry {
 public:
  virtual ~ZipEntry() = default;
  virtual std::istream& stream() = 0;
  virtual std::string fault() const = 0;
};

// One thread.
class ZipArchive {
 public:
  // Reads the source to its end. Its bytes wait in a file without a name in $TMPDIR,
  // else /var/tmp, since the list of entries stands at the end of an archive and a
  // pipe cannot be read twice. Errors: invalid_argument, reason "compressed_input"; unavailable
  // where the source or that file fails.
  static Result<ZipArchive> open(ByteSource& source, const std::string& file);
  ~ZipArchive();
  ZipArchive(ZipArchive&& other) noexcept;
  ZipArchive& operator=(ZipArchive&& other) noexcept;

  // The first ones, with their folders.
  std::vector<std::string> names(std::size_t names_max) const;
  // By its name in any folder and case. Errors: not_found; invalid_argument where it
  // cannot be read (encrypted, packed in a way that is not known).
  Result<std::unique_ptr<ZipEntry>> entry(const std::string& name) const;
  bool has(const std::string& name) const;
  // All entries of that name in any folder and case, with their folders.
  std::vector<std::string> all_of(const std::string& name) const;

 private:
  struct Handle;
  explicit ZipArchive(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

}  // namespace capexdb::importers
