#define CAF_SUITE recovery

#include "tests/camnode_test.hpp"

#include "actors/session/manifest_of.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/wire/json_text.hpp"
#include "nodes/recovery/containment.hpp"
#include "nodes/recovery/recovery.hpp"
#include "tests/scratch_directory.hpp"

#include <nlohmann/json.hpp>

#include <sys/stat.h>

#include <limits>
#include <new>
#include <string>

using namespace camnode;
using namespace camnode_test;
using nlohmann::json;
using namespace std::string_literals;

namespace {

constexpr int64_t start_ms = 1'800'000'000'000;
constexpr int64_t s = 1'000'000'000;

/// A data folder with sessions of run `boot-1` of the machine, which goes on.
struct fixture {
  /// @param at_ms Its start by UTC, from `start_ms` on.
  /// @param at_ns Its start by the machine's clock.
  session_view put(int64_t at_ms, int64_t at_ns, const std::string& state,
                   int64_t length_ms = 0) {
    session_view x;
    x.state = state;
    x.boot_id = "boot-1";
    x.session.start_ms = start_ms + at_ms;
    x.session.anchor_mono_ns = at_ns;
    x.session.segment_ms = 10'000;
    if (length_ms != 0)
      x.session.stop_ms = x.session.start_ms + length_ms;
    put(x);
    return x;
  }

  void put(const session_view& x) {
    std::filesystem::create_directories(dir.path() / "sessions");
    dir.put("sessions/" + manifest_name(x.session),
            render_manifest(manifest_of(x)));
  }

  /// A file of one reading.
  std::string put_reading(int64_t from_ms, int64_t to_ms) {
    auto stem = std::to_string(start_ms + from_ms) + "-"
                + std::to_string(start_ms + to_ms);
    std::filesystem::create_directories(dir.path() / "sensors/t");
    dir.put("sensors/t/" + stem + ".csv",
            "timestamp,value\n" + std::to_string(start_ms + from_ms) + ",1\n");
    return stem;
  }

  std::optional<resumed_session> run() {
    recovery_options options;
    options.dir = dir.path();
    options.boot_id = "boot-1";
    options.clock = [] { return 500 * s; };
    return recover(options);
  }

  std::string state(int64_t at_ms) const {
    auto name = "sessions/" + std::to_string(start_ms + at_ms) + ".json";
    return parse_json(content_of(dir.path() / name))["state"];
  }

  scratch_directory dir;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(recovery_tests, fixture)

CAF_TEST(the newest session goes on and others are closed) {
  put(0, 100 * s, "stopping", 30'000);
  put(60'000, 200 * s, "recording");
  auto x = run();
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->session.start_ms, start_ms + 60'000);
  CAF_CHECK_EQUAL(state(0), "interrupted");
}

CAF_TEST(a session that began when UTC was set back is the newest) {
  put(60'000, 100 * s, "finished", 30'000);
  put(0, 200 * s, "recording");
  auto x = run();
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->session.start_ms, start_ms);
}

CAF_TEST(a session before UTC was set back does not go on) {
  put(60'000, 100 * s, "recording");
  put(0, 200 * s, "finished", 30'000);
  CAF_CHECK(!run());
  CAF_CHECK_EQUAL(state(60'000), "interrupted");
}

CAF_TEST(files that another session lists are not taken for its own) {
  auto closed = put(10'000, 100 * s, "finished", 60'000);
  auto& theirs = closed.sensors["t"];
  theirs.received = theirs.written = theirs.durable = 1;
  theirs.files = {put_reading(20'000, 30'000)};
  put(closed);
  put(0, 200 * s, "recording");
  put_reading(0, 10'000);
  put_reading(40'000, 50'000); // By its time alone: the newer one's.
  auto x = run();
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->sensors["t"].written, 2u);
}

CAF_TEST(an old session takes nothing of one that began when UTC was set back) {
  put(60'000, 100 * s, "stopping", 30'000);
  auto next = put(0, 200 * s, "recording");
  auto& theirs = next.sensors["t"];
  theirs.received = theirs.written = theirs.durable = 2;
  theirs.files = {put_reading(70'000, 80'000), put_reading(80'000, 90'000)};
  put(next);
  put_reading(60'000, 69'000); // By its time alone: the old one's.
  put_reading(90'000, 99'000); // After the stop of the old one.
  auto x = run();
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(+x->sensors["t"].written, 3u);
  auto old = parse_json(content_of(
    dir.path() / "sessions" / (std::to_string(start_ms + 60'000) + ".json")));
  CAF_CHECK_EQUAL(old["state"], "interrupted");
  CAF_CHECK_EQUAL(old["sensors"]["t"]["written"], 1);
}

CAF_TEST(readings while nobody was there are unknown) {
  auto unfinished = put(0, 100 * s, "recording");
  put_reading(0, 10'000);
  auto x = run();
  CAF_REQUIRE(x);
  CAF_REQUIRE_EQUAL(x->outages.size(), 1u);
  CAF_CHECK_EQUAL(x->outages[0].from_ns,
                  unfinished.session.client_ns(start_ms + 9'000));
  CAF_CHECK_EQUAL(x->outages[0].to_ns, 0);
}

CAF_TEST(without sensors nothing of them is unknown) {
  put(0, 100 * s, "recording");
  auto x = run();
  CAF_REQUIRE(x);
  CAF_CHECK(x->outages.empty());
}

CAF_TEST(a copy of a manifest does not go on beside it) {
  auto x = put(0, 100 * s, "recording");
  dir.put("sessions/copy.json", render_manifest(manifest_of(x)));
  auto resumed = run();
  CAF_REQUIRE(resumed);
  CAF_CHECK_EQUAL(state(0), "recording");
  auto copy = parse_json(content_of(dir.path() / "sessions/copy.json"));
  CAF_CHECK_EQUAL(copy["state"], "interrupted");
  CAF_CHECK_EQUAL(copy["interrupted"],
                  "its manifest is not " + manifest_name(x.session));
}

CAF_TEST(a clock that nobody can reckon with is no manifest) {
  for (auto anchor : {std::numeric_limits<int64_t>::min(),
                      std::numeric_limits<int64_t>::max()}) {
    auto x = put(0, anchor, "recording");
    auto text = render_manifest(manifest_of(x));
    CAF_CHECK(!run());
    auto name = "sessions/" + manifest_name(x.session);
    CAF_CHECK_EQUAL(content_of(dir.path() / name), text); // Left alone.
  }
}

CAF_TEST(what is no file holds nothing up) {
  put(0, 100 * s, "recording");
  std::filesystem::create_directories(dir.path() / "cam/a");
  std::filesystem::create_directories(dir.path() / "sensors/t");
  auto piece = std::to_string(start_ms) + "-" + std::to_string(start_ms + 5);
  auto open = std::to_string(start_ms - 5);
  for (auto& name :
       {"sessions/1.json"s, "cam/a/" + piece + ".csv",
        "cam/a/" + piece + ".mp4", "cam/a/" + open + ".csv.part",
        "cam/a/" + open + ".mp4.part", "sensors/t/" + piece + ".csv",
        "sensors/t/" + open + ".csv.part"})
    CAF_REQUIRE_EQUAL(mkfifo((dir.path() / name).c_str(), 0600), 0);
  auto x = run();
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->session.start_ms, start_ms);
}

CAF_TEST(what is larger than any memory holds nothing up) {
  put(0, 100 * s, "recording");
  std::filesystem::create_directories(dir.path() / "cam/a");
  auto piece = std::to_string(start_ms) + "-" + std::to_string(start_ms + 5);
  auto open = std::to_string(start_ms - 5);
  for (auto& name : {"sessions/1.json"s, "cam/a/" + piece + ".csv",
                     "cam/a/" + piece + ".mp4", "cam/a/" + open + ".csv.part",
                     "cam/a/" + open + ".mp4.part"}) {
    dir.put(name, "");
    std::filesystem::resize_file(dir.path() / name, uintmax_t{1} << 40);
  }
  auto x = run();
  CAF_REQUIRE(x);
  CAF_CHECK_EQUAL(x->session.start_ms, start_ms);
}

CAF_TEST(what throws keeps nothing else from being put in order) {
  CAF_CHECK(!contain("test", "a file", [] { throw std::bad_alloc{}; }));
  CAF_CHECK(contain("test", "another one", [] {}));
}

CAF_TEST_FIXTURE_SCOPE_END()
