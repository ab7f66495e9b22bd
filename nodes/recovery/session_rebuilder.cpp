#include "nodes/recovery/session_rebuilder.hpp"

#include "actors/base/input_file.hpp"
#include "actors/base/log.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/index_reader.hpp"
#include "messages/disk/segment_schedule.hpp"
#include "messages/disk/sensor_check.hpp"

#include <algorithm>

namespace camnode {

namespace {

constexpr auto who = "recovery";

} // namespace

std::map<std::string, session_books> session_rebuilder::cameras() const {
  std::map<std::string, session_books> result;
  static const manifest_camera unknown;
  for (auto& [id, told] : x_.books.cameras)
    result[id] = camera(id, told);
  for (auto& [id, pieces] : listing_.cameras)
    if (result.count(id) == 0 && has_ours("cam/" + id, pieces))
      result[id] = camera(id, unknown);
  return result;
}

sensor_board::topics session_rebuilder::sensors() const {
  static const std::vector<listed_piece> none;
  auto result = x_.books.sensors;
  for (auto& [topic, books] : result) {
    auto folder = readings_folder(topic);
    auto pieces = folder ? listing_.sensors.find(*folder)
                         : listing_.sensors.end();
    recount(books, folder ? *folder : std::string{},
            pieces == listing_.sensors.end() ? none : pieces->second);
  }
  for (auto& [folder, pieces] : listing_.sensors)
    if (has_ours(folder, pieces) && result.count(topic_in(folder)) == 0)
      recount(result[topic_in(folder)], folder, pieces);
  return result;
}

bool session_rebuilder::has_ours(
  const std::string& folder, const std::vector<listed_piece>& pieces) const {
  return std::any_of(pieces.begin(), pieces.end(),
                     [&](const auto& x) { return x_.owns(folder, x); });
}

session_books session_rebuilder::camera(const std::string& id,
                                        const manifest_camera& told) const {
  std::vector<found_piece> found;
  auto pieces = listing_.cameras.find(id);
  if (pieces != listing_.cameras.end())
    for (auto& x : pieces->second)
      if (x_.owns("cam/" + id, x) && x.film && x.index)
        found.push_back(
          {x.start_ms, x.end_ms, x.stem, read_index(index_of(x))});
  return rebuild_books(x_.books.session, told, found);
}

void session_rebuilder::recount(topic_figures& books, const std::string& folder,
                                const std::vector<listed_piece>& pieces) const {
  auto& session = x_.books.session;
  segment_schedule schedule{session.start_ms, session.segment_ms};
  books.files.clear();
  books.written = 0;
  for (auto& x : pieces) {
    if (!x_.owns(folder, x))
      continue;
    sensor_check reader;
    input_file file{dir_ / x.index->name};
    auto whole = each_chunk(file, [&](auto chunk) { reader.feed(chunk); });
    if (!whole)
      log_error(who, x.index->name, ": cannot be read to its end");
    books.files.push_back(x.stem);
    books.written += reader.finish().rows;
    books.has_file = true;
    if (auto span = schedule.at(x.start_ms))
      books.last_index = span->index;
  }
  books.durable = books.written;
  books.received = books.written;
  for (auto& [reason, n] : books.rejected)
    books.received += n;
}

std::string session_rebuilder::index_of(const listed_piece& x) const {
  std::string result;
  auto why = read_text(input_file{dir_ / x.index->name}, max_index_bytes,
                       result);
  if (why.empty())
    return result;
  log_error(who, x.index->name, ": ", why, "; its frames count as lost");
  return {};
}

int64_t end_of(const session_info& session,
               const std::map<std::string, session_books>& cameras,
               const sensor_board::topics& sensors) {
  auto result = session.start_ms + 1;
  for (auto& [id, x] : cameras)
    for (auto& piece : x.pieces())
      result = std::max(result, piece.end_ms);
  for (auto& [topic, x] : sensors)
    for (auto& file : x.files)
      if (auto name = parse_piece_name(file + table_ending))
        result = std::max(result, name->end_ms);
  return result;
}

} // namespace camnode
