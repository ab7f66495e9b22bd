"""A session on disk: its frames, its readings, and what is missing."""

import operator
import pathlib
import warnings
from typing import (Callable, Dict, Iterator, List, Mapping, Optional,
                    Sequence, Set, Tuple, TypeVar)

import numpy as np
import numpy.typing as npt
import pandas as pd

from . import (films, folder, images, index, losses, manifest, nearest,
               sensor_files)
from .errors import Damage, Error
from .nearest import Instant, Near

# How often files are looked for that get their last names meanwhile.
_LOOKS = 20

_Found = TypeVar("_Found")


class Session:
    """A session, as it was on disk when it was opened or last refreshed.

    `manifest` has all that the manifest says. Not thread safe. All methods
    raise `Error` where something cannot be had.
    """

    def __init__(self, path: pathlib.Path, strict: bool = True) -> None:
        """
        :param path: Of the manifest, below the data folder's `sessions`.
        :param strict: Whether damage is an error. If not, it is warned of, and
            of a damaged file the part before the damage is used.
        """
        self.path = path
        self.folder = path.parent.parent
        self.strict = strict
        self._complete: Dict[pathlib.Path, pd.DataFrame] = {}
        self.refresh()

    def refresh(self) -> None:
        """Reads the manifest anew, and has frames and readings read anew when
        they are asked for: what was recorded meanwhile is there then. Numbers
        of frames (`n`) stay what they were while the session is recorded."""
        self.manifest = manifest.read(self.path)
        self._others: Optional[List[manifest.Manifest]] = None
        self._frames: Dict[str, pd.DataFrame] = {}

    def __repr__(self) -> str:
        return f"<session {self.path.stem}: {self.manifest.state}, " \
            f"{len(self.cameras)} cameras, {len(self.topics)} topics>"

    @property
    def label(self) -> str:
        return self.manifest.label

    @property
    def state(self) -> str:
        """`recording`, `stopping`, `finished` or `interrupted`."""
        return self.manifest.state

    @property
    def start(self) -> pd.Timestamp:
        return pd.Timestamp(self.manifest.start_ms, unit="ms", tz="UTC")

    @property
    def stop(self) -> Optional[pd.Timestamp]:
        """None while it lasts."""
        stop_ms = self.manifest.stop_ms
        return pd.Timestamp(stop_ms, unit="ms", tz="UTC") if stop_ms else None

    @property
    def cameras(self) -> Mapping[str, manifest.Camera]:
        """What the manifest says of each camera, by id."""
        return self.manifest.cameras

    @property
    def topics(self) -> Mapping[str, manifest.Sensor]:
        """What the manifest says of each sensor, by topic."""
        return self.manifest.sensors

    # -- frames --------------------------------------------------------------

    def frames(self, camera: str, missing: bool = False) -> pd.DataFrame:
        """All frames of a camera, a row each, in order; the index is their
        number in the session, `n`. Columns are those of the index of a film
        (FORMAT.md, section 4), and `file`, the name of the film, `time`, which
        is `capture_ns` as a time, and `position`, where the JPEG begins in the
        film, in bytes (unknown where the film is not there).

        While the session is recorded, or was cut off, these are the frames of
        which row and picture are whole.
        :param missing: Whether there are rows for lost frames, too. `n` is a
            column then, and `place` is where they were lost.
        """
        result = self._table(camera)
        if missing:
            return losses.with_missing(result, self._camera(camera).losses,
                                       f"{self.path}: {camera}")
        return result.copy()

    def pieces(self, camera: str) -> List[folder.Piece]:
        """The camera's films with their indexes, in the order of time."""
        told = {x.file for x in self._camera(camera).segments}
        return self._pieces(f"cam/{camera}", self.folder / "cam" / camera, told)

    def jpeg(self, camera: str, n: int) -> bytes:
        """A frame's JPEG, byte for byte as the camera made it.
        :param n: Its number, as in `frames`.
        """
        table = self._table(camera)
        n = operator.index(n)
        if not 0 <= n < len(table):
            raise Error(f"{self.path}: {camera} has no frame {n}; it has "
                        f"{len(table)}")
        path = self.folder / "cam" / camera / table.at[n, "file"]
        place = table.at[n, "position"]
        if pd.isna(place):
            raise Error(f"{path}: is not there")
        size = int(table.at[n, "bytes"])
        return self._while_renamed(lambda: films.picture(
            _present(path), int(place), size), path)

    def image(self, camera: str, n: int) -> npt.NDArray[np.uint8]:
        """A frame's pixels: height x width x 3, red, green, blue. Needs OpenCV
        or Pillow."""
        return images.decode(self.jpeg(camera, n))

    def _camera(self, camera: str) -> manifest.Camera:
        return self._one_of(self.cameras, "camera", camera)

    def _one_of(self, all_: Mapping[str, _Found], kind: str, name: str) \
            -> _Found:
        if name not in all_:
            raise Error(f"{self.path}: has no {kind} {name}; it has "
                        + (", ".join(all_) or "none"))
        return all_[name]

    def _table(self, camera: str) -> pd.DataFrame:
        if camera not in self._frames:
            self._camera(camera)
            found = self._while_renamed(
                lambda: [self._piece_table(camera, x)
                         for x in self.pieces(camera)],
                self.folder / "cam" / camera)
            result = pd.concat([x for x in found if len(x)] or [_NO_FRAMES],
                               ignore_index=True)
            result.index.name = "n"
            self._frames[camera] = result
        return self._frames[camera]

    def _while_renamed(self, read: Callable[[], _Found], path: pathlib.Path) \
            -> _Found:
        """Reads again where a file got its last name meanwhile."""
        for _ in range(_LOOKS):
            try:
                return read()
            except FileNotFoundError:
                pass
        raise Error(f"{path}: is not there")

    def _piece_table(self, camera: str, piece: folder.Piece) -> pd.DataFrame:
        if piece.index in self._complete:
            return self._complete[piece.index]
        if piece.index is None or (piece.is_open and piece.film is None):
            if not piece.is_open:
                self._fault(f"{piece.film}: is a film without its index")
            return _NO_FRAMES
        # A row is written before its frame: the film, read later, has it.
        rows, why = index.read(piece.index)
        for told in self.cameras[camera].segments:
            if told.file == piece.stem and told.frames != len(rows):
                why = why or f"{piece.index}: has {len(rows)} rows, the " \
                    f"manifest says {told.frames}"
        if why and not piece.is_open:
            self._fault(why)
        places = self._places(piece, rows)
        film = piece.film or piece.index.with_suffix(".mp4")
        result = _table_of(rows, film.name, places)
        if not piece.is_open and not self.manifest.is_over:
            self._complete[piece.index] = result # For the next look.
        return result

    def _places(self, piece: folder.Piece, rows: pd.DataFrame) \
            -> pd.arrays.IntegerArray:
        if piece.film is None: # As where the indexes alone were copied.
            return pd.array([None] * len(rows), "Int64")
        found, why = films.positions(piece.film, rows["bytes"].to_numpy())
        if why and not piece.is_open:
            self._fault(why)
        return pd.array(found, "Int64")

    def _fault(self, text: str) -> None:
        if self.strict:
            raise Error(text)
        warnings.warn(text, Damage, stacklevel=2)

    def _pieces(self, name: str, path: pathlib.Path, told: Set[str]) \
            -> List[folder.Piece]:
        """This session's pieces in a folder.
        :param told: Those that the manifest lists.
        """
        result = []
        for piece in folder.list_pieces(path):
            if piece.stem in told or str(piece.start_ms) in told:
                result.append(piece)
            elif not self.manifest.is_over and self._is_ours(name, piece):
                result.append(piece)
        there = {x.stem for x in result} | {str(x.start_ms) for x in result}
        for file in sorted(told - there):
            if file.isdigit() and not self.manifest.is_over:
                continue # It was open, and nothing came.
            self._fault(f"{path / file}: is not there, though the manifest "
                        "lists it")
        return result

    def _is_ours(self, name: str, piece: folder.Piece) -> bool:
        """Whether a piece that the manifest does not list is this session's,
        which is not over."""
        if self._others is None:
            self._others = [x for path, x in folder.read_manifests(self.folder)
                            if path.name != self.path.name]
        claims = folder.Claims([*self._others, self.manifest])
        return claims.wrote(name, piece) \
            and claims.owner_of(name, piece) is self.manifest

    # -- readings ------------------------------------------------------------

    def sensors(self, topic: str, raw: bool = False) -> pd.DataFrame:
        """All readings of a topic, by the time of their arrival, which is the
        index. There is a column for each key that came, in the order in which
        they came. One in which all is numbers has numbers, NaN where nothing
        came; in others are texts, bytes where what came was no text, and None
        where nothing came.
        :param raw: Whether cells are texts, as they are in the files: with each
            digit, and with bytes marked `base64:`.
        """
        told = self._one_of(self.topics, "sensor", topic)
        name = f"sensors/{topic}"
        path = folder.topic_folders(self.folder).get(
            topic, pathlib.Path(f"{self.folder}/{name}"))
        return sensor_files.table(self._parts(name, path, told), raw)

    @property
    def markers(self) -> pd.DataFrame:
        """All markers, by the time of their arrival, which is the index:
        `time_ns`, exactly; `text`; `source`, who set it; and a column for each
        further key, as `sensors` has them. Read anew each time."""
        told = self.manifest.markers or _NO_MARKERS
        return sensor_files.markers(
            self._parts("markers", self.folder / "markers", told))

    def _parts(self, name: str, path: pathlib.Path, told: manifest.Sensor) \
            -> List[sensor_files.Part]:
        """What the files of readings in a folder have."""
        parts = []
        for part, is_open in self._while_renamed(
                lambda: [(sensor_files.read(x.index), x.is_open)
                         for x in self._pieces(name, path, set(told.files))
                         if x.index],
                path):
            if part.fault and not is_open:
                self._fault(part.fault)
            parts.append(part)
        return parts

    # -- what is missing -----------------------------------------------------

    def losses(self) -> pd.DataFrame:
        """All that is missing, a row each. `kind` is one of

        - `frames`: `lost` frames of a range of numbers are lost, at `place`,
          before the frame of `to_time`;
        - `unknown frames`: nobody knows what was captured from
          `first_sequence` on, up to the frame of `to_time`;
        - `absence`: a time without a frame;
        - `readings`: `lost` readings of a topic were not written;
        - `markers`: `lost` markers were not written;
        - `unknown readings`: nobody knows what was published in that time, to
          a topic or filter, or to all.

        `to_time` is NaT where it lasted to the end.
        """
        return losses.table(self.manifest)

    def check(self) -> List[str]:
        """What is wrong with the books and the numbers of frames and readings
        on disk, a sentence each; empty if all is well. `camctl verify` does
        more: it looks at each picture."""
        result = []
        for camera, told in self.cameras.items():
            def frames(camera: str = camera) -> int:
                table = self._table(camera)
                if self.manifest.is_over and table["position"].isna().any():
                    raise Error("films are not there")
                return len(table)
            result += [f"{camera}: {x}" for x in self._faults(
                told.faults(), frames, told.recorded, told.durable)]
        for topic, sensor in self.topics.items():
            def readings(topic: str = topic) -> int:
                return len(self.sensors(topic, raw=True))
            result += [f"{topic}: {x}" for x in self._faults(
                sensor.faults(), readings, sensor.written, sensor.durable)]
        marks = self.manifest.markers or _NO_MARKERS
        result += [f"markers: {x}" for x in self._faults(
            marks.faults(), lambda: len(self.markers), marks.written,
            marks.durable)]
        return result

    def _faults(self, books: Sequence[str], count: Callable[[], int],
                written: int, durable: int) -> List[str]:
        """What is wrong with the books, and the number of rows on disk."""
        over = self.manifest.is_over
        try:
            rows = count()
        except Error as error:
            return [str(error)]
        result = list(books) if over else []
        if rows != written if over else rows < durable:
            result.append(f"{rows} are on disk; the manifest says {written}, "
                          f"durable {durable}")
        return result

    # -- side by side --------------------------------------------------------

    def at(self, time: Instant) -> Dict[str, Near]:
        """The nearest frame of each camera to an instant, the earlier one of
        two that are as near, by id. A camera without a frame is left out."""
        return nearest.at(self._tables(), time)

    def moments(self, reference: Optional[str] = None) \
            -> Iterator[Tuple[int, Dict[str, Near]]]:
        """For each frame of a camera, its time in ns and the nearest frame of
        each camera, as `at` has them.
        :param reference: The camera; the first by name if None.
        """
        return nearest.moments(self._tables(), self._reference(reference))

    def aligned(self, reference: Optional[str] = None) -> pd.DataFrame:
        """A row for each frame of a camera, with the nearest frame of each
        other one, in the columns of `camctl align` and one more: `time_ns`,
        and of each camera `.n`, `.file`, `.frame`, `.dt_ns` (its time minus
        the row's) and `.error_ns`, what that is off by at most. A camera
        without a frame has no columns.
        :param reference: The camera; the first by name if None.
        """
        return nearest.aligned(self._tables(), self._reference(reference))

    def _tables(self) -> Dict[str, pd.DataFrame]:
        return {x: self._table(x) for x in sorted(self.cameras)}

    def _reference(self, camera: Optional[str]) -> str:
        if camera is None and self.cameras:
            return min(self.cameras)
        self._camera(camera or "")
        return camera or ""


def _table_of(rows: pd.DataFrame, file: str, places: pd.arrays.IntegerArray) \
        -> pd.DataFrame:
    """What `Session.frames` returns, of one film."""
    result = rows.iloc[:len(places)].copy()
    result.insert(0, "file", file)
    time = pd.to_datetime(result["capture_ns"], unit="ns", utc=True)
    result.insert(result.columns.get_loc("capture_ns") + 1, "time", time)
    result["position"] = places
    return result


_NO_MARKERS = manifest.Sensor(received=0, written=0, rejected={}, files=())

_NO_FRAMES = _table_of(index.NO_ROWS, "", pd.array([], "Int64"))


def _present(path: pathlib.Path) -> pathlib.Path:
    """A film by the name that it has now: an open one may be complete."""
    if path.suffix != ".part" or path.exists():
        return path
    start = path.name.split(".")[0]
    return next(path.parent.glob(f"{start}-*.mp4"), path)
