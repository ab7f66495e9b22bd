#include "messages/disk/piece_origin.hpp"

#include "messages/disk/frame_index.hpp"
#include "messages/disk/mp4_boxes.hpp"
#include "messages/disk/mp4_fragment.hpp"

#include <optional>
#include <string>

namespace camnode {

namespace {

/// What a power cut takes of a file at once; more than a film's header has.
constexpr size_t page_bytes = 4096;

/// How much of an index' first line may be damaged.
constexpr size_t max_damaged = 8;
constexpr size_t min_sound = 16;

/// The header of a movie or of its track's media: version and flags, when it
/// was made and changed, time scale.
struct media_header {
  explicit media_header(std::optional<std::string_view> box) {
    auto version = box && box->size() >= 24 ? (*box)[0] : -1;
    auto scale_at = version == 1 ? size_t{20} : size_t{12};
    sound = (version == 0 || version == 1)
            && mp4_u32_at(*box, scale_at) == mp4_timescale;
    if (sound)
      created_s = version == 1 ? mp4_u64_at(*box, 4) : mp4_u32_at(*box, 4);
  }

  bool sound = false;
  uint64_t created_s = 0;
};

/// What `open_mp4_piece` writes, of this version and earlier ones: JPEGs in
/// microseconds, all of them in fragments.
bool is_our_moov(std::string_view moov, uint64_t& created_s) {
  media_header movie{find_mp4_box(moov, "mvhd")};
  media_header media{find_mp4_box(moov, {"trak", "mdia", "mdhd"})};
  auto kinds = find_mp4_box(moov, {"trak", "mdia", "minf", "stbl", "stsd"});
  auto sizes = find_mp4_box(moov, {"trak", "mdia", "minf", "stbl", "stsz"});
  created_s = movie.created_s;
  return movie.sound && media.sound && movie.created_s == media.created_s
         && kinds && kinds->size() >= 16 && kinds->substr(12, 4) == "mp4v"
         && sizes && sizes->size() >= 12 && mp4_u32_at(*sizes, 8) == 0
         && find_mp4_box(moov, "mvex");
}

/// What `head` has of the `moov` that a film begins with: nothing if it is not
/// where camnode puts it, or not whole.
std::optional<std::string_view> first_moov(std::string_view head) {
  auto ftyp = find_mp4_box(head, "ftyp");
  if (!ftyp || ftyp->data() != head.data() + 8)
    return std::nullopt;
  head.remove_prefix(8 + ftyp->size());
  auto is_next = [&] {
    return head.size() >= 8 && head.substr(4, 4) == "moov";
  };
  // Films of earlier versions have no switch.
  if (!is_next() && head.size() > mp4_switch_size)
    head.remove_prefix(mp4_switch_size);
  return is_next() ? find_mp4_box(head, "moov") : std::nullopt;
}

/// Whether `x` is the beginning of what is written first, as far as it goes;
/// what comes after the date is not looked at.
bool is_cut_header(std::string_view x, const mp4_track& track) {
  constexpr size_t dated_size = mp4_switch_at + mp4_switch_size + 28;
  auto dated = mp4_head(track).substr(0, dated_size);
  return x.substr(0, dated_size) == dated.substr(0, x.size());
}

} // namespace

file_origin film_origin(std::string_view head, int64_t start_ms, bool& dated) {
  dated = false;
  auto track = mp4_track_of(start_ms, 0, 0);
  auto moov = first_moov(head);
  uint64_t created_s = 0;
  if (moov && is_our_moov(*moov, created_s)) {
    dated = created_s == track.created_s;
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
             && is_cut_header(head.substr(0, whole), track)
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
