#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace camnode_test {

/// A fresh directory, removed with all that is in it at the end. In memory
/// where the machine has such a place, as what is tested syncs each file.
class scratch_directory {
public:
  scratch_directory() {
    auto wanted = std::getenv("TMPDIR");
    for (auto& parent : {std::filesystem::path{wanted ? wanted : "/dev/shm"},
                         std::filesystem::temp_directory_path()}) {
      auto name = (parent / "camnode-XXXXXX").string();
      if (mkdtemp(name.data())) {
        path_ = name;
        return;
      }
    }
    throw std::runtime_error{"no place for a scratch directory"};
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
