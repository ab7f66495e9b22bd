#include "actors/base/child_process.hpp"

#include "messages/error.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace camnode {

namespace {

/// A program in an uninterruptible call of a driver outlives SIGKILL.
constexpr std::chrono::milliseconds reap_patience{500};

struct fd_pair {
  unique_fd read_end;
  unique_fd write_end;
};

/// Keeps 0 to 2 free, which are the child's own.
unique_fd above_stdio(unique_fd x) {
  if (!x || x.get() > STDERR_FILENO)
    return x;
  return unique_fd{fcntl(x.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
}

fd_pair make_pipe() {
  int fds[2] = {-1, -1};
  if (pipe2(fds, O_CLOEXEC) != 0)
    return {};
  fd_pair result;
  result.read_end = above_stdio(unique_fd{fds[0]});
  result.write_end = above_stdio(unique_fd{fds[1]});
  return result;
}

bool make_nonblocking(int fd) {
  auto flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

/// What a program reads, and where that is written, if anybody does.
fd_pair make_input(child_process::input from) {
  if (from == child_process::input::none)
    return {above_stdio(unique_fd{open("/dev/null", O_RDONLY | O_CLOEXEC)}),
            {}};
  int fds[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    return {};
  fd_pair result{above_stdio(unique_fd{fds[0]}),
                 above_stdio(unique_fd{fds[1]})};
  if (!make_nonblocking(result.write_end.get()))
    return {};
  return result;
}

/// What the child's side of fork needs; made before, as the child of a program
/// with threads may only make system calls.
struct launch {
  std::vector<char*> argv;
  pid_t parent;
  int in;
  int out;
  int err;
};

/// Runs in the child. All signals are blocked.
[[noreturn]] void become(const launch& x) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != x.parent)
    _exit(child_process::no_program);
  if (dup2(x.in, STDIN_FILENO) < 0 || dup2(x.out, STDOUT_FILENO) < 0
      || dup2(x.err, STDERR_FILENO) < 0)
    _exit(child_process::no_program);
  close_range(STDERR_FILENO + 1, ~0u, 0);
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number)
    sigaction(number, &by_default, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execvp(x.argv[0], x.argv.data());
  _exit(child_process::no_program);
}

/// Forks with all signals blocked, so that no handler of ours runs in the
/// child.
pid_t fork_into(const launch& x) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  auto pid = fork();
  if (pid == 0)
    become(x);
  auto error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

std::string ending(int status) {
  if (WIFEXITED(status))
    return "exited with status " + std::to_string(WEXITSTATUS(status));
  auto name = sigabbrev_np(WTERMSIG(status));
  return "was killed by "
         + (name ? std::string{"SIG"} + name
                 : "signal " + std::to_string(WTERMSIG(status)));
}

caf::error failure(const std::string& what) {
  auto reason = std::generic_category().message(errno);
  return caf::make_error(ec::open_failed, what + ": " + reason);
}

} // namespace

child_process::~child_process() {
  if (pid_ > 0)
    reap();
}

caf::error child_process::start(const std::vector<std::string>& command,
                                input from) {
  auto stdin_pair = make_input(from);
  auto out_pipe = make_pipe();
  auto err_pipe = make_pipe();
  if (!stdin_pair.read_end || !out_pipe.write_end || !err_pipe.write_end
      || !make_nonblocking(out_pipe.read_end.get())
      || !make_nonblocking(err_pipe.read_end.get()))
    return failure("no pipe for a program");
  launch how{{},
             getpid(),
             stdin_pair.read_end.get(),
             out_pipe.write_end.get(),
             err_pipe.write_end.get()};
  for (auto& word : command)
    how.argv.push_back(const_cast<char*>(word.c_str()));
  how.argv.push_back(nullptr);
  pid_ = fork_into(how);
  if (pid_ < 0)
    return failure("cannot start a program");
  // The child does the same, as either may come first.
  setpgid(pid_, pid_);
  in = std::move(stdin_pair.write_end);
  out = std::move(out_pipe.read_end);
  err = std::move(err_pipe.read_end);
  return caf::none;
}

bool child_process::has_exited() const {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info,
                WEXITED | WNOHANG | WNOWAIT)
           == 0
         && info.si_pid == pid_;
}

void child_process::wait() const {
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0
         && errno == EINTR)
    ;
}

void child_process::signal(int number) const {
  kill(-pid_, number);
}

std::string child_process::reap() {
  using clock = std::chrono::steady_clock;
  signal(SIGKILL);
  auto pid = std::exchange(pid_, -1);
  int status = 0;
  for (auto end = clock::now() + reap_patience; clock::now() < end;) {
    auto result = waitpid(pid, &status, WNOHANG);
    if (result == pid)
      return ending(status);
    if (result < 0)
      return "ended";
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  std::thread{[pid] { waitpid(pid, nullptr, 0); }}.detach();
  return "does not end";
}

} // namespace camnode
