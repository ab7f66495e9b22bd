#include "nodes/inspection/inspection_config.hpp"

#include "messages/actors.hpp"

#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace camnode {

using namespace std::chrono_literals;

inspection_config::inspection_config(const tls_files& tls) {
  add_message_types<caf::id_block::camnode>();
  add_error_category(caf::atom("camnode"), render_error);
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", size_t{1});
  set("middleman.app-identifiers",
      std::vector<std::string>{inspection_protocol});
  // Both ends have them, or an idle connection would count as broken.
  set("middleman.heartbeat-interval", caf::timespan{1s});
  set("middleman.connection-timeout", caf::timespan{5s});
  set("middleman.workers", size_t{0});
  load<caf::io::middleman>();
  if (!tls.any())
    return;
  load<caf::openssl::manager>();
  openssl_certificate = tls.cert_file;
  openssl_key = tls.key_file;
  openssl_cafile = tls.ca_file;
}

} // namespace camnode
