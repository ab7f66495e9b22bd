"""Films in other programs: each player finds every frame, once, at its time.

Each picture shows its number, so that what a player shows says which it is.
What must be there is read from the films without camnode's code (films.py),
and must be what the indexes say."""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

from crashes import durable, wait_more
from harness import Room
from numbered import Film, camera, cv2, number_in

CAMERAS = {"steady": ("25,3600,0",), "slow": ("21,3600,0",),
           "gaps": ("25,1.5,1.3",), "sizes": ("25,3600,0", (16, 32))}


def record(room):
    """A session in which the client is killed in mid-film."""
    for name, what in CAMERAS.items():
        room.server(name, camera(room.folder / name, *what), "--camera.fps=25")
    client = room.client(segment=5)
    room.wait_connected(*CAMERAS)
    room.start_recording()
    room.wait_files("steady", "*.mp4")
    room.wait_light(lambda x: durable(x, "gaps") > 90)
    client.kill()
    room.client(segment=5)
    wait_more(room, "steady", 100)
    room.stop_recording()


@pytest.fixture(scope="module")
def recorded(picture):
    """The films of each camera."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="camnode-test-"))
    room = Room(folder, picture)
    try:
        room.start_broker()
        record(room)
        assert not room.close()
        yield {x: [Film(y) for y in sorted(room.data.glob(f"cam/{x}/*.mp4"))]
               for x in CAMERAS}
    finally:
        room.print_logs()
        room.close()
        shutil.rmtree(folder)


@pytest.fixture
def all_films(recorded):
    return [x for xs in recorded.values() for x in xs]


def test_films_have_what_their_names_here_promise(recorded):
    for film in (x for xs in recorded.values() for x in xs):
        film.check_index()
    assert all(len(xs) >= 3 for xs in recorded.values())
    longest_us = max(b - a for x in recorded["gaps"]
                     for a, b in zip(x.times_us, x.times_us[1:]))
    assert longest_us > 1_000_000
    heights = {cv2.VideoCapture(str(x.path)).get(cv2.CAP_PROP_FRAME_HEIGHT)
               for x in recorded["sizes"]}
    assert heights == {16, 32}


def test_ffprobe_counts_every_frame_and_finds_it_at_its_time(all_films):
    for film in all_films:
        done = subprocess.run(
            ["ffprobe", "-v", "error", "-count_frames", "-show_streams",
             "-show_entries", "packet=pts", "-of", "json", str(film.path)],
            capture_output=True, text=True, check=True)
        assert not done.stderr, (film.path, done.stderr)
        told = json.loads(done.stdout)
        stream, = told["streams"]
        assert int(stream["nb_frames"]) == int(stream["nb_read_frames"]) \
            == len(film.numbers), film.path
        assert [int(x["pts"]) for x in told["packets"]] == film.times_us


def test_opencv_counts_every_frame_and_shows_it_in_order(all_films):
    for film in all_films:
        player = cv2.VideoCapture(str(film.path))
        assert player.get(cv2.CAP_PROP_FRAME_COUNT) == len(film.numbers)
        shown = []
        for number, ms in zip(film.numbers, film.since_first_ms()):
            there, picture = player.read()
            assert there, film.path
            assert abs(player.get(cv2.CAP_PROP_POS_MSEC) - ms) < 0.01
            shown.append(number_in(picture))
        assert shown == film.numbers, film.path
        assert not player.read()[0], film.path


def keeps_its_rate(film):
    """Whether frame n is where the film's mean rate has it: OpenCV looks for it
    there."""
    since_first = film.since_first_ms()
    mean = since_first[-1] / max(len(since_first) - 1, 1)
    return len(since_first) > 1 and all(
        abs(ms - n * mean) < mean / 4 for n, ms in enumerate(since_first))


def test_opencv_seeks_every_frame_of_a_film_that_keeps_its_rate(all_films):
    steady = [x for x in all_films if keeps_its_rate(x)]
    if not steady:
        pytest.skip("no camera kept its rate on this machine")
    for film in steady:
        player = cv2.VideoCapture(str(film.path))
        for n, number in enumerate(film.numbers):
            player.set(cv2.CAP_PROP_POS_FRAMES, n)
            there, picture = player.read()
            assert there and number_in(picture) == number, (film.path, n)


def test_pyav_finds_every_frame_in_order_and_by_its_time(all_films):
    av = pytest.importorskip("av")
    for film in all_films:
        with av.open(str(film.path)) as player:
            stream = player.streams.video[0]
            assert stream.frames == len(film.numbers)
            found = [(number_in(x.to_ndarray(format="bgr24")),
                      int(x.pts * stream.time_base * 1_000_000))
                     for x in player.decode(stream)]
            assert found == list(zip(film.numbers, film.times_us)), film.path
            for number, us in zip(film.numbers, film.times_us):
                player.seek(us, stream=stream)
                shown = next(player.decode(stream))
                assert number_in(shown.to_ndarray(format="bgr24")) == number


def test_gstreamer_takes_out_every_picture_as_it_was(all_films, tmp_path):
    if not shutil.which("gst-launch-1.0"):
        pytest.skip("no GStreamer")
    for film in all_films:
        out = tmp_path / film.path.parent.name / film.path.stem
        out.mkdir(parents=True)
        done = subprocess.run(
            ["gst-launch-1.0", "-v", "filesrc", f"location={film.path}", "!",
             "qtdemux", "!", "tee", "name=t", "!", "queue", "!",
             "multifilesink", f"location={out}/%06d.jpg", "t.", "!", "queue",
             "!", "fakesink", "silent=false"],
            capture_output=True, text=True, check=True)
        assert [x.read_bytes() for x in sorted(out.iterdir())] == film.jpegs
        times = re.findall(r"chain .*?pts: (\d+):(\d+):(\d+)\.(\d{6})",
                           done.stdout)
        found = [((int(h) * 60 + int(m)) * 60 + int(s)) * 1_000_000 + int(us)
                 for h, m, s, us in times]
        since_first_us = [x - film.times_us[0] for x in film.times_us]
        assert [x - found[0] for x in found] == since_first_us, film.path
