#include <nlohmann/json.hpp>
#include <utility>

#include "client/importers/csv.h"
#include "client/importers/edgar_fact.h"
#include "client/importers/edgar_shape.h"
#include "client/importers/formats.h"
#include "client/importers/json_stream.h"
#include "client/importers/xbrl.h"
#include "proto/model/text.h"

namespace capexdb::importers {
namespace {

std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Documents of company facts, one behind the other: the SEC's answer is one, a
// file of rejected facts has one for each.
class EdgarImporter : public Importer {
 public:
  EdgarImporter(ByteSource source, std::string file, MetricByTag metrics)
      : source_(std::move(source)), file_(std::move(file)), metrics_(std::move(metrics)) {}

  // Reads up to the facts, where a document that is something else shows.
  Result<void> open() {
    while (level_ == Level::input || level_ == Level::document) {
      CAPEXDB_ASSIGN(const bool more, step());
      if (!more) {
        return fail(
            Error{Errc::invalid_argument, file_ + " holds no JSON document", {}, "empty_input"});
      }
    }
    return {};
  }

  Result<bool> next(Record& record) override {
    record_ = &record;
    record.line = 0;
    for (;;) {
      CAPEXDB_ASSIGN(const bool more, step());
      if (!more) return false;
      if (record.line != 0) return true;
    }
  }

  std::vector<LeftOut> left_out() const override {
    std::vector<LeftOut> all;
    if (facts_left_out_ > 0) {
      std::string text = "left out " + counted_words(facts_left_out_, "fact", "facts") + " of " +
                         counted_words(concepts_left_out_, "concept", "concepts") +
                         " that no metric lists";
      if (number_ == 0) text += "; that is all of it: add concepts to the metrics' tags";
      all.push_back({facts_left_out_, std::move(text)});
    }
    if (others_ > 0) {
      all.push_back({others_, "left out " +
                                  counted_words(others_, "member that is", "members that are") +
                                  " neither a concept nor a unit"});
    }
    if (number_ == 0 && facts_left_out_ == 0) all.push_back({0, "there is no fact in it"});
    if (number_ > 0 && !states_capex_) {
      all.push_back(
          {0, "nothing in it is capex: the filer tags none of the concepts of that metric"});
    }
    return all;
  }

 private:
  // What the next token is a part of.
  enum class Level { input, document, facts, taxonomy, concept_, units, list };

  // Goes on by a token or a fact; a fact becomes a record. False at the end.
  Result<bool> step() {
    const auto token = json_.next();
    if (!token) return fail(fault(token.error()));
    if (*token == JsonToken::end) return false;
    auto done = enter(*token);
    if (!done) return fail(fault(std::move(done.error())));
    return true;
  }

  Result<void> enter(JsonToken token) {
    switch (level_) {
      case Level::input:
        return enter_document(token);
      case Level::document:
        return token == JsonToken::end_object ? leave_document() : enter_envelope();
      case Level::list:
        return enter_list(token);
      default:
        break;
    }
    if (token == JsonToken::end_object) {
      if (level_ == Level::concept_) leave_concept();
      level_ = static_cast<Level>(static_cast<int>(level_) - 1);
      return {};
    }
    const std::string name = json_.text();
    CAPEXDB_ASSIGN(const JsonToken first, json_.next());
    return enter_member(name, first);
  }

  Result<void> enter_document(JsonToken token) {
    shape_ = {};
    series_.subject = {};
    facts_met_ = false;
    if (token != JsonToken::begin_object) {
      CAPEXDB_TRY(shape_.skip(json_, token));
      return other_document();
    }
    level_ = Level::document;
    return {};
  }

  Result<void> leave_document() {
    level_ = Level::input;
    return facts_met_ ? Result<void>() : other_document();
  }

  Result<void> enter_envelope() {
    const std::string name = json_.text();
    shape_.add_outer(name);
    CAPEXDB_ASSIGN(const JsonToken first, json_.next());
    if (name == "facts" && first == JsonToken::begin_object && !shape_has("documentInfo")) {
      facts_met_ = true;
      level_ = Level::facts;
      return check_subject();
    }
    if (name == "cik" && !series_.subject.cik().empty()) {
      return fail(Error{Errc::invalid_argument, "the document has two CIKs: whose facts are these?",
                        "cik", "bad_cik"});
    }
    if (name == "cik" && (first == JsonToken::number || first == JsonToken::text)) {
      series_.subject.set_cik(json_.text());
    } else if (name == "entityName" && first == JsonToken::text) {
      series_.subject.set_name(plain_name(json_.text()));
    }
    return shape_.skip(json_, first);
  }

  bool shape_has(const std::string& name) const {
    for (const std::string& outer : shape_.outer) {
      if (outer == name) return true;
    }
    return false;
  }

  // The subject of all facts that follow.
  Result<void> check_subject() {
    v1::Party& subject = series_.subject;
    const std::string cik = normal_cik(subject.cik());
    if (cik.empty()) {
      return fail(Error{
          Errc::invalid_argument,
          subject.cik().empty()
              ? "the facts come before a cik that says whose they are; write cik and "
                "entityName before facts"
              : "the cik '" + std::string(clip(subject.cik(), 40)) + "' is not 1 to 10 digits",
          "cik", "bad_cik"});
    }
    subject.set_cik(cik);
    if (!is_clean_text(subject.name())) {
      return fail(Error{Errc::invalid_argument, "the entityName is not clean UTF-8 text",
                        "entityName", "bad_text"});
    }
    return {};
  }

  Result<void> other_document() const {
    return fail(Error{Errc::invalid_argument,
                      "these are not EDGAR's company facts: " + describe(shape_),
                      {},
                      "not_company_facts"});
  }

  // The member `name` of facts, of a taxonomy, a concept or its units.
  Result<void> enter_member(const std::string& name, JsonToken first) {
    switch (level_) {
      case Level::facts:
        taxonomy_ = name;
        return go_down(Level::taxonomy, JsonToken::begin_object, first);
      case Level::taxonomy: {
        concept_name_ = name;
        concept_facts_ = 0;
        series_.definition = taxonomy_ + ":" + name;
        const auto found = metrics_.find(series_.definition);
        metric_ = found == metrics_.end() ? nullptr : &found->second;
        if (metric_ != nullptr) series_.metric = *metric_;
        return go_down(Level::concept_, JsonToken::begin_object, first);
      }
      case Level::concept_:
        if (name != "units") return json_.skip(first);
        return go_down(Level::units, JsonToken::begin_object, first);
      default:
        series_.unit = name;
        begin_ = "{\"cik\":" + series_.subject.cik() +
                 ",\"entityName\":" + json_text(series_.subject.name()) + ",\"facts\":{" +
                 json_text(taxonomy_) + ":{" + json_text(concept_name_) + ":{\"units\":{" +
                 json_text(series_.unit) + ":[";
        return go_down(Level::list, JsonToken::begin_array, first);
    }
  }

  Result<void> go_down(Level level, JsonToken wanted, JsonToken first) {
    if (first == wanted) {
      level_ = level;
      return {};
    }
    ++others_;
    return json_.skip(first);
  }

  void leave_concept() {
    if (metric_ != nullptr || concept_facts_ == 0) return;
    ++concepts_left_out_;
    facts_left_out_ += concept_facts_;
  }

  Result<void> enter_list(JsonToken token) {
    if (token == JsonToken::end_array) {
      level_ = Level::units;
      return {};
    }
    ++concept_facts_;
    if (metric_ == nullptr) return json_.skip(token);
    return read_fact(token);
  }

  Result<void> read_fact(JsonToken token) {
    static constexpr std::string_view kEnd = "]}}}}}";
    const std::uint64_t number = ++number_;
    states_capex_ = states_capex_ || series_.metric.id == "capex";
    if (token != JsonToken::begin_object) {
      const bool nested = token == JsonToken::begin_array;
      const std::string text = token == JsonToken::text ? json_text(json_.text()) : json_.text();
      CAPEXDB_TRY(json_.skip(token));
      record_->raw = begin_ + (nested ? "[]" : text) + std::string(kEnd);
      record_->event = refuse("not_a_fact", "what stands in the list is no object with a val");
      record_->line = number;
      return {};
    }
    json_.record(begin_ + "{", kRecordBytesMax);
    std::vector<EdgarMember> members;
    bool cut = false;
    for (;;) {
      CAPEXDB_ASSIGN(const JsonToken member, json_.next());
      if (member == JsonToken::end_object) break;
      std::string name = json_.text();
      cut = cut || json_.cut();
      CAPEXDB_ASSIGN(const JsonToken value, json_.next());
      const bool nested = value == JsonToken::begin_object || value == JsonToken::begin_array;
      cut = cut || (!nested && json_.cut());
      if (members.size() < kMembersMax) {
        members.push_back({std::move(name), value, nested ? std::string("...") : json_.text()});
      } else {
        cut = true;
      }
      CAPEXDB_TRY(json_.skip(value));
    }
    std::string raw = json_.recorded();
    cut = cut || raw.empty();
    record_->raw = raw.empty() ? std::string() : std::move(raw) + std::string(kEnd);
    record_->event = cut ? refuse("record_too_long", "the fact is too large for one")
                         : edgar_event(series_, members, file_, number);
    if (!record_->event) locate(record_->event.error());
    record_->line = number;
    return {};
  }

  static Result<v1::Event> refuse(const char* reason, const char* message) {
    return fail(Error{Errc::invalid_argument, message, {}, reason});
  }

  // Numbers do not lead to a place in a document of one line; the concept does.
  void locate(Error& error) const {
    error.message =
        series_.definition + " in " + std::string(clip(series_.unit, 40)) + ": " + error.message;
  }

  Error fault(Error error) const {
    if (source_.broken()) return broken_input(file_, source_.offset());
    error.message = file_ + ": " + error.message;
    return error;
  }

  static constexpr std::size_t kMembersMax = 64;

  ByteSource source_;
  JsonStream json_{source_};
  std::string file_;
  MetricByTag metrics_;
  Level level_ = Level::input;
  JsonShape shape_;
  bool facts_met_ = false;
  std::string taxonomy_;
  std::string concept_name_;
  const CatalogMetric* metric_ = nullptr;  // of the concept; none lists it
  EdgarSeries series_;
  std::string begin_;  // of a document with one fact of the list
  Record* record_ = nullptr;
  std::uint64_t number_ = 0;  // facts that became records
  bool states_capex_ = false;
  std::uint64_t concept_facts_ = 0;
  std::uint64_t facts_left_out_ = 0;
  std::uint64_t concepts_left_out_ = 0;
  std::uint64_t others_ = 0;
};

}  // namespace

Result<std::unique_ptr<Importer>> open_edgar(ByteSource source, const std::string& file,
                                             const AskMetrics& metrics) {
  CAPEXDB_ASSIGN(MetricByTag by_tag, metrics_by_tag(metrics));
  auto importer = std::make_unique<EdgarImporter>(std::move(source), file, std::move(by_tag));
  CAPEXDB_TRY(importer->open());
  return std::unique_ptr<Importer>(std::move(importer));
}

}  // namespace capexdb::importers
