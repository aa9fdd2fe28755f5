#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/decode/json_reading.hpp"
#include "weir/flow/decoder_options.hpp"

namespace weir {

/// A field that a value goes into.
struct JsonTarget {
  static constexpr std::uint16_t kNamed = 0xffff;
  static constexpr std::uint16_t kNoSlot = 0xffff;

  FieldId field = 0;
  JsonReading reading = JsonReading::usual;
  /// Among several values for one field the lowest wins: a mapping's place in the list, or kNamed
  /// for a name from the field table.
  std::uint16_t rank = kNamed;
  /// Fields that are mapped are numbered, so that their values can be compared before one is taken.
  std::uint16_t slot = kNoSlot;
};

/// What is wanted of an object's members. Every key of every record is looked up here, so it has a
/// hash of its own: FlatMap's takes as long as the rest of reading a record.
class JsonMembers {
 public:
  struct Member {
    std::vector<JsonTarget> targets;
    std::unique_ptr<JsonMembers> inside;  ///< null if nothing in it is wanted
  };

  /// Null for a member that is not wanted.
  [[nodiscard]] const Member* find(std::string_view name) const {
    const std::uint64_t hash = hash_of(name);
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.entry == 0) {
        return nullptr;
      }
      if (slot.tag == tag_of(hash) && entries_[slot.entry - 1].name == name) {
        return &entries_[slot.entry - 1].member;
      }
    }
  }
  /// The member of that name, made if there is none yet; valid until the next one is made.
  Member& make(std::string_view name);

 private:
  struct Entry {
    std::string name;
    Member member;
  };
  struct Slot {
    std::uint16_t tag = 0;
    std::uint16_t entry = 0;  ///< its number from 1, 0 = free
  };

  /// Of the length and of the first and last eight bytes, which tell the keys in use apart.
  static std::uint64_t hash_of(std::string_view name) {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (name.size() >= sizeof first) {
      std::memcpy(&first, name.data(), sizeof first);
      std::memcpy(&last, name.data() + name.size() - sizeof last, sizeof last);
    } else {
      for (const char c : name) {
        first = first << 8U | static_cast<unsigned char>(c);
      }
    }
    std::uint64_t hash = (first ^ name.size()) * 0x9e3779b97f4a7c15;
    hash = (hash ^ hash >> 29U ^ last) * 0xbf58476d1ce4e5b9;
    return hash ^ hash >> 32U;
  }
  static std::uint16_t tag_of(std::uint64_t hash) {
    return static_cast<std::uint16_t>(hash >> 48U);
  }
  void insert(std::uint64_t hash, std::size_t entry);

  std::vector<Entry> entries_;
  std::vector<Slot> slots_ = std::vector<Slot>(1);  ///< a power of two of them, most are free
  std::size_t mask_ = 0;
};

/// Which of a record's values are wanted, and for what: the names of the field table in every
/// dialect's spelling, and before them what is mapped.
class JsonKeys {
 public:
  /// Throws Error::usage for a path that cannot be one.
  explicit JsonKeys(const DecoderOptions& options);

  [[nodiscard]] const JsonMembers& members() const { return members_; }
  /// How many fields are mapped.
  [[nodiscard]] std::size_t slots() const { return slots_.size(); }
  /// Ends a row: makes what is wanted of what else was read for it, and lets go of that. Nearly
  /// always there is nothing to do.
  void complete(Flow& row) const {
    if (derives_) {
      derive(row);
    }
  }

 private:
  void derive(Flow& row) const;
  void add_names();
  void add_path(const MappedValue& mapped, std::uint16_t rank);

  FieldSet wanted_;  ///< and `bytes`
  FieldSet read_;    ///< and what that may have to be made of
  bool derives_;     ///< more is read than is wanted, or a network
  std::vector<FieldId> slots_;
  JsonMembers members_;
};

/// The field that a key names, in any dialect's spelling; nothing for an unknown key.
struct JsonName {
  FieldId field = 0;
  JsonReading reading = JsonReading::usual;
};
std::optional<JsonName> json_key(std::string_view key);

}  // namespace weir
