"""The Python reader (tools/python), what it reads, read without it, and films in
their two forms. `data` and `copy` are fixtures."""

import csv
import shutil
import struct
import sys

import pandas as pd
import pytest

import films
from conftest import a_room
from crashes import durable
from processes import HERE

sys.path.insert(0, str(HERE.parents[1] / "tools/python"))

import camnode # pylint: disable=wrong-import-position

CAMERAS = ("cam-a", "cam-b")
READINGS = [b'{"t": 20.5, "n": 1}', b'{"t": NaN, "n": 2, "unit": "\xb0C"}',
            b'{"t": 21, "text": "a, \\"b\\"\\n"}', b'{"n": 9007199254740993}',
            b"base64:AAAA"]
ODD_TOPIC = "sensor//\u00e4 %41.csv"


@pytest.fixture(scope="module")
def data(picture, tmp_path_factory):
    """A folder of two sessions with one label, of two cameras: one whose times
    have bounds, one whose times have none."""
    with a_room(picture) as room:
        room.start_broker()
        room.server("cam-a", "--camera.source=pattern", "--camera.width=320",
                    "--camera.height=240", "--camera.fps=25")
        room.server("cam-b", room.stamped("cam-b", fps=10))
        room.client(segment=1)
        room.wait_connected(*CAMERAS)
        for frames in (60, 20):
            room.start_recording('{"action":"start","label":"trial-07"}')
            for reading in READINGS:
                room.ear.publish("sensor/room/climate", reading)
            room.ear.publish(ODD_TOPIC, "7")
            room.wait_light(lambda x, n=frames: durable(x, "cam-a") > n
                            and durable(x, "cam-b") > 5
                            and x["sensors"]["durable"] > len(READINGS))
            room.stop_recording()
        result = shutil.copytree(room.data,
                                 tmp_path_factory.mktemp("recorded") / "data")
    yield result


@pytest.fixture
def copy(data, tmp_path):
    """A copy of it, with the first session alone."""
    newest, first = camnode.sessions(data)
    result = shutil.copytree(data, tmp_path / "copy")
    for path in list(result.rglob("*")):
        if path.name.startswith(".") or (path.is_file() and int(
                path.stem.split("-")[0]) >= newest.manifest.start_ms):
            path.unlink()
    assert first.path.name == camnode.open(result).path.name
    return result


def files_of(folder, camera="cam-a"):
    """The indexes of a camera, in order."""
    return sorted((folder / "cam" / camera).glob("*.csv"))


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
        assert session.jpeg(camera, n) == jpeg
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


# -- films -------------------------------------------------------------------

def box(kind, *content):
    data = b"".join(content)
    return struct.pack(">I4s", len(data) + 8, kind) + data


def pictures_of(frames, film):
    """The JPEGs of a film, out of what `recorded_frames` has."""
    return [jpeg for path, _, jpeg in frames if path == film]


def fragmented(jpegs, free=b""):
    """A film as it is while it is open, and as version 0.1 left it.
    :param free: A box that stands before its `moov`.
    """
    return box(b"ftyp", b"iso5") + free + box(b"moov", box(b"mvex")) + b"".join(
        box(b"moof", bytes(92)) + box(b"mdat", x) for x in jpegs)


def ordinary(jpegs):
    """Such a film as it is when it is complete. Its media is not moved: what was
    `moov` and fragments is in one `mdat`, and a `moov` with tables follows."""
    film = fragmented(jpegs, box(b"free", bytes(8)))
    sizes = [len(x) for x in jpegs]
    places, at = [], film.index(b"moof") - 4
    for size in sizes:
        places.append(at + 108)
        at += 108 + size
    begin = film.index(b"free") - 4
    stbl = box(b"stbl", box(b"stsd", bytes(8)),
               box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1)),
               box(b"stsz", struct.pack(">III", 0, 0, len(sizes)),
                   struct.pack(f">{len(sizes)}I", *sizes)),
               box(b"co64", struct.pack(">II", 0, len(places)),
                   struct.pack(f">{len(places)}Q", *places)))
    moov = box(b"moov", box(b"mvhd", bytes(100)),
               box(b"trak", box(b"mdia", box(b"minf", stbl))))
    head = struct.pack(">I4sQ", 1, b"mdat", len(film) - begin)
    return film[:begin] + head + film[begin + 16:] + moov
