#pragma once

// What the tests of verify share. Include it after `camnode_test.hpp`.

#include "messages/wire/json_text.hpp"
#include "tests/actors/session/recorded_session.hpp"
#include "tools/camctl/verify/verify.hpp"

#include <functional>
#include <string>
#include <utility>

namespace camnode_test::verifying {

using namespace camnode_test::recorded;

struct fixture : recorded_session {
  /// A session of one reading.
  static std::string other_session() {
    session_view x;
    x.state = "finished";
    x.session.start_ms = 1;
    x.session.stop_ms = 2;
    x.session.segment_ms = cut_ms;
    auto& sensor = x.sensors["other"];
    sensor.received = sensor.written = sensor.durable = 1;
    sensor.files = {"1-2"};
    return render_manifest(manifest_of(x));
  }

  /// The session that was cut off is told as `verdict`, with `why`.
  void check_going_on(const std::string& verdict,
                      const std::string& why) const {
    auto x = check();
    CAF_CHECK(!x.damaged());
    CAF_CHECK(!x.lossy());
    CAF_CHECK(!x.over());
    auto text = render_text(x);
    for (auto word : {"damage", "DAMAGED", "missing"})
      CAF_CHECK_EQUAL(text.find(word), std::string::npos);
    for (auto& line : {why, "open: cam-a: " + open_file("mp4"),
                       verdict + ": what is complete is all there\n"})
      if (text.find(line) == text.npos)
        CAF_FAIL("'" << line << "' is not told: " << text);
    auto json = camnode::parse_json(render_json(x));
    CAF_CHECK_EQUAL(json["verdict"], verdict);
    CAF_CHECK_EQUAL(json["in_use"], verdict == "recording");
    auto& session = json["sessions"][0];
    CAF_CHECK_EQUAL(session["verdict"], verdict);
    CAF_CHECK_EQUAL(session["over"], false);
    auto& camera = session["cameras"]["cam-a"];
    CAF_CHECK_EQUAL(camera["frames"], 4);
    CAF_CHECK_EQUAL(camera["open_frames"], 5);
  }

  data_audit
  check(const std::string& session = "",
        std::function<void(uint64_t, uint64_t)> on_progress = {}) const {
    verify_options options;
    options.dir = dir.path();
    options.session = session;
    options.on_progress = std::move(on_progress);
    auto result = verify_data(options);
    if (!result)
      CAF_FAIL(describe(result.error()));
    return std::move(*result);
  }

  /// Exactly one line must say `what`.
  void check_damage(const std::string& what) const {
    auto x = check();
    CAF_CHECK(x.damaged());
    auto text = render_text(x);
    if (text.find("damage: ") == text.npos || text.find(what) == text.npos)
      CAF_FAIL("'" << what << "' is not told: " << text);
    CAF_CHECK(nlohmann::json::accept(render_json(x)));
  }
};

} // namespace camnode_test::verifying
