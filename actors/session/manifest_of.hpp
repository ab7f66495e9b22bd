#pragma once

#include "actors/session/session_report.hpp"
#include "actors/shared/recording_ledger.hpp"
#include "messages/disk/manifest.hpp"

#include <vector>

namespace camnode {

/// Has `out` say what the books of a camera say.
void set_books(manifest_camera& out, const ledger_figures& x,
               std::vector<recorded_piece> pieces,
               std::vector<recorded_loss> losses,
               std::vector<recorded_break> breaks);

/// The manifest of the session, with the cameras that take part in it.
manifest manifest_of(const session_view& x);

} // namespace camnode
