#include "weir/flow/filter.hpp"

#include "weir/flow/filter_builder.hpp"
#include "weir/flow/filter_parser.hpp"

namespace weir {

Filter Filter::compile(std::string_view text, const FieldNames& names) {
  Filter filter;
  filter.program_ = build_filter(parse_filter(text, names));
  return filter;
}

}  // namespace weir
