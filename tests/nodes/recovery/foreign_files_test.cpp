#define CAF_SUITE foreign_files

#include "tests/camnode_test.hpp"

#include "actors/session/manifest_of.hpp"
#include "messages/disk/foreign_list.hpp"
#include "nodes/recovery/recovery.hpp"
#include "tests/actors/recorder/piece_fixture.hpp"

#include <sys/stat.h>

#include <map>
#include <set>
#include <string>
#include <vector>

using namespace camnode;
using namespace camnode_test;
using namespace camnode_test::pieces;
namespace fs = std::filesystem;

namespace {

/// Films that FFmpeg makes, as the legacy system and others have them.
const std::vector<std::string>& films_of_others() {
  static const auto result = [] {
    scratch_directory dir;
    std::vector<std::string> result;
    std::string fragmented
      = " -movflags +frag_keyframe+empty_moov+default_base_"
        "moof";
    for (auto& options : std::vector<std::string>{
           "-c:v mpeg4", "-c:v mpeg4 -movflags +faststart", "-c:v libx264",
           "-c:v libx264 -movflags +faststart", "-c:v libx264" + fragmented,
           "-c:v mjpeg -pix_fmt yuvj420p",
           "-c:v mjpeg -pix_fmt yuvj420p -movflags +faststart",
           "-c:v mjpeg -pix_fmt yuvj420p" + fragmented}) {
      auto path = dir.path() / "x.mp4";
      auto said = output_of(
        "ffmpeg -v error -y -f lavfi -i testsrc2=size=64x48:"
        "rate=10:duration=1 "
        + options + " " + path.string());
      CAF_REQUIRE_EQUAL(said, "");
      result.push_back(content_of(path));
      result.push_back(result.back().substr(0, result.back().size() * 2 / 3));
    }
    return result;
  }();
  return result;
}

/// A data folder: an unfinished session with what a crash left of it, and
/// anything that others may have put there.
class shared_folder {
public:
  explicit shared_folder(uint32_t seed) : seed_(seed) {
    manifest_.state = "recording";
    manifest_.boot_id = "boot-1";
    manifest_.session.start_ms = start_ms;
    manifest_.session.anchor_mono_ns = 1;
    manifest_.session.segment_ms = 10'000;
    put("sessions/" + std::to_string(start_ms) + ".json",
        render_manifest(manifest_of(manifest_)));
    put_own();
    for (auto i = 5 + random(20); i > 0; --i)
      add_foreign();
    before_ = look(theirs_);
  }

  void recover() const {
    recovery_options options;
    options.dir = dir_.path();
    options.boot_id = "boot-1";
    options.clock = [] { return 500'000'000'000; };
    CAF_REQUIRE(camnode::recover(options));
  }

  void check() const {
    auto after = look(theirs_);
    for (auto& [name, content] : before_)
      if (after.at(name) != content)
        CAF_FAIL(name << " is not what it was, with seed " << first_seed_);
    std::set<std::string> ours;
    for (auto& x : fs::recursive_directory_iterator{dir_.path()})
      if (!fs::is_directory(x.symlink_status()))
        ours.insert(x.path().lexically_relative(dir_.path()).string());
    for (auto& name : theirs_)
      ours.erase(name);
    // A film, its index, the readings, the markers, the manifest.
    CAF_CHECK_EQUAL(ours.size(), 5u);
    for (auto& name : ours)
      if (name.find(".part") != name.npos || name.find(".damaged") != name.npos)
        CAF_FAIL(name << " was not completed, with seed " << first_seed_);
  }

private:
  size_t random(size_t n) {
    seed_ = seed_ * 1664525 + 1013904223;
    return (seed_ >> 8) % n;
  }

  void put(const std::string& name, const std::string& content) {
    fs::create_directories((dir_.path() / name).parent_path());
    dir_.put(name, content);
  }

  void put_own() {
    auto opened = open_mp4_piece(dir_.path() / "cam/a", start_ms, width, height,
                                 frame_period);
    CAF_REQUIRE(opened);
    piece_fixture::append(**opened, uneven_times(4));
    CAF_REQUIRE(!(*opened)->sync());
    put("sensors/sensor/t/" + std::to_string(start_ms) + ".csv.part",
        "timestamp,value\n" + std::to_string(start_ms + 3) + ",1\n");
    put("markers/" + std::to_string(start_ms) + ".csv.part",
        "time_ns,text,source\n" + std::to_string(start_ms + 4)
          + "000000,door,mqtt\n");
  }

  /// A time in or around the session that is nobody's.
  std::string time() {
    auto result = start_ms - 60'000 + static_cast<int64_t>(random(200'000));
    return std::to_string(result == start_ms ? result + 1 : result);
  }

  std::string name() {
    auto from = time();
    auto to = std::to_string(std::stoll(from) + 1
                             + static_cast<int64_t>(random(90'000)));
    std::vector<std::string> names{from + "-" + to + ".mp4",
                                   from + "-" + to + ".csv",
                                   from + ".mp4.part",
                                   from + ".csv.part",
                                   from + ".csv.part.new",
                                   from + ".csv.part.wider",
                                   from + ".mp4.damaged",
                                   "20270117_080000." + from.substr(10)
                                     + ".mp4",
                                   "temp_recording.csv",
                                   "notes " + from,
                                   from + "-" + to + ".json",
                                   from + ".mp4",
                                   std::to_string(start_ms) + ".csv.part.new"};
    return names[random(names.size())];
  }

  std::string content() {
    auto& films = films_of_others();
    auto kind = random(films.size() + 4);
    if (kind < films.size())
      return films[kind];
    if (kind == films.size())
      return "timestamp,mp905,mp901\n" + time() + ",1,2\n" + time() + ",3\n";
    if (kind == films.size() + 1)
      return "somebody's data";
    std::string noise(1 + random(9'000), 'x');
    for (auto& c : noise)
      c = static_cast<char>(random(256));
    noise[0] = 'n'; // What is zeros alone is nobody's content.
    return noise;
  }

  void add_foreign() {
    std::vector<std::string> folders{"",
                                     "cam/",
                                     "cam/a/",
                                     "cam/10.0.0.5/",
                                     "sensors/",
                                     "sensors/room/",
                                     "sensors/sensor/t/",
                                     "markers/",
                                     "markers/deeper/",
                                     "sessions/",
                                     "10.0.0.5/",
                                     "cam/a/deeper/"};
    auto path = folders[random(folders.size())] + name();
    if (fs::exists(fs::symlink_status(dir_.path() / path)))
      return;
    put(path, content());
    switch (random(12)) {
      case 0:
        fs::remove(dir_.path() / path);
        fs::create_symlink("nowhere", dir_.path() / path);
        break;
      case 1:
        fs::remove(dir_.path() / path);
        CAF_REQUIRE_EQUAL(mkfifo((dir_.path() / path).c_str(), 0600), 0);
        break;
      case 2:
        fs::remove(dir_.path() / path);
        put(path + "/inside.mp4", content());
        path += "/inside.mp4";
        break;
      default:
        break;
    }
    theirs_.insert(path);
  }

  /// What each of `names` is.
  std::map<std::string, std::string>
  look(const std::set<std::string>& names) const {
    std::map<std::string, std::string> result;
    for (auto& x : names) {
      auto path = dir_.path() / x;
      auto kind = fs::symlink_status(path).type();
      auto& what = result[x];
      if (kind == fs::file_type::regular)
        what = "file " + content_of(path);
      else if (kind == fs::file_type::symlink)
        what = "link " + fs::read_symlink(path).string();
      else
        what = kind == fs::file_type::fifo ? "fifo" : "gone";
    }
    return result;
  }

  uint32_t seed_;
  const uint32_t first_seed_ = seed_;
  session_view manifest_;
  scratch_directory dir_;
  std::set<std::string> theirs_;
  std::map<std::string, std::string> before_;
};

} // namespace

CAF_TEST(whatever others put there keeps its name and every byte) {
  for (uint32_t seed = 1; seed <= 150; ++seed) {
    shared_folder folder{seed * 2'654'435'761u};
    folder.recover();
    folder.check();
    folder.recover(); // A start that finds what the first one left.
    folder.check();
  }
}

CAF_TEST(files are counted by folder and named by the first ones) {
  std::vector<std::string> files{"x"};
  for (int i = 0; i < 12; ++i)
    files.push_back("cam/a/" + std::to_string(i));
  auto x = by_folder(files);
  CAF_CHECK_EQUAL(in_words("cam/a", x["cam/a"]),
                  "cam/a: 12 files of others (0, 1, 2, ...)");
  CAF_CHECK_EQUAL(in_words(".", x["."]), ".: 1 file of others (x)");
  CAF_CHECK_EQUAL(summary_of(files),
                  "13 files of others, left alone: . (1), cam/a (12)");
}
