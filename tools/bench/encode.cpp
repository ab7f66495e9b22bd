#include "tools/bench/commands.hpp"

#include "actors/camera/encode_pool.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace camnode::bench {

namespace {

std::vector<uint8_t> read_picture(const std::string& path, int width,
                                  int height) {
  std::ifstream in{path, std::ios::binary};
  std::vector<uint8_t> result{std::istreambuf_iterator<char>{in}, {}};
  if (result.size() != static_cast<size_t>(width * height) * 3 / 2)
    throw std::runtime_error(path + " is not one planar 4:2:0 picture of "
                             + std::to_string(width) + "x"
                             + std::to_string(height));
  return result;
}

raw_picture planar(const std::vector<uint8_t>& bytes, int width, int height) {
  raw_picture result;
  result.width = width;
  result.height = height;
  auto luma = static_cast<size_t>(width * height);
  size_t offsets[] = {0, luma, luma + luma / 4};
  for (int i = 0; i < 3; ++i) {
    result.planes[i] = bytes.data() + offsets[i];
    result.strides[i] = i == 0 ? width : width / 2;
  }
  return result;
}

/// Counts frames, and lets the feeder wait until there is room for another.
class turnstile {
public:
  source_events events() {
    source_events result;
    result.on_frame = [this](captured_frame x) {
      std::lock_guard<std::mutex> guard{mutex_};
      ++frames_;
      bytes_ = x.jpeg.size();
      changed_.notify_one();
    };
    result.on_loss = [](loss_place, uint64_t) {
      throw std::logic_error("the pool was fuller than it was fed");
    };
    return result;
  }

  void wait(uint64_t frames) {
    std::unique_lock<std::mutex> guard{mutex_};
    changed_.wait(guard, [&] { return frames_ >= frames; });
  }

  size_t frame_bytes() const {
    return bytes_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t frames_ = 0;
  size_t bytes_ = 0;
};

double cpu_seconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

} // namespace

int run_encode(const arguments& args) {
  using clock = std::chrono::steady_clock;
  auto width = static_cast<int>(args.number("width", 1920));
  auto height = static_cast<int>(args.number("height", 1080));
  auto threads = static_cast<size_t>(args.number("threads", 1));
  auto bytes = read_picture(args.word(0, "a picture"), width, height);
  raw_frame frame;
  frame.picture = planar(bytes, width, height);
  std::chrono::duration<double> length{args.number("seconds", 5)};
  auto limit = threads + 2;
  quality_control quality{static_cast<int>(args.number("quality", 80)), 0, 30};
  turnstile done;
  uint64_t fed = 0;
  auto begin = clock::now();
  auto cpu_begin = cpu_seconds();
  {
    encode_pool pool{threads, limit, quality, done.events(), jpeg_encoding()};
    while (clock::now() - begin < length) {
      if (fed >= limit)
        done.wait(fed - limit + 1);
      pool.add(frame);
      ++fed;
    }
  }
  std::chrono::duration<double> took = clock::now() - begin;
  printf(
    "{\"frames\": %llu, \"fps\": %.2f, \"cpu_ms\": %.3f, \"bytes\": %zu}\n",
    static_cast<unsigned long long>(fed),
    static_cast<double>(fed) / took.count(),
    (cpu_seconds() - cpu_begin) * 1000 / static_cast<double>(fed),
    done.frame_bytes());
  return 0;
}

} // namespace camnode::bench
