#include "actors/base/jpeg_codec.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>

namespace camnode {

namespace {

constexpr size_t max_comment_bytes = 60'000;
constexpr int max_decoded_side = 16'384;

/// What `jpeg_encoder::handle_` points to. libjpeg-turbo needs room for the
/// worst case, many times what a JPEG has; that room is kept, and frames get
/// buffers of their own size.
struct encoder_state {
  tjhandle compressor = nullptr;
  unsigned char* room = nullptr;
  unsigned long room_size = 0;

  ~encoder_state() {
    tjFree(room);
    if (compressor)
      tjDestroy(compressor);
  }

  void reserve(int width, int height) {
    auto needed = tjBufSize(width, height, TJSAMP_420);
    if (needed == static_cast<unsigned long>(-1))
      throw std::runtime_error("no JPEG has this size in pixels");
    if (needed <= room_size)
      return;
    tjFree(room);
    room_size = 0;
    room = tjAlloc(static_cast<int>(needed));
    if (!room)
      throw std::bad_alloc();
    room_size = needed;
  }
};

/// Start marker and comment go in front of what follows the start marker.
frame_bytes with_comment(const uint8_t* jpeg, size_t size,
                         const std::string& comment) {
  auto extra = comment.empty() ? 0 : comment.size() + 4;
  frame_bytes result{size + extra};
  auto out = result.data();
  memcpy(out, jpeg, 2);
  if (extra > 0) {
    auto length = comment.size() + 2;
    out[2] = 0xFF;
    out[3] = 0xFE;
    out[4] = static_cast<uint8_t>(length >> 8);
    out[5] = static_cast<uint8_t>(length);
    memcpy(out + 6, comment.data(), comment.size());
  }
  memcpy(out + 2 + extra, jpeg + 2, size - 2);
  result.resize(size + extra);
  return result;
}

/// Whether so few bytes can hold so many pixels: Huffman coding spends at
/// least a bit on each block of 8 x 8. Keeps a few hostile bytes from costing
/// hundreds of megabytes.
bool plausible(size_t size, int width, int height) {
  auto blocks = (static_cast<size_t>(width) + 7) / 8
                * ((static_cast<size_t>(height) + 7) / 8);
  return size > blocks / 8;
}

/// The smallest scale (1/8 to 1/1) that still covers one dimension.
int scale_denominator(int width, int height, int want_width, int want_height) {
  int result = 8;
  while (result > 1 && (width + result - 1) / result < want_width
         && (height + result - 1) / result < want_height)
    result /= 2;
  return result;
}

bool try_decode(tjhandle decompressor, const uint8_t* data, size_t size,
                int want_width, int want_height, bgr_picture& out) {
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colorspace = 0;
  if (tjDecompressHeader3(decompressor, data, size, &width, &height,
                          &subsampling, &colorspace)
      != 0)
    return false;
  if (width < 1 || height < 1 || width > max_decoded_side
      || height > max_decoded_side || !plausible(size, width, height))
    return false;
  auto scale = scale_denominator(width, height, want_width, want_height);
  out.width = TJSCALED(width, (tjscalingfactor{1, scale}));
  out.height = TJSCALED(height, (tjscalingfactor{1, scale}));
  out.pixels.resize(static_cast<size_t>(out.width)
                    * static_cast<size_t>(out.height) * 3);
  // A warning is an error here: it means a damaged or truncated JPEG. The fast
  // inverse DCT is not for us: it overflows visibly where contrast is high.
  return tjDecompress2(decompressor, data, size, out.pixels.data(), out.width,
                       0, out.height, TJPF_BGR,
                       TJFLAG_FASTUPSAMPLE | TJFLAG_STOPONWARNING
                         | TJFLAG_LIMITSCANS)
         == 0;
}

} // namespace

jpeg_encoder::jpeg_encoder() {
  auto state = std::make_unique<encoder_state>();
  state->compressor = tjInitCompress();
  if (!state->compressor)
    throw std::runtime_error(tjGetErrorStr2(nullptr));
  handle_ = state.release();
}

jpeg_encoder::~jpeg_encoder() {
  delete static_cast<encoder_state*>(handle_);
}

frame_bytes jpeg_encoder::encode(const yuv420_view& picture, int quality,
                                 const std::string& comment) {
  if (comment.size() > max_comment_bytes)
    throw std::runtime_error("the JPEG comment is too long");
  if (quality < 1 || quality > 100)
    throw std::runtime_error("a JPEG's quality is 1 to 100");
  auto& state = *static_cast<encoder_state*>(handle_);
  state.reserve(picture.width, picture.height);
  const unsigned char* planes[3];
  std::copy(picture.planes, picture.planes + 3, planes);
  auto size = state.room_size;
  if (tjCompressFromYUVPlanes(state.compressor, planes, picture.width,
                              picture.strides, picture.height, TJSAMP_420,
                              &state.room, &size, quality, TJFLAG_NOREALLOC)
      != 0)
    throw std::runtime_error(tjGetErrorStr2(state.compressor));
  return with_comment(state.room, size, comment);
}

jpeg_decoder::jpeg_decoder() : handle_(tjInitDecompress()) {
  if (!handle_)
    throw std::runtime_error(tjGetErrorStr2(nullptr));
}

jpeg_decoder::~jpeg_decoder() {
  if (handle_)
    tjDestroy(handle_);
}

bool jpeg_decoder::decode(const uint8_t* data, size_t size, int want_width,
                          int want_height, bgr_picture& out) {
  if (!handle_)
    handle_ = tjInitDecompress();
  if (handle_ && try_decode(handle_, data, size, want_width, want_height, out))
    return true;
  // After some errors a decompressor refuses whatever comes next.
  if (handle_)
    tjDestroy(handle_);
  handle_ = nullptr;
  return false;
}

} // namespace camnode
