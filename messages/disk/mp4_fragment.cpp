#include "messages/disk/mp4_fragment.hpp"

#include "messages/disk/mp4_boxes.hpp"
#include "messages/frame.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace camnode {

namespace {

// Offsets of the fields that differ from fragment to fragment.
constexpr size_t sequence_at = 20;
constexpr size_t decode_time_at = 60;
constexpr size_t duration_at = 88;
constexpr size_t sample_size_at = 92;

constexpr uint32_t fourcc(const char (&x)[5]) {
  return static_cast<uint32_t>(x[0]) << 24 | static_cast<uint32_t>(x[1]) << 16
         | static_cast<uint32_t>(x[2]) << 8 | static_cast<uint32_t>(x[3]);
}

uint32_t read_u32(const uint8_t* p) {
  return static_cast<uint32_t>(p[0]) << 24 | static_cast<uint32_t>(p[1]) << 16
         | static_cast<uint32_t>(p[2]) << 8 | static_cast<uint32_t>(p[3]);
}

uint64_t read_u64(const uint8_t* p) {
  return static_cast<uint64_t>(read_u32(p)) << 32 | read_u32(p + 4);
}

class box_writer {
public:
  explicit box_writer(uint8_t* out) : out_(out) {
  }

  box_writer& u32(uint32_t x) {
    for (auto shift : {24, 16, 8, 0})
      *out_++ = static_cast<uint8_t>(x >> shift);
    return *this;
  }

  box_writer& u64(uint64_t x) {
    u32(static_cast<uint32_t>(x >> 32));
    return u32(static_cast<uint32_t>(x));
  }

  box_writer& box(uint32_t size, const char (&type)[5]) {
    return u32(size).u32(fourcc(type));
  }

private:
  uint8_t* out_;
};

/// The time scale of the first track in the content of a `moov` box, or 0.
uint32_t track_timescale(std::string_view moov) {
  auto header = find_mp4_box(moov, {"trak", "mdia", "mdhd"});
  // Version 1 has 64-bit creation and modification times in front of it.
  size_t at = header && !header->empty() && header->front() == 1 ? 20 : 12;
  return header && header->size() >= at + 4 ? mp4_u32_at(*header, at) : 0;
}

class scanner {
public:
  scanner(uint64_t size, const mp4_reader& read) : size_(size), read_(read) {
  }

  mp4_layout
  run(const std::function<void(const mp4_found_fragment&)>& on_fragment) {
    if (!read_init())
      return layout_;
    while (auto found = next_fragment())
      if (on_fragment)
        on_fragment(*found);
    read_switch();
    return layout_;
  }

private:
  bool read(uint64_t offset, uint8_t* out, size_t n) {
    if (offset > size_ || n > size_ - offset)
      return false;
    layout_.read_failed = !read_(offset, out, n);
    return !layout_.read_failed;
  }

  /// The size of the box at `offset` if it has this type and is not larger
  /// than the init boxes may be, else 0.
  size_t init_box_size(uint64_t offset, uint32_t type) {
    uint8_t header[8];
    if (!read(offset, header, sizeof(header)) || read_u32(header + 4) != type)
      return 0;
    size_t result = read_u32(header);
    return result >= 8 && result <= max_mp4_init_bytes ? result : 0;
  }

  bool read_init() {
    auto moov_at = init_box_size(0, fourcc("ftyp"));
    if (moov_at == 0)
      return false;
    auto moov = init_box_size(moov_at, fourcc("moov"));
    auto has_switch = moov == 0 && moov_at == mp4_switch_at;
    if (has_switch) {
      moov_at += mp4_switch_size;
      moov = init_box_size(moov_at, fourcc("moov"));
    }
    if (moov == 0 || moov_at + moov > max_mp4_init_bytes)
      return false;
    std::string head(moov_at + moov, '\0');
    if (!read(0, reinterpret_cast<uint8_t*>(head.data()), head.size()))
      return false;
    layout_.timescale = track_timescale(
      std::string_view{head}.substr(moov_at + 8));
    layout_.init_bytes = head.size();
    layout_.end = layout_.init_bytes;
    if (has_switch) {
      layout_.state = mp4_switch::other;
      layout_.track = parse_mp4_head(head);
      switch_ = head.substr(mp4_switch_at, mp4_switch_size);
    }
    return true;
  }

  /// What the switch says of the fragments that were found.
  void read_switch() {
    if (switch_ == mp4_open_switch())
      layout_.state = mp4_switch::open;
    else if (switch_ == mp4_closed_switch(layout_.end))
      layout_.state = mp4_switch::closed;
  }

  std::optional<mp4_found_fragment> next_fragment() {
    mp4_fragment_header bytes;
    if (!read(layout_.end, bytes.data(), bytes.size()))
      return std::nullopt;
    auto header = parse_mp4_fragment(bytes);
    if (!header || !follows(*header))
      return std::nullopt;
    auto payload_offset = layout_.end + mp4_fragment_header_size;
    if (header->payload_bytes > size_ - payload_offset)
      return std::nullopt;
    ++layout_.fragments;
    layout_.end = payload_offset + header->payload_bytes;
    last_decode_time_ = header->decode_time;
    return mp4_found_fragment{*header, payload_offset};
  }

  bool follows(const mp4_fragment& x) const {
    return x.sequence == static_cast<uint32_t>(layout_.fragments + 1)
           && (layout_.fragments == 0 || x.decode_time > last_decode_time_);
  }

  const uint64_t size_;
  const mp4_reader& read_;
  uint64_t last_decode_time_ = 0;
  std::string switch_; ///< Empty: there is none.
  mp4_layout layout_;
};

} // namespace

mp4_fragment_header serialize(const mp4_fragment& x) {
  constexpr uint32_t base_is_moof = 0x020000;
  constexpr uint32_t version_1 = 0x01000000;
  // Data offset; per sample: duration, size, flags.
  constexpr uint32_t run_fields = 0x000701;
  // Depends on no other sample; and is no non-sync sample.
  constexpr uint32_t sync_sample = 0x02000000;
  constexpr uint32_t track_id = 1;
  mp4_fragment_header result;
  box_writer out{result.data()};
  out.box(100, "moof");
  out.box(16, "mfhd").u32(0).u32(x.sequence);
  out.box(76, "traf");
  out.box(16, "tfhd").u32(base_is_moof).u32(track_id);
  out.box(20, "tfdt").u32(version_1).u64(x.decode_time);
  out.box(32, "trun").u32(run_fields).u32(1).u32(mp4_fragment_header_size);
  out.u32(x.duration).u32(x.payload_bytes).u32(sync_sample);
  out.box(8 + x.payload_bytes, "mdat");
  return result;
}

std::optional<mp4_fragment>
parse_mp4_fragment(const mp4_fragment_header& bytes) {
  mp4_fragment x;
  x.sequence = read_u32(bytes.data() + sequence_at);
  x.decode_time = read_u64(bytes.data() + decode_time_at);
  x.duration = read_u32(bytes.data() + duration_at);
  x.payload_bytes = read_u32(bytes.data() + sample_size_at);
  if (x.payload_bytes > max_jpeg_bytes || serialize(x) != bytes)
    return std::nullopt;
  return x;
}

bool is_cut_first_fragment(const uint8_t* data, size_t size, uint64_t there) {
  if (size < mp4_fragment_header_size) {
    auto begin = serialize({1, 0, 0, 0});
    return std::equal(data, data + std::min(size, decode_time_at),
                      begin.begin());
  }
  mp4_fragment_header bytes;
  std::copy_n(data, size, bytes.begin());
  auto x = parse_mp4_fragment(bytes);
  return x && x->sequence == 1 && there < size + x->payload_bytes;
}

mp4_layout
mp4_scan(uint64_t size, const mp4_reader& read,
         const std::function<void(const mp4_found_fragment&)>& on_fragment) {
  return scanner{size, read}.run(on_fragment);
}

bool mp4_is_whole(const mp4_layout& x, uint64_t size, const mp4_reader& read,
                  const mp4_frames& frames) {
  if (x.init_bytes == 0 || x.read_failed || x.state == mp4_switch::other)
    return false;
  if (x.state == mp4_switch::none)
    return x.end == size;
  if (!x.track)
    return false;
  auto closed = x.state == mp4_switch::closed;
  auto tables = closed ? frames.tables(*x.track) : std::string{};
  if (x.end + tables.size() != size || (closed && tables.empty()))
    return false;
  std::string rest(tables.size(), '\0');
  return rest.empty()
         || (read(x.end, reinterpret_cast<uint8_t*>(rest.data()), rest.size())
             && rest == tables);
}

mp4_layout
mp4_scan(const uint8_t* data, size_t size,
         const std::function<void(const mp4_found_fragment&)>& on_fragment) {
  auto read = [data](uint64_t offset, uint8_t* out, size_t n) {
    std::copy_n(data + offset, n, out);
    return true;
  };
  return mp4_scan(size, read, on_fragment);
}

} // namespace camnode
