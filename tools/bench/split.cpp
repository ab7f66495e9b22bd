#include "actors/camera/jpeg_splitter.hpp"
#include "tools/bench/commands.hpp"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace camnode::bench {

namespace {

/// What a source reads at once.
constexpr size_t read_bytes = 65536;

constexpr int passes = 10;

using bytes = std::vector<char>;

/// @returns How many frames there are.
size_t split(const bytes& stream) {
  jpeg_splitter splitter;
  size_t frames = 0;
  for (size_t i = 0; i < stream.size();) {
    auto room = splitter.prepare(read_bytes);
    auto n = std::min(read_bytes, stream.size() - i);
    memcpy(room.data, stream.data() + i, n);
    splitter.commit(n, 0);
    while (splitter.next())
      ++frames;
    i += n;
  }
  splitter.finish();
  while (splitter.next())
    ++frames;
  return frames;
}

/// @returns How many bytes may begin a marker.
size_t scan(const bytes& stream) {
  bytes buffer(read_bytes);
  size_t marks = 0;
  for (size_t i = 0; i < stream.size();) {
    auto n = std::min(read_bytes, stream.size() - i);
    memcpy(buffer.data(), stream.data() + i, n);
    for (size_t at = 0; at < n; ++at, ++marks) {
      auto* found = memchr(buffer.data() + at, 0xFF, n - at);
      if (!found)
        break;
      at = static_cast<size_t>(static_cast<char*>(found) - buffer.data());
    }
    i += n;
  }
  return marks;
}

int64_t cpu_ns() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

/// @returns CPU time.
/// @param found Receives what `f` found, so that it is not left out.
double seconds_of(size_t (*f)(const bytes&), const bytes& stream,
                  size_t& found) {
  auto begin = cpu_ns();
  for (int i = 0; i < passes; ++i)
    found = f(stream);
  return static_cast<double>(cpu_ns() - begin) / 1e9;
}

double median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return x[x.size() / 2];
}

} // namespace

int run_split(const arguments& args) {
  auto& path = args.word(0, "an MJPEG file");
  auto rounds = static_cast<int>(args.number("rounds", 15));
  std::ifstream file{path, std::ios::binary};
  bytes stream{std::istreambuf_iterator<char>{file}, {}};
  if (split(stream) == 0)
    throw std::runtime_error(path + ": no JPEGs");
  auto mb = static_cast<double>(stream.size()) * passes / 1e6;
  std::vector<double> ours, theirs, ratios;
  size_t frames = 0;
  size_t marks = 0;
  for (int i = 0; i < rounds; ++i) {
    auto a = seconds_of(split, stream, frames);
    auto b = seconds_of(scan, stream, marks);
    ours.push_back(mb / a);
    theirs.push_back(mb / b);
    ratios.push_back(a / b);
  }
  std::cout << "{\"splitter_mb_s\": " << median(ours)
            << ", \"memchr_mb_s\": " << median(theirs)
            << ", \"ratio\": " << median(ratios) << ", \"frames\": " << frames
            << ", \"marks\": " << marks << "}\n";
  return 0;
}

} // namespace camnode::bench
