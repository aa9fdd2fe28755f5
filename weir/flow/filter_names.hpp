#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/flow/field_names.hpp"
#include "weir/flow/flow.hpp"

namespace weir {

/// The fields a filter's word stands for: one, or two for the either-side words (`addr`, `port`,
/// `as`, `net`, `if`, `mask`, `vlan`, `country`, `network`, `customer`). `flags` is short for
/// `tcp_flags`. Empty if there is none.
std::vector<FieldId> find_filter_fields(std::string_view word, const FieldNames& names = {});

/// What to say of a word that is no field: its name here if another program calls it so, or near
/// matches.
std::string unknown_filter_field(std::string_view word, const FieldNames& names = {});

}  // namespace weir
