#include "tools/camctl/export/session_json.hpp"

#include "messages/disk/file_names.hpp"
#include "messages/disk/json_fields.hpp"
#include "messages/error.hpp"
#include "messages/text.hpp"
#include "messages/wire/json_text.hpp"
#include "tools/camctl/export/export.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

namespace camnode {

namespace {

using json = nlohmann::ordered_json;

constexpr const char* format = "camnode export 1";
constexpr const char* copied = "copy";

std::string hex_text(uint64_t x) {
  char text[17];
  snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(x));
  return text;
}

json json_of(const file_facts& x) {
  return {{"bytes", x.bytes}, {"xxh3", hex_text(x.xxh3)}};
}

json json_of(const film_rate& x) {
  return {{"hz", double(x.per_second) / x.ticks},
          {"per_second", x.per_second},
          {"ticks", x.ticks}};
}

json or_null(const std::optional<int64_t>& x) {
  return x ? json(*x) : json();
}

json json_of(const exported_film& x) {
  json result;
  result["file"] = x.path;
  result["camera"] = x.plan.camera;
  result["width"] = x.plan.size.width;
  result["height"] = x.plan.size.height;
  result["rate"] = json_of(x.rate);
  result["usual_rate"] = json_of(x.plan.usual_rate);
  result["frames"] = x.counts.frames;
  result["filled"] = x.counts.filled;
  result["left_out"] = x.counts.left_out;
  result["first_ns"] = x.plan.first_ns;
  result["last_ns"] = x.plan.last_ns;
  result["bytes"] = x.film.bytes;
  return result;
}

json json_of(const exported_camera& x) {
  return {{"time", x.time},
          {"recorded", x.recorded},
          {"doubles", x.doubles},
          {"losses", x.losses},
          {"missing", x.faults}};
}

json json_of(const session_source& x) {
  json result;
  result["dir"] = x.dir.string();
  result["manifest"] = x.session.file;
  auto& session = x.session.books.session;
  auto ahead = x.ahead.at(
    (session.stop_ms == 0 ? session.start_ms : session.stop_ms) * 1'000'000);
  result["clock_ahead_ns"] = ahead.ns;
  result["clock_ahead_error_ns"] = or_null(ahead.error_ns);
  result["says"] = parse_json(render_manifest(x.session.books));
  return result;
}

json json_of(const export_options& x, const time_cut& cut) {
  json result;
  result["frames"] = x.locked ? "locked" : "own";
  result["codec"] = x.encode ? to_string(x.encode->codec) : copied;
  if (x.encode)
    result["quality"] = x.encode->quality;
  result["layout"] = x.bids ? "bids" : "plain";
  if (x.locked)
    result["fill"] = to_string(x.fill);
  result["from_ns"] = x.from ? json(cut.from_ns) : json();
  result["until_ns"] = x.until ? json(cut.to_ns) : json();
  return result;
}

json rows_of(const export_result& x) {
  json result;
  result["rows"] = x.rows.rows;
  if (x.grid) {
    result["first_ns"] = x.grid->first_ns;
    result["rate"] = json_of(x.grid->rate);
    result["bound_ns"] = x.grid->reach_ns();
  }
  result["apart_ns"] = x.rows.apart_ns;
  result["apart_row"] = x.rows.apart_row;
  result["error_ns"] = x.rows.error_known ? json(x.rows.error_ns) : json();
  return result;
}

/// @throws malformed if it is no path of a file in an export: it could lead out
///         of its folder.
const std::string& checked_path(const std::string& x) {
  std::filesystem::path path{x};
  for (auto& level : path) {
    auto name = level.string();
    for (auto c : {'@', '+'}) // Of a size; of two names in one.
      std::replace(name.begin(), name.end(), c, '-');
    if (name.empty() || name == "." || name == ".." || !is_name_text(name))
      refuse(x, "is no name of an export's file");
  }
  if (x.empty())
    refuse(x, "is no name of an export's file");
  return x;
}

/// The name of a film's table without its ending.
/// @throws malformed
std::string stem_of(const std::string& name) {
  std::filesystem::path path{checked_path(name)};
  if (path.has_parent_path() || !path.has_extension())
    refuse(name, "is no name of an export's film");
  return checked_path(path.stem().string());
}

uint32_t small(const json_fields& x, const char* name) {
  return static_cast<uint32_t>(x.count(name));
}

} // namespace

std::string render_session_json(const export_options& options,
                                const export_result& x) {
  json result;
  result["format"] = format;
  result["version"] = options.version;
  result["options"] = json_of(options, x.cut);
  result["films"] = json::object();
  auto& files = result["files"] = json::object();
  for (auto& film : x.films) {
    result["films"][film.plan.name + film_ending] = json_of(film);
    files[film.plan.name + table_ending] = json_of(film.table);
    if (options.encode)
      files[film.path] = json_of(film.film);
  }
  if (x.grid_film)
    files[grid_film_name + std::string{film_ending}] = json_of(*x.grid_film);
  files["frames.csv"] = json_of(x.rows.file);
  files["sensors.csv"] = json_of(x.readings.sensors);
  files["markers.csv"] = json_of(x.readings.markers);
  result["rows"] = rows_of(x);
  result["cameras"] = json::object();
  for (auto& [id, camera] : x.cameras)
    result["cameras"][id] = json_of(camera);
  result["readings"] = x.readings.readings;
  result["readings_missing"] = x.readings.faults;
  result["notes"] = x.notes;
  result["sources"] = json::array();
  for (auto& source : x.sources)
    result["sources"].push_back(json_of(source));
  return json_text(std::move(result), 2) + "\n";
}

caf::expected<export_listing> parse_session_json(std::string_view text) {
  auto all = parse_json(text);
  try {
    json_fields fields{all, "session.json"};
    if (fields.text("format") != format)
      refuse("session.json", "is not that of an export");
    export_listing result;
    auto is_copied = fields.object("options").text("codec") == copied;
    for (auto& [name, x] : fields.at("films").items()) {
      json_fields film{x, name};
      auto rate = film.object("rate");
      result.films.push_back(
        {stem_of(name),
         checked_path(film.text("file")),
         is_copied,
         film.count("frames"),
         film.count("bytes"),
         {small(rate, "per_second"), small(rate, "ticks")}});
    }
    for (auto& [name, x] : fields.at("files").items()) {
      checked_path(name);
      json_fields file{x, name};
      result.files[name] = {file.count("bytes"),
                            std::stoull(file.text("xxh3"), nullptr, 16)};
    }
    return result;
  } catch (const std::exception& e) {
    return caf::make_error(ec::bad_message, e.what());
  }
}

} // namespace camnode
