#pragma once

#include "actors/viewer/clock_offset.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace camnode {

/// Asks a server for its clock over a connection that it keeps: eight times in
/// quick succession, then once a second. Ends by itself on any error, as
/// frames go on without it and the next stream connection brings a new one.
/// Runs on the I/O thread.
class clock_prober : public std::enable_shared_from_this<clock_prober> {
public:
  using endpoint = boost::asio::ip::tcp::endpoint;

  clock_prober(boost::asio::io_context& io, endpoint server,
               std::function<void(const clock_probe&)> on_probe);

  void start();
  void stop();

  /// Whether it still asks.
  bool asks() const {
    return !stopped_;
  }

  /// When the server last answered, on the client's clock; 0 before it did.
  int64_t answered_ns() const {
    return answered_ns_;
  }

private:
  using error_code = boost::system::error_code;

  void ask();
  void take_answer();
  void wait_for_next();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  const endpoint server_;
  const std::function<void(const clock_probe&)> on_probe_;
  const std::string request_;
  boost::beast::flat_buffer input_;
  std::optional<
    boost::beast::http::response_parser<boost::beast::http::string_body>>
    parser_;
  int64_t asked_ns_ = 0;
  int64_t answered_ns_ = 0;
  unsigned probes_ = 0;
  bool stopped_ = false;
};

} // namespace camnode
