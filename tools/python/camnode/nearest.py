"""Which frames of a session's cameras were captured at one instant."""

import dataclasses
import datetime
import operator
from typing import Iterator, Mapping, Optional, Tuple, Union

import numpy as np
import numpy.typing as npt
import pandas as pd

from . import index
from .errors import Error
from .films import Numbers

# An instant on the session clock: nanoseconds since 1970, a time, or a text
# that pandas reads as one. A time without a zone is UTC.
Instant = Union[int, str, datetime.datetime]

# Tables of frames, by camera.
Tables = Mapping[str, pd.DataFrame]


@dataclasses.dataclass(frozen=True)
class Near:
    """The frame of a camera that is nearest to an instant."""
    camera: str
    n: int # As in `Session.frames`.
    file: str
    frame: int
    capture_ns: int
    dt_ns: int # `capture_ns` minus the instant.
    error_ns: Optional[int] # By how much its time is off at most, if known.


def at(tables: Tables, time: Instant) -> "dict[str, Near]":
    """See `Session.at`."""
    time_ns = ns_of(time)
    times = np.array([time_ns], np.int64)
    return {camera: _near(camera, table, int(_nearest(table, times)[0]),
                          time_ns)
            for camera, table in tables.items() if len(table)}


def moments(tables: Tables, reference: str) \
        -> "Iterator[Tuple[int, dict[str, Near]]]":
    """See `Session.moments`."""
    times = tables[reference]["capture_ns"].to_numpy()
    numbers = {camera: _nearest(table, times)
               for camera, table in tables.items() if len(table)}
    for i, time_ns in enumerate(times.tolist()):
        yield time_ns, {camera: _near(camera, tables[camera], int(n[i]),
                                      time_ns)
                        for camera, n in numbers.items()}


def aligned(tables: Tables, reference: str) -> pd.DataFrame:
    """See `Session.aligned`."""
    own = tables[reference]
    times = own["capture_ns"].to_numpy()
    columns = {"time_ns": own["capture_ns"]}
    for camera in [reference, *(x for x in tables if x != reference)]:
        table = tables[camera]
        if len(table) == 0:
            continue
        found = table.iloc[_nearest(table, times)].reset_index()
        for name in ("n", "file", "frame"):
            columns[f"{camera}.{name}"] = found[name]
        error = _bounds(found)
        if camera != reference:
            columns[f"{camera}.dt_ns"] = found["capture_ns"] - times
            error = error + _bounds(own)
        columns[f"{camera}.error_ns"] = error
    return pd.DataFrame(columns).reset_index(drop=True)


def _nearest(table: pd.DataFrame, times: Numbers) -> Numbers:
    """The number of the frame that is nearest to each time, the earlier one of
    two that are as near."""
    own = table["capture_ns"].to_numpy()
    after = np.searchsorted(own, times).clip(0, len(own) - 1)
    before = (after - 1).clip(0)
    is_before = np.abs(times - own[before]) <= np.abs(own[after] - times)
    return np.where(is_before, before, after)


def _near(camera: str, table: pd.DataFrame, n: int, time_ns: int) -> Near:
    capture_ns = int(table.at[n, "capture_ns"])
    error = table.at[n, "offset_error_ns"]
    known = not pd.isna(error) and _has_capture_time(table.at[n, "flags"])
    return Near(camera, n, table.at[n, "file"], int(table.at[n, "frame"]),
                capture_ns, capture_ns - time_ns, int(error) if known else None)


def _has_capture_time(flags: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether frames have a time of capture, not of arrival."""
    other = index.TIME_OF_RECEIPT | index.REBUILT | index.TIME_OF_ARRIVAL
    return np.asarray(np.bitwise_and(flags, other) == 0)


def _bounds(frames: pd.DataFrame) -> pd.Series:
    """By how much the times of frames are off at most, where that is known."""
    known = _has_capture_time(frames["flags"].to_numpy())
    return frames["offset_error_ns"].where(known, pd.NA)


def ns_of(time: Instant) -> int:
    """An instant in nanoseconds since 1970.
    :raises Error: for what is none.
    """
    try:
        result = time if isinstance(time, (str, datetime.datetime)) \
            else operator.index(time)
        if not isinstance(result, int):
            stamp = pd.Timestamp(result)
            result = int((stamp if stamp.tz is not None
                          else stamp.tz_localize("UTC")).value)
    except (ValueError, TypeError) as error:
        raise Error(f"{time!r}: is no time: {error}") from None
    if abs(result) >= 1 << 62:
        raise Error(f"{time!r}: is no time between 1970 and 2116")
    return result
