#define CAF_SUITE export

#include "tests/camnode_test.hpp"

#include "messages/disk/frame_index.hpp"
#include "messages/wire/json_text.hpp"
#include "tests/tools/camctl/export/export_fixture.hpp"
#include "tools/camctl/export/export_folder.hpp"
#include "tools/camctl/export/session_json.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

using namespace camnode;
using namespace camnode_test::exporting;

namespace {

/// Nothing is in the folder of exports, if it is there at all.
bool holds_nothing(const fs::path& out) {
  std::error_code err;
  return !fs::exists(out, err) || fs::is_empty(out, err);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(export_tests, export_fixture)

CAF_TEST(an own film has each recorded frame once and byte for byte) {
  auto frames = shots(600);
  frames.erase(frames.begin() + 100, frames.begin() + 130);
  data.record("cam-a", frames);
  data.record("cam-b", shots(500, 33'366'667));
  auto result = must_run();
  CAF_CHECK(!result.faulty());
  for (auto id : {"cam-a", "cam-b"})
    CAF_CHECK(pictures(id) == data.jpegs[id]);
  auto table = rows("cam-a");
  CAF_REQUIRE_EQUAL(table.size(), frames.size());
  for (size_t i = 0; i < table.size(); ++i) {
    CAF_CHECK_EQUAL(*table[i].time_ns, frames[i].recorded_ns);
    CAF_CHECK_EQUAL(table[i].sequence, frames[i].sequence);
    CAF_CHECK_EQUAL(*table[i].error_ns, frames[i].error_ns);
  }
  CAF_REQUIRE_EQUAL(result.films.size(), 2u);
  CAF_CHECK(result.films[0].rate == (film_rate{25'000, 1'000}));
  CAF_CHECK(result.films[1].rate == (film_rate{29'970, 1'000}));
  CAF_CHECK(faults().empty());
}

CAF_TEST(rows without a grid have the nearest frame of each film) {
  data.record("cam-a", shots(50));
  data.record("cam-b", shots(50, 40 * ms, start_ns + 12 * ms));
  auto result = must_run();
  CAF_CHECK_EQUAL(result.rows.rows, 50u);
  CAF_CHECK_EQUAL(result.rows.apart_ns, 7 * ms);
  auto text = content("frames.csv");
  auto head = std::string{"time_ns,cam-a.frame,cam-a.dt_ns,cam-a.error_ns,"
                          "cam-a.filled,cam-b.frame,cam-b.dt_ns,"
                          "cam-b.error_ns,cam-b.filled\n"};
  CAF_CHECK_EQUAL(text.substr(0, text.find('\n', head.size()) + 1),
                  head + std::to_string(start_ns + 5 * ms)
                    + ",0,0,200000,,0,7000000,400000,\n");
}

CAF_TEST(pictures of another size are a film of their own) {
  auto frames = shots(300);
  for (size_t i = 100; i < 120; ++i)
    frames[i].width = 32;
  data.record("cam-a", frames);
  auto result = must_run();
  CAF_CHECK(!result.faulty());
  auto small = pictures("cam-a@32x48");
  CAF_CHECK_EQUAL(small.size(), 20u);
  CAF_CHECK(small[0] == data.jpegs["cam-a"][100]);
  auto usual = pictures("cam-a");
  CAF_CHECK_EQUAL(usual.size(), 280u);
  CAF_CHECK(usual[100] == data.jpegs["cam-a"][120]);
  CAF_CHECK(faults().empty());
}

CAF_TEST(a camera with the name of a table leaves the table its place) {
  data.record("Frames", shots(5));
  must_run();
  CAF_CHECK_EQUAL(pictures("Frames@64x48").size(), 5u);
  CAF_CHECK(faults().empty());
}

CAF_TEST(a camera whose id has a dot in front is exported and checked) {
  data.record(".pi", shots(5));
  must_run();
  CAF_CHECK_EQUAL(pictures(".pi").size(), 5u);
  CAF_CHECK(faults().empty());
}

CAF_TEST(readings are told with topic and key) {
  data.record("cam-a", shots(5));
  data.readings("door",
                "timestamp,state,\"a,b\"\n" + std::to_string(start_ms)
                  + ",open,\n" + std::to_string(start_ms + 20) + ",shut,7\n",
                2);
  must_run();
  auto ns = std::to_string(start_ns);
  CAF_CHECK_EQUAL(content("sensors.csv"),
                  "time_ns,topic,key,value\n" + ns + ",door,state,open\n"
                    + std::to_string(start_ns + 20 * ms) + ",door,state,shut\n"
                    + std::to_string(start_ns + 20 * ms) + ",door,\"a,b\",7\n");
}

CAF_TEST(a reading without a value has a row) {
  data.readings("door", "timestamp,state\n" + std::to_string(start_ms) + ",\n",
                1);
  auto result = must_run();
  CAF_CHECK_EQUAL(result.readings.readings["door"], 1u);
  CAF_CHECK_EQUAL(content("sensors.csv"), "time_ns,topic,key,value\n"
                                            + std::to_string(start_ns)
                                            + ",door,,\n");
}

CAF_TEST(markers have a table of their own) {
  data.record("cam-a", shots(5));
  must_run();
  CAF_CHECK_EQUAL(content("markers.csv"), "time_ns,text,source\n");
  auto table = "time_ns,text,source,door\n" + std::to_string(start_ns + 7)
               + ",\"in, then out\",mqtt,2\n" + std::to_string(start_ns + 9)
               + ",end,api,\n";
  data.readings(marker_topic, table, 2);
  options.out /= "again";
  must_run();
  CAF_CHECK_EQUAL(content("markers.csv"), table);
  CAF_CHECK_EQUAL(content("sensors.csv"), "time_ns,topic,key,value\n");
  CAF_CHECK(faults().empty());
}

CAF_TEST(readings that the manifest promises are missing) {
  data.readings("door",
                "timestamp,state\n" + std::to_string(start_ms) + ",open\n", 3);
  auto result = must_run();
  CAF_CHECK(result.faulty());
  CAF_CHECK(has_line(render_text(result), "missing: door: 2 readings of 3"));
}

CAF_TEST(a cut has the frames and readings of its time) {
  data.record("cam-a", shots(600));
  data.readings("door",
                "timestamp,state\n" + std::to_string(start_ms) + ",open\n"
                  + std::to_string(start_ms + 9'000) + ",shut\n",
                2);
  options.from = parse_time("8.005");
  options.until = parse_time(std::to_string(start_ns + 12'005 * ms));
  auto result = must_run();
  CAF_CHECK(!result.faulty());
  auto table = rows("cam-a");
  CAF_REQUIRE_EQUAL(table.size(), 100u);
  CAF_CHECK_EQUAL(*table.front().time_ns, start_ns + 8'005 * ms);
  CAF_CHECK(pictures("cam-a").front() == data.jpegs["cam-a"][200]);
  CAF_CHECK_EQUAL(result.readings.readings["door"], 1u);
  options.from = parse_time("50");
  options.until.reset();
  options.out /= "later";
  auto nothing = run();
  CAF_CHECK(nothing);
  CAF_CHECK(nothing->films.empty());
}

CAF_TEST(a loss that the manifest names is told and is no fault) {
  auto frames = shots(20);
  frames.erase(frames.begin() + 4, frames.begin() + 6);
  data.record("cam-a", frames);
  auto& books = data.books.cameras["cam-a"];
  books.captured = 20;
  books.lost = 2;
  books.lost_by_place = {{"network", 2}};
  books.losses = {{epoch, 5, 6, loss_place::network, frames[4].recorded_ns}};
  auto result = must_run();
  CAF_CHECK(!result.faulty());
  CAF_CHECK(
    has_line(render_text(result), "lost: cam-a: frames 5 to 6: network"));
}

CAF_TEST(an export is never written over) {
  data.record("cam-a", shots(5));
  must_run();
  auto before = content("session.json");
  auto result = run();
  CAF_REQUIRE(!result);
  CAF_CHECK(has_line(describe(result.error()), "is there already"));
  CAF_CHECK_EQUAL(content("session.json"), before);
}

CAF_TEST(what cannot be written is no wrong usage) {
  data.record("cam-a", shots(5));
  auto out = std::exchange(options.out, "/dev/null/out");
  auto result = run();
  CAF_REQUIRE(!result);
  CAF_CHECK(result.error() == ec::write_failed);
  options.out = out;
  options.encode = encoding{};
  auto path = std::string{getenv("PATH")};
  setenv("PATH", scratch.path().c_str(), 1);
  result = run();
  setenv("PATH", path.c_str(), 1);
  CAF_REQUIRE(!result);
  CAF_CHECK(result.error() == ec::write_failed);
  CAF_CHECK(has_line(reason_of(result.error()), "there is no program ffmpeg"));
  CAF_CHECK(holds_nothing(out));
}

CAF_TEST(an export whose name is not promised is there all the same) {
  // Root may read any folder, so it is nobody for a while.
  constexpr uid_t nobody = 65'534;
  auto own = geteuid();
  fs::permissions(scratch.path(), fs::perms{0755});
  auto folder = export_folder::create(options.out, "set");
  CAF_REQUIRE(folder);
  for (auto& x : {options.out, folder->path()})
    CAF_REQUIRE(own != 0 || chown(x.c_str(), nobody, 0) == 0);
  fs::permissions(options.out, fs::perms{0333}); // Opening it fails.
  CAF_REQUIRE(own != 0 || seteuid(nobody) == 0);
  auto err = folder->commit();
  CAF_REQUIRE(seteuid(own) == 0);
  fs::permissions(options.out, fs::perms{0755});
  CAF_CHECK(err == ec::sync_failed);
  auto set = options.out / "set";
  CAF_CHECK_EQUAL(reason_of(err), "exported, but not synced: " + set.string()
                                    + ": " + options.out.string()
                                    + ": Permission denied");
  CAF_CHECK(fs::exists(set));
}

CAF_TEST(an export that the disk has no room for is not begun) {
  data.record("cam-a", shots(1));
  std::string index{index_header};
  index_row_buffer buffer;
  for (uint64_t i = 0; i < 30'000; ++i) {
    index_row x;
    x.frame = i;
    x.epoch = epoch;
    x.sequence = i + 1;
    x.capture_ns = start_ns + static_cast<int64_t>(i) * ms / 100;
    x.bytes = max_jpeg_bytes; // 503 GB in all.
    index += format_index_row(x, buffer);
  }
  auto film = fs::path{data.film("cam-a", 0)};
  data.put(film.replace_extension(".csv"), index);
  auto result = run();
  CAF_REQUIRE(!result);
  CAF_CHECK(result.error() == ec::write_failed);
  CAF_CHECK(has_line(describe(result.error()), "the export takes 503"));
  CAF_CHECK(holds_nothing(options.out));
}

CAF_TEST(an encoded export that the disk has no room for is not begun) {
  auto years_later = start_ns + 100'000'000'000 * ms;
  data.record("cam-a", {shots(1)[0], {0, years_later, 2}});
  options.locked = true;
  options.rate = film_rate{1000, 1}; // 245 TB of small pictures and rows.
  options.encode = encoding{};
  options.on_progress = [](auto, auto all) { return all == 0; };
  auto result = run();
  CAF_REQUIRE(!result);
  CAF_CHECK(result.error() == ec::write_failed);
  CAF_CHECK(
    has_line(describe(result.error()), "the export takes at least 245"));
  CAF_CHECK(holds_nothing(options.out));
}

CAF_TEST(an export that is stopped anywhere leaves nothing) {
  data.record("cam-a", shots(600));
  for (int after : {0, 1, 5, 599, 601, 602, 1'100, 1'250}) {
    auto left = after;
    options.on_progress = [&](uint64_t, uint64_t) { return left-- > 0; };
    auto result = run();
    if (result) {
      CAF_CHECK_GREATER(after, 1'200);
      continue;
    }
    CAF_CHECK(result.error() == ec::unavailable);
    CAF_CHECK(holds_nothing(options.out));
  }
}

CAF_TEST(what an export left that was killed is removed and nothing else) {
  data.record("cam-a", shots(5));
  auto part = options.out / ("." + std::to_string(start_ms) + "-t7.part");
  fs::create_directories(part);
  fs::create_directories(part / "sub-x" / "beh");
  for (auto name : {"cam-a.mp4", "README", "sub-x/beh/video.json"})
    std::ofstream{part / name} << "x";
  must_run();
  CAF_CHECK_EQUAL(pictures("cam-a").size(), 5u);
  CAF_CHECK(!fs::exists(folder() / "sub-x"));
  fs::remove_all(folder());
  fs::create_directories(part);
  std::ofstream{part / "thesis.tex"} << "x";
  auto result = run();
  CAF_REQUIRE(!result);
  CAF_CHECK(has_line(describe(result.error()), "thesis.tex: is no export's"));
  CAF_CHECK(fs::exists(part / "thesis.tex"));
}

CAF_TEST(the check finds any damage to an export) {
  data.record("cam-a", shots(5));
  must_run();
  for (auto name :
       {"cam-a.mp4", "cam-a.csv", "frames.csv", "sensors.csv", "markers.csv"}) {
    auto whole = content(name);
    auto damaged = whole;
    damaged[damaged.size() / 2] ^= 1;
    for (auto& text :
         {damaged, whole + "x", whole.substr(0, whole.size() / 2)}) {
      std::ofstream{folder() / name, std::ios::binary} << text;
      CAF_CHECK(!faults().empty());
    }
    fs::remove(folder() / name);
    CAF_CHECK(!faults().empty());
    std::ofstream{folder() / name, std::ios::binary} << whole;
    CAF_CHECK(faults().empty());
  }
}

CAF_TEST(an encoded film has as many frames and is checked too) {
  data.record("cam-a", shots(30));
  options.encode = encoding{};
  auto result = must_run();
  CAF_CHECK_EQUAL(result.films[0].counts.frames, 30u);
  CAF_CHECK_EQUAL(rows("cam-a").size(), 30u);
  CAF_CHECK(faults().empty());
  auto film = content("cam-a.mp4");
  film[film.size() / 2] ^= 1;
  std::ofstream{folder() / "cam-a.mp4", std::ios::binary} << film;
  CAF_CHECK_EQUAL(faults().size(), 1u);
}

CAF_TEST(names that lead out of an export are refused) {
  data.record("cam-a", shots(5));
  must_run();
  auto text = content("session.json");
  CAF_CHECK(parse_session_json(text));
  auto with = [&](size_t at, const std::string& name) {
    return std::string{text}.replace(at, std::string{"cam-a.mp4"}.size(), name);
  };
  auto film = text.find("cam-a.mp4");
  for (auto name : {"..mp4", "...mp4", "../x.mp4", "x/y.mp4"})
    CAF_CHECK(!parse_session_json(with(film, name)));
  auto file = text.find("cam-a.mp4", film + 1);
  CAF_CHECK(parse_session_json(with(file, "x/y.mp4")));
  for (auto name : {".", "..", "../x.mp4", "/x.mp4", "x/../y.mp4", "x/./y"})
    CAF_CHECK(!parse_session_json(with(file, name)));
}

CAF_TEST(a time at which nothing was recorded is refused) {
  data.record("cam-a", shots(5));
  for (auto outside : {"999999", "2001-01-01T00:00:00Z"}) {
    options.from = parse_time(outside);
    options.until.reset();
    if (outside[0] == '2')
      std::swap(options.from, options.until);
    auto result = run();
    CAF_REQUIRE(!result);
    CAF_CHECK(has_line(reason_of(result.error()), "has nothing at that time"));
    CAF_CHECK(!fs::exists(options.out));
  }
}

CAF_TEST(an export is not made in a data folder) {
  data.record("cam-a", shots(5));
  for (auto place : {"", "cam/cam-a", "cam/../sets"}) {
    options.out = data.dir.path() / place;
    auto result = run();
    CAF_REQUIRE(!result);
    CAF_CHECK(has_line(reason_of(result.error()), "is in the data folder"));
  }
  options.out = data.dir.path().string() + "-sets";
  must_run();
  fs::remove_all(options.out);
}

CAF_TEST(session json says what was exported) {
  data.record("cam-a", shots(5));
  must_run();
  auto x = parse_json(content("session.json"));
  CAF_CHECK_EQUAL(x["format"], "camnode export 1");
  CAF_CHECK_EQUAL(x["version"], "1.2.3");
  CAF_CHECK_EQUAL(x["films"]["cam-a.mp4"]["frames"], 5);
  CAF_CHECK_EQUAL(x["cameras"]["cam-a"]["time"], "sensor");
  CAF_CHECK_EQUAL(x["rows"]["error_ns"], 200'000);
  CAF_CHECK_EQUAL(x["sources"][0]["says"]["label"], "t7");
  CAF_CHECK(is_export(folder()));
  CAF_CHECK(!is_export(data.dir.path()));
}

CAF_TEST_FIXTURE_SCOPE_END()
