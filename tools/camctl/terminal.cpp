#include "tools/camctl/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace camctl {

namespace {

volatile std::sig_atomic_t told_to_end = 0;

void on_signal(int) {
  told_to_end = 1;
}

/// All 0 where standard output is no terminal.
winsize window_of_output() {
  winsize x{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &x) == 0 ? x : winsize{};
}

constexpr char ctrl(char key) {
  return static_cast<char>(key & 0x1f);
}

void put(const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    auto n = write(STDOUT_FILENO, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR)
      return;
    done += n < 0 ? 0 : static_cast<size_t>(n);
  }
}

} // namespace

void terminal::enter() {
  auto raw = before_;
  // The keys that would end or stop the program are read like all others, so
  // that the terminal is put back first.
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  put("\033[?1049h\033[?25l"); // Another screen, without a cursor.
}

void terminal::put_back() {
  put("\033[?25h\033[?1049l");
  tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

terminal::terminal() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGHUP, &action, nullptr);
  sigaction(SIGQUIT, &action, nullptr);
  tcgetattr(STDIN_FILENO, &before_);
  enter();
}

terminal::~terminal() {
  put_back();
}

terminal::size terminal::dimensions() {
  auto x = window_of_output();
  return x.ws_col == 0 ? size{80, 24} : size{x.ws_col, x.ws_row};
}

size_t terminal::columns_or_0() {
  return window_of_output().ws_col;
}

void terminal::draw(const std::string& text) {
  auto rows = dimensions().rows;
  std::string screen = "\033[H";
  size_t shown = 0;
  for (size_t begin = 0; begin < text.size() && shown < rows; ++shown) {
    auto end = text.find('\n', begin);
    if (end == std::string::npos)
      end = text.size();
    screen += (shown == 0 ? "" : "\r\n") + text.substr(begin, end - begin)
              + "\033[K";
    begin = end + 1;
  }
  put(screen + "\033[J");
}

char terminal::wait_key(std::chrono::milliseconds patience) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (told_to_end)
    return 'q';
  if (poll(&input, 1, static_cast<int>(patience.count())) <= 0)
    return told_to_end ? 'q' : char{0};
  char key = 0;
  if (read(STDIN_FILENO, &key, 1) != 1 || key == ctrl('C') || key == ctrl('\\'))
    return 'q';
  if (key == ctrl('Z')) {
    put_back();
    raise(SIGSTOP);
    enter();
  }
  return key;
}

} // namespace camctl
