// Every bound of the system, with the relations between them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace capexdb::limits {

// Messages on a connection.
inline constexpr std::size_t kMessageBytesMax = 16U << 20U;
inline constexpr std::size_t kMessageBytesMaxBeforeHello = 64U << 10U;
inline constexpr std::size_t kQuestionBytesMax = 1U << 20U;  // a message that is no ingest
inline constexpr std::chrono::seconds kHelloDeadline{5};
inline constexpr std::chrono::seconds kMessageDeadline{10};  // for the rest of a begun message
inline constexpr std::chrono::milliseconds kMessagePatience{2000};  // while others wait for room
inline constexpr std::size_t kMessageBytesPerMs = 4U << 10U;        // what came earns more of it
inline constexpr std::chrono::seconds kWriteDeadline{30};           // without progress
inline constexpr std::chrono::seconds kLingerDeadline{2};  // after an Error, for it to arrive
inline constexpr int kRecursionDepthMax = 16;

// Memory for what comes in, of all connections together. Whoever needs more than
// kUnaskedBytes for a message, a batch or a question asks for it first; one is always let in.
inline constexpr std::size_t kUnaskedBytes = 64U << 10U;
inline constexpr std::size_t kMessageBytesMaxOfAll = 128U << 20U;  // those up to kQuestionBytesMax
inline constexpr std::size_t kLargeMessageBytesMaxOfAll = 256U << 20U;  // those above
inline constexpr std::size_t kBatchBytesMaxOfAll = 64U << 20U;  // until the commit queue has them
inline constexpr std::size_t kLargeBatchBytesMaxOfAll = 256U << 20U;
inline constexpr std::size_t kLargeBatchBytes = 4U << 20U;  // in memory; above, it is a large one
inline constexpr std::size_t kQuestionBytesMaxOfAll = 16U << 20U;
inline constexpr std::size_t kQuestionBytesWaitingMax = kUnaskedBytes;  // of one connection
inline constexpr std::size_t kQuestionFieldsMax = 20'000;

// Work in flight.
inline constexpr std::size_t kConnectionsMax = 2000;
inline constexpr std::size_t kRequestsInFlightMax = 64;           // of one connection
inline constexpr std::size_t kReplyBytesQueuedMax = 16U << 20U;   // of one connection, to read on
inline constexpr std::size_t kReplyBytesQueuedToAsk = 1U << 20U;  // of one connection, to ask on
inline constexpr std::size_t kReplyBytesMadeAhead = 1U << 20U;    // of one connection's answers
inline constexpr std::size_t kReplyBytesQueuedMaxOfAll = 256U << 20U;
inline constexpr std::size_t kReplyBytesQueuedIfCrowded = kUnaskedBytes;  // of one, above that
inline constexpr std::size_t kVerdictTextBytesMax = 1U << 20U;            // of one batch
inline constexpr std::size_t kCommitQueueBytesMax = 128U << 20U;
inline constexpr std::size_t kCommitGroupBytesMax = 32U << 20U;
inline constexpr std::size_t kSeriesBytesMax = 256U << 20U;  // the commit thread's memory of them
inline constexpr std::size_t kQueryQueueMax = 256;
inline constexpr std::size_t kQuestionsParkedMax = 64;  // begun, that wait for others or their peer
inline constexpr std::chrono::milliseconds kShortQuestion{50};  // longer ones let others go first
inline constexpr std::size_t kQueryBytesMaxOfAll = std::size_t{1} << 30U;  // held by questions
inline constexpr std::chrono::minutes kAnswerReadingMax{10};  // waited for a peer, in all

// Events.
inline constexpr std::size_t kBatchEventsMax = 100'000;
inline constexpr std::size_t kVerdictBytesMax = 64;  // without its texts
inline constexpr std::size_t kEventBytesMax = 1U << 20U;
inline constexpr std::size_t kNameBytesMax = 512;
inline constexpr std::size_t kTextBytesMax = 16U << 10U;
inline constexpr std::size_t kPeriodLabelBytesKept = 64;  // no quarter has a longer name
inline constexpr std::size_t kCounterpartiesMax = 64;
inline constexpr std::size_t kCitationsMax = 64;
inline constexpr std::size_t kCheckpointBytesMax = 4096;  // a producer's words for where it stands
inline constexpr std::size_t kCatalogNamesMax = 5000;  // aliases, tickers or members of one entry
inline constexpr std::size_t kCatalogEntriesMax = 10'000;  // of one change, all kinds together
inline constexpr std::size_t kProducerIdBytesMax = 128;
inline constexpr std::size_t kEventIdBytesMax = 256;
inline constexpr int kYearMin = 1800;
inline constexpr int kYearMax = 2299;

// The quarantine.
inline constexpr std::uint32_t kQuarantineRowsMax = 1000;  // of one list; it goes on behind them
inline constexpr std::size_t kDecisionsMax = 10'000;       // of one request

// The feed.
inline constexpr std::size_t kSubscriptionsMax = 16;          // of one connection
inline constexpr std::size_t kSubscriptionsMaxOfAll = 4'000;  // of all connections
inline constexpr std::size_t kReplaysMax = 8;                 // that run at once
inline constexpr std::size_t kReplayOrderMax = 1'000'000;  // changes of one that are put in order
inline constexpr std::size_t kFilterNamesMax = 1000;       // in one list of a filter
inline constexpr std::uint32_t kCreditMax = 1'000'000;
inline constexpr std::size_t kSubscriberBytesAhead = kUnaskedBytes;  // made, and not sent
inline constexpr std::size_t kFeedLogBytesMax = 32U << 20U;          // of the log, decoded, for all
inline constexpr std::size_t kCursorNameBytesMax = 128;
inline constexpr std::size_t kCursorsMax = 10'000;
inline constexpr std::chrono::seconds kSignOfLife{8};      // a subscriber hears so often
inline constexpr std::chrono::seconds kProgressPause{2};   // between two while nothing passes
inline constexpr std::chrono::seconds kPeerSilentMax{20};  // bytes that no peer acknowledges

// Batches whose answers are kept for a retry.
inline constexpr std::uint64_t kAnsweredBatchesKept = 128;

// Queries.
inline constexpr std::uint32_t kQueryRowsDefault = 100'000;
inline constexpr std::uint32_t kQueryRowsMax = 1'000'000;
inline constexpr std::size_t kQuerySelectMax = 10'000;
inline constexpr std::chrono::seconds kQueryDeadline{30};
inline constexpr std::size_t kCrossSectionBytesMax = 64U << 20U;  // kept of what was folded

static_assert(kMessageBytesMaxBeforeHello <= kMessageBytesMax);
static_assert(kMessageBytesMaxBeforeHello <= kQuestionBytesMax &&
              kQuestionBytesMax <= kMessageBytesMax);
static_assert(kEventBytesMax < kMessageBytesMax);
static_assert(kMessageBytesMax <= kCommitQueueBytesMax);
static_assert(kBatchEventsMax * 2 * kVerdictBytesMax <= kMessageBytesMax,
              "the answer to the largest batch must fit a message");
static_assert(kReplyBytesMadeAhead <= kReplyBytesQueuedMax);
static_assert(kQuerySelectMax < kQuestionFieldsMax);
static_assert(kReplyBytesQueuedToAsk <= kReplyBytesQueuedMax &&
              kReplyBytesQueuedMax <= kReplyBytesQueuedMaxOfAll);
static_assert(kAnsweredBatchesKept >= kRequestsInFlightMax,
              "a retry of everything in flight must find its answers");

}  // namespace capexdb::limits
