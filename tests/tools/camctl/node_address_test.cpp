#define CAF_SUITE node_address
#include "tests/camnode_test.hpp"

#include "tools/camctl/node_address.hpp"

#include "tests/scratch_directory.hpp"
#include "tests/tools/camctl/fake_node.hpp"

#include <cstdlib>

using namespace camctl;
using camctl_test::fake_node;

namespace {

/// Host, port and whether there is TLS; a socket; or nothing.
std::string read(const std::string& x, bool tls = false) {
  auto at = parse_address(x, {4710, tls, {}});
  if (!at)
    return "";
  return at->socket.empty()
           ? at->host + " " + std::to_string(at->port) + (at->tls ? " TLS" : "")
           : "socket " + at->socket;
}

void put_socket(const std::filesystem::path& path) {
  std::filesystem::create_directories(path.parent_path());
  fake_node stale{fake_node::saying(""), path};
}

} // namespace

CAF_TEST(an address is a host and perhaps a port) {
  CAF_CHECK_EQUAL(read("pi-3"), "pi-3 4710");
  CAF_CHECK_EQUAL(read("pi-3:1"), "pi-3 1");
  CAF_CHECK_EQUAL(read("10.0.0.7:65535"), "10.0.0.7 65535");
  CAF_CHECK_EQUAL(read("[::1]"), "::1 4710");
  CAF_CHECK_EQUAL(read("[fe80::1%eth0]:4711"), "fe80::1%eth0 4711");
  CAF_CHECK_EQUAL(read("pi-3", true), "pi-3 4710 TLS");
}

CAF_TEST(a scheme tells whether there is TLS) {
  for (auto tls : {false, true}) {
    CAF_CHECK_EQUAL(read("http://pi-3", tls), "pi-3 4710");
    CAF_CHECK_EQUAL(read("https://pi-3:4712/", tls), "pi-3 4712 TLS");
    CAF_CHECK_EQUAL(read("http://[::1]:4711", tls), "::1 4711");
  }
}

CAF_TEST(what has a slash is the path of a socket) {
  CAF_CHECK_EQUAL(read("/run/camnode/lab.sock"),
                  "socket /run/camnode/lab.sock");
  CAF_CHECK_EQUAL(read("./a:b"), "socket ./a:b");
}

CAF_TEST(what cannot be understood is no address) {
  for (std::string x : {"", ":", ":4711", "a:", "a:b", "a:0", "a:65536", "a:1x",
                        "a:b:c", "::1", "[::1", "[::1]x", "[]:1", "http://",
                        "https://:1", "http://a/b", "http:///", "http://a:b:c"})
    CAF_CHECK_EQUAL(read(x), "");
}

CAF_TEST(an address is shown as it is given) {
  for (std::string x : {"10.0.0.7:4711", "[::1]:4711", "/run/lab.sock"})
    CAF_CHECK_EQUAL(parse_address(x, {1, true, {}})->text(), x);
}

CAF_TEST(a word is the id of a node that has a socket here) {
  camnode_test::scratch_directory scratch;
  auto own = scratch.path() / "own";
  auto shared = scratch.path() / "shared";
  folder_list folders{own, shared};
  put_socket(own / "lab.sock");
  put_socket(shared / "lab.sock");
  put_socket(shared / "pi-3.sock");
  put_socket(shared / "pi.4.sock");
  scratch.put("shared/file.sock", "");
  auto read = [&](const std::string& x) {
    return *parse_address(x, {4710, false, folders});
  };
  CAF_CHECK_EQUAL(read("lab").socket, (own / "lab.sock").string());
  CAF_CHECK_EQUAL(read("pi-3").socket, (shared / "pi-3.sock").string());
  // These are hosts.
  for (std::string x : {"pi-3:4710", "file", "none"})
    CAF_CHECK_EQUAL(read(x).socket, "");
  CAF_CHECK_EQUAL(short_text(read("pi-3"), folders), "pi-3");
  auto hidden = (shared / "lab.sock").string();
  CAF_CHECK_EQUAL(short_text(read(hidden), folders), hidden);
  auto dotted = (shared / "pi.4.sock").string();
  CAF_CHECK_EQUAL(short_text(read(dotted), folders), "pi.4");
  CAF_CHECK_EQUAL(short_text(read("none"), folders), "none:4710");
}

CAF_TEST(sockets are found in all folders that can be read) {
  camnode_test::scratch_directory scratch;
  auto own = scratch.path() / "own";
  auto shared = scratch.path() / "shared";
  put_socket(own / "b.sock");
  put_socket(own / "a.sock");
  put_socket(own / "a-2.sock");
  put_socket(own / "a.socket");
  put_socket(shared / "a.sock");
  scratch.put("shared/file.sock", "");
  std::vector<std::string> found;
  for (auto& x : sockets_in(folder_list{own, scratch.path() / "none", shared}))
    found.push_back(x.socket);
  CAF_CHECK_EQUAL(found,
                  (std::vector<std::string>{(own / "a.sock").string(),
                                            (own / "a-2.sock").string(),
                                            (own / "b.sock").string(),
                                            (shared / "a.sock").string()}));
}

CAF_TEST(the sockets of a user are looked for before those of the machine) {
  std::string before;
  auto known = std::getenv("XDG_RUNTIME_DIR");
  if (known != nullptr)
    before = known;
  setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
  CAF_CHECK(socket_folders()
            == (folder_list{"/run/user/7/camnode", "/run/camnode"}));
  unsetenv("XDG_RUNTIME_DIR");
  CAF_CHECK(socket_folders() == (folder_list{"/run/camnode"}));
  if (known != nullptr)
    setenv("XDG_RUNTIME_DIR", before.c_str(), 1);
}
