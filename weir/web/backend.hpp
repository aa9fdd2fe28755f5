#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace weir {

/// A body whose size is known and that can be read several times, each from its beginning.
struct ScrapeBody {
  using Reader = std::function<std::size_t(char* out, std::size_t room)>;

  std::string content_type;
  std::uint64_t size = 0;        ///< bytes
  std::function<Reader()> open;  ///< what it returns outlives the body
  /// Called on any thread whenever a client was given all of it; may be empty.
  std::function<void()> seen{};
};

/// Why there is nothing to show yet, for people.
struct NotStarted {
  std::string why;
};

/// What the web side asks of the program behind it. All methods are thread-safe.
class WebBackend {
 public:
  virtual ~WebBackend() = default;
  /// Why true values cannot be served now; empty when they can. Does not block.
  [[nodiscard]] virtual std::string not_ready() const = 0;
  /// What `/metrics` shows. May wait a second or two; called on one thread at a time.
  virtual std::variant<ScrapeBody, NotStarted> scrape(bool openmetrics) = 0;
  /// HTML of the landing page. Does not block.
  [[nodiscard]] virtual std::string page() const = 0;
  /// JSON of the records refused of late; nothing where there is no such thing. Does not block.
  [[nodiscard]] virtual std::optional<std::string> refused() const { return std::nullopt; }
  /// Says why it could not, or nothing, when it is done: on any thread, perhaps before it returns.
  /// Does not block.
  virtual void reload(std::function<void(const std::string& why)> done) = 0;
};

}  // namespace weir
