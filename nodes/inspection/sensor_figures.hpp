#pragma once

#include "actors/shared/sensor_board.hpp"
#include "nodes/inspection/node_figures.hpp"

#include <cstddef>

namespace camnode {

/// Topics that have metrics of their own; those of all others are summed up.
constexpr size_t max_metrics_topics = 100;

/// Tells what became of all readings and markers since the client started.
void tell_sensors(figure_teller out, const sensor_board& board);

} // namespace camnode
