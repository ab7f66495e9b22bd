#pragma once

#include "actors/base/http_answer.hpp"
#include "actors/viewer/clock_offset.hpp"
#include "actors/viewer/server_door.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

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

    /// @param refused Whether it is since the server and we do not trust each
    ///        other.
    std::function<void(const std::string& why, bool refused)> on_failure;
  };

  clock_prober(boost::asio::io_context& io, endpoint server, server_door door,
               events told);

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
  void fail(const std::string& why, bool refused = false);

  boost::asio::io_context& context_;
  std::shared_ptr<peer_stream> stream_; ///< Null before the first attempt.
  boost::asio::steady_timer timer_;
  const endpoint server_;
  const server_door door_;
  events told_;
  std::string request_;
  boost::beast::flat_buffer input_;
  std::optional<http_answer_parser> parser_;
  int64_t asked_ns_ = 0;
  int64_t answered_ns_ = 0;
  std::string told_id_;
  unsigned quick_ = 0;   ///< Quick probes still to be made.
  uint64_t attempt_ = 0; ///< Tells the present connection from earlier ones.
  std::chrono::milliseconds back_off_;
  bool stopped_ = false;
};

} // namespace camnode
