#include "actors/session/roll_call.hpp"

#include "actors/session/camera_state.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

std::map<std::string, std::string>
roll_call::missing(const std::vector<fleet_member>& xs, int64_t utc_ns,
                   int64_t now_ns) {
  std::map<std::string, std::string> result;
  for (auto& x : xs)
    if (x.expected && !x.board->look().connected)
      result[x.server.id] = away_text(x, utc_ns, now_ns);
  return result;
}

std::string
roll_call::refusal(const std::map<std::string, std::string>& missing) {
  std::string result;
  for (auto& [id, since] : missing)
    result += (result.empty() ? "" : "; ") + id + " is not there, " + since;
  if (!result.empty())
    result += "; start with \"without_missing\":true to record the others";
  return result;
}

void roll_call::begin(const std::vector<fleet_member>& xs) {
  not_back_.clear();
  for (auto& id : last_) {
    auto is_it = [&](const auto& x) {
      return x.server.id == id && x.board->look().connected;
    };
    if (std::none_of(xs.begin(), xs.end(), is_it))
      not_back_.push_back(id);
  }
}

void roll_call::end(const std::vector<fleet_member>& xs, int64_t session_ms) {
  std::vector<std::string> recorded;
  for (auto& x : xs) {
    auto books = x.ledger->look();
    if (books.session_ms == session_ms && books.written > 0)
      recorded.push_back(x.server.id);
  }
  if (!recorded.empty())
    last_ = std::move(recorded);
  not_back_.clear();
}

} // namespace camnode
