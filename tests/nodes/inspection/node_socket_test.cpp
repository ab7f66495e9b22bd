#define CAF_SUITE node_socket
#include "tests/camnode_test.hpp"

#include "nodes/inspection/node_socket.hpp"
#include "tests/scratch_directory.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

using namespace camnode;
using namespace camnode_test;

namespace {

struct fixture {
  fixture() {
    unsetenv("RUNTIME_DIRECTORY");
    unsetenv("XDG_RUNTIME_DIR");
  }

  scratch_directory scratch;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_socket_tests, fixture)

CAF_TEST(without a folder there is no socket) {
  CAF_CHECK_EQUAL(usual_socket("lab").path, "");
}

CAF_TEST(a user has a folder of his own which is made) {
  std::string dir = scratch.path();
  setenv("XDG_RUNTIME_DIR", dir.c_str(), 1);
  auto x = usual_socket("lab");
  CAF_CHECK_EQUAL(x.path, dir + "/camnode/lab.sock");
  CAF_CHECK_EQUAL(x.mode, 0600u);
  struct stat folder;
  CAF_REQUIRE_EQUAL(stat((dir + "/camnode").c_str(), &folder), 0);
  CAF_CHECK_EQUAL(folder.st_mode & 0777, 0700u);
}

CAF_TEST(a service opens its socket to its group) {
  std::string dir = scratch.path();
  setenv("XDG_RUNTIME_DIR", "/nowhere", 1);
  setenv("RUNTIME_DIRECTORY", (dir + ":/other").c_str(), 1);
  auto x = usual_socket("lab");
  CAF_CHECK_EQUAL(x.path, dir + "/lab.sock");
  CAF_CHECK_EQUAL(x.mode, 0660u);
}

CAF_TEST(of two nodes of one name the later one has another socket) {
  std::string dir = scratch.path();
  setenv("RUNTIME_DIRECTORY", dir.c_str(), 1);
  auto first = usual_socket("lab").path;
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  std::memcpy(where.sun_path, first.data(), first.size());
  auto node = socket(AF_UNIX, SOCK_STREAM, 0);
  CAF_REQUIRE_EQUAL(bind(node, reinterpret_cast<sockaddr*>(&where),
                         sizeof(where)),
                    0);
  CAF_REQUIRE_EQUAL(listen(node, 1), 0);
  CAF_CHECK_EQUAL(usual_socket("lab").path, dir + "/lab.2.sock");
  close(node); // It has ended, and left its file.
  CAF_CHECK_EQUAL(usual_socket("lab").path, first);
}

CAF_TEST_FIXTURE_SCOPE_END()
