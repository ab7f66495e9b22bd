#define CAF_SUITE recorder_fixture
#include "tests/camnode_test.hpp"

#include "tests/actors/recorder/recorder_fixture.hpp"

#include "actors/recorder/recorder.hpp"
#include "messages/disk/file_names.hpp"

namespace camnode_test {

recorder_fixture::recorder_fixture()
  : ring(std::make_shared<camnode::frame_ring>(
    camnode::frame_ring::limits{size_t{1} << 30, std::chrono::hours{1}})),
    ledger(std::make_shared<camnode::recording_ledger>()) {
  session.start_ms = start_ms;
  session.anchor_mono_ns = now_ns;
  session.segment_ms = 10'000;
}

recorder_fixture::~recorder_fixture() {
  end_actors();
}

void recorder_fixture::start_recorder() {
  camnode::recorder_parts parts;
  parts.ring = ring;
  parts.ledger = ledger;
  parts.open = disk.opener();
  parts.clock = clock();
  parts.stop = stop;
  parts.may_return = [this](int64_t) { return away; };
  parts.complete =
    [this](int64_t from_ms) -> caf::expected<camnode::piece_repair> {
    completed.push_back(std::to_string(from_ms - start_ms));
    if (disk.forgets)
      return caf::make_error(camnode::ec::sync_failed, std::string{"gone"});
    camnode::piece_repair result;
    result.stem = camnode::piece_stem(from_ms, from_ms + 1);
    result.frames = 1;
    return result;
  };
  testee = start<camnode::recorder>("recorder", std::move(parts));
}

void recorder_fixture::record() {
  start_recorder();
  tell(testee, session);
}

void recorder_fixture::stop_at(int64_t at_ms) {
  session.stop_ms = start_ms + at_ms;
  tell(testee, session);
}

std::shared_ptr<camnode::frame>
recorder_fixture::frame_at(int64_t at_ms, uint64_t sequence, uint64_t epoch) {
  auto result = new_frame(sequence, epoch);
  result->offset_ns = server_offset_ns;
  result->capture_mono_ns = session.anchor_mono_ns + at_ms * ms
                            - server_offset_ns;
  return result;
}

void recorder_fixture::look() {
  tell(testee, camnode::wake_atom_v);
}

void recorder_fixture::see_after_gap(int64_t at_ms, uint64_t sequence,
                                     camnode::frame_gap gap, uint64_t epoch) {
  auto x = frame_at(at_ms, sequence, epoch);
  x->gap = gap;
  see(std::move(x));
}

std::vector<std::string> recorder_fixture::written() const {
  std::vector<std::string> result;
  for (auto& x : disk.pieces) {
    auto name = [](int64_t t) { return std::to_string(t - start_ms); };
    auto text = name(x.start_ms) + "-" + (x.end_ms == 0 ? "" : name(x.end_ms))
                + ":";
    for (auto& f : x.frames)
      text += " " + std::to_string(f.sequence);
    result.push_back(std::move(text));
  }
  return result;
}

std::vector<std::string> recorder_fixture::losses() const {
  std::vector<std::string> result;
  for (auto& x : ledger->losses())
    result.push_back(std::to_string(x.first) + "-" + std::to_string(x.last)
                     + " of " + std::to_string(x.epoch) + ": "
                     + to_string(x.place));
  return result;
}

} // namespace camnode_test
