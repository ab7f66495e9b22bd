"""The films of a client, read without a line of camnode's or FFmpeg's: each
box of the MP4 is checked, and the JPEGs in it are what counts. A film that is
closed is an ordinary MP4: it is read by its tables, and what they say must be
what its fragments say, from which it was recorded."""

import mmap
import re
import struct

MAX_HEADER = 4096
SWITCH_AT = 28 # After `ftyp`.
SWITCH_SIZE = 16


class Broken(Exception):
    """A film that a player may refuse."""


def boxes(data, begin, end):
    """Type, begin of the content, and end of each box in a range."""
    at = begin
    while at < end:
        if end - at < 8:
            raise Broken(f"{end - at} bytes at {at} are no box")
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and end - at >= 16:
            size, = struct.unpack_from(">Q", data, at + 8)
            head = 16
        if size < head or size > end - at:
            raise Broken(f"a box of {size} bytes at {at}, {end - at} are left")
        yield kind.decode("latin-1"), at + head, at + size
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

    def __init__(self, pts_us, jpeg, at=0):
        self.pts_us = pts_us
        self.jpeg = jpeg
        self.at = at

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
            return _pictures(data)


def is_ordinary(path):
    """Whether a film is an ordinary MP4: a header, one `mdat`, its tables."""
    with path.open("rb") as file, \
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            kinds = [x for x, _, _ in boxes(data, 0, len(data))]
        except Broken:
            return False
        return kinds == ["ftyp", "mdat", "moov"]


def _pictures(data):
    layout = list(boxes(data, 0, len(data)))
    kinds = [x[0] for x in layout[:3]]
    if kinds == ["ftyp", "mdat", "moov"]: # Closed.
        if len(layout) > 3:
            raise Broken(f"{layout[3][0]} behind the tables")
        _, _, end = layout[1]
        found = list(_in_tables(data, *layout[2][1:]))
        inside = list(boxes(data, SWITCH_AT + SWITCH_SIZE, end))
        recorded = list(_in_fragments(data, inside))
        if [(x.pts_us, x.at, x.jpeg) for x in found] \
                != [(x.pts_us, x.at, x.jpeg) for x in recorded]:
            raise Broken("the tables are not those of the fragments")
        return found
    if kinds[:2] == ["ftyp", "free"]: # Open, or without room for tables.
        begin, end = layout[1][1:]
        if end - begin + 8 != SWITCH_SIZE or begin != SWITCH_AT + 8:
            raise Broken("a switch of another size or place")
        return list(_in_fragments(data, layout[2:]))
    if kinds[:1] != ["ftyp"]:
        raise Broken("does not begin with ftyp")
    return list(_in_fragments(data, layout[1:])) # Of an earlier version.


def _check_timescale(data, begin, end):
    at, _ = only(data, begin, end, "trak/mdia/mdhd")
    timescale, = struct.unpack_from(">I", data, at + (20 if data[at] else 12))
    if timescale != 1_000_000:
        raise Broken(f"time scale {timescale}")


def _in_fragments(data, layout):
    """The pictures of a `moov` and the fragments that follow it."""
    layout = iter(layout)
    kind, begin, end = next(layout, (None, 0, 0))
    if kind != "moov":
        raise Broken(f"{kind} where the first moov is to be")
    _check_timescale(data, begin, end)
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
        yield _picture(data, pts_us, first, size)


def _picture(data, pts_us, at, size):
    jpeg = data[at:at + size]
    if jpeg[:3] != b"\xff\xd8\xff" or jpeg[-2:] != b"\xff\xd9":
        raise Broken(f"no JPEG at {at}")
    return Picture(pts_us, jpeg, at)


def _table(data, track, kind, numbers):
    """The rows of a table of the track."""
    begin, end = only(data, *track, f"mdia/minf/stbl/{kind}")
    skipped = 8 if kind == "stsz" else 4
    count, = struct.unpack_from(">I", data, begin + skipped)
    row = struct.Struct(numbers)
    if end - begin != skipped + 4 + count * row.size:
        raise Broken(f"{count} rows in {end - begin} bytes of {kind}")
    return list(row.iter_unpack(data[begin + skipped + 4:end]))


def _in_tables(data, begin, end):
    """The pictures that a `moov` with tables tells of."""
    _check_timescale(data, begin, end)
    if any(kind == "mvex" for kind, _, _ in boxes(data, begin, end)):
        raise Broken("tables, but also fragments")
    track = only(data, begin, end, "trak")
    lasting = [us for n, us in _table(data, track, "stts", ">II")
               for _ in range(n)]
    sizes = [x for x, in _table(data, track, "stsz", ">I")]
    places = [x for x, in _table(data, track, "co64", ">Q")]
    if not len(lasting) == len(sizes) == len(places) > 0 \
            or _table(data, track, "stsc", ">III") != [(1, 1, 1)]:
        raise Broken(f"{len(lasting)} times, {len(sizes)} sizes, "
                     f"{len(places)} places")
    pts_us = _first_us(data, track, sum(lasting))
    for us, size, at in zip(lasting, sizes, places):
        yield _picture(data, pts_us, at, size)
        pts_us += us


def _first_us(data, track, duration_us):
    """When the first picture is, by the edits; all others must follow it."""
    if not any(kind == "edts" for kind, _, _ in boxes(data, *track)):
        return 0
    begin, end = only(data, *track, "edts/elst")
    edits = list(struct.iter_unpack(">QqI", data[begin + 8:end]))
    if data[begin] != 1 or len(edits) != 2 or edits[0][1] != -1 \
            or edits[1][:2] != (duration_us, 0):
        raise Broken(f"edits {edits}")
    return edits[0][0]


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
