"""The films: all that is known here of the boxes of an MP4 (ISO/IEC 14496-12).

A film has one of two forms, which its boxes tell. While it is open, and for
good in recordings of earlier versions, it is fragmented: `moov`, then a `moof`
and an `mdat` for each picture. When it is closed it is an ordinary MP4: all that
is in one `mdat`, and a `moov` at the end has tables of where the pictures are.
"""

import dataclasses
import os
import pathlib
import struct
from typing import BinaryIO, Dict, Iterator, Optional, Tuple

import numpy as np
import numpy.typing as npt

from .errors import Error

Numbers = npt.NDArray[np.int64]

# What stands in front of a picture of a fragmented film: a `moof`, and the
# header of an `mdat`.
_MOOF_BYTES = 100
_GAP_BYTES = _MOOF_BYTES + 8

# The largest `moov` that is read: of a day of pictures, 100 a second.
_MAX_MOOV_BYTES = 256 << 20

_TIMESCALE = 1_000_000


@dataclasses.dataclass(frozen=True)
class _Box:
    kind: bytes
    begin: int # Of its header.
    content: int
    end: int


def positions(path: pathlib.Path, sizes: Numbers) -> Tuple[Numbers, str]:
    """Where in a film the pictures begin whose sizes an index has.
    :returns: The places of those pictures that are whole, from the first one
        on; and why there are no more, or an empty text.
    :raises FileNotFoundError: where there is no film.
    :raises Error: where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return _positions(file, sizes)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    except (struct.error, ValueError, OverflowError) as error:
        return _NONE, f"{path}: is a damaged MP4: {error}"


_NONE: Numbers = np.zeros(0, np.int64)


def _positions(file: BinaryIO, sizes: Numbers) -> Tuple[Numbers, str]:
    size = os.fstat(file.fileno()).st_size
    moov: Optional[_Box] = None
    for box in _boxes(file, 0, size):
        if box.kind == b"moof":
            return _in_fragments(file, size, box.begin, sizes)
        if box.kind == b"moov":
            moov = box
    if moov is None or moov.end > size:
        # One that was just begun may lack the rest of its beginning.
        return _NONE, f"{file.name}: is no whole film"
    tables = _tables(file, moov)
    if tables is None: # Fragmented, and without a fragment.
        return _in_fragments(file, size, moov.end, sizes)
    places, found = tables
    count = min(len(sizes), len(found))
    same = found[:count] == sizes[:count]
    whole = same & (places[:count] + sizes[:count] <= size)
    good = count if whole.all() else int(whole.argmin())
    why = "" if good == len(sizes) else \
        f"{file.name}: its picture {good} is not that of its index"
    return places[:good], why


def _boxes(file: BinaryIO, begin: int, end: int) -> Iterator[_Box]:
    """The boxes that fill a range; the last one may reach beyond it."""
    while begin + 8 <= end:
        head = os.pread(file.fileno(), 16, begin)
        size, kind = struct.unpack_from(">I4s", head)
        content = begin + 8
        if size == 1:
            size, = struct.unpack_from(">Q", head, 8)
            content += 8
        elif size == 0: # To the end.
            size = end - begin
        if size < content - begin:
            return
        yield _Box(kind, begin, content, begin + size)
        begin += size


def _in_fragments(file: BinaryIO, size: int, first: int, sizes: Numbers) \
        -> Tuple[Numbers, str]:
    """Reckons where the pictures are, and looks whether the last ones are: an
    index may be ahead of an open film, and a crash may take the end of one."""
    ends = first + np.cumsum(sizes + _GAP_BYTES)
    places = ends - sizes
    good = int(np.searchsorted(ends, size, side="right"))
    while good > 0 and not _is_fragment(file, int(places[good - 1]),
                                        int(sizes[good - 1])):
        good -= 1
    why = "" if good == len(sizes) else \
        f"{file.name}: has {good} whole pictures where its index has " \
        f"{len(sizes)}"
    return places[:good], why


def _is_fragment(file: BinaryIO, place: int, size: int) -> bool:
    """Whether a fragment of one picture of that size is there."""
    head = os.pread(file.fileno(), _GAP_BYTES, place - _GAP_BYTES)
    return len(head) == _GAP_BYTES \
        and head[:8] == struct.pack(">I4s", _MOOF_BYTES, b"moof") \
        and head[_MOOF_BYTES:] == struct.pack(">I4s", size + 8, b"mdat")


# -- tables --------------------------------------------------------------------

class _Tree:
    """The boxes within a `moov`, by their kinds; the first of each counts."""

    def __init__(self, data: bytes) -> None:
        self._found: Dict[bytes, bytes] = {}
        at = 0
        while at + 8 <= len(data):
            size, kind = struct.unpack_from(">I4s", data, at)
            if size < 8:
                break
            self._found.setdefault(kind, data[at + 8:at + size])
            at += size

    def __contains__(self, kind: bytes) -> bool:
        return kind in self._found

    def content(self, path: bytes) -> bytes:
        """The content of the box at a path, as in b"trak/mdia"; empty if there
        is none."""
        kind, _, rest = path.partition(b"/")
        data = self._found.get(kind, b"")
        return _Tree(data).content(rest) if rest else data


def _tree(file: BinaryIO, moov: _Box) -> _Tree:
    size = moov.end - moov.content
    if size > _MAX_MOOV_BYTES:
        raise Error(f"{file.name}: its moov has {size} bytes")
    return _Tree(os.pread(file.fileno(), size, moov.content))


def _tables(file: BinaryIO, moov: _Box) -> Optional[Tuple[Numbers, Numbers]]:
    """Places and sizes of all pictures of an ordinary MP4; None if it is a
    fragmented one."""
    tree = _tree(file, moov)
    if b"mvex" in tree:
        return None
    stbl = _Tree(tree.content(b"trak/mdia/minf/stbl"))
    sizes = _sizes(stbl.content(b"stsz"))
    wide = b"co64" in stbl
    chunks = _table(stbl.content(b"co64" if wide else b"stco"), 4,
                    ">u8" if wide else ">u4", 1)[:, 0]
    runs = _table(stbl.content(b"stsc"), 4, ">u4", 3)
    # Of each chunk, how many pictures it has.
    lengths = np.diff(np.append(runs[:, 0] - 1, len(chunks)))
    if (lengths < 0).any() or lengths.sum() != len(chunks) \
            or (lengths * runs[:, 1]).sum() != len(sizes):
        raise ValueError("its tables contradict each other")
    counts = np.repeat(runs[:, 1], lengths)
    before = np.cumsum(sizes) - sizes
    first = np.cumsum(counts) - counts
    in_chunk = before - np.repeat(before[first], counts) if len(sizes) \
        else before
    return np.repeat(chunks, counts) + in_chunk, sizes


def _table(box: bytes, at: int, kind: str, columns: int) -> Numbers:
    """The rows of a table whose count stands at a place in its box."""
    count, = struct.unpack_from(">I", box, at)
    found = np.frombuffer(box, kind, count * columns, at + 4)
    return found.astype(np.int64).reshape(count, columns)


def _sizes(stsz: bytes) -> Numbers:
    same, count = struct.unpack_from(">II", stsz, 4)
    if same != 0: # All have it.
        if count > _MAX_MOOV_BYTES:
            raise ValueError(f"it says to have {count} pictures")
        return np.full(count, same, np.int64)
    return _table(stsz, 8, ">u4", 1)[:count, 0]


# -- other questions -----------------------------------------------------------

def picture(path: pathlib.Path, place: int, size: int) -> bytes:
    """The JPEG at a place in a film.
    :raises FileNotFoundError: where there is no film.
    :raises Error: where it is not there.
    """
    try:
        with path.open("rb") as file:
            result = os.pread(file.fileno(), size, place)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    if len(result) != size or result[:2] != b"\xff\xd8":
        raise Error(f"{path}: there is no JPEG of {size} bytes at {place}")
    return result


def is_own(path: pathlib.Path) -> bool:
    """Whether a film begins as camnode begins them: JPEGs, with times in
    microseconds, in fragments. In a closed one that is within the `mdat`."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            for box in _boxes(file, 0, size):
                if box.kind == b"mdat":
                    box = next(_boxes(file, box.content, size), box)
                if box.kind == b"moov":
                    return _is_own_moov(_tree(file, box))
                if box.kind not in (b"ftyp", b"free"):
                    return False
    except (OSError, struct.error, Error):
        pass
    return False


def _is_own_moov(moov: _Tree) -> bool:
    movie = moov.content(b"mvhd")
    media = moov.content(b"trak/mdia/mdhd")
    kinds = moov.content(b"trak/mdia/minf/stbl/stsd")
    return b"mvex" in moov and kinds[12:16] == b"mp4v" \
        and _timescale(movie) == _timescale(media) == _TIMESCALE


def _timescale(header: bytes) -> int:
    """That of an `mvhd` or `mdhd`, whose version says how long its dates are."""
    found: int
    found, = struct.unpack_from(">I", header, 20 if header[:1] == b"\1" else 12)
    return found
