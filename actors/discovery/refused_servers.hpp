#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace camnode {

/// Who is not taken as a server, and why, so that each can be named once and
/// nobody is missed without a word. Bounded. Pure; times are ns on one steady
/// clock.
class refused_servers {
public:
  enum class reason {
    address, ///< No camera has its address.
    allowed, ///< It is outside of `discovery.allow`.
    room,    ///< The table is full.
  };

  /// How many are known by name.
  static constexpr size_t max_names = 256;

  struct counters { ///< Announcements and answers.
    uint64_t bad_address = 0;
    uint64_t not_allowed = 0;
    uint64_t table_full = 0;
  };

  /// Nothing is taken from server `id`.
  /// @param details Why, in words that go on after a colon.
  /// @param until_ns For one that only answers: when it is forgotten unless it
  ///        answers again. 0: it announced itself.
  void add(reason why, const std::string& id, const std::string& ip,
           const std::string& details, int64_t until_ns = 0);

  /// Server `id` is taken, or gone.
  void remove(const std::string& id);

  void tick(int64_t now_ns);

  /// What is to be logged: a line for each that was not named before.
  std::vector<std::string> take_news();

  /// How many there are now, and who the first ones are; empty if there are
  /// none.
  std::string in_words() const;

  const counters& counts() const {
    return counts_;
  }

private:
  struct entry {
    reason why;
    std::string id;
    std::string ip;
    bool present;
    int64_t until_ns;
  };

  void count(reason why);
  bool make_room();
  std::string in_words(reason why, const std::string& what) const;

  std::vector<entry> entries_; ///< In the order in which they came.
  std::vector<std::string> news_;
  bool overflow_told_ = false;
  counters counts_;
};

} // namespace camnode
