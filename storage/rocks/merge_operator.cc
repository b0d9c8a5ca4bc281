#include "storage/rocks/merge_operator.h"

#include <string_view>
#include <vector>

#include "storage/block.h"

namespace capexdb::storage {
namespace {

std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

class FoldOperator : public rocksdb::MergeOperator {
 public:
  // Part of the format: RocksDB stores it and refuses another.
  const char* Name() const override { return "capexdb.fold.v1"; }

  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    // A single block is folded already; a reader checks it as any other.
    if (in.existing_value == nullptr && in.operand_list.size() == 1) {
      out->existing_operand = in.operand_list.front();
      return true;
    }
    std::vector<std::string_view> blocks;
    blocks.reserve(in.operand_list.size() + 1);
    if (in.existing_value != nullptr) blocks.push_back(view(*in.existing_value));
    for (const rocksdb::Slice& operand : in.operand_list) blocks.push_back(view(operand));
    return fold(blocks, &out->new_value);
  }

  bool PartialMergeMulti(const rocksdb::Slice& /*key*/, const std::deque<rocksdb::Slice>& operands,
                         std::string* out, rocksdb::Logger* /*logger*/) const override {
    std::vector<std::string_view> blocks;
    blocks.reserve(operands.size());
    for (const rocksdb::Slice& operand : operands) blocks.push_back(view(operand));
    return fold(blocks, out);
  }

 private:
  static bool fold(const std::vector<std::string_view>& blocks, std::string* out) {
    auto folded = fold_blocks(blocks);
    if (!folded) return false;
    // RocksDB may hand over a string that is not empty.
    *out = std::move(*folded);
    return true;
  }
};

}  // namespace

std::shared_ptr<rocksdb::MergeOperator> make_fold_operator() {
  return std::make_shared<FoldOperator>();
}

}  // namespace capexdb::storage
