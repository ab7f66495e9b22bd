#pragma once

#include "actors/session/manifest_writer.hpp"
#include "actors/session/session_report.hpp"

#include <caf/timespan.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace camnode {

/// One session's manifest on its way to the disk: which version is there, which
/// is due, and since when the disk lacks one. Times are `client_clock_ns`.
class manifest_file {
public:
  /// How soon the manifest has what a crash would lose of the books, and how
  /// soon it is tried again; as much more for each MiB that it has.
  static constexpr int64_t news_interval_ns = 1'000'000'000;

  /// A manifest that is not on disk after this is told of.
  static constexpr int64_t unwritten_patience_ns = 2'000'000'000;

  /// Nobody's, until another one is assigned.
  manifest_file() = default;

  manifest_file(manifest_writer_ptr writer, std::filesystem::path path);

  /// Has the manifest of `x` written, in the state that `x` has.
  void write(const session_view& x);

  /// Writes it if the last version was refused or is outdated, has another
  /// state, or lacks what cannot be told from the files alone: losses, other
  /// runs of a server, new cameras and sensors. Not too often.
  /// @param make_view Called if there may be news.
  void write_if_news(int64_t now_ns,
                     const std::function<session_view()>& make_view);

  /// A new version is due.
  void outdate() {
    outdated_ = true;
  }

  /// Waits for the disk, at most for `patience`.
  void wait(caf::timespan patience);

  /// Looks what became of the last version.
  void check();

  /// Nobody needs it any longer.
  void forget();

  /// As the newest version says; empty if there is none.
  const std::string& state() const {
    return state_;
  }

  /// Whether the session is finished, on disk.
  bool is_closed() const {
    return state_ == "finished" && unwritten_ns_ == 0;
  }

  /// Why the newest version is not on disk for too long; empty: it is, or may
  /// be soon.
  std::string fault(int64_t now_ns) const;

private:
  manifest_writer_ptr writer_;
  std::filesystem::path path_;
  std::string digest_; ///< Of what it has that files do not tell.
  std::string state_;
  uint64_t version_ = 0;     ///< The newest one; 0: there is none yet.
  size_t bytes_ = 0;         ///< Of that.
  int64_t asked_ns_ = 0;     ///< When it was made.
  int64_t unwritten_ns_ = 0; ///< Since when the disk lacks one; 0: it does not.
  std::string error_;        ///< Why it does.
  bool outdated_ = false;
};

} // namespace camnode
