"""Exports in other programs: of each film, frame n is row n of its table, in each
player, in order and by seeking.

Each picture shows its number. What must be there is read from the recording
without camnode's code (films.py)."""

import csv
import fractions
import json
import pathlib
import shutil
import subprocess
import tempfile

import pytest

import browser
from crashes import durable, wait_more
from harness import Room
from numbered import (PICTURES, Film, camera, cv2, numbered_jpeg, number_in,
                      numpy)
from processes import camctl, random_address
from streams import LegacyServer

av = pytest.importorskip("av")
# Else PyAV's takes Python's lock in threads that OpenCV waits for with that lock.
av.logging.restore_default_callback()

CAMERAS = {"steady": ("25,3600,0",), "slow": ("21,3600,0",),
           "gaps": ("25,1.5,1.3",), "sizes": ("25,3600,0", (16, 32))}
WAYS = {"own": (), "locked": ("--frames", "locked"),
        "own h264": ("--codec", "h264"),
        "locked h264": ("--frames", "locked", "--codec", "h264", "--grid")}


def record(room):
    """A session in which the client and a recorder are killed in mid-film.
    :returns: The cameras.
    """
    for name, what in CAMERAS.items():
        room.server(name, camera(room.folder / name, *what), "--camera.fps=25")
    legacy = LegacyServer(room.port, random_address(),
                          [numbered_jpeg(x, 16) for x in range(PICTURES)])
    room.helpers.append(legacy)
    cameras = [*CAMERAS, legacy.address]
    client = room.client(segment=4)
    room.wait_connected(*cameras)
    room.start_recording('{"action":"start","label":"trial-07"}')
    room.wait_files("steady", "*.mp4")
    room.wait_light(lambda x: all(durable(x, y) > 30 for y in cameras))
    client.kill()
    client = room.client(segment=4)
    wait_more(room, "steady", 40)
    client.camctl("kill", "recorder/slow")
    wait_more(room, "slow", 60)
    room.stop_recording()
    return cameras


class Recorded:
    """A data folder, and which picture each frame of its cameras is."""

    def __init__(self, data, cameras):
        self.data = data
        self.jpegs = {} # By camera: of each frame, by run and number.
        self.shown = {} # The same: the number in the picture.
        for name in cameras:
            self.jpegs[name], self.shown[name] = {}, {}
            for path in sorted(data.glob(f"cam/{name}/*.mp4")):
                film = Film(path)
                film.check_index()
                with path.with_suffix(".csv").open(newline="") as file:
                    for row, jpeg, number in zip(csv.DictReader(file),
                                                 film.jpegs, film.numbers):
                        key = row["epoch"], row["sequence"], row["capture_ns"]
                        self.jpegs[name][key] = jpeg
                        self.shown[name][key] = number


class ExportedFilm:
    """A film of an export, and what must be in it."""

    def __init__(self, path, camera_name, recorded):
        self.path = path
        self.camera = camera_name
        with path.with_suffix(".csv").open(newline="") as file:
            self.rows = list(csv.DictReader(file))
        keys = [(x["epoch"], x["sequence"], x["time_ns"]) for x in self.rows]
        black = [x["filled"] == "black" for x in self.rows]
        shown, jpegs = recorded.shown[camera_name], recorded.jpegs[camera_name]
        self.numbers = [0 if b else shown[k] for k, b in zip(keys, black)]
        self.jpegs = [None if b else jpegs[k] for k, b in zip(keys, black)]

    @property
    def name(self):
        return f"{self.path.parent.parent.name}: {self.path.name}"


@pytest.fixture(scope="module")
def recorded(picture):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="camnode-test-"))
    room = Room(folder, picture)
    try:
        room.start_broker()
        cameras = record(room)
        assert not room.close()
        yield Recorded(room.data, cameras)
    finally:
        room.print_logs()
        room.close()
        shutil.rmtree(folder)


def camera_of(path):
    """Pictures of another size are in a film of their own."""
    return path.stem.split("@")[0]


def export(data, out, *options):
    done = camctl("export", data, "--session", "trial-07", "--to", out,
                  *options)
    assert done.returncode == 0, done.stdout + done.stderr
    folder, = out.iterdir() # And nothing half done.
    return folder


@pytest.fixture(scope="module", params=WAYS)
def way(request):
    return request.param


@pytest.fixture(scope="module")
def films(way, recorded, tmp_path_factory):
    """The films of an export of that kind, but for its grid."""
    folder = export(recorded.data, tmp_path_factory.mktemp("export"),
                    *WAYS[way])
    return [ExportedFilm(x, camera_of(x), recorded)
            for x in sorted(folder.glob("*.mp4")) if x.stem != "grid"]


def rate_of(path):
    """As ffprobe has it."""
    told = json.loads(subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=r_frame_rate",
         "-of", "json", str(path)], capture_output=True, check=True).stdout)
    return fractions.Fraction(told["streams"][0]["r_frame_rate"])


def test_own_films_have_each_recorded_frame_once(recorded, films, way):
    if "locked" in way:
        pytest.skip("frames may be left out or repeated")
    for name, jpegs in recorded.jpegs.items():
        keys = [(x["epoch"], x["sequence"], x["time_ns"])
                for film in films if film.camera == name for x in film.rows]
        assert sorted(keys) == sorted(jpegs), name


def test_ffprobe_counts_every_frame_at_one_rate(films):
    for film in films:
        told = json.loads(subprocess.run(
            ["ffprobe", "-v", "error", "-count_frames", "-show_streams",
             "-show_entries", "packet=pts", "-of", "json", str(film.path)],
            capture_output=True, check=True).stdout)
        stream, = told["streams"]
        assert int(stream["nb_frames"]) == int(stream["nb_read_frames"]) \
            == len(film.rows), film.name
        pts = [int(x["pts"]) for x in told["packets"]]
        assert {b - a for a, b in zip(pts, pts[1:])} <= {pts[1]} \
            and pts[0] == 0, film.name
        assert stream["has_b_frames"] == 0


def test_opencv_shows_every_frame_in_order_and_by_its_number(films):
    for film in films:
        player = cv2.VideoCapture(str(film.path))
        assert player.get(cv2.CAP_PROP_FRAME_COUNT) == len(film.rows)
        shown = [number_in(player.read()[1]) for _ in film.rows]
        assert shown == film.numbers, film.name
        assert not player.read()[0], film.name
        for n in [*range(len(film.rows))][::-1]:
            player.set(cv2.CAP_PROP_POS_FRAMES, n)
            there, picture = player.read()
            assert there and number_in(picture) == film.numbers[n], \
                (film.name, n)


def test_pyav_shows_every_frame_in_order_and_by_its_time(films):
    for film in films:
        with av.open(str(film.path)) as player:
            stream = player.streams.video[0]
            assert stream.frames == len(film.rows), film.name
            step = 1 / (rate_of(film.path) * stream.time_base)
            found = [(number_in(x.to_ndarray(format="bgr24")), x.pts)
                     for x in player.decode(stream)]
            assert found == [(x, n * step)
                             for n, x in enumerate(film.numbers)], film.name
            for n, number in enumerate(film.numbers):
                player.seek(int(n * step), stream=stream)
                shown = next(x for x in player.decode(stream)
                             if x.pts >= n * step)
                assert number_in(shown.to_ndarray(format="bgr24")) == number, \
                    (film.name, n)


def test_copies_have_the_cameras_own_jpegs(films, way):
    if "h264" in way:
        pytest.skip("encoded")
    for film in films:
        with av.open(str(film.path)) as player:
            jpegs = [bytes(x) for x in player.demux(video=0) if x.size]
        for n, (jpeg, own) in enumerate(zip(jpegs, film.jpegs)):
            assert own is None or jpeg == own, (film.name, n)
        assert len(jpegs) == len(film.jpegs)


def test_gstreamer_shows_every_frame(films, tmp_path):
    for film in films:
        grey = tmp_path / "grey"
        subprocess.run(
            ["gst-launch-1.0", "-q", "filesrc", f"location={film.path}", "!",
             "qtdemux", "!", "decodebin", "!", "videoconvert", "!",
             "video/x-raw,format=GRAY8", "!", "filesink", f"location={grey}"],
            check=True)
        size = cv2.VideoCapture(str(film.path)).read()[1].shape[:2]
        pictures = numpy.fromfile(grey, numpy.uint8).reshape(-1, *size)
        assert [number_in(x) for x in pictures] == film.numbers, film.name


def test_a_browser_shows_every_frame_by_its_time(films, way):
    if "h264" not in way:
        pytest.skip("browsers play no JPEGs in an MP4")
    if not browser.program():
        pytest.skip("no Chromium")
    for film in (x for x in films if x.camera in ("gaps", "steady")):
        rate = rate_of(film.path)
        duration, rows = browser.look_at(film.path, len(film.rows), rate,
                                         patience=90)
        assert round(duration * rate) == len(film.rows), film.name
        shown = [number_in(numpy.array([x], numpy.uint8)) for x in rows]
        assert shown == film.numbers, film.name


def test_locked_films_have_the_same_instant_at_the_same_number(films, way):
    if "locked" not in way:
        pytest.skip("own rates")
    assert len({len(x.rows) for x in films}) == 1
    assert len({rate_of(x.path) for x in films}) == 1


def test_a_grid_shows_all_films_side_by_side(films, way):
    if way != "locked h264":
        pytest.skip("no grid")
    folder = films[0].path.parent
    told = json.loads((folder / "session.json").read_text())["films"]
    shown = {x.path.name: x for x in films}
    cells = [shown[x] for x in told] # Three in a row.
    wide = max(x["width"] for x in told.values())
    high = max(x["height"] for x in told.values())
    player = cv2.VideoCapture(str(folder / "grid.mp4"))
    for n in range(len(films[0].rows)):
        picture = player.read()[1]
        for i, film in enumerate(cells):
            x, y = i % 3 * wide, i // 3 * high
            assert number_in(picture[y:y + high, x:x + wide]) \
                == film.numbers[n], (film.name, n)
    assert not player.read()[0]


def test_an_export_after_bids_is_whole(recorded, tmp_path):
    folder = export(recorded.data, tmp_path, "--layout", "bids", "--subject",
                    "mouse 12")
    session, = folder.glob("sub-mouse12/ses-*")
    for path in session.glob("beh/*_video.mp4"):
        told = json.loads(path.with_suffix(".json").read_text())
        with (folder / told["FrameTimes"][1:]).open(newline="") as file:
            rows = len(list(csv.DictReader(file)))
        with av.open(str(path)) as player:
            stream = player.streams.video[0]
            assert stream.frames == told["VideoFrameCount"] == rows
            assert (stream.width, stream.height) \
                == (told["ImageWidth"], told["ImageHeight"])
            assert abs(told["VideoFrameRate"] - rate_of(path)) < 1e-9
        assert path.name.startswith(
            f"sub-mouse12_{session.name}_task-trial07_recording-")
    scans, = session.glob("*_scans.tsv")
    listed = [x.split("\t")[0] for x in scans.read_text().splitlines()[1:]]
    assert sorted(listed) == sorted(
        f"beh/{x.name}" for x in session.glob("beh/*.mp4"))
    assert len(listed) >= len(recorded.jpegs)
    about = json.loads((folder / "dataset_description.json").read_text())
    assert about["Name"] == folder.name
    assert camctl("export", "--check", folder).returncode == 0
    damaged = session / listed[0]
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert camctl("export", "--check", folder).returncode == 3


def test_what_a_grid_and_bids_need_is_said(recorded, tmp_path):
    for options, said in ((("--grid",), "--frames locked"),
                          (("--layout", "bids"), "--subject"),
                          (("--layout", "other"), "want bids")):
        done = camctl("export", recorded.data, "--session", "trial-07", "--to",
                      tmp_path / "out", *options)
        assert done.returncode == 2 and said in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert not (tmp_path / "out").exists() \
            or not list((tmp_path / "out").iterdir())
