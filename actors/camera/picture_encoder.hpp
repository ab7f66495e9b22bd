#pragma once

#include "actors/base/jpeg_codec.hpp"
#include "actors/camera/encode_line.hpp"
#include "actors/camera/jpeg_splitter.hpp"
#include "actors/camera/picture_converter.hpp"

namespace camnode {

/// Turns a camera's picture into a JPEG, whatever its layout; a JPEG stays what
/// it is, without the padding that cameras append. One per thread.
class picture_encoder {
public:
  /// @param quality 1 to 100; ignored for what is a JPEG already.
  /// @returns The frame, or one loss: at the source for a broken JPEG, at the
  ///          encoder for what libjpeg cannot encode.
  encode_line::outcome encode(const raw_frame& x, int quality);

private:
  encode_line::outcome pass_through(const raw_frame& x);

  picture_converter converter_;
  jpeg_encoder encoder_;
};

} // namespace camnode
