#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/support.hpp"
#include "weir/base/utf8.hpp"
#include "weir/encode/row_encoder.hpp"

namespace weir::fuzzing {
namespace {

constexpr unsigned kKinds = static_cast<unsigned>(ColumnKind::tcp_flags) + 1;

/// Reads CBOR back, of which only what weir writes may be there.
class CborReader {
 public:
  explicit CborReader(std::string_view rest) : rest_(rest) {}

  struct Head {
    unsigned major = 0;
    std::uint64_t argument = 0;
  };
  Head head() {
    const unsigned first = byte();
    Head head{first >> 5, first & 31};
    if (head.argument < 24) {
      return head;
    }
    require(head.argument <= 27);
    const unsigned width = 1U << (head.argument - 24);
    head.argument = 0;
    for (unsigned i = 0; i < width; ++i) {
      head.argument = head.argument << 8 | byte();
    }
    constexpr std::array<std::uint64_t, 9> kLeast = {0, 24, 256, 0, 65536, 0, 0, 0, 1ULL << 32};
    require(head.major == 7 || head.argument >= kLeast[width]);
    return head;
  }
  std::string_view text() {
    const Head start = head();
    require(start.major == 3 && start.argument <= rest_.size());
    const std::string_view text = rest_.substr(0, start.argument);
    rest_.remove_prefix(text.size());
    require(is_valid_utf8(text));
    return text;
  }
  /// Any value.
  void skip() {
    const CborReader start = *this;
    const Head value = head();
    if (value.major == 6) {
      require(value.argument == 1 && static_cast<unsigned char>(rest_.front()) == 0xFB);
      head();
    } else if (value.major == 3) {
      *this = start;
      text();
    } else {
      require(value.major == 0 || value.major == 7);
    }
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  unsigned byte() {
    require(!rest_.empty());
    const auto value = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::string_view rest_;
};

void check_cbor(std::string_view value, const std::vector<Column>& columns,
                const std::vector<std::string_view>* texts) {
  CborReader reader(value);
  const auto map = reader.head();
  require(map.major == 5 && map.argument == columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    require(reader.text() == columns[i].name);
    if (texts == nullptr) {
      reader.skip();
    } else if (is_valid_utf8((*texts)[i])) {
      require(reader.text() == (*texts)[i]);
    } else {
      std::string mended;
      append_mended(mended, (*texts)[i]);
      require(reader.text() == mended);
    }
  }
  require(reader.done());
}

void check_json(const std::string& value, const std::vector<Column>& columns) {
  static simdjson::dom::parser parser;
  simdjson::dom::object object;
  require(parser.parse(value).get(object) == simdjson::SUCCESS && object.size() == columns.size());
  std::size_t next = 0;
  for (const auto entry : object) {
    require(entry.key == columns[next].name);
    require(columns[next].kind != ColumnKind::text || entry.value.is_string());
    ++next;
  }
}

std::optional<UnixNanos> zone(UnixNanos shown) {
  constexpr UnixNanos kHour = 3600 * kNanosPerSecond;
  return shown % (7 * kHour) < kHour ? std::nullopt : std::optional(shown - kHour);
}

void run(std::string_view bytes) {
  Input input(bytes);
  std::vector<Column> columns;
  std::vector<std::string_view> row;
  do {
    const auto kind = static_cast<ColumnKind>(input.byte() % kKinds);
    columns.push_back({"c" + std::to_string(columns.size()) + "\"ä", kind});
    const unsigned length = input.byte();
    row.push_back(input.text(length < 192 ? length : (length - 191) * 16));
  } while (!input.empty() && columns.size() < 40);
  const std::vector<std::string> key = {columns.back().name, columns.front().name};
  std::array<EncodeStatus, 3> statuses{};
  for (const auto format : {MessageFormat::cbor, MessageFormat::cbor_typed, MessageFormat::json}) {
    RowEncoder encoder(format, columns, key, zone);
    std::string value;
    std::string message_key;
    const EncodeStatus status = encoder.encode(row, value, message_key);
    statuses[static_cast<std::size_t>(format)] = status;
    require(is_valid_utf8(message_key));
    if (status != EncodeStatus::encoded) {
      require(is_valid_utf8(encoder.explain(status, row)));
    } else if (format == MessageFormat::json) {
      check_json(value, columns);
    } else {
      check_cbor(value, columns, format == MessageFormat::cbor ? &row : nullptr);
    }
  }
  require(statuses[0] == EncodeStatus::encoded && statuses[1] == statuses[2]);
}

}  // namespace
}  // namespace weir::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  weir::fuzzing::run(weir::fuzzing::as_text(data, size));
  return 0;
}
