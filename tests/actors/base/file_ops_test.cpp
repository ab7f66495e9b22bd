#define CAF_SUITE file_ops

#include "tests/camnode_test.hpp"

#include "actors/base/file_ops.hpp"
#include "tests/scratch_directory.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <iterator>
#include <string>
#include <thread>

using namespace camnode;
using namespace camnode_test;

namespace fs = std::filesystem;

namespace {

struct fixture : scratch_directory {
  const fs::path& dir = path();
};

bool contains(const caf::error& x, const std::string& text) {
  return describe(x).find(text) != std::string::npos;
}

bool is_open(int fd) {
  return fcntl(fd, F_GETFD) >= 0;
}

/// From now on `call` of this process fails with `error`.
bool forbid(unsigned call, unsigned error) {
  sock_filter steps[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog filter{std::size(steps), steps};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
         && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// From now on this process has a kernel without `renameat2`.
bool forbid_renameat2() {
  return forbid(SYS_renameat2, EINVAL);
}

/// And a file system without hard links, as FAT is.
bool forbid_links() {
#ifdef SYS_link
  if (!forbid(SYS_link, EPERM))
    return false;
#endif
  return forbid(SYS_linkat, EPERM);
}

/// Runs `f` in a process of its own.
/// @returns What `f` returned.
template <class F>
int in_child(F f) {
  auto pid = fork();
  if (pid == 0)
    _exit(f());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Interrupts this thread's system calls every 200 us while it lives.
class interruptions {
public:
  interruptions() {
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, &before_);
    const itimerval often{{0, 200}, {0, 200}};
    setitimer(ITIMER_REAL, &often, nullptr);
  }

  ~interruptions() {
    const itimerval never{};
    setitimer(ITIMER_REAL, &never, nullptr);
    sigaction(SIGALRM, &before_, nullptr);
  }

private:
  struct sigaction before_;
};

/// All that comes out of `fd`, in small reads, without being interrupted.
std::string drain(int fd) {
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  pthread_sigmask(SIG_BLOCK, &alarm, nullptr);
  std::string result;
  char chunk[1000];
  ssize_t n;
  while ((n = read(fd, chunk, sizeof(chunk))) > 0)
    result.append(chunk, static_cast<size_t>(n));
  return result;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(file_ops_tests, fixture)

CAF_TEST(a descriptor closes itself once) {
  auto fd = open("/dev/null", O_RDONLY);
  {
    unique_fd first{fd};
    unique_fd second{std::move(first)};
    CAF_CHECK(!first);
    CAF_CHECK_EQUAL(second.get(), fd);
    first = std::move(second);
    CAF_CHECK(first && is_open(fd));
  }
  CAF_CHECK(!is_open(fd));
}

CAF_TEST(a created file takes appended bytes) {
  auto path = dir / "new";
  auto fd = create_file(path);
  CAF_REQUIRE(fd);
  CAF_CHECK(!write_all(fd->get(), "ab", path));
  CAF_CHECK(!write_all(fd->get(), "", path));
  CAF_CHECK(!write_all(fd->get(), "c", path));
  CAF_CHECK(!sync_data(fd->get(), path));
  CAF_CHECK_EQUAL(content_of(path), "abc");
}

CAF_TEST(a file that was removed is not durable) {
  auto path = dir / "new";
  auto fd = create_file(path);
  CAF_REQUIRE(fd);
  fs::remove(path);
  auto err = sync_data(fd->get(), path);
  CAF_CHECK_EQUAL(err, ec::sync_failed);
  CAF_CHECK(contains(err, path.string() + ": was removed while it was "));
}

CAF_TEST(a path below a held folder is shown by its name) {
  unique_fd held{::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  auto path = descriptor_folder / std::to_string(held.get());
  CAF_CHECK_EQUAL(shown(path / "cam" / "a"), dir / "cam/a");
  CAF_CHECK_EQUAL(shown(path), dir);
  for (auto other : {"/srv/x", "Data/x", "/proc/self/fd/99999/x", "/proc/self"})
    CAF_CHECK_EQUAL(shown(other), other);
  auto err = file_error(ec::open_failed, path / "cam", ENOENT);
  CAF_CHECK(contains(err, (dir / "cam").string() + ": No such file"));
}

CAF_TEST(a full disk is told from other errors) {
  CAF_CHECK(is_disk_full(file_error(ec::write_failed, "x", ENOSPC)));
  CAF_CHECK(is_disk_full(file_error(ec::write_failed, "x", EDQUOT)));
  CAF_CHECK(!is_disk_full(file_error(ec::write_failed, "x", EIO)));
  CAF_CHECK(!is_disk_full(caf::none));
  CAF_CHECK(!is_disk_full(caf::make_error(ec::write_failed)));
}

CAF_TEST(no file is created at a name that is taken) {
  auto taken = put("taken", "precious");
  auto link = dir / "link";
  fs::create_symlink(dir / "elsewhere", link);
  for (const auto& path : {taken, link}) {
    auto fd = create_file(path);
    CAF_REQUIRE(!fd);
    CAF_CHECK_EQUAL(fd.error(), ec::open_failed);
    CAF_CHECK(contains(fd.error(), path.string() + ": File exists"));
  }
  CAF_CHECK_EQUAL(content_of(taken), "precious");
  CAF_CHECK(!fs::exists(dir / "elsewhere"));
}

CAF_TEST(all bytes are written however often signals interrupt) {
  int ends[2];
  CAF_REQUIRE_EQUAL(pipe(ends), 0);
  unique_fd out{ends[0]};
  unique_fd in{ends[1]};
  fcntl(in.get(), F_SETPIPE_SZ, 4096);
  std::string parts[3];
  for (size_t i = 0; i < 3'000'000; ++i)
    parts[i * i % 3] += static_cast<char>(i * 31 / 7);
  std::string arrived;
  std::thread reader{[&] { arrived = drain(out.get()); }};
  iovec pieces[3];
  for (size_t i = 0; i < 3; ++i)
    pieces[i] = {parts[i].data(), parts[i].size()};
  caf::error result;
  {
    interruptions guard;
    result = write_all(in.get(), pieces, 3, "pipe");
  }
  in.reset();
  reader.join();
  CAF_CHECK(!result);
  CAF_CHECK(arrived == parts[0] + parts[1] + parts[2]);
}

CAF_TEST(a full disk is told with the file and the reason) {
  unique_fd full{open("/dev/full", O_WRONLY)};
  auto err = write_all(full.get(), "x", "Data/cam/1.mp4");
  CAF_CHECK_EQUAL(err, ec::write_failed);
  CAF_CHECK_EQUAL(describe(err),
                  "write failed: Data/cam/1.mp4: No space left on device");
}

CAF_TEST(what cannot be synced is told) {
  int ends[2];
  CAF_REQUIRE_EQUAL(pipe(ends), 0);
  unique_fd out{ends[0]};
  unique_fd in{ends[1]};
  CAF_CHECK_EQUAL(sync_data(in.get(), "pipe"), ec::sync_failed);
  CAF_CHECK_EQUAL(sync_directory(dir / "none"), ec::sync_failed);
  CAF_CHECK(!sync_directory(dir));
}

CAF_TEST(missing directories are created and present ones kept) {
  auto deep = dir / "a" / "b" / "c";
  CAF_CHECK(!create_directories_synced(deep));
  CAF_CHECK(fs::is_directory(deep));
  CAF_CHECK(!create_directories_synced(deep));
  CAF_CHECK(!create_directories_synced(dir / "a" / "d" / ""));
  CAF_CHECK(fs::is_directory(dir / "a" / "d"));
}

CAF_TEST(a file in the way of a directory is told and kept) {
  auto path = put("file", "precious");
  for (const auto& wanted : {path, path / "below"}) {
    auto err = create_directories_synced(wanted);
    CAF_CHECK_EQUAL(err, ec::open_failed);
    CAF_CHECK(contains(err, path.string()));
  }
  CAF_CHECK_EQUAL(content_of(path), "precious");
  CAF_CHECK_EQUAL(create_directories_synced(""), ec::open_failed);
}

CAF_TEST(a file gets a free name and leaves its old one) {
  auto from = put("from", "x");
  CAF_CHECK(!rename_no_replace_synced(from, dir / "to"));
  CAF_CHECK(!fs::exists(from));
  CAF_CHECK_EQUAL(content_of(dir / "to"), "x");
}

CAF_TEST(renaming never replaces) {
  auto from = put("from", "new");
  auto to = put("to", "precious");
  auto err = rename_no_replace_synced(from, to);
  CAF_CHECK_EQUAL(err, ec::write_failed);
  CAF_CHECK(contains(err, to.string() + ": File exists"));
  CAF_CHECK_EQUAL(content_of(from), "new");
  CAF_CHECK_EQUAL(content_of(to), "precious");
}

CAF_TEST(a file system without such a rename keeps to the same rules) {
  auto from = put("from", "new");
  auto to = put("to", "precious");
  auto result = in_child([&] {
    if (!forbid_renameat2())
      return 1;
    if (rename_no_replace(from, to) != ec::write_failed)
      return 2;
    return rename_no_replace(from, dir / "free") ? 3 : 0;
  });
  CAF_CHECK_EQUAL(result, 0);
  CAF_CHECK(!fs::exists(from));
  CAF_CHECK_EQUAL(content_of(to), "precious");
  CAF_CHECK_EQUAL(content_of(dir / "free"), "new");
}

CAF_TEST(nor does one without links need more than that nobody else renames) {
  auto from = put("from", "new");
  auto to = put("to", "precious");
  auto result = in_child([&] {
    if (!forbid_renameat2() || !forbid_links())
      return 1;
    auto taken = rename_by_any_way(from, to);
    if (taken || !is_name_taken(taken.error()))
      return 2;
    auto way = rename_by_any_way(from, dir / "free");
    return way && *way == rename_way::check ? 0 : 3;
  });
  CAF_CHECK_EQUAL(result, 0);
  CAF_CHECK(!fs::exists(from));
  CAF_CHECK_EQUAL(content_of(to), "precious");
  CAF_CHECK_EQUAL(content_of(dir / "free"), "new");
}

CAF_TEST(a new version takes nothing from a file that has its name) {
  put("x.new", "theirs, not ours");
  CAF_CHECK(!replace_file_synced(dir / "x", "first version"));
  CAF_CHECK(!replace_file_synced(dir / "x", "second version"));
  CAF_CHECK_EQUAL(content_of(dir / "x"), "second version");
  CAF_CHECK_EQUAL(content_of(dir / "x.new"), "theirs, not ours");
  CAF_CHECK_EQUAL(std::distance(fs::directory_iterator{dir}, {}), 2);
}

CAF_TEST(a new version that was left half made is made anew) {
  for (auto left : {"", "sec", "second versi"}) {
    put("x.new", left);
    CAF_CHECK(!replace_file_synced(dir / "x", "second version"));
    CAF_CHECK_EQUAL(std::distance(fs::directory_iterator{dir}, {}), 1);
  }
}

CAF_TEST(what is made is for the user and the group alone) {
  auto mode_of = [](const fs::path& x) {
    return static_cast<unsigned>(fs::status(x).permissions());
  };
  auto result = in_child([&] {
    umask(022);
    if (create_directories_synced(dir / "d/e") || !create_file(dir / "d/f"))
      return 1;
    umask(077);
    return create_file(dir / "d/g") ? 0 : 2;
  });
  CAF_CHECK_EQUAL(result, 0);
  CAF_CHECK_EQUAL(mode_of(dir / "d"), 0750u);
  CAF_CHECK_EQUAL(mode_of(dir / "d/e"), 0750u);
  CAF_CHECK_EQUAL(mode_of(dir / "d/f"), 0640u);
  CAF_CHECK_EQUAL(mode_of(dir / "d/g"), 0600u);
}

CAF_TEST(folders whose names differ are two) {
  CAF_CHECK(!create_named_folder(dir / "cam", "a/b"));
  CAF_CHECK(!create_named_folder(dir / "cam", "A/b"));
  CAF_CHECK(!create_named_folder(dir / "cam", "A/b."));
  CAF_CHECK(fs::is_directory(dir / "cam/a/b"));
  CAF_CHECK(fs::is_directory(dir / "cam/A/b."));
}

CAF_TEST_FIXTURE_SCOPE_END()
