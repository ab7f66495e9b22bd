#include "actors/base/tls_identity.hpp"
#include "actors/camera/libcamera_source.hpp"
#include "messages/error.hpp"
#include "nodes/client/client.hpp"
#include "nodes/options/options.hpp"
#include "nodes/running/version_text.hpp"
#include "nodes/server/server.hpp"

#include <exception>
#include <iostream>
#include <variant>

namespace {

struct runner {
  int operator()(const camnode::server_options& x) const {
    return camnode::run_server(x);
  }

  int operator()(const camnode::client_options& x) const {
    return camnode::run_client(x);
  }

  int operator()(const camnode::camera_listing&) const {
    auto text = camnode::list_cameras();
    if (!text) {
      std::cerr << "camnode: " << camnode::describe(text.error()) << "\n";
      return 1;
    }
    std::cout << *text;
    return 0;
  }

  int operator()(const camnode::printout& x) const {
    (x.exit_code == 0 ? std::cout : std::cerr) << x.text;
    return x.exit_code;
  }
};

} // namespace

int main(int argc, char** argv) {
  camnode::keep_openssl_to_the_end();
  try {
    return std::visit(runner{},
                      camnode::parse_options(argc, argv,
                                             camnode::version_text()));
  } catch (const std::exception& e) {
    std::cerr << "camnode: " << e.what() << "\n";
    return 1;
  }
}
