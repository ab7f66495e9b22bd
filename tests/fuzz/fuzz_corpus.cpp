// With libFuzzer: writes a harness's own seeds to the folder that
// CAMNODE_FUZZ_SEEDS names, before the corpus is read.

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds();

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  auto dir = std::getenv("CAMNODE_FUZZ_SEEDS");
  auto number = 0;
  if (dir != nullptr)
    for (auto& x : camnode_fuzz_seeds())
      std::ofstream{std::string{dir} + "/seed-" + std::to_string(number++),
                    std::ios::binary}
        .write(reinterpret_cast<const char*>(x.data()),
               static_cast<std::streamsize>(x.size()));
  return 0;
}
