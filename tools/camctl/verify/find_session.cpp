#include "tools/camctl/verify/find_session.hpp"

#include "actors/base/input_file.hpp"
#include "messages/disk/data_folder.hpp"
#include "messages/error.hpp"
#include "tools/camctl/verify/session_names.hpp"

#include <system_error>
#include <utility>
#include <vector>

namespace camnode {

namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
  std::string result;
  auto why = read_text(input_file{path}, max_manifest_bytes, result);
  return why.empty() ? result : std::string{};
}

caf::error refusal(const std::string& why) {
  return caf::make_error(ec::open_failed, why);
}

} // namespace

caf::expected<chosen_session> find_session(const fs::path& dir,
                                           const std::string& wanted) {
  std::error_code err;
  if (!fs::is_directory(dir, err))
    return refusal(dir.string() + ": is no folder"
                   + (err ? ": " + err.message() : "")
                   + "; want a data.dir, with sessions/ and cam/");
  std::vector<chosen_session> found;
  std::vector<session_candidate> candidates;
  for (auto& file : list_manifests(dir)) {
    fs::path name{file.name};
    auto books = parse_manifest(text_of(dir / name));
    if (!books) {
      if (wanted == name.filename().string() || wanted == name.stem().string())
        return refusal((dir / name).string() + ": "
                       + books.error().context().get_as<std::string>(0)
                       + "; camctl verify says what is left of the session");
      continue;
    }
    if (!is_named(wanted, books->session, name))
      continue;
    candidates.push_back({books->session, name});
    found.push_back({std::move(*books), file.name, {}});
  }
  auto choice = choose_session(wanted, candidates);
  if (!choice.meant)
    return refusal(no_such_session(wanted, dir));
  found[*choice.meant].note = choice.others;
  return std::move(found[*choice.meant]);
}

} // namespace camnode
