#pragma once

#include "nodes/web/client_pages.hpp"

#include <string>

namespace camnode {

/// Topics that have figures of their own; those of all others are summed up.
constexpr size_t max_metrics_topics = 100;

/// The client's figures for Prometheus. Any thread.
std::string client_metrics(const client_page_sources& x);

} // namespace camnode
