#include "storage/query/provenance.h"

#include <algorithm>
#include <string>

#include "capexdb/v1/event.pb.h"
#include "storage/query/scan.h"

namespace capexdb::storage {
namespace {

std::string document_text(const v1::Source& source, const std::string& published_at) {
  if (!source.accession().empty()) return source.accession();
  if (!source.url().empty()) return source.url();
  std::string text = source.publisher();
  if (!source.title().empty()) text += ", " + source.title();
  return text + " " + published_at;
}

std::string citation_text(const v1::Citation& c) {
  if (!c.accession().empty()) return c.accession();
  if (!c.url().empty()) return c.url();
  if (c.publisher().empty()) return c.text();
  std::string text = c.publisher();
  if (!c.title().empty()) text += ", " + c.title();
  return c.published_at().empty() ? text : text + " " + c.published_at();
}

}  // namespace

Result<void> add_provenance(AnswerRow& row, const std::string& event_bytes) {
  v1::Event event;
  if (!event.ParseFromString(event_bytes)) {
    return fail(Errc::data_loss, "sequence " + std::to_string(row.sequence) + " does not decode");
  }
  const v1::Source& source = event.source();
  row.document = document_text(source, event.published_at());
  row.root = source.cites_size() == 0 ? row.document
                                      : citation_text(source.cites(source.cites_size() - 1));
  row.attributed_to = source.attributed_to();
  return {};
}

Result<void> add_provenance(const ReadView& view, const std::vector<AnswerRow*>& rows,
                            const QueryLimits& limits, HeldMemory& held) {
  // In the log's order, so that neighbours share a decoded batch.
  std::vector<AnswerRow*> by_sequence = rows;
  std::sort(by_sequence.begin(), by_sequence.end(),
            [](const AnswerRow* a, const AnswerRow* b) { return a->sequence < b->sequence; });
  ReadView::CachedBatch cached;
  for (AnswerRow* row : by_sequence) {
    CAPEXDB_TRY(check_limits(limits));
    CAPEXDB_ASSIGN(const StoredEvent stored, view.event(row->sequence, cached));
    CAPEXDB_TRY(add_provenance(*row, stored.bytes));
    CAPEXDB_TRY(held.add(row->document.size() + row->root.size() + row->attributed_to.size()));
  }
  return {};
}

}  // namespace capexdb::storage
