#include "weir/decode/json_template.hpp"

#include <algorithm>
#include <utility>

#include "weir/decode/json_leaves.hpp"
#include "weir/decode/json_number.hpp"
#include "weir/decode/json_value.hpp"

namespace weir {
namespace {

using Action = JsonTemplate::Action;
using Look = JsonLook;

constexpr std::size_t kMaxValues = 128;
constexpr std::size_t kMaxRecord = 8192;
constexpr std::size_t kReadable = 64;

/// Times are printed in a fixed width, and the writer's name changes only when it is started anew.
bool is_steady(const JsonLeaf& leaf) {
  const auto name = leaf.outermost ? json_key(leaf.key) : std::nullopt;
  const std::size_t length = leaf.size();
  return name && (info(name->field).kind == Kind::time || name->field == field("writer")) &&
         length > 0 && length < 32;
}

Action skip_action(const JsonLeaf& leaf) {
  switch (leaf.look) {
    case Look::string:
      return is_steady(leaf) ? Action::skip_steady : Action::skip_string;
    case Look::digits:
      return Action::skip_digits;
    default:
      return Action::skip_decimal;
  }
}

Action store_action(const JsonTarget& target, Look look) {
  const Kind kind = info(target.field).kind;
  const bool usual = target.reading == JsonReading::usual;
  if (look == Look::string) {
    return usual && kind == Kind::text ? Action::store_text : Action::read_string;
  }
  return usual && kind == Kind::number ? Action::store_number : Action::read_digits;
}

/// A value that is taken, by its place among the leaves.
struct Use {
  std::size_t leaf;
  JsonTarget target;
};

/// Chooses which values are taken: of those for one mapped field the best.
class Uses {
 public:
  explicit Uses(const std::vector<JsonLeaf>& leaves) : leaves_(leaves) {}

  /// Nothing if a template could not tell them apart as the reference parser does.
  std::optional<std::vector<Use>> choose(std::size_t slots) {
    std::vector<std::optional<Use>> best(slots);
    for (std::size_t i = 0; i < leaves_.size(); ++i) {
      if (leaves_[i].member == nullptr) {
        continue;
      }
      for (const JsonTarget& target : leaves_[i].member->targets) {
        const Use use{i, target};
        if (!(target.slot == JsonTarget::kNoSlot ? add(use) : compare(best[target.slot], use))) {
          return std::nullopt;
        }
      }
    }
    for (const auto& use : best) {
      if (use && !add(*use)) {
        return std::nullopt;
      }
    }
    if (std::any_of(uses_.begin(), uses_.end(), [this](const Use& use) { return clashes(use); })) {
      return std::nullopt;
    }
    std::sort(uses_.begin(), uses_.end(), [](const Use& a, const Use& b) {
      return std::pair(a.leaf, a.target.field) < std::pair(b.leaf, b.target.field);
    });
    return std::move(uses_);
  }

 private:
  bool add(const Use& use) {
    const JsonLeaf& leaf = leaves_[use.leaf];
    const bool event_type = leaf.outermost && leaf.key == "event_type";
    // A number of which 0 says nothing is added to what is there, here and by the reference parser.
    const bool adds = use.target.reading == JsonReading::not_zero && leaf.look == Look::digits;
    if ((seen_.has(use.target.field) && !adds) || event_type || leaf.look == Look::fixed ||
        leaf.look == Look::decimal) {
      return false;
    }
    seen_.add(use.target.field);
    if (leaf.look == Look::null) {
      last_.add(use.target.field);
      return true;
    }
    if (use.target.slot != JsonTarget::kNoSlot) {
      last_.add(use.target.field);
    }
    uses_.push_back(use);
    return true;
  }

  bool compare(std::optional<Use>& best, const Use& use) const {
    if (leaves_[use.leaf].look == Look::null) {
      return true;  // is none
    }
    if (best && best->target.rank == use.target.rank) {
      return false;
    }
    if (!best || use.target.rank < best->target.rank) {
      best = use;
    }
    return true;
  }

  /// Two values that may go into one field do so in their order, here and there, unless one of them
  /// is mapped, and so taken last there, or null, which takes away what was there before.
  [[nodiscard]] bool clashes(const Use& use) const {
    const auto companion = json_companion(use.target.field);
    return companion && seen_.has(*companion) &&
           (last_.has(use.target.field) || last_.has(*companion));
  }

  const std::vector<JsonLeaf>& leaves_;
  std::vector<Use> uses_;
  FieldSet seen_;
  FieldSet last_;  ///< of them, those that are mapped or null
};

/// Puts a template together from what stands in the record, from left to right.
class Builder {
 public:
  explicit Builder(std::string_view record) : record_(record) {}

  void skip(const JsonLeaf& leaf) {
    // pmacct's event_type decides what a record is, so it has to be the same text.
    if (leaf.look == Look::fixed || leaf.look == Look::null ||
        (leaf.outermost && leaf.key == "event_type")) {
      return;
    }
    add(leaf).action = skip_action(leaf);
    literal_ = leaf.end;
  }

  /// Takes a value, which is taken `more` times afterwards.
  void take(const JsonLeaf& leaf, const JsonTarget& target, bool more) {
    JsonTemplate::Segment& segment = add(leaf);
    segment.action = store_action(target, leaf.look);
    if (more) {
      segment.action = leaf.look == Look::string ? Action::peek_string : Action::peek_digits;
    }
    segment.reading = target.reading;
    segment.field = target.field;
    segment.member = info(target.field).offset;
    segment.limit = largest_number(target.field);
    if (segment.action == Action::store_number || segment.action == Action::store_text) {
      made_.stored.add(target.field);
    }
    literal_ = more ? leaf.begin : leaf.end;
  }

  JsonTemplate finish() {
    made_.tail = static_cast<std::uint32_t>(made_.literals.size());
    made_.tail_size = add_literal(record_.size());
    made_.literals.resize(made_.literals.size() + kReadable);
    return std::move(made_);
  }

 private:
  JsonTemplate::Segment& add(const JsonLeaf& leaf) {
    JsonTemplate::Segment segment{};
    segment.literal = static_cast<std::uint32_t>(made_.literals.size());
    segment.size = add_literal(leaf.begin);
    segment.length = static_cast<std::uint32_t>(leaf.size());
    made_.segments.push_back(segment);
    return made_.segments.back();
  }

  std::uint32_t add_literal(std::size_t end) {
    const std::string_view text = record_.substr(literal_, end - literal_);
    made_.literals.insert(made_.literals.end(), text.begin(), text.end());
    return static_cast<std::uint32_t>(text.size());
  }

  std::string_view record_;
  JsonTemplate made_;
  std::size_t literal_ = 0;  ///< where the text before the next value begins
};

}  // namespace

std::optional<JsonTemplate> JsonTemplate::describe(std::string_view record, const JsonKeys& keys) {
  if (record.size() > kMaxRecord || record.find('\n') != std::string_view::npos) {
    return std::nullopt;
  }
  const auto found = json_leaves(record, keys.members(), kMaxValues);
  if (!found) {
    return std::nullopt;
  }
  const std::vector<JsonLeaf>& leaves = *found;
  const auto uses = Uses(leaves).choose(keys.slots());
  if (!uses) {
    return std::nullopt;
  }
  Builder builder(record);
  auto use = uses->begin();
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (use == uses->end() || use->leaf != i) {
      builder.skip(leaves[i]);
      continue;
    }
    for (; use != uses->end() && use->leaf == i; ++use) {
      const bool more = use + 1 != uses->end() && (use + 1)->leaf == i;
      builder.take(leaves[i], use->target, more);
    }
  }
  return builder.finish();
}

bool JsonTemplate::same_as(const JsonTemplate& other) const {
  return literals == other.literals &&
         std::equal(segments.begin(), segments.end(), other.segments.begin(), other.segments.end(),
                    [](const Segment& a, const Segment& b) {
                      return a.literal == b.literal && a.action == b.action && a.field == b.field;
                    });
}

}  // namespace weir
