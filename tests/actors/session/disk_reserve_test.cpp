#define CAF_SUITE disk_reserve
#include "tests/camnode_test.hpp"

#include "actors/session/disk_reserve.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/error.hpp"
#include "tests/scratch_directory.hpp"

#include <sys/stat.h>

#include <filesystem>

using namespace camnode;
using namespace camnode_test;

namespace fs = std::filesystem;

namespace {

struct fixture {
  fixture()
    : path(scratch.path() / disk_reserve_name),
      manifest(scratch.put("1.json", "old")),
      testee(path) {
  }

  struct stat look(const fs::path& x) {
    struct stat result {};
    CAF_REQUIRE_EQUAL(stat(x.c_str(), &result), 0);
    return result;
  }

  /// Bytes that a file really takes of the disk.
  int64_t room_of(const fs::path& x) {
    return int64_t{look(x).st_blocks} * 512;
  }

  scratch_directory scratch;
  fs::path path;
  fs::path manifest;
  disk_reserve testee;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(disk_reserve_tests, fixture)

CAF_TEST(it takes its room and nobody else reads it) {
  CAF_CHECK(!testee.fill());
  CAF_CHECK(room_of(path) >= disk_reserve::size);
  CAF_CHECK_EQUAL(look(path).st_mode & 0777, 0600u);
  CAF_CHECK(!testee.fill());
  CAF_CHECK_EQUAL(look(path).st_size, disk_reserve::size);
}

CAF_TEST(a manifest gets its room and it is taken again) {
  CAF_CHECK(!testee.fill());
  chmod(manifest.c_str(), 0640);
  auto was = look(path).st_ino;
  CAF_CHECK(!testee.replace(manifest, "the end"));
  CAF_CHECK_EQUAL(content_of(manifest), "the end");
  CAF_CHECK_EQUAL(look(manifest).st_ino, was);
  CAF_CHECK_EQUAL(look(manifest).st_mode & 0777, 0640u);
  CAF_CHECK(room_of(manifest) < disk_reserve::size);
  CAF_CHECK(room_of(path) >= disk_reserve::size);
}

CAF_TEST(one that an earlier process left is taken over) {
  scratch.put(disk_reserve_name, "{ half a manifest");
  CAF_CHECK(!testee.fill());
  CAF_CHECK(room_of(path) >= disk_reserve::size);
  CAF_CHECK(!testee.replace(manifest, "x"));
  CAF_CHECK_EQUAL(content_of(manifest), "x");
}

CAF_TEST(without a reserve nothing is changed) {
  CAF_CHECK_EQUAL(testee.replace(manifest, "x"), ec::open_failed);
  CAF_CHECK_EQUAL(content_of(manifest), "old");
  fs::create_directory(path);
  CAF_CHECK_EQUAL(testee.fill(), ec::open_failed);
}

CAF_TEST(what is at its name and no file is left alone) {
  auto other = scratch.put("other", "precious");
  fs::create_symlink(other, path);
  CAF_CHECK_EQUAL(testee.fill(), ec::open_failed);
  CAF_CHECK_EQUAL(content_of(other), "precious");
}

CAF_TEST_FIXTURE_SCOPE_END()
