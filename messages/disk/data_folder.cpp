#include "messages/disk/data_folder.hpp"

#include "messages/disk/file_names.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <system_error>
#include <tuple>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// Topics have 16 levels at most.
constexpr int max_depth = 20;

bool is_piece_extension(std::string_view x) {
  return x == "mp4" || x == "csv";
}

class lister {
public:
  explicit lister(fs::path dir) : dir_(std::move(dir)) {
  }

  data_listing run() {
    for (auto& x : entries_of("")) {
      if (x.second && x.first == "cam")
        list_cameras();
      else if (x.second && x.first == "sensors")
        list_sensors("sensors", 0);
      else if (x.second && x.first == "markers")
        list_sensors("markers", max_depth);
      else if (x.second && x.first == "sessions")
        list_sessions();
      else if (!is_own_name(x.first))
        result_.strangers.push_back(x.first);
    }
    for (auto* all : {&result_.cameras, &result_.sensors})
      for (auto& [id, pieces] : *all)
        std::sort(pieces.begin(), pieces.end(),
                  [](const auto& a, const auto& b) {
                    return std::tie(a.start_ms, a.end_ms)
                           < std::tie(b.start_ms, b.end_ms);
                  });
    return std::move(result_);
  }

  std::vector<listed_file> manifests() {
    list_sessions();
    return std::move(result_.manifests);
  }

private:
  /// Names in a folder below `dir_`, and whether each is a folder; sorted.
  std::map<std::string, bool> entries_of(const std::string& folder) {
    std::map<std::string, bool> result;
    std::error_code err;
    fs::directory_iterator i{dir_ / folder, err};
    for (; !err && i != fs::directory_iterator{}; i.increment(err)) {
      std::error_code ignored;
      result[i->path().filename().string()] = i->is_directory(ignored);
    }
    if (err)
      result_.faults.push_back((folder.empty() ? dir_.string() : folder)
                               + ": cannot be read: " + err.message());
    return result;
  }

  listed_file file_at(const std::string& name) {
    std::error_code ignored;
    auto size = fs::file_size(dir_ / name, ignored);
    return {name, ignored ? 0 : size};
  }

  void list_cameras() {
    for (auto& [id, is_folder] : entries_of("cam")) {
      auto folder = "cam/" + id;
      if (!is_folder) {
        result_.strangers.push_back(folder);
        continue;
      }
      for (auto& [name, is_nested] : entries_of(folder))
        if (is_nested || !add(result_.cameras[id], folder, name))
          result_.strangers.push_back(folder + "/" + name);
    }
  }

  void list_sensors(const std::string& folder, int depth) {
    for (auto& [name, is_folder] : entries_of(folder)) {
      if (is_folder && depth < max_depth)
        list_sensors(folder + "/" + name, depth + 1);
      else if (is_folder || !add_reading_file(folder, name))
        result_.strangers.push_back(folder + "/" + name);
    }
  }

  bool add_reading_file(const std::string& folder, const std::string& name) {
    if (folder == "sensors")
      return false;
    auto next = next_version_of(name);
    auto parsed = parse_piece_name(next.empty() ? name : next);
    if (!parsed || parsed->extension != "csv")
      return false;
    if (!next.empty())
      return true;
    return add(result_.sensors[folder], folder, name);
  }

  /// @returns Whether `name` is one that camnode gives.
  bool add(std::vector<listed_piece>& pieces, const std::string& folder,
           std::string_view name) {
    if (auto next = next_version_of(name); !next.empty())
      return parse_piece_name(next).has_value();
    auto parsed = parse_piece_name(name);
    if (!parsed || !is_piece_extension(parsed->extension))
      return false;
    // Names come sorted: the two files of a piece right after each other.
    if (pieces.empty() || pieces.back().start_ms != parsed->start_ms
        || pieces.back().end_ms != parsed->end_ms) {
      listed_piece piece;
      piece.start_ms = parsed->start_ms;
      piece.end_ms = parsed->end_ms;
      piece.stem = parsed->open()
                     ? std::to_string(parsed->start_ms)
                     : piece_stem(parsed->start_ms, parsed->end_ms);
      pieces.push_back(std::move(piece));
    }
    auto& to = parsed->extension == "mp4" ? pieces.back().film
                                          : pieces.back().index;
    to = file_at(folder + "/" + std::string{name});
    return true;
  }

  void list_sessions() {
    for (auto& [name, is_folder] : entries_of("sessions")) {
      auto path = "sessions/" + name;
      if (!is_folder && fs::path{name}.extension() == manifest_ending)
        result_.manifests.push_back(file_at(path));
      else if (is_folder || next_version_of(name).empty())
        result_.strangers.push_back(path);
    }
  }

  const fs::path dir_;
  data_listing result_;
};

} // namespace

std::vector<listed_file> list_manifests(const fs::path& dir) {
  return lister{dir}.manifests();
}

caf::expected<data_listing> list_data(const fs::path& dir) {
  std::error_code err;
  if (!fs::is_directory(dir, err))
    return caf::make_error(ec::open_failed,
                           dir.string() + ": is no folder"
                             + (err ? ": " + err.message() : std::string{}));
  return lister{dir}.run();
}

} // namespace camnode
