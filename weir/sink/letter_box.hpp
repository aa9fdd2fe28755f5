#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/flow/accounts.hpp"
#include "weir/flow/batch.hpp"
#include "weir/io/kafka_producer.hpp"

namespace weir {

/// One refused record; its bytes are in a LetterBox.
struct Letter {
  std::size_t begin = 0;    ///< of the bytes that are kept
  std::size_t size = 0;     ///< of these
  std::uint64_t whole = 0;  ///< bytes the record had
  std::int64_t position = -1;
  OriginId origin = 0;
  std::uint32_t index = 0;
  Refused reason{};

  /// So many bytes of it are sent, if the topic takes `limit`.
  [[nodiscard]] std::size_t sent(std::size_t limit) const { return size < limit ? size : limit; }
  [[nodiscard]] bool is_cut(std::size_t limit) const { return sent(limit) < whole; }
};

/// Refused records, packed, until they are known to be somewhere else.
class LetterBox {
 public:
  /// Of a longer record the first `longest` bytes are kept.
  explicit LetterBox(std::size_t longest) : longest_(longest) {}

  void add(Refused reason, const RecordPlace& place);
  void clear();

  [[nodiscard]] std::span<const Letter> letters() const { return letters_; }
  [[nodiscard]] std::string_view bytes(const Letter& letter) const {
    return std::string_view(bytes_).substr(letter.begin, letter.size);
  }
  /// Bytes that all of them take.
  [[nodiscard]] std::size_t held() const {
    return bytes_.size() + letters_.size() * sizeof(Letter);
  }

 private:
  const std::size_t longest_;
  std::vector<Letter> letters_;
  std::string bytes_;
};

/// Where a message came from, for people.
struct OriginName {
  std::string topic;
  std::string partition;
};

/// What is said of a letter beside its bytes. Refers to the letter's origin's name.
class LetterHeaders {
 public:
  LetterHeaders(const Letter& letter, const OriginName& origin, std::size_t limit);
  LetterHeaders(const LetterHeaders&) = delete;
  LetterHeaders& operator=(const LetterHeaders&) = delete;

  [[nodiscard]] std::span<const KafkaHeader> all() const { return {headers_.data(), count_}; }

 private:
  void say(std::string_view name, std::string_view value) { headers_[count_++] = {name, value}; }
  void say(std::string_view name, std::uint64_t number);

  std::array<char, 64> digits_{};
  std::size_t used_ = 0;  ///< of the digits
  std::array<KafkaHeader, 6> headers_;
  std::size_t count_ = 0;
};

}  // namespace weir
