#pragma once

// The numbers that CAF knows the types of messages by.

#include "messages/error.hpp"
#include "messages/record_command.hpp"
#include "messages/server_info.hpp"
#include "messages/session_info.hpp"
#include "messages/stream_event.hpp"

#include <caf/atom.hpp>
#include <caf/type_id.hpp>

#include <string>
#include <vector>

CAF_BEGIN_TYPE_ID_BLOCK(camnode, caf::first_custom_type_id)
CAF_ADD_TYPE_ID(camnode, (camnode::record_command))
CAF_ADD_TYPE_ID(camnode, (camnode::server_info))
CAF_ADD_TYPE_ID(camnode, (camnode::session_info))
CAF_ADD_TYPE_ID(camnode, (camnode::stream_event))
CAF_ADD_TYPE_ID(camnode, (std::vector<std::string>))
CAF_ADD_ATOM(camnode, camnode, beat_atom, "beat")
CAF_ADD_ATOM(camnode, camnode, ended_atom, "ended")
CAF_ADD_ATOM(camnode, camnode, found_atom, "found")
CAF_ADD_ATOM(camnode, camnode, kill_atom, "kill")
CAF_ADD_ATOM(camnode, camnode, lost_atom, "lost")
CAF_ADD_ATOM(camnode, camnode, link_up_atom, "linkUp")
CAF_ADD_ATOM(camnode, camnode, link_down_atom, "linkDown")
CAF_ADD_ATOM(camnode, camnode, publish_atom, "publish")
CAF_ADD_ATOM(camnode, camnode, restart_atom, "restart")
CAF_ADD_ATOM(camnode, camnode, retry_atom, "retry")
CAF_ADD_ATOM(camnode, camnode, stop_atom, "stop")
CAF_ADD_ATOM(camnode, camnode, stopped_atom, "stopped")
CAF_ADD_ATOM(camnode, camnode, wake_atom, "wake")
CAF_ADD_ATOM(camnode, camnode, refuse_atom, "refuse")
CAF_END_TYPE_ID_BLOCK(camnode)
