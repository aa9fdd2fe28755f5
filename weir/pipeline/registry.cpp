#include "weir/pipeline/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "weir/base/error.hpp"
#include "weir/base/near_match.hpp"
#include "weir/decode/any.hpp"
#include "weir/decode/cbor.hpp"
#include "weir/decode/json.hpp"
#include "weir/decode/protobuf_flow.hpp"
#include "weir/source/file.hpp"
#include "weir/source/synthetic.hpp"

namespace weir {
namespace {

struct DecoderVariant {
  std::string_view name;
  std::unique_ptr<Decoder> (*make)(const DecoderOptions& options);
};

struct SourceVariant {
  std::string_view kind;
  std::unique_ptr<Source> (*make)(const SourceOptions& options);
};

/// Everything that can be read from, one row each.
constexpr auto kSources = std::to_array<SourceVariant>({
    {"kafka",
     [](const SourceOptions& options) -> std::unique_ptr<Source> {
       KafkaSourceOptions kafka = options.kafka;
       kafka.saved = options.saved;
       return std::make_unique<KafkaSource>(std::move(kafka));
     }},
    {"file",
     [](const SourceOptions& options) -> std::unique_ptr<Source> {
       return std::make_unique<FileSource>(options.path, options.saved);
     }},
    {"demo",
     [](const SourceOptions& options) -> std::unique_ptr<Source> {
       return std::make_unique<SyntheticSource>(options.demo_rate);
     }},
});

/// Every form of records, one row each.
constexpr auto kDecoders = std::to_array<DecoderVariant>({
    {"auto",
     [](const DecoderOptions& options) -> std::unique_ptr<Decoder> {
       return std::make_unique<AnyDecoder>(options);
     }},
    {"json",
     [](const DecoderOptions& options) -> std::unique_ptr<Decoder> {
       return std::make_unique<JsonDecoder>(options);
     }},
    {"goflow2-protobuf",
     [](const DecoderOptions& options) -> std::unique_ptr<Decoder> {
       return std::make_unique<ProtobufDecoder>(options, ProtobufNumbering::v2);
     }},
    {"goflow1-protobuf",
     [](const DecoderOptions& options) -> std::unique_ptr<Decoder> {
       return std::make_unique<ProtobufDecoder>(options, ProtobufNumbering::v1);
     }},
    {"cbor",
     [](const DecoderOptions& options) -> std::unique_ptr<Decoder> {
       return std::make_unique<CborDecoder>(options);
     }},
});

}  // namespace

std::unique_ptr<Source> make_source(const SourceOptions& options) {
  const auto* const variant =
      std::find_if(kSources.begin(), kSources.end(),
                   [&](const SourceVariant& each) { return each.kind == options.kind; });
  if (variant == kSources.end()) {
    throw Error::usage(fmt::format("there is no source \"{}\"", options.kind));
  }
  return variant->make(options);
}

std::vector<std::string_view> decoder_names() {
  std::vector<std::string_view> names;
  names.reserve(kDecoders.size());
  for (const DecoderVariant& variant : kDecoders) {
    names.push_back(variant.name);
  }
  return names;
}

std::unique_ptr<Decoder> make_decoder(std::string_view name, const DecoderOptions& options) {
  const auto* const variant =
      std::find_if(kDecoders.begin(), kDecoders.end(),
                   [name](const DecoderVariant& each) { return each.name == name; });
  if (variant == kDecoders.end()) {
    throw Error::usage(fmt::format("there is no record format \"{}\".{}", name,
                                   did_you_mean(name, decoder_names())));
  }
  return variant->make(options);
}

}  // namespace weir
