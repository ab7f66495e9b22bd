#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace camnode_test {

/// A fresh directory, removed with all that is in it at the end.
class scratch_directory {
public:
  scratch_directory() {
    auto name = std::filesystem::temp_directory_path() / "camnode-XXXXXX";
    path_ = mkdtemp(name.string().data());
  }

  scratch_directory(const scratch_directory&) = delete;

  ~scratch_directory() {
    std::filesystem::remove_all(path_);
  }

  const std::filesystem::path& path() const {
    return path_;
  }

  /// Writes a file below the directory.
  std::filesystem::path put(const std::string& name,
                            const std::string& content) const {
    std::ofstream{path_ / name, std::ios::binary} << content;
    return path_ / name;
  }

private:
  std::filesystem::path path_;
};

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace camnode_test
