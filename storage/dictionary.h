// Texts and their ordinals, one numbering per kind. Ordinals start at 1; 0
// means none. The numbering is stored in `names` and loaded at start.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proto/model/error.h"

namespace capexdb::storage {

// The letters are the first byte of the keys in `names`.
enum class NameKind : char {
  party = 'p',
  metric = 'm',
  product = 'd',
  source = 's',
  unit = 'u',
  definition = 'f',
  counterparties = 'c',  // text: (role:u8 party:u32be)*, sorted
};
inline constexpr std::array kNameKinds = {
    NameKind::party, NameKind::metric,     NameKind::product,       NameKind::source,
    NameKind::unit,  NameKind::definition, NameKind::counterparties};
// Keys 'k' sequence:u64be in `names` point at the catalogue events of the log.
inline constexpr char kCatalogEventKey = 'k';

class Dictionary {
 public:
  struct Entry {
    NameKind kind;
    std::uint32_t ordinal;
    std::string text;
  };

  // 0 if the text has no ordinal yet.
  std::uint32_t find(NameKind kind, std::string_view text) const;
  // Gives the text an ordinal if it has none, and notes it in added().
  std::uint32_t intern(NameKind kind, std::string_view text);
  // Empty for 0 and for an ordinal that is not there.
  const std::string& text(NameKind kind, std::uint32_t ordinal) const;
  std::uint32_t size(NameKind kind) const;

  // Sets what was loaded. Error: data_loss when ordinals are not dense.
  Result<void> load(std::vector<Entry> entries);

  // What intern() has added since the last call.
  std::vector<Entry> take_added();

 private:
  struct Names {
    std::deque<std::string> texts;  // by ordinal - 1; a deque keeps references valid
    std::unordered_map<std::string, std::uint32_t> ordinals;
  };
  Names& names(NameKind kind);
  const Names& names(NameKind kind) const;

  std::array<Names, kNameKinds.size()> kinds_;
  std::vector<Entry> added_;
};

}  // namespace capexdb::storage
