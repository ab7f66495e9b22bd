#define CAF_SUITE align
#include "tests/camnode_test.hpp"

#include "messages/disk/csv_table.hpp"
#include "messages/disk/frame_index.hpp"
#include "messages/error.hpp"
#include "messages/frame.hpp"
#include "tests/scratch_directory.hpp"
#include "tools/camctl/align/align.hpp"
#include "tools/camctl/align/sensor_track.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

using namespace camnode;
using camnode_test::scratch_directory;
using nlohmann::json;

namespace fs = std::filesystem;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t start_ms = 1'800'000'000'000;

/// A data folder of one session, 1800000000000-trial.
struct fixture {
  fixture() {
    books = {{"format", "camnode session 1"},
             {"state", "finished"},
             {"start_ms", start_ms},
             {"stop_ms", start_ms + 60'000},
             {"segment_ms", 60'000},
             {"label", "trial"},
             {"session_clock", {{"anchor_monotonic_ns", 5}}},
             {"cameras", json::object()},
             {"sensors", json::object()}};
  }

  void put(const std::string& name, const std::string& text) {
    auto path = scratch.path() / name;
    fs::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
  }

  /// Adds a file of a camera with frames at these ms of the session.
  void film(const std::string& id, const std::string& stem,
            const std::vector<int64_t>& at_ms, uint32_t flags = 0) {
    std::string text{index_header};
    index_row_buffer buffer;
    for (size_t i = 0; i < at_ms.size(); ++i) {
      index_row x;
      x.frame = i;
      x.sequence = i + 1;
      x.capture_ns = (start_ms + at_ms[i]) * ms;
      x.receive_ns = x.capture_ns + 1;
      x.offset_error_ns = 200'000;
      x.flags = flags;
      x.epoch = 7;
      text += format_index_row(x, buffer);
    }
    put("cam/" + id + "/" + stem + ".csv", text);
    auto& camera = books["cameras"][id];
    if (camera.is_null())
      camera = {{"captured", 0},
                {"recorded", at_ms.size()},
                {"durable", 0},
                {"lost", 0},
                {"lost_by_place", json::object()},
                {"segments", json::array()},
                {"losses", json::array()},
                {"server_restarts", json::array()}};
    camera["segments"].push_back(
      {{"file", stem},
       {"segment", 0},
       {"start_ms", start_ms + (at_ms.empty() ? 0 : at_ms[0])},
       {"end_ms", start_ms + 60'000},
       {"frames", at_ms.size()},
       {"bytes", 1},
       {"epoch", 7},
       {"first_sequence", 1},
       {"last_sequence", at_ms.size()}});
  }

  void readings(const std::string& topic, const std::string& folder,
                const std::string& stem, const std::string& text) {
    put("sensors/" + folder + "/" + stem + ".csv", text);
    auto& sensor = books["sensors"][topic];
    if (sensor.is_null())
      sensor = {{"received", 0},
                {"written", 0},
                {"rejected", json::object()},
                {"files", json::array()}};
    sensor["files"].push_back(stem);
  }

  static std::string at(int64_t after_ms) {
    return std::to_string(start_ms + after_ms);
  }

  caf::expected<align_result> run() {
    put("sessions/1800000000000-trial.json", books.dump());
    text.clear();
    options.dir = scratch.path();
    options.write = [this](std::string_view x) {
      text += x;
      return true;
    };
    return align_session(options);
  }

  /// The table, by row and column's name.
  std::vector<std::map<std::string, std::string>> table() {
    auto result = run();
    if (!result)
      CAF_FAIL(describe(result.error()));
    faults = result->faults;
    notes = result->notes;
    auto records = parse_csv(text);
    CAF_REQUIRE(records);
    std::vector<std::map<std::string, std::string>> rows;
    for (size_t i = 1; i < records->size(); ++i) {
      auto& fields = (*records)[i];
      CAF_REQUIRE_EQUAL(fields.size(), records->front().size());
      rows.emplace_back();
      for (size_t k = 0; k < fields.size(); ++k)
        rows.back()[records->front()[k]] = fields[k];
    }
    CAF_CHECK_EQUAL(result->rows, rows.size());
    return rows;
  }

  scratch_directory scratch;
  json books;
  align_options options;
  std::string text;
  std::vector<std::string> faults;
  std::vector<std::string> notes;
};

std::string why(const caf::expected<align_result>& x) {
  return x ? "" : describe(x.error());
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(align_tests, fixture)

CAF_TEST(each reference frame has the nearest frame of the others) {
  options.session = "trial";
  film("a", "1800000000000-1800000060000", {100, 140, 180});
  film("b", "1800000000000-1800000060000", {90, 125, 161});
  auto rows = table();
  CAF_REQUIRE_EQUAL(rows.size(), 3u);
  CAF_CHECK_EQUAL(rows[0]["time_ns"], at(100) + "000000");
  CAF_CHECK_EQUAL(rows[0]["a.file"], "1800000000000-1800000060000.mp4");
  CAF_CHECK_EQUAL(rows[1]["a.frame"], "1");
  CAF_CHECK_EQUAL(rows[0]["a.error_ns"], "200000");
  CAF_CHECK_EQUAL(rows[0]["b.frame"], "0");
  CAF_CHECK_EQUAL(rows[0]["b.dt_ns"], "-10000000");
  CAF_CHECK_EQUAL(rows[0]["b.error_ns"], "400000");
  CAF_CHECK_EQUAL(rows[1]["b.frame"], "1");
  CAF_CHECK_EQUAL(rows[2]["b.frame"], "2");
  CAF_CHECK_EQUAL(rows[2]["b.dt_ns"], "-19000000");
  CAF_CHECK(faults.empty());
}

CAF_TEST(the reference is the camera that was asked for) {
  options.session = std::to_string(start_ms);
  options.reference = "b";
  film("a", "x", {100});
  film("b", "x", {90, 125});
  auto rows = table();
  CAF_REQUIRE_EQUAL(rows.size(), 2u);
  CAF_CHECK_EQUAL(rows[1]["a.dt_ns"], "-25000000");
}

CAF_TEST(a camera goes on from file to file) {
  options.session = "trial";
  film("a", "x", {1000, 2000, 3000});
  film("b", "1", {990, 1990});
  film("b", "2", {2010, 3010});
  auto rows = table();
  CAF_CHECK_EQUAL(rows[1]["b.file"], "1.mp4"); // As near as the next one.
  CAF_CHECK_EQUAL(rows[1]["b.frame"], "1");
  CAF_CHECK_EQUAL(rows[2]["b.file"], "2.mp4");
  CAF_CHECK_EQUAL(rows[2]["b.frame"], "1");
}

CAF_TEST(what is too far away stays empty) {
  options.session = "trial";
  options.tolerance_ns = 15 * ms;
  film("a", "x", {100, 140});
  film("b", "x", {110});
  readings("t", "t", "x", "timestamp,v\n" + at(100) + ",1\n");
  auto rows = table();
  CAF_CHECK_EQUAL(rows[0]["b.dt_ns"], "10000000");
  CAF_CHECK_EQUAL(rows[1]["b.file"], "");
  CAF_CHECK_EQUAL(rows[1]["b.dt_ns"], "");
  CAF_CHECK_EQUAL(rows[0]["t.v"], "1");
  CAF_CHECK_EQUAL(rows[1]["t.v"], "");
}

CAF_TEST(frames without a capture time have no error bound) {
  options.session = "trial";
  film("a", "x", {100});
  film("b", "x", {100}, frame::receive_time_only);
  film("c", "x", {100}, frame::time_adjusted);
  auto rows = table();
  CAF_CHECK_EQUAL(rows[0]["b.dt_ns"], "0");
  CAF_CHECK_EQUAL(rows[0]["b.error_ns"], "");
  CAF_CHECK_EQUAL(rows[0]["c.error_ns"], "400000");
}

CAF_TEST(each key has its own nearest value) {
  options.session = "trial";
  film("a", "x", {0, 40, 80});
  readings("room/climate", "room/climate", "x",
           "timestamp,t,\"h,u\"\n" + at(1) + ",20.5,\n" + at(50)
             + ",21.5,60\n");
  readings("room/climate", "room/climate", "y",
           "timestamp,t,\"h,u\",new\n" + at(75) + ",,61,\"a \"\"b\"\"\n\"\n");
  auto rows = table();
  CAF_CHECK_EQUAL(rows[0]["room/climate.t"], "20.5");
  CAF_CHECK_EQUAL(rows[0]["room/climate.t.dt_ns"], "1000000");
  CAF_CHECK_EQUAL(rows[0]["room/climate.h,u"], "60");
  CAF_CHECK_EQUAL(rows[0]["room/climate.h,u.dt_ns"], "50000000");
  CAF_CHECK_EQUAL(rows[1]["room/climate.t"], "21.5");
  CAF_CHECK_EQUAL(rows[2]["room/climate.t"], "21.5");
  CAF_CHECK_EQUAL(rows[2]["room/climate.h,u"], "61");
  CAF_CHECK_EQUAL(rows[2]["room/climate.new"], "a \"b\"\n");
  CAF_CHECK(faults.empty());
}

CAF_TEST(numbers are taken on the line between two readings if wanted) {
  options.session = "trial";
  options.interpolate = true;
  film("a", "x", {0, 25, 75, 200});
  readings("s", "s", "x",
           "timestamp,v,w\n" + at(0) + ",10,on\n" + at(100) + ",20,off\n");
  auto rows = table();
  CAF_CHECK_EQUAL(rows[0]["s.v"], "10");
  CAF_CHECK_EQUAL(rows[1]["s.v"], "12.5");
  CAF_CHECK_EQUAL(rows[1]["s.v.dt_ns"], "-25000000");
  CAF_CHECK_EQUAL(rows[2]["s.v"], "17.5");
  CAF_CHECK_EQUAL(rows[2]["s.w"], "off"); // A text has no middle.
  CAF_CHECK_EQUAL(rows[3]["s.v"], "20");
  options.tolerance_ns = 80 * ms; // Nor has what is not near enough.
  rows = table();
  CAF_CHECK_EQUAL(rows[2]["s.v"], "17.5");
  options.tolerance_ns = 30 * ms;
  rows = table();
  CAF_CHECK_EQUAL(rows[2]["s.v"], "20");
}

CAF_TEST(numbers on the line between two readings keep all of their digits) {
  options.session = "trial";
  options.interpolate = true;
  film("a", "x", {0, 50, 100});
  readings("s", "s", "x",
           "timestamp,ns,const,third\n" + at(0)
             + ",1800000000123456789,5.00,0\n" + at(100)
             + ",1800000000123456987,5.0,0.2000000000000003\n");
  auto rows = table();
  CAF_CHECK_EQUAL(rows[0]["s.ns"], "1800000000123456789");
  CAF_CHECK_EQUAL(rows[0]["s.const"], "5.00");
  CAF_CHECK_EQUAL(rows[1]["s.const"], "5.00");
  CAF_CHECK_EQUAL(rows[1]["s.third"], "0.10000000000000014");
  CAF_CHECK_EQUAL(rows[2]["s.ns"], "1800000000123456987");
}

CAF_TEST(large numbers are interpolated to what a double can hold) {
  options.session = "trial";
  options.interpolate = true;
  film("a", "x", {50});
  readings("s", "s", "x",
           "timestamp,n\n" + at(0) + ",9007199254740001\n" + at(100)
             + ",9007199254740003\n");
  auto rows = table();
  CAF_CHECK_EQUAL(rows[0]["s.n"], "9007199254740002");
}

CAF_TEST(each marker is in the row of the first frame after it) {
  options.session = "trial";
  film("a", "x", {100, 140, 180});
  books["markers"] = {{"received", 5},
                      {"written", 5},
                      {"rejected", json::object()},
                      {"files", {"1-2", "2-3"}}};
  auto row = [](int64_t at_ms, const std::string& text) {
    return at(at_ms) + "000000," + text + ",api\n";
  };
  put("markers/1-2.csv", "time_ns,text,source\n" + row(90, "before")
                           + row(139, "door") + row(140, "feed"));
  put("markers/2-3.csv", "time_ns,text,source,n\n" + at(141)
                           + "000000,bell,api,7\n" + at(181)
                           + "000000,late,api,\n");
  auto rows = table();
  CAF_CHECK_EQUAL(rows[0]["marker"], "before");
  CAF_CHECK_EQUAL(rows[0]["marker.dt_ns"], "-10000000");
  CAF_CHECK_EQUAL(rows[1]["marker"], "door | feed");
  CAF_CHECK_EQUAL(rows[1]["marker.dt_ns"], "0");
  CAF_CHECK_EQUAL(rows[2]["marker"], "bell");
  CAF_CHECK(faults.empty());
  CAF_REQUIRE_EQUAL(notes.size(), 1u);
  CAF_CHECK_EQUAL(notes[0].substr(0, 22), "1 marker without a row");
  options.tolerance_ns = 5 * ms;
  CAF_CHECK_EQUAL(table()[0]["marker"], "");
  CAF_CHECK_EQUAL(notes[0].substr(0, 23), "3 markers without a row");
}

CAF_TEST(what cannot be read is named and the rest is there) {
  options.session = "trial";
  film("a", "x", {100, 140});
  film("b", "1", {100});
  film("b", "2", {140});
  fs::remove(scratch.path() / "cam/b/1.csv");
  film("c", "x", {100});
  put("cam/c/x.csv", std::string{index_header} + "1,2,three\n");
  readings("s", "s", "x", "timestamp,v\nyesterday,4\n");
  auto rows = table();
  CAF_CHECK_EQUAL(rows[0]["b.file"], "2.mp4");
  CAF_CHECK_EQUAL(rows[0]["c.file"], "");
  CAF_CHECK_EQUAL(faults.size(), 3u);
}

CAF_TEST(a half written last row of a crash is left out) {
  options.session = "trial";
  film("a", "x", {100, 140});
  auto path = scratch.path() / "cam/a/x.csv";
  fs::rename(path, path.string() + ".part");
  std::ofstream{path.string() + ".part", std::ios::app} << "2,3,18000";
  auto rows = table();
  CAF_CHECK_EQUAL(rows.size(), 2u);
  CAF_CHECK_EQUAL(rows[0]["a.file"], "x.mp4.part");
  CAF_CHECK(faults.empty());
}

CAF_TEST(no camera is an error and so is no session) {
  film("a", "x", {100});
  options.session = "other";
  CAF_CHECK_NOT_EQUAL(why(run()).find("other"), std::string::npos);
  options.session = "trial";
  options.reference = "z";
  CAF_CHECK_NOT_EQUAL(why(run()).find("z"), std::string::npos);
}

CAF_TEST(a label of two sessions means the latest) {
  film("a", "x", {100});
  options.session = "trial";
  put("sessions/1800000900000-trial.json", [&] {
    auto other = books;
    other["start_ms"] = start_ms + 900'000;
    other["stop_ms"] = start_ms + 960'000;
    other["cameras"] = json::object();
    return other.dump();
  }());
  CAF_CHECK_NOT_EQUAL(why(run()).find("session 1800000900000 has no camera"),
                      std::string::npos);
  options.session = "1800000000000-trial.json";
  auto x = run();
  CAF_CHECK_EQUAL(why(x), "");
  CAF_CHECK(x->notes.empty());
}

CAF_TEST(a full disk ends it) {
  film("a", "x", {100});
  options.session = "trial";
  put("sessions/1800000000000-trial.json", books.dump());
  options.dir = scratch.path();
  options.write = [](std::string_view) { return false; };
  auto result = align_session(options);
  CAF_CHECK(!result && result.error() == ec::write_failed);
}

CAF_TEST(a value of far ahead is not waited for) {
  put("s/x.csv", "timestamp,v,w\n" + at(0) + ",1,1\n" + at(30'000) + ",2,\n"
                   + at(100'000) + ",3,\n" + at(900'000) + ",4,2\n");
  sensor_track x{scratch.path() / "s", {"x"}};
  x.advance((start_ms + 1000) * ms);
  CAF_CHECK(x.nearest(0)->text == "1");
  CAF_CHECK(x.nearest(1)->text == "1");
  x.advance((start_ms + 899'000) * ms);
  CAF_CHECK(x.nearest(0)->text == "4");
  CAF_CHECK(x.nearest(1)->text == "2");
}

CAF_TEST_FIXTURE_SCOPE_END()
