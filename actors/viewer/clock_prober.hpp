#pragma once

#include "actors/viewer/clock_offset.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace camnode {

/// Asks a server for its clock over a connection that it keeps: eight times in
/// quick succession, then once a second, or as soon as it is told. Connects
/// again after any error, with back-off, and begins with quick ones again. Runs
/// on the I/O thread.
class clock_prober : public std::enable_shared_from_this<clock_prober> {
public:
  using endpoint = boost::asio::ip::tcp::endpoint;

  /// What a prober reports; must return at once.
  struct events {
    /// @returns How soon to ask again.
    std::function<clock_offset::pace(const clock_probe&)> on_probe;
    std::function<void(const std::string& why)> on_failure;
  };

  clock_prober(boost::asio::io_context& io, endpoint server, events told);

  void start();
  void stop();

  /// When the server last answered, on the client's clock; 0 before it did on
  /// the present connection, and while there is none.
  int64_t answered_ns() const {
    return answered_ns_;
  }

  /// What the server called itself in its last answer; empty if it did not.
  const std::string& told_id() const {
    return told_id_;
  }

private:
  using error_code = boost::system::error_code;

  void connect();
  void ask();
  void take_answer();
  void wait_for_next(std::chrono::milliseconds interval);

  /// Calls `fail` unless `timer_` is set again within `answer_deadline`.
  void set_deadline();

  /// Ends the connection, and connects again later.
  void fail(const std::string& why);

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  const endpoint server_;
  events told_;
  const std::string request_;
  boost::beast::flat_buffer input_;
  std::optional<
    boost::beast::http::response_parser<boost::beast::http::string_body>>
    parser_;
  int64_t asked_ns_ = 0;
  int64_t answered_ns_ = 0;
  std::string told_id_;
  unsigned quick_ = 0;   ///< Quick probes still to be made.
  uint64_t attempt_ = 0; ///< Tells the present connection from earlier ones.
  std::chrono::milliseconds back_off_;
  bool stopped_ = false;
};

} // namespace camnode
