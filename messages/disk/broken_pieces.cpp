#include "messages/disk/broken_pieces.hpp"

#include "messages/disk/file_names.hpp"
#include "messages/error.hpp"

#include <map>
#include <system_error>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// The files of one start.
struct start_files {
  fs::path film_part;
  fs::path index_part;
  std::map<int64_t, fs::path> films;   ///< Completed ones, by end.
  std::map<int64_t, fs::path> indexes; ///< Completed ones, by end.
};

/// Pairs what belongs together.
void add_broken(int64_t start_ms, const start_files& x,
                std::vector<broken_piece>& out) {
  auto lone = [](const auto& these, const auto& others) {
    for (auto& [end_ms, path] : these)
      if (others.count(end_ms) == 0)
        return std::make_pair(end_ms, path);
    return std::make_pair(int64_t{0}, fs::path{});
  };
  auto [film_end, film] = lone(x.films, x.indexes);
  auto [index_end, index] = lone(x.indexes, x.films);
  if (!x.film_part.empty() && !x.index_part.empty())
    out.push_back({start_ms, 0, x.film_part, x.index_part});
  else if (!x.film_part.empty()) // Killed between two renames, perhaps.
    out.push_back({start_ms, index_end, x.film_part, index});
  else if (!x.index_part.empty()) // A power cut between them.
    out.push_back({start_ms, film_end, film, x.index_part});
  else if (!film.empty())
    out.push_back({start_ms, film_end, film, {}});
}

} // namespace

caf::expected<std::vector<broken_piece>>
find_broken_pieces(const fs::path& dir) {
  std::map<int64_t, start_files> starts;
  std::error_code err;
  if (!fs::exists(dir, err))
    return std::vector<broken_piece>{};
  fs::directory_iterator i{dir, err};
  for (; !err && i != fs::directory_iterator{}; i.increment(err)) {
    auto file = i->path().filename().string();
    auto name = parse_piece_name(file);
    std::error_code ignored;
    if (!name || !fs::is_regular_file(i->symlink_status(ignored)))
      continue; // Through a link, we would write to who knows where.
    auto& x = starts[name->start_ms];
    if (name->extension == "mp4" && name->open())
      x.film_part = i->path();
    else if (name->extension == "mp4")
      x.films[name->end_ms] = i->path();
    else if (name->extension == "csv" && name->open())
      x.index_part = i->path();
    else if (name->extension == "csv")
      x.indexes[name->end_ms] = i->path();
  }
  if (err)
    return caf::make_error(ec::open_failed,
                           dir.string() + ": " + err.message());
  std::vector<broken_piece> result;
  for (auto& [start_ms, files] : starts)
    add_broken(start_ms, files, result);
  return result;
}

} // namespace camnode
