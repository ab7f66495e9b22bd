#include "tools/camctl/verify/verify_command.hpp"

#include "tools/camctl/command.hpp"
#include "tools/camctl/export/export_check.hpp"
#include "tools/camctl/export_command.hpp"
#include "tools/camctl/folder_command.hpp"
#include "tools/camctl/progress_line.hpp"
#include "tools/camctl/verify/verify.hpp"

#include <iostream>

namespace camctl {

namespace {

constexpr auto usage = R"(Usage: camctl verify DIR [--session S] [--json]

Checks a data folder: reads every frame, and compares films, indexes, sensor
files and manifests with each other. Changes nothing.

  --session S   only this session: its start in ms, its label (of several, the
                latest), or the name of its manifest
  --json        print the result as JSON

The folder of an export is checked, too, as camctl export --check does it.

A session that is still being recorded, or was cut off and not repaired yet, is
checked as far as it can be: its complete files, and that nothing is gone which
was safe on disk. Its open files and its sums are not final, and count for no
fault. The verdict is then "recording", or "unfinished" where no client has the
folder: start the client again, which repairs it.

Exit status: 0 all there, or nothing wrong with what can be checked yet
(recording, unfinished); 1 losses, all of them named; 2 wrong usage, or nothing
to check; 3 damage: files are not what the manifests say.
)";

} // namespace

int run_verify(const std::vector<std::string>& given) {
  const folder_command command{"verify", usage, {"json"}, {"session"}};
  arguments x;
  if (auto done = command.read(given, x))
    return *done;
  camnode::verify_options options;
  options.dir = x.words[0];
  options.session = x.value("session");
  if (camnode::is_export(x.words[0]))
    return check_export(x.words[0], x.has("json"));
  progress_line progress{"verify", gigabytes};
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
