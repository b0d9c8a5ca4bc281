#include "tests/unit/storage/model_pair.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "proto/codec/validate.h"
#include "storage/query/engine.h"

namespace capexdb::storage::test {
namespace {

std::string number_text(const Interval& v) {
  const auto end = [](const char* name, const Bound& b) {
    return std::string(name) + b.value.normalized().to_string() + "/" +
           std::to_string(static_cast<int>(b.kind));
  };
  std::string text = v.point ? v.point->normalized().to_string() : "-";
  if (v.low) text += end(" low ", *v.low);
  if (v.high) text += end(" high ", *v.high);
  return text + (v.approx ? " about" : "");
}

std::string derivation_kind(const std::string& text) {
  const std::string implied = text.find("implied") != std::string::npos ? ", implied" : "";
  for (const char* fold : {"sum of", "avg of", "min of", "max of", "median of", "count of"}) {
    if (text.starts_with(fold)) return std::string(fold) + implied;
  }
  for (const char* change : {"new", "revised", "withdrawn"}) {
    if (text == change) return text;
  }
  for (const char* growth : {" a year", " - 1"}) {
    if (text.ends_with(growth) || text.find(std::string(growth) + ", ") != std::string::npos) {
      return "growth" + implied;
    }
  }
  if (text.ends_with(", added up")) return "added up";
  if (!implied.empty()) return "implied";
  if (text.starts_with("reported")) return "reported";  // a conversion names its rate
  if (text.empty() || text.starts_with("derived")) return text;
  return text.find("(mixed vintages)") != std::string::npos ? "derived (mixed vintages)"
                                                            : "derived";
}

std::string reason_kind(const std::string& text) {
  if (text.starts_with("yearly growth")) return "no growth";
  for (const char* start : {"was ", "no figure for", "no growth"}) {
    if (text.starts_with(start)) return start;
  }
  if (text.find("no quarter") != std::string::npos) return "no quarter";
  if (text.find("above zero") != std::string::npos) return "no growth";
  if (text.find("not of one length") != std::string::npos) return "no growth";
  return text.substr(0, text.find_first_of(":;"));
}

// A statement that a row is made of, or what was answered before.
std::string part_text(const AnswerRow& row) {
  return "    part " + std::to_string(row.sequence) + " " + row.company + " " + row.metric + " " +
         row.product + " " + row.counterparty + " " + row.period + " " + number_text(row.value) +
         row.unit + " " + row.source + " " + row.published_at + "\n";
}

// Derivation and reason as they are, or their kinds.
std::string line_of(const AnswerRow& row, bool with_sequence, bool kinds) {
  std::string line;
  for (const std::string& word : {row.company,
                                  row.metric,
                                  row.product,
                                  row.counterparty,
                                  row.period,
                                  row.start,
                                  row.end,
                                  number_text(row.value),
                                  number_text(row.share),
                                  row.unit,
                                  row.currency,
                                  std::string(row.status ? to_string(*row.status) : ""),
                                  std::string(row.measure ? to_string(*row.measure) : ""),
                                  row.source,
                                  row.published_at,
                                  std::to_string(with_sequence ? row.sequence : 0),
                                  kinds ? derivation_kind(row.derivation) : row.derivation,
                                  std::to_string(row.documents),
                                  std::to_string(row.roots),
                                  row.definition,
                                  row.seller,
                                  row.buyer,
                                  kinds ? reason_kind(row.reason) : row.reason}) {
    line += word + "|";
  }
  return line;
}

std::string coverage_text(const Answer& answer) {
  if (!answer.coverage) return "";
  std::string text = "  coverage " + std::to_string(answer.coverage->reported) + " of " +
                     std::to_string(answer.coverage->of) + ", missing";
  for (const std::string& company : answer.coverage->missing) text += " " + company;
  return text + "\n";
}

std::string error_text(const Error& error) {
  const bool told = error.reason == "mixed_units" || error.reason == "overlapping_periods" ||
                    error.reason == "not_over_time" || error.reason == "negative_part";
  return "error " + std::to_string(static_cast<int>(error.code)) + " " + (told ? error.reason : "");
}

// Rows come in order of company and period.
bool in_order(const Answer& answer) {
  return std::is_sorted(
      answer.rows.begin(), answer.rows.end(), [](const AnswerRow& a, const AnswerRow& b) {
        return std::tie(a.company, a.start, a.end) < std::tie(b.company, b.start, b.end);
      });
}

// Whether a store of just these events disagrees with its model.
bool still_disagrees(const World& world, const std::vector<v1::Event>& events, const Query& query) {
  StorePair pair({world});
  Dice dice(1);
  pair.commit_log(events, dice, events.size());
  return !pair.disagreement(query).empty();
}

}  // namespace

std::string answer_text(const Result<Answer>& answer, bool with_sequences) {
  if (!answer) return error_text(answer.error());
  std::vector<std::string> lines;
  for (const AnswerRow& row : answer->rows) {
    std::string& line = lines.emplace_back(line_of(row, with_sequences, true));
    if (!with_sequences) continue;
    std::vector<std::string> parts;
    for (const AnswerRow& part : row.parts) parts.push_back(part_text(part));
    std::sort(parts.begin(), parts.end());
    for (const std::string& part : parts) line += "\n" + part;
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += "  " + line + "\n";
  if (with_sequences) text += "  at " + std::to_string(answer->sequence) + "\n";
  return text + coverage_text(*answer);
}

std::string whole_text(const Result<Answer>& answer) {
  if (!answer) return error_text(answer.error()) + answer.error().message;
  std::string text;
  for (const AnswerRow& row : answer->rows) text += "  " + line_of(row, true, false) + "\n";
  text += "  at " + std::to_string(answer->sequence) + "\n" + coverage_text(*answer);
  for (const std::string& note : answer->notes) text += "  note: " + note + "\n";
  return text;
}

std::vector<v1::Event> random_log(const std::vector<World>& worlds, std::size_t events_of_a_world,
                                  Dice& dice) {
  std::vector<std::vector<v1::Event>> histories;
  std::vector<std::size_t> turns;
  for (std::size_t i = 0; i < worlds.size(); ++i) {
    RandomHistory history(worlds[i], dice);
    std::vector<v1::Event>& events = histories.emplace_back(history.write(events_of_a_world));
    for (int changes = 0; changes < 2; ++changes) {
      const auto at = static_cast<std::ptrdiff_t>(dice.roll(events.size()));
      events.insert(events.begin() + at, history.catalogue_change());
    }
    turns.insert(turns.end(), events.size(), i);
    std::reverse(events.begin(), events.end());
  }
  histories.push_back(random_rates(dice));
  turns.insert(turns.end(), histories.back().size(), worlds.size());
  dice.shuffle(turns);
  std::vector<v1::Event> log;
  for (const std::size_t world : turns) {
    log.push_back(std::move(histories[world].back()));
    histories[world].pop_back();
  }
  return log;
}

std::vector<v1::Event> another_order(const std::vector<v1::Event>& log, Dice& dice) {
  std::vector<v1::Event> statements;
  std::vector<v1::Event> changes;
  std::vector<v1::Event> retractions;
  for (const v1::Event& event : log) {
    (event.has_catalog_change() ? changes
     : event.has_retraction()   ? retractions
                                : statements)
        .push_back(event);
  }
  dice.shuffle(statements);
  dice.shuffle(retractions);
  std::vector<v1::Event> result = std::move(statements);
  result.insert(result.end(), retractions.begin(), retractions.end());
  std::size_t at = 0;
  for (v1::Event& change : changes) {
    at += dice.roll(result.size() - at + 1);
    result.insert(result.begin() + static_cast<std::ptrdiff_t>(at++), std::move(change));
  }
  return result;
}

StorePair::StorePair(const std::vector<World>& worlds)
    : store_(open_store(directory_.path(), catalogue_of(worlds))), model_(catalogue_of(worlds)) {}

void StorePair::commit_batch(const std::vector<v1::Event>& events) {
  std::uint32_t accepted = 0;
  std::uint32_t duplicates = 0;
  for (const v1::Event& event : events) {
    const auto valid = validate(event.SerializeAsString());
    ASSERT_TRUE(valid) << valid.error().message << "\n" << event.ShortDebugString();
    const ModelStore::Outcome outcome = model_.take(*valid);
    if (outcome == ModelStore::Outcome::accepted) ++accepted;
    if (outcome == ModelStore::Outcome::duplicate) ++duplicates;
  }
  const v1::IngestReply reply = commit(*store_, events);
  EXPECT_EQ(reply.accepted(), accepted) << reply.ShortDebugString();
  EXPECT_EQ(reply.duplicates(), duplicates) << reply.ShortDebugString();
  EXPECT_EQ(store_->last_sequence(), model_.last_sequence());
}

void StorePair::commit_log(const std::vector<v1::Event>& log, Dice& dice, std::size_t batch_max) {
  std::vector<v1::Event> batch;
  std::size_t size = 1 + dice.roll(batch_max);
  const auto flush = [&] {
    if (!batch.empty()) commit_batch(batch);
    batch.clear();
    size = 1 + dice.roll(batch_max);
  };
  for (const v1::Event& event : log) {
    const bool change = event.has_catalog_change();
    if (change || batch.size() >= size) flush();
    batch.push_back(event);
    if (change) flush();
  }
  flush();
}

std::string StorePair::disagreement(const Query& query) const {
  QueryLimits limits;
  limits.companies_at_once = 2;  // few, so that answers are made in pieces here too
  const auto answer = run_query(*store_, query, limits);
  const std::string actual = answer_text(answer);
  const std::string expected = answer_text(model_.ask(query));
  const bool sorted = !answer || query.growth != Growth::none ||
                      (query.kind != QueryKind::cells && query.kind != QueryKind::changes) ||
                      in_order(*answer);
  if (actual == expected && sorted) return "";
  return std::string("answer") + (sorted ? "" : " out of order") + ":\n" + actual + "model:\n" +
         expected;
}

std::vector<std::pair<std::uint64_t, v1::Event>> StorePair::log_of(const World& world,
                                                                   std::uint64_t at) const {
  std::vector<std::pair<std::uint64_t, v1::Event>> log;
  for (std::uint64_t sequence = 2; sequence <= at; ++sequence) {
    const auto stored = read_event(*store_, sequence);
    v1::Event event;
    if (!stored || !event.ParseFromString(stored->bytes)) continue;
    const bool is_rate = event.measure().metric() == "fx_rate";
    if (!is_rate && event.ShortDebugString().find('"' + world.prefix) == std::string::npos) {
      continue;
    }
    log.emplace_back(sequence, event);
  }
  return log;
}

std::string shortest_history(const StorePair& pair, const World& world, Query query) {
  const std::uint64_t last = pair.store().last_sequence();
  const std::uint64_t at = query.at_sequence == 0 ? last : std::min(last, query.at_sequence);
  const auto log = pair.log_of(world, at);
  std::string text;
  std::vector<v1::Event> events;
  for (const auto& [sequence, event] : log) {
    text += std::to_string(sequence) + ": " + event.ShortDebugString() + "\n";
    events.push_back(event);
  }
  query.at_sequence = 0;
  if (!still_disagrees(world, events, query)) return text;
  // Ever smaller parts of it are left out, where the disagreement stays.
  for (std::size_t size = events.size() / 2; size > 0; size /= 2) {
    for (std::size_t begin = 0; begin + size <= events.size();) {
      std::vector<v1::Event> fewer = events;
      const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(begin);
      fewer.erase(first, first + static_cast<std::ptrdiff_t>(size));
      if (!fewer.empty() && still_disagrees(world, fewer, query)) {
        events = std::move(fewer);
      } else {
        begin += size;
      }
    }
  }
  text = "(shortened, all of it at once)\n";
  for (const v1::Event& event : events) text += event.ShortDebugString() + "\n";
  return text;
}

}  // namespace capexdb::storage::test
