"""The Python reader (tools/python), and what it reads, read without it."""

import csv
import shutil
import sys

import pandas as pd

import films
from processes import HERE

sys.path.insert(0, str(HERE.parents[1] / "tools/python"))

import camnode # pylint: disable=wrong-import-position


def rows_of(path):
    """The rows of a CSV file, as Python reads them."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def recorded_frames(data, camera):
    """Film, row and JPEG of all frames of a camera in complete films."""
    paths = (data / "cam" / camera).glob("*-*.csv")
    result = []
    for path in sorted(paths, key=lambda x: int(x.stem.split("-")[0])):
        film = path.with_suffix(".mp4")
        rows, pictures = rows_of(path), films.pictures(film)
        assert len(rows) == len(pictures)
        result += [(film, row, picture.jpeg)
                   for row, picture in zip(rows, pictures)]
    return result


def check_frames(session, camera, expected=None):
    """A camera's frames are those of its films and indexes, picture by picture,
    whatever form the films have.
    :param expected: What `recorded_frames` has; that of the session's folder if
        None.
    """
    expected = expected or recorded_frames(session.folder, camera)
    found = session.frames(camera)
    assert list(found.index) == list(range(len(expected)))
    for n, (row, (film, cells, jpeg)) in enumerate(
            zip(found.to_dict("records"), expected)):
        assert row["file"] == film.name
        check_row(row, cells)
        assert session.picture(camera, n) == jpeg
        film = session.folder / "cam" / camera / row["file"]
        with film.open("rb") as file:
            file.seek(row["position"])
            assert file.read(row["bytes"]) == jpeg


def check_row(row, cells):
    for name, cell in cells.items():
        if cell == "":
            assert pd.isna(row[name]), (name, row)
        elif name == "xxh3":
            assert row[name] == cell
        else:
            assert int(row[name]) == int(cell), (name, row)
    assert row["time"].value == int(cells["capture_ns"])
    assert str(row["time"].tz) == "UTC"


def copied(data, folder):
    """A copy of a data folder, to be damaged."""
    return shutil.copytree(data, folder / "copy")
