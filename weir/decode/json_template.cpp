#include "weir/decode/json_template.hpp"

#include <algorithm>

#include "weir/base/byte_scan.hpp"
#include "weir/decode/json_split.hpp"
#include "weir/decode/json_value.hpp"

namespace weir {
namespace {

using Action = JsonTemplate::Action;

constexpr std::size_t kMaxValues = 128;
constexpr std::size_t kMaxRecord = 8192;
constexpr std::size_t kReadable = 64;

/// What a value inside a record looks like.
enum class Look : std::uint8_t { fixed, null, string, digits, decimal };

/// Where a value starts and ends; the quotes of a string are outside.
struct Value {
  std::size_t begin;
  std::size_t end;
  Look look;
};

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Of a value that is neither a string nor has parts.
Look look_of(std::string_view value) {
  constexpr std::size_t kSafeDigits = 16;
  if (value == "null") {
    return Look::null;
  }
  if (value.size() <= kSafeDigits && is_digits(value)) {
    return Look::digits;
  }
  const std::string_view magnitude = value.substr(value.starts_with('-') ? 1 : 0);
  const std::size_t point = std::min(magnitude.find('.'), magnitude.size());
  const std::string_view whole = magnitude.substr(0, point);
  const std::string_view fraction = magnitude.substr(std::min(point + 1, magnitude.size()));
  const bool decimal = whole.size() <= kSafeDigits && is_digits(whole) &&
                       fraction.size() <= kSafeDigits &&
                       (point == magnitude.size() || is_digits(fraction));
  return decimal ? Look::decimal : Look::fixed;
}

/// A cursor over one record, which is JSON, or becomes JSON by mending its strings and numbers.
class Tokens {
 public:
  explicit Tokens(std::string_view record) : text_(record) {}

  [[nodiscard]] char peek() const { return text_[at_]; }
  void blanks() { at_ = skip_json_blanks(text_, at_); }
  void step() { ++at_; }

  /// The string at the cursor without its quotes; nothing when it holds an escape or needs mending.
  std::optional<Value> string() {
    const std::size_t begin = at_ + 1;
    const std::size_t end = std::min(text_.find_first_of("\"\\", begin), text_.size());
    const std::string_view value = text_.substr(begin, end - begin);
    const bool control = std::any_of(value.begin(), value.end(),
                                     [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (end == text_.size() || text_[end] != '"' || control) {
      return std::nullopt;
    }
    at_ = end + 1;
    return Value{begin, end, Look::string};
  }

  std::optional<Value> value() {
    const std::size_t begin = at_;
    if (peek() == '"') {
      return string();
    }
    if (peek() == '{' || peek() == '[') {
      const JsonExtent extent = json_extent(text_, begin);
      if (extent.outcome != JsonExtent::Outcome::complete) {
        return std::nullopt;
      }
      at_ = extent.end;
      return Value{begin, at_, Look::fixed};
    }
    at_ = std::min(text_.find_first_of(",} \t\r\n", begin), text_.size());
    return Value{begin, at_, look_of(text_.substr(begin, at_ - begin))};
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// Times are printed in a fixed width, and the writer's name changes only when it is started anew.
bool is_steady(std::optional<FieldId> id, const Value& value) {
  const std::size_t length = value.end - value.begin;
  return id && (info(*id).kind == Kind::time || *id == field("writer")) && length > 0 &&
         length < 32;
}

Action skip_action(std::optional<FieldId> id, const Value& value) {
  switch (value.look) {
    case Look::string:
      return is_steady(id, value) ? Action::skip_steady : Action::skip_string;
    case Look::digits:
      return Action::skip_digits;
    default:
      return Action::skip_decimal;
  }
}

Action store_action(FieldId id, Look look) {
  const Kind kind = info(id).kind;
  if (look == Look::string) {
    return kind == Kind::text ? Action::store_text : Action::read_string;
  }
  return kind == Kind::number ? Action::store_number : Action::read_digits;
}

/// Puts a template together from what stands in the record, from left to right.
class Builder {
 public:
  Builder(std::string_view record, const FieldSet& wanted) : record_(record), wanted_(wanted) {}

  /// Returns whether a template can have this value.
  bool add(std::string_view key, const Value& value) {
    const auto id = json_key_field(key);
    const bool wanted = id && wanted_.has(*id);
    const bool readable =
        value.look == Look::string || value.look == Look::digits || value.look == Look::null;
    if (wanted && (seen_.has(*id) || !readable)) {
      return false;
    }
    if (wanted) {
      seen_.add(*id);
    }
    // pmacct's event_type decides what a record is, so it has to be the same text.
    if (value.look == Look::fixed || value.look == Look::null || key == "event_type") {
      return true;
    }
    JsonTemplate::Segment segment{};
    segment.literal = static_cast<std::uint32_t>(made_.literals.size());
    segment.size = add_literal(value.begin);
    literal_ = value.end;
    segment.length = static_cast<std::uint32_t>(value.end - value.begin);
    segment.action = wanted ? store_action(*id, value.look) : skip_action(id, value);
    if (wanted) {
      describe_field(segment, *id);
    }
    made_.segments.push_back(segment);
    return made_.segments.size() <= kMaxValues;
  }

  JsonTemplate finish() {
    made_.tail = static_cast<std::uint32_t>(made_.literals.size());
    made_.tail_size = add_literal(record_.size());
    made_.literals.resize(made_.literals.size() + kReadable);
    return std::move(made_);
  }

 private:
  std::uint32_t add_literal(std::size_t end) {
    const std::string_view text = record_.substr(literal_, end - literal_);
    made_.literals.insert(made_.literals.end(), text.begin(), text.end());
    return static_cast<std::uint32_t>(text.size());
  }

  void describe_field(JsonTemplate::Segment& segment, FieldId id) {
    segment.field = id;
    segment.member = info(id).offset;
    segment.limit = largest_number(id);
    if (segment.action == Action::store_number || segment.action == Action::store_text) {
      made_.stored.add(id);
    }
  }

  std::string_view record_;
  const FieldSet& wanted_;
  JsonTemplate made_;
  FieldSet seen_;
  std::size_t literal_ = 0;  ///< where the text before the next value begins
};

}  // namespace

std::optional<JsonTemplate> JsonTemplate::describe(std::string_view record,
                                                   const FieldSet& wanted) {
  if (record.size() > kMaxRecord || record.find('\n') != std::string_view::npos) {
    return std::nullopt;
  }
  Tokens tokens(record);
  Builder builder(record, wanted);
  tokens.step();
  tokens.blanks();
  while (tokens.peek() != '}') {
    const auto key = tokens.string();
    if (!key) {
      return std::nullopt;
    }
    tokens.blanks();
    tokens.step();
    tokens.blanks();
    const auto value = tokens.value();
    if (!value || !builder.add(record.substr(key->begin, key->end - key->begin), *value)) {
      return std::nullopt;
    }
    tokens.blanks();
    if (tokens.peek() == ',') {
      tokens.step();
      tokens.blanks();
    }
  }
  return builder.finish();
}

bool JsonTemplate::same_as(const JsonTemplate& other) const {
  return literals == other.literals &&
         std::equal(segments.begin(), segments.end(), other.segments.begin(), other.segments.end(),
                    [](const Segment& a, const Segment& b) {
                      return a.literal == b.literal && a.action == b.action;
                    });
}

}  // namespace weir
