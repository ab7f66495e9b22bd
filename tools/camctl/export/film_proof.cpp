#include "tools/camctl/export/film_proof.hpp"

#include "actors/base/input_file.hpp"
#include "messages/error.hpp"
#include "tools/camctl/export/ffmpeg_run.hpp"
#include "tools/camctl/export/small_pictures.hpp"

#include <string>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// How often somebody is told how far it is.
constexpr uint64_t frames_per_look = 64;

constexpr auto advice
  = ", so it knows no picture in the others: leave these out with --from and "
    "--until, or take --codec copy and no --grid";

caf::error wrong(const fs::path& film, const std::string& what) {
  return caf::make_error(ec::bad_message, shown(film) + ": " + what);
}

std::string some_of(uint64_t has, uint64_t want) {
  return std::to_string(has) + " of " + std::to_string(want) + " frames";
}

} // namespace

fs::path film_proof::path_beside(const fs::path& film) {
  return film.string() + ".proof";
}

uint64_t film_proof::bytes_for(uint64_t frames) {
  return frames * sizeof(small_picture::pixels);
}

caf::error
film_proof::check(uint64_t frames,
                  const std::function<bool(uint64_t frames)>& on_proved) const {
  constexpr auto bytes = sizeof(small_picture::pixels);
  input_file proof{path_beside(film_)};
  if (proof.size() != bytes_for(frames))
    return wrong(film_, "ffmpeg read " + some_of(proof.size() / bytes, frames)
                          + advice);
  ffmpeg_run run;
  if (auto error = run.start({"-i", "file:" + film_.string(), "-map", "0:v",
                              "-fps_mode", "passthrough", "-vf", filter, "-f",
                              "rawvideo", "pipe:1"},
                             child_process::input::none))
    return error;
  picture_comparison pictures;
  auto goes_on = [&] { return on_proved(pictures.count()); };
  small_picture own;
  small_picture film;
  for (;;) {
    auto got = run.read(film.pixels.data(), bytes, goes_on);
    if (!got)
      return std::move(got.error());
    auto n = pictures.count();
    if (*got < bytes)
      break;
    if (n == frames)
      return wrong(film_, "has more frames than " + std::to_string(frames));
    if (!proof.read(n * bytes, own.pixels.data(), bytes))
      return wrong(film_, "its small pictures cannot be read");
    if (auto fault = pictures.add(own, film); !fault.empty())
      return wrong(film_, fault);
    if (pictures.count() % frames_per_look == 0 && !goes_on())
      return ffmpeg_run::gave_up();
  }
  if (auto error = run.finish(goes_on))
    return error;
  if (pictures.count() != frames)
    return wrong(film_, "has " + some_of(pictures.count(), frames));
  return caf::none;
}

} // namespace camnode
