#include "weir/decode/nfdump_splitter.hpp"

#include <cstring>

#include "weir/decode/nfdump_strip.hpp"

namespace weir {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

const char* skip_blanks(const char* at, const char* end) {
  while (at != end && is_blank(*at)) {
    ++at;
  }
  return at;
}

const char* skip_word(const char* at, const char* end) {
  while (at != end && !is_blank(*at)) {
    ++at;
  }
  return at;
}

bool is_unit(const char* from, const char* to) {
  return to - from == 1 && std::string_view("KMGTP").find(*from) != std::string_view::npos;
}

}  // namespace

NfdumpSplitter::Part NfdumpSplitter::part_of(const NfdumpColumn& column) {
  Part part;
  part.raw = column.name == "first_seen";
  part.may_scale = column.kind == NfdumpKind::number || column.kind == NfdumpKind::rate;
  part.may_have_days = column.kind == NfdumpKind::duration;
  const NfdumpToken* known = find_nfdump_token(column.token);
  part.words = known == nullptr ? 1 : known->words;
  return part;
}

NfdumpSplitter::NfdumpSplitter(const NfdumpFormat& format)
    : before_(format.before), after_(format.after), columns_(format.columns.size()) {
  for (std::size_t i = 0; i < format.columns.size(); ++i) {
    parts_.push_back(part_of(format.columns[i]));
    if (i < format.separators.size()) {
      parts_.back().separator = format.separators[i].text;
      parts_.back().blank = format.separators[i].blank;
    }
  }
  const NfdumpToken* last = find_nfdump_token(format.columns.back().token);
  last_is_free_ = last == nullptr || last->words == 0;
  finish_setup();
}

NfdumpSplitter::NfdumpSplitter(std::span<const NfdumpColumn> columns) : columns_(columns.size()) {
  for (const NfdumpColumn& column : columns) {
    parts_.push_back(part_of(column));
    parts_.back().separator = ",";
  }
  finish_setup();
}

void NfdumpSplitter::finish_setup() {
  tail_ = parts_.back();
  if (parts_.size() > 1) {
    const Part& before = parts_[parts_.size() - 2];
    tail_.separator = before.separator;
    tail_.blank = before.blank;
  }
}

/// Where the column that begins at `at` ends; nullptr if its separator does not follow.
const char* NfdumpSplitter::column_end(const Part& part, const char* at, const char* end) {
  const auto left = static_cast<std::size_t>(end - at);
  if (!part.blank) {
    return static_cast<const char*>(
        part.separator.size() == 1
            ? std::memchr(at, part.separator.front(), left)
            : memmem(at, left, part.separator.data(), part.separator.size()));
  }
  const char* stop = at;
  for (unsigned word = 0; word < part.words; ++word) {
    stop = skip_word(skip_blanks(stop, end), end);
  }
  const char* const next = skip_blanks(stop, end);
  const char* const next_stop = skip_word(next, end);
  if ((part.may_scale && is_unit(next, next_stop)) ||
      (part.may_have_days && stop != at && stop[-1] == 'd')) {
    stop = next_stop;
  }
  return stop == end ? nullptr : stop;
}

void NfdumpSplitter::take(std::size_t index, const char* from, const char* to) {
  const std::string_view text(from, static_cast<std::size_t>(to - from));
  columns_[index] = parts_[index].raw ? text : strip_as_python(text);
}

/// Whether what is left for the last column has the separator before it once more.
bool NfdumpSplitter::has_more_columns(const char* at, const char* end) const {
  const char* const stop = column_end(tail_, at, end);
  return stop != nullptr && (!tail_.blank || skip_blanks(stop, end) != end);
}

bool NfdumpSplitter::split(std::string_view line) {
  if (!line.starts_with(before_) || !line.ends_with(after_) ||
      line.size() < before_.size() + after_.size()) {
    return false;
  }
  const char* at = line.data() + before_.size();
  const char* const end = line.data() + line.size() - after_.size();
  const std::size_t last = parts_.size() - 1;
  for (std::size_t i = 0; i < last; ++i) {
    const Part& part = parts_[i];
    const char* const stop = column_end(part, at, end);
    if (stop == nullptr) {
      return false;
    }
    take(i, at, stop);
    at = stop + (part.blank ? 1 : part.separator.size());
  }
  if (last > 0 && !last_is_free_ && has_more_columns(at, end)) {
    return false;
  }
  take(last, at, end);
  return true;
}

}  // namespace weir
