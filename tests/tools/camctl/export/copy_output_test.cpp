#define CAF_SUITE copy_output

#include "tests/camnode_test.hpp"

#include "actors/base/checksum.hpp"
#include "messages/error.hpp"
#include "tests/scratch_directory.hpp"
#include "tools/camctl/export/film_output.hpp"

#include <string>
#include <vector>

using namespace camnode;
using camnode_test::content_of;
using camnode_test::scratch_directory;

namespace {

struct fixture {
  fixture() {
    auto made = make_copy_output(path, {{25, 1}, 64, 48, 1'800'000'000'000});
    CAF_REQUIRE(made);
    film = std::move(*made);
    for (int i = 0; i < 1'000; ++i)
      add(std::string(static_cast<size_t>(i % 50), static_cast<char>(i)));
  }

  void add(const std::string& x) {
    auto bytes = reinterpret_cast<const uint8_t*>(x.data());
    CAF_REQUIRE(!film->add({bytes, x.size(), xxh3_of(bytes, x.size())}));
    written += x;
  }

  scratch_directory dir;
  std::filesystem::path path = dir.path() / "film.mp4";
  film_output_ptr film;
  std::string written;
};

bool all(uint64_t) {
  return true;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(copy_output_tests, fixture)

CAF_TEST(a film has its pictures one after the other) {
  CAF_REQUIRE(!film->close(all));
  auto text = content_of(path);
  CAF_CHECK_EQUAL(text.substr(mp4_even_begin, written.size()), written);
  auto there = read_mp4_even_film(text.size(), [&](auto at, auto to, auto n) {
    std::copy_n(text.data() + at, n, to);
    return true;
  });
  CAF_REQUIRE(there);
  CAF_CHECK_EQUAL(there->jpeg_bytes.size(), 1'000u);
}

CAF_TEST(a film that was changed on the disk is not proved) {
  std::fstream{path, std::ios::in | std::ios::out | std::ios::binary}
    .seekp(static_cast<std::streamoff>(mp4_even_begin + written.size() / 2))
    .put('?');
  auto err = film->close(all);
  CAF_CHECK(err == ec::bad_message);
  CAF_CHECK_NOT_EQUAL(describe(err).find("has another picture"),
                      std::string::npos);
}

CAF_TEST(a proof is told how far it is and gives up when it is told to) {
  std::vector<uint64_t> told;
  auto err = film->close([&](uint64_t n) {
    told.push_back(n);
    return told.size() < 2;
  });
  CAF_CHECK(err == ec::unavailable);
  CAF_CHECK_EQUAL(told, (std::vector<uint64_t>{256, 512}));
}

CAF_TEST(a file that is there is left alone) {
  auto again = make_copy_output(path, {});
  CAF_REQUIRE(!again);
  CAF_CHECK(again.error() == ec::write_failed);
  CAF_CHECK(!film->close(all));
}

CAF_TEST_FIXTURE_SCOPE_END()
