#define CAF_SUITE piece_refusal

#include "tests/camnode_test.hpp"

#include "tests/actors/recorder/piece_fixture.hpp"

#include <sys/resource.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

using namespace camnode;
using namespace camnode_test;
using namespace camnode_test::pieces;

namespace fs = std::filesystem;

namespace {

/// While it lives, no file grows beyond `bytes`.
class file_size_limit {
public:
  explicit file_size_limit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    auto limit = before_;
    limit.rlim_cur = bytes;
    handler_ = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
  }

  ~file_size_limit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

private:
  rlimit before_;
  sighandler_t handler_;
};

bool contains(const caf::error& x, const std::string& text) {
  return describe(x).find(text) != std::string::npos;
}

struct fixture : piece_fixture {
  /// Why it cannot be opened.
  caf::error refusal() const {
    return open().error();
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(piece_refusal_tests, fixture)

CAF_TEST(a picture of another size is refused and leaves no trace) {
  auto testee = must_open();
  append(*testee, {start_ns});
  auto mp4 = content_of(part());
  auto csv = content_of(file(".csv.part"));
  auto err = testee->append(make_frame(2, 64, 50), start_ns + 1'000'000, 0, 0);
  CAF_CHECK_EQUAL(err, ec::bad_message);
  CAF_CHECK(contains(err, "64x50"));
  auto empty = make_frame(2);
  empty.jpeg.resize(0);
  CAF_CHECK_EQUAL(testee->append(empty, start_ns + 1'000'000, 0, 0),
                  ec::bad_message);
  CAF_CHECK_EQUAL(content_of(part()), mp4);
  CAF_CHECK_EQUAL(content_of(file(".csv.part")), csv);
  CAF_CHECK(!testee->append(make_frame(2), start_ns + 1'000'000, 0, 0));
}

CAF_TEST(a frame out of order is refused) {
  auto testee = must_open();
  CAF_CHECK_EQUAL(testee->append(make_frame(1), start_ns - 1, 0, 0),
                  ec::bad_message);
  CAF_CHECK(!testee->append(make_frame(1), start_ns + 5'999, 0, 0));
  CAF_CHECK_EQUAL(testee->append(make_frame(2), start_ns + 5'999, 0, 0),
                  ec::bad_message);
  CAF_CHECK_EQUAL(testee->append(make_frame(2), start_ns + 5'000, 0, 0),
                  ec::bad_message);
  CAF_CHECK(!testee->append(make_frame(2), start_ns + 6'000, 0, 0));
  CAF_CHECK_EQUAL(testee->close(start_ms - 1), ec::bad_message);
}

CAF_TEST(an open file is never overwritten) {
  for (auto suffix : {".mp4.part", ".csv.part"}) {
    auto taken = put(file(suffix).filename(), "precious");
    auto err = refusal();
    CAF_CHECK_EQUAL(err, ec::open_failed);
    CAF_CHECK(contains(err, taken.string() + ": File exists"));
    CAF_CHECK_EQUAL(content_of(taken), "precious");
    CAF_CHECK_EQUAL(std::distance(fs::directory_iterator{dir}, {}), 1);
    fs::remove(taken);
  }
  fs::create_symlink(dir / "elsewhere", part());
  CAF_CHECK_EQUAL(refusal(), ec::open_failed);
  CAF_CHECK(!fs::exists(dir / "elsewhere"));
}

CAF_TEST(a finished file is never overwritten and the piece stays open) {
  auto testee = must_open();
  append(*testee, uneven_times(3));
  for (auto extension : {".mp4", ".csv"}) {
    auto taken = put(finished(start_ms + 1000, extension).filename(),
                     "precious");
    auto err = testee->close(start_ms + 1000);
    CAF_CHECK_EQUAL(err, ec::write_failed);
    CAF_CHECK(contains(err, taken.string() + ": File exists"));
    CAF_CHECK_EQUAL(content_of(taken), "precious");
    CAF_CHECK(fs::exists(part()));
    CAF_CHECK(fs::exists(file(".csv.part")));
    fs::remove(taken);
  }
  CAF_CHECK(!testee->close(start_ms + 1001));
}

CAF_TEST(a full disk cuts the piece to its last whole frame) {
  auto times = uneven_times(6);
  auto testee = must_open();
  auto frames = append(*testee, {times.begin(), times.begin() + 4});
  auto mp4 = content_of(part());
  auto csv = content_of(file(".csv.part"));
  {
    file_size_limit limit{mp4.size() + mp4_fragment_header_size + 100};
    auto err = testee->append(make_frame(5), times[4], 0, 0);
    CAF_CHECK_EQUAL(err, ec::write_failed);
    CAF_CHECK(contains(err, part().string() + ": File too large"));
  }
  CAF_CHECK_EQUAL(content_of(part()), mp4);
  CAF_CHECK_EQUAL(content_of(file(".csv.part")), csv);
  CAF_CHECK_EQUAL(testee->append(make_frame(5), times[5], 0, 0),
                  ec::write_failed);
  CAF_CHECK(!testee->sync());
  CAF_CHECK(!testee->close(start_ms + 1000));
  times.resize(4);
  CAF_CHECK_EQUAL(probe(finished(start_ms + 1000, ".mp4"), packets),
                  expected_packets(mp4, frames, times));
}

CAF_TEST(a disk without room for the tables leaves a film as it is when open) {
  auto times = uneven_times(6);
  auto testee = must_open();
  auto frames = append(*testee, times);
  auto mp4 = content_of(part());
  {
    file_size_limit limit{mp4.size() + 100};
    CAF_CHECK(!testee->close(start_ms + 1000));
  }
  auto film = finished(start_ms + 1000, ".mp4");
  CAF_CHECK(content_of(film) == mp4);
  CAF_CHECK_EQUAL(probe(film, packets), expected_packets(mp4, frames, times));
}

CAF_TEST(a film that could not get its name takes no more frames) {
  auto testee = must_open();
  append(*testee, {start_ns});
  auto taken = put(finished(start_ms + 1000, ".mp4").filename(), "precious");
  CAF_CHECK(testee->close(start_ms + 1000));
  auto closed = content_of(part());
  CAF_CHECK(is_ordinary(closed));
  CAF_CHECK_EQUAL(testee->append(make_frame(2), start_ns + 1'000'000, 0, 0),
                  ec::bad_message);
  CAF_CHECK(!testee->sync());
  CAF_CHECK(!testee->close(start_ms + 1001));
  CAF_CHECK(content_of(finished(start_ms + 1001, ".mp4")) == closed);
  CAF_CHECK_EQUAL(content_of(taken), "precious");
}

CAF_TEST(a disk that is full at the start leaves no file) {
  file_size_limit limit{100};
  auto err = refusal();
  CAF_CHECK_EQUAL(err, ec::write_failed);
  CAF_CHECK(contains(err, part().string()));
  CAF_CHECK(fs::is_empty(dir));
}

CAF_TEST(a missing directory is created and an impossible one told) {
  auto deep = dir / "cam" / "pi-3";
  CAF_CHECK(open_mp4_piece(deep, start_ms, width, height, frame_period));
  CAF_CHECK(fs::exists(deep / part().filename()));
  auto blocked = put("file", "") / "cam";
  auto err
    = open_mp4_piece(blocked, start_ms, width, height, frame_period).error();
  CAF_CHECK_EQUAL(err, ec::open_failed);
  CAF_CHECK(contains(err, (dir / "file").string()));
}

CAF_TEST(a start that no clock shows and a picture without pixels are told) {
  auto open_at = [&](int64_t ms, uint16_t w) -> caf::error {
    return open_mp4_piece(dir, ms, w, height, frame_period).error();
  };
  CAF_CHECK_EQUAL(open_at(-1, width), ec::open_failed);
  CAF_CHECK_EQUAL(open_at(std::numeric_limits<int64_t>::max(), width),
                  ec::open_failed);
  CAF_CHECK_EQUAL(open_at(start_ms, 0), ec::open_failed);
  CAF_CHECK(fs::is_empty(dir));
}

CAF_TEST(nonsense of a peer is no overflow) {
  auto testee = must_open();
  auto x = make_frame(1);
  x.capture_mono_ns = std::numeric_limits<int64_t>::max();
  x.offset_ns = std::numeric_limits<int64_t>::max();
  x.receive_ns = std::numeric_limits<int64_t>::min();
  CAF_CHECK(!testee->append(x, start_ns, 0, 0));
  CAF_CHECK_EQUAL(testee->append(x, std::numeric_limits<int64_t>::min(), 0, 0),
                  ec::bad_message);
  CAF_CHECK(!testee->append(x, std::numeric_limits<int64_t>::max(), 0, 0));
}

CAF_TEST_FIXTURE_SCOPE_END()
