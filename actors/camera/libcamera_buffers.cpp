#include "actors/camera/libcamera_buffers.hpp"

#include "actors/camera/libcamera_format.hpp"
#include "actors/camera/libcamera_manager.hpp"
#include "messages/error.hpp"

#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

namespace camnode {

namespace {

namespace lc = libcamera;

/// Heaps of a Pi with memory that its camera can write to, best first.
constexpr const char* heaps[] = {"/dev/dma_heap/vidbuf_cached",
                                 "/dev/dma_heap/linux,cma"};

caf::error failure(std::string text) {
  return caf::make_error(ec::open_failed, std::move(text));
}

/// One plane of a picture within a buffer without gaps.
struct plane_shape {
  size_t offset;
  size_t size; ///< With padding at the ends of rows.
  int stride;
};

std::vector<plane_shape> shapes_of(const lc::StreamConfiguration& config) {
  auto stride = config.stride;
  auto luma = size_t{stride} * config.size.height;
  auto half = static_cast<int>(stride / 2);
  switch (*layout_of(config.pixelFormat)) {
    case pixel_layout::yuv420:
      return {{0, luma, static_cast<int>(stride)},
              {luma, luma / 4, half},
              {luma + luma / 4, luma / 4, half}};
    case pixel_layout::nv12:
      return {{0, luma, static_cast<int>(stride)},
              {luma, luma / 2, static_cast<int>(stride)}};
    case pixel_layout::yuyv:
      return {{0, luma, static_cast<int>(stride)}};
    default:
      return {{0, config.frameSize, 0}};
  }
}

/// Memory of the best heap that gives some; an invalid one if none does.
lc::SharedFD allocate_from_heap(size_t size) {
  for (auto path : heaps) {
    unique_fd heap{open(path, O_RDWR | O_CLOEXEC)};
    if (!heap)
      continue;
    dma_heap_allocation_data request{};
    request.len = size;
    request.fd_flags = O_RDWR | O_CLOEXEC;
    if (ioctl(heap.get(), DMA_HEAP_IOCTL_ALLOC, &request) == 0)
      return lc::SharedFD(static_cast<int>(request.fd));
  }
  return lc::SharedFD();
}

} // namespace

libcamera_buffers::~libcamera_buffers() {
  for (auto& [buffer, x] : mapped_)
    for (auto& [fd, map] : x.maps)
      munmap(map.data, map.size);
}

caf::error
libcamera_buffers::allocate(const std::shared_ptr<lc::Camera>& camera,
                            const lc::StreamConfiguration& config) {
  if (allocate_own(config)) {
    for (auto& x : own_)
      all_.push_back(x.get());
  } else {
    allocator_ = std::make_unique<lc::FrameBufferAllocator>(camera);
    auto result = allocator_->allocate(config.stream());
    if (result < 0)
      return failure("no memory for the camera's pictures: "
                     + libcamera_error_text(result));
    for (auto& x : allocator_->buffers(config.stream()))
      all_.push_back(x.get());
  }
  if (all_.size() < 2)
    return failure("the camera gives " + std::to_string(all_.size())
                   + " buffers; two are the least");
  for (auto x : all_)
    if (auto error = map(*x, config))
      return error;
  return caf::none;
}

bool libcamera_buffers::allocate_own(const lc::StreamConfiguration& config) {
  // A USB camera's driver has memory of its own, which is cached.
  if (config.pixelFormat == lc::formats::MJPEG)
    return false;
  auto shapes = shapes_of(config);
  for (unsigned i = 0; i < config.bufferCount; ++i) {
    auto memory = allocate_from_heap(config.frameSize);
    if (!memory.isValid()) {
      own_.clear();
      return false;
    }
    std::vector<lc::FrameBuffer::Plane> planes(shapes.size());
    for (size_t n = 0; n < shapes.size(); ++n) {
      planes[n].fd = memory;
      planes[n].offset = static_cast<unsigned>(shapes[n].offset);
      planes[n].length = static_cast<unsigned>(shapes[n].size);
    }
    // What is after the picture belongs to its last plane.
    auto& last = planes.back();
    last.length = config.frameSize - last.offset;
    own_.push_back(std::make_unique<lc::FrameBuffer>(planes));
  }
  return true;
}

caf::error libcamera_buffers::map(const lc::FrameBuffer& buffer,
                                  const lc::StreamConfiguration& config) {
  auto& result = mapped_[&buffer];
  std::map<int, size_t> needed;
  for (auto& x : buffer.planes()) {
    auto& size = needed[x.fd.get()];
    size = std::max(size, size_t{x.offset} + x.length);
  }
  for (auto [fd, size] : needed) {
    auto data = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED)
      return failure("a picture of the camera cannot be mapped: "
                     + libcamera_error_text(errno));
    result.maps[fd] = {data, size};
  }
  // Planes of their own where the buffer has as many, else one after the
  // other. Some pipelines append an empty one.
  auto shapes = shapes_of(config);
  const auto& planes = buffer.planes(); // A reference, or a view since 0.6.
  auto separate = planes.size() >= shapes.size();
  auto& picture = result.picture;
  picture.layout = *layout_of(config.pixelFormat);
  picture.width = static_cast<int>(config.size.width);
  picture.height = static_cast<int>(config.size.height);
  for (size_t i = 0; i < shapes.size(); ++i) {
    auto& plane = planes[separate ? i : 0];
    auto& map = result.maps[plane.fd.get()];
    auto offset = size_t{plane.offset} + (separate ? 0 : shapes[i].offset);
    if (offset + shapes[i].size > map.size)
      return failure("the camera's buffers are smaller than its pictures");
    picture.planes[i] = static_cast<const uint8_t*>(map.data) + offset;
    picture.strides[i] = shapes[i].stride;
  }
  picture.bytes = shapes[0].size;
  return caf::none;
}

void libcamera_buffers::begin_read(const lc::FrameBuffer* buffer) const {
  sync(buffer, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
}

void libcamera_buffers::end_read(const lc::FrameBuffer* buffer) const {
  sync(buffer, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
}

void libcamera_buffers::sync(const lc::FrameBuffer* buffer,
                             uint64_t flags) const {
  // Memory that is no DMA buffer refuses, and needs none.
  dma_buf_sync request{flags};
  for (auto& [fd, map] : mapped_.at(buffer).maps)
    ioctl(fd, DMA_BUF_IOCTL_SYNC, &request);
}

} // namespace camnode
