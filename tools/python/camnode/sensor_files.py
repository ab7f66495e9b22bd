"""Readings of sensors, and markers (messages/disk/FORMAT.md, section 5)."""

import base64
import binascii
import csv
import dataclasses
import io
import pathlib
import re
from typing import Any, List, Sequence, Union

import numpy as np
import pandas as pd

from .index import whole_text

# A cell that is no text is bytes; None is an empty one.
Cell = Union[str, bytes, None]

_MARK = "base64:"
_MAX_CELL_BYTES = 1 << 20

# The first columns of files, with the unit of their times; and how many of it
# make what UTC in nanoseconds can say.
_TIMES = {"timestamp": ("ms", (1 << 63) // 1_000_000),
          "time_ns": ("ns", 1 << 63)}

_TIME = re.compile(r"\d{1,19}")
_WHOLE = re.compile(r"-?\d{1,18}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
                     r"|[+-]?(nan|inf|infinity)", re.IGNORECASE)

# Whole numbers beyond this are rounded where others of their column are empty.
_MAX_EXACT = 1 << 53


def bytes_of(cell: str) -> bytes:
    """The bytes that a cell, or the name of a column, stands for."""
    if cell.startswith(_MARK):
        return base64.b64decode(cell[len(_MARK):], validate=True)
    return cell.encode()


def decoded(cell: str) -> Union[str, bytes]:
    """What was published: a text, or bytes where that is none."""
    if not cell.startswith(_MARK):
        return cell
    try:
        result = bytes_of(cell)
        return result.decode()
    except UnicodeDecodeError:
        return result
    except binascii.Error:
        return cell


@dataclasses.dataclass(frozen=True)
class Part:
    """What a file of readings has: its columns, that of the time first, and
    its whole records, up to the first one that is damaged."""
    columns: Sequence[str]
    records: Sequence[Sequence[str]]
    fault: str # Why there are no more; empty: there are none.

    def cells(self, column: str) -> List[str]:
        """All that is in a column; empty texts if it has no such one."""
        if column not in self.columns:
            return [""] * len(self.records)
        at = self.columns.index(column)
        return [x[at] for x in self.records]


def read(path: pathlib.Path) -> Part:
    """Reads a file of readings.
    :raises FileNotFoundError: where there is none.
    :raises Error: where it cannot be read.
    """
    data = whole_text(path)
    end = _end_of_records(data)
    why = f"{path}: is cut within a record" if end < len(data) else ""
    try:
        text = data[:end].decode()
    except UnicodeDecodeError as error:
        text = data[:data.rfind(b"\n", 0, error.start) + 1].decode()
        why = f"{path}: holds bytes that are no text, at {error.start}"
    if csv.field_size_limit() < _MAX_CELL_BYTES:
        csv.field_size_limit(_MAX_CELL_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: List[List[str]] = []
    columns: List[str] = []
    try:
        columns = next(reader, [])
        if not columns or columns[0] not in _TIMES:
            return Part([], [], f"{path}: does not begin with a time's column")
        _, latest = _TIMES[columns[0]]
        for record in reader:
            if len(record) != len(columns) or not _is_time(record[0], latest):
                raise csv.Error("is no reading")
            records.append(record)
    except csv.Error as error:
        why = f"{path}: its record {len(records)} is damaged: {error}"
    return Part(columns, records, why)


def _is_time(cell: str, latest: int) -> bool:
    return bool(_TIME.fullmatch(cell)) and int(cell) < latest


def _end_of_records(data: bytes) -> int:
    """Where the last whole record ends: after a line end outside of quotes."""
    end = data.rfind(b"\n")
    while end >= 0 and data.count(b'"', 0, end) % 2 != 0:
        end = data.rfind(b"\n", 0, end)
    return end + 1


def markers(parts: Sequence[Part]) -> pd.DataFrame:
    """Markers as a table, by the times of their arrival."""
    result = table(parts, False, "time_ns", ("text", "source"))
    times = [int(x) for part in parts for x in part.cells("time_ns")]
    result.insert(0, "time_ns", np.array(times, np.int64))
    return result


def table(parts: Sequence[Part], raw: bool, time: str = "timestamp",
          texts: Sequence[str] = ()) -> pd.DataFrame:
    """Readings as a table, by the times of their arrival.
    :param raw: Whether cells are what the files have, each digit of it.
    :param time: The column of the times.
    :param texts: Columns that are always there, and have no numbers.
    """
    def cells(name: str) -> List[str]:
        return [x for part in parts for x in part.cells(name)]
    times = np.array([int(x) for x in cells(time)], np.int64)
    unit, _ = _TIMES[time]
    index = pd.to_datetime(times, unit=unit, utc=True).rename("time")
    # In the order in which they came.
    columns = list(dict.fromkeys(
        [*texts, *(x for part in parts for x in part.columns[1:])]))
    # All at once: one by one, hundreds of them are slow.
    found = [pd.Series(_texts(cells(x)) if x in texts else
                       _column(cells(x), raw), index=index) for x in columns]
    result = pd.concat(found, axis=1) if found else pd.DataFrame(index=index)
    result.columns = pd.Index([x if raw else decoded(x) for x in columns],
                              dtype=object)
    return result


def _column(cells: Sequence[str], raw: bool) -> Any:
    """The values of a column, as its cells have them."""
    if raw:
        return np.array(cells, object)
    there = [x for x in cells if x]
    if there and all(_WHOLE.fullmatch(x) for x in there):
        numbers = [int(x or 0) for x in cells]
        if len(there) == len(cells):
            return np.array(numbers, np.int64)
        if max(numbers) > _MAX_EXACT or min(numbers) < -_MAX_EXACT:
            unknown = np.array([not x for x in cells], bool)
            return pd.arrays.IntegerArray(np.array(numbers, np.int64), unknown)
    if there and all(_NUMBER.fullmatch(x) for x in there):
        return np.array([float(x) if x else np.nan for x in cells])
    return _texts(cells)


def _texts(cells: Sequence[str]) -> Any:
    result: List[Cell] = [decoded(x) if x else None for x in cells]
    array = np.empty(len(result), object)
    array[:] = result
    return array
