#include "nodes/server/server.hpp"

#include "actors/base/access_token.hpp"
#include "actors/camera/command_source.hpp"
#include "actors/camera/file_source.hpp"
#include "actors/camera/libcamera_source.hpp"
#include "actors/camera/pattern_source.hpp"
#include "actors/camera/program_line.hpp"
#include "messages/clock.hpp"
#include "messages/error.hpp"
#include "messages/redaction.hpp"
#include "nodes/inspection/server_figures.hpp"
#include "nodes/running/node.hpp"
#include "nodes/running/version.hpp"
#include "nodes/server/camera_health.hpp"
#include "nodes/server/server_supervisor.hpp"

#include "assets.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

namespace camnode {

namespace {

/// Which run of a server this is: random, as a Pi without a clock battery
/// starts at the same time again and again. Below 2^53, for JSON's sake.
uint64_t make_epoch() {
  std::random_device random;
  auto bits = (uint64_t{random()} << 32 | random()) >> 11;
  return std::max<uint64_t>(bits, 1);
}

/// What a server starts with: where its frames come from, and what is wrong
/// with that, if it can be told already.
struct source_choice {
  source_kind kind;
  caf::error error;
};

/// Looks what `auto` stands for, and whether libcamera's camera can do what is
/// asked for. A camera that is not there may come later, and is no error.
source_choice choose_source(const camera_options& x) {
  auto kind = x.source;
  if (kind == source_kind::automatic && !x.command.empty())
    kind = source_kind::command;
  else if (kind == source_kind::automatic && !x.file.empty())
    kind = source_kind::file;
  if (kind != source_kind::automatic && kind != source_kind::libcamera)
    return {kind, caf::none};
  auto error = check_camera(x);
  if (kind == source_kind::automatic && error == ec::unavailable)
    return {source_kind::pattern, caf::none};
  return {source_kind::libcamera,
          error == ec::bad_configuration ? error : caf::error{}};
}

void log_program_line(const std::string& line) {
  log(level_of_line(line), "camera", "program: ", without_credentials(line));
}

make_frame_source source_of(const server_options& x, source_kind kind) {
  auto& camera = x.camera;
  if (kind == source_kind::none)
    return nullptr;
  if (kind == source_kind::libcamera)
    return [=]() -> frame_source_ptr { return make_libcamera_source(camera); };
  if (kind == source_kind::command)
    return [=]() -> frame_source_ptr {
      return std::make_unique<command_source>(camera.command, log_program_line);
    };
  if (kind == source_kind::file)
    return [=]() -> frame_source_ptr {
      return std::make_unique<file_source>(
        file_options{camera.file, camera.fps});
    };
  if (camera.source == source_kind::automatic)
    log_warning("camera", "no camera is configured or found: sending a test "
                          "picture; see camera.source in --help");
  return [=]() -> frame_source_ptr {
    return std::make_unique<pattern_source>(
      pattern_options{x.node.id, camera.width, camera.height, camera.fps,
                      camera.quality});
  };
}

/// How to look at a server. @param parts With ring, board and readers.
look_at_node look_of(const server_options& x, const server_parts& parts,
                     const actor_directory& directory,
                     const alarm_board& alarms, source_kind kind) {
  server_sources sources;
  sources.id = x.node.id;
  sources.board = parts.board;
  sources.ring = parts.ring;
  sources.readers = parts.stream.readers;
  sources.directory = &directory;
  sources.alarms = &alarms;
  sources.camera_trouble = [kind, board = parts.board,
                            patience = parts.camera_patience.next_frame] {
    // Where no camera is wanted, none is missing.
    return kind == source_kind::none
             ? std::string{}
             : trouble_of(*board, patience, capture_clock_ns());
  };
  return [sources] { return look_at_server(sources); };
}

stream_server_options stream_of(const server_options& x, uint64_t epoch) {
  stream_server_options result;
  result.host = x.stream.host;
  result.port = x.stream.port;
  result.id = x.node.id;
  result.version = version();
  result.epoch = epoch;
  result.index_page = assets::index_html;
  return result;
}

/// Lets people look at what `parts` do.
void add_looks(server_parts& parts, const server_options& x,
               const look_at_node& look) {
  parts.stream.metrics = [look] { return look()->metrics(); };
  parts.stream.trouble = [look] { return look()->trouble(); };
  parts.inspect = {std::make_shared<inspection>(
                     inspected_node{version(), look, {}, {}}),
                   socket_of(x.introspect, x.node.id)};
}

/// @throws std::runtime_error if the file cannot be read any more.
std::string token_of(const stream_options& x) {
  if (x.token_file.empty())
    return {};
  auto result = read_access_token(x.token_file);
  if (!result)
    throw std::runtime_error("stream.token-file=" + describe(result.error()));
  return *result;
}

announcer_options announcement_of(const server_options& x, source_kind kind,
                                  camera_board_ptr board) {
  announcer_options result;
  result.topic_request = x.mqtt.topic_request;
  result.topic_response = x.mqtt.topic_response;
  result.topic_announce = x.mqtt.topic_announce;
  result.broker_host = x.mqtt.host;
  result.broker_port = x.mqtt.port;
  result.ipv4_only = x.stream.host.find(':') == std::string::npos;
  auto& server = result.server;
  server.id = x.node.id;
  server.epoch = board->epoch();
  server.version = version();
  server.tls = !x.stream.tls.cert_file.empty();
  // A stream that is open on one address alone is to be found there.
  auto any = x.stream.host == "0.0.0.0" || x.stream.host == "::";
  server.ip = x.stream.advertise.empty() && !any ? x.stream.host
                                                 : x.stream.advertise;
  result.camera_trouble = [board] { return board->trouble(); };
  result.rate_mhz = [board, kind, fps = x.camera.fps] {
    return announced_rate_mhz(kind, fps, *board);
  };
  return result;
}

} // namespace

int run_server(const server_options& options) {
  blocked_signals signals;
  set_log_level(options.log.level);
  warn_of_exposed({{"mqtt.password-file", options.mqtt.password_file},
                   {"mqtt.key-file", options.mqtt.key_file},
                   {"stream.token-file", options.stream.token_file},
                   {"stream.key-file", options.stream.tls.key_file}});
  auto source = choose_source(options.camera);
  if (source.error) {
    std::cerr << "camnode: " << describe(source.error) << "\n";
    return 2;
  }
  actor_directory directory;
  alarm_board alarms;
  server_parts parts;
  auto& replay = options.stream.replay;
  parts.ring = std::make_shared<frame_ring>(
    frame_ring::limits{size_t{replay.mib} << 20, replay.age});
  parts.board = board_of(source.kind, options.camera.fps, make_epoch());
  parts.make_source = source_of(options, source.kind);
  parts.camera_patience = patience_of(source.kind, options.camera.fps);
  parts.stream = stream_of(options, parts.board->epoch());
  parts.announce = announcement_of(options, source.kind, parts.board);
  parts.make_client = clients_for(options.mqtt);
  add_looks(parts, options,
            look_of(options, parts, directory, alarms, source.kind));
  parts.stream.entry = port_entry(parts.inspect.node, "stream.", options.stream,
                                  token_of(options.stream));
  parts.stream.entry.who = "stream_publisher";
  log_info("node", "camnode ", version(), " server ", options.node.id, ", run ",
           parts.board->epoch());
  io_thread io;
  parts.io = &io;
  node_config config;
  caf::actor_system system{config};
  actor_context context{&directory, &alarms, "server_supervisor", 0};
  auto root = system.spawn<server_supervisor>(context, std::move(parts));
  return run_node(signals, directory, alarms,
                  caf::actor_cast<caf::actor>(std::move(root)),
                  [] { return long_rest; });
}

} // namespace camnode
