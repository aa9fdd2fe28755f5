#include "weir/flow/field_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/error.hpp"

namespace weir {
namespace {

bool is_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

std::optional<FieldId> FieldNames::find(std::string_view name) const {
  const auto own = std::find_if(own_.begin(), own_.end(),
                                [name](const auto& each) { return each.first == name; });
  return own != own_.end() ? own->second : find_field(name);
}

std::string_view FieldNames::name(FieldId id) const {
  const auto own =
      std::find_if(own_.begin(), own_.end(), [id](const auto& each) { return each.second == id; });
  return own != own_.end() ? std::string_view(own->first) : info(id).name;
}

std::vector<std::string_view> FieldNames::all() const {
  std::vector<std::string_view> names;
  names.reserve(own_.size() + kNamedFields.size());
  for (const auto& [name, id] : own_) {
    names.emplace_back(name);
  }
  for (const FieldInfo& field : kNamedFields) {
    names.push_back(field.name);
  }
  return names;
}

FieldId FieldNames::add(std::string_view name, Kind kind) {
  if (!is_name(name)) {
    throw Error::usage(
        fmt::format("'{}' cannot be a field's name; use letters, digits and underscores, with no "
                    "digit in front",
                    name));
  }
  if (find(name)) {
    throw Error::usage(
        fmt::format("there is a field '{}' already; give this one another name", name));
  }
  if (kind != Kind::number && kind != Kind::text && kind != Kind::address) {
    throw Error::usage(fmt::format("field '{}' can be a number, a text or an address", name));
  }
  if (own_.size() == kUserFields) {
    throw Error::usage(
        fmt::format("field '{}': only {} fields of your own are possible", name, kUserFields));
  }
  // The table has one of each kind for each of them.
  const std::size_t offset = kind == Kind::number ? 0 : kind == Kind::text ? 1 : 2;
  const auto id = static_cast<FieldId>(kFirstUserField + 3 * own_.size() + offset);
  own_.emplace_back(name, id);
  return id;
}

}  // namespace weir
