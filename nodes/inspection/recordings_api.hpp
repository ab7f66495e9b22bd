#pragma once

#include "nodes/inspection/node_api.hpp"

namespace camnode {

// What the API answers out of recordings. Each returns at once; what is read
// from a disk is answered later.

constexpr const char* has_no_recordings
  = "a server records nothing: ask a client";

http_page all_sessions(const api_question& x);
http_page one_session(const api_question& x);
http_page frames_at(const api_question& x);
http_page recorded_frame(const api_question& x);
http_page recorded_file(const api_question& x);

} // namespace camnode
