#include "messages/disk/manifest_camera.hpp"

#include "messages/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace camnode {

using json = nlohmann::ordered_json;

namespace {

json to_json(const recorded_piece& x) {
  return {{"file", x.file},
          {"closed", x.end_ms != 0},
          {"segment", x.index},
          {"start_ms", x.start_ms},
          {"end_ms", x.end_ms},
          {"frames", x.frames},
          {"bytes", x.bytes},
          {"epoch", x.epoch},
          {"first_sequence", x.first_sequence},
          {"last_sequence", x.last_sequence}};
}

recorded_piece read_piece(const json_fields& x) {
  recorded_piece result;
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

json to_json(const recorded_loss& x) {
  return {{"epoch", x.epoch},
          {"first_sequence", x.first},
          {"last_sequence", x.last},
          {"frames", x.frames()},
          {"place", to_string(x.place)},
          {"before_ns", x.before_ns}};
}

recorded_loss read_loss(const json_fields& x) {
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

json to_json(const recorded_break& x) {
  json result{{"epoch", x.last.epoch},
              {"unknown_behind_sequence", x.last.sequence},
              {"before_ns", x.before_ns}};
  if (x.until.sequence != 0) {
    result["until_epoch"] = x.until.epoch;
    result["until_sequence"] = x.until.sequence;
  }
  return result;
}

recorded_break read_break(const json_fields& x) {
  return {{x.count("epoch"), x.count("unknown_behind_sequence")},
          x.number("before_ns"),
          {x.count_or_0("until_epoch"), x.count_or_0("until_sequence")}};
}

json to_json(const absence& x) {
  auto ms = [](int64_t ns) { return ns / 1'000'000; };
  json result{{"from_ms", ms(x.from_ns)},
              {"to_ms", ms(x.to_ns)},
              {"absent_ms", ms(x.absent_ns)},
              {"why", x.why}};
  if (x.times > 1)
    result["times"] = x.times;
  return result;
}

absence read_absence(const json_fields& x) {
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

/// `at_ns` on the client's clock.
int64_t client_ns_of(const session_info& session, const json_fields& x) {
  auto at_ns = x.number("at_ns");
  if (at_ns < 0 || at_ns > latest_ns)
    refuse(x.where(), "\"at_ns\" is no time");
  return session.anchor_mono_ns + (at_ns - session.start_ms * 1'000'000);
}

json to_json(const manifest_clock& x, const session_info& session) {
  json result;
  if (x.client_ns != 0)
    result["at_ns"] = session.session_ns(x.client_ns);
  result["offset_ns"] = x.offset_ns;
  result["error_ns"] = x.error_ns;
  result["drift_ppb"] = x.drift_ppb;
  result["drift_error_ppb"] = x.drift_error_ppb;
  result["probes"] = x.probes;
  result["probes_refused"] = x.probes_refused;
  result["restarts"] = x.restarts;
  return result;
}

manifest_clock read_clock_now(const session_info& session,
                              const json_fields& x) {
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

json to_json(const clock_record& x, const session_info& session) {
  return {{"at_ns", session.session_ns(x.client_ns)},
          {"epoch", x.epoch},
          {"offset_ns", x.offset_ns},
          {"error_ns", x.error_ns},
          {"drift_ppb", x.drift_ppb}};
}

clock_record read_clock(const session_info& session, const json_fields& x) {
  clock_record result;
  result.client_ns = client_ns_of(session, x);
  result.epoch = x.count("epoch");
  result.offset_ns = x.number("offset_ns");
  result.error_ns = x.number("error_ns");
  result.drift_ppb = x.number("drift_ppb");
  return result;
}

json to_json(const manifest_trouble& x) {
  if (x.text.empty())
    return nullptr;
  json result{{"text", x.text}};
  if (x.time_ms != 0)
    result["time_ms"] = x.time_ms;
  return result;
}

manifest_trouble read_trouble(const json_fields& x) {
  auto time_ms = x.has("time_ms") ? x.time("time_ms") : 0;
  if (time_ms > latest_ns / 1'000'000)
    refuse(x.where(), "is at no time");
  return {x.text("text"), time_ms};
}

/// In the order of the places that a frame passes.
json to_json(const std::map<std::string, uint64_t>& lost_by_place) {
  auto result = json::object();
  for (size_t i = 0; i < loss_places; ++i) {
    auto n = lost_by_place.find(to_string(static_cast<loss_place>(i)));
    if (n != lost_by_place.end() && n->second > 0)
      result[n->first] = n->second;
  }
  for (auto& [place, n] : lost_by_place) // Those of later versions.
    if (n > 0)
      result[place] = n;
  return result;
}

template <class T, class... Ts>
json list_of(const std::vector<T>& xs, const Ts&... more) {
  auto result = json::array();
  for (auto& x : xs)
    result.push_back(to_json(x, more...));
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

/// Manifests of before did not say what they had no room for: they counted it.
void read_unlisted(const json_fields& x, manifest_camera& out) {
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

void read_lists(const session_info& session, const json_fields& x,
                manifest_camera& out) {
  x.each("segments",
         [&](const auto& y) { out.pieces.push_back(read_piece(y)); });
  x.each("losses", [&](const auto& y) { out.losses.push_back(read_loss(y)); });
  x.each("server_restarts",
         [&](const auto& y) { out.breaks.push_back(read_break(y)); });
  x.each_if_any("absences", [&](const auto& y) {
    if (out.absences.size() <= max_absences)
      out.absences.push_back(read_absence(y));
  });
  x.each_if_any("clock_history", [&](const auto& y) {
    if (out.clocks.size() < max_clock_records)
      out.clocks.push_back(read_clock(session, y));
  });
}

void read_counts(const json_fields& x, manifest_camera& out) {
  out.captured = x.count("captured");
  out.recorded = x.count("recorded");
  out.durable = x.count("durable");
  out.lost = x.count("lost");
  out.bytes = x.count_or_0("bytes");
  out.lost_by_place = x.counts("lost_by_place");
  out.end_unknown = x.has("unknown_behind_sequence");
  out.end_behind = x.count_or_0("unknown_behind_sequence");
}

} // namespace

json to_json(const manifest_camera& x, const session_info& session) {
  auto restarts = [&](const char* actor) {
    auto i = x.restarts.find(actor);
    return i == x.restarts.end() ? 0 : i->second;
  };
  json result;
  result["address"] = x.server.ip + ":" + std::to_string(x.server.port);
  result["protocol"] = x.server.legacy ? "legacy" : "http";
  result["version"] = x.server.version;
  result["time"] = x.time.empty() ? json(nullptr) : json(x.time);
  result["epoch"] = x.server.epoch;
  result["captured"] = x.captured;
  result["recorded"] = x.recorded;
  result["durable"] = x.durable;
  result["lost"] = x.lost;
  result["lost_by_place"] = to_json(x.lost_by_place);
  if (x.end_unknown)
    result["unknown_behind_sequence"] = x.end_behind;
  result["bytes"] = x.bytes;
  result["segments"] = list_of(x.pieces);
  result["losses"] = list_of(x.losses);
  result["server_restarts"] = list_of(x.breaks);
  result["absences"] = list_of(x.absences);
  result["unlisted"] = {{"lost", x.unlisted_lost},
                        {"server_restarts", x.unlisted_breaks}};
  result["clock"] = x.clock ? to_json(*x.clock, session) : json(nullptr);
  result["clock_history"] = list_of(x.clocks, session);
  result["restarts"] = {{"viewer", restarts("viewer")},
                        {"recorder", restarts("recorder")}};
  result["connections"] = x.connections;
  result["last_error"] = x.last_error;
  result["last_trouble"] = to_json(x.last_trouble);
  return result;
}

manifest_camera read_camera(const std::string& id, const session_info& session,
                            const json_fields& x) {
  if (!is_node_id(id))
    refuse(x.where(), quote(id) + " is no id");
  manifest_camera result;
  result.server.id = id;
  read_address(x.text_or_none("address"), result.server);
  result.server.legacy = x.text_or_none("protocol") == "legacy";
  result.server.version = x.text_or_none("version");
  result.server.epoch = x.count_or_0("epoch");
  if (x.has("time") && !x.at("time").is_null())
    result.time = x.text("time");
  read_counts(x, result);
  read_lists(session, x, result);
  read_unlisted(x, result);
  if (x.has("clock") && !x.at("clock").is_null())
    result.clock = read_clock_now(session, x.object("clock"));
  result.connections = x.count_or_0("connections");
  if (x.has("restarts"))
    for (auto& [actor, n] : x.counts("restarts"))
      result.restarts[actor] = static_cast<uint32_t>(n);
  result.last_error = x.text_or_none("last_error");
  if (x.has("last_trouble") && !x.at("last_trouble").is_null())
    result.last_trouble = read_trouble(x.object("last_trouble"));
  return result;
}

} // namespace camnode
