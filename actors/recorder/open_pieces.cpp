#include "actors/recorder/open_pieces.hpp"

#include "actors/base/log.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/error.hpp"

#include <algorithm>

namespace camnode {

void complete_open_pieces(recording_ledger& books,
                          const complete_piece& complete,
                          const std::string& who) {
  auto pieces = books.pieces();
  std::sort(pieces.begin(), pieces.end(), [](const auto& a, const auto& b) {
    return a.start_ms > b.start_ms;
  });
  for (auto& x : pieces) {
    if (x.end_ms != 0)
      continue;
    auto done = complete(x.start_ms);
    auto name = done ? parse_piece_name(done->stem + film_ending)
                     : std::nullopt;
    if (name) {
      books.piece_completed(x.start_ms, name->end_ms, done->stem, done->frames,
                            done->bytes);
      log_info(who, "completed a piece of segment ", x.index, ", ", done->stem,
               ", ", done->frames, " frames");
    } else if (done) {
      books.piece_completed(x.start_ms, x.start_ms + 1, {}, 0, 0);
      log_warning(who, "nothing was left of piece ", x.start_ms, "; it had ",
                  x.frames, " frames");
    } else {
      books.failed(describe(done.error()));
      log_error(who, "piece ", x.start_ms,
                " is left open: ", describe(done.error()));
    }
  }
}

} // namespace camnode
