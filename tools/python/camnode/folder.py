"""The names of the files in a data folder, and whose they are."""

import dataclasses
import os
import pathlib
import re
import urllib.parse
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

from . import films, manifest
from .errors import Error
from .index import HEADER

_PIECE = re.compile(r"(0|[1-9]\d*)(?:-(0|[1-9]\d*)\.(mp4|csv)"
                    r"|\.(mp4|csv)\.part)")

_MANIFEST = re.compile(r"([1-9]\d*)(?:-([A-Za-z0-9._-]*))?\.json")

# The endings of what is to replace a file.
_NEXT_VERSION = re.compile(r"(.+)\.(?:new|wider)")

# What a power cut takes of a file at once.
_PAGE_BYTES = 4096

# A name that was taken is given up for one of a little before.
_SLACK_MS = 1000


@dataclasses.dataclass(frozen=True)
class Piece:
    """A film with its index, or a file of readings (`index`): all frames or
    readings from one cut, or start of a client, to the next."""
    start_ms: int
    end_ms: int # 0 while it is open.
    film: Optional[pathlib.Path]
    index: Optional[pathlib.Path]

    @property
    def is_open(self) -> bool:
        """Whether it is not complete: it is written to, or was cut off."""
        return self.end_ms == 0

    @property
    def stem(self) -> str:
        """Of its names, without folder and ending."""
        return f"{self.start_ms}" if self.is_open \
            else f"{self.start_ms}-{self.end_ms}"

    @property
    def paths(self) -> List[pathlib.Path]:
        """Its files."""
        return [x for x in (self.film, self.index) if x]


def list_pieces(folder: pathlib.Path) -> List[Piece]:
    """The pieces in the folder of a camera or a topic, in the order of their
    starts; none if there is no such folder."""
    # A file that is renamed during a look may be missed: look until two agree.
    before, paths = None, _entries(folder)
    while paths != before:
        before, paths = paths, _entries(folder)
    found: Dict[Tuple[int, int], Dict[str, pathlib.Path]] = {}
    for path in paths:
        name = _PIECE.fullmatch(path.name)
        if name:
            times = int(name[1]), int(name[2] or 0)
            found.setdefault(times, {})[name[3] or name[4]] = path
    # One of the two files of an open piece may have its last name already.
    for start, end in list(found):
        rest = found.get((start, 0))
        files = found[start, end]
        if rest and end != 0 and not files.keys() & rest.keys():
            rest.update(found.pop((start, end)))
    return [Piece(start, end, files.get("mp4"), files.get("csv"))
            for (start, end), files in sorted(found.items())]


def _entries(folder: pathlib.Path) -> List[pathlib.Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Error(f"{folder}: {error.strerror}") from error


def topic_folders(data: pathlib.Path) -> Dict[str, pathlib.Path]:
    """The folders of sensors, by topic."""
    top = data / "sensors"
    result = {}
    for path, _, files in os.walk(top):
        if files:
            levels = pathlib.Path(path).relative_to(top).parts
            topic = "/".join("" if x == "%" else urllib.parse.unquote(x)
                             for x in levels)
            result[topic] = pathlib.Path(path)
    return result


@dataclasses.dataclass(frozen=True)
class ManifestPath:
    """The path of a manifest, and what its name says."""
    path: pathlib.Path
    start_ms: int
    label: str

    def is_named(self, wanted: str) -> bool:
        """Whether that is its name, or the session's start."""
        return wanted in (self.path.name, self.path.stem, str(self.start_ms))


def list_manifests(data: pathlib.Path) -> List[ManifestPath]:
    """The manifests in a data folder, by their names alone, the newest first.
    """
    names = [_MANIFEST.fullmatch(x.name) for x in _entries(data / "sessions")]
    found = [ManifestPath(data / "sessions" / x[0], int(x[1]), x[2] or "")
             for x in names if x]
    return sorted(found, key=lambda x: x.start_ms, reverse=True)


class Claims:
    """Which files are whose: a session's whose manifest lists them, or else the
    last one's that began before them."""

    def __init__(self, sessions: Sequence[manifest.Manifest]) -> None:
        self._sessions = sessions

    def owner_of(self, folder: str, piece: Piece) \
            -> Optional[manifest.Manifest]:
        """The session of a piece; None if it is no session's.
        :param folder: `cam/<id>`, `sensors/<topic>`, or `markers`.
        """
        for session in self._sessions:
            if lists(session, folder, piece):
                return session
        around = [x for x in self._sessions if x.start_ms <= piece.start_ms
                  and (x.stop_ms == 0 or piece.start_ms < x.stop_ms)]
        return max(around, key=lambda x: x.start_ms) if around else None

    def wrote(self, folder: str, piece: Piece) -> bool:
        """Whether camnode wrote the files of a piece."""
        if any(lists(x, folder, piece) for x in self._sessions):
            return True
        near = [x for x in self._sessions
                if x.start_ms <= piece.start_ms + _SLACK_MS
                and (x.stop_ms == 0 or piece.start_ms < x.stop_ms)]
        if folder.startswith("cam/"):
            return is_own_film(piece, any(not x.is_over for x in near))
        expected = any(x.readings(folder)
                       or (piece.start_ms - x.start_ms) % x.segment_ms == 0
                       for x in near)
        if not expected or piece.index is None:
            return False
        column = b"time_ns" if folder == "markers" else b"timestamp"
        return column.startswith(_content(_head(piece.index))[:len(column)])


def lists(session: manifest.Manifest, folder: str, piece: Piece) -> bool:
    """Whether a manifest lists a piece, be it as one that was open."""
    kind, _, name = folder.partition("/")
    if kind == "cam":
        camera = session.cameras.get(name)
        names = [x.file for x in camera.segments] if camera else []
    else:
        readings = session.readings(folder)
        names = list(readings.files) if readings else []
    return piece.stem in names or str(piece.start_ms) in names


def is_own_film(piece: Piece, may_be_void: bool) -> bool:
    """Whether a film or its index begins as camnode begins them.
    :param may_be_void: Whether files without content are camnode's, too.
    """
    heads = {path: _head(path) for path in piece.paths}
    if piece.index and heads[piece.index].startswith(HEADER) \
            or piece.film and films.is_own(piece.film):
        return True
    return may_be_void and not any(map(_content, heads.values()))


def _head(path: pathlib.Path) -> bytes:
    """The beginning of a file; empty if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_PAGE_BYTES)
    except OSError:
        return b""


def _content(head: bytes) -> bytes:
    """What is no zeros, as a power cut leaves them."""
    return head.rstrip(b"\0")


def foreign(data: pathlib.Path) -> List[pathlib.Path]:
    """The files in a data folder that camnode did not write, such as the films
    of the legacy system: they belong to no session. A folder of others is named
    as one.
    """
    claims = Claims([x for _, x in read_manifests(data)])
    result: List[pathlib.Path] = []
    for path in _entries(data):
        if path.name == "cam" and path.is_dir():
            for camera in _entries(path):
                result += _foreign_in(camera, f"cam/{camera.name}", claims)
        elif path.name == "sensors" and path.is_dir():
            result += [x for x in _entries(path) if not x.is_dir()]
            for topic, folder in topic_folders(data).items():
                if folder != path:
                    result += _foreign_in(folder, f"sensors/{topic}", claims)
        elif path.name == "markers" and path.is_dir():
            result += _foreign_in(path, "markers", claims)
        elif path.name == "sessions" and path.is_dir():
            result += [x for x in _entries(path)
                       if x.is_dir() or (x.suffix != ".json"
                                         and not _NEXT_VERSION.fullmatch(x.name))]
        elif not path.name.startswith(".camnode."):
            result.append(path)
    return sorted(result)


def _foreign_in(folder: pathlib.Path, name: str, claims: Claims) \
        -> Iterator[pathlib.Path]:
    if not folder.is_dir():
        yield folder
        return
    for path in _entries(folder):
        version = _NEXT_VERSION.fullmatch(path.name)
        own = _PIECE.fullmatch(version[1] if version else path.name)
        if path.is_dir() and name.startswith("sensors/"):
            continue # A level of another topic.
        if path.is_dir() or not own:
            yield path
    for piece in list_pieces(folder):
        if not claims.wrote(name, piece):
            yield from piece.paths


def read_manifests(data: pathlib.Path) \
        -> List[Tuple[pathlib.Path, manifest.Manifest]]:
    """Those manifests in a data folder that can be read."""
    result = []
    for found in list_manifests(data):
        try:
            result.append((found.path, manifest.read(found.path)))
        except Error:
            pass
    return result
