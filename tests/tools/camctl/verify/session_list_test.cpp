#define CAF_SUITE session_list

#include "tests/camnode_test.hpp"

#include "actors/base/data_lock.hpp"
#include "actors/session/manifest_of.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/when.hpp"
#include "messages/wire/json_text.hpp"
#include "tests/actors/frame_samples.hpp"
#include "tests/scratch_directory.hpp"
#include "tools/camctl/verify/session_list.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <string>

using namespace camnode;
using namespace camnode_test;

namespace {

constexpr int64_t start_ms = 1'800'000'000'000;

/// A data folder with sessions a minute long. Their films have no content.
struct fixture {
  static session_view session(int64_t begin_ms, const std::string& label) {
    session_view x;
    x.state = "finished";
    x.session.start_ms = begin_ms;
    x.session.stop_ms = begin_ms + 60'000;
    x.session.segment_ms = 60'000;
    x.session.label = label;
    fleet_member camera;
    camera.server.id = "cam-a";
    camera.board = std::make_shared<viewer_board>();
    camera.ledger = std::make_shared<recording_ledger>();
    camera.ledger->begin(x.session);
    camera.ledger->piece_opened(0, begin_ms, "");
    camera.ledger->written(*new_frame(1, 7, 10), begin_ms * 1'000'000);
    camera.ledger->piece_closed(begin_ms + 60'000, stem(begin_ms));
    camera.ledger->durable(1);
    x.cameras = {camera};
    x.sensors["door"].received = x.sensors["door"].written = 2;
    x.sensors["door"].files = {stem(begin_ms)};
    return x;
  }

  static std::string stem(int64_t begin_ms) {
    return piece_stem(begin_ms, begin_ms + 60'000);
  }

  void put(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((dir.path() / name).parent_path());
    dir.put(name, content);
  }

  void put(const session_view& x) const {
    auto begin_ms = x.session.start_ms;
    put("sessions/" + manifest_name(x.session),
        render_manifest(manifest_of(x)));
    put("cam/cam-a/" + stem(begin_ms) + ".mp4", std::string(1'000, 'x'));
    put("cam/cam-a/" + stem(begin_ms) + ".csv", std::string(100, 'x'));
    put("sensors/door/" + stem(begin_ms) + ".csv", std::string(10, 'x'));
  }

  session_listing list() const {
    auto result = list_sessions(dir.path());
    if (!result)
      CAF_FAIL(to_string(result.error()));
    return std::move(*result);
  }

  scratch_directory dir;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_list_tests, fixture)

CAF_TEST(sessions are listed by their starts with what they have) {
  put(session(start_ms + 600'000, "b"));
  put(session(start_ms, "a"));
  auto x = list();
  CAF_REQUIRE_EQUAL(x.sessions.size(), 2u);
  CAF_CHECK(x.unreadable.empty());
  CAF_CHECK_EQUAL(x.foreign, 0u);
  auto& first = x.sessions[0];
  CAF_CHECK_EQUAL(first.audit.session.label, "a");
  CAF_CHECK_EQUAL(first.end_ms, start_ms + 60'000);
  CAF_CHECK_EQUAL(first.files, 3u);
  CAF_CHECK_EQUAL(first.bytes, 1'110u);
  CAF_CHECK_EQUAL(first.verdict, "all there");
  auto text = render_text(x);
  for (auto part :
       {std::to_string(start_ms), date_text(start_ms), std::string{"1 min"},
        std::string{"1.1 kB"}, std::string{"all there"}})
    CAF_CHECK_NOT_EQUAL(text.find(part), std::string::npos);
  CAF_CHECK(text.find(std::to_string(start_ms))
            < text.find(std::to_string(start_ms + 600'000)));
}

CAF_TEST(a session has the verdict that names and manifests tell) {
  auto lossy = session(start_ms, "lossy");
  lossy.cameras[0].ledger->lost({7, 2, 3, loss_place::network, 5});
  put(lossy);
  put(session(start_ms + 600'000, "gone"));
  std::filesystem::remove(dir.path() / "cam/cam-a"
                          / (stem(start_ms + 600'000) + ".mp4"));
  auto x = list();
  CAF_CHECK_EQUAL(x.sessions.at(0).verdict, "losses, all named");
  CAF_CHECK_EQUAL(x.sessions.at(1).verdict, "damage");
}

CAF_TEST(a session that is not over is named as such) {
  auto open = session(start_ms, "open");
  open.state = "recording";
  open.session.stop_ms = 0;
  put(open);
  {
    auto lock = lock_data(dir.path(), std::chrono::milliseconds{0});
    auto x = list();
    CAF_CHECK_EQUAL(x.sessions.at(0).verdict, "recording");
  }
  auto x = list();
  CAF_CHECK_EQUAL(x.sessions.at(0).verdict, "unfinished");
  CAF_CHECK_EQUAL(x.sessions.at(0).end_ms, start_ms + 60'000);
  CAF_CHECK_NOT_EQUAL(render_text(x).find("1 min so far"), std::string::npos);
}

CAF_TEST(a manifest that cannot be read is named and no film is read) {
  put(session(start_ms, "a"));
  put("sessions/5-b.json", "{");
  put("cam/cam-a/5-6.mp4", "x");
  auto x = list();
  CAF_CHECK_EQUAL(x.sessions.size(), 1u);
  CAF_REQUIRE_EQUAL(x.unreadable.size(), 1u);
  CAF_CHECK_EQUAL(x.unreadable[0].find("sessions/5-b.json: is no JSON"), 0u);
  CAF_CHECK_EQUAL(x.foreign, 1u);
  auto json = parse_json(render_json(x));
  CAF_CHECK_EQUAL(json["sessions"][0]["length_ms"], 60'000);
  CAF_CHECK_EQUAL(json["sessions"][0]["cameras"]["cam-a"]["recorded"], 1);
  CAF_CHECK_EQUAL(json["sessions"][0]["start"], utc_text(start_ms * 1'000'000));
  CAF_CHECK_EQUAL(json["unreadable"].size(), 1u);
}

CAF_TEST(a folder that is none is told) {
  CAF_CHECK(!list_sessions(dir.path() / "none"));
}

CAF_TEST(an empty folder has no session) {
  CAF_CHECK_EQUAL(render_text(list()), "no session\n");
}

CAF_TEST(files of no session are counted whatever they are called) {
  put("cam/old/1700000000000-1700000001000.mp4", "x");
  put("cam/old/1700000000000-1700000001000.csv", "x");
  put("cam/old/1700000002000.mp4", "x");
  put("sensors/old/notes.txt", "x");
  auto x = list();
  CAF_CHECK_EQUAL(render_text(x), "no session\n4 files of no session\n");
  auto json = parse_json(render_json(x));
  CAF_CHECK_EQUAL(json["files_of_no_session"], 4);
}

CAF_TEST_FIXTURE_SCOPE_END()
