"""JPEGs as arrays, by OpenCV or Pillow, whichever is there."""

import io

import numpy as np
import numpy.typing as npt

from .errors import Error


def decode(jpeg: bytes) -> npt.NDArray[np.uint8]:
    """The pixels of a JPEG: height x width x 3, red, green, blue. Nothing is
    turned, whatever the JPEG says of the camera's position.
    :raises Error: where it is damaged, or neither OpenCV nor Pillow is there.
    """
    try:
        import cv2
    except ImportError:
        return _by_pillow(jpeg)
    found = cv2.imdecode(np.frombuffer(jpeg, np.uint8),
                         cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if found is None:
        raise Error("a JPEG that OpenCV cannot decode")
    return np.ascontiguousarray(found[:, :, ::-1])


def _by_pillow(jpeg: bytes) -> npt.NDArray[np.uint8]:
    try:
        from PIL import Image
    except ImportError:
        raise Error("decoding JPEGs needs OpenCV or Pillow: sudo apt install "
                    "python3-opencv, or python3-pil") from None
    try:
        with Image.open(io.BytesIO(jpeg)) as image:
            return np.asarray(image.convert("RGB"), np.uint8)
    except (OSError, SyntaxError) as error:
        raise Error(f"a JPEG that Pillow cannot decode: {error}") from error
