#define CAF_SUITE frame_spot
#include "tests/camnode_test.hpp"

#include "messages/disk/frame_spot.hpp"
#include "messages/error.hpp"
#include "tests/scratch_directory.hpp"

#include <algorithm>
#include <string>

using namespace camnode;
using camnode_test::scratch_directory;

namespace {

/// A piece of three frames, of 5, 6 and 7 bytes.
struct fixture {
  fixture() {
    film.append({0, 0, 0, 8}).append("ftyp");
    film.append({0, 0, 0, 8}).append("moov");
    index_row_buffer buffer;
    for (uint32_t i = 0; i < 3; ++i) {
      index_row x;
      x.frame = i;
      x.sequence = i + 1;
      x.capture_ns = 1000 + i;
      x.bytes = 5 + i;
      index += format_index_row(x, buffer);
      auto header = serialize({i + 1, i, 1000, 5 + i});
      film.append(header.begin(), header.end());
      film.append(5 + i, static_cast<char>('a' + i));
    }
  }

  caf::expected<frame_spot> find(uint64_t n) const {
    dir.put("index", index);
    record_reader rows{dir.path() / "index"};
    return find_frame(rows, n);
  }

  caf::expected<uint64_t> offset_of(const frame_spot& x) const {
    auto read = [this](uint64_t at, uint8_t* out, size_t size) {
      std::copy_n(film.begin() + static_cast<std::ptrdiff_t>(at), size, out);
      return true;
    };
    return jpeg_offset(film.size(), read, x);
  }

  /// What is wrong with frame number 1.
  std::string fault() const {
    auto x = find(1);
    if (!x)
      return reason_of(x.error());
    auto offset = offset_of(*x);
    return offset ? std::string{} : reason_of(offset.error());
  }

  std::string index{index_header};
  std::string film;
  scratch_directory dir;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(frame_spot_tests, fixture)

CAF_TEST(each frame is found in index and film) {
  for (uint64_t i = 0; i < 3; ++i) {
    auto x = find(i);
    CAF_REQUIRE(x);
    CAF_CHECK_EQUAL(x->row.sequence, i + 1);
    auto lines = std::count(index.begin(),
                            index.begin()
                              + static_cast<std::ptrdiff_t>(x->index_end),
                            '\n');
    CAF_CHECK_EQUAL(lines, static_cast<std::ptrdiff_t>(i) + 2);
    auto offset = offset_of(*x);
    CAF_REQUIRE(offset);
    CAF_CHECK_EQUAL(film.substr(*offset, x->row.bytes),
                    std::string(5 + i, static_cast<char>('a' + i)));
  }
}

CAF_TEST(behind the last frame there is none) {
  for (auto n : {uint64_t{3}, ~uint64_t{0}}) {
    auto x = find(n);
    CAF_REQUIRE(!x);
    CAF_CHECK_EQUAL(x.error(), ec::unavailable);
    CAF_CHECK_EQUAL(reason_of(x.error()), "there are 3 frames");
  }
  index.clear();
  auto none = find(0);
  CAF_CHECK_EQUAL(none.error(), ec::unavailable);
}

CAF_TEST(a broken index is told and not believed) {
  auto good = index;
  index.replace(index.find("\n1,") + 1, 1, "7");
  CAF_CHECK_EQUAL(fault(), "row 1 of the index is none");
  index = good.substr(0, good.find("\n1,") + 1) + "what\n";
  CAF_CHECK_EQUAL(fault(), "row 1 of the index is none");
  index = "hello\n";
  CAF_CHECK_EQUAL(fault(), "is no index");
}

CAF_TEST(a film that is not what the index says is told) {
  auto good = film;
  film = film.substr(0, film.size() / 2);
  CAF_CHECK_EQUAL(fault(), "ends before frame 1");
  film = good;
  film.insert(film.size() / 2, "x");
  CAF_CHECK_EQUAL(fault(), "frame 1 is not where the index has it");
  film = "no film";
  CAF_CHECK_EQUAL(fault(), "is no film");
}

CAF_TEST_FIXTURE_SCOPE_END()
