#include "nodes/client/client.hpp"

#include "actors/base/access_token.hpp"
#include "actors/base/data_lock.hpp"
#include "actors/base/file_ops.hpp"
#include "actors/base/held_folder.hpp"
#include "actors/base/log.hpp"
#include "actors/recorder/mp4_piece.hpp"
#include "actors/session/disk_reserve.hpp"
#include "messages/clock.hpp"
#include "messages/disk/file_names.hpp"
#include "nodes/client/camera_list.hpp"
#include "nodes/client/client_supervisor.hpp"
#include "nodes/client/folder_watch.hpp"
#include "nodes/client/marker_entry.hpp"
#include "nodes/client/open_files.hpp"
#include "nodes/inspection/client_figures.hpp"
#include "nodes/options/token_file.hpp"
#include "nodes/recovery/data_folder.hpp"
#include "nodes/recovery/folder_probe.hpp"
#include "nodes/recovery/last_session.hpp"
#include "nodes/recovery/recovery.hpp"
#include "nodes/running/node.hpp"
#include "nodes/running/version.hpp"
#include "nodes/web/client_pages.hpp"
#include "nodes/window/display.hpp"
#include "nodes/window/window.hpp"

#include <caf/actor_system.hpp>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <utility>

namespace camnode {

namespace {

using namespace std::chrono_literals;

/// What a camera of unknown rate is taken for.
constexpr caf::timespan usual_period = 33ms;

/// For a client that is about to end, and has the data folder still.
constexpr auto lock_patience = 4s;

make_open_piece pieces_in(const held_folder_ptr& data) {
  return [data](const server_info& server) -> open_piece {
    auto period = server.rate_mhz == 0
                    ? usual_period
                    : caf::timespan{1'000'000'000'000 / server.rate_mhz};
    return [data, folder = data->path() / "cam" / server.id,
            period](int64_t start_ms, uint16_t width,
                    uint16_t height) -> caf::expected<piece_writer_ptr> {
      if (auto err = data->enter(folder))
        return err;
      return open_mp4_piece(folder, start_ms, width, height, period);
    };
  };
}

make_complete_piece completers_in(const std::filesystem::path& dir) {
  return [dir](const server_info& server) -> complete_piece {
    return [folder = dir / "cam" / server.id](int64_t start_ms) {
      return repair_piece({start_ms, 0,
                           folder / open_piece_name(start_ms, "mp4"),
                           folder / open_piece_name(start_ms, "csv")});
    };
  };
}

/// For the frames of all cameras.
size_t ring_bytes_of(const viewer_options& x) {
  if (x.total_mib != 0)
    return size_t{x.total_mib} << 20;
  auto pages = std::max(sysconf(_SC_PHYS_PAGES), 0L);
  auto page_bytes = std::max(sysconf(_SC_PAGESIZE), 0L);
  auto quarter = static_cast<size_t>(pages) / 4
                 * static_cast<size_t>(page_bytes);
  return std::max(quarter, size_t{64} << 20);
}

/// What is taken of each camera.
rate_limits rates_of(const record_options& x) {
  return {uint64_t{x.max_mbit} * 1'000'000 / 8, x.max_fps};
}

/// Writes manifests, and keeps room on the disk for those that tell of a stop.
manifest_writer_ptr manifests_in(const held_folder_ptr& data) {
  auto reserve = std::make_shared<disk_reserve>(data->path()
                                                / disk_reserve_name);
  if (auto err = reserve->fill())
    log_warning("session",
                "no room is kept for the end of a session, which a "
                "full disk may forget: ",
                describe(err));
  return new_manifest_writer([data, reserve](const std::filesystem::path& path,
                                             const std::string& text,
                                             bool tells_stop) {
    if (auto err = data->enter(path.parent_path()))
      return err;
    auto err = replace_file_synced(path, text);
    if (is_disk_full(err) && tells_stop)
      return reserve->replace(path, text);
    if (!err)
      static_cast<void>(reserve->fill()); // It may have been in use.
    return err;
  });
}

finder_options finder_of(const client_options& x,
                         const std::shared_ptr<fleet>& cameras,
                         const std::shared_ptr<client_board>& board) {
  finder_options result;
  result.client_id = x.node.id;
  result.topic_request = x.mqtt.topic_request;
  result.topic_response = x.mqtt.topic_response;
  result.topic_announce = x.mqtt.topic_announce;
  result.topic_command = x.mqtt.topic_command;
  result.topic_status = x.mqtt.topic_status;
  result.servers.allowed = x.discovery.allow;
  result.servers.legacy_port = x.discovery.legacy_port;
  result.servers.connected = [cameras] { return cameras->connected(); };
  result.servers.has_heard = [cameras](auto& id) {
    return cameras->has_heard(id);
  };
  result.broker_host = x.mqtt.host;
  result.on_link = [board](bool up) { board->broker_up = up; };
  return result;
}

/// The token of `x.http`, made at the first start; empty: none.
/// @throws std::runtime_error where its file holds none.
std::string token_of(const client_options& x) {
  auto& file = x.http.token_file;
  auto path = file == "auto" ? usual_token_file(x.node.id) : file;
  if (path.empty())
    return {};
  auto result = file == "auto" ? make_token(path) : read_access_token(path);
  if (!result && result.error() == ec::bad_configuration)
    throw std::runtime_error("http.token-file=" + describe(result.error()));
  if (!result) {
    log_warning("node",
                "cannot keep a token, so nobody operates this node at "
                "http.port: ",
                describe(result.error()));
    return {};
  }
  warn_of_exposed({{"http.token-file", path}});
  return *result;
}

status_port_options status_of(const client_options& x, const look_at_node& look,
                              const std::shared_ptr<client_board>& board,
                              const std::filesystem::path& data) {
  status_port_options result;
  result.http.host = x.http.host;
  result.http.port = x.http.port;
  result.http.pages = client_pages(look, board);
  result.data = data;
  result.disk = board->disk;
  return result;
}

inspector_parts inspection_of(const client_options& x, look_at_node look,
                              const client_parts& parts,
                              const std::filesystem::path& data) {
  auto& board = parts.board;
  auto& cameras = parts.cameras;
  inspected_node node{version(), std::move(look),
                      [board] { return board->truth(); },
                      [board] { return board->page(); }};
  node.lights = &board->lights;
  node.mark = [board, log = parts.sensors](const std::string& payload) {
    return take_marker(payload, board->session(), log);
  };
  node.cameras = [cameras, board] {
    return render_cameras(*cameras, board->session(), client_clock_ns());
  };
  node.disk = std::make_shared<recordings>(data,
                                           files_in(cameras, board->sensors));
  return {std::make_shared<inspection>(std::move(node)),
          socket_of(x.introspect, x.node.id)};
}

sensor_log_options sensors_of(const client_options& x,
                              const held_folder_ptr& data,
                              const stop_line_ptr& stop) {
  sensor_log_options result{x.node.id, x.mqtt.topic_sensors, data->path(),
                            client_clock_ns, stop};
  result.folder = data;
  result.topic_mark = x.mqtt.topic_mark;
  return result;
}

session_options session_of(const client_options& x, const held_folder_ptr& data,
                           const stop_line_ptr& stop) {
  auto dir = data->path();
  return {x.node.id,
          version(),
          dir / "sessions",
          x.record.segment,
          client_clock_ns,
          utc_clock_ns,
          stop,
          read_boot_id(),
          [dir] { return free_bytes_of(dir); },
          x.record.min_minutes,
          rates_of(x.record).bytes_per_s,
          cameras_of_last_session(dir),
          data,
          manifests_in(data)};
}

client_parts parts_of(const client_options& x, std::shared_ptr<fleet> cameras,
                      std::shared_ptr<client_board> board,
                      const held_folder_ptr& data) {
  client_parts result;
  auto& replay = x.viewer.replay;
  result.ring = {size_t{replay.mib} << 20, replay.age};
  result.ring_total = std::make_shared<ring_budget>(ring_bytes_of(x.viewer));
  result.rates = rates_of(x.record);
  result.keys = std::make_shared<server_keys>(x.viewer.ca_file,
                                              x.viewer.token_file);
  log_info("node", "frames of all cameras take at most ",
           result.ring_total->bytes() >> 20, " MiB");
  result.pieces = pieces_in(data);
  result.completers = completers_in(data->path());
  result.find = finder_of(x, cameras, board);
  auto stop = std::make_shared<stop_line>();
  result.sensors = sensors_of(x, data, stop);
  result.session = session_of(x, data, stop);
  result.expected = x.record.expect;
  result.make_client = clients_for(x.mqtt);
  result.cameras = std::move(cameras);
  result.board = std::move(board);
  return result;
}

/// Lets people look at what `parts` do.
void add_pages(client_parts& parts, const client_options& x,
               const actor_directory& directory, const alarm_board& alarms) {
  client_sources sources{x.node.id,  parts.cameras, parts.board,
                         &directory, &alarms,       client_clock_ns};
  look_at_node look = [sources] { return look_at_client(sources); };
  auto& data = parts.session.folder->path();
  parts.inspect = inspection_of(x, look, parts, data);
  if (!x.http.enabled)
    return;
  auto token = token_of(x);
  if (token.empty() && !is_loopback(x.http.host)) {
    log_warning("node", "http.port stays closed: http.host=", x.http.host,
                " is open to other machines, and there is no http.token-file");
    return;
  }
  parts.status = status_of(x, look, parts.board, data);
  parts.status->token = token;
  parts.status->on_open = [board = parts.board](const std::string& address) {
    board->set_page(address);
  };
  auto& entry = parts.status->http.entry;
  entry = port_entry(parts.inspect.node, "http.", x.http, token);
  entry.who = "status_port";
}

/// The window that the options ask for; null for none.
std::unique_ptr<window> window_of(const client_options& x,
                                  std::shared_ptr<const fleet> cameras,
                                  std::shared_ptr<const client_board> board) {
  if (x.display == display_mode::none)
    return nullptr;
  if (!display_usable()) {
    if (x.display == display_mode::window)
      throw std::runtime_error("display=window: there is no display to draw "
                               "on; set DISPLAY, or display=none");
    log_info("window", "no display: running without a window");
    return nullptr;
  }
  return std::make_unique<window>(std::move(cameras), std::move(board),
                                  "camnode " + x.node.id);
}

/// Makes the data folder ours, and sees what can be done in it.
/// @returns What is ours for as long as it lives.
unique_fd take_data_folder(const data_options& x) {
  auto refuse = [&](const std::string& why) {
    throw std::runtime_error("data.dir=" + x.dir + ": " + why);
  };
  if (auto why = prepare_data_folder(x.dir); !why.empty())
    refuse(why);
  auto lock = lock_data(x.dir, lock_patience);
  if (!lock)
    refuse(describe(lock.error()));
  if (!x.group.empty())
    if (auto why = give_to_group(x.dir, x.group); !why.empty())
      throw std::runtime_error("data.group=" + x.group + ": " + why);
  auto abilities = probe_folder(x.dir);
  if (!abilities)
    refuse("its file system cannot keep a recording: "
           + describe(abilities.error()) + "; want a folder elsewhere");
  for (auto& limit : limits_of(*abilities))
    log_warning("node", "the file system of data.dir=", x.dir, ": ", limit);
  return std::move(*lock);
}

} // namespace

int run_client(const client_options& options) {
  blocked_signals signals;
  set_log_level(options.log.level);
  warn_of_exposed({{"mqtt.password-file", options.mqtt.password_file},
                   {"mqtt.key-file", options.mqtt.key_file},
                   {"http.key-file", options.http.tls.key_file},
                   {"viewer.token-file", options.viewer.token_file}});
  log_info("node", "camnode ", version(), " client ", options.node.id,
           ", data in ", options.data.dir);
  auto lock = take_data_folder(options.data);
  auto data = held_folder::hold(options.data.dir);
  if (!data)
    throw std::runtime_error("data.dir=" + options.data.dir + ": "
                             + describe(data.error()));
  auto resumed = recover(
    {options.data.dir, options.record.resume, read_boot_id(), client_clock_ns});
  auto cameras = std::make_shared<fleet>();
  auto board = std::make_shared<client_board>();
  auto view = window_of(options, cameras, board);
  actor_directory directory;
  alarm_board alarms;
  folder_watch watch{options.data.dir, alarms};
  io_thread io;
  auto parts = parts_of(options, cameras, board, *data);
  parts.io = &io;
  parts.resumed = std::move(resumed);
  add_pages(parts, options, directory, alarms);
  node_config config;
  caf::actor_system system{config};
  actor_context context{&directory, &alarms, "client_supervisor", 0};
  auto root = system.spawn<client_supervisor>(context, std::move(parts));
  return run_node(signals, directory, alarms,
                  caf::actor_cast<caf::actor>(std::move(root)), [&] {
                    if (!view)
                      return long_rest;
                    if (!view->show_next(30ms)) {
                      log_info("window", "closed; recording goes on");
                      view.reset();
                    }
                    return std::chrono::milliseconds{20};
                  });
}

} // namespace camnode
