"""What is missing in a session, as tables."""

from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np
import pandas as pd

from .errors import Error
from .manifest import Camera, Loss, Manifest

# What the places of losses mean.
PLACES = {
    "source": "the camera or its program",
    "encoder": "the server's encoder",
    "server ring": "the server had to let go of it",
    "network": "the network",
    "client rate": "more than record.max-mbit or record.max-fps",
    "client ring": "the client had to let go of it",
    "recorder": "the recorder",
    "disk": "the disk",
    "unknown": "its number is missing after a crash",
}

# Lost frames that `with_missing` has rows for.
_MAX_MISSING = 10_000_000

_COUNTS = ["epoch", "first_sequence", "last_sequence", "lost"]
_TIMES = ["from_time", "to_time"]
_COLUMNS = ["kind", "camera", "topic", "place", "reason", *_COUNTS, *_TIMES]

_Row = Dict[str, Any]


def table(books: Manifest) -> pd.DataFrame:
    """All that is missing, or of which nobody knows whether it is, a row each;
    see `Session.losses`."""
    rows: List[_Row] = []
    for camera, told in books.cameras.items():
        rows += [{"camera": camera, **x} for x in _of_camera(told)]
    for topic, sensor in books.sensors.items():
        rows += [{"kind": "readings", "topic": topic, "reason": reason,
                  "lost": n} for reason, n in sensor.rejected.items()]
    if books.markers:
        rows += [{"kind": "markers", "reason": reason, "lost": n}
                 for reason, n in books.markers.rejected.items()]
    for outage in books.sensor_outages:
        rows.append({"kind": "unknown readings", "topic": outage.filter,
                     "reason": outage.why or "no connection to the broker",
                     "from_time": _ns(outage.from_ms),
                     "to_time": _ns(outage.to_ms)})
    texts = dict.fromkeys(_COLUMNS[:5], "")
    result = pd.DataFrame([{**texts, **x} for x in rows], columns=_COLUMNS,
                          dtype=object)
    for name in _COUNTS:
        result[name] = _whole(result[name])
    for name in _TIMES:
        result[name] = times_of(_whole(result[name]))
    return result


def _ns(ms: int) -> Optional[int]:
    return ms * 1_000_000 or None


def _of_camera(x: Camera) -> Iterator[_Row]:
    for loss in x.losses:
        yield {"kind": "frames", "place": loss.place,
               "reason": PLACES.get(loss.place, ""), "epoch": loss.epoch,
               "first_sequence": loss.first_sequence,
               "last_sequence": loss.last_sequence, "lost": loss.frames,
               "to_time": loss.before_ns or None}
    if x.unlisted.lost:
        yield {"kind": "frames", "lost": x.unlisted.lost,
               "reason": "the manifest had no room to name them"}
    for gap in x.server_restarts:
        same_run = gap.until_epoch == gap.epoch
        yield {"kind": "unknown frames", "epoch": gap.epoch,
               "reason": "the numbers jumped" if same_run
               else "another run of the server began" if gap.epoch
               else "the stream was broken off",
               "first_sequence": gap.unknown_behind_sequence + 1,
               "last_sequence": gap.until_sequence - 1
               if same_run and gap.until_sequence else None,
               "to_time": gap.before_ns or None}
    if x.unlisted.server_restarts:
        yield {"kind": "unknown frames",
               "reason": f"{x.unlisted.server_restarts} more restarts of the "
               "server, which the manifest had no room to name"}
    if x.unknown_behind_sequence is not None:
        yield {"kind": "unknown frames", "epoch": x.epoch,
               "first_sequence": x.unknown_behind_sequence + 1,
               "reason": "the stream broke off before the stop"}
    for absence in x.absences:
        yield {"kind": "absence", "reason": absence.why,
               "from_time": _ns(absence.from_ms),
               "to_time": _ns(absence.to_ms)}


def _whole(cells: Sequence[Optional[int]]) -> pd.arrays.IntegerArray:
    """Whole numbers, exactly, some of which may be unknown."""
    known = [None if x is None or pd.isna(x) else int(x) for x in cells]
    return pd.arrays.IntegerArray(
        np.array([x or 0 for x in known], np.int64),
        np.array([x is None for x in known], bool))


def times_of(ns: pd.arrays.IntegerArray) -> pd.DatetimeIndex:
    """Times out of nanoseconds, NaT where they are unknown."""
    unknown = np.asarray(pd.isna(ns), bool)
    found = np.array(ns.fillna(0), np.int64).astype("datetime64[ns]")
    found[unknown] = np.datetime64("NaT")
    return pd.DatetimeIndex(found, tz="UTC")


def with_missing(frames: pd.DataFrame, losses: Sequence[Loss], where: str) \
        -> pd.DataFrame:
    """Frames, with a row for each lost one at its place: before the frame that
    its loss was found by. Of a lost frame only run, number and place are known,
    and not even the number where losses were joined.
    """
    result = frames.reset_index()
    for name in ("n", "frame", "capture_ns", "bytes", "flags"):
        result[name] = result[name].astype("Int64")
    lost = result.iloc[:0].reindex(range(_count(losses, where)))
    lost["epoch"], lost["sequence"] = _numbers(losses)
    before = [x.before_ns or np.iinfo(np.int64).max for x in losses
              for _ in range(x.frames)]
    place = [x.place for x in losses for _ in range(x.frames)]
    order = np.lexsort((
        np.r_[np.zeros(len(lost), int), np.ones(len(result), int)],
        np.r_[np.array(before, np.int64), frames["capture_ns"].to_numpy()]))
    lost["place"], result["place"] = place, None
    return pd.concat([lost, result]).iloc[order].reset_index(drop=True) \
        if losses else result


def _count(losses: Sequence[Loss], where: str) -> int:
    result = sum(x.frames for x in losses)
    if result > _MAX_MISSING:
        raise Error(f"{where}: {result} lost frames are too many for a row "
                    "each; losses() has their ranges")
    return result


def _numbers(losses: Sequence[Loss]) \
        -> Tuple[pd.arrays.IntegerArray, pd.arrays.IntegerArray]:
    """Runs and numbers of all lost frames."""
    epochs: List[int] = []
    numbers: List[Optional[int]] = []
    for x in losses:
        epochs += [x.epoch] * x.frames
        numbers += range(x.first_sequence, x.last_sequence + 1) if x.is_exact \
            else [None] * x.frames
    return _whole(epochs), _whole(numbers)
