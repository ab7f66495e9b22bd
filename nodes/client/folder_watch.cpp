#include "nodes/client/folder_watch.hpp"

#include "actors/base/log.hpp"
#include "nodes/recovery/legacy_client.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace camnode {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Not `data.dir`, which is SESSION's to set and to take back.
constexpr auto alarm_name = "legacy client";

/// How long after its last byte a film counts as being written.
constexpr auto fresh = 60s;

/// A look costs a hundredth of the time at most, however large the folder is.
constexpr clock::duration shortest_rest = 10s;
constexpr int rest_per_look = 100;

} // namespace

struct folder_watch::state {
  state(std::filesystem::path folder, alarm_board& board)
    : dir(std::move(folder)), alarms(board) {
  }

  void run() {
    std::unique_lock<std::mutex> guard{mutex};
    while (!ended) {
      guard.unlock();
      auto begin = clock::now();
      auto found = find_legacy_film(
        dir, std::filesystem::file_time_type::clock::now() - fresh);
      auto rest = std::max(shortest_rest,
                           rest_per_look * (clock::now() - begin));
      guard.lock();
      if (ended)
        return;
      tell(found);
      changed.wait_for(guard, rest, [this] { return ended; });
    }
  }

  void tell(const std::string& found) {
    if (found.empty() != told)
      return; // Nothing new.
    told = !found.empty();
    auto why = told ? found
                        + ": a client of the legacy system records into "
                          "this folder, and may rename films of camnode's: "
                          "give each client a folder of its own"
                    : std::string{};
    alarms.set(alarm_name, why);
    if (told)
      log_warning("node", "data.dir=", dir.string(), ": ", why);
  }

  const std::filesystem::path dir;
  std::mutex mutex; ///< For what follows.
  std::condition_variable changed;
  alarm_board& alarms;
  bool told = false;
  bool ended = false;
};

folder_watch::folder_watch(std::filesystem::path dir, alarm_board& alarms)
  : state_(std::make_shared<state>(std::move(dir), alarms)) {
  std::thread{[x = state_] { x->run(); }}.detach();
}

folder_watch::~folder_watch() {
  std::lock_guard<std::mutex> guard{state_->mutex};
  state_->ended = true;
  state_->changed.notify_all();
}

} // namespace camnode
