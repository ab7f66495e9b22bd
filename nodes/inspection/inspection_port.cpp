#include "nodes/inspection/inspection_port.hpp"

#include "actors/base/http_pages.hpp"
#include "actors/base/io_thread.hpp"
#include "messages/error.hpp"
#include "nodes/inspection/certificates.hpp"
#include "nodes/inspection/node_api.hpp"

#include <cstdint>
#include <ctime>
#include <limits>
#include <memory>
#include <utility>

namespace camnode {

namespace {

class http_port : public inspection_port {
public:
  http_port(const inspection_port_options& options, inspection_ptr node,
            const actor_context& context)
    : options_(options), node_(std::move(node)), context_(context) {
  }

  caf::error open() {
    if (auto err = load_certificates())
      return err;
    http_pages_options http;
    http.who = "inspector";
    http.socket = options_.socket.path;
    http.socket_mode = options_.socket.mode;
    http.host = options_.host;
    http.port = options_.port;
    http.tls = {tls_, is_of_a_person};
    api_way_in way{options_.operates ? api_right::operate : api_right::look,
                   options_.socket.path.empty() && !options_.tls.any()};
    http.api = [node = node_, way](const http_request& x) {
      return answer_api(*node, way, x);
    };
    http.refusal = api_refusal;
    pages_ = std::make_unique<http_pages>(io_, std::move(http));
    return pages_->start();
  }

  uint16_t number() const override {
    return pages_->port();
  }

  std::string why_useless() const override {
    // Checking a certificate takes long enough not to do it for nothing.
    if (std::time(nullptr) < expiry_s_)
      return {};
    auto why = why_not_now(tls_);
    return why.empty() ? why : about_certificate(why);
  }

private:
  caf::error load_certificates() {
    if (!options_.tls.any())
      return caf::none;
    auto loaded = load_tls(options_.tls, tls_end::node);
    if (!loaded)
      return loaded.error();
    tls_ = std::move(*loaded);
    expiry_s_ = expiry_s(tls_);
    context_.alarms->set_certificate_expiry(context_.name, expiry_s_);
    auto why = why_not_now(tls_);
    return why.empty()
             ? caf::error{}
             : caf::make_error(ec::bad_configuration, about_certificate(why));
  }

  std::string about_certificate(const std::string& why) const {
    return "cert-file=" + options_.tls.cert_file + ": " + why;
  }

  const inspection_port_options options_;
  const inspection_ptr node_;
  const actor_context context_;
  tls_context_ptr tls_;
  int64_t expiry_s_ = std::numeric_limits<int64_t>::max(); ///< Of `tls_`.
  io_thread io_; ///< Of its own: who asks much does not hold frames up.
  std::unique_ptr<http_pages> pages_;
};

} // namespace

caf::expected<inspection_port_ptr>
open_http_port(const inspection_port_options& options,
               const inspection_ptr& node, const actor_context& context) {
  auto result = std::make_unique<http_port>(options, node, context);
  if (auto err = result->open())
    return err;
  return inspection_port_ptr{std::move(result)};
}

} // namespace camnode
