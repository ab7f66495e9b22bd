// Runs a fuzz harness without libFuzzer: its seeds, mutated by a random number
// generator of a fixed seed, for a given number of runs.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

using fuzz_input = std::vector<uint8_t>;

std::vector<fuzz_input> camnode_fuzz_seeds();

namespace {

class mutator {
public:
  fuzz_input mutate(fuzz_input x) {
    for (auto n = below(8) + 1; n > 0; --n)
      mutate_once(x);
    return x;
  }

  size_t below(size_t bound) {
    return bound == 0 ? 0 : engine_() % bound;
  }

private:
  void mutate_once(fuzz_input& x) {
    static const uint8_t interesting[] = {0,    1,    0x7f, 0x80, 0xff, 0xd8,
                                          0xd9, 0xda, '\n', '\r', '"',  '{'};
    auto at = below(x.size());
    switch (below(6)) {
      case 0:
        if (!x.empty())
          x[at] ^= uint8_t(1u << below(8));
        break;
      case 1:
        if (!x.empty())
          x[at] = interesting[below(sizeof(interesting))];
        break;
      case 2:
        x.insert(x.begin() + long(at), uint8_t(engine_()));
        break;
      case 3:
        x.resize(at);
        break;
      case 4: {
        auto n = below(x.size() - at);
        fuzz_input piece(x.begin() + long(at), x.begin() + long(at + n));
        x.insert(x.begin() + long(below(x.size())), piece.begin(), piece.end());
        break;
      }
      default: {
        auto n = below(x.size() - at);
        x.erase(x.begin() + long(at), x.begin() + long(at + n));
      }
    }
    if (x.size() > 65536)
      x.resize(65536);
  }

  std::mt19937_64 engine_{20240229};
};

} // namespace

int main(int argc, char** argv) {
  auto runs = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 10000;
  auto seeds = camnode_fuzz_seeds();
  seeds.push_back({});
  mutator random;
  for (auto& x : seeds)
    LLVMFuzzerTestOneInput(x.data(), x.size());
  for (long i = 0; i < runs; ++i) {
    auto x = random.mutate(seeds[random.below(seeds.size())]);
    LLVMFuzzerTestOneInput(x.data(), x.size());
  }
  std::printf("%ld inputs, no invariant broken\n", runs);
}
