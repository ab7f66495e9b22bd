#pragma once

// What the tests of RECORDER share. Include it after `camnode_test.hpp`.

#include "actors/base/file_ops.hpp"
#include "actors/recorder/piece_writer.hpp"
#include "actors/shared/frame_ring.hpp"
#include "actors/shared/recording_ledger.hpp"
#include "actors/shared/stop_line.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/frame_samples.hpp"

#include <cerrno>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace camnode_test {

/// Takes the place of the files: keeps what is written per piece, in the
/// order of their opening. Outlives the writers.
struct fake_disk {
  struct entry {
    uint64_t epoch;
    uint64_t sequence;
    int64_t capture_ns;
    uint32_t flags;
    int64_t moved_ns = 0;
  };

  struct piece {
    int64_t start_ms;
    uint16_t width;
    uint16_t height;
    std::vector<entry> frames;
    size_t synced = 0; ///< Frames that are durable.
    int syncs = 0;
    int64_t end_ms = 0; ///< 0 while it is open.
  };

  camnode::open_piece opener() {
    return [this](int64_t start_ms, uint16_t width,
                  uint16_t height) -> caf::expected<camnode::piece_writer_ptr> {
      if (broken)
        return caf::make_error(camnode::ec::open_failed, std::string{"broken"});
      if (namesake)
        return caf::make_error(camnode::ec::bad_message,
                               std::string{"another folder's name"});
      if (taken.count(start_ms) > 0)
        return camnode::file_error(camnode::ec::open_failed, "taken", EEXIST);
      pieces.push_back({start_ms, width, height, {}});
      return camnode::piece_writer_ptr{new writer(*this, pieces.back())};
    };
  }

  std::list<piece> pieces;
  std::set<int64_t> taken;   ///< Starts that other files have.
  bool broken = false;       ///< No piece can be opened.
  bool namesake = false;     ///< The folder's name is that of another one.
  bool full = false;         ///< No frame can be appended.
  bool forgets = false;      ///< Nothing can be synced.
  uint64_t bad_sequence = 0; ///< The frame that no piece takes.

private:
  struct writer : camnode::piece_writer {
    writer(fake_disk& d, piece& s) : disk(d), to(s) {
    }

    caf::error append(const camnode::frame& x, int64_t capture_ns,
                      uint32_t flags, int64_t moved_ns) override {
      using camnode::ec;
      if (disk.full)
        return caf::make_error(ec::write_failed, std::string{"disk full"});
      if (x.sequence == disk.bad_sequence)
        return caf::make_error(ec::bad_message, std::string{"bad"});
      to.frames.push_back({x.epoch, x.sequence, capture_ns, flags, moved_ns});
      return caf::none;
    }

    caf::error sync() override {
      if (disk.forgets) {
        to.frames.resize(to.synced);
        return caf::make_error(camnode::ec::sync_failed, std::string{"gone"});
      }
      ++to.syncs;
      to.synced = to.frames.size();
      return caf::none;
    }

    caf::error close(int64_t end_ms) override {
      to.synced = to.frames.size();
      to.end_ms = end_ms;
      return caf::none;
    }

    fake_disk& disk;
    piece& to;
  };
};

/// One recorder, its ring and its disk. Times of frames are milliseconds from
/// the session's start; the server's clock is 5 s behind the client's.
struct recorder_fixture : actor_fixture {
  static constexpr int64_t ms = 1'000'000;

  /// A recorder looks at its ring once in this time.
  static constexpr caf::timespan beat = std::chrono::milliseconds{250};

  static constexpr int64_t start_ms = 1'800'000'000'000;
  static constexpr int64_t server_offset_ns = 5'000 * ms;

  recorder_fixture();
  ~recorder_fixture() override;

  void start_recorder();

  void record();

  void stop_at(int64_t at_ms);

  std::shared_ptr<camnode::frame> frame_at(int64_t at_ms, uint64_t sequence,
                                           uint64_t epoch = 1);

  void push(camnode::frame_ptr x) {
    ring->push(std::move(x), now_ns);
  }

  /// Has the recorder see a frame at once.
  void see(camnode::frame_ptr x) {
    push(std::move(x));
    look();
  }

  /// Has the recorder read the ring without waiting for its beat.
  void look();

  void see(int64_t at_ms, uint64_t sequence, uint64_t epoch = 1) {
    see(frame_at(at_ms, sequence, epoch));
  }

  /// A frame that the viewer has told a loss of.
  void see_after_gap(int64_t at_ms, uint64_t sequence, camnode::frame_gap gap,
                     uint64_t epoch = 1);

  /// Per piece: its name, and the numbers of its frames.
  std::vector<std::string> written() const;

  /// The ledger's losses in words.
  std::vector<std::string> losses() const;

  bool finished() const {
    return ledger->look().state == camnode::ledger_figures::phase::finished;
  }

  fake_disk disk;
  std::vector<std::string> completed; ///< Starts of pieces that were left open.
  camnode::stop_line_ptr stop = std::make_shared<camnode::stop_line>();
  bool away = false; ///< Whether the camera is expected back.
  std::shared_ptr<camnode::frame_ring> ring;
  camnode::recording_ledger_ptr ledger;
  camnode::session_info session;
  camnode::recorder_actor testee;
};

using texts = std::vector<std::string>;

} // namespace camnode_test
