#include "messages/disk/piece_origin.hpp"

#include "messages/disk/frame_index.hpp"
#include "messages/disk/mp4_fragment.hpp"

#include <optional>
#include <string>

namespace camnode {

namespace {

/// From 1904, where MP4 begins to count, to 1970.
constexpr int64_t mp4_epoch_s = 2'082'844'800;

/// What a power cut takes of a file at once; more than a film's header has.
constexpr size_t page_bytes = 4096;

/// How much of an index' first line may be damaged.
constexpr size_t max_damaged = 8;
constexpr size_t min_sound = 16;

uint32_t u32_at(std::string_view x, size_t at) {
  uint32_t result = 0;
  for (size_t i = at; i < at + 4; ++i)
    result = result << 8 | static_cast<uint8_t>(x[i]);
  return result;
}

/// The content of the first box of that type among those that fill `boxes`.
std::optional<std::string_view> box_in(std::string_view boxes,
                                       std::string_view type) {
  while (boxes.size() >= 8) {
    size_t size = u32_at(boxes, 0);
    if (size < 8 || size > boxes.size())
      return std::nullopt;
    if (boxes.substr(4, 4) == type)
      return boxes.substr(8, size - 8);
    boxes.remove_prefix(size);
  }
  return std::nullopt;
}

std::optional<std::string_view>
box_at(std::string_view boxes, std::initializer_list<std::string_view> way) {
  auto result = std::optional{boxes};
  for (auto type : way)
    if (!(result = box_in(*result, type)))
      break;
  return result;
}

/// The header of a movie or of its track's media, version 0: flags, when it
/// was made and changed, time scale.
struct media_header {
  explicit media_header(std::optional<std::string_view> box)
    : sound(box && box->size() >= 16 && (*box)[0] == 0
            && u32_at(*box, 12) == mp4_timescale),
      created_s(sound ? u32_at(*box, 4) : 0) {
  }

  bool sound;
  int64_t created_s;
};

bool was_begun_at(int64_t created_s, int64_t start_ms) {
  return created_s == start_ms / 1000 + mp4_epoch_s;
}

/// What `open_mp4_piece` writes: JPEGs in microseconds, all of them in
/// fragments.
bool is_our_moov(std::string_view moov, int64_t& created_s) {
  media_header movie{box_in(moov, "mvhd")};
  media_header media{box_at(moov, {"trak", "mdia", "mdhd"})};
  auto kinds = box_at(moov, {"trak", "mdia", "minf", "stbl", "stsd"});
  auto sizes = box_at(moov, {"trak", "mdia", "minf", "stbl", "stsz"});
  created_s = movie.created_s;
  return movie.sound && media.sound && movie.created_s == media.created_s
         && kinds && kinds->size() >= 16 && kinds->substr(12, 4) == "mp4v"
         && sizes && sizes->size() >= 12 && u32_at(*sizes, 8) == 0
         && box_in(moov, "mvex");
}

/// Whether `x` is the beginning of what is written first, as far as it goes.
bool is_cut_header(std::string_view x, int64_t start_ms) {
  constexpr size_t fixed_size = 28; // Of `ftyp`.
  constexpr std::string_view ftyp{"\0\0\0\x1c"
                                  "ftypiso5\0\0\2\0iso5iso6mp41",
                                  fixed_size};
  if (x.substr(0, fixed_size) != ftyp.substr(0, x.size()))
    return false;
  constexpr size_t created_at = fixed_size + 8 + 8 + 4;
  auto at = [&](size_t i, std::string_view what) {
    return x.size() <= i
           || x.substr(i, what.size()) == what.substr(0, x.size() - i);
  };
  return at(fixed_size + 4, "moov") && at(fixed_size + 12, "mvhd")
         && (x.size() < created_at + 4
             || was_begun_at(u32_at(x, created_at), start_ms));
}

} // namespace

file_origin film_origin(std::string_view head, int64_t start_ms, bool& dated) {
  dated = false;
  int64_t created_s = 0;
  auto ftyp = box_in(head, "ftyp");
  auto moov = box_in(head, "moov");
  if (ftyp && ftyp->data() == head.data() + 8 && moov
      && moov->data() == ftyp->data() + ftyp->size() + 8
      && is_our_moov(*moov, created_s)) {
    dated = was_begun_at(created_s, start_ms);
    return file_origin::ours;
  }
  if (only_zeros(head.substr(0, page_bytes)))
    return file_origin::lost;
  // A whole header does not end in zeros.
  auto whole = head.find_last_not_of('\0') + 1;
  auto end = moov
               ? static_cast<size_t>(moov->data() - head.data()) + moov->size()
               : head.size() + 1;
  return whole <= page_bytes && whole < end
             && is_cut_header(head.substr(0, whole), start_ms)
           ? file_origin::lost
           : file_origin::other;
}

file_origin index_origin(std::string_view head) {
  auto line = head.substr(0, index_header.size());
  size_t sound = 0;
  size_t damaged = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    sound += line[i] == index_header[i];
    damaged += line[i] != index_header[i] && line[i] != 0;
  }
  if (damaged <= max_damaged && sound >= min_sound)
    return file_origin::ours;
  auto zeros = line.size() - sound - damaged;
  return damaged == 0 || (damaged * 2 <= max_damaged && zeros > line.size() / 2)
           ? file_origin::lost
           : file_origin::other;
}

piece_origin look_at_piece(const std::filesystem::path& film,
                           const std::filesystem::path& index,
                           int64_t start_ms) {
  piece_origin result;
  if (!film.empty()) {
    auto head = head_of(film, max_mp4_init_bytes);
    result.film = head ? film_origin(*head, start_ms, result.dated)
                       : file_origin::other;
  }
  if (!index.empty()) {
    auto head = head_of(index, index_header.size());
    result.index = head ? index_origin(*head) : file_origin::other;
  }
  return result;
}

} // namespace camnode
