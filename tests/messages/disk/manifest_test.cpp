#define CAF_SUITE manifest
#include "tests/camnode_test.hpp"

#include "messages/disk/file_names.hpp"
#include "messages/disk/manifest.hpp"
#include "messages/error.hpp"
#include "messages/wire/json_text.hpp"

#include <nlohmann/json.hpp>

#include <limits>

using namespace camnode;
using nlohmann::json;

namespace {

/// With all that a camera's entry can have.
manifest_camera full_camera(const session_info& session) {
  manifest_camera x;
  x.server.id = "cam-a";
  x.server.ip = "10.0.0.7";
  x.server.port = 8000;
  x.server.epoch = 9;
  x.server.legacy = true;
  x.server.version = "0.1.0";
  x.time = "sensor";
  x.captured = 70;
  x.recorded = 50;
  x.durable = 40;
  x.lost = 20;
  x.bytes = 5'000;
  x.lost_by_place = {{"network", 3}, {"client ring", 17}};
  x.pieces = {{"1800000000000-1800000060000", 1, session.start_ms,
               session.start_ms + 60'000, 50, 5'000, 8, 1, 50}};
  x.losses = {{8, 51, 53, loss_place::network, 77, 2}};
  x.breaks = {{{8, 55}, 88, {9, 4}}};
  x.absences = {{session.start_ms * 1'000'000 + 1'000'000'000,
                 session.start_ms * 1'000'000 + 3'000'000'000, "no route", 2,
                 1'500'000'000}};
  x.unlisted_lost = 17;
  x.unlisted_breaks = 1;
  x.end_unknown = true;
  x.end_behind = 12;
  x.clock = manifest_clock{-5, 7, -12, 3, 90, 4, 2, 123'456'999};
  x.clocks = {{123'456'999, 9, -4, 8, 12'000}};
  x.connections = 3;
  x.restarts = {{"viewer", 1}, {"recorder", 2}};
  x.last_error = "the disk is full";
  x.last_trouble = {"no route", session.start_ms + 5};
  return x;
}

/// With all that a manifest can have.
manifest full() {
  manifest x;
  x.client = "desk";
  x.version = "0.1";
  x.state = "interrupted";
  x.boot_id = "boot-1";
  x.session.start_ms = 1'800'000'000'000;
  x.session.anchor_mono_ns = 123'456'789;
  x.session.segment_ms = 60'000;
  x.session.stop_ms = x.session.start_ms + 80'000;
  x.session.due_ms = x.session.start_ms + 90'000;
  x.session.label = "trial-07";
  x.session.forced = true;
  x.session.metadata = R"({"experimenter":"Ada","n":1.5,"subject_text":"m7"})";
  x.resumed_ms = {1'800'000'005'000};
  x.interrupted = "the machine was started anew";
  x.cameras["cam-a"] = full_camera(x.session);
  auto& door = x.sensors["sensor/door"];
  door.received = 3;
  door.written = 2;
  door.durable = 1;
  door.rejected["disk"] = 1;
  door.files = {"1800000000000-1800000060000"};
  auto& markers = x.sensors[marker_topic];
  markers.received = 5;
  markers.written = markers.durable = 4;
  markers.rejected["a marker needs a text"] = 1;
  markers.files = {"1800000000000-1800000070000"};
  x.outages = {{x.session.client_ns(x.session.start_ms + 5'000),
                x.session.client_ns(x.session.start_ms + 7'000), "sensor/#",
                "not allowed"}};
  return x;
}

/// Whether no value in `x` is what it would be if nobody had set it.
void check_says_something(const json& x, const std::string& where) {
  if (x.is_structured()) {
    CAF_CHECK(!x.empty());
    for (auto& [key, value] : x.items())
      check_says_something(value, where + "/" + key);
  } else if (x == json(nullptr) || x == json(0) || x == json("")
             || x == json(false)) {
    CAF_ERROR(where << " says nothing");
  }
}

std::string why(const std::string& text) {
  auto x = parse_manifest(text);
  return x ? "" : describe(x.error());
}

/// The full one with `value` at `pointer`.
std::string changed(const std::string& pointer, const json& value) {
  auto x = parse_json(render_manifest(full()));
  x[json::json_pointer{pointer}] = value;
  return x.dump();
}

} // namespace

CAF_TEST(every field of a manifest survives being read) {
  auto text = render_manifest(full());
  check_says_something(parse_json(text), "");
  auto books = parse_manifest(text);
  if (!books)
    CAF_FAIL(describe(books.error()));
  CAF_CHECK_EQUAL(render_manifest(*books), text);
}

CAF_TEST(no number is told that a double would round without its digits) {
  auto check = [](const json& x, auto& self) -> void {
    for (auto& [key, value] : x.items()) {
      if (value.is_structured())
        self(value, self);
      if (x.is_object() && value.is_number_integer()
          && value.dump().size() > 16)
        CAF_CHECK_EQUAL(x.value(key + "_text", ""), value.dump());
    }
  };
  auto x = parse_json(render_manifest(full()));
  CAF_CHECK_EQUAL(x["cameras"]["cam-a"]["clock_history"][0]["at_ns_text"],
                  "1800000000000000210");
  check(x, check);
}

CAF_TEST(losses of which only some numbers are lost are read as such) {
  auto with = [](const json& frames) {
    return parse_manifest(changed("/cameras/cam-a/losses/0/frames", frames));
  };
  auto x = with(2);
  CAF_REQUIRE(x);
  auto& loss = x->cameras.at("cam-a").losses.at(0);
  CAF_CHECK(!loss.exact());
  CAF_CHECK_EQUAL(loss.frames(), 2u);
  CAF_CHECK(with(3)->cameras.at("cam-a").losses.at(0).exact());
  CAF_CHECK(!with(0));
  CAF_CHECK(!with(4));
}

CAF_TEST(a manifest that is cut anywhere is refused) {
  auto text = render_manifest(full());
  for (size_t n = 0; n + 2 < text.size(); ++n)
    CAF_CHECK(!parse_manifest(std::string_view{text}.substr(0, n)));
}

CAF_TEST(what leads out of the data folder is refused) {
  CAF_CHECK_EQUAL(why(changed("/label", "ok")), "");
  for (auto bad : {"../x", "a/b", "a\nb"})
    CAF_CHECK_NOT_EQUAL(why(changed("/label", bad)), "");
  CAF_CHECK_NOT_EQUAL(why(changed("/cameras/cam-a/segments/0/file", "../x/y")),
                      "");
  auto camera = parse_json(render_manifest(full()))["cameras"]["cam-a"];
  CAF_CHECK_NOT_EQUAL(why(changed("/cameras", {{"..", camera}})), "");
}

CAF_TEST(each hole is told by its name) {
  for (auto name : {"state", "start_ms", "stop_ms", "segment_ms", "cameras",
                    "sensors", "session_clock", "label"}) {
    auto x = parse_json(render_manifest(full()));
    x.erase(name);
    CAF_CHECK_EQUAL(why(x.dump()),
                    "bad message: has no \"" + std::string{name} + '"');
  }
  for (auto name : {"captured", "recorded", "lost", "losses", "segments"}) {
    auto x = parse_json(render_manifest(full()));
    x["cameras"]["cam-a"].erase(name);
    CAF_CHECK_NOT_EQUAL(why(x.dump()), "");
  }
}

CAF_TEST(values that no session has are refused) {
  for (json bad : {json(-1), json(1.5), json("1"), json(nullptr), json::array(),
                   json(18446744073709551615u)}) {
    CAF_CHECK_NOT_EQUAL(why(changed("/start_ms", bad)), "");
    CAF_CHECK_NOT_EQUAL(why(changed("/segment_ms", bad)), "");
    CAF_CHECK_NOT_EQUAL(why(changed("/cameras", bad)), "");
    CAF_CHECK_NOT_EQUAL(why(changed("/cameras/cam-a/segments", bad)),
                        bad.is_array() ? "-" : "");
  }
  CAF_CHECK_NOT_EQUAL(why(changed("/segment_ms", 0)), "");
  CAF_CHECK_NOT_EQUAL(why(changed("/start_ms", 0)), "");
  CAF_CHECK_NOT_EQUAL(why(changed("/stop_ms", 5)), "");
  CAF_CHECK_NOT_EQUAL(why(changed("/format", "x")), "");
  CAF_CHECK_NOT_EQUAL(why("[]"), "");
  CAF_CHECK_NOT_EQUAL(why("{}"), "");
}

CAF_TEST(metadata that people have edited cost no session) {
  json edited{{"a", {{"b", 1}}}, {"c", nullptr}};
  auto x = parse_manifest(changed("/metadata", edited));
  CAF_REQUIRE(x);
  auto again = json::parse(render_manifest(*x));
  CAF_CHECK_EQUAL(again["metadata"], edited);
  CAF_CHECK_NOT_EQUAL(why(changed("/metadata", 1)), "");
}

CAF_TEST(markers are told beside the sensors) {
  auto x = json::parse(render_manifest(full()));
  CAF_CHECK_EQUAL(x["markers"]["written"], 4);
  CAF_CHECK_EQUAL(x["sensors"].size(), 1u);
}

CAF_TEST(a look at a clock from no time is refused) {
  for (auto at_ns : {int64_t{-1}, std::numeric_limits<int64_t>::max(),
                     std::numeric_limits<int64_t>::min()})
    CAF_CHECK_NOT_EQUAL(why(changed("/cameras/cam-a/clock_history/0/at_ns",
                                    at_ns)),
                        "");
  CAF_CHECK_NOT_EQUAL(why(changed("/session_clock/anchor_monotonic_ns",
                                  std::numeric_limits<int64_t>::max())),
                      "");
}

CAF_TEST(absences that cannot be are refused) {
  auto with = [](const json& x) {
    return why(changed("/cameras/cam-a/absences", json::array({x})));
  };
  json good{{"from_ms", 5}, {"to_ms", 7}, {"absent_ms", 2}, {"why", "x"}};
  CAF_CHECK_EQUAL(with(good), "");
  for (auto* key : {"from_ms", "to_ms", "absent_ms"}) {
    auto bad = good;
    bad[key] = -1;
    CAF_CHECK_NOT_EQUAL(with(bad), "");
  }
  auto bad = good;
  bad["to_ms"] = 4;
  CAF_CHECK_NOT_EQUAL(with(bad), "");
  // Such as cannot be added.
  for (auto* key : {"from_ms", "to_ms", "absent_ms"}) {
    bad = good;
    bad[key] = std::numeric_limits<int64_t>::max() / 1'000'000;
    CAF_CHECK_NOT_EQUAL(with(bad), "");
  }
}
