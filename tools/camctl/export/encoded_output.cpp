#include "tools/camctl/export/encoded_output.hpp"

#include "actors/base/file_ops.hpp"
#include "messages/error.hpp"
#include "messages/when.hpp"
#include "tools/camctl/export/ffmpeg_run.hpp"
#include "tools/camctl/export/film_proof.hpp"
#include "tools/camctl/export/table_file.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

namespace camnode {

namespace fs = std::filesystem;

namespace {

using words = std::vector<std::string>;

void append(words& to, words more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

std::string rate_text(film_rate x) {
  return std::to_string(x.per_second) + "/" + std::to_string(x.ticks);
}

/// Pictures between two that stand on their own: those of a second.
std::string group_text(film_rate x) {
  auto frames = std::round(double(x.per_second) / double(x.ticks));
  return std::to_string(std::max(1, static_cast<int>(frames)));
}

words codec_words(encoding how) {
  if (how.codec == film_codec::h264)
    return {"libx264", "-flags", "+cgop"};
  return {"libx265", "-tag:v", "hvc1", "-x265-params",
          "log-level=error:bframes=0:open-gop=0"};
}

/// Makes a film of what a graph of filters gives, and beside it the proof's
/// small pictures of the same.
words output_words(const fs::path& path, const film_format& format,
                   encoding how, const std::string& graph) {
  words result{"-filter_complex",
               graph + ",format=yuv420p,split[film][own];[own]"
                 + film_proof::filter + "[small]",
               "-map",
               "[film]",
               "-fps_mode",
               "passthrough",
               "-c:v"};
  append(result, codec_words(how));
  append(result, {"-preset", "veryfast", "-crf", std::to_string(how.quality),
                  "-bf", "0", "-g", group_text(format.rate)});
  append(result,
         {"-metadata", "creation_time=" + utc_text(format.start_ms * 1'000'000),
          "-movflags", "+faststart", "-f", "mp4", "-n",
          "file:" + path.string()});
  append(result,
         {"-map", "[small]", "-fps_mode", "passthrough", "-f", "rawvideo", "-n",
          "file:" + film_proof::path_beside(path).string()});
  return result;
}

/// Gives it the rights that copied films have, and syncs it.
caf::error sync_film(const fs::path& path) {
  unique_fd fd{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat info;
  if (!fd || fstat(fd.get(), &info) != 0
      || fchmod(fd.get(), info.st_mode & 0640) != 0)
    return file_error(ec::write_failed, path, errno);
  return unwritten(sync_data(fd.get(), path));
}

/// Lets `ffmpeg` come to its end, and proves what it made.
caf::error finish_film(ffmpeg_run& run, const fs::path& path, uint64_t frames,
                       const std::function<bool(uint64_t)>& on_proved) {
  if (auto error = run.finish([&] { return on_proved(0); }))
    return error;
  if (auto error = sync_film(path))
    return error;
  return film_proof{path}.check(frames, on_proved);
}

/// Removes the proof's pictures.
struct proof_remover {
  ~proof_remover() {
    std::error_code ignored;
    fs::remove(film_proof::path_beside(film), ignored);
  }

  const fs::path film;
};

class encoded_output : public film_output {
public:
  encoded_output(fs::path path, std::function<bool()> goes_on)
    : path_(std::move(path)), goes_on_(std::move(goes_on)), remover_{path_} {
  }

  caf::error start(const film_format& format, encoding how) {
    // Each picture comes as a part with its length, so that ffmpeg need not
    // look for its end.
    words arguments{"-f", "mpjpeg", "-r", rate_text(format.rate),
                    "-i", "pipe:0"};
    append(arguments, output_words(path_, format, how,
                                   "[0:v]pad=ceil(iw/2)*2:ceil(ih/2)*2"));
    return run_.start(std::move(arguments), child_process::input::fed);
  }

  caf::error add(const film_picture& x) override {
    auto head = "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: "
                + std::to_string(x.size) + "\r\n\r\n";
    ++frames_;
    if (auto error = feed(head))
      return error;
    if (auto error = run_.feed(x.jpeg, x.size, goes_on_))
      return error;
    return feed("\r\n");
  }

  caf::error
  close(const std::function<bool(uint64_t frames)>& on_proved) override {
    return finish_film(run_, path_, frames_, on_proved);
  }

private:
  caf::error feed(const std::string& text) {
    return run_.feed(reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                     goes_on_);
  }

  const fs::path path_;
  const std::function<bool()> goes_on_;
  const proof_remover remover_; ///< Before `run_`, so that it comes after it.
  ffmpeg_run run_;
  uint64_t frames_ = 0;
};

// -- grid ---------------------------------------------------------------------

constexpr int widest_grid = 3840;

int even(double x) {
  return std::max(2, static_cast<int>(x / 2) * 2);
}

/// The filters that put films side by side.
std::string grid_graph(const std::vector<grid_cell>& cells) {
  auto count = static_cast<int>(cells.size());
  auto columns = static_cast<int>(std::ceil(std::sqrt(count)));
  double width = 0;
  double height = 0;
  for (auto& x : cells) {
    width = std::max<double>(width, x.width);
    height = std::max<double>(height, x.height);
  }
  auto scale = std::min(1.0, widest_grid / (width * columns));
  auto w = even(std::ceil(width * scale));
  auto h = even(std::ceil(height * scale));
  auto size = std::to_string(w) + ":" + std::to_string(h);
  std::string result;
  std::string names;
  std::string layout;
  for (int i = 0; i < count; ++i) {
    auto n = std::to_string(i);
    result += "[" + n + ":v]scale=" + size
              + ":force_original_aspect_ratio=decrease,pad=" + size
              + ":(ow-iw)/2:(oh-ih)/2,setsar=1,format=yuv420p[c" + n + "];";
    names += "[c" + n + "]";
    layout += (i == 0 ? "" : "|") + std::to_string(i % columns * w) + "_"
              + std::to_string(i / columns * h);
  }
  if (count == 1)
    return result + "[c0]null";
  return result + names + "xstack=inputs=" + std::to_string(count)
         + ":fill=black:layout=" + layout;
}

} // namespace

const char* to_string(film_codec x) {
  return x == film_codec::h264 ? "h264" : "hevc";
}

caf::expected<film_output_ptr> make_encoded_output(const fs::path& path,
                                                   const film_format& format,
                                                   encoding how) {
  auto result = std::make_unique<encoded_output>(path, how.goes_on);
  if (auto error = result->start(format, how))
    return error;
  return film_output_ptr{std::move(result)};
}

caf::error make_grid(const fs::path& path, const std::vector<grid_cell>& cells,
                     const film_format& format, uint64_t frames, encoding how,
                     const std::function<bool(uint64_t frames)>& on_proved) {
  words arguments;
  for (auto& x : cells)
    append(arguments,
           {"-r", rate_text(format.rate), "-i", "file:" + x.film.string()});
  append(arguments, output_words(path, format, how, grid_graph(cells)));
  ffmpeg_run run;
  if (auto error = run.start(std::move(arguments), child_process::input::none))
    return error;
  auto error = finish_film(run, path, frames, on_proved);
  std::error_code ignored;
  fs::remove(film_proof::path_beside(path), ignored);
  return error;
}

} // namespace camnode
