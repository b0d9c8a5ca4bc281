// What an earlier vintage of a data set said and a later one no longer has.
//
// A data set is what one publisher gives out under one title. Every file of it is a
// vintage: a document of its own, published on another day.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "capexdb/client.h"
#include "capexdb/v1/event.pb.h"

namespace capexdb::cli {

// The cells that an event is about; none for a retraction or a catalogue change.
std::vector<v1::Cell> cells_of(const v1::Event& event);

// The cells of one file, which are held.
class Vintage {
 public:
  void add(const v1::Event& event);

  // Retractions, published on the file's day, of what stands under the file's own title
  // with an earlier published_at, and is about a cell of which the file says nothing;
  // of the metrics that are in the file. Cells are the same whatever their unit is.
  // `timeout` is for each question to the store. Errors: invalid_argument, reason
  // "no_vintage", where the events of the file are not of one document that its title
  // and day name; those of the client.
  Result<std::vector<v1::Event>> vanished(Client& client, std::chrono::milliseconds timeout) const;

 private:
  std::optional<Error> fault_;
  std::string publisher_;
  std::string title_;
  std::string published_at_;
  std::vector<v1::Cell> cells_;
};

}  // namespace capexdb::cli
