#include "storage/dictionary.h"

#include <algorithm>

namespace capexdb::storage {
namespace {

std::size_t index_of(NameKind kind) {
  return static_cast<std::size_t>(std::find(kNameKinds.begin(), kNameKinds.end(), kind) -
                                  kNameKinds.begin());
}

const std::string kEmpty;

}  // namespace

Dictionary::Names& Dictionary::names(NameKind kind) { return kinds_.at(index_of(kind)); }
const Dictionary::Names& Dictionary::names(NameKind kind) const {
  return kinds_.at(index_of(kind));
}

std::uint32_t Dictionary::find(NameKind kind, std::string_view text) const {
  const Names& n = names(kind);
  const auto found = n.ordinals.find(std::string(text));
  return found == n.ordinals.end() ? 0 : found->second;
}

std::uint32_t Dictionary::intern(NameKind kind, std::string_view text) {
  Names& n = names(kind);
  const auto [at, is_new] =
      n.ordinals.try_emplace(std::string(text), static_cast<std::uint32_t>(n.texts.size() + 1));
  if (is_new) {
    n.texts.emplace_back(text);
    added_.push_back({kind, at->second, std::string(text)});
  }
  return at->second;
}

const std::string& Dictionary::text(NameKind kind, std::uint32_t ordinal) const {
  const Names& n = names(kind);
  return ordinal == 0 || ordinal > n.texts.size() ? kEmpty : n.texts[ordinal - 1];
}

std::uint32_t Dictionary::size(NameKind kind) const {
  return static_cast<std::uint32_t>(names(kind).texts.size());
}

Result<void> Dictionary::load(std::vector<Entry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.ordinal < b.ordinal; });
  for (const Entry& entry : entries) {
    if (intern(entry.kind, entry.text) != entry.ordinal) {
      return fail(Errc::data_loss, "the names are damaged: ordinal " +
                                       std::to_string(entry.ordinal) + " of '" + entry.text +
                                       "' is out of order");
    }
  }
  added_.clear();
  return {};
}

std::vector<Dictionary::Entry> Dictionary::take_added() { return std::exchange(added_, {}); }

}  // namespace capexdb::storage
