#include "tools/camctl/verify/session_names.hpp"

#include "messages/disk/data_folder.hpp"
#include "messages/when.hpp"

#include <algorithm>
#include <cstddef>

namespace camnode {

namespace fs = std::filesystem;

namespace {

constexpr size_t max_names = 3;

} // namespace

bool is_named(const std::string& wanted, const session_info& x,
              const fs::path& manifest) {
  return wanted == std::to_string(x.start_ms)
         || (!wanted.empty() && wanted == x.label)
         || wanted == manifest.filename().string()
         || wanted == manifest.stem().string();
}

session_choice choose_session(const std::string& wanted,
                              const std::vector<session_candidate>& all) {
  std::vector<size_t> named;
  for (size_t i = 0; i < all.size(); ++i)
    if (is_named(wanted, all[i].session, all[i].manifest))
      named.push_back(i);
  // A label that is the start of another session means that one.
  auto is_label = [&](size_t i) {
    auto& x = all[i];
    return !is_named(wanted, {}, x.manifest)
           && wanted != std::to_string(x.session.start_ms);
  };
  auto labels = std::stable_partition(named.begin(), named.end(),
                                      [&](size_t i) { return !is_label(i); });
  if (labels != named.begin())
    named.erase(labels, named.end());
  if (named.empty())
    return {};
  std::stable_sort(named.begin(), named.end(), [&](auto a, auto b) {
    return all[a].session.start_ms > all[b].session.start_ms;
  });
  session_choice result{named.front(), {}};
  auto with_time = [&](size_t i) {
    auto start_ms = all[i].session.start_ms;
    return std::to_string(start_ms) + " (" + date_text(start_ms) + ")";
  };
  for (size_t i = 1; i < named.size() && i <= max_names; ++i)
    result.others += (i == 1 ? "" : ", ") + with_time(named[i]);
  if (named.size() > max_names + 1)
    result.others += " and " + std::to_string(named.size() - 1 - max_names)
                     + " more";
  if (named.size() > 1)
    result.others = "session " + wanted + " is the latest one of that name, "
                    + with_time(named.front()) + "; there are " + result.others
                    + ", too: name one by its start";
  return result;
}

std::string no_such_session(const std::string& wanted, const fs::path& dir) {
  auto result = "there is no session " + wanted + " in " + dir.string();
  auto manifests = list_manifests(dir); // By names, so by times.
  if (manifests.empty())
    return result + ", nor any other: want a data.dir, with sessions/ and cam/";
  result += "; the newest there: ";
  for (size_t i = 0; i < manifests.size() && i < max_names; ++i) {
    auto& name = manifests[manifests.size() - 1 - i].name;
    result += (i == 0 ? "" : ", ") + fs::path{name}.stem().string();
  }
  return result;
}

} // namespace camnode
