#include "weir/decode/cbor_value.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "weir/base/utf8.hpp"
#include "weir/decode/json_value.hpp"

namespace weir {
namespace {

using Major = CborHead::Major;

constexpr std::uint8_t kFalse = 20;
constexpr std::uint8_t kTrue = 21;
constexpr std::uint8_t kNull = 22;
constexpr std::uint8_t kUndefined = 23;
constexpr std::uint64_t kBignum = 2;
constexpr std::uint64_t kNegativeBignum = 3;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  const std::size_t end = text.find_last_not_of(kBlank) + 1;
  return begin == text.size() ? std::string_view() : text.substr(begin, end - begin);
}

class ValueReader {
 public:
  ValueReader(CborCursor& cursor, const JsonTarget& target, Flow& row, TextArena& texts)
      : cursor_(cursor), target_(target), row_(row), texts_(texts) {}

  bool read(CborHead head) {
    std::uint64_t tag = 0;
    // A tag says what its content is; the field says it, too. Times are numbers or texts, addresses
    // texts or bytes, with or without it.
    for (int depth = 0; head.major == Major::tag; ++depth) {
      tag = head.argument;
      if (depth > CborCursor::kMaxDepth) {
        return cursor_.skip(head, depth);
      }
      if (!cursor_.head(head)) {
        return false;
      }
    }
    switch (head.major) {
      case Major::integer:
        return store(JsonScalar::of_integer(head.argument));
      case Major::negative:
        return store(JsonScalar::of_negative(-1.0 - static_cast<double>(head.argument)));
      case Major::text:
        return text(head);
      case Major::bytes:
        return bytes(head, tag);
      case Major::array:
        return list(head);
      case Major::map:
        refused_ = Refused::wrong_type;
        return cursor_.skip(head, 1);
      default:
        return simple(head);
    }
  }
  [[nodiscard]] std::optional<Refused> refused() const { return refused_; }
  /// What another key said is to stay.
  [[nodiscard]] bool silent() const { return silent_; }

 private:
  [[nodiscard]] Kind kind() const { return info(target_.field).kind; }

  bool store(const JsonScalar& value) {
    silent_ = says_nothing(target_.reading, value);
    refused_ = assign_json_as(target_.reading, row_, target_.field, value, texts_);
    return true;
  }

  /// As JSON's texts are: UTF-8 without NUL, and alive as long as the row.
  std::string_view mended(std::string_view text) {
    if (is_valid_utf8(text) && text.find('\0') == std::string_view::npos) {
      return text;
    }
    std::string mended;
    append_mended(mended, text);
    return texts_.copy(mended);
  }

  bool text(const CborHead& head) {
    std::string_view content;
    if (!cursor_.string(head, content, joined_)) {
      return false;
    }
    content = trimmed(head.indefinite() ? texts_.copy(content) : content);
    if (storage_of(kind()) == Storage::text) {
      content = mended(content);
    } else if (content.empty() || content == "-") {
      return true;  // how a column's text says that there is no value
    }
    return store(JsonScalar::of_text(content));
  }

  bool bytes(const CborHead& head, std::uint64_t tag) {
    std::string_view content;
    if (!cursor_.string(head, content, joined_)) {
      return false;
    }
    if (tag == kBignum || tag == kNegativeBignum) {
      return bignum(content, tag == kNegativeBignum);
    }
    refused_ = Refused::wrong_type;
    const bool ipv4 = content.size() == 4;
    if (kind() == Kind::address && (ipv4 || content.size() == 16)) {
      IpAddress address = IpAddress::from_ipv4(0);
      std::memcpy(address.bytes.data() + (ipv4 ? 12 : 0), content.data(), content.size());
      set(row_, target_.field, address);
      refused_.reset();
    } else if (kind() == Kind::mac && content.size() == 6) {
      std::uint64_t mac = 0;
      for (const char c : content) {
        mac = mac << 8U | static_cast<unsigned char>(c);
      }
      set(row_, target_.field, mac);
      refused_.reset();
    }
    return true;
  }

  /// RFC 8949, section 3.4.3: small ones are allowed, and mean what an integer means.
  bool bignum(std::string_view digits, bool negative) {
    digits.remove_prefix(std::min(digits.find_first_not_of('\0'), digits.size()));
    if (digits.size() > sizeof(std::uint64_t)) {
      refused_ = Refused::out_of_range;
      return true;
    }
    std::uint64_t number = 0;
    for (const char digit : digits) {
      number = number << 8U | static_cast<unsigned char>(digit);
    }
    return store(negative ? JsonScalar::of_negative(-1.0 - static_cast<double>(number))
                          : JsonScalar::of_integer(number));
  }

  /// Texts and integers, joined by blanks. An empty one is no value for an address, as in JSON.
  bool list(const CborHead& head) {
    std::string items;
    bool suited = kind() == Kind::list;
    CborHead item;
    std::uint64_t read = 0;
    for (; cursor_.more(head, read); ++read) {
      if (!cursor_.head(item)) {
        return false;
      }
      items += items.empty() ? "" : " ";
      if (item.major == Major::integer) {
        items += std::to_string(item.argument);
      } else if (item.major == Major::text) {
        std::string_view content;
        if (!cursor_.string(item, content, joined_)) {
          return false;
        }
        items += content;
      } else {
        suited = false;
        if (!cursor_.skip(item, 2)) {
          return false;
        }
      }
    }
    if (suited && cursor_.ok()) {
      return store(JsonScalar::of_text(mended(texts_.copy(items))));
    }
    if (read > 0 || kind() != Kind::address) {
      refused_ = Refused::wrong_type;
    }
    return cursor_.ok();
  }

  bool simple(const CborHead& head) {
    if (head.is_break()) {
      return cursor_.skip(head, 1);  // which finds fault with it
    }
    switch (head.info) {
      case kNull:
      case kUndefined:
        return true;
      case kFalse:
      case kTrue:
        return store(JsonScalar::of_boolean(head.info == kTrue));
      case CborHead::kHalf:
      case CborHead::kSingle:
      case CborHead::kDouble: {
        const double number = head.real();
        if (std::isfinite(number)) {
          return store(JsonScalar::of_real(number));
        }
        break;
      }
      default:
        break;
    }
    refused_ = Refused::wrong_type;
    return true;
  }

  CborCursor& cursor_;
  const JsonTarget& target_;
  Flow& row_;
  TextArena& texts_;
  std::string joined_;
  std::optional<Refused> refused_;
  bool silent_ = false;
};

}  // namespace

bool read_cbor_value(CborCursor& cursor, const CborHead& head, const JsonTarget& target, Flow& row,
                     TextArena& texts, std::optional<Refused>& refused) {
  const bool had = row.present.has(target.field);
  row.present.remove(target.field);  // the last of equal keys wins, also if it is null
  ValueReader reader(cursor, target, row, texts);
  const bool read = reader.read(head);
  if (had && reader.silent()) {
    row.present.add(target.field);
  }
  refused = reader.refused();
  return read;
}

}  // namespace weir
