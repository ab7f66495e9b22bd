#include "tools/camctl/export/ffmpeg_run.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"
#include "tools/camctl/export/table_file.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string_view>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace camnode {

namespace {

/// What is kept of what it says: the first lines tell what was wrong.
constexpr size_t most_words = 4096;

constexpr size_t longest_line = 300;

/// How long it may take until somebody is asked whether to go on.
constexpr int patience_ms = 200;

/// The first line, without the parts of FFmpeg that say it (`[mp4 @ 0x...] `).
std::string first_line(std::string_view words) {
  auto line = trim(words.substr(0, words.find('\n')));
  for (auto end = line.find("] ");
       !line.empty() && line[0] == '[' && end != std::string_view::npos;
       end = line.find("] "))
    line.remove_prefix(end + 2);
  std::string result{line.substr(0, longest_line)};
  for (auto& c : result)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
      c = '?';
  return to_utf8(result);
}

} // namespace

caf::error ffmpeg_run::gave_up() {
  return caf::make_error(ec::unavailable, std::string{"was told to give up"});
}

caf::error ffmpeg_run::start(std::vector<std::string> arguments,
                             child_process::input from) {
  std::vector<std::string> command{"ffmpeg",   "-nostdin",  "-hide_banner",
                                   "-nostats", "-loglevel", "error"};
  std::move(arguments.begin(), arguments.end(), std::back_inserter(command));
  return unwritten(child_.start(command, from));
}

caf::error ffmpeg_run::feed(const uint8_t* data, size_t size,
                            const std::function<bool()>& goes_on) {
  while (size > 0) {
    auto n = send(child_.in.get(), data, size, MSG_NOSIGNAL);
    if (n > 0) {
      data += n;
      size -= static_cast<size_t>(n);
    } else if (errno == EAGAIN || errno == EINTR) {
      if (!goes_on())
        return gave_up();
      wait_for(child_.in.get(), POLLOUT, patience_ms);
    } else {
      auto why = finish(goes_on);
      return why ? why
                 : caf::make_error(ec::write_failed,
                                   std::string{"ffmpeg ended too early"});
    }
  }
  return caf::none;
}

caf::expected<size_t> ffmpeg_run::read(uint8_t* out, size_t size,
                                       const std::function<bool()>& goes_on) {
  size_t got = 0;
  while (got < size && child_.out) {
    auto n = ::read(child_.out.get(), out + got, size - got);
    if (n > 0)
      got += static_cast<size_t>(n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
      child_.out.reset();
    else if (!goes_on())
      return gave_up();
    else
      wait_for(child_.out.get(), POLLIN, patience_ms);
  }
  return got;
}

caf::error ffmpeg_run::finish(const std::function<bool()>& goes_on) {
  child_.in.reset();
  while (!child_.has_exited()) {
    if (!goes_on())
      return gave_up();
    if (child_.err)
      wait_for(-1, 0, patience_ms);
    else // It is about to end.
      child_.wait();
  }
  take_words();
  return end_error();
}

void ffmpeg_run::wait_for(int fd, short events, int patience) {
  pollfd fds[2] = {{fd, events, 0}, {child_.err.get(), POLLIN, 0}};
  if (poll(fds, 2, patience) > 0 && fds[1].revents != 0)
    take_words();
}

void ffmpeg_run::take_words() {
  char buffer[4096];
  while (child_.err) {
    auto n = ::read(child_.err.get(), buffer, sizeof(buffer));
    if (n <= 0) {
      if (n == 0 || (errno != EAGAIN && errno != EINTR))
        child_.err.reset();
      return;
    }
    auto room = most_words - std::min(words_.size(), most_words);
    words_.append(buffer, std::min(static_cast<size_t>(n), room));
  }
}

caf::error ffmpeg_run::end_error() {
  auto how = child_.reap();
  auto line = first_line(words_);
  if (how == "exited with status 0")
    return caf::none;
  if (how == "exited with status 127" && line.empty())
    return caf::make_error(ec::write_failed,
                           std::string{"there is no program ffmpeg, which "
                                       "--codec h264, --codec hevc and --grid "
                                       "need: sudo apt install ffmpeg"});
  if (line.find("Unknown encoder") != std::string::npos)
    line += "; Debian's ffmpeg has it";
  return caf::make_error(ec::write_failed,
                         "ffmpeg " + (line.empty() ? how : "failed: " + line));
}

} // namespace camnode
