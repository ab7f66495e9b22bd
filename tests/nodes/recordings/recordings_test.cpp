#define CAF_SUITE recordings
#include "tests/camnode_test.hpp"

#include "actors/session/manifest_of.hpp"
#include "nodes/recordings/recordings.hpp"
#include "tests/actors/recorder/piece_fixture.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <future>
#include <map>

using namespace camnode;
using namespace camnode_test::pieces;
using camnode_test::content_of;
using camnode_test::scratch_directory;
using json = nlohmann::json;

namespace fs = std::filesystem;

namespace {

constexpr int64_t cut_ms = 10'000;
constexpr int64_t stop_ms = start_ms + 2 * cut_ms;

/// A data folder with one session of two films of cam-a: frames 1 to 4 are
/// captured at 1, 2, 3 and 4 s of it, 5 to 9 at 11 to 15 s.
struct fixture {
  fixture() {
    view.client = "desk";
    view.state = "finished";
    view.session.start_ms = start_ms;
    view.session.stop_ms = stop_ms;
    view.session.segment_ms = cut_ms;
    view.session.label = "t7";
    fleet_member camera;
    camera.server.id = "cam-a";
    camera.ledger = std::make_shared<recording_ledger>();
    camera.board = std::make_shared<viewer_board>();
    camera.ledger->begin(view.session);
    record(*camera.ledger, 0, 1, 4);
    record(*camera.ledger, 1, 5, 9);
    view.cameras = {camera};
    put_manifest();
    open.durable_frames = [this](auto&, auto) { return durable; };
    open.undurable_readings = [this](auto&) { return undurable; };
  }

  static int64_t time_of(uint64_t sequence) {
    auto second = static_cast<int64_t>(sequence) + (sequence > 4 ? 6 : 0);
    return start_ns + second * 1'000'000'000;
  }

  static std::string stem(int64_t cut) {
    auto begin = start_ms + cut * cut_ms;
    return std::to_string(begin) + "-" + std::to_string(begin + cut_ms);
  }

  void record(recording_ledger& ledger, int64_t cut, uint64_t first,
              uint64_t last) {
    auto begin_ms = start_ms + cut * cut_ms;
    fs::create_directories(dir.path() / "cam/cam-a");
    auto opened = open_mp4_piece(dir.path() / "cam/cam-a", begin_ms, width,
                                 height, frame_period);
    CAF_REQUIRE(opened);
    ledger.piece_opened(static_cast<uint64_t>(cut), begin_ms, "");
    for (auto i = first; i <= last; ++i) {
      auto x = make_frame(i);
      x.epoch = 7;
      x.offset_error_ns = 5'000;
      CAF_REQUIRE(!(*opened)->append(x, time_of(i), 0, 0));
      ledger.written(x, time_of(i));
    }
    CAF_REQUIRE(!(*opened)->close(begin_ms + cut_ms));
    ledger.piece_closed(begin_ms + cut_ms, stem(cut));
    ledger.durable(1);
  }

  void put(const std::string& name, const std::string& text) const {
    fs::create_directories((dir.path() / name).parent_path());
    dir.put(name, text);
  }

  void put_manifest() const {
    put(manifest(), render_manifest(manifest_of(view)));
  }

  static std::string manifest() {
    return "sessions/" + std::to_string(start_ms) + "-t7.json";
  }

  std::string content(const std::string& name) const {
    return content_of(dir.path() / name);
  }

  /// As if the client were in the second film.
  void go_on() {
    view.state = "recording";
    view.session.stop_ms = 0;
    auto text = json::parse(render_manifest(manifest_of(view)));
    auto& last = text["cameras"]["cam-a"]["segments"][1];
    last["file"] = std::to_string(start_ms + cut_ms);
    last["closed"] = false;
    last["end_ms"] = 0;
    put(manifest(), text.dump());
    for (auto* ending : {"csv", "mp4"})
      fs::rename(dir.path() / ("cam/cam-a/" + stem(1) + "." + ending),
                 dir.path() / open_file(ending));
  }

  static std::string open_file(const std::string& ending) {
    return "cam/cam-a/" + std::to_string(start_ms + cut_ms) + "." + ending
           + ".part";
  }

  std::shared_ptr<recordings> disk() const {
    return std::make_shared<recordings>(dir.path(), open);
  }

  json at(int64_t ns) const {
    auto page = disk()->at(start_ms, ns);
    CAF_CHECK_EQUAL(page.status, 200u);
    return json::parse(page.body).at("cameras").at("cam-a");
  }

  scratch_directory dir;
  session_view view;
  open_files open;
  std::optional<uint64_t> durable; ///< Of the open piece.
  uint64_t undurable = 0;          ///< Readings.
};

/// The bytes that a page sends.
std::string bytes_of(const http_page& x) {
  CAF_REQUIRE(x.file);
  std::string result(x.file->size, '\0');
  CAF_CHECK(read_at(x.file->fd.get(), x.file->offset,
                    reinterpret_cast<uint8_t*>(result.data()), result.size()));
  return result;
}

/// The value of a field of the head; empty if it is not there.
std::string field(const http_page& x, const std::string& name) {
  for (auto& y : x.fields)
    if (y.name == name)
      return y.value;
  return {};
}

/// A copy, which outlives `x`.
json value(const json& x, const char* key) {
  return x.at(key);
}

/// The first JSON that the document has below a heading.
json example(const std::string& heading) {
  auto text = content_of(CAMNODE_SOURCE_DIR "/messages/wire/API.md");
  auto begin = text.find("```json\n", text.find(heading + "\n")) + 8;
  return json::parse(text.substr(begin, text.find("```", begin) - begin));
}

std::vector<std::string> keys_of(const json& x) {
  std::vector<std::string> result;
  for (auto& [key, value] : x.items())
    result.push_back(key);
  return result;
}

std::string error_of(const http_page& x) {
  return json::parse(x.body).at("error");
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(recordings_tests, fixture)

CAF_TEST(the list has each session in short) {
  auto list = json::parse(disk()->list().body);
  CAF_CHECK(list.at("next_before").is_null());
  CAF_REQUIRE_EQUAL(list.at("sessions").size(), 1u);
  auto x = list["sessions"][0];
  CAF_CHECK_EQUAL(x.at("session"), start_ms);
  CAF_CHECK_EQUAL(x.at("label"), "t7");
  CAF_CHECK_EQUAL(x.at("start_ns"), start_ns);
  CAF_CHECK_EQUAL(x.at("start"), "2027-01-17T08:00:00.123Z");
  CAF_CHECK_EQUAL(x.at("stop_ns"), stop_ms * 1'000'000);
  CAF_CHECK_EQUAL(x.at("stop"), "2027-01-17T08:00:20.123Z");
  CAF_CHECK_EQUAL(x.at("verdict"), "all there");
  CAF_CHECK_EQUAL(x.at("manifest"), manifest());
  CAF_CHECK_EQUAL(x.at("cameras").at("cam-a").at("recorded"), 9);
}

CAF_TEST(the list comes in pages with the newest first) {
  auto text = json::parse(content(manifest()));
  for (int64_t i = 1; i <= 4; ++i) {
    text["start_ms"] = start_ms + i;
    put("sessions/" + std::to_string(start_ms + i) + ".json", text.dump());
  }
  std::vector<int64_t> found;
  auto before = start_ms + 100;
  for (size_t pages = 1;; ++pages) {
    auto page = json::parse(disk()->list(before, 2).body);
    for (auto& x : page.at("sessions"))
      found.push_back(x.at("session"));
    if (page.at("next_before").is_null()) {
      CAF_CHECK_EQUAL(pages, 3u);
      break;
    }
    before = page["next_before"];
  }
  CAF_CHECK_EQUAL(found,
                  (std::vector<int64_t>{start_ms + 4, start_ms + 3,
                                        start_ms + 2, start_ms + 1, start_ms}));
}

CAF_TEST(a manifest that cannot be read is a sentence in the list) {
  put("sessions/5.json", "{");
  put("sessions/6.json.new", "{}");
  put("sessions/.7.json", "{}");
  put("sessions/8-x", "{}");
  fs::create_directories(dir.path() / "sessions/9.json");
  fs::create_symlink("/etc/passwd", dir.path() / "sessions/10.json");
  auto list = json::parse(disk()->list().body).at("sessions");
  CAF_REQUIRE_EQUAL(list.size(), 4u);
  for (size_t i = 1; i < list.size(); ++i) {
    CAF_CHECK(!list[i].at("error").get<std::string>().empty());
    CAF_CHECK_EQUAL(list[i].size(), 3u);
  }
  CAF_CHECK_EQUAL(disk()->session(5).status, 500u);
  CAF_CHECK_EQUAL(disk()->session(7).status, 404u);
}

CAF_TEST(an empty folder has no session) {
  fs::remove_all(dir.path() / "sessions");
  CAF_CHECK(json::parse(disk()->list().body).at("sessions").empty());
  CAF_CHECK_EQUAL(disk()->session(start_ms).status, 404u);
}

CAF_TEST(a session is its manifest and what the list says) {
  auto x = json::parse(disk()->session(start_ms).body);
  CAF_CHECK_EQUAL(x.at("manifest"), json::parse(content(manifest())));
  auto list = json::parse(disk()->list().body);
  CAF_CHECK_EQUAL(x.at("listed"), list["sessions"][0]);
  CAF_CHECK_EQUAL(disk()->session(start_ms + 1).status, 404u);
}

CAF_TEST(an instant is found in the film around it) {
  auto x = at(time_of(2) + 300'000'000);
  CAF_CHECK_EQUAL(x.at("file"), "cam/cam-a/" + stem(0) + ".mp4");
  CAF_CHECK_EQUAL(x.at("frame"), 1);
  CAF_CHECK_EQUAL(x.at("n"), 1);
  CAF_CHECK_EQUAL(x.at("sequence"), 2);
  CAF_CHECK_EQUAL(x.at("epoch"), 7);
  CAF_CHECK_EQUAL(x.at("capture_ns"), time_of(2));
  CAF_CHECK_EQUAL(x.at("error_ns"), 5'000);
  CAF_CHECK_EQUAL(x.at("dt_ns"), -300'000'000);
}

CAF_TEST(an instant between two films has the nearer frame) {
  CAF_CHECK_EQUAL(value(at(time_of(4) + 3'000'000'000), "sequence"), 4);
  CAF_CHECK_EQUAL(value(at(time_of(5) - 3'000'000'000), "sequence"), 5);
  CAF_CHECK_EQUAL(value(at(time_of(9)), "n"), 8);
  CAF_CHECK_EQUAL(value(at(time_of(9)), "frame"), 4);
}

CAF_TEST(an instant far from the session has its first or last frame) {
  CAF_CHECK_EQUAL(value(at(0), "sequence"), 1);
  CAF_CHECK_EQUAL(value(at(int64_t{1} << 61), "sequence"), 9);
}

CAF_TEST(a camera without a frame says why) {
  fs::remove_all(dir.path() / "cam");
  auto x = at(time_of(2));
  CAF_CHECK(x.at("file").is_null());
  CAF_CHECK_NOT_EQUAL(x.at("why").get<std::string>().find("No such file"),
                      std::string::npos);
}

CAF_TEST(each frame is the JPEG that the camera made) {
  for (uint64_t n = 0; n < 9; ++n) {
    auto page = disk()->frame(start_ms, "cam-a", n);
    CAF_REQUIRE_EQUAL(page.status, 200u);
    CAF_CHECK_EQUAL(page.type, "image/jpeg");
    CAF_CHECK_EQUAL(bytes_of(page), jpeg_of(make_frame(n + 1)));
    CAF_CHECK_EQUAL(field(page, "X-Camnode-Sequence"), std::to_string(n + 1));
    CAF_CHECK_EQUAL(field(page, "X-Camnode-Capture-Ns"),
                    std::to_string(time_of(n + 1)));
  }
}

CAF_TEST(there is no frame behind the last one) {
  for (auto n : {uint64_t{9}, ~uint64_t{0}}) {
    auto page = disk()->frame(start_ms, "cam-a", n);
    CAF_CHECK_EQUAL(page.status, 404u);
    CAF_CHECK_NOT_EQUAL(error_of(page).find("has 9 frames"), std::string::npos);
  }
  CAF_CHECK_EQUAL(disk()->frame(start_ms, "cam-b", 0).status, 404u);
  CAF_CHECK_EQUAL(disk()->frame(start_ms, "../cam-a", 0).status, 404u);
}

CAF_TEST(a film that its index does not fit is a sentence) {
  auto film = "cam/cam-a/" + stem(0) + ".mp4";
  put(film, content(film).substr(0, 2000));
  auto page = disk()->frame(start_ms, "cam-a", 3);
  CAF_CHECK_EQUAL(page.status, 500u);
  CAF_CHECK_EQUAL(error_of(page), film + ": ends before frame 3");
  put("cam/cam-a/" + stem(0) + ".csv", "what\n");
  CAF_CHECK_EQUAL(disk()->frame(start_ms, "cam-a", 3).status, 500u);
}

CAF_TEST(of an open film only what is durable is shown) {
  go_on();
  durable = 2;
  CAF_CHECK_EQUAL(value(at(int64_t{1} << 61), "sequence"), 6);
  CAF_CHECK_EQUAL(disk()->frame(start_ms, "cam-a", 5).status, 200u);
  auto page = disk()->frame(start_ms, "cam-a", 6);
  CAF_CHECK_EQUAL(page.status, 404u);
  CAF_CHECK_EQUAL(error_of(page), "frame 6 is not durable yet");
  durable = 5;
  CAF_CHECK_EQUAL(value(at(int64_t{1} << 61), "sequence"), 9);
  CAF_CHECK_EQUAL(bytes_of(disk()->frame(start_ms, "cam-a", 8)),
                  jpeg_of(make_frame(9)));
}

CAF_TEST(an open film is served up to its last durable frame) {
  go_on();
  auto film = content(open_file("mp4"));
  auto index = content(open_file("csv"));
  for (uint64_t n = 0; n <= 5; ++n) {
    durable = n;
    auto page = disk()->file({open_file("mp4"), {}, {}});
    CAF_REQUIRE_EQUAL(page.status, 200u);
    auto bytes = bytes_of(page);
    CAF_CHECK_EQUAL(bytes, film.substr(0, bytes.size()));
    auto layout = layout_of(bytes);
    CAF_CHECK_EQUAL(layout.fragments, n);
    CAF_CHECK_EQUAL(layout.end, bytes.size());
    auto rows = bytes_of(disk()->file({open_file("csv"), {}, {}}));
    CAF_CHECK_EQUAL(rows, index.substr(0, rows.size()));
    CAF_CHECK_EQUAL(static_cast<uint64_t>(
                      std::count(rows.begin(), rows.end(), '\n')),
                    n + 1);
    CAF_CHECK_EQUAL(field(page, "ETag"), "");
  }
}

CAF_TEST(a film that was closed meanwhile is found under its new name) {
  go_on();
  // One after the other.
  for (auto* ending : {"mp4", "csv"}) {
    fs::rename(dir.path() / open_file(ending),
               dir.path() / ("cam/cam-a/" + stem(1) + "." + ending));
    CAF_CHECK_EQUAL(bytes_of(disk()->frame(start_ms, "cam-a", 8)),
                    jpeg_of(make_frame(9)));
  }
  CAF_CHECK_EQUAL(value(at(int64_t{1} << 61), "sequence"), 9);
}

CAF_TEST(open readings are served up to the last durable one) {
  put("sensors/door/1.csv.part", "timestamp,value\n1,a\n2,\"b\n\"\n3,c\n4,");
  auto served = [this] {
    return bytes_of(disk()->file({"sensors/door/1.csv.part", {}, {}}));
  };
  CAF_CHECK_EQUAL(served(), "timestamp,value\n1,a\n2,\"b\n\"\n3,c\n");
  undurable = 1;
  CAF_CHECK_EQUAL(served(), "timestamp,value\n1,a\n2,\"b\n\"\n");
  undurable = 100;
  CAF_CHECK_EQUAL(served(), "");
}

CAF_TEST(a file is served whole or in part) {
  auto name = "cam/cam-a/" + stem(0) + ".mp4";
  auto film = content(name);
  auto page = disk()->file({name, {}, {}});
  CAF_CHECK_EQUAL(page.status, 200u);
  CAF_CHECK_EQUAL(page.type, "video/mp4");
  CAF_CHECK_EQUAL(bytes_of(page), film);
  auto tag = field(page, "ETag");
  CAF_CHECK(!tag.empty());
  auto part = disk()->file({name, "bytes=100-199", tag});
  CAF_CHECK_EQUAL(part.status, 206u);
  CAF_CHECK_EQUAL(bytes_of(part), film.substr(100, 100));
  CAF_CHECK_EQUAL(field(part, "Content-Range"),
                  "bytes 100-199/" + std::to_string(film.size()));
  CAF_CHECK_EQUAL(disk()->file({name, "bytes=1-2", "\"old\""}).status, 200u);
  auto none = disk()->file({name, "bytes=99999999-", {}});
  CAF_CHECK_EQUAL(none.status, 416u);
  CAF_CHECK_EQUAL(field(none, "Content-Range"),
                  "bytes */" + std::to_string(film.size()));
  CAF_CHECK_EQUAL(disk()->file({manifest(), {}, {}}).type, "application/json");
}

CAF_TEST(nothing but recordings is served) {
  put("cam/cam-a/note.txt", "mine");
  put(".camnode.lock", "");
  put("cam/.camnode.lock", "");
  put("cam/cam-a/1-2.mp4.damaged", "x");
  fs::create_symlink("/etc/passwd", dir.path() / "cam/cam-a/1-2.csv");
  fs::create_directory_symlink(dir.path() / "cam/cam-a",
                               dir.path() / "cam/cam-b");
  fs::create_directories(dir.path() / "cam/cam-a/3-4.csv");
  auto film = "/" + stem(0) + ".mp4";
  for (auto& x : std::vector<std::string>{"",
                                          "cam",
                                          "cam/cam-a",
                                          "cam/cam-a/",
                                          "cam/cam-a/note.txt",
                                          ".camnode.lock",
                                          "cam/.camnode.lock",
                                          "cam/cam-a/1-2.mp4.damaged",
                                          "cam/cam-a/1-2.csv",
                                          "cam/cam-a/3-4.csv",
                                          "cam/cam-b" + film,
                                          "/cam/cam-a" + film,
                                          "cam//cam-a" + film,
                                          "cam/./cam-a" + film,
                                          "./cam/cam-a" + film,
                                          "cam/../cam/cam-a" + film,
                                          "cam/cam-a/../cam-a" + film,
                                          "../" + dir.path().filename().string()
                                            + "/cam/cam-a" + film,
                                          "cam/cam-a" + film + "/",
                                          "cam/cam-a" + film + "/.",
                                          "cam/%2e%2e/cam/cam-a" + film,
                                          "cam\\cam-a" + film,
                                          "sessions/../" + manifest(),
                                          "sensors/%2E%2E/1-2.csv"}) {
    auto page = disk()->file({x, {}, {}});
    CAF_MESSAGE(x);
    CAF_CHECK_EQUAL(page.status, 404u);
    CAF_CHECK(!page.file);
  }
}

CAF_TEST(the examples in the document have all that answers have) {
  auto told = example("### The list");
  auto list = json::parse(disk()->list().body);
  CAF_CHECK_EQUAL(keys_of(told), keys_of(list));
  auto& mine = list["sessions"][0];
  auto& session = told["sessions"][0];
  CAF_CHECK_EQUAL(keys_of(session), keys_of(mine));
  CAF_CHECK_EQUAL(keys_of(session["cameras"]["pi-3"]),
                  keys_of(mine["cameras"]["cam-a"]));
  told = example("### An instant");
  auto answer = json::parse(disk()->at(start_ms, time_of(1)).body);
  CAF_CHECK_EQUAL(keys_of(told), keys_of(answer));
  CAF_CHECK_EQUAL(keys_of(told["cameras"]["pi-3"]),
                  keys_of(answer["cameras"]["cam-a"]));
  fs::remove_all(dir.path() / "cam");
  CAF_CHECK_EQUAL(keys_of(told["cameras"]["pi-4"]), keys_of(at(time_of(1))));
}

CAF_TEST(what a disk holds up is answered later and not by many at once) {
  std::promise<void> free;
  auto freed = free.get_future().share();
  auto stuck = disk();
  auto ask = [&] {
    auto answer = std::make_shared<std::promise<unsigned>>();
    auto page = stuck->answer([freed](auto&) {
      freed.wait();
      return http_page{200, "", "x"};
    });
    page.later([answer](http_page x) { answer->set_value(x.status); });
    return answer->get_future();
  };
  std::vector<std::future<unsigned>> answers;
  for (int i = 0; i < 40; ++i)
    answers.push_back(ask());
  free.set_value();
  std::map<unsigned, int> counts;
  for (auto& x : answers)
    ++counts[x.get()];
  CAF_CHECK(counts[200] >= 16 && counts[503] > 0);
  CAF_CHECK_EQUAL(counts[200] + counts[503], 40);
}

CAF_TEST_FIXTURE_SCOPE_END()
