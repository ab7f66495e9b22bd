#define CAF_SUITE open_beneath
#include "tests/camnode_test.hpp"

#include "messages/disk/open_beneath.hpp"
#include "tests/scratch_directory.hpp"

#include <fcntl.h>

#include <filesystem>

using namespace camnode;
using camnode_test::scratch_directory;

namespace fs = std::filesystem;

namespace {

/// A folder `data` with a file `cam/a/film`, beside a file `secret`.
struct fixture {
  fixture() {
    fs::create_directories(data / "cam/a");
    dir.put("data/cam/a/film", "mine");
    dir.put("secret", "not for you");
    fd = unique_fd{::open(data.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  }

  bool opens(const std::string& path) const {
    return static_cast<bool>(open_beneath(fd.get(), path, O_RDONLY));
  }

  scratch_directory dir;
  fs::path data = dir.path() / "data";
  unique_fd fd;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(open_beneath_tests, fixture)

CAF_TEST(a file below the folder is opened) {
  CAF_CHECK(opens("cam/a/film"));
  CAF_CHECK(
    static_cast<bool>(open_beneath(fd.get(), "cam/a", O_RDONLY | O_DIRECTORY)));
  CAF_CHECK(!opens("cam/a/nothing"));
  CAF_CHECK_EQUAL(errno, ENOENT);
}

CAF_TEST(no spelling leads out of the folder) {
  for (auto* x :
       {"../secret", "cam/../../secret", "cam/a/../../../secret", "/etc/passwd",
        "", ".", "..", "/", "cam//a/film", "./cam/a/film", "cam/./a/film",
        "cam/a/film/", "cam/a/film/.", "//etc/passwd"})
    CAF_CHECK(!opens(x));
  CAF_CHECK(!opens((dir.path() / "secret").string()));
}

CAF_TEST(no link is followed) {
  fs::create_symlink("../../../secret", data / "cam/a/relative");
  fs::create_symlink(dir.path() / "secret", data / "cam/a/absolute");
  fs::create_directory_symlink(dir.path(), data / "out");
  fs::create_directory_symlink("cam", data / "inside");
  for (auto* x :
       {"cam/a/relative", "cam/a/absolute", "out/secret", "inside/a/film"})
    CAF_CHECK(!opens(x));
}

CAF_TEST_FIXTURE_SCOPE_END()
