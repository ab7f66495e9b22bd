#pragma once

#include "actors/camera/raw_picture.hpp"
#include "messages/descriptor.hpp"

#include <libcamera/libcamera.h>

#include <caf/error.hpp>

#include <map>
#include <memory>
#include <vector>

namespace camnode {

/// The memory that a camera writes its pictures to, mapped once to be read by
/// us. On a Pi, from the DMA heaps whose memory the processor caches, as
/// reading uncached memory is slow; elsewhere from libcamera.
class libcamera_buffers {
public:
  libcamera_buffers() = default;
  ~libcamera_buffers();

  libcamera_buffers(const libcamera_buffers&) = delete;
  libcamera_buffers& operator=(const libcamera_buffers&) = delete;

  /// @param config The stream of a camera that is configured.
  /// @returns `ec::open_failed`.
  caf::error allocate(const std::shared_ptr<libcamera::Camera>& camera,
                      const libcamera::StreamConfiguration& config);

  const std::vector<libcamera::FrameBuffer*>& all() const {
    return all_;
  }

  /// The picture in a buffer, as the camera has left it.
  raw_picture picture(const libcamera::FrameBuffer* buffer) const {
    return mapped_.at(buffer).picture;
  }

  /// Frame the reading of a buffer, for the sake of the processor's cache.
  void begin_read(const libcamera::FrameBuffer* buffer) const;
  void end_read(const libcamera::FrameBuffer* buffer) const;

  /// Where the memory came from, for the log.
  const char* origin() const {
    return own_.empty() ? "libcamera" : "a DMA heap";
  }

private:
  struct mapping {
    void* data;
    size_t size;
  };

  struct mapped_buffer {
    std::map<int, mapping> maps; ///< By file descriptor.
    raw_picture picture;
  };

  bool allocate_own(const libcamera::StreamConfiguration& config);
  caf::error map(const libcamera::FrameBuffer& buffer,
                 const libcamera::StreamConfiguration& config);
  void sync(const libcamera::FrameBuffer* buffer, uint64_t flags) const;

  std::vector<std::unique_ptr<libcamera::FrameBuffer>> own_;
  std::unique_ptr<libcamera::FrameBufferAllocator> allocator_;
  std::vector<libcamera::FrameBuffer*> all_;
  std::map<const libcamera::FrameBuffer*, mapped_buffer> mapped_;
};

} // namespace camnode
