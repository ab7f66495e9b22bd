// For tests: makes libcamera's virtual camera work, and misbehave, on machines
// without any device. Preloaded into camnode.
//
// - /dev/udmabuf, and with CAMNODE_FAKE_HEAP=1 also the DMA heap of a Raspberry
//   Pi, give memory of the kernel's plain kind (memfd).
// - CAMNODE_FAKE_FPS=<n>: frames come at this pace, as from a sensor that runs
//   freely: who has no buffer ready misses one. Without it, as fast as they are
//   asked for.
// - CAMNODE_FAKE_STALL=<file>: while the file is there, the camera takes requests
//   and completes none.
//
// All in terms of system calls, as some of this runs before any library is set
// up.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int is_fake(const char* path) {
  if (strcmp(path, "/dev/udmabuf") == 0)
    return 1;
  return strcmp(path, "/dev/dma_heap/vidbuf_cached") == 0
         && getenv("CAMNODE_FAKE_HEAP") != NULL;
}

static int open_path(const char* path, int flags, int mode) {
  if (is_fake(path))
    return memfd_create("fake-device", MFD_CLOEXEC);
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define WRAP_OPEN(NAME)                                                        \
  int NAME(const char* path, int flags, ...) {                                 \
    va_list args;                                                              \
    va_start(args, flags);                                                     \
    int mode = va_arg(args, int);                                              \
    va_end(args);                                                              \
    return open_path(path, flags, mode);                                       \
  }
WRAP_OPEN(open)
WRAP_OPEN(open64)

static int allocate(struct dma_heap_allocation_data* request) {
  int fd = memfd_create("fake-heap", MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, (off_t)request->len) != 0)
    return -1;
  request->fd = (uint32_t)fd;
  return 0;
}

int ioctl(int fd, unsigned long request, ...) {
  va_list args;
  va_start(args, request);
  void* data = va_arg(args, void*);
  va_end(args);
  if (request == UDMABUF_CREATE)
    return fcntl(((struct udmabuf_create*)data)->memfd, F_DUPFD_CLOEXEC, 0);
  if (request == DMA_HEAP_IOCTL_ALLOC)
    return allocate(data);
  return (int)syscall(SYS_ioctl, fd, request, data);
}

static void wait_for_frame(void) {
  const char* fps = getenv("CAMNODE_FAKE_FPS");
  if (fps == NULL)
    return;
  int64_t period_ns = 1000000000 / atoi(fps);
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  int64_t now_ns = t.tv_sec * 1000000000LL + t.tv_nsec;
  int64_t next_ns = (now_ns / period_ns + 1) * period_ns;
  t.tv_sec = next_ns / 1000000000;
  t.tv_nsec = next_ns % 1000000000;
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {
  }
}

// The virtual camera maps the buffer of each frame that it draws; nobody else
// in camnode maps shared memory to write to it.
static void* map(void* address, size_t size, int access, int flags, int fd,
                 off_t offset) {
  if (fd >= 0 && (access & PROT_WRITE) && (flags & MAP_SHARED))
    wait_for_frame();
  return (void*)syscall(SYS_mmap, address, size, access, flags, fd, offset);
}

void* mmap(void* address, size_t size, int access, int flags, int fd,
           off_t offset) {
  return map(address, size, access, flags, fd, offset);
}

void* mmap64(void* address, size_t size, int access, int flags, int fd,
             off_t offset) {
  return map(address, size, access, flags, fd, offset);
}

#define QUEUE_REQUEST "_ZN9libcamera6Camera12queueRequestEPNS_7RequestE"

int queue_request(void* camera, void* request) __asm__(QUEUE_REQUEST);

int queue_request(void* camera, void* request) {
  static int (*real)(void*, void*);
  const char* stall = getenv("CAMNODE_FAKE_STALL");
  if (stall != NULL && access(stall, F_OK) == 0)
    return 0;
  if (real == NULL)
    real = (int (*)(void*, void*))dlsym(RTLD_NEXT, QUEUE_REQUEST);
  return real(camera, request);
}
