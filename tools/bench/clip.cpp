#include "tools/bench/clip.hpp"

#include "actors/camera/jpeg_splitter.hpp"

#include <time.h>

#include <fstream>
#include <stdexcept>

namespace camnode::bench {

clip::clip(const std::string& path) {
  constexpr size_t read_bytes = 65536;
  std::ifstream file{path, std::ios::binary};
  jpeg_splitter splitter;
  while (file) {
    auto room = splitter.prepare(read_bytes);
    file.read(reinterpret_cast<char*>(room.data),
              static_cast<std::streamsize>(room.size));
    splitter.commit(static_cast<size_t>(file.gcount()), 0);
    while (auto x = splitter.next())
      frames_.push_back(std::move(x->jpeg));
  }
  if (frames_.empty())
    throw std::runtime_error(path + ": no JPEGs");
}

stamp clip::stamp_now(uint64_t sequence) const {
  return {sequence, stamped_size(at(sequence).size()), now_ns()};
}

int64_t now_ns() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

} // namespace camnode::bench
