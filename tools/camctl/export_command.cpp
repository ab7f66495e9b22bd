#include "tools/camctl/export_command.hpp"

#include "messages/error.hpp"
#include "messages/wire/multipart.hpp"
#include "nodes/running/version.hpp"
#include "tools/camctl/export/export.hpp"
#include "tools/camctl/export/export_check.hpp"
#include "tools/camctl/folder_command.hpp"
#include "tools/camctl/progress_line.hpp"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>

namespace camctl {

namespace {

constexpr auto usage
  = R"(Usage: camctl export DIR... --session S --to OUT [OPTION ...]
       camctl export --check OUT/SESSION

Makes a data set of a session: the folder OUT/SESSION with one film and one
table for each camera. Frame n of a film is row n of its table, in every
program. The films are ordinary MP4s at one constant rate. The true times are in
the tables.

  --session S     the session: its start in ms, its label (of several, the
                  latest), or the name of its manifest
  --to OUT        the folder to make OUT/SESSION in
  --frames own    (default) each film has each recorded frame of its camera
                  once, in order, at the camera's usual rate
  --frames locked all films have the same number of frames, and frame n of each
                  is of the same instant, within 0.6/rate s, besides the
                  error of its times (error_ns)
  --rate HZ       of --frames locked: 25, 29.97 or 30000/1001 (default: the
                  rate of the fastest camera)
  --fill repeat   (default) of --frames locked: where a camera has no frame, its
                  last one is shown again; the table says so
  --fill black    a black picture is shown there
  --codec copy    (default) films have the camera's JPEGs, byte for byte
  --codec h264, hevc
                  smaller films that play anywhere; the program ffmpeg makes
                  them, and each picture is compared with its JPEG
  --quality N     of those: 0 (best) to 35 (smallest); 20 by default
  --grid          of --frames locked: one more film, grid.mp4, that shows all
                  films side by side; encoded, whatever the others are
  --layout bids   names and descriptions of films as in BEP047, the proposal
                  for films of behaviour in BIDS (configs/DATASETS.md)
  --subject ID    of --layout bids: who was recorded (default: the subject that
                  the session was started with)
  --from TIME     leave out what was captured before: seconds after the start
                  of the session (12.5), UTC (2026-11-30T13:03:07.25Z), or
                  UTC in ns, as tables have it
  --until TIME    leave out what was captured then or later
  --check         read an export, every byte, and say what is not as it was

Files in OUT/SESSION:
  CAM.mp4, CAM.csv   of each camera; pictures of another size are in
                     CAM@WIDTHxHEIGHT.mp4
  frames.csv         for each instant the frame in each film, and how far its
                     time is off; without "locked", the instants are those of
                     the first film's frames, and the frames the nearest ones
  sensors.csv        time_ns,topic,key,value of all readings
  markers.csv        time_ns,text,source and further keys of all markers
  session.json       what was exported, filled, left out and lost; checksums;
                     the manifest

Several folders with the same session are joined: what two of them have is
exported once. A session that is still recorded, or that a client has yet to
repair, is refused. Each film is read back and proved before the folder gets its
name; camctl verify checks that folder, too. Nothing is written over.

Exit status: 0 exported (what is missing, the manifest names as lost; it is
told); 1 something else is missing, or cannot be written or encoded; 2 wrong
usage, no such session, or OUT/SESSION is there already; 3 --check: damage.
)";

const folder_command& the_command() {
  static const folder_command result{"export",
                                     usage,
                                     {"check", "grid"},
                                     {"session", "to", "frames", "rate", "fill",
                                      "codec", "quality", "layout", "subject",
                                      "from", "until"},
                                     true};
  return result;
}

volatile std::sig_atomic_t told_to_stop = 0;

void stop_on_signals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { told_to_stop = 1; };
  for (auto signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) // Else nohup or a script started us.
      sigaction(signal, &action, nullptr);
  }
}

/// `25`, `29.97` or `30000/1001`: 0.001 to 1000 frames a second.
std::optional<camnode::film_rate> read_rate(const std::string& text) {
  constexpr uint32_t most = 1'000'000;
  auto slash = text.find('/');
  if (slash == text.npos) {
    char* end = nullptr;
    auto hz = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(hz >= 0.001 && hz <= 1000))
      return std::nullopt;
    return camnode::film_rate{static_cast<uint32_t>(hz * 1000 + 0.5), 1000};
  }
  auto whole = [&](size_t at, size_t n) {
    return camnode::parse_decimal<uint32_t>(text.substr(at, n)).value_or(0);
  };
  camnode::film_rate result{whole(0, slash), whole(slash + 1, text.npos)};
  auto hz = double(result.per_second) / result.ticks;
  if (result.per_second > most || result.ticks > most
      || !(hz >= 0.001 && hz <= 1000))
    return std::nullopt;
  return result;
}

/// Reads how films are encoded. @returns Why that is nothing; empty: it is.
std::string read_encoding(const arguments& x, camnode::export_options& out) {
  using camnode::encoding;
  auto name = x.value("codec", "copy");
  if (name == "copy")
    return x.has("quality") ? "--quality is for --codec h264 and hevc" : "";
  encoding result;
  if (name == "hevc")
    result.codec = camnode::film_codec::hevc;
  else if (name != "h264")
    return "--codec: want copy, h264 or hevc";
  if (x.has("quality")) {
    auto quality = camnode::parse_decimal<int>(x.value("quality"));
    if (!quality || *quality < encoding::best_quality
        || *quality > encoding::least_quality)
      return "--quality: want 0 (best) to "
             + std::to_string(encoding::least_quality);
    result.quality = *quality;
  }
  out.encode = result;
  return {};
}

/// Reads what else is made, and how films are called. @returns The same.
std::string read_layout(const arguments& x, camnode::export_options& out) {
  out.grid_film = x.has("grid");
  if (out.grid_film && !out.locked)
    return "--grid is for --frames locked: its films must have the same frames";
  out.bids = x.has("layout");
  if (out.bids && x.value("layout") != "bids")
    return "--layout: want bids, or leave it out";
  out.subject = x.value("subject");
  if (x.has("subject") && (!out.bids || out.subject.empty()))
    return "--subject is for --layout bids, and not empty";
  return {};
}

/// Reads the options. @returns Why one is none; empty: all are.
std::string read_options(const arguments& x, camnode::export_options& out) {
  out.dirs.assign(x.words.begin(), x.words.end());
  out.session = x.value("session");
  out.out = x.value("to");
  if (out.session.empty())
    return "want --session";
  if (out.out.empty())
    return "want --to, a folder to make the export in";
  auto frames = x.value("frames", "own");
  out.locked = frames == "locked";
  if (!out.locked && frames != "own")
    return "--frames: want own or locked";
  if (!out.locked && (x.has("rate") || x.has("fill")))
    return "--rate and --fill are for --frames locked";
  auto fill = x.value("fill", "repeat");
  if (fill != "repeat" && fill != "black")
    return "--fill: want repeat or black";
  out.fill = fill == "black" ? camnode::frame_fill::black
                             : camnode::frame_fill::repeat;
  if (x.has("rate") && !(out.rate = read_rate(x.value("rate"))))
    return "--rate: want frames a second, as 25, 29.97 or 30000/1001";
  for (auto [name, to] : {std::pair{"from", &out.from}, {"until", &out.until}})
    if (x.has(name) && !(*to = camnode::parse_time(x.value(name))))
      return std::string{"--"} + name
             + ": want seconds after the session's start, UTC as "
               "2026-11-30T13:03:07.25Z, or UTC in ns";
  if (out.from && out.until && out.from->after_start == out.until->after_start
      && out.until->ns <= out.from->ns)
    return "--until: want a time after that of --from";
  auto why = read_encoding(x, out);
  return why.empty() ? read_layout(x, out) : why;
}

int export_with(camnode::export_options& options) {
  auto& command = the_command();
  progress_line progress{"export", [](auto all) {
                           return std::to_string(all / 2) + " frames";
                         }};
  options.version = camnode::version();
  options.on_progress = [&](uint64_t done, uint64_t all) {
    progress.show(done, all);
    return told_to_stop == 0;
  };
  stop_on_signals();
  auto result = camnode::export_session(options);
  progress.clear();
  if (result) {
    std::cout << camnode::render_text(*result);
    return result->faulty() ? failed : all_well;
  }
  auto& why = result.error();
  if (why == camnode::ec::open_failed)
    return command.complain(why);
  command.note(
    camnode::reason_of(why)
    + (why == camnode::ec::sync_failed ? "" : "; nothing was exported"));
  return failed;
}

} // namespace

int check_export(const std::string& dir, bool as_json) {
  progress_line progress{"check", gigabytes};
  auto result = camnode::check_export(dir, [&](auto done, auto all) {
    progress.show(done, all);
  });
  progress.clear();
  if (!result)
    return the_command().complain(result.error());
  std::cout << (as_json ? render_json(*result) : render_text(*result));
  return result->faults.empty() ? all_well : damaged;
}

int run_export(const std::vector<std::string>& given) {
  arguments x;
  if (auto done = the_command().read(given, x))
    return *done;
  if (x.has("check"))
    return x.words.size() == 1 && x.options.size() == 1
             ? check_export(x.words[0], false)
             : the_command().complain("--check wants one folder, and no more");
  camnode::export_options options;
  if (auto why = read_options(x, options); !why.empty())
    return the_command().complain(why);
  return export_with(options);
}

} // namespace camctl
