#pragma once

#include "actors/base/http_connection.hpp"
#include "actors/base/io_thread.hpp"

#include <caf/error.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace camnode {

struct http_pages_options {
  std::string socket; ///< The path of a Unix socket instead of a TCP port.
  unsigned socket_mode = 0600; ///< Of its file.
  std::string host = "127.0.0.1";
  uint16_t port = 0; ///< 0: any free one.
  http_entry entry;  ///< Who may come in; the API.

  /// Connections at a time. For one more, the one that has been at the same
  /// thing for longest is closed.
  size_t max_connections = 64;

  /// By path. Called on the I/O thread; must return at once.
  std::map<std::string, std::function<http_page()>> pages;
};

/// An HTTP port, or socket, of a few small pages, served by the I/O thread.
class http_pages {
public:
  http_pages(io_thread& io, http_pages_options options);

  /// Closes the port and every connection; when it returns, no page is asked
  /// for any more.
  ~http_pages();

  /// Opens the port. @returns `ec::listen_failed` with address and reason.
  caf::error start();

  /// The port that is open; 0 before `start`.
  uint16_t port() const;

private:
  struct implementation;

  std::shared_ptr<implementation> impl_;
};

} // namespace camnode
