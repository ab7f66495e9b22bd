#include "messages/disk/mp4_moov.hpp"

#include "messages/disk/mp4_boxes.hpp"

namespace camnode {

namespace {

using namespace std::string_view_literals;

constexpr uint32_t version_1 = 0x01000000; // Has times of 64 bits.
constexpr uint32_t track_id = 1;
constexpr auto no_turn
  = "\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\0\0\0"sv;
static_assert(no_turn.size() == 36);

/// That a stream is of JPEGs (ISO/IEC 14496-1): descriptors, each with its
/// type and size; rates and sizes of buffers are left open.
constexpr auto jpeg_descriptor
  = "\0\0\0\0"
    "\x03\x80\x80\x80\x1b\0\1\0"
    "\x04\x80\x80\x80\x0d\x6c\x11\0\0\0\0\0\0\0\0\0\0\0"
    "\x06\x80\x80\x80\1\2"sv;
static_assert(jpeg_descriptor.size() == 36);

class moov_writer {
public:
  moov_writer(std::string& out, const mp4_track& x, const mp4_content& y)
    : out_(out), track_(x), content_(y) {
  }

  /// @param in_fragments Whether frames follow in fragments.
  void run(bool in_fragments) {
    out_.box("moov", [&] {
      movie_header();
      out_.box("trak", [&] {
        track_header();
        if (content_.first > 0)
          edits();
        out_.box("mdia", [&] { media(); });
      });
      if (in_fragments)
        out_.box("mvex", [&] {
          out_.box("trex", [&] { out_.u32(0).u32(track_id).u32(1).zeros(12); });
        });
    });
  }

private:
  void movie_header() {
    out_.box("mvhd", [&] {
      out_.u32(version_1).u64(track_.created_s).u64(track_.created_s);
      out_.u32(content_.timescale).u64(content_.first + content_.duration);
      out_.u32(0x00010000).u16(0x0100).zeros(10); // Speed and volume.
      out_.text(no_turn).zeros(24).u32(track_id + 1);
    });
  }

  void track_header() {
    constexpr uint32_t enabled_in_movie = 3;
    out_.box("tkhd", [&] {
      out_.u32(version_1 | enabled_in_movie);
      out_.u64(track_.created_s).u64(track_.created_s).u32(track_id).u32(0);
      out_.u64(content_.first + content_.duration).zeros(16).text(no_turn);
      out_.u32(uint32_t{track_.width} << 16).u32(uint32_t{track_.height} << 16);
    });
  }

  /// Nothing up to the first frame, then all of them.
  void edits() {
    constexpr auto nothing = ~uint64_t{0};
    constexpr uint32_t usual_speed = 0x00010000;
    out_.box("edts", [&] {
      out_.box("elst", [&] {
        out_.u32(version_1).u32(2);
        out_.u64(content_.first).u64(nothing).u32(usual_speed);
        out_.u64(content_.duration).u64(0).u32(usual_speed);
      });
    });
  }

  void media() {
    constexpr uint16_t no_language = 0x55c4;
    out_.box("mdhd", [&] {
      out_.u32(version_1).u64(track_.created_s).u64(track_.created_s);
      out_.u32(content_.timescale)
        .u64(content_.duration)
        .u16(no_language)
        .u16(0);
    });
    out_.box("hdlr",
             [&] { out_.zeros(8).text("vide").zeros(12).text("camnode\0"sv); });
    out_.box("minf", [&] {
      out_.box("vmhd", [&] { out_.u32(1).zeros(8); });
      out_.box("dinf", [&] {
        out_.box("dref", [&] {
          out_.u32(0).u32(1).box("url ", [&] { out_.u32(1); }); // This file.
        });
      });
      out_.box("stbl", [&] {
        kind();
        out_.text(content_.tables);
      });
    });
  }

  void kind() {
    constexpr uint32_t dots_per_inch = 72 << 16;
    constexpr uint32_t in_color = 0x0018ffff;
    out_.box("stsd", [&] {
      out_.u32(0).u32(1).box("mp4v", [&] {
        out_.zeros(6).u16(1).zeros(16).u16(track_.width).u16(track_.height);
        out_.u32(dots_per_inch).u32(dots_per_inch).u32(0).u16(1).zeros(32);
        out_.u32(in_color).box("esds", [&] { out_.text(jpeg_descriptor); });
      });
    });
  }

  mp4_box_writer out_;
  const mp4_track& track_;
  const mp4_content& content_;
};

} // namespace

void append_mp4_moov(std::string& out, const mp4_track& x, const mp4_content& y,
                     bool in_fragments) {
  moov_writer{out, x, y}.run(in_fragments);
}

std::optional<mp4_track> find_mp4_track(std::string_view moov) {
  auto movie = find_mp4_box(moov, "mvhd");
  auto kind = find_mp4_box(moov, {"trak", "mdia", "minf", "stbl", "stsd"});
  if (!movie || movie->size() < 12 || !kind || kind->size() < 44)
    return std::nullopt;
  auto pixels = mp4_u32_at(*kind, 40);
  return mp4_track{mp4_u64_at(*movie, 4), static_cast<uint16_t>(pixels >> 16),
                   static_cast<uint16_t>(pixels)};
}

std::string mp4_table(std::string_view type, const std::string& rows,
                      uint32_t count) {
  std::string result;
  mp4_box_writer out{result};
  out.box(type, [&] { out.u32(0).u32(count).text(rows); });
  return result;
}

std::string mp4_size_table(const std::string& sizes, uint32_t count) {
  std::string result;
  mp4_box_writer out{result};
  // The first 0 is the version, the second one: each has another size.
  out.box("stsz", [&] { out.u32(0).u32(0).u32(count).text(sizes); });
  return result;
}

std::string mp4_one_frame_a_chunk(bool any) {
  std::string row;
  if (any)
    mp4_box_writer{row}.u32(1).u32(1).u32(1);
  return mp4_table("stsc", row, any ? 1 : 0);
}

} // namespace camnode
