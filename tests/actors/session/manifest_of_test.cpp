#define CAF_SUITE manifest_of
#include "tests/camnode_test.hpp"

#include "actors/session/manifest_of.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/manifest.hpp"
#include "messages/error.hpp"
#include "messages/wire/json_text.hpp"
#include "tests/actors/frame_samples.hpp"

#include <nlohmann/json.hpp>

using namespace camnode;
using namespace camnode_test;
using nlohmann::json;

namespace {

session_view sample() {
  session_view x;
  x.client = "desk";
  x.version = "0.1";
  x.state = "recording";
  x.boot_id = "boot-1";
  x.resumed_ms = {1'800'000'005'000};
  x.session.start_ms = 1'800'000'000'000;
  x.session.anchor_mono_ns = 123'456'789;
  x.session.segment_ms = 60'000;
  x.session.due_ms = 1'800'000'090'000;
  x.session.label = "trial-07";
  fleet_member camera;
  camera.server.id = "cam-a";
  camera.server.ip = "10.0.0.7";
  camera.server.port = 8000;
  camera.server.epoch = 9;
  camera.ledger = std::make_shared<recording_ledger>();
  camera.board = std::make_shared<viewer_board>();
  camera.board->update([](viewer_figures& f) {
    f.clocked = true;
    f.clock = {-5, 7};
  });
  camera.board->clocks().add({123'456'999, 9, -4, 8, 12'000}, false);
  auto& ledger = *camera.ledger;
  ledger.begin(x.session);
  ledger.piece_opened(0, x.session.start_ms, "1800000000000");
  for (uint64_t i = 1; i <= 3; ++i)
    ledger.written(*new_frame(i, 8, 10));
  ledger.lost({8, 4, 6, loss_place::network, 77});
  ledger.run_ended({{8, 6}, 88});
  ledger.written(*new_frame(1, 9, 10));
  ledger.durable(1);
  x.cameras = {camera};
  x.restarts["recorder/cam-a"] = 2;
  x.sensors["sensor/door"].received = 3;
  x.sensors["sensor/door"].written = 2;
  x.sensors["sensor/door"].rejected["disk"] = 1;
  x.sensors["sensor/door"].files = {"1800000000000-1800000060000"};
  return x;
}

} // namespace

CAF_TEST(a manifest is read as it was written) {
  auto x = parse_manifest(render_manifest(manifest_of(sample())));
  if (!x)
    CAF_FAIL(describe(x.error()));
  CAF_CHECK_EQUAL(x->state, "recording");
  CAF_CHECK(!x->over());
  CAF_CHECK_EQUAL(x->boot_id, "boot-1");
  CAF_CHECK_EQUAL(x->session.start_ms, 1'800'000'000'000);
  CAF_CHECK_EQUAL(x->session.anchor_mono_ns, 123'456'789);
  auto& clocks = x->cameras.at("cam-a").clocks;
  CAF_REQUIRE_EQUAL(clocks.size(), 1u);
  CAF_CHECK_EQUAL(clocks[0].client_ns, 123'456'999);
  CAF_CHECK_EQUAL(clocks[0].epoch, 9u);
  CAF_CHECK_EQUAL(clocks[0].offset_ns, -4);
  CAF_CHECK_EQUAL(clocks[0].error_ns, 8);
  CAF_CHECK_EQUAL(clocks[0].drift_ppb, 12'000);
  CAF_CHECK_EQUAL(x->session.due_ms, 1'800'000'090'000);
  CAF_CHECK_EQUAL(x->session.label, "trial-07");
  CAF_CHECK_EQUAL(x->resumed_ms.size(), 1u);
  CAF_CHECK_EQUAL(manifest_name(x->session), "1800000000000-trial-07.json");
  auto& camera = x->cameras.at("cam-a");
  CAF_CHECK_EQUAL(camera.server.ip, "10.0.0.7");
  CAF_CHECK_EQUAL(camera.server.port, 8000);
  CAF_CHECK_EQUAL(camera.recorded, 4u);
  CAF_CHECK_EQUAL(camera.captured, 7u);
  CAF_CHECK_EQUAL(camera.lost, 3u);
  CAF_CHECK_EQUAL(camera.restarts.at("recorder"), 2u);
  CAF_REQUIRE_EQUAL(camera.pieces.size(), 1u);
  CAF_CHECK_EQUAL(camera.pieces[0].frames, 4u);
  CAF_REQUIRE_EQUAL(camera.losses.size(), 1u);
  CAF_CHECK_EQUAL(camera.losses[0].last, 6u);
  CAF_CHECK(camera.losses[0].place == loss_place::network);
  CAF_REQUIRE_EQUAL(camera.breaks.size(), 1u);
  CAF_CHECK_EQUAL(camera.breaks[0].last.sequence, 6u);
  CAF_REQUIRE(camera.clock);
  CAF_CHECK_EQUAL(camera.clock->offset_ns, -5);
  auto& sensor = x->sensors.at("sensor/door");
  CAF_CHECK_EQUAL(sensor.received, 3u);
  CAF_CHECK_EQUAL(sensor.rejected.at("disk"), 1u);
}

CAF_TEST(a manifest that is read is written again as it was) {
  auto x = sample();
  auto check = [&] {
    auto text = render_manifest(manifest_of(x));
    auto books = parse_manifest(text);
    if (!books)
      CAF_FAIL(describe(books.error()));
    CAF_CHECK_EQUAL(render_manifest(*books), text);
  };
  check();
  x.session.stop_ms = x.session.start_ms + 90'000;
  x.session.forced = true;
  x.state = "interrupted";
  x.interrupted = "the machine was started anew";
  x.outages = {{x.session.client_ns(x.session.start_ms + 5'000),
                x.session.client_ns(x.session.start_ms + 7'000)}};
  auto& camera = x.cameras[0];
  camera.server.version = "0.1.0";
  camera.ledger->run_ended({{9, 1}, 99, {9, uint64_t{1} << 50}});
  camera.ledger->end_unknown();
  camera.ledger->failed("the disk is full");
  camera.board->update([&](viewer_figures& f) {
    f.legacy = true;
    f.connections = 3;
    f.drift_ppb = -12'345;
    f.drift_error_ppb = 678;
    f.probed_ns = 123'456'999;
    f.probes = 90;
    f.probes_refused = 4;
    f.clock_restarts = 2;
  });
  check();
  // More than there is room for.
  for (uint64_t run = 10; run < 10 + 2 * recording_ledger::max_losses; ++run) {
    camera.ledger->lost({run, 1, 2, loss_place::network, 5});
    camera.ledger->run_ended({{run, 2}, 5});
  }
  check();
  auto books = parse_manifest(render_manifest(manifest_of(x)));
  auto& told = books->cameras.at("cam-a");
  CAF_CHECK_EQUAL(told.unlisted_lost, 2 * recording_ledger::max_losses + 2);
  CAF_CHECK_EQUAL(told.unlisted_breaks, recording_ledger::max_losses + 2);
}

CAF_TEST(a server that is not clocked has no clock) {
  auto x = sample();
  x.cameras[0].board = std::make_shared<viewer_board>();
  auto text = render_manifest(manifest_of(x));
  CAF_CHECK(parse_json(text)["cameras"]["cam-a"]["clock"].is_null());
  CAF_CHECK_EQUAL(render_manifest(*parse_manifest(text)), text);
}

CAF_TEST(absences are read as they were written) {
  auto x = sample();
  auto start_ns = x.session.start_ms * 1'000'000;
  auto& ledger = *x.cameras[0].ledger;
  ledger.absent_because(x.session.start_ms, "no route");
  ledger.written(*new_frame(2, 9, 10), start_ns + 3'000'000'000);
  ledger.run_ended({{9, 2}, 99});
  ledger.absent_because(x.session.start_ms, "refused");
  x.now_ns = x.session.anchor_mono_ns + 8'000'000'000;
  auto books = parse_manifest(render_manifest(manifest_of(x)));
  if (!books)
    CAF_FAIL(describe(books.error()));
  auto& absences = books->cameras.at("cam-a").absences;
  CAF_REQUIRE_EQUAL(absences.size(), 2u);
  CAF_CHECK_EQUAL(absences[0].from_ns, start_ns);
  CAF_CHECK_EQUAL(absences[0].to_ns, start_ns + 3'000'000'000);
  CAF_CHECK_EQUAL(absences[0].absent_ns, 3'000'000'000);
  CAF_CHECK_EQUAL(absences[0].why, "no route");
  CAF_CHECK_EQUAL(absences[1].to_ns, 0);
  CAF_CHECK_EQUAL(absences[1].absent_ns, 5'000'000'000);
  CAF_CHECK_EQUAL(absences[1].why, "refused");
  auto first = parse_json(render_manifest(manifest_of(x)));
  auto again = parse_json(render_manifest(*books));
  CAF_CHECK_EQUAL(again["cameras"]["cam-a"]["absences"],
                  first["cameras"]["cam-a"]["absences"]);
}
