#include "tools/camctl/align/align_command.hpp"

#include "messages/error.hpp"
#include "tools/camctl/align/align.hpp"
#include "tools/camctl/command.hpp"
#include "tools/camctl/folder_command.hpp"
#include "tools/camctl/progress_line.hpp"

#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>

namespace camctl {

namespace {

constexpr auto usage
  = R"(Usage: camctl align DIR --session S --out FILE.csv [OPTION ...]

Writes one row for each frame of a reference camera: for every other camera the
nearest frame, with its file, its number in it, the time between the two and
what that is off by at most, for every key of every sensor its value, with the
time between, and the markers that were set since the row before.

  --session S      the session: its start in ms, its label, or the name of its
                   manifest
  --out FILE       where the table goes; - is the standard output
  --reference CAM  the camera that the rows are of (default: the first by name)
  --tolerance MS   what is further away than this stays empty
  --interpolate    numbers of sensors on the line between two readings, instead
                   of the nearest reading

Times are on the session clock, UTC, in ns. Files are those of cam/<camera>/.
Exit status: 0 all read; 1 something could not be read (it is named) or
written; 2 wrong usage, or no such session.
)";

const folder_command& the_command() {
  static const folder_command result{"align",
                                     usage,
                                     {"interpolate"},
                                     {"session", "out", "reference",
                                      "tolerance"}};
  return result;
}

struct closer {
  void operator()(FILE* x) const {
    if (x != stdout)
      fclose(x);
  }
};

using output = std::unique_ptr<FILE, closer>;

/// Reads `--tolerance`. @returns Nothing if that is no time.
bool read_tolerance(const std::string& text, int64_t& out) {
  char* end = nullptr;
  auto ms = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(ms) || ms < 0 || ms > 1e9)
    return false;
  out = std::llround(ms * 1e6);
  return true;
}

int write_table(camnode::align_options& options, const std::string& path) {
  auto to_stdout = path == "-";
  // Under its name only once it is whole.
  auto part = path + ".part";
  output out{to_stdout ? stdout : fopen(part.c_str(), "we")};
  if (!out)
    return the_command().complain("--out: cannot create " + part + ": "
                                  + std::strerror(errno)
                                  + "; want a file in a folder that is there");
  options.write = [&](std::string_view x) {
    return fwrite(x.data(), 1, x.size(), out.get()) == x.size();
  };
  progress_line progress{"align", [](auto all) {
                           return std::to_string(all) + " rows";
                         }};
  options.on_progress = [&](uint64_t done, uint64_t all) {
    progress.show(done, all);
  };
  auto result = camnode::align_session(options);
  progress.clear();
  auto written = fflush(out.get()) == 0;
  out.reset();
  if (!result || !written) {
    if (!to_stdout)
      unlink(part.c_str());
    if (!result && result.error() == camnode::ec::open_failed)
      return the_command().complain(result.error());
    the_command().note("cannot write " + path);
    return failed;
  }
  if (!to_stdout && rename(part.c_str(), path.c_str()) != 0) {
    the_command().note(path + ": " + std::strerror(errno));
    return failed;
  }
  for (auto* lines : {&result->notes, &result->faults})
    for (auto& x : *lines)
      the_command().note(x);
  std::cerr << "align: " << result->rows << " frames of " << result->reference
            << "\n";
  return result->faults.empty() ? all_well : failed;
}

} // namespace

int run_align(const std::vector<std::string>& given) {
  arguments x;
  if (auto done = the_command().read(given, x))
    return *done;
  if (!x.has("session"))
    return the_command().complain("want --session");
  if (x.value("out").empty())
    return the_command().complain(
      x.has("out") ? "--out: the name is empty; want a file, or -"
                   : "want --out");
  camnode::align_options options;
  options.dir = x.words[0];
  options.session = x.value("session");
  options.reference = x.value("reference");
  options.interpolate = x.has("interpolate");
  if (x.has("tolerance")
      && !read_tolerance(x.value("tolerance"), options.tolerance_ns))
    return the_command().complain(
      "--tolerance wants milliseconds, 0 to 1000000000");
  return write_table(options, x.value("out"));
}

} // namespace camctl
