"""The Python reader on a recording, and on what may have become of it."""

import csv
import io
import json
import re
import struct
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from conftest import a_room
from crashes import durable
from processes import HERE, camctl
from reading import camnode, check_frames, copied, recorded_frames, rows_of

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
        result = copied(room.data, tmp_path_factory.mktemp("recorded"))
    yield result


@pytest.fixture
def copy(data, tmp_path):
    """A copy of it, with the first session alone."""
    newest, first = camnode.sessions(data)
    result = copied(data, tmp_path)
    for path in list(result.rglob("*")):
        if path.name.startswith(".") or (path.is_file() and int(
                path.stem.split("-")[0]) >= newest.manifest.start_ms):
            path.unlink()
    assert first.path.name == camnode.open(result).path.name
    return result


def files_of(folder, camera="cam-a"):
    """The indexes of a camera, in order."""
    return sorted((folder / "cam" / camera).glob("*.csv"))


def test_sessions_are_found(data):
    newest, first = camnode.sessions(data)
    assert newest.start > first.stop > first.start
    assert first.state == "finished" and first.label == "trial-07"
    name = first.path.name
    for wanted in (first.manifest.start_ms, str(first.manifest.start_ms), name,
                   name[:-len(".json")]):
        assert camnode.open(data, wanted).path == first.path
    with pytest.warns(UserWarning, match="the newest one of 2"):
        assert camnode.open(data, "trial-07").path == newest.path
    with pytest.raises(camnode.Error, match="which session.*trial-07"):
        camnode.open(data)
    with pytest.raises(camnode.Error, match="no session x.*trial-07"):
        camnode.open(data, "x")
    with pytest.raises(camnode.Error, match="is no folder"):
        camnode.open(data / "none")
    with pytest.raises(camnode.Error, match="there is none"):
        camnode.open(data / "cam", "x")
    assert camnode.foreign(data) == []


def test_frames_and_pictures_are_those_of_the_files(copy):
    session = camnode.open(copy)
    assert session.check() == []
    assert list(session.cameras) == list(CAMERAS)
    for camera in CAMERAS:
        check_frames(session, camera)
        told = session.cameras[camera]
        pieces = session.pieces(camera)
        assert [x.stem for x in pieces] == [x.file for x in told.segments]
        assert [x.index for x in pieces] == files_of(copy, camera)
        assert len(session.frames(camera)) == told.recorded \
            == sum(x.frames for x in told.segments)
    assert len(files_of(copy)) >= 3
    assert session.cameras["cam-a"].time == "sensor"
    assert session.cameras["cam-a"].clock.error_ns > 0
    for n in (-1, told.recorded):
        with pytest.raises(camnode.Error, match=f"has no frame {n}"):
            session.picture(camera, n)
    with pytest.raises(camnode.Error, match="no camera x; it has cam-a, cam-b"):
        session.frames("x")
    with pytest.raises(camnode.Error, match="no sensor x; it has .*climate"):
        session.readings("x")


def decoders():
    return [x for x in ("cv2", "PIL")
            if subprocess.run([sys.executable, "-c", f"import {x}"],
                              capture_output=True, check=False).returncode == 0]


def test_images_are_decoded(copy, monkeypatch, tmp_path):
    session = camnode.open(copy)
    jpeg = tmp_path / "picture.jpg"
    jpeg.write_bytes(session.picture("cam-a", 3))
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", jpeg, "-f", "rawvideo", "-pix_fmt",
         "rgb24", "-"], capture_output=True, check=True).stdout
    expected = np.frombuffer(raw, np.uint8).reshape(240, 320, 3).astype(int)
    known = decoders()
    assert known # Matplotlib brings Pillow.
    for name in known:
        with monkeypatch.context() as patch:
            for other in {"cv2", "PIL"} - {name}:
                patch.setitem(sys.modules, other, None)
            image = session.image("cam-a", 3)
        assert image.shape == (240, 320, 3) and image.dtype == np.uint8
        # Decoders round differently; red and blue are not exchanged.
        assert np.abs(image.astype(int) - expected).mean() < 3, name
    for name in ("cv2", "PIL"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(camnode.Error, match="needs OpenCV or Pillow"):
        session.image("cam-a", 3)


def test_aligned_frames_are_those_of_camctl(copy):
    session = camnode.open(copy)
    for reference in CAMERAS:
        done = camctl("align", copy, "--session", "trial-07", "--out", "-",
                      "--reference", reference)
        assert done.returncode == 0, done.stderr
        expected = list(csv.DictReader(io.StringIO(done.stdout)))
        found = session.aligned(reference)
        names = [x for x in expected[0] if not x.startswith("sensor/")]
        assert [x for x in found.columns if not x.endswith(".n")] == names
        assert len(found) == len(expected) > 0
        moments = list(session.moments(reference))
        for row, told, (time_ns, near) in zip(found.to_dict("records"),
                                              expected, moments):
            assert time_ns == row["time_ns"]
            for name in names:
                assert ("" if pd.isna(row[name]) else str(row[name])) \
                    == told[name], name
            for camera in CAMERAS:
                frame = near[camera]
                assert frame.n == row[f"{camera}.n"]
                assert frame.dt_ns == row.get(f"{camera}.dt_ns", 0)
                assert frame == session.at(time_ns)[camera]


def test_the_frames_at_an_instant_are_the_nearest(copy):
    session = camnode.open(copy)
    frames = session.frames("cam-a")
    a, b = frames.capture_ns[10], frames.capture_ns[11]
    for time, n in ((a, 10), (b, 11), ((a + b) // 2, 10), (b - 1, 11),
                    (0, 0), (1 << 61, len(frames) - 1),
                    (frames.time[10], 10), (str(frames.time[10]), 10),
                    (frames.time[10].tz_localize(None), 10)):
        near = session.at(time)["cam-a"]
        assert near.n == n, time
    assert near.dt_ns == 0 and near.error_ns == frames.offset_error_ns[10]
    assert session.at(a)["cam-b"].error_ns is None
    for time in ("yesterday evening", "NaT", 1 << 70, 1.5):
        with pytest.raises(camnode.Error, match="is no time"):
            session.at(time)


def test_readings_are_what_was_published(copy):
    session = camnode.open(copy)
    found = session.readings("sensor/room/climate")
    assert list(found.columns) == ["t", "n", "unit", "text", "value"]
    assert found["t"].dtype == float
    np.testing.assert_equal(found["t"].tolist(),
                            [20.5, np.nan, 21, np.nan, np.nan])
    assert found["n"].tolist()[:2] == [1, 2]
    assert found["n"].dropna().tolist()[2] == 9007199254740993
    assert found["unit"].tolist() == [None, b"\xb0C", None, None, None]
    assert found["text"].tolist() == [None, None, 'a, "b"\n', None, None]
    assert found["value"].tolist() == [None] * 4 + ["base64:AAAA"]
    raw = session.readings("sensor/room/climate", raw=True)
    rows = [x for path in sorted((copy / "sensors/sensor/room/climate")
                                 .glob("*.csv")) for x in rows_of(path)]
    assert [x.value for x in raw.index] \
        == [int(x["timestamp"]) * 1_000_000 for x in rows]
    for cells, told in zip(raw.to_dict("records"), rows):
        assert cells == {x: told.get(x, "") for x in raw.columns}
    assert camnode.bytes_of(raw["unit"].iloc[1]) == b"\xb0C"
    assert session.readings(ODD_TOPIC)["value"].tolist() == [7]


def test_frames_and_readings_can_be_joined(copy):
    session = camnode.open(copy)
    both = pd.merge_asof(
        session.frames("cam-a"), session.readings("sensor/room/climate"),
        left_on="time", right_index=True, direction="nearest")
    assert len(both) == session.cameras["cam-a"].recorded
    assert set(both["t"].dropna()) <= {20.5, 21.0}


# -- files that are not whole --------------------------------------------------

def open_again(copy, index):
    """Makes one index, and its film, those of a session that was cut off.
    Returns the index."""
    manifest, = (copy / "sessions").iterdir()
    told = json.loads(manifest.read_text())
    told["state"], told["stop_ms"] = "recording", 0
    for camera in told["cameras"].values():
        camera["segments"] = [x for x in camera["segments"]
                              if x["file"] != index.stem]
        camera["durable"] = 0
    manifest.write_text(json.dumps(told))
    start = index.stem.split("-")[0]
    index.with_suffix(".mp4").rename(index.with_name(f"{start}.mp4.part"))
    return index.rename(index.with_name(f"{start}.csv.part"))


def test_an_open_index_may_be_cut_anywhere(copy):
    index = open_again(copy, files_of(copy)[-1])
    whole = index.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    count = len(camnode.open(copy).frames("cam-a"))
    pictures = recorded_frames(copy, "cam-a")
    for size in range(last, len(whole) + 1):
        index.write_bytes(whole[:size])
        session = camnode.open(copy)
        found = session.frames("cam-a")
        assert len(found) == count - (size < len(whole)) > len(pictures)
        assert session.picture("cam-a", len(found) - 1)[-2:] == b"\xff\xd9"
    header = whole.index(b"\n") + 1
    for size in range(header + 1):
        index.write_bytes(whole[:size])
        assert len(camnode.open(copy).frames("cam-a")) == len(pictures)


def test_an_open_film_may_be_cut_anywhere(copy):
    index = open_again(copy, files_of(copy, "cam-b")[-1])
    film = index.with_name(index.name.replace("csv", "mp4"))
    whole = film.read_bytes()
    count = len(camnode.open(copy).frames("cam-b"))
    size = int(camnode.open(copy).frames("cam-b")["bytes"].iloc[-1])
    for less in (1, 2, size, size + 1, size + 7, size + 8, size + 107):
        film.write_bytes(whole[:-less])
        assert len(camnode.open(copy).frames("cam-b")) == count - 1, less
    complete = len(recorded_frames(copy, "cam-b"))
    for size in range(0, 1500, 50):
        film.write_bytes(whole[:size])
        assert len(camnode.open(copy).frames("cam-b")) == complete


def test_open_readings_may_be_cut_anywhere(copy):
    path = sorted((copy / "sensors/sensor/room/climate").glob("*.csv"))[-1]
    manifest, = (copy / "sessions").iterdir()
    told = json.loads(manifest.read_text())
    told["state"] = "recording"
    told["sensors"]["sensor/room/climate"]["files"].remove(path.stem)
    manifest.write_text(json.dumps(told))
    whole = path.read_bytes()
    path.unlink()
    path = path.with_name(path.name.split("-")[0] + ".csv.part")
    counts = []
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        counts.append(len(camnode.open(copy).readings("sensor/room/climate")))
    assert counts == sorted(counts) and counts[-1] > counts[0]
    assert counts[-2] == counts[-1] - 1


def check_refused(copy, what, camera="cam-a"):
    """The reader says in one line what is wrong where; if damage is to be left
    out, it warns of it, and gives the rest."""
    with pytest.raises(camnode.Error, match=what) as caught:
        camnode.open(copy).frames(camera)
    assert "\n" not in str(caught.value)
    assert any(re.search(what, x) for x in camnode.open(copy).check())
    with pytest.warns(camnode.Damage, match=what):
        lenient = camnode.open(copy, strict=False)
        found = lenient.frames(camera)
    count = lenient.cameras[camera].recorded
    assert 0 < len(found) < count
    for n in range(len(found)):
        assert lenient.picture(camera, n)[-2:] == b"\xff\xd9"


def test_a_complete_index_that_is_cut_is_an_error(copy):
    index = files_of(copy)[-1]
    whole = index.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    for size in range(last + 1, len(whole)):
        index.write_bytes(whole[:size])
        with pytest.raises(camnode.Error, match="is cut within its row"):
            camnode.open(copy).frames("cam-a")
    check_refused(copy, f"{index}: is cut within its row")
    index.write_bytes(whole[:last]) # A whole row less.
    check_refused(copy, f"{index}: has .* rows, the manifest says")


@pytest.mark.parametrize("change, what", [
    (lambda x: x.replace(b"frame,", b"Frame,"), "is no index of camnode"),
    (lambda x: b"", "is no index of camnode"),
    (lambda x: x.replace(b"\n3,", b"\n4,"), "its row 3 is damaged"),
    (lambda x: x.replace(b"\n3,", b"\n3," + b"9" * 20), "its row 3 is damaged"),
    (lambda x: x[:700] + bytes(40) + x[740:], "its row .* is damaged"),
])
def test_a_damaged_index_is_an_error(copy, change, what):
    index = files_of(copy)[0]
    index.write_bytes(change(index.read_bytes()))
    check_refused(copy, f"{index.name}: {what}")


def test_a_damaged_film_is_an_error(copy):
    index = files_of(copy)[0]
    film = index.with_suffix(".mp4")
    whole = film.read_bytes()
    for data in (whole[:-1], whole[:-5000], whole[:500], b"", b"no film" * 99):
        film.write_bytes(data)
        check_refused(copy, str(film))
    film.unlink() # Its times are there all the same.
    session = camnode.open(copy)
    assert session.frames("cam-a")["position"].isna().any()
    with pytest.raises(camnode.Error, match=f"{film}: is not there"):
        session.picture("cam-a", 0)
    assert session.check() == ["cam-a: films are not there"]
    index.unlink()
    check_refused(copy, f"{index.stem}: is not there")


def test_damaged_readings_are_an_error(copy):
    path = sorted((copy / "sensors/sensor/room/climate").glob("*.csv"))[0]
    whole = path.read_bytes()
    for data, what in ((whole[:-1], "is cut within a record"),
                       (whole.replace(b",", b";", 1), "is damaged|begin"),
                       (whole + b"1,2,3\n", "is no reading"),
                       (whole + b"\xff\n", "are no text"), (b"", "begin")):
        path.write_bytes(data)
        with pytest.raises(camnode.Error, match=f"{path}: .*({what})"):
            camnode.open(copy).readings("sensor/room/climate")
    path.unlink()
    with pytest.raises(camnode.Error, match="is not there"):
        camnode.open(copy).readings("sensor/room/climate")


def set_in(*way):
    """Puts the last of the values at a place in a manifest."""
    def change(told):
        for key in way[:-2]:
            told = told[key]
        told[way[-2]] = way[-1]
    return change


@pytest.mark.parametrize("change, what", [
    (set_in("format", "x"), r'is no manifest of camnode \("format"\)'),
    (set_in("start_ms", "1"), "start_ms: is no whole number"),
    (set_in("start_ms", 0), "start_ms is no time"),
    (set_in("start_ms", 1 << 62), "start_ms: is too large"),
    (set_in("stop_ms", 1), "ends before it begins"),
    (set_in("segment_ms", -1), "segment_ms: is below 0"),
    (set_in("cameras", []), "cameras: is no object"),
    (set_in("cameras", "cam-a", "recorded", True),
     "cameras: cam-a: recorded: is no whole number"),
    (set_in("cameras", "cam-a", "segments", 1, "file", "../x"),
     r"'\.\./x' is no name"),
    (set_in("cameras", "cam-a", "losses", [{"epoch": 1}]),
     'cameras: cam-a: losses: 0: has no "first_sequence"'),
    (lambda x: x["cameras"]["cam-a"].pop("lost"),
     'cameras: cam-a: has no "lost"'),
])
def test_a_broken_manifest_is_an_error(copy, change, what):
    path, = (copy / "sessions").iterdir()
    told = json.loads(path.read_text())
    change(told)
    path.write_text(json.dumps(told))
    for find in (camnode.open, camnode.sessions):
        with pytest.raises(camnode.Error, match=f"{path}: {what}"):
            find(copy)
    with pytest.warns(camnode.Damage, match=what):
        assert camnode.sessions(copy, strict=False) == []
    path.write_text(path.read_text()[:200])
    with pytest.raises(camnode.Error, match=f"{path}: is no JSON"):
        camnode.open(copy)


def test_books_that_do_not_balance_are_told(copy):
    path, = (copy / "sessions").iterdir()
    told = json.loads(path.read_text())
    told["cameras"]["cam-a"]["captured"] += 1
    told["cameras"]["cam-b"]["lost_by_place"] = {"disk": 2}
    told["sensors"]["sensor/room/climate"]["received"] += 1
    path.write_text(json.dumps(told))
    a, b, sensor = camnode.open(copy).check()
    assert a.startswith("cam-a: captured") and "by place 2" in b
    assert sensor.startswith("sensor/room/climate: received")


# -- the form of films ---------------------------------------------------------

def box(kind, *content):
    data = b"".join(content)
    return struct.pack(">I4s", len(data) + 8, kind) + data


def ordinary(film, places, sizes):
    """A fragmented film as an ordinary MP4, whose media is not moved: what was
    `moov` and fragments is in one `mdat`, and a `moov` with tables follows."""
    begin = len(box(b"ftyp", film[8:struct.unpack(">I", film[:4])[0]]))
    shift = 16
    stbl = box(b"stbl", box(b"stsd", bytes(8)),
               box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1)),
               box(b"stsz", struct.pack(">III", 0, 0, len(sizes)),
                   struct.pack(f">{len(sizes)}I", *sizes)),
               box(b"co64", struct.pack(">II", 0, len(places)),
                   struct.pack(f">{len(places)}Q",
                               *(x + shift for x in places))))
    moov = box(b"moov", box(b"mvhd", bytes(100)),
               box(b"trak", box(b"mdia", box(b"minf", stbl))))
    media = film[begin:]
    head = struct.pack(">I4sQ", 1, b"mdat", len(media) + 16)
    return film[:begin] + head + media + moov


def test_ordinary_films_are_read(copy):
    expected = recorded_frames(copy, "cam-a")
    frames = camnode.open(copy).frames("cam-a")
    for film in {x for x, _, _ in expected}:
        own = frames[frames.file == film.name]
        film.write_bytes(ordinary(film.read_bytes(), own.position, own.bytes))
    session = camnode.open(copy)
    check_frames(session, "cam-a", expected)
    assert session.check() == []
    film.write_bytes(film.read_bytes()[:-1])
    check_refused(copy, f"{film}: is no whole film")


@pytest.mark.parametrize("options", [[], ["-movflags", "+faststart"]])
def test_films_that_others_have_copied_are_read(copy, options):
    """Chunks of several pictures, and `stco`."""
    expected = recorded_frames(copy, "cam-b")
    for film in {x for x, _, _ in expected}:
        other = film.with_name("other.mp4")
        subprocess.run(["ffmpeg", "-v", "error", "-i", film, "-c", "copy",
                        *options, other], check=True)
        assert b"stco" in other.read_bytes()
        other.rename(film)
    check_frames(camnode.open(copy), "cam-b", expected)


def test_between_its_two_forms_a_film_is_fragmented(copy):
    expected = recorded_frames(copy, "cam-a")
    for film in {x for x, _, _ in expected}:
        whole = film.read_bytes()
        begin, = struct.unpack(">I", whole[:4])
        film.write_bytes(whole[:begin] + box(b"free", bytes(8))
                         + whole[begin:] + box(b"moov", bytes(500)))
    check_frames(camnode.open(copy), "cam-a", expected)


# -- around it -----------------------------------------------------------------

def test_the_example_draws_a_picture(copy, tmp_path):
    picture = tmp_path / "moment.png"
    script = HERE.parents[1] / "tools/python/examples/show_moment.py"
    done = subprocess.run(
        [sys.executable, script, copy, "--sensor", "sensor/room/climate",
         "--key", "t", "--out", picture], capture_output=True, text=True,
        check=False)
    assert done.returncode == 0, done.stderr
    assert picture.read_bytes()[:4] == b"\x89PNG"
