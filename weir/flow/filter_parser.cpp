#include "weir/flow/filter_parser.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/error.hpp"
#include "weir/flow/filter_lexer.hpp"
#include "weir/flow/filter_names.hpp"
#include "weir/flow/filter_values.hpp"
#include "weir/flow/flow.hpp"

namespace weir {
namespace {

using Token = FilterToken::Kind;

constexpr std::size_t kMaxText = std::size_t{1} << 20;
/// Each level is a few stack frames, and one of the tree that is walked and freed by recursion.
constexpr unsigned kMaxDepth = 200;
constexpr std::size_t kMaxItems = 100'000;

std::optional<Comparison> comparison_of(Token token) {
  switch (token) {
    case Token::equal:
      return Comparison::equal;
    case Token::not_equal:
      return Comparison::not_equal;
    case Token::less:
      return Comparison::less;
    case Token::less_equal:
      return Comparison::less_equal;
    case Token::greater:
      return Comparison::greater;
    case Token::greater_equal:
      return Comparison::greater_equal;
    case Token::kw_in:
      return Comparison::in;
    case Token::kw_has:
      return Comparison::has;
    default:
      return std::nullopt;
  }
}

bool is_ordering(Comparison comparison) {
  return comparison >= Comparison::less && comparison <= Comparison::greater_equal;
}

bool has_order(Kind kind) {
  return kind == Kind::number || kind == Kind::time || kind == Kind::real || kind == Kind::proto ||
         kind == Kind::etype;
}

class Parser {
 public:
  Parser(std::string_view filter, const FieldNames& names)
      : filter_(filter), names_(names), lexer_(filter) {
    advance();
  }

  FilterNode parse() {
    FilterNode root = parse_any();
    if (token_.kind == Token::close) {
      fail("this ')' closes nothing. Remove it, or open it with '('.");
    }
    if (token_.kind != Token::end) {
      fail("expected 'and', 'or' or the end of the filter.");
    }
    return root;
  }

 private:
  FilterNode parse_any() {
    return parse_chain(Token::kw_or, FilterNode::Kind::any, [this] { return parse_all(); });
  }

  FilterNode parse_all() {
    return parse_chain(Token::kw_and, FilterNode::Kind::all, [this] { return parse_not(); });
  }

  template <typename Part>
  FilterNode parse_chain(Token joint, FilterNode::Kind kind, const Part& part) {
    FilterNode first = part();
    if (token_.kind != joint) {
      return first;
    }
    FilterNode chain{kind, {}, {}};
    chain.children.push_back(std::move(first));
    while (accept(joint)) {
      chain.children.push_back(part());
    }
    return chain;
  }

  FilterNode parse_not() {
    bool negated = false;
    while (accept(Token::kw_not)) {
      negated = !negated;
    }
    FilterNode inner = token_.kind == Token::open ? parse_parentheses() : parse_test();
    if (!negated) {
      return inner;
    }
    FilterNode node{FilterNode::Kind::negation, {}, {}};
    node.children.push_back(std::move(inner));
    return node;
  }

  FilterNode parse_parentheses() {
    if (++depth_ > kMaxDepth) {
      fail(fmt::format("parentheses may be nested {} deep. Write it with fewer.", kMaxDepth));
    }
    const std::size_t open = token_.begin;
    advance();
    FilterNode inner = parse_any();
    if (token_.kind == Token::end) {
      fail_at(filter_, open, 1, "this '(' is not closed.");
    }
    if (!accept(Token::close)) {
      fail("expected 'and', 'or' or ')'.");
    }
    --depth_;
    return inner;
  }

  FilterNode parse_test() {
    if (token_.kind == Token::end) {
      fail("the filter ends where a field is expected, as in src_as == 64500.");
    }
    if (token_.kind != Token::word) {
      fail("expected a field's name, as in src_as == 64500.");
    }
    FilterNode node;
    FilterTest& test = node.test;
    const FilterToken name = token_;
    test.fields = find_filter_fields(name.raw, names_);
    if (test.fields.empty()) {
      fail(unknown_filter_field(name.raw, names_));
    }
    advance();
    const auto comparison = comparison_of(token_.kind);
    if (!comparison) {
      if (token_.kind == Token::word || token_.kind == Token::text ||
          token_.kind == Token::open_list) {
        fail(
            fmt::format("after {} comes an operator (==, !=, <, <=, >, >=, in, has), 'and', 'or' "
                        "or the end of the filter.",
                        name.raw));
      }
      return node;
    }
    test.comparison = *comparison;
    check_operator(name.raw, info(test.fields.front()), *comparison);
    advance();
    parse_items(name.raw, info(test.fields.front()), test);
    return node;
  }

  void check_operator(std::string_view name, const FieldInfo& field, Comparison comparison) {
    if (comparison == Comparison::has && field.kind != Kind::tcp_flags) {
      fail(
          fmt::format("'has' asks for TCP flags, as in flags has SYN; for {} use == or in.", name));
    }
    if (is_ordering(comparison) && !has_order(field.kind)) {
      fail(fmt::format("{} has no order: use ==, != or in.", name));
    }
  }

  void parse_items(std::string_view name, const FieldInfo& field, FilterTest& test) {
    if (test.comparison == Comparison::in) {
      parse_list(name, field, test);
      return;
    }
    if (token_.kind == Token::open_list) {
      fail(fmt::format("a list follows 'in': {} in [ ... ].", name));
    }
    const FilterToken first = token_;
    test.items.push_back(parse_item(name, field));
    if (is_ordering(test.comparison) && is_range(test.items.front())) {
      fail_at(filter_, first.begin, first.raw.size(),
              "this operator takes a single value. A range goes with == or in.");
    }
    if (field.kind == Kind::tcp_flags) {
      auto& flags = std::get<FilterRange<std::uint64_t>>(test.items.front());
      while (accept(Token::comma)) {
        flags.low |= std::get<FilterRange<std::uint64_t>>(parse_item(name, field)).low;
        flags.high = flags.low;
      }
      if (test.comparison == Comparison::has && flags.low == 0) {
        fail_at(filter_, first.begin, first.raw.size(),
                fmt::format("this names no flag. For records without flags write {} == 0.", name));
      }
    }
  }

  void parse_list(std::string_view name, const FieldInfo& field, FilterTest& test) {
    const std::size_t open = token_.begin;
    if (!accept(Token::open_list)) {
      fail(fmt::format("'in' takes a list in brackets: {} in [ ... ].", name));
    }
    if (token_.kind == Token::close_list) {
      fail(fmt::format("the list is empty. {} takes {}.", name, filter_value_hint(field)));
    }
    do {
      if (++items_ > kMaxItems) {
        fail(
            fmt::format("a filter may have {} values in its lists. Join neighbours into ranges or "
                        "networks.",
                        kMaxItems));
      }
      test.items.push_back(parse_item(name, field));
    } while (accept(Token::comma));
    if (token_.kind == Token::end) {
      fail_at(filter_, open, 1, "this '[' is not closed.");
    }
    if (!accept(Token::close_list)) {
      fail("expected ',' or ']'.");
    }
  }

  /// A value, or a range with or without blanks around its dash.
  FilterItem parse_item(std::string_view name, const FieldInfo& field) {
    const FilterToken first = token_;
    auto item = parse_value(name, field);
    std::size_t size = first.raw.size();
    if (token_.kind == Token::word && token_.raw == "-") {
      advance();
      size = token_.begin + token_.raw.size() - first.begin;
      const auto range = join_filter_range(field, item, parse_value(name, field));
      if (!range) {
        fail_at(filter_, first.begin, size,
                fmt::format("these two do not make a range. {} takes {}.", name,
                            filter_value_hint(field)));
      }
      item = *range;
    }
    if (runs_backwards(item)) {
      fail_at(filter_, first.begin, size,
              "this range ends before it begins. The lower value comes first.");
    }
    return item;
  }

  FilterItem parse_value(std::string_view name, const FieldInfo& field) {
    const bool quoted = token_.kind == Token::text;
    if (!quoted && token_.kind != Token::word) {
      fail(fmt::format("{} a value. {} takes {}.",
                       token_.kind == Token::end ? "the filter ends before" : "expected", name,
                       filter_value_hint(field)));
    }
    const std::string_view text = quoted ? std::string_view(token_.text) : token_.raw;
    auto item = parse_filter_value(field, text, quoted);
    if (!item && !quoted) {
      item = parse_filter_range(field, text);
    }
    if (!item) {
      fail(fmt::format("{} takes {}.", name, filter_value_hint(field)));
    }
    advance();
    return *std::move(item);
  }

  void advance() { token_ = lexer_.next(); }

  bool accept(Token kind) {
    if (token_.kind != kind) {
      return false;
    }
    advance();
    return true;
  }

  [[noreturn]] void fail(const std::string& message) {
    fail_at(filter_, token_.begin, token_.raw.size(), message);
  }

  std::string_view filter_;
  const FieldNames& names_;
  FilterLexer lexer_;
  FilterToken token_;
  unsigned depth_ = 0;
  std::size_t items_ = 0;
};

}  // namespace

FilterNode parse_filter(std::string_view filter, const FieldNames& names) {
  if (filter.size() > kMaxText) {
    throw Error::usage(
        fmt::format("the filter has {} bytes; {} are allowed.", filter.size(), kMaxText));
  }
  if (filter.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    throw Error::usage(
        "the filter is empty. Write a test such as src_as == 64500, or leave it out.");
  }
  return Parser(filter, names).parse();
}

}  // namespace weir
