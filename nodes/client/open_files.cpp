#include "nodes/client/open_files.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace camnode {

namespace {

std::optional<uint64_t> durable_in(const recording_ledger& ledger,
                                   int64_t start_ms) {
  auto books = ledger.snapshot(ledger.look().session_ms);
  auto all = books->look();
  for (auto& x : books->pieces())
    if (x.end_ms == 0 && x.start_ms == start_ms) {
      // What was written since the last proof, the newest file has.
      auto unproved = all.written - all.durable;
      return x.frames - std::min(unproved, x.frames);
    }
  return std::nullopt;
}

} // namespace

open_files files_in(std::shared_ptr<const fleet> cameras,
                    sensor_board_ptr sensors) {
  open_files result;
  result.durable_frames = [cameras = std::move(cameras)](const std::string& id,
                                                         int64_t start_ms)
    -> std::optional<uint64_t> {
    for (auto& x : cameras->look())
      if (x.server.id == id)
        return durable_in(*x.ledger, start_ms);
    return std::nullopt;
  };
  result.undurable_readings =
    [sensors = std::move(sensors)](const std::string& topic) -> uint64_t {
    auto all = sensors->look();
    auto i = all.find(topic);
    return i == all.end() ? 0 : i->second.written - i->second.durable;
  };
  return result;
}

} // namespace camnode
