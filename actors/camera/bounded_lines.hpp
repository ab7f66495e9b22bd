#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace camnode {

/// Turns what a program writes into lines that can be logged: printable, at
/// most `max_line_bytes` long, and at most `lines_per_second`; what is left
/// out is counted and said. Pure: the caller brings the time.
class bounded_lines {
public:
  static constexpr size_t max_line_bytes = 512;
  static constexpr unsigned lines_per_second = 10;

  explicit bounded_lines(std::function<void(std::string)> sink);

  /// Takes bytes that came at `now_ns` of any steady clock.
  void put(const char* data, size_t size, int64_t now_ns);

  /// Says how many lines were left out, once their second is over.
  void tick(int64_t now_ns);

  /// Says what is left to say: an unfinished line, and the count.
  void finish(int64_t now_ns);

  /// Whether `tick` will have something to say.
  bool owes() const {
    return left_out_ > 0;
  }

  /// The last line with more than spaces in it, said or left out.
  const std::string& last() const {
    return last_;
  }

private:
  void end_line(int64_t now_ns);
  void say_left_out();

  const std::function<void(std::string)> sink_;
  std::string line_;
  std::string last_;
  int64_t second_begin_ns_ = 0;
  unsigned said_ = 0; ///< Lines in the present second.
  uint64_t left_out_ = 0;
};

} // namespace camnode
