#include "messages/disk/file_names.hpp"
#include "messages/disk/frame_spot.hpp"
#include "messages/disk/frame_track.hpp"
#include "messages/error.hpp"
#include "messages/frame.hpp"
#include "messages/wire/http_range.hpp"
#include "nodes/inspection/node_api.hpp"
#include "nodes/recordings/failure_page.hpp"
#include "nodes/recordings/recordings.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace camnode {

namespace {

mp4_reader reader_of(const piece_file& x) {
  return [fd = x.fd.get()](uint64_t offset, uint8_t* out, size_t size) {
    return read_at(fd, offset, out, size);
  };
}

/// Tells one content of a closed file from any other that may get its name.
std::string tag_of(const piece_file& x) {
  struct stat info;
  if (::fstat(x.fd.get(), &info) != 0)
    return {};
  auto& changed = info.st_mtim;
  return '"' + std::to_string(info.st_ino) + '-' + std::to_string(x.size) + '-'
         + std::to_string(changed.tv_sec) + '.'
         + std::to_string(changed.tv_nsec) + '"';
}

const char* type_of(data_path::kind x) {
  switch (x) {
    case data_path::kind::film:
      return "video/mp4";
    case data_path::kind::manifest:
      return "application/json";
    default:
      return "text/csv";
  }
}

std::string digits(uint64_t x) {
  return std::to_string(x);
}

/// Of a picture that is answered.
std::vector<http_field> fields_of(const index_row& x) {
  std::vector<http_field> result;
  if ((x.flags & frame::rebuilt) == 0)
    result = {{"X-Camnode-Epoch", digits(x.epoch)},
              {"X-Camnode-Sequence", digits(x.sequence)}};
  result.push_back({"X-Camnode-Capture-Ns", std::to_string(x.capture_ns)});
  if (auto error_ns = time_error_ns(x))
    result.push_back({"X-Camnode-Error-Ns", std::to_string(*error_ns)});
  return result;
}

} // namespace

http_page recordings::bytes_of(unique_fd fd, uint64_t offset, uint64_t size,
                               const char* type) const {
  http_page result;
  result.type = type;
  result.file = std::make_shared<http_file>(
    http_file{std::move(fd), offset, size, pool_->further()});
  return result;
}

recordings::frame_place
recordings::place_of(const std::vector<recorded_piece>& pieces, uint64_t n) {
  frame_place result;
  for (auto& x : pieces) {
    auto grows = x.end_ms == 0 && &x == &pieces.back();
    if (grows || n - result.frames < x.frames) {
      result.piece = &x;
      result.frame = n - result.frames;
      return result;
    }
    result.frames += x.frames;
  }
  return result;
}

http_page recordings::frame(int64_t start_ms, const std::string& id,
                            uint64_t n) const {
  auto found = data_.find(start_ms);
  if (!found)
    return failure_page(found.error());
  auto session = "session " + std::to_string(start_ms);
  auto camera = found->books.cameras.find(id);
  if (camera == found->books.cameras.end())
    return api_refusal(404, session + " has no camera " + id);
  auto pieces = in_order(camera->second.pieces);
  auto place = place_of(pieces, n);
  if (!place.piece)
    return api_refusal(404, "camera " + id + " has " + digits(place.frames)
                              + " frames in " + session);
  if (place.frame >= frames_shown(id, *place.piece))
    return api_refusal(404, "frame " + digits(n) + " is not durable yet");
  return picture(id, *place.piece, place.frame);
}

http_page recordings::picture(const std::string& id, const recorded_piece& x,
                              uint64_t frame) const {
  auto index = data_.open(id, x, table_ending);
  if (!index.fd)
    return failure_page(index.name, errno);
  if (index.size > max_index_shown)
    return failure_page(index.name, EFBIG);
  record_reader rows{std::move(index.fd), index.name};
  auto spot = find_frame(rows, frame);
  if (!spot)
    return api_refusal(spot.error() == ec::unavailable ? 404 : 500,
                       index.name + ": " + reason_of(spot.error()));
  auto film = data_.open(id, x, film_ending);
  if (!film.fd)
    return failure_page(film.name, errno);
  auto offset = jpeg_offset(film.size, reader_of(film), *spot);
  if (!offset)
    return api_refusal(500, film.name + ": " + reason_of(offset.error()));
  auto result = bytes_of(std::move(film.fd), *offset, spot->row.bytes,
                         "image/jpeg");
  result.fields = fields_of(spot->row);
  return result;
}

http_page recordings::file(const file_request& x) const {
  auto path = parse_data_path(x.path);
  if (!path)
    return api_refusal(404, "no file of a recording has that name");
  auto file = data_.open(x.path);
  if (!file.fd)
    return failure_page(x.path, errno);
  auto size = path->open ? durable_bytes(file, *path)
                         : caf::expected<uint64_t>{file.size};
  if (!size)
    return failure_page(size.error());
  // A tag of what grows would be that of something else soon.
  auto tag = path->open ? std::string{} : tag_of(file);
  auto same = x.if_range.empty() || (x.if_range == tag && !tag.empty());
  auto range = parse_http_range(same ? x.range : "", *size);
  if (range.what == http_range::kind::none) {
    auto result = api_refusal(416, x.path + " has " + digits(*size) + " bytes");
    result.fields = {{"Content-Range", "bytes */" + digits(*size)}};
    return result;
  }
  auto result = bytes_of(std::move(file.fd), range.offset, range.size,
                         type_of(path->what));
  result.fields = {{"Accept-Ranges", "bytes"}};
  if (!tag.empty())
    result.fields.push_back({"ETag", tag});
  if (range.what == http_range::kind::part) {
    result.status = 206;
    result.fields.push_back(
      {"Content-Range", "bytes " + digits(range.offset) + "-"
                          + digits(range.offset + range.size - 1) + "/"
                          + digits(*size)});
  }
  return result;
}

caf::expected<uint64_t> recordings::durable_bytes(const piece_file& x,
                                                  const data_path& path) const {
  if (path.what == data_path::kind::readings)
    return durable_readings(x, path.owner);
  auto frames = open_.durable_frames(path.owner, path.start_ms);
  if (!frames) // Nobody writes to it.
    return x.size;
  auto is_film = path.what == data_path::kind::film;
  auto head = is_film ? film_head_bytes(x.size, reader_of(x))
                      : index_header.size();
  if (*frames == 0)
    return std::min<uint64_t>(head, x.size);
  recorded_piece piece;
  piece.start_ms = path.start_ms;
  piece.file = std::to_string(path.start_ms);
  auto index = data_.open(path.owner, piece, table_ending);
  record_reader rows{std::move(index.fd), index.name};
  auto last = find_frame(rows, *frames - 1);
  if (!last)
    return std::move(last.error());
  auto end = is_film ? head + last->film_bytes + mp4_fragment_header_size
                         + last->row.bytes
                     : last->index_end;
  return std::min(end, x.size);
}

caf::expected<uint64_t>
recordings::durable_readings(const piece_file& x,
                             const std::string& topic) const {
  // The same file, wherever it has got by now.
  auto path = descriptor_folder / std::to_string(x.fd.get());
  uint64_t records = 0; // With the header.
  std::string_view record;
  for (record_reader all{path}; all.next(record);)
    ++records;
  // Asked for now, they are all that may be missing of those.
  auto missing = open_.undurable_readings(topic);
  record_reader durable{path};
  for (; records > missing && durable.next(record); --records)
    ;
  return std::min(durable.bytes(), x.size);
}

} // namespace camnode
