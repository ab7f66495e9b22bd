#include "actors/discovery/refused_servers.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// Enough to find the fault; the log has the others.
constexpr size_t named_in_alarm = 3;

} // namespace

void refused_servers::add(reason why, const std::string& id,
                          const std::string& ip, const std::string& details,
                          int64_t until_ns) {
  count(why);
  // One that also answers is known by its announcement alone.
  auto by_answer = until_ns != 0;
  for (auto& x : entries_)
    if (x.present && x.ip == ip && (x.until_ns != 0) != by_answer) {
      if (by_answer)
        return;
      x.present = false;
    }
  auto known = std::find_if(entries_.begin(), entries_.end(), [&](auto& x) {
    return x.why == why && x.id == id;
  });
  if (known != entries_.end()) {
    known->ip = ip;
    known->present = true;
    known->until_ns = until_ns;
    return;
  }
  if (make_room()) {
    entries_.push_back({why, id, ip, true, until_ns});
    news_.push_back("ignored server " + id + " at " + ip + ": " + details);
  } else if (!std::exchange(overflow_told_, true)) {
    news_.push_back("ignored more than " + std::to_string(max_names)
                    + " servers; the others are counted only");
  }
}

void refused_servers::count(reason why) {
  ++(why == reason::address   ? counts_.bad_address
     : why == reason::allowed ? counts_.not_allowed
                              : counts_.table_full);
}

// Those that are gone stay known, so that none is named again and again.
bool refused_servers::make_room() {
  if (entries_.size() < max_names)
    return true;
  auto gone = std::find_if(entries_.begin(), entries_.end(),
                           [](auto& x) { return !x.present; });
  if (gone == entries_.end())
    return false;
  entries_.erase(gone);
  return true;
}

void refused_servers::remove(const std::string& id) {
  for (auto& x : entries_)
    if (x.id == id)
      x.present = false;
}

void refused_servers::tick(int64_t now_ns) {
  for (auto& x : entries_)
    if (x.until_ns != 0 && now_ns >= x.until_ns)
      x.present = false;
}

std::vector<std::string> refused_servers::take_news() {
  return std::exchange(news_, {});
}

std::string refused_servers::in_words() const {
  std::string result;
  for (auto& text :
       {in_words(reason::address, "at addresses that no camera has"),
        in_words(reason::allowed, "outside of discovery.allow"),
        in_words(reason::room, "for which there is no room")})
    if (!text.empty())
      result += (result.empty() ? "" : "; ") + text;
  return result;
}

std::string refused_servers::in_words(reason why,
                                      const std::string& what) const {
  size_t n = 0;
  std::string names;
  for (auto& x : entries_)
    if (x.present && x.why == why && ++n <= named_in_alarm)
      names += (n == 1 ? "" : ", ") + x.id + " (" + x.ip + ")";
  if (n == 0)
    return {};
  auto full = entries_.size() >= max_names;
  if (n > named_in_alarm)
    names += " and " + std::to_string(n - named_in_alarm)
             + (full ? " or more others" : " more");
  return std::to_string(n) + (n == 1 ? " server " : " servers ") + what
         + (n == 1 ? " is" : " are") + " ignored: " + names;
}

} // namespace camnode
