#include "weir/decode/json_leaves.hpp"

#include <algorithm>
#include <utility>

#include "weir/base/utf8.hpp"
#include "weir/decode/json_split.hpp"

namespace weir {
namespace {

using Look = JsonLook;

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
  constexpr std::size_t kLongestInteger = 19;  // of nanoseconds since 1970
  if (value == "null") {
    return Look::null;
  }
  if (value.size() <= kLongestInteger && is_digits(value)) {
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

class Leaves {
 public:
  Leaves(std::string_view record, std::size_t most)
      : record_(record), most_(most), tokens_(record) {}

  std::optional<std::vector<JsonLeaf>> collect(const JsonMembers& members) {
    return object(&members, true) ? std::optional(std::move(leaves_)) : std::nullopt;
  }

 private:
  /// As deep as JSON may be for the parser that has taken the record.
  bool object(const JsonMembers* members, bool outermost) {
    tokens_.step();
    tokens_.blanks();
    while (tokens_.peek() != '}') {
      const auto name = tokens_.string();
      if (!name) {
        return false;
      }
      const std::string_view key = record_.substr(name->begin, name->end - name->begin);
      if (!is_valid_utf8(key)) {
        return false;
      }
      tokens_.blanks();
      tokens_.step();
      tokens_.blanks();
      if (!member(key, members == nullptr ? nullptr : members->find(key), outermost)) {
        return false;
      }
      tokens_.blanks();
      if (tokens_.peek() == ',') {
        tokens_.step();
        tokens_.blanks();
      }
    }
    tokens_.step();
    return true;
  }

  bool member(std::string_view key, const JsonMembers::Member* member, bool outermost) {
    if (tokens_.peek() == '{') {
      const bool wanted = member != nullptr && !member->targets.empty();
      return !wanted && object(member == nullptr ? nullptr : member->inside.get(), false);
    }
    const auto value = tokens_.value();
    if (value) {
      leaves_.push_back({value->begin, value->end, value->look, key, member, outermost});
    }
    return value && leaves_.size() <= most_;
  }

  std::string_view record_;
  std::size_t most_;
  Tokens tokens_;
  std::vector<JsonLeaf> leaves_;
};

}  // namespace

std::optional<std::vector<JsonLeaf>> json_leaves(std::string_view record,
                                                 const JsonMembers& members, std::size_t most) {
  return Leaves(record, most).collect(members);
}

}  // namespace weir
