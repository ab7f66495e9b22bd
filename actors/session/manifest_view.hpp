#pragma once

#include "actors/session/session_report.hpp"
#include "messages/disk/manifest.hpp"

namespace camnode {

/// The books that a manifest has of one camera.
ledger_figures figures_of(const manifest_camera& x);

/// What a manifest knows of the connection to one camera, and of its clock.
viewer_board_ptr viewer_of(const manifest_camera& x);

/// What a manifest was made of: `render_manifest` makes the same one of it.
session_view view_of(const manifest& x);

} // namespace camnode
