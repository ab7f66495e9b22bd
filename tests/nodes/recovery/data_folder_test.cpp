#define CAF_SUITE data_folder
#include "tests/camnode_test.hpp"

#include "nodes/recovery/data_folder.hpp"
#include "tests/scratch_directory.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace camnode;
using camnode_test::scratch_directory;
namespace fs = std::filesystem;

namespace {

const std::string want_folder = "; want a folder, or the name of a new one";

/// Nobody in particular, for as long as it lives; needs root.
struct somebody {
  somebody() {
    CAF_REQUIRE_EQUAL(::seteuid(65534), 0);
  }

  ~somebody() {
    (void)!::seteuid(0);
  }
};

struct fixture {
  std::string why(const std::string& name) {
    return prepare_data_folder(scratch.path() / name);
  }

  std::string path(const std::string& name) {
    return (scratch.path() / name).string();
  }

  scratch_directory scratch;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(data_folder_tests, fixture)

CAF_TEST(a folder is made with those above it and taken as it is) {
  for (int i = 0; i < 2; ++i) {
    CAF_CHECK_EQUAL(why("a/b/c/"), "");
    CAF_CHECK(fs::is_directory(path("a/b/c")));
  }
  fs::create_directory_symlink(path("a/b"), path("link"));
  CAF_CHECK_EQUAL(why("link"), "");
  CAF_CHECK_EQUAL(why("link/d"), "");
  CAF_CHECK(fs::is_directory(path("a/b/d")));
}

CAF_TEST(a folder above a link is that of what it leads to) {
  fs::create_directories(path("disk/a"));
  fs::create_directory_symlink(path("disk/a"), path("link"));
  scratch.put("rec", "no folder, but not meant either");
  CAF_CHECK_EQUAL(why("link/../rec"), "");
  CAF_CHECK(fs::is_directory(path("disk/rec")));
  scratch.put("disk/b", "");
  CAF_CHECK_EQUAL(why("link/../b//"),
                  path("link/../b") + " is not a folder" + want_folder);
}

CAF_TEST(a file is named wherever it is on the way) {
  scratch.put("file", "");
  auto text = path("file") + " is not a folder" + want_folder;
  for (auto x : {"file", "file/", "file/a", "file/a/b"})
    CAF_CHECK_EQUAL(why(x), text);
}

CAF_TEST(a link to nothing is named) {
  fs::create_symlink(path("nothing"), path("link"));
  auto text = path("link") + " is a link to what is not there" + want_folder;
  CAF_CHECK_EQUAL(why("link"), text);
  CAF_CHECK_EQUAL(why("link/a"), text);
  CAF_CHECK(!fs::exists(path("nothing")));
}

CAF_TEST(a folder that others may write to only is named) {
  fs::create_directory(path("theirs"));
  fs::permissions(path("theirs"), fs::perms{0555});
  fs::permissions(scratch.path(), fs::perms::all);
  auto check = [this] {
    auto text = path("theirs")
                + " cannot be written to: Permission denied; "
                  "want a folder that user "
                + std::to_string(::geteuid()) + " may write to";
    CAF_CHECK_EQUAL(why("theirs"), text);
    CAF_CHECK_EQUAL(why("theirs/a/b"), text);
  };
  if (::geteuid() != 0)
    return check();
  somebody else_than_root;
  check();
}

CAF_TEST(a folder that cannot be looked into is named) {
  fs::create_directories(path("closed/in"));
  fs::permissions(path("closed"), fs::perms::none);
  fs::permissions(scratch.path(), fs::perms::all);
  auto check = [this] {
    CAF_CHECK_EQUAL(why("closed/in"), path("closed/in")
                                        + " cannot be looked at: Permission "
                                          "denied"
                                        + want_folder);
  };
  if (::geteuid() != 0) {
    check();
  } else {
    somebody else_than_root;
    check();
  }
  fs::permissions(path("closed"), fs::perms::owner_all);
}

CAF_TEST(what is made in a folder of a group belongs to that group) {
  CAF_CHECK_EQUAL(why("data/cam/a"), "");
  auto* group = getgrnam("daemon");
  CAF_REQUIRE(group);
  CAF_CHECK_EQUAL(give_to_group(path("data"), "daemon"), "");
  CAF_CHECK_EQUAL(why("data/cam/a/new"), "");
  CAF_CHECK_EQUAL(why("data/sensors/new"), "");
  for (auto name :
       {"data", "data/cam/a", "data/cam/a/new", "data/sensors/new"}) {
    struct stat info;
    CAF_REQUIRE_EQUAL(stat(path(name).c_str(), &info), 0);
    CAF_CHECK_EQUAL(info.st_gid, group->gr_gid);
    CAF_CHECK_EQUAL(info.st_mode & 07777, 02750u);
  }
}

CAF_TEST(a group that is not there or not the users is told) {
  CAF_CHECK_EQUAL(why("data"), "");
  CAF_CHECK_EQUAL(give_to_group(path("data"), "nobodys-group"),
                  "there is no group nobodys-group; want the name of one");
  fs::permissions(scratch.path(), fs::perms::all);
  somebody guard;
  CAF_CHECK_EQUAL(why("theirs"), "");
  CAF_CHECK_NOT_EQUAL(give_to_group(path("theirs"), "daemon")
                        .find("want a group that user 65534 is in"),
                      std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
