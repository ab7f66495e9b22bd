#include "nodes/options/option_checks.hpp"

#include "actors/base/access_token.hpp"
#include "actors/base/tls_authority.hpp"
#include "actors/camera/libcamera_source.hpp"
#include "actors/discovery/camera_address.hpp"
#include "messages/error.hpp"

namespace camnode {

namespace {

/// @returns What is wrong between options of `x`, or an empty string.
std::string check(const mqtt_options& x) {
  if (!x.password_file.empty() && x.username.empty())
    return "mqtt.password-file needs mqtt.username, as MQTT has no password "
           "without a name";
  if (!x.password_file.empty())
    if (auto password = read_password(x.password_file); !password)
      return "mqtt.password-file: " + describe(password.error());
  if (x.cert_file.empty() != x.key_file.empty())
    return "mqtt.cert-file and mqtt.key-file need each other";
  if (!x.tls && !(x.ca_file.empty() && x.cert_file.empty()))
    return "mqtt.ca-file, mqtt.cert-file and mqtt.key-file need mqtt.tls=true";
  return {};
}

/// @param section In front of the options: `stream.`
std::string check(const port_options& x, const std::string& section) {
  if (!x.token_file.empty() && x.token_file != "auto")
    if (auto token = read_access_token(x.token_file); !token)
      return section + "token-file=" + reason_of(token.error());
  if (x.tls.cert_file.empty() != x.tls.key_file.empty())
    return section + "cert-file and " + section + "key-file need each other";
  if (x.tls.cert_file.empty())
    return {};
  auto identity = tls_identity::read(section, x.tls);
  return identity ? "" : reason_of(identity.error());
}

std::string check(const viewer_options& x) {
  if (!x.ca_file.empty())
    if (auto read = read_authority("viewer.ca-file", x.ca_file); !read)
      return reason_of(read.error());
  if (!x.token_file.empty())
    if (auto read = read_access_token(x.token_file); !read)
      return "viewer.token-file=" + reason_of(read.error());
  return {};
}

bool shows_test_picture(const camera_options& x) {
  // With libcamera, it depends on whether there is a camera.
  return x.source == source_kind::pattern
         || (x.source == source_kind::automatic && x.command.empty()
             && x.file.empty() && !has_libcamera());
}

bool fits_test_picture(uint16_t side, uint16_t least) {
  return side >= least && side <= 4096 && side % 2 == 0;
}

/// What only counts if frames come from libcamera.
std::string check_libcamera(const camera_options& x) {
  if (x.source == source_kind::libcamera && !has_libcamera())
    return "camera.source=libcamera: this camnode was built without libcamera; "
           "want another source, or tools/setup and a new build";
  if (x.lens_dioptres >= 0 && x.focus != autofocus::manual)
    return "camera.lens-position needs camera.autofocus=manual";
  return {};
}

/// Clients refuse such an announcement.
std::string check(const stream_options& x) {
  auto& ip = x.advertise;
  auto why = ip.empty() ? std::string{} : why_no_camera_at(ip, {ip}, {});
  return why.empty() ? why
                     : "stream.advertise=" + ip + " is " + why
                         + ": want one of this machine, or nothing";
}

} // namespace

std::string why_contradictory(const server_options& x) {
  const auto& camera = x.camera;
  if (camera.source == source_kind::command && camera.command.empty())
    return "camera.source=command needs camera.command";
  if (camera.source == source_kind::file && camera.file.empty())
    return "camera.source=file needs camera.file";
  if (camera.source == source_kind::automatic && !camera.command.empty()
      && !camera.file.empty())
    return "camera.command and camera.file are both given: want "
           "camera.source=command or camera.source=file";
  if (shows_test_picture(camera)
      && (!fits_test_picture(camera.width, 64)
          || !fits_test_picture(camera.height, 48)))
    return "the test picture is 64x48 to 4096x4096, both even: want another "
           "camera.width and camera.height than "
           + std::to_string(camera.width) + "x" + std::to_string(camera.height);
  auto error = check_libcamera(camera);
  if (error.empty())
    error = check(x.stream);
  if (error.empty())
    error = check(x.mqtt);
  return error.empty() ? check(x.stream, "stream.") : error;
}

std::string why_contradictory(const client_options& x) {
  auto error = check(x.viewer);
  if (error.empty())
    error = check(x.mqtt);
  return error.empty() ? check(x.http, "http.") : error;
}

} // namespace camnode
