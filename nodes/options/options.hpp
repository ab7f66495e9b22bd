#pragma once

#include "actors/base/log.hpp"
#include "actors/base/tls_identity.hpp"
#include "actors/camera/libcamera_source.hpp"
#include "actors/discovery/cidr_list.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace camnode {

// The options and their defaults. `camnode --help` says what each is for and
// which range it has.

struct node_options {
  std::string id; ///< Never empty once parsed: the host name if not given.
};

struct mqtt_options {
  std::string host = "localhost";
  uint16_t port = 1883; ///< MQTT's port at IANA.
  std::string username;
  std::string password_file;
  bool tls = false;
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string topic_request = "command/getIP";    ///< Fixed by legacy nodes,
  std::string topic_response = "camera/response"; ///< like this one. A prefix.
  std::string topic_announce = "camera/announce"; ///< A prefix.
  std::string topic_status = "camera/recording";  ///< A prefix.
  std::string topic_command = "command/rec";
  std::string topic_mark = "command/mark"; ///< Clients only.
  std::string topic_sensors = "sensor/#";  ///< Filters; clients only.
};

/// How camctl reaches a node on its own machine.
struct introspect_options {
  std::string socket = "auto"; ///< A path, `auto` or `none`.
};

/// Whether `ip` is an address of this machine alone.
bool is_loopback(const std::string& ip);

struct log_options {
  log_level level = log_level::info;
};

enum class source_kind { automatic, libcamera, pattern, command, file, none };

/// The size, the rate and the quality are those of a test picture, too.
struct camera_options : libcamera_options {
  source_kind source = source_kind::automatic;
  std::string command;
  std::string file;
};

/// Bounds of a replay ring.
struct replay_options {
  caf::timespan age = std::chrono::seconds{10};
  uint16_t mib = 128; ///< 10 s of 30 frames of 400 KB a second.
};

/// A TCP port, and who comes in there.
struct port_options {
  std::string host;
  uint16_t port = 0;
  std::string token_file; ///< Empty: nobody operates the node there.
  certificate_files tls;
  std::vector<std::string> names; ///< Of the machine, in `Host`.
};

struct stream_options : port_options {
  stream_options() {
    host = "0.0.0.0";
    port = 8000; // Where legacy clients look for it.
  }

  std::string advertise; ///< Empty: the address towards the broker.
  replay_options replay;
};

struct data_options {
  std::string dir = "Data";
  std::string group; ///< Empty: that of the user, or of the folder.
};

struct record_options {
  caf::timespan segment = std::chrono::seconds{60};
  bool resume = true;
  uint16_t min_minutes = 10;       ///< Time to notice, and to make room.
  std::vector<std::string> expect; ///< Ids of servers that are to be there.

  /// Of each camera: above what any sends that is meant to be recorded (4K at
  /// 30 frames a second has 300), and half of a gigabit network.
  uint32_t max_mbit = 400;
  uint32_t max_fps = 2000; ///< Twice what a server can be asked for.
};

enum class display_mode { automatic, window, none };

struct discovery_options {
  cidr_list allow;
  uint16_t legacy_port = 8000; ///< Fixed in the legacy server.
};

/// The client's own port, for people and Prometheus.
struct http_options : port_options {
  http_options() {
    host = "127.0.0.1";
    port = 8080;
    token_file = "auto"; // Where `usual_token_file` says.
  }

  bool enabled = true;
};

struct viewer_options {
  replay_options replay;
  uint32_t total_mib = 0; ///< 0: a quarter of the machine's memory.
  std::string ca_file;    ///< Of camnode servers; empty: no TLS.
  std::string token_file; ///< That they are shown; empty: none.
};

struct server_options {
  node_options node;
  mqtt_options mqtt;
  log_options log;
  introspect_options introspect;
  camera_options camera;
  stream_options stream;
};

struct client_options {
  node_options node;
  mqtt_options mqtt;
  log_options log;
  introspect_options introspect;
  data_options data;
  record_options record;
  display_mode display = display_mode::automatic;
  discovery_options discovery;
  viewer_options viewer;
  http_options http;
};

/// What to print instead of running.
struct printout {
  std::string text; ///< Ends with a line break.
  int exit_code;    ///< 0: for stdout; 2, wrong usage: one line for stderr.
};

/// The cameras of this machine are to be listed, and that is all.
struct camera_listing {};

using parse_result
  = std::variant<server_options, client_options, camera_listing, printout>;

/// Parses the command line and the configuration file that it names, and
/// checks all values, against each other too. The command line beats the file,
/// and the file beats the default.
/// @param version What `--version` prints.
parse_result parse_options(int argc, const char* const* argv,
                           const std::string& version);

/// This machine's host name as a node's id: `-` for what an id cannot have.
std::string default_node_id();

/// @returns The first line of the file, or `ec::bad_configuration` if the file
///          cannot be read or that line is empty.
caf::expected<std::string> read_password(const std::string& password_file);

/// @returns Why a file that holds a secret does not keep it, and how it would,
///          for a line of the log; empty where it does.
std::string why_exposed(const std::string& path);

} // namespace camnode
