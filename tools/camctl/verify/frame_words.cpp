#include "tools/camctl/verify/frame_words.hpp"

#include "messages/when.hpp"

#include <optional>

namespace camnode {

frame_words::frame_words(const manifest_camera& books,
                         const std::vector<checked_piece>& pieces,
                         int64_t near_ns)
  : near_ns_(near_ns) {
  std::optional<uint64_t> first;
  auto see = [&](uint64_t epoch) {
    several_ |= first.value_or(epoch) != epoch;
    first = epoch;
  };
  for (auto& x : books.losses)
    see(x.epoch);
  for (auto& x : books.breaks) {
    see(x.last.epoch);
    if (x.until.sequence != 0)
      see(x.until.epoch);
  }
  for (auto& piece : pieces)
    for (auto& x : piece.facts.index.ranges)
      see(x.epoch);
}

std::string frame_words::of(const frame_range& x) const {
  auto result = x.first == x.last ? "frame " + std::to_string(x.first)
                                  : "frames " + std::to_string(x.first) + " to "
                                      + std::to_string(x.last);
  return result + of_run(x.epoch);
}

std::string frame_words::of(const recorded_loss& x) const {
  return part_of(x.frames(), {x.epoch, x.first, x.last}) + ": "
         + to_string(x.place) + before(x.before_ns);
}

std::string frame_words::part_of(uint64_t n, const frame_range& x) const {
  auto all = x.first <= x.last && n == x.last - x.first + 1;
  return (all ? std::string{} : std::to_string(n) + " of ") + of(x);
}

std::string frame_words::of(const recorded_break& x) const {
  auto result = "what was captured after frame "
                + std::to_string(x.last.sequence) + of_run(x.last.epoch)
                + " is unknown: ";
  if (x.until.sequence != 0 && x.until.epoch == x.last.epoch)
    result += "the numbers jump to " + std::to_string(x.until.sequence);
  else if (x.until.sequence != 0)
    result += "another run goes on with number "
              + std::to_string(x.until.sequence);
  else
    result += x.last.epoch == 0 ? "the stream was broken off"
                                : "another run began";
  return result + before(x.before_ns);
}

std::string frame_words::of_run(uint64_t epoch) const {
  if (!several_)
    return {};
  return epoch == 0 ? " of a stream without numbers"
                    : " of run " + run_text(epoch);
}

std::string frame_words::before(int64_t ns) const {
  return ns == 0 ? std::string{} : ", before " + time_text(ns, near_ns_);
}

} // namespace camnode
