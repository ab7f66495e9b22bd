"""`camctl export` of a real session: its films as ffprobe and OpenCV see them,
their pictures against what was recorded, and what is left when it is stopped."""

import csv
import json
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile

import cv2
import pytest

import films
from crashes import begin, wait_more
from harness import Room
from processes import CAMCTL, camctl, wait_until

CAMERAS = ("cam-a", "cam-b")
READINGS = 3


@pytest.fixture(scope="module")
def session(picture):
    """A data folder with a session of two cameras, and its start."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="camnode-test-"))
    room = Room(folder, picture)
    try:
        room.start_broker()
        _, start_ms = begin(room, *CAMERAS, segment=2)
        for number in range(READINGS):
            room.ear.publish("sensor/count", json.dumps({"number": number}))
        for camera in CAMERAS:
            wait_more(room, camera, 120)
        room.stop_recording()
        assert not room.close()
        yield room.data, start_ms
    finally:
        room.print_logs()
        room.close()
        shutil.rmtree(folder)


def export(session, out, *options):
    """The folder of an export that finds nothing missing."""
    data, start_ms = session
    done = camctl("export", data, "--session", str(start_ms), "--to", out,
                  *options)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = out / str(start_ms)
    assert sorted(x.name for x in folder.iterdir()) == sorted(
        ["session.json", "frames.csv", "sensors.csv", "markers.csv"]
        + [x + y for x in CAMERAS for y in (".mp4", ".csv")])
    return folder


def recorded(session, camera):
    """The JPEGs of a camera, in order."""
    return [x.jpeg for path in sorted((session[0] / "cam" / camera)
                                      .glob("*.mp4"))
            for x in films.pictures(path)]


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def shown(path):
    """The JPEGs of a film, and the times of each in s, as ffprobe has them."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "packet=pts_time,pos,size",
         "-of", "json", path], capture_output=True, text=True, check=True)
    assert not done.stderr, done.stderr
    data = path.read_bytes()
    packets = json.loads(done.stdout)["packets"]
    return ([data[int(x["pos"]):int(x["pos"]) + int(x["size"])]
             for x in packets], [float(x["pts_time"]) for x in packets])


def check_players(path, jpegs):
    """OpenCV counts the frames of a film, and finds each by its number."""
    film = cv2.VideoCapture(str(path))
    assert int(film.get(cv2.CAP_PROP_FRAME_COUNT)) == len(jpegs)
    for number in (len(jpegs) - 1, 0, len(jpegs) // 2):
        film.set(cv2.CAP_PROP_POS_FRAMES, number)
        assert int(film.get(cv2.CAP_PROP_POS_FRAMES)) == number
        assert film.read()[0]


def test_own_films_have_what_was_recorded_byte_for_byte(session, tmp_path):
    folder = export(session, tmp_path)
    told = json.loads((folder / "session.json").read_text())
    for camera in CAMERAS:
        jpegs, times = shown(folder / f"{camera}.mp4")
        assert jpegs == recorded(session, camera)
        table = rows(folder / f"{camera}.csv")
        assert [int(x["frame"]) for x in table] == list(range(len(jpegs)))
        hz = told["films"][f"{camera}.mp4"]["rate"]["hz"]
        assert 20 < hz < 30
        assert all(abs(x - n / hz) < 1e-6 for n, x in enumerate(times))
        check_players(folder / f"{camera}.mp4", jpegs)
    readings = rows(folder / "sensors.csv")
    assert [x["value"] for x in readings if x["key"] == "number"] \
        == [str(x) for x in range(READINGS)]


def test_locked_films_have_a_frame_for_each_row(session, tmp_path):
    folder = export(session, tmp_path, "--frames", "locked", "--rate", "20")
    told = json.loads((folder / "session.json").read_text())["rows"]
    table = rows(folder / "frames.csv")
    assert len(table) == told["rows"]
    for camera in CAMERAS:
        jpegs, _ = shown(folder / f"{camera}.mp4")
        assert len(jpegs) == len(table)
        there = set(recorded(session, camera))
        assert all(x in there for x in jpegs)
        for row in table:
            if not row[f"{camera}.filled"]:
                assert abs(int(row[f"{camera}.dt_ns"])) <= told["bound_ns"]
        check_players(folder / f"{camera}.mp4", jpegs)


def test_an_export_is_checked_and_damage_to_it_is_found(session, tmp_path):
    folder = export(session, tmp_path)
    for command in (("export", "--check"), ("verify",)):
        done = camctl(*command, folder)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
    film = folder / "cam-a.mp4"
    whole = film.read_bytes()
    at = len(whole) // 2
    film.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1:])
    for command in (("export", "--check"), ("verify",)):
        done = camctl(*command, folder)
        assert done.returncode == 3 and "damage: cam-a.mp4" in done.stdout


def test_a_disk_that_takes_no_more_is_told_in_a_line(session, tmp_path):
    data, start_ms = session
    out = tmp_path / "out"

    def end_files_early():
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    # What the system would end the program for is refused it instead.
    done = subprocess.run(
        [CAMCTL, "export", data, "--session", str(start_ms), "--to", out],
        preexec_fn=end_files_early, restore_signals=False, check=False,
        capture_output=True, text=True)
    assert done.returncode == 1
    assert re.fullmatch(r"camctl export: .*/cam-a.mp4: File too large; "
                        "nothing was exported\n", done.stderr), done.stderr
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_no_wrong_usage(session):
    done = camctl("export", session[0], "--session", session[1], "--to",
                  "/dev/null/out")
    assert done.returncode == 1
    assert re.fullmatch("camctl export: /dev/null.*: Not a directory; "
                        "nothing was exported\n", done.stderr), done.stderr


def caught_at_work(session, out, prepare=None):
    """An export that is held up while it writes.
    :param prepare: What its process does first.
    """
    data, start_ms = session
    while True:
        process = subprocess.Popen(
            [CAMCTL, "export", data, "--session", str(start_ms), "--to", out,
             "--frames", "locked", "--rate", "1000"], preexec_fn=prepare,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_until("a film is begun, or all are done", lambda: process.poll()
                   is not None or list(out.glob(".*.part/*.mp4")))
        process.send_signal(signal.SIGSTOP)
        if list(out.glob(".*.part")):
            return process
        process.kill() # It was too quick.
        process.communicate()
        shutil.rmtree(out)


@pytest.mark.parametrize("number", (signal.SIGINT, signal.SIGTERM))
def test_an_export_that_is_stopped_leaves_nothing(session, tmp_path, number):
    out = tmp_path / "out"
    process = caught_at_work(session, out)
    process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    _, said = process.communicate()
    assert process.returncode == 1, said
    assert "stopped; nothing was exported" in said
    assert not out.exists()


@pytest.mark.parametrize("number", (signal.SIGINT, signal.SIGHUP))
def test_a_signal_that_is_ignored_stops_no_export(session, tmp_path, number):
    out = tmp_path / "out"
    process = caught_at_work(session, out,
                             lambda: signal.signal(number, signal.SIG_IGN))
    process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert (out / str(session[1]) / "session.json").exists()


def test_an_export_that_was_killed_is_in_the_way_of_none(session, tmp_path):
    out = tmp_path / "out"
    process = caught_at_work(session, out)
    assert camctl("export", session[0], "--session", session[1], "--to",
                  out).returncode == 2 # It is being written.
    process.kill()
    process.communicate()
    assert [x.name[0] for x in out.iterdir()] == ["."]
    folder = export(session, out)
    assert list(out.iterdir()) == [folder]


def test_a_session_that_is_recorded_is_refused(room, tmp_path):
    _, start_ms = begin(room, "cam-a", segment=2)
    done = camctl("export", room.data, "--session", str(start_ms), "--to",
                  tmp_path / "out")
    assert done.returncode == 2
    assert "is still recorded" in done.stderr
    assert not (tmp_path / "out").exists()
