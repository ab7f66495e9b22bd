#include "actors/base/http_pages.hpp"

#include "actors/base/log.hpp"
#include "actors/base/log_pace.hpp"
#include "actors/base/socket_acceptor.hpp"
#include "messages/clock.hpp"
#include "messages/wire/http_target.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <unordered_set>
#include <utility>

namespace camnode {

namespace asio = boost::asio;

namespace {

/// What the connections of one port share. Used on the I/O thread.
struct hub {
  http_pages_options options;
  std::unordered_set<std::shared_ptr<http_connection>> connections;

  std::string known_paths() const {
    std::string result;
    for (auto& [path, page] : options.pages)
      result += (result.empty() ? "" : ", ") + path;
    return result + (options.entry.api ? ", /api/v1/node" : "");
  }
};

class page_connection : public http_connection {
public:
  page_connection(hub& owner, stream_socket socket)
    : http_connection(std::move(socket), owner.options.entry), hub_(owner) {
  }

private:
  void answer(const http_request&, const http_target& target) override {
    auto i = hub_.options.pages.find(target.path);
    if (i == hub_.options.pages.end())
      return refuse(404, "there are " + hub_.known_paths());
    respond(i->second());
  }

  void on_close() override {
    hub_.connections.erase(shared_from_this());
  }

  hub& hub_;
};

} // namespace

struct http_pages::implementation {
  implementation(asio::io_context& io, http_pages_options options)
    : context(io), acceptor(std::make_shared<socket_acceptor>(io)) {
    shared.options = std::move(options);
  }

  void take(stream_socket socket) {
    if (shared.connections.size() >= shared.options.max_connections) {
      auto oldest = who_makes_room<http_connection>(shared.connections);
      if (!oldest)
        return;
      if (displaced.admits(client_clock_ns()))
        log_info(shared.options.entry.who, "closed the oldest of ",
                 shared.connections.size(), " connections for a new one",
                 displaced.more());
      oldest->close();
    }
    auto x = std::make_shared<page_connection>(shared, std::move(socket));
    shared.connections.insert(x);
    x->start();
  }

  void close() {
    acceptor->close();
    // A connection takes itself out of the set.
    while (!shared.connections.empty()) {
      auto x = *shared.connections.begin();
      x->close();
    }
  }

  asio::io_context& context;
  const std::shared_ptr<socket_acceptor> acceptor;
  hub shared;
  log_pace displaced;
};

http_pages::http_pages(io_thread& io, http_pages_options options)
  : impl_(std::make_shared<implementation>(io.context(), std::move(options))) {
}

http_pages::~http_pages() {
  run_and_wait(impl_->context, [this] { impl_->close(); });
}

caf::error http_pages::start() {
  auto& options = impl_->shared.options;
  auto err = options.socket.empty()
               ? impl_->acceptor->listen(options.host, options.port)
               : impl_->acceptor->listen_at(options.socket,
                                            options.socket_mode);
  if (err)
    return err;
  impl_->acceptor->start(
    [weak = std::weak_ptr<implementation>(impl_)](stream_socket socket) {
      if (auto strong = weak.lock())
        strong->take(std::move(socket));
    });
  return caf::none;
}

uint16_t http_pages::port() const {
  return impl_->acceptor->port();
}

} // namespace camnode
