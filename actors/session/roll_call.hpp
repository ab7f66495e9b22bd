#pragma once

#include "actors/shared/fleet.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace camnode {

/// Who should be there when a recording starts, and is not: the cameras of
/// `record.expect`, and those of the last session. Not thread safe.
class roll_call {
public:
  /// @param last Those that the last session has frames of, by id.
  explicit roll_call(std::vector<std::string> last = {})
    : last_(std::move(last)) {
  }

  /// Those that are expected and not connected, by id, and since when.
  /// @param utc_ns The time now, `now_ns` on the client's clock.
  static std::map<std::string, std::string>
  missing(const std::vector<fleet_member>& xs, int64_t utc_ns, int64_t now_ns);

  /// Why a start is refused where `missing` are; empty: it is not.
  static std::string refusal(const std::map<std::string, std::string>& missing);

  /// A session begins with `xs`.
  void begin(const std::vector<fleet_member>& xs);

  /// Session `session_ms` is complete, or late.
  void end(const std::vector<fleet_member>& xs, int64_t session_ms);

  /// Cameras of the session before that the present one began without.
  const std::vector<std::string>& not_as_last_time() const {
    return not_back_;
  }

private:
  std::vector<std::string> last_;
  std::vector<std::string> not_back_;
};

} // namespace camnode
