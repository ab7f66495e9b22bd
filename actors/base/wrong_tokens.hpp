#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace camnode {

/// Makes guessing slow: whoever shows a wrong token waits a second for his
/// answer, and of several from one address each waits for the one before it.
/// A right token never waits, so that nobody is locked out by who guesses at
/// his address.
class wrong_tokens {
public:
  /// No answer waits for longer: then several come at once.
  static constexpr std::chrono::nanoseconds longest = std::chrono::seconds(60);

  /// @param most Addresses that are told apart; further ones count as one.
  explicit wrong_tokens(size_t most = 1024) : most_(most) {
  }

  /// A wrong token has come. @returns How long its answer has to wait.
  std::chrono::nanoseconds take(const std::string& address, int64_t now_ns);

private:
  const size_t most_;

  /// When the last answer is due, by address.
  std::map<std::string, int64_t> due_ns_;
};

} // namespace camnode
