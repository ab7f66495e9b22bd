#pragma once

#include "actors/base/io_thread.hpp"
#include "actors/viewer/server_door.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace camnode {

/// Who answers at an address.
struct trial_answer {
  std::string id;      ///< What it calls itself; empty if it does not say.
  uint64_t epoch = 0;  ///< Its run; 0 if it does not say.
  std::string trouble; ///< Why nobody answers; empty if somebody does.
};

/// Asks once who is at an address, beside a connection that goes on.
class address_trial {
public:
  /// @param done Called once, within some seconds, on the I/O thread; must
  ///        return at once.
  address_trial(io_thread& io, server_door at,
                std::function<void(trial_answer)> done);

  /// When it returns, `done` is not called any more.
  ~address_trial();

private:
  struct implementation;

  std::shared_ptr<implementation> impl_;
};

} // namespace camnode
