#include "tools/camctl/verify/verify_command.hpp"

#include "tools/camctl/command.hpp"
#include "tools/camctl/folder_command.hpp"
#include "tools/camctl/verify/verify.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <mutex>

namespace camctl {

namespace {

constexpr auto usage = R"(Usage: camctl verify DIR [--session S] [--json]

Checks a data folder: reads every frame, and compares films, indexes, sensor
files and manifests with each other. Changes nothing.

  --session S   only this session: its start in ms, its label (of several, the
                latest), or the name of its manifest
  --json        print the result as JSON

A session that is still being recorded, or was cut off and not repaired yet, is
checked as far as it can be: its complete files, and that nothing is gone which
was safe on disk. Its open files and its sums are not final, and count for no
fault. The verdict is then "recording", or "unfinished" where no client has the
folder: start the client again, which repairs it.

Exit status: 0 all there, or nothing wrong with what can be checked yet
(recording, unfinished); 1 losses, all of them named; 2 wrong usage, or nothing
to check; 3 damage: files are not what the manifests say.
)";

/// Tells how far it is: often on a terminal, else every few seconds.
class progress_line {
public:
  void show(uint64_t done, uint64_t all) {
    std::unique_lock<std::mutex> guard{mutex_, std::try_to_lock};
    auto now = std::chrono::steady_clock::now();
    if (!guard || now < next_)
      return;
    next_ = now
            + (terminal_ ? std::chrono::milliseconds{200}
                         : std::chrono::milliseconds{3000});
    shown_ = true;
    fprintf(stderr,
            terminal_ ? "\r%s %3.0f %% of %.1f GB" : "%s %.0f %% of %.1f GB\n",
            "verify:", all == 0 ? 100.0 : 100.0 * double(done) / double(all),
            double(all) / 1e9);
    fflush(stderr);
  }

  void clear() {
    if (shown_ && terminal_)
      fprintf(stderr, "\r\x1b[K");
  }

private:
  const bool terminal_ = isatty(STDERR_FILENO) != 0;
  bool shown_ = false;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now()
                                                + std::chrono::seconds{1};
};

} // namespace

int run_verify(const std::vector<std::string>& given) {
  const folder_command command{"verify", usage, {"json"}, {"session"}};
  arguments x;
  if (auto done = command.read(given, x))
    return *done;
  camnode::verify_options options;
  options.dir = x.words[0];
  options.session = x.value("session");
  progress_line progress;
  options.on_progress = [&](uint64_t done, uint64_t all) {
    progress.show(done, all);
  };
  auto result = camnode::verify_data(options);
  progress.clear();
  if (!result)
    return command.complain(result.error());
  if (!result->note.empty())
    command.note(result->note);
  std::cout << (x.has("json") ? camnode::render_json(*result)
                              : camnode::render_text(*result));
  if (result->damaged())
    return damaged;
  return result->lossy() ? failed : all_well;
}

} // namespace camctl
