#include "nodes/inspection/recordings_api.hpp"

#include "messages/wire/multipart.hpp"
#include "nodes/recordings/recordings.hpp"

#include <functional>
#include <limits>
#include <optional>
#include <utility>

namespace camnode {

namespace {

/// In the year 2043: times in ns up to here can be added and subtracted.
constexpr int64_t latest_ns = int64_t{1} << 61;
constexpr int64_t latest_ms = latest_ns / 1'000'000;

http_page from_disk(const api_question& x,
                    std::function<http_page(const recordings&)> find) {
  auto& disk = x.node.disk();
  return disk ? disk->answer(std::move(find))
              : api_refusal(404, has_no_recordings);
}

/// A whole number from `least` to `most`.
template <class Int>
std::optional<Int> number_in(const std::string& text, Int least, Int most) {
  auto result = parse_decimal<Int>(text);
  return result && *result >= least && *result <= most ? result : std::nullopt;
}

std::optional<int64_t> time_in(const std::string& text, int64_t latest) {
  return number_in<int64_t>(text, 0, latest);
}

http_page bad(const std::string& what, const std::string& text,
              const char* wanted) {
  return api_refusal(400, what + " is " + printable(text) + ": want " + wanted);
}

constexpr const char* want_start = "its start in ms, as the list has it";

} // namespace

http_page all_sessions(const api_question& x) {
  auto before_ms = latest_ms;
  auto limit = recordings::max_limit;
  for (auto& [key, value] : x.query) {
    if (key == "before") {
      auto time = time_in(value, latest_ms);
      if (!time)
        return bad(key, value, "ms since 1970");
      before_ms = *time;
    } else if (key == "limit") {
      auto n = number_in<size_t>(value, 1, recordings::max_limit);
      if (!n)
        return bad(key, value, "1 to 100");
      limit = *n;
    }
  }
  return from_disk(x, [before_ms, limit](const recordings& disk) {
    return disk.list(before_ms, limit);
  });
}

http_page one_session(const api_question& x) {
  auto start = time_in(x.names[0], latest_ms);
  if (!start)
    return bad("the session", x.names[0], want_start);
  return from_disk(x, [start](const recordings& disk) {
    return disk.session(*start);
  });
}

http_page frames_at(const api_question& x) {
  auto start = time_in(x.names[0], latest_ms);
  if (!start)
    return bad("the session", x.names[0], want_start);
  auto i = x.query.find("ns");
  auto text = i == x.query.end() ? std::string{} : i->second;
  auto ns = time_in(text, latest_ns);
  if (!ns)
    return bad("ns", text, "an instant in ns since 1970");
  return from_disk(x, [start, ns](const recordings& disk) {
    return disk.at(*start, *ns);
  });
}

http_page recorded_frame(const api_question& x) {
  auto start = time_in(x.names[0], latest_ms);
  if (!start)
    return bad("the session", x.names[0], want_start);
  auto n = parse_decimal<uint64_t>(x.names[2]);
  if (!n)
    return bad("the frame", x.names[2], "its number in the session, from 0");
  return from_disk(x, [start, id = x.names[1], n](const recordings& disk) {
    return disk.frame(*start, id, *n);
  });
}

http_page recorded_file(const api_question& x) {
  auto& request = x.request;
  file_request wanted{x.names[0], std::string{request.range},
                      std::string{request.if_range}};
  return from_disk(x, [wanted = std::move(wanted)](const recordings& disk) {
    return disk.file(wanted);
  });
}

} // namespace camnode
