"""The index of a film (messages/disk/FORMAT.md, section 4)."""

import pathlib
import re
from typing import List, Sequence, Tuple

import numpy as np
import pandas as pd

from .errors import Error

HEADER = (b"frame,sequence,capture_ns,receive_ns,offset_ns,offset_error_ns,"
          b"exposure_us,bytes,flags,xxh3,epoch\n")

# Flags of a frame.
TIME_OF_RECEIPT = 1 # `capture_ns` is when it arrived at the client.
MOVED_FORWARD = 2 # To keep times increasing.
REBUILT = 4 # By a repair, after a crash.
TIME_OF_ARRIVAL = 8 # `capture_ns` is when it arrived at the server.

# Within 64 bits.
_NUMBER = rb"(\d{1,18}|[1-8]\d{18})"
_OR_NONE = rb"(-?\d{1,18}|-?[1-8]\d{18}|)"
_ROW = re.compile(b",".join([
    _NUMBER, _OR_NONE, _NUMBER, _OR_NONE, _OR_NONE, _OR_NONE, _OR_NONE, _NUMBER,
    _NUMBER, rb"([0-9a-f]{16})", _OR_NONE]))

_COLUMNS = HEADER.decode().strip().split(",")

# Those that are empty where nobody knows.
_MAY_BE_EMPTY = {"sequence", "receive_ns", "offset_ns", "offset_error_ns",
                 "exposure_us", "epoch"}


def whole_text(path: pathlib.Path) -> bytes:
    """All of a file.
    :raises FileNotFoundError: where there is none.
    :raises Error: where it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error


def read(path: pathlib.Path) -> Tuple[pd.DataFrame, str]:
    """Reads an index.
    :returns: Its whole rows, up to the first one that is damaged, with the
        columns of the file; and why there are no more, or an empty text.
    :raises FileNotFoundError: where there is none.
    :raises Error: where it cannot be read.
    """
    text = whole_text(path)
    if not text.startswith(HEADER):
        # One that was just begun may be empty.
        return NO_ROWS, f"{path}: is no index of camnode"
    lines = text[len(HEADER):].split(b"\n")
    rows: List[Sequence[bytes]] = []
    for line in lines[:-1]:
        row = _ROW.fullmatch(line)
        if not row or int(row[1]) != len(rows):
            return _frame_of(rows), f"{path}: its row {len(rows)} is damaged"
        rows.append(row.groups())
    why = f"{path}: is cut within its row {len(rows)}" if lines[-1] else ""
    return _frame_of(rows), why


def _frame_of(rows: Sequence[Sequence[bytes]]) -> pd.DataFrame:
    cells = list(zip(*rows)) or [()] * len(_COLUMNS)
    result = {}
    for name, column in zip(_COLUMNS, cells):
        if name == "xxh3":
            result[name] = np.array([x.decode() for x in column], object)
            continue
        numbers = np.array([int(x or 0) for x in column], np.int64)
        if name in _MAY_BE_EMPTY:
            unknown = np.array([not x for x in column], bool)
            result[name] = pd.arrays.IntegerArray(numbers, unknown)
        else:
            result[name] = numbers
    return pd.DataFrame(result)


NO_ROWS = _frame_of([])
