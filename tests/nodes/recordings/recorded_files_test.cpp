#define CAF_SUITE recorded_files
#include "tests/camnode_test.hpp"

#include "tests/nodes/recordings/recordings_fixture.hpp"

#include <algorithm>

using namespace camnode;
using namespace camnode_test::recorded;

CAF_TEST_FIXTURE_SCOPE(recorded_files_tests, recordings_fixture)

CAF_TEST(an instant is found in the film around it) {
  auto x = at(time_of(2) + 300'000'000);
  CAF_CHECK_EQUAL(x.at("file"), film(0));
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
  auto name = film(0);
  put(name, content(name).substr(0, 2000));
  auto page = disk()->frame(start_ms, "cam-a", 3);
  CAF_CHECK_EQUAL(page.status, 500u);
  CAF_CHECK_EQUAL(error_of(page), name + ": ends before frame 3");
  put(index(0), "what\n");
  CAF_CHECK_EQUAL(disk()->frame(start_ms, "cam-a", 3).status, 500u);
}

CAF_TEST(of an open film only what is durable is shown) {
  cut_off();
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
  cut_off();
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
  cut_off();
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
  auto name = film(0);
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

CAF_TEST_FIXTURE_SCOPE_END()
