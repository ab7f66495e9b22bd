#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace camnode {

/// Reads a CSV file record by record, with memory for one piece of it. A
/// record ends with LF outside of quotes.
class record_reader {
public:
  /// A longer record is none of camnode's.
  static constexpr size_t max_record_bytes = size_t{1} << 20;

  /// @param path Opened at once; a file that cannot be read has no records.
  explicit record_reader(const std::filesystem::path& path);

  /// The next whole record, without its end, until the next call.
  /// @returns false at the end, or where `fault` is.
  bool next(std::string_view& record);

  /// Why it ended before its end; empty: it did not. A last record without
  /// an end, as a crash leaves it, is no fault, and is left out.
  const std::string& fault() const {
    return fault_;
  }

private:
  struct closer {
    void operator()(FILE* x) const {
      fclose(x);
    }
  };

  bool fill();

  std::unique_ptr<FILE, closer> file_;
  std::string buffer_;
  size_t begin_ = 0; ///< Of what is not read yet.
  std::string fault_;
};

} // namespace camnode
