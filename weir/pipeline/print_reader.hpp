#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/enrich/enrichment.hpp"
#include "weir/flow/decoder_options.hpp"
#include "weir/flow/field_names.hpp"
#include "weir/flow/filter.hpp"
#include "weir/flow/stages.hpp"
#include "weir/pipeline/nfcapd_reader.hpp"
#include "weir/pipeline/print_emit.hpp"
#include "weir/pipeline/print_sources.hpp"
#include "weir/source/kafka_options.hpp"

namespace weir {

/// What is read, and which of it.
struct PrintInput {
  std::vector<std::string> sources;         ///< files, folders, "-"
  std::optional<KafkaSourceOptions> kafka;  ///< topics to read besides
  std::string records = "auto";             ///< the form of Kafka's records, see decoder_names()
  bool follow = false;               ///< wait for more at the end of the topics, until a stop
  std::uint64_t count = 0;           ///< so many records that match, 0 for all
  std::string where;                 ///< empty: all match
  EnrichOptions enrich;              ///< what records do not say themselves
  FieldNames names;                  ///< those of the user's own fields too
  std::vector<MappedValue> mapping;  ///< where these are found in JSON
};

/// What was read.
struct PrintReport {
  // Of what matches the filter.
  std::uint64_t records = 0;
  std::uint64_t flows = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t groups = 0;    ///< 0 without `by`
  bool spilled = false;        ///< there were more groups than memory allows
  std::uint64_t files = 0;     ///< nfcapd's and others
  bool kafka = false;          ///< topics were read
  std::uint64_t messages = 0;  ///< of them
  NfcapdReport nfcapd;
  Accounts accounts;  ///< of what is not nfcapd's
  /// What is wrong with which source, `path: text`; of very many the first.
  std::vector<std::string> damage;
  /// Sources that are not what they seemed to be, of which nothing was read.
  std::vector<std::string> refused;

  /// Adds what another thread has read.
  void add(const PrintReport& more);
  void add_damage(std::string text);
};

/// Reads flow records of all sources by several threads, fills in what they do not say themselves,
/// and passes on those that match.
class PrintReader {
 public:
  /// `wanted` are the fields that rows are made of. Throws Error::usage for what cannot be read and
  /// for filters that make no sense.
  PrintReader(PrintInput input, const FieldSet& wanted);

  /// Reads what no other thread has read. Throws Error where Kafka cannot be read.
  void read(PrintSink& next, PrintReport& report);
  /// Ends reading, where it is. Thread-safe.
  void stop() { stopped_.request_stop(); }
  /// Sources of which nothing could be read.
  [[nodiscard]] std::vector<std::string> refused() const { return work_->refused(); }

  // Thread-safe: bytes of all sources whose size is known, and of them those that are read.
  [[nodiscard]] std::uint64_t total_bytes() const { return work_->total_bytes() + text_bytes_; }
  [[nodiscard]] std::uint64_t read_bytes() const { return work_->taken_bytes() + text_read_; }

 private:
  [[nodiscard]] std::unique_ptr<Decoder> decoder_of(const std::string& form) const;
  void read_text(const std::string& path, PrintSink& next, Emit& emit, PrintReport& report);
  void read_kafka(PrintSink& next, Emit& emit, PrintReport& report);

  PrintInput input_;
  std::stop_source stopped_;
  RowBudget budget_;
  Filter filter_;
  FieldSet wanted_;
  std::unique_ptr<Enrichment> enrichment_;
  PrintSources sources_;
  std::unique_ptr<NfcapdWork> work_;
  std::uint64_t text_bytes_ = 0;
  std::atomic<std::uint64_t> text_read_ = 0;
  std::atomic<std::size_t> next_text_ = 0;
  std::atomic<bool> kafka_taken_ = false;
};

}  // namespace weir
