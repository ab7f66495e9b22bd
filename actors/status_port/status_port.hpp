#pragma once

#include "actors/base/http_pages.hpp"
#include "actors/observed/certificate_watch.hpp"
#include "actors/observed/observed.hpp"
#include "actors/shared/disk_board.hpp"
#include "messages/actors.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace camnode {

struct status_port_options {
  http_pages_options http;
  std::string token;          ///< For the address of the page.
  std::filesystem::path data; ///< The folder whose disk is looked at.
  disk_board_ptr disk;        ///< Receives what is seen.

  /// Told where a browser finds the page, and gets in; may be empty.
  std::function<void(const std::string& address)> on_open = {};
};

/// STATUS PORT: owns a client's HTTP port, and looks at its disk once a second.
/// A port that is taken is tried again for as long as it takes, as a recording
/// does not depend on it.
///
/// Blocks on the disk: runs detached.
class status_port : public observed<status_port_actor::base> {
public:
  status_port(caf::actor_config& cfg, const actor_context& context,
              io_thread& io, status_port_options options);

  void on_exit() override;

protected:
  behavior_type make_behavior() override;

private:
  void open_port();

  /// Where a browser finds the page, and gets in.
  std::string address_of_page() const;
  void look_at_disk();

  io_thread& io_;
  const status_port_options options_;
  certificate_watch certificate_;
  std::unique_ptr<http_pages> pages_; ///< Null while the port is taken.
  bool told_ = false; ///< Whether the present trouble is in the log.
};

} // namespace camnode
