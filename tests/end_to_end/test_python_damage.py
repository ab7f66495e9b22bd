"""The Python reader on files that are not whole, damaged, or missing."""

import json
import re

import pytest

# Fixtures among them. pylint: disable=unused-import
from reading import (camnode, copy, data, files_of, fragmented, ordinary,
                     pictures_of, recorded_frames)


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
    film = index.with_suffix(".mp4")
    index.with_name(f"{start}.mp4.part").write_bytes(
        fragmented(pictures_of(recorded_frames(copy, index.parent.name), film)))
    film.unlink()
    return index.rename(index.with_name(f"{start}.csv.part"))


def test_an_open_index_may_be_cut_anywhere(copy):
    index = open_again(copy, files_of(copy)[-1])
    whole = index.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    session = camnode.open(copy)
    count = len(session.frames("cam-a"))
    complete = len(recorded_frames(copy, "cam-a"))
    for size in range(last, len(whole) + 1):
        index.write_bytes(whole[:size])
        session.refresh()
        found = session.frames("cam-a")
        assert len(found) == count - (size < len(whole)) > complete
        assert session.jpeg("cam-a", len(found) - 1)[-2:] == b"\xff\xd9"
    header = whole.index(b"\n") + 1
    for size in range(header + 1):
        index.write_bytes(whole[:size])
        session.refresh()
        assert len(session.frames("cam-a")) == complete


def test_an_open_film_may_be_cut_anywhere(copy):
    index = open_again(copy, files_of(copy, "cam-b")[-1])
    film = index.with_name(index.name.replace("csv", "mp4"))
    whole = film.read_bytes()
    session = camnode.open(copy)
    count = len(session.frames("cam-b"))
    size = int(session.frames("cam-b")["bytes"].iloc[-1])
    for less in (1, 2, size, size + 1, size + 7, size + 8, size + 107):
        film.write_bytes(whole[:-less])
        session.refresh()
        assert len(session.frames("cam-b")) == count - 1, less
    complete = len(recorded_frames(copy, "cam-b"))
    for size in range(0, 1500, 50):
        film.write_bytes(whole[:size])
        session.refresh()
        assert len(session.frames("cam-b")) == complete


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
        counts.append(len(camnode.open(copy).sensors("sensor/room/climate")))
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
        assert lenient.jpeg(camera, n)[-2:] == b"\xff\xd9"


def test_a_complete_index_that_is_cut_is_an_error(copy):
    index = files_of(copy)[0]
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
    jpegs = pictures_of(recorded_frames(copy, "cam-a"), film)
    whole = fragmented(jpegs)
    for data in (whole[:-1], whole[:-5000], whole[:500], b"", b"no film" * 99):
        film.write_bytes(data)
        check_refused(copy, str(film))
    film.write_bytes(ordinary(jpegs))
    assert camnode.open(copy).check() == []
    film.write_bytes(film.read_bytes()[:-1])
    check_refused(copy, f"{film}: is no whole film")
    film.unlink() # Its times are there all the same.
    session = camnode.open(copy)
    assert session.frames("cam-a")["position"].isna().any()
    with pytest.raises(camnode.Error, match=f"{film}: is not there"):
        session.jpeg("cam-a", 0)
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
            camnode.open(copy).sensors("sensor/room/climate")
    path.unlink()
    with pytest.raises(camnode.Error, match="is not there"):
        camnode.open(copy).sensors("sensor/room/climate")


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
