#include "nodes/options/option_tables.hpp"

#include "messages/text.hpp"
#include "nodes/options/places.hpp"

#include <iterator>

namespace camnode {

namespace {

void append(option_table& out, option_table more) {
  out.insert(out.end(), std::make_move_iterator(more.begin()),
             std::make_move_iterator(more.end()));
}

option_table broker_table(mqtt_options& x) {
  return {
    text_option("mqtt.host", "HOST", x.host, host_rule,
                "The MQTT broker: a host name or an address."),
    integer_option("mqtt.port", "PORT", x.port, 1, 65535,
                   "The broker's TCP port. With TLS, 8883 is usual."),
    text_option("mqtt.username", "NAME", x.username, any_text,
                "Name to log in to the broker with. None: log in without."),
    text_option("mqtt.password-file", "FILE", x.password_file,
                readable_file_or_nothing,
                "File with the broker's password as its first line, so that "
                "no list of processes shows it. Needs mqtt.username."),
    flag_option("mqtt.tls", x.tls, "Whether to talk to the broker over TLS."),
    text_option("mqtt.ca-file", "FILE", x.ca_file, readable_file_or_nothing,
                "Certificates (PEM) that the broker's must descend from. "
                "None: those that this machine trusts."),
    text_option("mqtt.cert-file", "FILE", x.cert_file, readable_file_or_nothing,
                "This node's certificate (PEM), where the broker wants one. "
                "Needs mqtt.key-file."),
    text_option("mqtt.key-file", "FILE", x.key_file, readable_file_or_nothing,
                "Private key (PEM, without passphrase) of mqtt.cert-file."),
  };
}

option_table topic_table(mqtt_options& x) {
  return {
    text_option("mqtt.topic-request", "TOPIC", x.topic_request, topic_rule,
                "Where clients ask servers for their addresses."),
    text_option("mqtt.topic-response", "TOPIC", x.topic_response, topic_rule,
                "Servers answer such questions below this topic only."),
    text_option("mqtt.topic-announce", "TOPIC", x.topic_announce, topic_rule,
                "Servers announce themselves below this topic."),
    text_option("mqtt.topic-status", "TOPIC", x.topic_status, topic_rule,
                "Clients report below this topic what they record."),
    text_option("mqtt.topic-command", "TOPIC", x.topic_command, topic_rule,
                "Where clients take commands to start and stop recording."),
  };
}

option_table introspect_table(introspect_options& x) {
  return {
    text_option("introspect.socket", "PATH", x.socket, socket_rule,
                "Unix socket at which this user's camctl looks inside this "
                "node and operates it. auto: <node.id>.sock in the folder "
                "that systemd gives the service, or in the user's "
                "$XDG_RUNTIME_DIR/camnode; none without these. none: no "
                "socket."),
  };
}

/// More names than a machine has.
constexpr size_t max_names = 16;

/// Who comes in at a port, and how.
/// @param section In front of the names: `stream`.
void append_door(option_table& out, const std::string& section,
                 port_options& x) {
  auto cert = section + ".cert-file";
  auto key = section + ".key-file";
  append(
    out,
    {
      text_option(
        cert, "FILE", x.tls.cert_file, readable_file_or_nothing,
        "This node's certificate (PEM), with those that vouch for it: "
        "then the port speaks TLS alone. Read anew when it changes. "
        "Needs "
          + key + ". None: in the clear."),
      text_option(key, "FILE", x.tls.key_file, readable_file_or_nothing,
                  "Private key (PEM, without passphrase) of " + cert + "."),
      list_option(section + ".names", "NAME,...", x.names, max_names,
                  {is_host, "host names such as lab.example.org"},
                  "Names of this machine in the network, beside its host name: "
                  "a request for any other host is refused, as web pages of "
                  "others could send it."),
    });
}

void append_replay(option_table& out, const std::string& section,
                   replay_options& x, const std::string& whose) {
  out.push_back(seconds_option(section + ".replay", x.age, 0.1, 600,
                               "How long " + whose
                                 + " keeps frames for readers that have "
                                   "fallen behind."));
  out.push_back(integer_option(
    section + ".replay-mib", "MIB", x.mib, 1, 4096,
    "The most memory that these frames take. While their sizes change, what "
    "lies between them takes up to 32 MiB more."));
}

option_table picture_table(camera_options& x) {
  return {
    integer_option("camera.width", "PIXELS", x.width, 16, 16384,
                   "Width of the picture."),
    integer_option("camera.height", "PIXELS", x.height, 16, 16384,
                   "Height of the picture."),
    number_option("camera.fps", "HZ", x.fps, 0.1, 1000, "Frames per second."),
    integer_option("camera.quality", "PERCENT", x.quality, 1, 100,
                   "Quality of JPEGs that camnode encodes itself, from "
                   "small to good."),
    integer_option("camera.bitrate", "KBIT/S", x.bitrate_kbit_s, 0, 1'000'000,
                   "Bandwidth that the quality is steered to, with libcamera. "
                   "0: the quality is fixed."),
    integer_option("camera.encode-threads", "NUMBER", x.encode_threads, 0, 64,
                   "Threads that encode JPEGs, with libcamera. 0: one less "
                   "than there are processors."),
  };
}

option_table lens_table(camera_options& x) {
  return {
    choice_option("camera.autofocus", x.focus,
                  {{"camera", autofocus::by_camera},
                   {"manual", autofocus::manual},
                   {"once", autofocus::once},
                   {"continuous", autofocus::continuous}},
                  "How the lens is focused. camera: as the camera does by "
                  "itself; once: at the start."),
    number_option("camera.lens-position", "DIOPTRES", x.lens_dioptres, -1, 100,
                  "Where the lens is, as 1 over the distance in metres. Needs "
                  "camera.autofocus=manual. -1: where it was."),
  };
}

/// What only libcamera's cameras have.
option_table libcamera_table(camera_options& x) {
  option_table result = {
    text_option("camera.id", "ID", x.id, any_text,
                "Which camera of libcamera: see --list-cameras. None: the "
                "first one."),
    integer_option("camera.exposure-us", "MICROSECONDS", x.exposure_us, 0,
                   1'000'000'000, "Exposure time. 0: automatic."),
    number_option("camera.gain", "FACTOR", x.gain, 0, 1000,
                  "Analogue gain of the sensor. 0: automatic."),
    text_option("camera.white-balance", "MODE", x.white_balance,
                white_balance_rule,
                "auto, incandescent, tungsten, fluorescent, indoor, daylight, "
                "cloudy, or the gains of red and blue, such as 1.9,1.4."),
    flag_option("camera.hflip", x.hflip, "Whether left and right change."),
    flag_option("camera.vflip", x.vflip, "Whether top and bottom change."),
    choice_option("camera.hdr", x.range,
                  {{"off", hdr::off},
                   {"single", hdr::single},
                   {"multi", hdr::multi},
                   {"night", hdr::night}},
                  "High dynamic range, of one exposure or several."),
  };
  append(result, lens_table(x));
  return result;
}

option_table camera_table(camera_options& x) {
  using kind = source_kind;
  option_table result = {
    choice_option("camera.source", x.source,
                  {{"auto", kind::automatic},
                   {"libcamera", kind::libcamera},
                   {"pattern", kind::pattern},
                   {"command", kind::command},
                   {"file", kind::file},
                   {"none", kind::none}},
                  "Where frames come from. auto: camera.command or "
                  "camera.file, whichever is given, else libcamera if it has a "
                  "camera at the start, else a test picture; pattern: a moving "
                  "test picture; none: no camera."),
    text_option("camera.command", "COMMAND", x.command, any_text,
                "Shell command that writes MJPEG to its standard output, such "
                "as rpicam-vid -t 0 --codec mjpeg -o -"),
    text_option("camera.file", "FILE", x.file, readable_file_or_nothing,
                "Row of JPEGs (MJPEG) that is played instead of a camera."),
  };
  append(result, picture_table(x));
  append(result, libcamera_table(x));
  return result;
}

option_table http_table(http_options& x) {
  option_table result = {
    flag_option("http.enabled", x.enabled,
                "Whether to serve a status page and metrics over HTTP."),
    text_option(
      "http.host", "IP", x.host, ip_rule,
      "Address to serve them on. On one that is not loopback, looking "
      "takes the token, too."),
    integer_option("http.port", "PORT", x.port, 0, 65535,
                   "TCP port to serve them on. 0: any free one."),
    text_option("http.token-file", "FILE", x.token_file, token_file_rule,
                "File with the token that it takes to operate the client over "
                "HTTP, as its first line. auto: token in the folder "
                "$STATE_DIRECTORY of a service, or "
                "~/.local/state/camnode/<node.id>.token; made at the first "
                "start. None: nobody operates it there."),
  };
  append_door(result, "http", x);
  return result;
}

option_table stream_table(stream_options& x) {
  option_table result = {
    text_option("stream.host", "IP", x.host, ip_rule,
                "Address to listen on for readers. 0.0.0.0: all of IPv4."),
    integer_option("stream.port", "PORT", x.port, 0, 65535,
                   "TCP port to listen on. 0: any free one; legacy clients "
                   "find port 8000 only."),
    text_option("stream.advertise", "IP", x.advertise, ip_or_nothing,
                "Address to tell clients. None: that of the interface towards "
                "the broker."),
    text_option("stream.token-file", "FILE", x.token_file,
                readable_file_or_nothing,
                "File with the token that it takes to operate the server over "
                "this port, as its first line; and to look, on an address that "
                "is not loopback, where legacy clients get nothing then. None: "
                "all may look, nobody operates it there."),
  };
  append_door(result, "stream", x);
  append_replay(result, "stream", x.replay, "the server");
  return result;
}

/// More than any lab has.
constexpr size_t max_expected = 64;

// Defaults are in options.hpp.
option_table record_table(record_options& x) {
  return {
    seconds_option("record.segment", x.segment, 0.5, 86400,
                   "Length of the files that a recording is cut into."),
    flag_option("record.resume", x.resume,
                "Whether to go on, at the start, with the session that a "
                "killed client left."),
    integer_option("record.min-minutes", "MINUTES", x.min_minutes, 0, 1440,
                   "A recording is refused where the disk will be full before "
                   "that, at the present rate. 0: never."),
    list_option("record.expect", "ID,...", x.expect, max_expected,
                {is_node_id, "ids such as cam-1,cam-2"},
                "Servers that are to be there, by their node.id: while one is "
                "not, a start is refused, unless it is told to record without "
                "the missing ones. None: whichever are there."),
    integer_option("record.max-mbit", "MBIT/S", x.max_mbit, 1, 1'000'000,
                   "The most that is taken of one camera in the long run. "
                   "What comes beyond it is lost, and named, so that one "
                   "camera does not fill the disk of all."),
    integer_option("record.max-fps", "HZ", x.max_fps, 1, 1'000'000,
                   "The most frames a second that are taken of one camera. "
                   "What comes beyond it is lost, and named."),
  };
}

/// Which servers and sensors a client finds.
option_table finding_table(client_options& x) {
  return {
    text_option("mqtt.topic-mark", "TOPIC", x.mqtt.topic_mark, topic_rule,
                "Where clients take markers of the session that they record."),
    text_option("mqtt.topic-sensors", "FILTERS", x.mqtt.topic_sensors,
                filters_rule,
                "Topic filters of the sensors that are logged, with commas "
                "between them."),
    networks_option("discovery.allow", x.discovery.allow,
                    "Networks that servers may be in, such as "
                    "192.168.0.0/16,fd00::/8. None: all."),
    integer_option("discovery.legacy-port", "PORT", x.discovery.legacy_port, 1,
                   65535,
                   "TCP port of the streams of servers that only answer, as "
                   "legacy ones do."),
  };
}

void append_viewer(option_table& out, viewer_options& x) {
  append_replay(out, "viewer", x.replay, "the client, for each camera,");
  out.push_back(integer_option(
    "viewer.total-mib", "MIB", x.total_mib, 0, 16'777'216,
    "The most memory that these frames take for all cameras together. Where it "
    "is used up, the camera that has most loses its oldest ones. 0: a quarter "
    "of this machine's memory."));
  out.push_back(text_option(
    "viewer.ca-file", "FILE", x.ca_file, readable_file_or_nothing,
    "Certificate (PEM) of the authority that the certificates of all camnode "
    "servers must descend from: they are spoken to over TLS alone. None: in "
    "the clear."));
  out.push_back(text_option(
    "viewer.token-file", "FILE", x.token_file, readable_file_or_nothing,
    "File with the token of the servers (their stream.token-file). Without "
    "viewer.ca-file, the network can read it."));
}

} // namespace

option_table common_table(node_options& node, mqtt_options& mqtt,
                          log_options& log, introspect_options& introspect) {
  option_table result = {
    text_option("node.id", "ID", node.id, node_id_or_nothing,
                "Name of this node, unique in the room: 1 to 64 of A-Z a-z "
                "0-9 . _ - (not . or .. alone). None: the host name."),
  };
  append(result, broker_table(mqtt));
  append(result, topic_table(mqtt));
  result.push_back(choice_option("log.level", log.level,
                                 {{"debug", log_level::debug},
                                  {"info", log_level::info},
                                  {"warning", log_level::warning},
                                  {"error", log_level::error}},
                                 "The least important lines to log."));
  append(result, introspect_table(introspect));
  return result;
}

option_table own_table(server_options& x) {
  auto result = camera_table(x.camera);
  append(result, stream_table(x.stream));
  return result;
}

option_table own_table(client_options& x) {
  option_table result = {
    choice_option("display", x.display,
                  {{"auto", display_mode::automatic},
                   {"window", display_mode::window},
                   {"none", display_mode::none}},
                  "Whether to show the cameras. auto: in a window if there is "
                  "a display."),
    text_option("data.dir", "DIRECTORY", x.data.dir, path_rule,
                "Where recordings go. Created if it is not there."),
    text_option("data.group", "GROUP", x.data.group, group_or_nothing,
                "The group that recordings belong to, and may read them. "
                "Empty: the user's own."),
  };
  append(result, record_table(x.record));
  append(result, finding_table(x));
  append_viewer(result, x.viewer);
  append(result, http_table(x.http));
  return result;
}

option_table table_of(server_options& x) {
  auto result = common_table(x.node, x.mqtt, x.log, x.introspect);
  append(result, own_table(x));
  return result;
}

option_table table_of(client_options& x) {
  auto result = common_table(x.node, x.mqtt, x.log, x.introspect);
  append(result, own_table(x));
  return result;
}

} // namespace camnode
