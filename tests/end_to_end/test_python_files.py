"""The Python reader on a recording: all that it says is so."""

import csv
import io
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from processes import HERE, camctl
# Fixtures among them. pylint: disable=unused-import
from reading import (CAMERAS, ODD_TOPIC, box, camnode, check_frames, copy, data,
                     files_of, fragmented, ordinary, pictures_of,
                     recorded_frames, rows_of)


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
            session.jpeg(camera, n)
    with pytest.raises(camnode.Error, match="no camera x; it has cam-a, cam-b"):
        session.frames("x")
    with pytest.raises(camnode.Error, match="no sensor x; it has .*climate"):
        session.sensors("x")


def decoders():
    return [x for x in ("cv2", "PIL")
            if subprocess.run([sys.executable, "-c", f"import {x}"],
                              capture_output=True, check=False).returncode == 0]


def test_images_are_decoded(copy, monkeypatch, tmp_path):
    session = camnode.open(copy)
    jpeg = tmp_path / "picture.jpg"
    jpeg.write_bytes(session.jpeg("cam-a", 3))
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
    found = session.sensors("sensor/room/climate")
    assert list(found.columns) == ["t", "n", "unit", "text", "value"]
    assert found["t"].dtype == float
    np.testing.assert_equal(found["t"].tolist(),
                            [20.5, np.nan, 21, np.nan, np.nan])
    assert found["n"].tolist()[:2] == [1, 2]
    assert found["n"].dropna().tolist()[2] == 9007199254740993
    assert found["unit"].tolist() == [None, b"\xb0C", None, None, None]
    assert found["text"].tolist() == [None, None, 'a, "b"\n', None, None]
    assert found["value"].tolist() == [None] * 4 + ["base64:AAAA"]
    raw = session.sensors("sensor/room/climate", raw=True)
    rows = [x for path in sorted((copy / "sensors/sensor/room/climate")
                                 .glob("*.csv")) for x in rows_of(path)]
    assert [x.value for x in raw.index] \
        == [int(x["timestamp"]) * 1_000_000 for x in rows]
    for cells, told in zip(raw.to_dict("records"), rows):
        assert cells == {x: told.get(x, "") for x in raw.columns}
    assert camnode.bytes_of(raw["unit"].iloc[1]) == b"\xb0C"
    assert session.sensors(ODD_TOPIC)["value"].tolist() == [7]


def test_frames_and_readings_can_be_joined(copy):
    session = camnode.open(copy)
    both = pd.merge_asof(
        session.frames("cam-a"), session.sensors("sensor/room/climate"),
        left_on="time", right_index=True, direction="nearest")
    assert len(both) == session.cameras["cam-a"].recorded
    assert set(both["t"].dropna()) <= {20.5, 21.0}


# -- the form of films ---------------------------------------------------------

def test_ordinary_films_are_read(copy):
    expected = recorded_frames(copy, "cam-a")
    for film in {x for x, _, _ in expected}:
        film.write_bytes(ordinary(pictures_of(expected, film)))
    session = camnode.open(copy)
    check_frames(session, "cam-a", expected)
    assert session.check() == []


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


@pytest.mark.parametrize("free, end", [
    (b"", b""), (box(b"free", bytes(8)), b""),
    (box(b"free", bytes(8)), box(b"moov", bytes(500)))]) # Between two writes.
def test_fragmented_films_are_read(copy, free, end):
    expected = recorded_frames(copy, "cam-a")
    for film in {x for x, _, _ in expected}:
        film.write_bytes(fragmented(pictures_of(expected, film), free) + end)
    session = camnode.open(copy)
    check_frames(session, "cam-a", expected)
    assert session.check() == []


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
