#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/flow/decoder_options.hpp"
#include "weir/flow/stages.hpp"
#include "weir/source/kafka.hpp"

namespace weir {

/// What to read from.
struct SourceOptions {
  std::string kind;  ///< kafka, file or demo
  KafkaSourceOptions kafka;
  std::string path;             ///< of kind file; `-` is standard input
  std::uint64_t demo_rate = 0;  ///< of kind demo, records a second
  /// Where reading had got to before, empty if nothing is known of that.
  SourceState saved;
};

/// It goes on where the saved state says. Throws Error::usage for what cannot be read.
std::unique_ptr<Source> make_source(const SourceOptions& options);

/// The forms of records that can be read.
std::vector<std::string_view> decoder_names();

/// A decoder of the form called `name`. Throws Error::usage for a name that there is none of, and
/// for a mapping that cannot be one.
std::unique_ptr<Decoder> make_decoder(std::string_view name, const DecoderOptions& options);

}  // namespace weir
