// libcamnode_faults.so, to be preloaded into a client: keeps a log of all that
// it does to the files below one folder, from which power_cut.py rebuilds the
// folder as a power cut could leave it; and has calls fail or block on demand.
//
//   CAMNODE_FAULTS_ROOT     the folder, without links in its path
//   CAMNODE_FAULTS_LOG      where the log goes, outside of the folder; may be
//                           missing. power_cut.py describes its records.
//   CAMNODE_FAULTS_TRIGGER  while this file is there, each line of it is a
//                           fault: CALL PART ERROR. CALL is `read` (at a place
//                           of a file), `write`, `sync`, `link` or `noreplace`
//                           (a rename that replaces nothing), PART a part of
//                           the paths that it concerns, ERROR a number of
//                           errno, or 0: the call blocks until the line is
//                           gone. A write that fails with ENOSPC takes half of
//                           its bytes first, as a full disk does.

#include "tests/faults/call_log.hpp"
#include "tests/faults/wanted_faults.hpp"
#include "tests/faults/watched.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>

using namespace faults;

namespace {

/// Calls the function that we stand in front of.
template <class F>
F* real(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

#define REAL(f) static const auto next = real<decltype(f)>(#f)

/// Writes by `call(parts, count)`, which returns what `writev` does.
template <class Call>
ssize_t write_logged(int fd, const iovec* parts, int count, Call call) {
  std::string bytes;
  for (int i = 0; i < count; ++i)
    bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  auto error = fault_now("write", fd);
  if (error > 0) {
    auto fits = error == ENOSPC ? bytes_that_fit(fd, bytes.size()) : 0;
    if (fits == 0) {
      errno = error;
      return -1;
    }
    bytes.resize(fits);
  }
  iovec all{bytes.data(), bytes.size()};
  std::lock_guard<std::mutex> guard{order()};
  auto n = call(&all, 1);
  if (n > 0)
    put(event::write, inode_of(fd),
        static_cast<uint64_t>(lseek(fd, 0, SEEK_CUR) - n), {}, {}, bytes.data(),
        static_cast<size_t>(n));
  return n;
}

/// One count for all kinds of sync: the log tells them apart by number.
std::atomic<uint64_t> syncs{0};

template <class Call>
int sync_logged(int fd, Call call) {
  auto error = fault_now("sync", fd);
  if (error > 0) {
    errno = error;
    return -1;
  }
  auto number = ++syncs;
  {
    std::lock_guard<std::mutex> guard{order()};
    put(event::sync_begin, inode_of(fd), number, path_of(fd));
  }
  auto result = call();
  if (result == 0) {
    std::lock_guard<std::mutex> guard{order()};
    put(event::sync_end, inode_of(fd), number);
  }
  return result;
}

/// Opens by `call`, and logs a file that was not there before.
template <class Call>
int open_logged(int dir, const char* path, int flags, Call call) {
  auto name = absolute(dir, path);
  if (!inside(name)) {
    auto fd = call();
    forget(fd);
    return fd;
  }
  std::lock_guard<std::mutex> guard{order()};
  auto before = (flags & O_CREAT) != 0 ? inode_at(name) : 1;
  auto fd = call();
  forget(fd);
  if (fd >= 0 && before == 0)
    put(event::create, inode_of(fd), 0, name);
  else if (fd >= 0 && (flags & O_TRUNC) != 0)
    put(event::truncate, inode_of(fd), 0);
  return fd;
}

/// Changes names by `call`; returns what that does.
template <class Call>
int names_logged(event what, int dir, const char* path, int second_dir,
                 const char* second, Call call) {
  auto name = absolute(dir, path);
  if (!inside(name))
    return call();
  std::lock_guard<std::mutex> guard{order()};
  auto result = call();
  auto other = second ? absolute(second_dir, second) : std::string{};
  auto made = what == event::make_dir ? name
              : what == event::link   ? other
                                      : std::string{};
  if (result == 0)
    put(what, made.empty() ? 0 : inode_at(made), 0, name, other);
  return result;
}

} // namespace

extern "C" {

#define OPEN_MODE                               \
  mode_t mode = 0;                              \
  if ((flags & (O_CREAT | __O_TMPFILE)) != 0) { \
    va_list rest;                               \
    va_start(rest, flags);                      \
    mode = va_arg(rest, mode_t);                \
    va_end(rest);                               \
  }

int open(const char* path, int flags, ...) {
  OPEN_MODE
  return open_logged(AT_FDCWD, path, flags, [&] {
    return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  });
}

int open64(const char* path, int flags, ...) {
  OPEN_MODE
  return open(path, flags | O_LARGEFILE, mode);
}

int openat(int dir, const char* path, int flags, ...) {
  OPEN_MODE
  return open_logged(dir, path, flags, [&] {
    return static_cast<int>(syscall(SYS_openat, dir, path, flags, mode));
  });
}

int openat64(int dir, const char* path, int flags, ...) {
  OPEN_MODE
  return openat(dir, path, flags | O_LARGEFILE, mode);
}

int creat(const char* path, mode_t mode) {
  return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int close(int fd) {
  REAL(close);
  forget(fd);
  return next(fd);
}

ssize_t writev(int fd, const iovec* parts, int count) {
  REAL(writev);
  if (!tracked(fd))
    return next(fd, parts, count);
  return write_logged(fd, parts, count,
                      [&](const iovec* xs, int n) { return next(fd, xs, n); });
}

ssize_t write(int fd, const void* data, size_t size) {
  REAL(write);
  if (!tracked(fd))
    return next(fd, data, size);
  iovec part{const_cast<void*>(data), size};
  return write_logged(fd, &part, 1, [&](const iovec* xs, int) {
    return next(fd, xs->iov_base, xs->iov_len);
  });
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  REAL(pwrite);
  if (!tracked(fd))
    return next(fd, data, size, at);
  auto error = fault_now("write", fd);
  if (error > 0) {
    errno = error;
    return -1;
  }
  std::lock_guard<std::mutex> guard{order()};
  auto n = next(fd, data, size, at);
  if (n > 0)
    put(event::write, inode_of(fd), static_cast<uint64_t>(at), {}, {}, data,
        static_cast<size_t>(n));
  return n;
}

ssize_t pread(int fd, void* data, size_t size, off_t at) {
  REAL(pread);
  auto error = tracked(fd) ? fault_now("read", fd) : -1;
  if (error <= 0)
    return next(fd, data, size, at);
  errno = error;
  return -1;
}

ssize_t pread64(int fd, void* data, size_t size, off64_t at) {
  return pread(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  return pwrite(fd, data, size, at);
}

int ftruncate(int fd, off_t size) {
  REAL(ftruncate);
  if (!tracked(fd))
    return next(fd, size);
  std::lock_guard<std::mutex> guard{order()};
  auto result = next(fd, size);
  if (result == 0)
    put(event::truncate, inode_of(fd), static_cast<uint64_t>(size));
  return result;
}

int ftruncate64(int fd, off64_t size) {
  return ftruncate(fd, size);
}

int posix_fallocate(int fd, off_t at, off_t size) {
  REAL(posix_fallocate);
  if (!tracked(fd))
    return next(fd, at, size);
  auto error = fault_now("write", fd);
  if (error > 0)
    return error;
  std::lock_guard<std::mutex> guard{order()};
  auto result = next(fd, at, size);
  if (result == 0)
    put(event::truncate, inode_of(fd), static_cast<uint64_t>(at + size));
  return result;
}

int posix_fallocate64(int fd, off64_t at, off64_t size) {
  return posix_fallocate(fd, at, size);
}

int fsync(int fd) {
  REAL(fsync);
  return tracked(fd) ? sync_logged(fd, [&] { return next(fd); }) : next(fd);
}

int fdatasync(int fd) {
  REAL(fdatasync);
  return tracked(fd) ? sync_logged(fd, [&] { return next(fd); }) : next(fd);
}

int mkdir(const char* path, mode_t mode) {
  REAL(mkdir);
  return names_logged(event::make_dir, AT_FDCWD, path, 0, nullptr,
                      [&] { return next(path, mode); });
}

int rename(const char* from, const char* to) {
  REAL(rename);
  return names_logged(event::rename, AT_FDCWD, from, AT_FDCWD, to,
                      [&] { return next(from, to); });
}

int renameat2(int from_dir, const char* from, int to_dir, const char* to,
              unsigned flags) {
  REAL(renameat2);
  if (flags != 0 && fails("noreplace", from_dir, from))
    return -1;
  return names_logged(event::rename, from_dir, from, to_dir, to,
                      [&] { return next(from_dir, from, to_dir, to, flags); });
}

int link(const char* from, const char* to) {
  REAL(link);
  if (fails("link", AT_FDCWD, from))
    return -1;
  return names_logged(event::link, AT_FDCWD, from, AT_FDCWD, to,
                      [&] { return next(from, to); });
}

int linkat(int from_dir, const char* from, int to_dir, const char* to,
           int flags) {
  REAL(linkat);
  if (fails("link", from_dir, from))
    return -1;
  return names_logged(event::link, from_dir, from, to_dir, to,
                      [&] { return next(from_dir, from, to_dir, to, flags); });
}

int unlink(const char* path) {
  REAL(unlink);
  return names_logged(event::unlink, AT_FDCWD, path, 0, nullptr,
                      [&] { return next(path); });
}

int unlinkat(int dir, const char* path, int flags) {
  REAL(unlinkat);
  return names_logged(event::unlink, dir, path, 0, nullptr,
                      [&] { return next(dir, path, flags); });
}

int rmdir(const char* path) {
  REAL(rmdir);
  return names_logged(event::unlink, AT_FDCWD, path, 0, nullptr,
                      [&] { return next(path); });
}

int remove(const char* path) {
  struct stat info;
  if (lstat(path, &info) != 0)
    return -1;
  return S_ISDIR(info.st_mode) ? rmdir(path) : unlink(path);
}

} // extern "C"
