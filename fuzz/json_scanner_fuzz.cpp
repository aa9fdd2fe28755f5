#include <utility>

#include "fuzz/support.hpp"

namespace {

using namespace weir;
using fuzzing::Input;

constexpr std::string_view kKeys[] = {
    "event_type", "label",    "as_src",        "as_dst",      "bytes",           "packets",
    "ip_src",     "tag",      "stamp_updated", "writer_id",   "timestamp_start", "tcp_flags",
    "ip_proto",   "comms",    "lat_ip_src",    "unknown",     "b\xe9",           "etype",
    "net_src",    "mask_src", "dst_ctr",       "dst_country", "Etype",           "flow",
    "octets",     "port_dst", "SrcNet"};
constexpr std::string_view kValues[] = {"\"purge\"",
                                        "\"purge_init\"",
                                        "\"bdr1\"",
                                        "0",
                                        "7",
                                        "64510",
                                        "12345678",
                                        "1234567890123456",
                                        "12345678901234567890",
                                        "\"198.51.100.12\"",
                                        "\"2026-11-21 20:41:00\"",
                                        "\"tcp\"",
                                        "\"64510\"",
                                        "null",
                                        "true",
                                        "-1.5",
                                        "1e3",
                                        "[\"1:2\", \"3:4\"]",
                                        "{\"a\":\"1\"}",
                                        "\"caf\xc3\xa9\"",
                                        "\"caf\xe9\"",
                                        "\"a\\\"b\"",
                                        "\"\"",
                                        "0.25",
                                        "\"default_kafka/1234\"",
                                        "01",
                                        "\"a\x01\"",
                                        "\"0000-00-00 00:00:00.000000\"",
                                        "4294967296",
                                        "-7",
                                        "\"800\"",
                                        "\"192.0.2.0/24\"",
                                        "\"0.0.0.0/0\"",
                                        "\"US\"",
                                        "\"8.0\"",
                                        "{\"octets\": 5, \"name\": \"x\"}",
                                        "{\"octets\":null,\"in\":{\"as\":7}}",
                                        "{\"octets\": 5, \"octets\": 6}",
                                        "{}",
                                        "24"};

/// What may stand between two tokens.
constexpr std::string_view kBlanks[] = {"", " ", "  ", "\t", "\r", "\n"};

void append_value(std::string& out, Input& input) {
  const unsigned choice = input.byte();
  if (choice < 128) {
    out += kValues[choice % std::size(kValues)];
  } else if (choice < 192) {
    for (unsigned count = choice % 22; count > 0; --count) {
      out += static_cast<char>('0' + input.byte() % 10);
    }
  } else {
    out += '"';
    out += input.text(choice % 40);
    out += '"';
  }
}

/// An object's keys and blanks; its values vary from record to record.
struct Writer {
  std::vector<std::string_view> keys;
  std::string_view before_colon, after_colon, after_comma;

  explicit Writer(Input& input) {
    for (unsigned count = 1 + input.byte() % 8; count > 0; --count) {
      keys.push_back(kKeys[input.byte() % std::size(kKeys)]);
    }
    keys.push_back("bytes");
    const unsigned blanks = input.byte();
    before_colon = kBlanks[blanks % 4 == 0 ? blanks / 4 % std::size(kBlanks) : 0];
    after_colon = kBlanks[blanks % 3 == 0 ? blanks / 8 % std::size(kBlanks) : 1];
    after_comma = kBlanks[blanks % 5 == 0 ? blanks / 16 % std::size(kBlanks) : 1];
  }

  [[nodiscard]] std::string record(Input& input) const {
    std::string text = "{";
    for (const std::string_view key : keys) {
      if (text.size() > 1) {
        text += ',';
        text += after_comma;
      }
      text += '"';
      text += key;
      text += '"';
      text += before_colon;
      text += ':';
      text += after_colon;
      append_value(text, input);
    }
    return text + '}';
  }
};

/// Records of two writers, some of them damaged, some with others in one message.
std::vector<std::string> make_messages(Input& input) {
  const Writer first(input);
  const Writer second(input);
  std::vector<std::string> messages;
  while (!input.empty() && messages.size() < 12) {
    const unsigned choice = input.byte();
    std::string record = (choice % 4 == 0 ? second : first).record(input);
    switch (choice / 16) {
      case 0:
        record.resize(record.size() * input.byte() / 256);
        break;
      case 1:
        record[input.byte() % record.size()] = static_cast<char>(input.byte());
        break;
      case 2:
        record.insert(input.byte() % record.size(), input.text(input.byte() % 8));
        break;
      case 3:
        record.erase(input.byte() % record.size(), 1 + input.byte() % 3);
        break;
      default:
        break;
    }
    if (choice % 3 == 0 && !messages.empty()) {
      messages.back() += kBlanks[input.byte() % std::size(kBlanks)];
      messages.back() += record;
    } else {
      messages.push_back(std::move(record));
    }
  }
  return messages;
}

/// Paths that lead to what the writers write, and to fields of every kind.
constexpr std::string_view kPaths[] = {"$.octets",      "$.flow.octets", "$.flow",   "$.flow.name",
                                       "$.flow.in.as",  "$.label",       "$.bytes",  "$.event_type",
                                       "$['net_src']",  "$.as_src",      "$.Etype",  "$.unknown",
                                       "$['b\\ufffd']", "$.mask_src",    "$.label.a"};
constexpr FieldId kMapped[] = {field("bytes"),
                               field("user_text_0"),
                               field("user_number_1"),
                               field("src_as"),
                               field("user_address_2"),
                               field("src_net"),
                               field("src_mask"),
                               field("dst_country"),
                               field("label"),
                               field("first_seen"),
                               field("proto"),
                               field("etype"),
                               field("dst_country_numeric")};

DecoderOptions options_by(Input& input) {
  DecoderOptions options;
  const unsigned choice = input.byte();
  switch (choice % 3) {
    case 0:
      options.wanted = all_fields();
      break;
    case 1:
      break;
    default:
      options.wanted.add(field("src_as"));
      options.wanted.add(field("dst_as"));
      options.wanted.add(field("label"));
  }
  if (choice % 2 == 0) {
    for (unsigned count = input.byte() % 5; count > 0; --count) {
      options.mapping.push_back({std::string(kPaths[input.byte() % std::size(kPaths)]),
                                 kMapped[input.byte() % std::size(kMapped)]});
    }
  }
  return options;
}

/// Rows with the bytes they were read from, and what was told of each refusal.
struct Told final : Emit, Refusals {
  void operator()(FlowBatch& batch) override {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      fuzzing::require_valid_texts(batch[i]);
      lines.push_back(row_text(batch[i]) + place_text(batch.place(i)));
    }
  }
  void refused(Refused reason, const RecordPlace& place) override {
    refusals.push_back(std::to_string(static_cast<int>(reason)) + place_text(place));
  }
  static std::string place_text(const RecordPlace& place) {
    return '@' + std::to_string(place.index) + ' ' + std::string(place.bytes);
  }
  bool operator==(const Told& other) const {
    return lines == other.lines && refusals == other.refusals;
  }

  std::vector<std::string> lines;
  std::vector<std::string> refusals;
};

/// What comes of a batch; the accounts must agree with it.
Told decode(JsonDecoder& decoder, Told& told, const PayloadBatch& batch) {
  Accounts accounts;
  decoder.decode(batch, accounts, told);
  fuzzing::require(accounts.unaccounted() == static_cast<std::int64_t>(told.lines.size()));
  std::uint64_t refused = 0;
  for (const std::uint64_t count : accounts.refused) {
    refused += count;
  }
  fuzzing::require(refused == told.refusals.size());
  return std::exchange(told, {});
}

}  // namespace

/// With templates learnt from any other records, and over memory that held something else, the same
/// rows and refusals come out as from the reference parser alone, whatever is mapped.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(fuzzing::as_text(data, size));
  Told told;
  DecoderOptions options = options_by(input);
  options.refusals = &told;
  const std::vector<std::string> messages = make_messages(input);
  if (messages.empty()) {
    return 0;
  }
  JsonDecoder plain(options, JsonDecoder::Learn::no);
  const Told expected = decode(plain, told, fuzzing::batch_over(" ", messages));

  JsonDecoder learning(options);
  fuzzing::require(expected == decode(learning, told, fuzzing::batch_over("9", messages)));
  for (const std::string& stale : {messages.front(), messages.back()}) {
    fuzzing::require(expected == decode(learning, told, fuzzing::batch_over(stale, messages)));
  }
  return 0;
}
