// A manifest, damaged: what is read of it leads nowhere outside of the data
// folder, and both the recovery and the audit can go on with it.

#include "messages/disk/manifest.hpp"
#include "messages/text.hpp"
#include "nodes/recovery/rebuild_books.hpp"
#include "tools/camctl/verify/audit.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace camnode;

namespace {

void require(bool x) {
  if (!x)
    abort();
}

/// Of a session of one camera and one sensor, with a loss, a gap in the files'
/// numbers and a restart of the server.
constexpr std::string_view sample = R"({
"format":"camnode session 1","client":"desk","version":"0.1",
"state":"recording","boot_id":"b","start_ms":1800000000000,"stop_ms":0,
"segment_ms":60000,"due_ms":1800000090000,"label":"trial-07","forced":false,
"session_clock":{"anchor_monotonic_ns":123456789},"resumed_ms":[1800000005000],
"cameras":{"cam-a":{"address":"10.0.0.7:8000","protocol":"http","version":"0.1",
"epoch":9,"captured":7,"recorded":4,"durable":3,"lost":3,"bytes":40,
"lost_by_place":{"network":3},"segments":[{"file":"1800000000000-1800000060000",
"segment":0,"start_ms":1800000000000,"end_ms":1800000060000,"frames":4,
"bytes":40,"epoch":8,"first_sequence":1,"last_sequence":7}],
"losses":[{"epoch":8,"first_sequence":4,"last_sequence":6,"place":"network",
"before_ns":77}],"server_restarts":[{"epoch":8,"unknown_behind_sequence":7,
"before_ns":88}],"clock":{"offset_ns":-5,"error_ns":7},
"clock_history":[{"at_ns":1800000000000000210,"epoch":9,"offset_ns":-4,
"error_ns":8,"drift_ppb":12000}],"restarts":{"recorder/cam-a":2}}},
"sensors":{"sensor/door":{"received":3,"written":2,"rejected":{"disk":1},
"files":["1800000000000-1800000060000"]}}})";

void check_camera(const session_info& session, const manifest_camera& x) {
  std::vector<found_piece> found;
  for (auto& s : x.pieces) {
    require(is_name_text(s.file));
    found_piece piece;
    piece.start_ms = s.start_ms;
    piece.end_ms = s.end_ms;
    piece.stem = s.file;
    piece.facts.rows = s.frames;
    if (s.first_sequence <= s.last_sequence)
      piece.facts.ranges.push_back(
        {s.epoch, s.first_sequence, s.last_sequence, 0});
    found.push_back(piece);
  }
  for (auto& loss : x.losses)
    require(loss.first <= loss.last);
  auto books = rebuild_books(session, x, found);
  require(books.pieces().size() <= found.size());
  std::vector<checked_piece> pieces;
  for (auto& s : found) {
    checked_piece piece;
    piece.listed.start_ms = s.start_ms;
    piece.listed.end_ms = s.end_ms;
    piece.listed.stem = s.stem;
    piece.listed.film = listed_file{s.stem + ".mp4", 1};
    piece.facts.index = s.facts;
    pieces.push_back(piece);
  }
  audit_camera(x, pieces);
}

} // namespace

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  require(parse_manifest(sample).engaged());
  return {{sample.begin(), sample.end()}};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto x = parse_manifest({reinterpret_cast<const char*>(data), size});
  if (!x)
    return 0;
  require(is_name_text(x->session.label) && x->session.segment_ms > 0);
  for (auto& [id, camera] : x->cameras) {
    require(is_node_id(id));
    check_camera(x->session, camera);
  }
  for (auto& [topic, sensor] : x->sensors) {
    for (auto& file : sensor.files)
      require(is_name_text(file));
    audit_sensor(sensor, {});
  }
  return 0;
}
