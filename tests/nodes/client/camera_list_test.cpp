#define CAF_SUITE camera_list
#include "tests/camnode_test.hpp"

#include "messages/wire/json_text.hpp"
#include "nodes/client/camera_list.hpp"
#include "tests/scratch_directory.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace camnode;
using json = nlohmann::json;

namespace {

constexpr int64_t now_ns = 100'000'000'000;

struct fixture {
  fixture() {
    member.server.id = "pi-3";
    member.board = std::make_shared<viewer_board>();
    member.ledger = std::make_shared<recording_ledger>();
  }

  /// The entry of the one camera.
  json entry() {
    cameras.put(member);
    auto all = parse_json(render_cameras(cameras, {}, now_ns));
    CAF_REQUIRE_EQUAL(all.at("cameras").size(), 1u);
    return all["cameras"][0];
  }

  fleet cameras;
  fleet_member member;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(camera_list_tests, fixture)

CAF_TEST(what is not known of a camera is null) {
  auto x = entry();
  CAF_CHECK_EQUAL(x.at("state"), "idle");
  CAF_CHECK_EQUAL(x.at("connected"), false);
  for (auto* key : {"address", "frames_per_1000_s", "width", "height",
                    "newest_age_ns", "clock"})
    CAF_CHECK(x.at(key).is_null());
}

CAF_TEST(a camera is told as its board has it) {
  member.server.ip = "10.0.0.3";
  member.server.port = 8000;
  member.board->update([](viewer_figures& x) {
    x.connected = true;
    x.rate_mhz = 25'000;
    x.width = 1280;
    x.height = 720;
    x.newest_ns = now_ns - 7;
    x.clocked = true;
    x.probed_ns = now_ns;
    x.clock = {-5, 210'000};
  });
  auto x = entry();
  CAF_CHECK_EQUAL(x.at("address"), "10.0.0.3:8000");
  CAF_CHECK_EQUAL(x.at("frames_per_1000_s"), 25'000);
  CAF_CHECK_EQUAL(x.at("height"), 720);
  CAF_CHECK_EQUAL(x.at("newest_age_ns"), 7);
  CAF_CHECK_EQUAL(x.at("clock").at("offset_ns"), -5);
  CAF_CHECK_EQUAL(x.at("clock").at("error_ns"), 210'000);
}

CAF_TEST(the example in the document has all that an entry has) {
  auto text = camnode_test::content_of(CAMNODE_SOURCE_DIR
                                       "/messages/wire/API.md");
  auto begin = text.find("```json\n", text.find("## Cameras\n")) + 8;
  auto told = parse_json(text.substr(begin, text.find("```", begin) - begin));
  std::vector<std::string> keys[2];
  for (auto& [key, value] : told["cameras"][0].items())
    keys[0].push_back(key);
  auto mine = entry();
  for (auto& [key, value] : mine.items())
    keys[1].push_back(key);
  CAF_CHECK_EQUAL(keys[0], keys[1]);
}

CAF_TEST_FIXTURE_SCOPE_END()
