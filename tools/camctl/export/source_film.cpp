#include "tools/camctl/export/source_film.hpp"

#include "actors/base/checksum.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/frame_spot.hpp"
#include "messages/frame.hpp"
#include "messages/when.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// A film of a session that was cut off may have its first name still.
fs::path path_of(const fs::path& folder, const std::string& stem) {
  auto result = folder / (stem + film_ending);
  std::error_code ignored;
  if (!fs::exists(result, ignored)
      && fs::exists(result.string() + open_ending, ignored))
    result += open_ending;
  return result;
}

} // namespace

source_film::source_film(const fs::path& folder, const recorded_piece& x)
  : piece_(x),
    index_(folder, {{x.file}}),
    film_(path_of(folder, x.file)),
    path_(path_of(folder, x.file).string()) {
  ended_ = !read_beginning();
}

bool source_film::read_beginning() {
  auto read = [this](uint64_t at, uint8_t* out, size_t n) {
    return film_.read(at, out, n);
  };
  auto left_out = "; " + count_text(piece_.frames, "frame") + " left out";
  if (!film_.fault().empty()) {
    faults_.push_back(path_ + ": " + film_.fault() + left_out);
    return false;
  }
  offset_ = film_head_bytes(film_.size(), read);
  std::vector<uint8_t> bytes(
    std::min<uint64_t>(film_.size(), max_mp4_init_bytes));
  auto first = offset_ + mp4_fragment_header_size;
  auto readable = offset_ != 0 && first < bytes.size()
                  && film_.read(0, bytes.data(), bytes.size());
  auto size = readable
                ? read_jpeg_size(bytes.data() + first, bytes.size() - first)
                : std::nullopt;
  if (!size) {
    faults_.push_back(path_ + ": has not the beginning of a film" + left_out);
    return false;
  }
  size_ = *size;
  return true;
}

bool source_film::end(const std::string& why) {
  ended_ = true;
  if (!why.empty())
    faults_.push_back(why);
  return false;
}

std::string source_film::at_frame(uint64_t n) const {
  return path_ + ": frame " + std::to_string(n);
}

bool source_film::is_sound(const index_row& x) const {
  auto at_ms = x.capture_ns / 1'000'000;
  return x.frame == rows_ && x.bytes <= max_jpeg_bytes
         && at_ms >= piece_.start_ms
         && (piece_.end_ms == 0 || at_ms < piece_.end_ms)
         && (rows_ == 0 || x.capture_ns > now_.row.capture_ns);
}

bool source_film::next() {
  if (ended_)
    return false;
  auto x = index_.next();
  if (!x) {
    auto missing = piece_.frames > rows_ ? piece_.frames - rows_ : 0;
    return end(missing == 0 ? ""
                            : path_ + ": " + count_text(missing, "frame")
                                + " of " + std::to_string(piece_.frames)
                                + " missing in its index, and left out");
  }
  if (!is_sound(x->row))
    return end(at_frame(rows_) + ": its row in the index is damaged; "
               + count_text(std::max(piece_.frames, rows_ + 1) - rows_, "frame")
               + " left out");
  now_ = {x->row, offset_ + mp4_fragment_header_size};
  offset_ = now_.offset + x->row.bytes;
  ++rows_;
  return true;
}

const uint8_t* source_film::picture(const place& x) {
  auto result = film_.at(x.offset, x.row.bytes);
  if (result && xxh3_of(result, x.row.bytes) == x.row.xxh3)
    return result;
  picture_fault_ = at_frame(x.row.frame)
                   + (result ? ": the picture is not what was recorded "
                               "(checksum); left out"
                             : ": cannot be read; left out");
  return nullptr;
}

std::vector<std::string> source_film::faults() const {
  auto result = index_.faults();
  result.insert(result.end(), faults_.begin(), faults_.end());
  return result;
}

} // namespace camnode
