#define CAF_SUITE folder_probe

#include "tests/camnode_test.hpp"

#include "nodes/recovery/folder_probe.hpp"
#include "tests/scratch_directory.hpp"

using namespace camnode;
using namespace camnode_test;

CAF_TEST(a folder that can do all has no limits and keeps nothing of it) {
  scratch_directory dir;
  auto x = probe_folder(dir.path());
  CAF_REQUIRE(x);
  CAF_CHECK(x->renames == rename_way::atomic);
  CAF_CHECK(limits_of(*x).empty());
  CAF_CHECK(std::filesystem::is_empty(dir.path()));
}

CAF_TEST(what an earlier probe left is in no ones way and others files are) {
  scratch_directory dir;
  for (auto* left :
       {".camnode.probe.a", ".camnode.probe.b", ".camnode.probe.c"})
    dir.put(left, "");
  CAF_CHECK(probe_folder(dir.path()));
  CAF_CHECK(std::filesystem::is_empty(dir.path()));
  dir.put(".camnode.probe.b", "precious");
  auto x = probe_folder(dir.path());
  CAF_REQUIRE(!x);
  CAF_CHECK(is_name_taken(x.error()));
  CAF_CHECK_EQUAL(content_of(dir.path() / ".camnode.probe.b"), "precious");
}

CAF_TEST(what a folder cannot do is said) {
  CAF_CHECK_EQUAL(limits_of({rename_way::check, false, false}).size(), 3u);
  CAF_CHECK_EQUAL(limits_of({rename_way::link, true, true}).size(), 1u);
}
