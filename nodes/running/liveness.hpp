#pragma once

#include <cstdint>

namespace camnode {

/// Whether an actor still answers when asked if it lives. Counts looks rather
/// than time: a node that was frozen, or that gets no processor, does not look
/// either, and so does not take its own pause for theirs.
class liveness {
public:
  enum class verdict {
    ask,  ///< All is well: ask again.
    wait, ///< The last question is still unanswered.
    dead, ///< It has been for `patience` looks. Said once.
  };

  /// Looks without an answer, at one look a second.
  static constexpr int patience = 5;

  /// @param answers How often the actor has answered so far.
  verdict look(uint64_t answers) {
    if (answers >= asked_) {
      asked_ = answers + 1;
      silent_ = 0;
      return verdict::ask;
    }
    if (silent_ >= patience)
      return verdict::wait;
    return ++silent_ == patience ? verdict::dead : verdict::wait;
  }

private:
  uint64_t asked_ = 0; ///< At most one question is on its way.
  int silent_ = 0;
};

} // namespace camnode
