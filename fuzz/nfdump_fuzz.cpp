#include <array>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/support.hpp"
#include "weir/base/error.hpp"
#include "weir/decode/nfdump_fields.hpp"
#include "weir/decode/nfdump_text.hpp"

namespace {

using namespace weir;

class KeptRows final : public RowReceiver {
 public:
  void columns(std::span<const NfdumpColumn> columns) override {
    fuzzing::require(texts.empty() && !columns.empty());
    count_ = columns.size();
  }
  void row(std::span<const std::string_view> row) override {
    fuzzing::require(row.size() == count_);
    texts.insert(texts.end(), row.begin(), row.end());
  }
  std::vector<std::string> texts;

 private:
  std::size_t count_ = 0;
};

struct Outcome {
  std::vector<std::string> texts;
  NfdumpVerdict verdict;
};

Outcome read(const NfdumpFormat& format, std::string_view text, std::size_t chunk) {
  NfdumpText reader(format);
  KeptRows rows;
  for (std::size_t at = 0; at < text.size(); at += chunk) {
    reader.feed(text.substr(at, chunk), rows);
  }
  return {std::move(rows.texts), reader.finish({})};
}

constexpr std::size_t kFormats = 8;

const NfdumpFormat& known_format(std::size_t index) {
  static const std::array<NfdumpFormat, kFormats> formats = [] {
    const std::array<std::vector<std::string>, kFormats> commands = {{
        {"nfdump", "-o", "fmt:%ts,%dcc,%td,%pkt,%byt,%pps,%bps,%fl", "-N"},
        {"nfdump", "-o", "fmt:%ts %td %pr %sap -> %dap %flg %tos %pkt %byt %fl"},
        {"nfdump", "-o", "fmt:[%sa; %lbl]|%byt| %obyt", "-A", "srcip"},
        {"nfdump", "-o", "fmt:%fl"},
        {"nfdump", "-o", "csv"},
        {"nfdump", "-o", "csv:%ts,%byt,%fl", "-s", "record"},
        {"nfdump", "-o", "json"},
        {"nfdump", "-o", "ndjson"},
    }};
    std::array<NfdumpFormat, kFormats> made;
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i] = nfdump_format(commands[i]);
    }
    return made;
  }();
  return formats[index];
}

/// A command line from the input's first line, words between blanks, and its --fields from the
/// second. Whatever they are, only Error says no.
std::optional<NfdumpFormat> any_format(std::string_view& text) {
  const auto line = [&text] {
    const std::string_view taken = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), taken.size() + 1));
    return taken;
  };
  std::vector<std::string> words(1);
  for (const char c : line()) {
    if (c == '\x1f') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  const std::string_view fields = line();
  try {
    NfdumpFormat format = nfdump_format(words);
    fix_nfdump_columns(format, fields);
    for (const NfdumpField& field : choose_nfdump_fields(format.columns, fields)) {
      fuzzing::require(field.column < format.columns.size() && !field.name.empty());
    }
    return format;
  } catch (const Error& error) {
    fuzzing::require(error.exit_code() == Error::kUsage);
    return std::nullopt;
  }
}

}  // namespace

/// The rows and whether the output is whole do not depend on where it was cut into chunks; in
/// `fmt:` and `json` an output without its last byte is never whole. First byte: the format;
/// second: how to cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::Input input(fuzzing::as_text(data, size));
  const unsigned which = input.byte() % (kFormats + 1);
  const std::size_t chunk = 1 + input.byte() % 61;
  std::string_view text = input.text(size);
  const auto format =
      which < kFormats ? std::optional<NfdumpFormat>(known_format(which)) : any_format(text);
  if (!format) {
    return 0;
  }
  const Outcome at_once = read(*format, text, text.size() + 1);
  const Outcome in_chunks = read(*format, text, chunk);
  fuzzing::require(in_chunks.texts == at_once.texts);
  const NfdumpVerdict& verdict = at_once.verdict;
  fuzzing::require(verdict.whole() == in_chunks.verdict.whole());
  fuzzing::require(verdict.rows == in_chunks.verdict.rows);
  fuzzing::require(verdict.whole() == verdict.detail.empty());

  const bool ends_itself =
      format->style == NfdumpFormat::Style::fmt || format->style == NfdumpFormat::Style::json;
  if (verdict.whole() && ends_itself) {
    const std::size_t last = text.find_last_not_of(" \t\r\n");
    fuzzing::require(!read(*format, text.substr(0, last), chunk).verdict.whole());
  }
  return 0;
}
