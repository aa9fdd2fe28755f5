#include "weir/encode/line_writer.hpp"

#include <algorithm>
#include <cstring>

#include "weir/encode/json_writer.hpp"

namespace weir {
namespace {

constexpr std::size_t kEscaped = 6;  ///< bytes that one of a text can become

std::string quoted_csv(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted.append(c == '"' ? 2 : 1, c);
  }
  return quoted + '"';
}

bool in_quotes(Kind kind) {
  return kind == Kind::address || kind == Kind::time || kind == Kind::mac;
}

}  // namespace

LineWriter::LineWriter(Form form, const std::vector<RowColumn>& columns) : form_(form) {
  first_key_ = columns.size();
  for (const RowColumn& column : columns) {
    std::string before = ",";
    if (form == Form::json) {
      JsonWriter(before).text(column.name);
      before += ':';
    }
    const std::size_t size = before.size();
    before.resize(std::max(size, kStep));
    most_ += before.size() + kLongestValue;
    const Kind kind = column.compute != nullptr ? Kind::number : info(column.field).kind;
    has_texts_ = has_texts_ || (kind == Kind::text || kind == Kind::list);
    if (column.key && first_key_ == columns.size()) {
      first_key_ = columns_.size();
    }
    columns_.push_back({column, kind, std::move(before), size});
  }
  most_ += kLongestValue + kStep;  // the number of others, the end
}

std::string LineWriter::header() const {
  if (form_ == Form::json) {
    return {};
  }
  std::string line;
  for (const Column& column : columns_) {
    line += (line.empty() ? "" : ",") + quoted_csv(column.what.name);
  }
  return line + '\n';
}

std::size_t LineWriter::size_of_texts(const Flow& row) const {
  std::size_t size = 0;
  for (const Column& column : columns_) {
    if (column.what.compute == nullptr && storage_of(column.kind) == Storage::text) {
      size += get_text(row, column.what.field).size();
    }
  }
  return kEscaped * size;
}

void LineWriter::append_row(const Flow& row, const std::uint64_t* others, TextBuffer& out) {
  char* const begin = out.room(most_ + (has_texts_ ? size_of_texts(row) : 0));
  char* to = begin;
  if (others != nullptr && form_ == Form::json) {
    static constexpr std::string_view kOther = ",\"other\":";
    to = put_number(std::copy(kOther.begin(), kOther.end(), to), *others);
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    const bool hidden = others != nullptr && column.what.key;
    const bool there =
        !hidden && (column.what.compute != nullptr || row.present.has(column.what.field));
    if (form_ == Form::csv) {
      if (i != 0) {
        *to++ = ',';
      }
      if (hidden && i == first_key_) {
        static constexpr std::string_view kOther = "other";
        to = std::copy(kOther.begin(), kOther.end(), to);
      } else if (there) {
        to = put_value(to, column, row);
      }
    } else if (there) {
      to = put_before(to, column);
      to = in_quotes(column.kind) ? put_in_quotes(to, column, row) : put_value(to, column, row);
    }
  }
  if (form_ == Form::json) {
    if (to == begin) {
      ++to;
    }
    *begin = '{';
    *to++ = '}';
  }
  *to++ = '\n';
  out.end_at(to);
}

char* LineWriter::put_before(char* to, const Column& column) const {
  // Of fixed size, as nearly all are: a call for each would cost more than the copy.
  std::memcpy(to, column.before.data(), kStep);
  if (column.before_size > kStep) {
    std::memcpy(to, column.before.data(), column.before_size);
  }
  return to + column.before_size;
}

char* LineWriter::put_in_quotes(char* to, const Column& column, const Flow& row) {
  *to++ = '"';
  to = put_value(to, column, row);
  *to = '"';
  return to + 1;
}

char* LineWriter::put_value(char* to, const Column& column, const Flow& row) {
  const RowColumn& what = column.what;
  if (what.compute != nullptr) {
    return what.milliseconds ? put_seconds(to, what.compute(row))
                             : put_number(to, what.compute(row));
  }
  switch (column.kind) {
    case Kind::address:
      return put_address(to, get_address(row, what.field));
    case Kind::time:
      return times_.put(to, get_integer(row, what.field));
    case Kind::mac:
      return put_mac(to, get_integer(row, what.field));
    case Kind::text:
    case Kind::list:
      return put_text(to, get_text(row, what.field));
    case Kind::real: {
      char* const end = put_real(to, get_real(row, what.field));
      return end == to && form_ == Form::json ? std::copy_n("null", 4, to) : end;
    }
    default:
      return put_number(to, get_integer(row, what.field));
  }
}

char* LineWriter::put_text(char* to, std::string_view text) {
  if (form_ == Form::csv) {
    scratch_ = quoted_csv(text);
  } else {
    scratch_.clear();
    JsonWriter(scratch_).text(text);
  }
  return std::copy(scratch_.begin(), scratch_.end(), to);
}

}  // namespace weir
