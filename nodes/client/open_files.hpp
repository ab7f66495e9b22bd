#pragma once

#include "actors/shared/fleet.hpp"
#include "actors/shared/sensor_board.hpp"
#include "nodes/recordings/recordings.hpp"

#include <memory>

namespace camnode {

/// What the books of a client say of the files that it is writing.
open_files files_in(std::shared_ptr<const fleet> cameras,
                    sensor_board_ptr sensors);

} // namespace camnode
