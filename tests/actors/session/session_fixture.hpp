#pragma once

// What the tests of SESSION share. Include it after `camnode_test.hpp`.

#include "actors/base/held_folder.hpp"
#include "actors/session/late_sessions.hpp"
#include "actors/session/manifest_writer.hpp"
#include "actors/shared/fleet.hpp"
#include "actors/shared/sensor_board.hpp"
#include "actors/shared/stop_line.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/fake_supervisor.hpp"
#include "tests/actors/frame_samples.hpp"
#include "tests/scratch_directory.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace camnode_test {

/// Takes manifests at once, refuses them, or does not answer.
class fake_manifests : public camnode::manifest_writer {
public:
  uint64_t write(const std::filesystem::path& path, std::string text,
                 bool) override {
    auto& x = files_[path];
    ++x.version;
    ++written;
    x.waiting = std::move(text);
    if (!lazy)
      go_on();
    return x.version;
  }

  camnode::manifest_progress
  look(const std::filesystem::path& path) const override {
    auto i = files_.find(path);
    return i == files_.end() ? camnode::manifest_progress{}
                             : i->second.progress;
  }

  void wait(const std::filesystem::path&, caf::timespan patience) override {
    waited += patience;
    go_on();
  }

  void forget(const std::filesystem::path& path) override {
    files_.erase(path);
  }

  /// Tries what waits.
  void go_on() {
    for (auto& [path, x] : files_) {
      if (stuck || x.progress.tried == x.version)
        continue;
      x.progress.tried = x.version;
      x.progress.error = error;
      if (!error.empty())
        continue;
      x.progress.written = x.version;
      std::filesystem::create_directories(path.parent_path());
      std::ofstream{path} << x.waiting;
    }
  }

  bool stuck = false;
  bool lazy = false;         ///< Takes none before somebody waits.
  caf::timespan waited = {}; ///< The patience of all who waited.
  std::string error;         ///< Why it refuses; empty: it does not.
  int written = 0;           ///< Versions, ever.

private:
  struct file {
    uint64_t version = 0;
    std::string waiting;
    camnode::manifest_progress progress;
  };

  std::map<std::filesystem::path, file> files_;
};

/// A supervisor's child whose cameras and sensors are the test's.
struct session_fixture : actor_fixture {
  static constexpr int64_t ms = 1'000'000;
  static constexpr int64_t start_ms = 1'800'000'000'000;

  /// A stop on command lies this far ahead.
  static constexpr int64_t lead_ms = 50;

  session_fixture();
  ~session_fixture() override;

  /// UTC goes as the clock does, half a millisecond into the start.
  int64_t utc_ns() const {
    return start_ms * ms + 500'000 + (now_ns - born_ns);
  }

  void start_session_actor(camnode::session_info current = {},
                           camnode::session_past past = {});

  camnode::recording_ledger_ptr add_camera(const std::string& id);

  void start_recording(const std::string& label = "", int64_t duration_ms = 0,
                       bool force = false);

  void stop_recording();

  /// What stands at `pointer` in the manifest of the session; null without.
  nlohmann::json manifest(const std::string& pointer,
                          const std::string& suffix = "") const;

  /// What stands at `pointer` in the truth that was told last.
  nlohmann::json light(const std::string& pointer) const;

  scratch_directory scratch;
  std::shared_ptr<fake_manifests> disk = std::make_shared<fake_manifests>();
  camnode::late_sessions_ptr late = std::make_shared<camnode::late_sessions>();
  told_by_children told;
  camnode::stop_line_ptr stop = std::make_shared<camnode::stop_line>();
  std::shared_ptr<camnode::fleet> cameras;
  camnode::sensor_board_ptr sensors;
  int64_t born_ns;
  camnode::client_supervisor_actor parent;
  camnode::session_actor testee;
  std::optional<uint64_t> free_bytes; ///< Of the disk.
  camnode::held_folder_ptr folder;    ///< The data folder, where it matters.
  bool with_sensors = false;          ///< Whether the test is the sensor log.
};

/// One frame of session `x`, in a file that is open.
inline void record_one(camnode::recording_ledger& to,
                       const camnode::session_info& x) {
  to.begin(x);
  to.piece_opened(0, x.start_ms, std::to_string(x.start_ms));
  to.written(*new_frame(1, 1, 10));
}

} // namespace camnode_test
