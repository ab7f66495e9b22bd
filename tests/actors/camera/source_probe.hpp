#pragma once

#include "actors/camera/frame_source.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

namespace camnode_test {

/// How long a test waits for what must come. Reached only by a failure.
constexpr std::chrono::seconds patience{30};

/// Collects what a source reports, for a test to wait for.
class source_probe {
public:
  camnode::source_events events() {
    camnode::source_events result;
    result.on_frame = [this](camnode::captured_frame x) {
      update([&] { frames_.push_back(std::move(x)); });
    };
    result.on_loss = [this](camnode::loss_place place, uint64_t count) {
      update([&] {
        loss_place_ = place;
        lost_ += count;
      });
    };
    result.on_end = [this](caf::error reason) {
      update([&] {
        ++ends_;
        end_ = reason;
      });
    };
    return result;
  }

  void add_line(std::string x) {
    update([&] { lines_.push_back(std::move(x)); });
  }

  /// @returns false if they did not come in time, or after the end.
  bool wait_frames(size_t n) {
    wait([&] { return frames_.size() >= n || ends_ > 0; });
    return frame_count() >= n;
  }

  bool wait_lines(size_t n) {
    return wait([&] { return lines_.size() >= n; });
  }

  bool wait_end() {
    return wait([&] { return ends_ > 0; });
  }

  bool wait_loss() {
    return wait([&] { return lost_ > 0; });
  }

  size_t frame_count() const {
    std::lock_guard<std::mutex> guard{mutex_};
    return frames_.size();
  }

  uint64_t lost() const {
    std::lock_guard<std::mutex> guard{mutex_};
    return lost_;
  }

  camnode::loss_place place_of_loss() const {
    std::lock_guard<std::mutex> guard{mutex_};
    return loss_place_;
  }

  int ends() const {
    std::lock_guard<std::mutex> guard{mutex_};
    return ends_;
  }

  std::string end_text() const {
    std::lock_guard<std::mutex> guard{mutex_};
    return camnode::describe(end_);
  }

  caf::error end() const {
    std::lock_guard<std::mutex> guard{mutex_};
    return end_;
  }

  std::vector<std::string> lines() const {
    std::lock_guard<std::mutex> guard{mutex_};
    return lines_;
  }

  /// What came so far; frames are moved out.
  std::vector<camnode::captured_frame> take_frames() {
    std::lock_guard<std::mutex> guard{mutex_};
    return std::move(frames_);
  }

private:
  template <class F>
  void update(F f) {
    {
      std::lock_guard<std::mutex> guard{mutex_};
      f();
    }
    changed_.notify_all();
  }

  template <class F>
  bool wait(F f) {
    std::unique_lock<std::mutex> guard{mutex_};
    return changed_.wait_for(guard, patience, f);
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<camnode::captured_frame> frames_;
  std::vector<std::string> lines_;
  camnode::loss_place loss_place_ = camnode::loss_place::none;
  uint64_t lost_ = 0;
  int ends_ = 0;
  caf::error end_;
};

/// A fresh directory that goes away with everything in it.
class temporary_directory {
public:
  temporary_directory() {
    if (!mkdtemp(&path_[0]))
      abort();
  }

  ~temporary_directory() {
    auto command = "rm -rf '" + path_ + "'";
    if (system(command.c_str()) != 0)
      perror(path_.c_str());
  }

  std::string operator/(const std::string& name) const {
    return path_ + '/' + name;
  }

private:
  std::string path_ = "/tmp/camnode-test-XXXXXX";
};

inline void write_file(const std::string& path,
                       const std::vector<uint8_t>& content) {
  std::ofstream file{path, std::ios::binary};
  file.write(reinterpret_cast<const char*>(content.data()),
             static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file)
    abort();
}

} // namespace camnode_test
