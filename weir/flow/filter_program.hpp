#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/flow/filter_ast.hpp"
#include "weir/flow/flow.hpp"

namespace weir {

/// A filter ready to run: steps that each look at one field and name the step that follows when
/// they are true and when they are false, so `and`, `or` and `not` cost nothing. Made by
/// build_filter; immutable.
class FilterProgram {
 public:
  /// No steps: everything matches.
  FilterProgram() = default;

  [[nodiscard]] bool empty() const { return steps_.empty(); }
  [[nodiscard]] bool run(const Flow& flow) const { return tabled_ ? look_up(flow) : walk(flow); }
  [[nodiscard]] const FieldSet& fields() const { return fields_; }

 private:
  friend class FilterBuilder;

  /// An address as two integers that compare as its bytes do.
  struct AddressKey {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator<=>(const AddressKey&) const = default;
  };

  enum class Op : std::uint8_t {
    integer_one,  ///< in one range
    integer,      ///< in one of several
    bits,         ///< all set
    real,
    address,
    text,
    list,  ///< the whole text or one of its items
    text_present
  };

  using Target = std::uint32_t;
  static constexpr Target kAccept = 0xffff'ffff;
  static constexpr Target kReject = 0xffff'fffe;

  struct Step {
    Op op = Op::integer;
    FieldId field = 0;
    std::uint16_t offset = 0;  ///< of the field in Flow
    Target on_true = kAccept;
    Target on_false = kReject;
    /// integer_one: the range's low end; bits: the mask; else the index of its first value.
    std::uint64_t low = 0;
    /// integer_one: the range's length less 1; else how many values.
    std::uint64_t span = 0;
  };

  /// At most this many cheap steps are all asked, and the answer is looked up by what each said: a
  /// jump that depends on the traffic is mispredicted now and then, which costs more than a step.
  static constexpr std::size_t kMaxTabled = 6;

  void make_table();
  [[nodiscard]] bool look_up(const Flow& flow) const;
  [[nodiscard]] bool walk(const Flow& flow) const;
  [[nodiscard]] bool holds(const Step& step, const Flow& flow) const;
  [[nodiscard]] bool has_text(const Step& step, std::string_view text) const;
  [[nodiscard]] bool has_item(const Step& step, std::string_view list) const;

  static AddressKey address_key(const IpAddress& address);
  static std::uint64_t real_key(double value);

  std::vector<Step> steps_;
  Target start_ = kAccept;
  std::vector<FilterRange<std::uint64_t>> integers_;
  std::vector<FilterRange<AddressKey>> addresses_;
  std::vector<std::string> texts_;
  FieldSet fields_;
  bool tabled_ = false;
  std::uint64_t table_ = 0;  ///< bit i: the answer where bit n of i is what step n says
};

}  // namespace weir
