#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace weir {

/// Compresses a stream into one gzip member (RFC 1952), made for speed. Not thread-safe.
///
/// A piece of about 64 KiB to 1 MiB for each `write` is best; small pieces are copied once more.
class GzipWriter {
 public:
  /// Compressed bytes are appended to `out`, which must outlive the writer.
  explicit GzipWriter(std::string& out);
  ~GzipWriter();
  GzipWriter(const GzipWriter&) = delete;
  GzipWriter& operator=(const GzipWriter&) = delete;

  /// Compresses `bytes`. What becomes of them may still be held back until `finish`.
  void write(std::string_view bytes);

  /// Ends the member; `out` is whole from then on. Called exactly once, and nothing after it.
  void finish();

 private:
  struct State;
  void run(std::string_view bytes, bool last);

  std::string& out_;
  std::unique_ptr<State> state_;
};

}  // namespace weir
