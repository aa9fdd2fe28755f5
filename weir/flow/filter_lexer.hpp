#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

/// A word of a filter with its place.
struct FilterToken {
  enum class Kind : std::uint8_t {
    word,  ///< a name or an unquoted value
    text,  ///< 'quoted'; `text` has it without quotes
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    kw_in,
    kw_has,
    kw_and,
    kw_or,
    kw_not,
    open,
    close,
    open_list,
    close_list,
    comma,
    end
  };

  Kind kind = Kind::end;
  std::size_t begin = 0;
  std::string_view raw;  ///< as written; empty at the end
  std::string text;
};

/// Throws Error::usage: the message, the line of `filter` it is about, and a mark under the bytes
/// [begin, begin + size) of it.
[[noreturn]] void fail_at(std::string_view filter, std::size_t begin, std::size_t size,
                          const std::string& message);

/// Splits a filter into words. `filter` must outlive it and its tokens.
class FilterLexer {
 public:
  explicit FilterLexer(std::string_view filter) : filter_(filter) {}

  /// The next word, `end` when there is none. Throws Error::usage for what is no word.
  FilterToken next();

 private:
  FilterToken symbol(FilterToken::Kind kind, std::size_t size);
  FilterToken operator_token(char first, char second);
  FilterToken quoted();
  FilterToken word();

  std::string_view filter_;
  std::size_t at_ = 0;
};

}  // namespace weir
