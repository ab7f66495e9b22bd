#include "messages/error.hpp"

#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>

namespace camnode {

std::string to_string(ec x) {
  switch (x) {
    case ec::none:
      return "no error";
    case ec::bad_message:
      return "bad message";
    case ec::bad_configuration:
      return "bad configuration";
    case ec::open_failed:
      return "open failed";
    case ec::write_failed:
      return "write failed";
    case ec::sync_failed:
      return "sync failed";
    case ec::source_ended:
      return "source ended";
    case ec::source_stalled:
      return "source stalled";
    case ec::connect_failed:
      return "connect failed";
    case ec::connection_lost:
      return "connection lost";
    case ec::stream_stalled:
      return "stream stalled";
    case ec::protocol_violation:
      return "protocol violation";
    case ec::listen_failed:
      return "listen failed";
    case ec::unavailable:
      return "unavailable";
  }
  return "unknown error";
}

namespace {

std::string with_context(std::string name, const caf::message& context) {
  if (context.match_elements<std::string>()
      || context.match_elements<std::string, int>()) // With an `errno`.
    return name + ": " + context.get_as<std::string>(0);
  if (!context.empty())
    return name + ": " + to_string(context);
  return name;
}

} // namespace

std::string render_error(uint8_t code, caf::atom_value,
                         const caf::message& context) {
  return with_context(to_string(static_cast<ec>(code)), context);
}

std::string describe(const caf::error& x) {
  if (!x)
    return "no error";
  if (x.category() == caf::atom("camnode"))
    return render_error(x.code(), x.category(), x.context());
  if (x.category() == caf::atom("system"))
    return with_context(to_string(static_cast<caf::sec>(x.code())),
                        x.context());
  if (x.category() == caf::atom("exit"))
    return with_context(to_string(static_cast<caf::exit_reason>(x.code())),
                        x.context());
  return to_string(x);
}

std::string reason_of(const caf::error& x) {
  auto text = describe(x);
  if (x.category() != caf::atom("camnode"))
    return text;
  auto name = to_string(static_cast<ec>(x.code())) + ": ";
  auto has_text = text.size() > name.size()
                  && text.compare(0, name.size(), name) == 0;
  return has_text ? text.substr(name.size()) : text;
}

} // namespace camnode
