#include "messages/disk/manifest.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <utility>

namespace camnode {

using nlohmann::json;

namespace {

/// What ends the reading; stays within this file.
class malformed : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw malformed{(where.empty() ? "" : where + ": ") + what};
}

/// One JSON object, read by names.
class fields {
public:
  fields(const json& x, std::string where) : x_(x), where_(std::move(where)) {
    if (!x.is_object())
      refuse(where_, "is no object");
  }

  bool has(const char* name) const {
    return x_.contains(name);
  }

  const json& at(const char* name) const {
    auto i = x_.find(name);
    if (i == x_.end())
      refuse(where_, std::string{"has no \""} + name + '"');
    return *i;
  }

  fields object(const char* name) const {
    return {at(name), where_ + (where_.empty() ? "" : ".") + name};
  }

  const json& list(const char* name) const {
    auto& result = at(name);
    if (!result.is_array())
      refuse(where_, std::string{"\""} + name + "\" is no list");
    return result;
  }

  uint64_t count(const char* name) const {
    auto& x = at(name);
    if (!x.is_number_unsigned())
      refuse(where_, std::string{"\""} + name + "\" is no count");
    return x.get<uint64_t>();
  }

  uint64_t count_or_0(const char* name) const {
    return has(name) ? count(name) : 0;
  }

  int64_t number(const char* name) const {
    auto& x = at(name);
    constexpr auto latest = std::numeric_limits<int64_t>::max();
    if (!x.is_number_integer()
        || (x.is_number_unsigned()
            && x.get<uint64_t>() > static_cast<uint64_t>(latest)))
      refuse(where_, std::string{"\""} + name + "\" is no whole number");
    return x.get<int64_t>();
  }

  int64_t number_or_0(const char* name) const {
    return has(name) ? number(name) : 0;
  }

  /// UTC milliseconds, or 0.
  int64_t time(const char* name) const {
    auto result = number(name);
    if (result < 0 || result > std::numeric_limits<int64_t>::max() / 1'000'000)
      refuse(where_, std::string{"\""} + name + "\" is no time");
    return result;
  }

  std::string text(const char* name) const {
    auto& x = at(name);
    if (!x.is_string())
      refuse(where_, std::string{"\""} + name + "\" is no text");
    return x.get<std::string>();
  }

  bool flag(const char* name) const {
    auto& x = at(name);
    if (!x.is_boolean())
      refuse(where_, std::string{"\""} + name + "\" is not true or false");
    return x.get<bool>();
  }

  std::string text_or_none(const char* name) const {
    return has(name) ? text(name) : std::string{};
  }

  std::map<std::string, uint64_t> counts(const char* name) const {
    std::map<std::string, uint64_t> result;
    auto inner = object(name);
    for (auto& [key, value] : inner.x_.items())
      if (!is_exact_text(inner, key))
        result[key] = inner.count(key.c_str());
    return result;
  }

  /// Whether `key` only says again what the count that it is named after is.
  static bool is_exact_text(const fields& x, const std::string& key) {
    constexpr std::string_view end = "_text";
    return key.size() > end.size()
           && key.compare(key.size() - end.size(), end.npos, end) == 0
           && x.x_[key].is_string()
           && x.x_.contains(key.substr(0, key.size() - end.size()));
  }

  const json& all() const {
    return x_;
  }

  const std::string& where() const {
    return where_;
  }

private:
  const json& x_;
  std::string where_;
};

/// Calls `f` with each object in list `name`.
template <class F>
void each(const fields& x, const char* name, F f) {
  size_t i = 0;
  for (auto& y : x.list(name))
    f(fields{y, x.where() + "." + name + "[" + std::to_string(i++) + "]"});
}

recorded_segment read_segment(const fields& x) {
  recorded_segment result;
  result.file = x.text("file");
  if (!is_name_text(result.file))
    refuse(x.where(), "\"file\" is no name of a file");
  result.index = x.count("segment");
  result.start_ms = x.time("start_ms");
  result.end_ms = x.time("end_ms");
  result.frames = x.count("frames");
  result.bytes = x.count("bytes");
  result.epoch = x.count("epoch");
  result.first_sequence = x.count("first_sequence");
  result.last_sequence = x.count("last_sequence");
  return result;
}

recorded_loss read_loss(const fields& x) {
  recorded_loss result;
  result.epoch = x.count("epoch");
  result.first = x.count("first_sequence");
  result.last = x.count("last_sequence");
  result.place = loss_place_of(x.text("place"));
  result.before_ns = x.number("before_ns");
  if (result.first > result.last)
    refuse(x.where(), "ends before it begins");
  auto most = result.last - result.first + 1; // 0: all that there are.
  auto frames = x.has("frames") ? x.count("frames") : most;
  if (most != 0 && (frames == 0 || frames > most))
    refuse(x.where(), "\"frames\" is not what fits in there");
  if (frames != most)
    result.some = frames;
  return result;
}

recorded_break read_break(const fields& x) {
  return {{x.count("epoch"), x.count("unknown_behind_sequence")},
          x.number("before_ns"),
          {x.count_or_0("until_epoch"), x.count_or_0("until_sequence")}};
}

/// Manifests of before did not say what they had no room for: they counted it.
void read_unlisted(const fields& x, manifest_camera& out) {
  if (x.has("unlisted")) {
    auto unlisted = x.object("unlisted");
    out.unlisted_lost = unlisted.count_or_0("lost");
    out.unlisted_breaks = unlisted.count_or_0("server_restarts");
    return;
  }
  uint64_t named = 0;
  for (auto& loss : out.losses)
    add_bounded(named, loss.frames());
  if (out.losses.size() >= max_losses && named < out.lost)
    out.unlisted_lost = out.lost - named;
}

/// Times below this can be added without a thought.
constexpr int64_t latest_ns = int64_t{1} << 62;

absence read_absence(const fields& x) {
  absence result;
  result.from_ns = x.time("from_ms") * 1'000'000;
  result.to_ns = x.time("to_ms") * 1'000'000;
  if (result.to_ns != 0 && result.to_ns < result.from_ns)
    refuse(x.where(), "ends before it begins");
  result.absent_ns = x.time("absent_ms") * 1'000'000;
  if (std::max(result.from_ns, result.to_ns) > latest_ns
      || result.absent_ns > latest_ns - result.from_ns)
    refuse(x.where(), "is at no time");
  result.why = x.text("why").substr(0, max_why_bytes);
  result.times = x.has("times") ? x.count("times") : 1;
  return result;
}

void read_address(const std::string& text, server_info& out) {
  auto colon = text.rfind(':');
  auto ip = canonical_ip(std::string_view{text}.substr(0, colon));
  auto port = colon == text.npos ? 0
                                 : std::atoi(text.substr(colon + 1).c_str());
  if (!ip || port < 1 || port > 65535)
    return; // Then it is found by DISCOVERY.
  out.ip = *ip;
  out.port = static_cast<uint16_t>(port);
}

/// Whether the clock of `x` can be reckoned with.
bool is_clock(const session_info& x) {
  return x.start_ms <= latest_ns / 1'000'000
         && std::abs(x.anchor_mono_ns / 2) <= latest_ns / 8;
}

/// `at_ns` on the client's clock.
int64_t client_ns_of(const session_info& session, const fields& x) {
  auto at_ns = x.number("at_ns");
  if (at_ns < 0 || at_ns > latest_ns)
    refuse(x.where(), "\"at_ns\" is no time");
  return session.anchor_mono_ns + (at_ns - session.start_ms * 1'000'000);
}

manifest_clock read_clock_now(const session_info& session, const fields& x) {
  manifest_clock result;
  result.offset_ns = x.number("offset_ns");
  result.error_ns = x.number("error_ns");
  result.drift_ppb = x.number_or_0("drift_ppb");
  result.drift_error_ppb = x.number_or_0("drift_error_ppb");
  result.probes = x.count_or_0("probes");
  result.probes_refused = x.count_or_0("probes_refused");
  result.restarts = x.count_or_0("restarts");
  if (x.has("at_ns"))
    result.client_ns = client_ns_of(session, x);
  return result;
}

clock_record read_clock(const session_info& session, const fields& x) {
  clock_record result;
  result.client_ns = client_ns_of(session, x);
  result.epoch = x.count("epoch");
  result.offset_ns = x.number("offset_ns");
  result.error_ns = x.number("error_ns");
  result.drift_ppb = x.number("drift_ppb");
  return result;
}

manifest_camera read_camera(const std::string& id, const session_info& session,
                            const fields& x) {
  if (!is_node_id(id))
    refuse(x.where(), quote(id) + " is no id");
  manifest_camera result;
  result.server.id = id;
  read_address(x.text_or_none("address"), result.server);
  result.server.legacy = x.text_or_none("protocol") == "legacy";
  result.server.version = x.text_or_none("version");
  result.server.epoch = x.count_or_0("epoch");
  result.captured = x.count("captured");
  result.recorded = x.count("recorded");
  result.durable = x.count("durable");
  result.lost = x.count("lost");
  result.bytes = x.count_or_0("bytes");
  result.lost_by_place = x.counts("lost_by_place");
  result.end_unknown = x.has("unknown_behind_sequence");
  result.end_behind = x.count_or_0("unknown_behind_sequence");
  each(x, "segments",
       [&](const auto& y) { result.segments.push_back(read_segment(y)); });
  each(x, "losses",
       [&](const auto& y) { result.losses.push_back(read_loss(y)); });
  each(x, "server_restarts",
       [&](const auto& y) { result.breaks.push_back(read_break(y)); });
  if (x.has("absences"))
    each(x, "absences", [&](const auto& y) {
      if (result.absences.size() <= max_absences)
        result.absences.push_back(read_absence(y));
    });
  read_unlisted(x, result);
  if (x.has("clock") && !x.at("clock").is_null())
    result.clock = read_clock_now(session, x.object("clock"));
  if (x.has("clock_history"))
    each(x, "clock_history", [&](const auto& y) {
      if (result.clocks.size() < max_clock_records)
        result.clocks.push_back(read_clock(session, y));
    });
  result.connections = x.count_or_0("connections");
  if (x.has("restarts"))
    for (auto& [actor, n] : x.counts("restarts"))
      result.restarts[actor] = static_cast<uint32_t>(n);
  result.last_error = x.text_or_none("last_error");
  return result;
}

topic_figures read_sensor(const fields& x) {
  topic_figures result;
  result.received = x.count("received");
  result.written = x.count("written");
  result.durable = x.has("durable") ? x.count("durable") : result.written;
  result.rejected = x.counts("rejected");
  for (auto& file : x.list("files")) {
    if (!file.is_string() || !is_name_text(file.get<std::string>()))
      refuse(x.where(), "\"files\" has what is no name of a file");
    result.files.push_back(file.get<std::string>());
  }
  return result;
}

session_info read_session(const fields& x) {
  session_info result;
  result.start_ms = x.time("start_ms");
  result.stop_ms = x.time("stop_ms");
  result.segment_ms = x.time("segment_ms");
  result.due_ms = x.has("due_ms") ? x.time("due_ms") : 0;
  result.label = x.text("label");
  result.forced = x.has("forced") && x.flag("forced");
  auto clock = x.object("session_clock");
  result.anchor_mono_ns = clock.number("anchor_monotonic_ns");
  if (result.start_ms == 0)
    refuse({}, "\"start_ms\" is no time");
  if (!is_clock(result))
    refuse("session_clock", "is none that can be reckoned with");
  if (result.segment_ms == 0)
    refuse({}, "\"segment_ms\" is no length");
  if (result.stop_ms != 0 && result.stop_ms < result.start_ms)
    refuse({}, "it ends before it begins");
  if (result.label.size() > 64 || !is_name_text(result.label))
    refuse({}, "\"label\" is no label");
  return result;
}

broker_outage read_outage(const session_info& session, const fields& x) {
  auto client_ns = [&](int64_t time_ms) {
    if (time_ms > latest_ns / 1'000'000)
      refuse(x.where(), "is at no time");
    return time_ms == 0 ? 0 : session.client_ns(time_ms);
  };
  return {client_ns(x.time("from_ms")), client_ns(x.time("to_ms")),
          x.text_or_none("filter"), x.text_or_none("why")};
}

manifest read(const json& all) {
  fields x{all, {}};
  if (x.text_or_none("format") != "camnode session 1")
    refuse({}, "is no manifest of camnode (\"format\")");
  manifest result;
  result.session = read_session(x);
  result.client = x.text_or_none("client");
  result.version = x.text_or_none("version");
  result.state = x.text("state");
  result.boot_id = x.text_or_none("boot_id");
  result.interrupted = x.text_or_none("interrupted");
  if (x.has("resumed_ms"))
    for (auto& t : x.list("resumed_ms"))
      if (t.is_number_integer())
        result.resumed_ms.push_back(t.get<int64_t>());
  auto cameras = x.object("cameras");
  for (auto& [id, camera] : cameras.all().items())
    result.cameras[id] = read_camera(id, result.session,
                                     {camera, "camera " + quote(id)});
  auto sensors = x.object("sensors");
  for (auto& [topic, sensor] : sensors.all().items())
    result.sensors[topic] = read_sensor({sensor, "sensor " + quote(topic)});
  if (x.has("sensor_outages"))
    each(x, "sensor_outages", [&](const auto& y) {
      if (result.outages.size() < max_outages)
        result.outages.push_back(read_outage(result.session, y));
    });
  return result;
}

} // namespace

caf::expected<manifest> parse_manifest(std::string_view text) {
  auto bad = [](const std::string& why) {
    return caf::make_error(ec::bad_message, why);
  };
  if (text.size() > max_manifest_bytes)
    return bad("is larger than 64 MiB");
  try {
    return read(json::parse(text));
  } catch (const json::exception& e) {
    return bad("is no JSON: " + std::string{e.what()}.substr(0, 120));
  } catch (const malformed& e) {
    return bad(e.what());
  }
}

std::string manifest_name(const session_info& x) {
  auto result = std::to_string(x.start_ms);
  if (!x.label.empty())
    result += "-" + x.label;
  return result + ".json";
}

} // namespace camnode
