"""The films of a client, read without a line of camnode's or FFmpeg's: each
box of the MP4 is checked, and the JPEGs in it are what counts."""

import mmap
import re
import struct

MAX_HEADER = 4096


class Broken(Exception):
    """A film that a player may refuse."""


def boxes(data, begin, end):
    """Type, begin of the content, and end of each box in a range."""
    at = begin
    while at < end:
        if end - at < 8:
            raise Broken(f"{end - at} bytes at {at} are no box")
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8 or size > end - at:
            raise Broken(f"a box of {size} bytes at {at}, {end - at} are left")
        yield kind.decode("latin-1"), at + 8, at + size
        at += size


def only(data, begin, end, path):
    """The content's range of the box at `path` below a range."""
    for kind in path.split("/"):
        found = [(a, b) for x, a, b in boxes(data, begin, end) if x == kind]
        if len(found) != 1:
            raise Broken(f"{len(found)} boxes {kind}")
        begin, end = found[0]
    return begin, end


class Picture:
    """One sample of a film."""

    def __init__(self, pts_us, jpeg):
        self.pts_us = pts_us
        self.jpeg = jpeg

    @property
    def stamp(self):
        """Run, number and boottime that the stamped source put into it."""
        found = re.search(rb"camnode-stamp (\d+) (\d+) (\d+)",
                          self.jpeg[:MAX_HEADER])
        return tuple(map(int, found.groups())) if found else None


def pictures(path):
    """All pictures of a film, in order.
    :raises Broken: where a box, a time or a picture is not as it must be.
    """
    with path.open("rb") as file:
        if file.seek(0, 2) == 0:
            raise Broken("empty")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return list(_pictures(data))


def _pictures(data):
    layout = boxes(data, 0, len(data))
    head = [next(layout, None), next(layout, None)]
    if [x and x[0] for x in head] != ["ftyp", "moov"]:
        raise Broken("does not begin with ftyp and moov")
    begin, _ = only(data, *head[1][1:], "trak/mdia/mdhd")
    version = data[begin]
    timescale, = struct.unpack_from(">I", data, begin + (20 if version else 12))
    if timescale != 1_000_000:
        raise Broken(f"time scale {timescale}")
    last_us = -1
    for kind, begin, end in layout:
        if kind != "moof":
            raise Broken(f"{kind} where a moof is to be")
        pts_us, size, offset = _fragment(data, begin, end)
        kind, first, behind = next(layout, (None, 0, 0))
        if kind != "mdat" or behind - first != size \
                or first != begin - 8 + offset:
            raise Broken(f"a picture of {size} bytes is not after its moof")
        if pts_us <= last_us:
            raise Broken(f"time {pts_us} us behind {last_us} us")
        last_us = pts_us
        jpeg = data[first:behind]
        if jpeg[:3] != b"\xff\xd8\xff" or jpeg[-2:] != b"\xff\xd9":
            raise Broken(f"no JPEG at {first}")
        yield Picture(pts_us, jpeg)


def _fragment(data, begin, end):
    """Time, size and place (from the start of the moof) of a picture."""
    only(data, begin, end, "mfhd")
    only(data, begin, end, "traf/tfhd")
    at, _ = only(data, begin, end, "traf/tfdt")
    if data[at] != 1:
        raise Broken("a tfdt of 32 bits")
    pts_us, = struct.unpack_from(">Q", data, at + 4)
    at, behind = only(data, begin, end, "traf/trun")
    flags, count = struct.unpack_from(">II", data, at)
    flags &= 0xffffff
    if count != 1 or not flags & 0x1 or not flags & 0x200:
        raise Broken("a trun that is not of one picture")
    offset, = struct.unpack_from(">i", data, at + 8)
    # First-sample flags and the duration may stand in front of the size.
    place = at + 12 + sum(4 for bit in (0x4, 0x100) if flags & bit)
    if place + 4 > behind:
        raise Broken("a trun that is too short")
    size, = struct.unpack_from(">I", data, place)
    return pts_us, size, offset
