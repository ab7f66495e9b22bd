#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace camnode {

/// Tells news to all who listen. Any thread.
class live_feed {
public:
  /// Is told each text; returns at once.
  using listener = std::function<void(const std::string&)>;

  static constexpr size_t max_listeners = 32;

  /// @returns What `x` is told the news for, as long as it lives; null if too
  ///          many listen already. May outlive the feed.
  std::shared_ptr<void> listen(listener x) const {
    std::lock_guard<std::mutex> guard{all_->mutex};
    if (all_->listeners.size() >= max_listeners)
      return nullptr;
    auto id = ++all_->last;
    all_->listeners.emplace(id, std::move(x));
    return {all_.get(), [all = all_, id](void*) {
              std::lock_guard<std::mutex> last_guard{all->mutex};
              all->listeners.erase(id);
            }};
  }

  void tell(const std::string& text) const {
    std::lock_guard<std::mutex> guard{all_->mutex};
    for (auto& [id, x] : all_->listeners)
      x(text);
  }

private:
  struct listeners_of_all {
    std::mutex mutex;
    uint64_t last = 0;
    std::map<uint64_t, listener> listeners;
  };

  const std::shared_ptr<listeners_of_all> all_
    = std::make_shared<listeners_of_all>();
};

} // namespace camnode
