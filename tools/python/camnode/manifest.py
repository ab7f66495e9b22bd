"""What a session's manifest says.

Names, units and meanings are those of messages/disk/FORMAT.md, section 6: `_ms`
is UTC in milliseconds and `_ns` in nanoseconds since 1970, both on the session
clock; 0 for a time that is still to come.
"""

import dataclasses
import functools
import json
import pathlib
import re
import typing
from typing import Any, Dict, Mapping, Optional, Tuple

from .errors import Error

FORMAT = "camnode session 1"

# What may be below zero.
_SIGNED = {"offset_ns", "error_ns", "drift_ppb", "drift_error_ppb",
           "before_ns", "anchor_monotonic_ns"}

# What is below can be added and subtracted in 64 bits, and be nanoseconds.
_MOST = 1 << 62
_LATEST_MS = _MOST // 1_000_000

_WORDS = {int: "no whole number", str: "no text", bool: "not true or false"}

_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclasses.dataclass(frozen=True)
class Segment:
    """One film of a camera, and its index."""
    file: str # The name without folder and ending.
    closed: bool
    segment: int # Which cut of the session.
    start_ms: int
    end_ms: int
    frames: int
    bytes: int
    epoch: int
    first_sequence: int
    last_sequence: int


@dataclasses.dataclass(frozen=True)
class Loss:
    """Frames that are not on disk: `frames` of those from the first to the last
    number. `before_ns` is when the first frame after them was captured."""
    epoch: int
    first_sequence: int
    last_sequence: int
    place: str
    before_ns: int
    frames: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether each number in the range is lost."""
        return self.frames == self.last_sequence - self.first_sequence + 1


@dataclasses.dataclass(frozen=True)
class ServerRestart:
    """A place after which nobody knows what was captured."""
    epoch: int
    unknown_behind_sequence: int
    before_ns: int
    until_epoch: Optional[int] = None
    until_sequence: Optional[int] = None


@dataclasses.dataclass(frozen=True)
class Absence:
    """A time without a frame."""
    from_ms: int
    to_ms: int
    absent_ms: int
    why: str
    times: int = 1


@dataclasses.dataclass(frozen=True)
class Unlisted:
    """What the lists of a camera had no room for."""
    lost: int = 0
    server_restarts: int = 0


@dataclasses.dataclass(frozen=True)
class Clock:
    """What was known of a server's clock: `offset_ns` is the client's clock
    minus the server's, `error_ns` what that may be off by."""
    offset_ns: int
    error_ns: int
    drift_ppb: int = 0
    at_ns: Optional[int] = None
    epoch: Optional[int] = None
    drift_error_ppb: int = 0
    probes: int = 0
    probes_refused: int = 0
    restarts: int = 0


@dataclasses.dataclass(frozen=True)
class Trouble:
    """What was wrong, and when, if that is known."""
    text: str
    time_ms: Optional[int] = None


@dataclasses.dataclass(frozen=True)
class Camera:
    """What the manifest says of one camera. The books are to balance:
    captured = recorded + lost."""
    captured: int
    recorded: int
    durable: int
    lost: int
    lost_by_place: Mapping[str, int]
    segments: Tuple[Segment, ...]
    losses: Tuple[Loss, ...]
    server_restarts: Tuple[ServerRestart, ...]
    absences: Tuple[Absence, ...] = ()
    unlisted: Unlisted = Unlisted()
    unknown_behind_sequence: Optional[int] = None
    bytes: int = 0
    time: Optional[str] = None # What its times are the times of.
    clock: Optional[Clock] = None
    clock_history: Tuple[Clock, ...] = ()
    address: str = ""
    protocol: str = ""
    version: str = ""
    epoch: int = 0
    connections: int = 0
    restarts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    last_error: str = ""
    last_trouble: Optional[Trouble] = None

    def faults(self) -> Tuple[str, ...]:
        """What does not balance, a sentence each."""
        result = []
        if self.captured != self.recorded + self.lost:
            result.append(f"captured {self.captured} is not recorded "
                          f"{self.recorded} + lost {self.lost}")
        by_place = sum(self.lost_by_place.values())
        if by_place != self.lost:
            result.append(f"lost {self.lost}, by place {by_place}")
        named = sum(x.frames for x in self.losses) + self.unlisted.lost
        if named != self.lost:
            result.append(f"of {self.lost} lost frames, {named} are named")
        return tuple(result)


@dataclasses.dataclass(frozen=True)
class Sensor:
    """What the manifest says of one topic, or of the markers: received =
    written + what was rejected."""
    received: int
    written: int
    rejected: Mapping[str, int]
    files: Tuple[str, ...]
    durable: int = 0

    def faults(self) -> Tuple[str, ...]:
        """What does not balance, a sentence each."""
        rejected = sum(self.rejected.values())
        if self.received == self.written + rejected:
            return ()
        return (f"received {self.received} is not written {self.written} + "
                f"rejected {rejected}",)


@dataclasses.dataclass(frozen=True)
class SensorOutage:
    """A time of which nobody knows the readings."""
    from_ms: int
    to_ms: int
    filter: str = ""
    why: str = ""


@dataclasses.dataclass(frozen=True)
class SessionClock:
    """Where the machine's steady clock was at the session's start."""
    anchor_monotonic_ns: int
    anchor_utc_ms: int = 0


@dataclasses.dataclass(frozen=True)
class Manifest:
    """What a session's manifest says."""
    format: str
    state: str
    label: str
    start_ms: int
    stop_ms: int
    segment_ms: int
    session_clock: SessionClock
    cameras: Mapping[str, Camera]
    sensors: Mapping[str, Sensor]
    sensor_outages: Tuple[SensorOutage, ...] = ()
    markers: Optional[Sensor] = None # None: there are none.
    metadata: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    due_ms: int = 0
    forced: bool = False
    interrupted: str = "" # Why it was, if it was.
    resumed_ms: Tuple[int, ...] = ()
    client: str = ""
    version: str = ""
    boot_id: str = ""

    def readings(self, folder: str) -> Optional[Sensor]:
        """What it says of the readings, or the markers, in a folder."""
        kind, _, topic = folder.partition("/")
        return self.markers if kind == "markers" else self.sensors.get(topic)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be recorded, or repaired."""
        return self.state not in ("recording", "stopping")


def read(path: pathlib.Path) -> Manifest:
    """Reads a manifest.
    :raises Error: where it cannot be read, or is none.
    """
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Error(f"{path}: is no JSON: {error}") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise Error(f'{path}: is no manifest of camnode ("format")')
    result: Manifest = _read(Manifest, value, f"{path}: ")
    _check(result, str(path))
    return result


def _read(kind: Any, value: Any, where: str) -> Any:
    """`value`, as JSON has it, as what the type says."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Union: # An Optional.
        return None if value is None else _read(inner[0], value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise Error(f"{where}is no list")
        return tuple(_read(inner[0], x, f"{where}{i}: ")
                     for i, x in enumerate(value))
    if type(value) is kind: # Not isinstance: true is no number.
        if kind is int and abs(value) >= _MOST:
            raise Error(f"{where}is too large")
        return value
    if kind is Any:
        return value
    if kind in _WORDS:
        raise Error(f"{where}is {_WORDS[kind]}")
    if not isinstance(value, dict):
        raise Error(f"{where}is no object")
    if dataclasses.is_dataclass(kind):
        return _read_object(kind, value, where)
    return {key: _read(inner[1], x, f"{where}{key}: ")
            for key, x in value.items()
            if inner[1] is Any or not _is_exact_text(key, value)}


def _is_exact_text(key: str, value: Dict[str, Any]) -> bool:
    """Whether a key only says again, as text, what another one says."""
    return key.endswith("_text") and key[:-len("_text")] in value


@functools.lru_cache(maxsize=None)
def _hints(kind: Any) -> Dict[str, Any]:
    return typing.get_type_hints(kind)


def _read_object(kind: Any, value: Dict[str, Any], where: str) -> Any:
    hints = _hints(kind)
    result = {}
    for field in dataclasses.fields(kind):
        name = field.name
        if name in value:
            result[name] = _read(hints[name], value[name], f"{where}{name}: ")
            _check_number(name, result[name], f"{where}{name}: ")
        elif field.default is dataclasses.MISSING \
                and field.default_factory is dataclasses.MISSING:
            raise Error(f'{where}has no "{name}"')
    if kind is Loss and "frames" not in result:
        result["frames"] = (result["last_sequence"]
                            - result["first_sequence"] + 1)
    return kind(**result)


def _check_number(name: str, value: Any, where: str) -> None:
    if isinstance(value, int):
        if value < 0 and name not in _SIGNED:
            raise Error(f"{where}is below 0")
        if name.endswith("_ms") and value >= _LATEST_MS:
            raise Error(f"{where}is no time")


def _check(x: Manifest, where: str) -> None:
    """What cannot be reckoned with, or would lead out of the data folder, is
    refused."""
    if x.start_ms == 0:
        raise Error(f"{where}: start_ms is no time")
    if x.stop_ms != 0 and x.stop_ms < x.start_ms:
        raise Error(f"{where}: ends before it begins")
    if x.segment_ms == 0:
        raise Error(f"{where}: segment_ms is no length")
    names = [file for sensor in [*x.sensors.values(), x.markers] if sensor
             for file in sensor.files]
    for camera in x.cameras.values():
        names += [segment.file for segment in camera.segments]
        for loss in camera.losses:
            if loss.first_sequence > loss.last_sequence or not \
                    0 < loss.frames <= loss.last_sequence \
                    - loss.first_sequence + 1:
                raise Error(f"{where}: a loss from {loss.first_sequence} to "
                            f"{loss.last_sequence} of {loss.frames} frames")
    for name in [*names, *x.cameras]:
        if not _NAME.fullmatch(name) or name in (".", ".."):
            raise Error(f"{where}: {name!r} is no name")
