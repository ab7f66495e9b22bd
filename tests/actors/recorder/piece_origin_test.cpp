#define CAF_SUITE piece_origin

#include "tests/camnode_test.hpp"

#include "messages/disk/frame_index.hpp"
#include "messages/disk/piece_origin.hpp"
#include "tests/actors/recorder/piece_fixture.hpp"

#include <sys/stat.h>

#include <string>

using namespace camnode;
using namespace camnode_test;
using namespace camnode_test::pieces;

namespace {

struct fixture : piece_fixture {
  fixture() {
    auto testee = must_open();
    append(*testee, uneven_times(2));
    film = content_of(part());
  }

  file_origin origin_of(const std::string& head) {
    return film_origin(head, start_ms, dated);
  }

  /// A film that FFmpeg makes with `options`.
  std::string made_with(const std::string& options) {
    auto path = dir / "made.mp4";
    auto said = output_of("ffmpeg -v error -y -f lavfi -i testsrc2=size=64x48:"
                          "rate=10:duration=1 "
                          + options + " " + path.string());
    CAF_REQUIRE_EQUAL(said, "");
    return content_of(path);
  }

  std::string film;
  bool dated = false;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(piece_origin_tests, fixture)

CAF_TEST(a film of ours is known by its header and its date) {
  CAF_CHECK(origin_of(film) == file_origin::ours);
  CAF_CHECK(dated);
  CAF_CHECK(film_origin(film, start_ms + 5'000, dated) == file_origin::ours);
  CAF_CHECK(!dated);
}

CAF_TEST(a header that was cut or lost is nobodys content) {
  auto init = layout_of(film).init_bytes;
  for (size_t n = 0; n < init; ++n) {
    CAF_CHECK(origin_of(film.substr(0, n)) == file_origin::lost);
    // Its last boxes are not needed.
    CAF_CHECK(origin_of(film.substr(0, n) + std::string(6'000, '\0'))
              != file_origin::other);
  }
  CAF_CHECK(origin_of(std::string(5'000, '\0')) == file_origin::lost);
}

CAF_TEST(films of others are not ours however they were made) {
  for (auto options :
       {"-c:v mjpeg -pix_fmt yuvj420p", "-c:v mpeg4",
        "-c:v mjpeg -pix_fmt yuvj420p -movflags +faststart",
        "-c:v mpeg4 -movflags +frag_keyframe+empty_moov+default_base_moof",
        "-c:v mjpeg -pix_fmt yuvj420p -movflags "
        "+frag_keyframe+empty_moov+default_base_moof"}) {
    auto other = made_with(options);
    for (auto n : {other.size(), other.size() / 2, size_t{900}, size_t{100}})
      if (origin_of(other.substr(0, n)) != file_origin::other)
        CAF_FAIL(options << " is taken for ours, " << n << " bytes");
  }
}

CAF_TEST(an index is known though some bytes of it are damaged) {
  std::string index{index_header};
  index += "0,1,2,3\n";
  CAF_CHECK(index_origin(index) == file_origin::ours);
  for (size_t at = 0; at < index_header.size(); ++at) {
    auto x = index;
    x[at] ^= 1;
    CAF_CHECK(index_origin(x) == file_origin::ours);
  }
  for (size_t n = 0; n < 16; ++n)
    CAF_CHECK(index_origin(index.substr(0, n)) == file_origin::lost);
  for (auto x : {"timestamp,mp905,mp901\n1,2,3\n", "a", "frame number,x\n",
                 "\xff\xd8\xff\xe0", "frame,time\n0,1\n"})
    CAF_CHECK(index_origin(x) == file_origin::other);
}

CAF_TEST(what is no regular file is somebody elses) {
  CAF_REQUIRE_EQUAL(mkfifo((dir / "fifo").c_str(), 0600), 0);
  std::filesystem::create_symlink(part(), dir / "link");
  std::filesystem::create_directory(dir / "folder");
  for (auto name : {"fifo", "link", "folder"}) {
    auto x = look_at_piece(dir / name, dir / name, start_ms);
    CAF_CHECK(x.film == file_origin::other);
    CAF_CHECK(x.index == file_origin::other);
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
