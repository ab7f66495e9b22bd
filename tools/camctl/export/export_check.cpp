#include "tools/camctl/export/export_check.hpp"

#include "actors/base/checksum.hpp"
#include "actors/base/input_file.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/manifest.hpp"
#include "messages/disk/mp4_even_film.hpp"
#include "messages/error.hpp"
#include "messages/when.hpp"
#include "messages/wire/json_text.hpp"
#include "tools/camctl/export/frame_table.hpp"
#include "tools/camctl/export/session_json.hpp"
#include "tools/camctl/export/window_reader.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// A few manifests, and what is said of each file.
constexpr uint64_t max_json_bytes = 4 * uint64_t{max_manifest_bytes};

class checker {
public:
  checker(fs::path dir, const export_listing& x,
          const std::function<void(uint64_t, uint64_t)>& on_progress)
    : dir_(std::move(dir)), listing_(x), on_progress_(on_progress) {
    for (auto& [name, facts] : listing_.files)
      all_ += facts.bytes;
    for (auto& film : listing_.films)
      all_ += film.bytes;
  }

  export_audit run() {
    for (auto& [name, facts] : listing_.files)
      check_file(name, facts);
    for (auto& film : listing_.films) {
      ++result_.films;
      result_.frames += film.frames;
      auto why = film.copied ? film_fault(film) : std::string{};
      if (!why.empty())
        result_.faults.push_back(film.path + ": " + why);
    }
    return std::move(result_);
  }

private:
  void progress(uint64_t bytes) {
    done_ += bytes;
    if (on_progress_)
      on_progress_(done_, all_);
  }

  void check_file(const std::string& name, const file_facts& expected) {
    ++result_.files;
    auto found = facts_of(dir_ / name);
    progress(expected.bytes);
    if (!found)
      result_.faults.push_back(reason_of(found.error()));
    else if (found->bytes != expected.bytes)
      result_.faults.push_back(name + ": has " + std::to_string(found->bytes)
                               + " bytes, was exported with "
                               + std::to_string(expected.bytes));
    else if (found->xxh3 != expected.xxh3)
      result_.faults.push_back(name + ": is not what was exported (checksum)");
  }

  /// What is wrong with a film; empty if nothing is.
  std::string film_fault(const listed_film& x) {
    window_reader file{dir_ / x.path};
    if (!file.fault().empty())
      return "cannot be read: " + file.fault();
    auto film = read_mp4_even_film(file.size(), [&](auto at, auto to, auto n) {
      return file.read(at, to, n);
    });
    if (!film)
      return reason_of(film.error());
    auto there = film->jpeg_bytes.size();
    if (there != x.frames || !(film->rate == x.rate))
      return "has " + count_text(there, "frame") + ", was exported with "
             + std::to_string(x.frames);
    table_reader rows{dir_ / (x.name + table_ending)};
    table_row row;
    auto at = mp4_even_begin;
    for (auto bytes : film->jpeg_bytes) {
      if (!rows.next(row))
        return "its table has no row for frame "
               + std::to_string(row.frame + 1);
      auto jpeg = file.at(at, bytes);
      if (!jpeg || bytes != row.bytes || xxh3_of(jpeg, bytes) != row.xxh3)
        return "frame " + std::to_string(row.frame)
               + (jpeg ? " is not the picture that its table has (checksum)"
                       : " cannot be read");
      at += bytes;
      progress(bytes);
    }
    return rows.next(row) ? "its table has more rows than it has frames" : "";
  }

  const fs::path dir_;
  const export_listing& listing_;
  const std::function<void(uint64_t, uint64_t)>& on_progress_;
  uint64_t done_ = 0;
  uint64_t all_ = 0;
  export_audit result_;
};

caf::expected<export_listing> listing_of(const fs::path& dir) {
  auto path = dir / session_json_name;
  std::string text;
  auto why = read_text(input_file{path}, max_json_bytes, text);
  if (!why.empty())
    return caf::make_error(ec::open_failed, path.string() + ": " + why);
  auto result = parse_session_json(text);
  if (!result)
    return caf::make_error(ec::open_failed,
                           path.string() + ": " + reason_of(result.error()));
  return result;
}

} // namespace

bool is_export(const fs::path& dir) {
  std::error_code ignored;
  return fs::exists(dir / session_json_name, ignored)
         && !fs::exists(dir / "sessions", ignored);
}

caf::expected<export_audit>
check_export(const fs::path& dir,
             const std::function<void(uint64_t, uint64_t)>& on_progress) {
  auto listing = listing_of(dir);
  if (!listing)
    return std::move(listing.error());
  return checker{dir, *listing, on_progress}.run();
}

std::string render_text(const export_audit& x) {
  std::string result;
  for (auto& fault : x.faults)
    result += "  damage: " + fault + '\n';
  return result + count_text(x.films, "film") + ", "
         + count_text(x.frames, "frame") + ", " + count_text(x.files, "table")
         + ": " + (x.faults.empty() ? "all as exported" : "damage") + '\n';
}

std::string render_json(const export_audit& x) {
  nlohmann::ordered_json result{{"verdict",
                                 x.faults.empty() ? "all there" : "damage"},
                                {"films", x.films},
                                {"frames", x.frames},
                                {"tables", x.files},
                                {"damage", x.faults}};
  return json_text(std::move(result), 2) + "\n";
}

} // namespace camnode
