#include "weir/decode/json_reference.hpp"

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "weir/base/utf8.hpp"
#include "weir/decode/json_mend.hpp"
#include "weir/decode/json_split.hpp"
#include "weir/decode/json_value.hpp"
#include "weir/flow/tcp_flags.hpp"

namespace weir {
namespace {

namespace dom = simdjson::dom;

static_assert(PayloadBatch::kPadding >= simdjson::SIMDJSON_PADDING);

/// simdjson's strings live until its next parse, so what stays in a row is copied. NUL cannot be
/// part of a label value in Prometheus' text format.
std::string_view keep_text(std::string_view text, TextArena& texts) {
  if (text.find('\0') == std::string_view::npos) {
    return texts.copy(text);
  }
  std::string mended;
  append_mended(mended, text);
  return texts.copy(mended);
}

/// Nothing for null, an array or an object.
std::optional<JsonScalar> scalar_of(dom::element value, TextArena& texts) {
  switch (value.type()) {
    case dom::element_type::UINT64:
      return JsonScalar::of_integer(value.get_uint64().value_unsafe());
    case dom::element_type::INT64: {
      const std::int64_t number = value.get_int64().value_unsafe();
      return number >= 0 ? JsonScalar::of_integer(static_cast<std::uint64_t>(number))
                         : JsonScalar::of_negative(static_cast<double>(number));
    }
    case dom::element_type::DOUBLE:
      return JsonScalar::of_real(value.get_double().value_unsafe());
    case dom::element_type::BOOL:
      return JsonScalar::of_boolean(value.get_bool().value_unsafe());
    case dom::element_type::STRING:
      return JsonScalar::of_text(keep_text(value.get_string().value_unsafe(), texts));
    default:
      return std::nullopt;
  }
}

/// One of several values of a text or list field; nothing for what is no single value.
std::optional<std::string_view> item_text(FieldId id, dom::element value, TextArena& texts) {
  const auto scalar = scalar_of(value, texts);
  Flow row;
  row.present.clear();
  if (!scalar || assign_json(row, id, *scalar, texts)) {
    return std::nullopt;
  }
  return get_text(row, id);
}

/// `pre_tag_label_encode_as_map` turns pmacct's label `a%1,b%2` into {"a":"1","b":"2"}; this turns
/// it back, so that the same label is the same series with and without that option.
std::optional<Refused> assign_label_map(Flow& flow, FieldId id, dom::object map, TextArena& texts) {
  std::string label;
  for (const auto item : map) {
    const auto text = item_text(id, item.value, texts);
    if (!text) {
      return Refused::wrong_type;
    }
    label += label.empty() ? "" : ",";
    label += item.key;
    label += '%';
    label += *text;
  }
  set(flow, id, keep_text(label, texts));
  return std::nullopt;
}

std::optional<Refused> assign_list(Flow& flow, FieldId id, dom::array items, TextArena& texts) {
  std::string joined;
  for (const dom::element item : items) {
    const auto text = item_text(id, item, texts);
    if (!text) {
      return Refused::wrong_type;
    }
    joined += joined.empty() ? "" : " ";
    joined += *text;
  }
  set(flow, id, texts.copy(joined));
  return std::nullopt;
}

/// `tcpflags_encode_as_array`: the names of the flags that are set.
std::optional<Refused> assign_tcp_flags(Flow& flow, FieldId id, dom::array names) {
  std::uint64_t bits = 0;
  for (const dom::element item : names) {
    std::string_view name;
    if (item.get(name) != simdjson::SUCCESS) {
      return Refused::wrong_type;
    }
    const auto bit = parse_tcp_flags(name);
    if (!bit) {
      return Refused::wrong_type;
    }
    bits |= *bit;
  }
  set(flow, id, bits);
  return std::nullopt;
}

/// An empty array is how goflow2 before version 2 prints an address that it does not have.
bool is_null(FieldId id, dom::element value) {
  dom::array items;
  return value.is_null() || (info(id).kind == Kind::address &&
                             value.get(items) == simdjson::SUCCESS && items.begin() == items.end());
}

std::optional<Refused> assign(Flow& flow, const JsonTarget& target, dom::element value,
                              TextArena& texts) {
  const FieldId id = target.field;
  const auto scalar = scalar_of(value, texts);
  if (scalar && says_nothing(target.reading, *scalar)) {
    return std::nullopt;
  }
  flow.present.remove(id);  // the last of equal keys wins, also if it is null
  if (scalar) {
    return assign_json_as(target.reading, flow, id, *scalar, texts);
  }
  if (is_null(id, value)) {
    return std::nullopt;
  }
  dom::object map;
  if (value.get(map) == simdjson::SUCCESS) {
    return id == field("label") ? assign_label_map(flow, id, map, texts)
                                : std::optional(Refused::wrong_type);
  }
  dom::array items;
  if (value.get(items) == simdjson::SUCCESS) {
    if (info(id).kind == Kind::list) {
      return assign_list(flow, id, items, texts);
    }
    if (info(id).kind == Kind::tcp_flags) {
      return assign_tcp_flags(flow, id, items);
    }
  }
  return Refused::wrong_type;
}

bool is_marker(dom::element event_type) {
  std::string_view name;
  return event_type.get(name) == simdjson::SUCCESS &&
         (name == "purge_init" || name == "purge_close");
}

}  // namespace

class JsonReference::Parser {
 public:
  explicit Parser(std::shared_ptr<const JsonKeys> keys)
      : keys_(std::move(keys)), held_(keys_->slots()) {}

  bool read(std::string_view text, JsonRecords& records) {
    dom::element root;
    if (!parse(text, root)) {
      return false;
    }
    dom::array items;
    if (root.get(items) != simdjson::SUCCESS) {
      read_record(root, text, records);
      return true;
    }
    if (items.begin() == items.end()) {
      records.finish(JsonVerdict::refuse(Refused::not_object), text);
    }
    JsonItems bytes(text);
    for (const dom::element item : items) {
      read_record(item, bytes.next(), records);
    }
    return true;
  }

 private:
  bool parse(std::string_view text, dom::element& root) {
    // simdjson takes 14 bytes for each byte of a message; one large message must not keep them.
    constexpr std::size_t kUsual = std::size_t{1} << 20;
    if (parser_.capacity() > kUsual && text.size() <= kUsual) {
      parser_ = dom::parser();
      mended_ = std::string();
    }
    if (parse_padded(text, root)) {
      return true;
    }
    mended_.clear();
    append_mended_json(mended_, text);
    if (mended_ == text) {
      return false;
    }
    const std::size_t size = mended_.size();
    mended_.resize(size + PayloadBatch::kPadding);
    return parse_padded({mended_.data(), size}, root);
  }

  bool parse_padded(std::string_view text, dom::element& root) {
    if (text.size() > parser_.capacity() &&
        parser_.allocate(std::max<std::size_t>(text.size() + text.size() / 2, 4096),
                         kMaxJsonDepth) != simdjson::SUCCESS) {
      return false;
    }
    return parser_.parse(text.data(), text.size(), false).get(root) == simdjson::SUCCESS;
  }

  void read_record(dom::element record, std::string_view bytes, JsonRecords& records) {
    dom::object object;
    if (record.get(object) != simdjson::SUCCESS) {
      records.finish(JsonVerdict::refuse(Refused::not_object), bytes);
      return;
    }
    Flow& row = records.row();
    TextArena& texts = records.texts();
    std::fill(held_.begin(), held_.end(), Held{});
    std::optional<Refused> refused;
    for (const auto item : object) {
      if (item.key == "event_type" && is_marker(item.value)) {
        records.finish({JsonVerdict::Kind::marker}, bytes);
        return;
      }
      if (!refused) {
        refused = read_member(row, keys_->members(), item, texts);
      }
    }
    if (!refused) {
      refused = assign_held(row, texts);
    }
    if (refused) {
      records.finish(JsonVerdict::refuse(*refused), bytes);
      return;
    }
    const bool event = !row.present.has(field("bytes"));
    records.finish({event ? JsonVerdict::Kind::event : JsonVerdict::Kind::flow}, bytes);
  }

  std::optional<Refused> read_member(Flow& row, const JsonMembers& members,
                                     const dom::key_value_pair& item, TextArena& texts) {
    const JsonMembers::Member* const member = members.find(item.key);
    return member == nullptr ? std::nullopt : read_wanted(row, *member, item, texts);
  }

  /// What is mapped inside objects is as deep as the mapping at most.
  std::optional<Refused> read_wanted(Flow& row, const JsonMembers::Member& wanted,
                                     const dom::key_value_pair& item, TextArena& texts) {
    for (const JsonTarget& target : wanted.targets) {
      if (target.slot != JsonTarget::kNoSlot) {
        hold(target, item.value, texts);
      } else if (const auto refused = assign(row, target, item.value, texts)) {
        return refused;
      }
    }
    dom::object object;
    if (wanted.inside == nullptr || item.value.get(object) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    for (const auto inner : object) {
      if (const auto refused = read_member(row, *wanted.inside, inner, texts)) {
        return refused;
      }
    }
    return std::nullopt;
  }

  void hold(const JsonTarget& target, dom::element value, TextArena& texts) {
    Held& held = held_[target.slot];
    if (!is_null(target.field, value) && !is_silent(target, value, texts) &&
        (!held.known || target.rank <= held.target.rank)) {
      held = {true, target, value};
    }
  }

  static bool is_silent(const JsonTarget& target, dom::element value, TextArena& texts) {
    if (target.reading == JsonReading::usual) {
      return false;
    }
    const auto scalar = scalar_of(value, texts);
    return scalar && says_nothing(target.reading, *scalar);
  }

  std::optional<Refused> assign_held(Flow& row, TextArena& texts) {
    for (const Held& held : held_) {
      if (held.known) {
        if (const auto refused = assign(row, held.target, held.value, texts)) {
          return refused;
        }
      }
    }
    return std::nullopt;
  }

  /// The best value seen so far for a field that is mapped.
  struct Held {
    bool known = false;
    JsonTarget target;
    dom::element value;
  };

  std::shared_ptr<const JsonKeys> keys_;
  std::vector<Held> held_;
  dom::parser parser_;
  std::string mended_;
};

JsonReference::JsonReference(std::shared_ptr<const JsonKeys> keys)
    : parser_(std::make_unique<Parser>(std::move(keys))) {}
JsonReference::~JsonReference() = default;

bool JsonReference::read(std::string_view text, JsonRecords& records) {
  return parser_->read(text, records);
}

std::string_view json_library_version() {
  return SIMDJSON_STRINGIFY(SIMDJSON_VERSION);
}

}  // namespace weir
