"""What people see of sessions: their list, their names, a copy of one; and
films of a camera whose pictures change their size."""

import json
import shutil
import subprocess
import sys

from crashes import begin, durable, verify, wait_more
from processes import camctl

# Writes pictures of two sizes: each once, then the other one;
# or two of each at once. Once a file is there, one size alone.
SIZES = """
import os, sys, time
a, b = (open(x, 'rb').read() for x in sys.argv[1:3])
pairs = sys.argv[3] == 'pairs'
while True:
    for x, y in ((a, b), (b, a)):
        if os.path.exists(sys.argv[4]):
            x = y = a
        if pairs:
            for _ in range(10):
                sys.stdout.buffer.write(x)
                sys.stdout.buffer.flush()
                time.sleep(0.05)
            sys.stdout.buffer.write(x + y)
        else:
            sys.stdout.buffer.write(x)
        sys.stdout.buffer.flush()
        time.sleep(0.01)
"""


def picture(path, width, height):
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                    f"testsrc=size={width}x{height}", "-frames:v", "1",
                    str(path)], check=True)
    return path


def resizing(room, how):
    """The option of a server whose pictures change their size, and the file
    that ends that."""
    program = room.folder / "sizes.py"
    program.write_text(SIZES)
    calm = room.folder / "calm"
    words = [sys.executable, "-I", program,
             picture(room.folder / "a.jpg", 320, 240),
             picture(room.folder / "b.jpg", 160, 120), how, calm]
    return "--camera.command=exec " + " ".join(map(str, words)), calm


def films(room):
    return sorted((room.data / "cam" / "cam").glob("*.mp4"))


def test_sizes_that_change_at_once_make_films_that_are_sound(room):
    option, _ = resizing(room, "pairs")
    room.server("cam", option, "--camera.fps=25")
    room.client(segment=60)
    room.wait_connected("cam")
    room.start_recording()
    room.wait_light(lambda x: durable(x, "cam") >= 40)
    room.stop_recording()
    assert len(films(room)) >= 3
    status, said = verify(room.data)
    assert said["verdict"] == "all there", said
    assert status == 0


def test_a_size_that_never_stays_is_an_alarm_and_a_named_loss(room):
    option, calm = resizing(room, "each")
    room.server("cam", option, "--camera.fps=100")
    room.server("other", room.stamped("other"))
    room.client(segment=60)
    room.wait_connected("cam", "other")
    room.start_recording()
    light = room.wait_light(lambda x: x["cameras"]["cam"]["lost"] >= 50)
    assert "size changes too often" in light["alarms"]["recorder/cam/size"]
    # Once one stays, recording goes on, and the alarm is over.
    calm.touch()
    room.wait_light(lambda x: "recorder/cam/size" not in x["alarms"])
    wait_more(room, "cam", 20)
    room.stop_recording()
    assert len(films(room)) <= 10
    status, said = verify(room.data)
    cameras = said["sessions"][0]["cameras"]
    assert [x["damage"] for x in cameras.values()] == [[], []]
    assert (status, said["verdict"]) == (1, "losses, all named"), said
    assert cameras["other"]["lost"] == 0
    cam = cameras["cam"]
    assert cam["captured"] == cam["recorded"] + cam["lost"]
    assert cam["lost_by_place"]["recorder"] >= 50
    assert "network" not in cam["lost_by_place"]


def record(room, label):
    session = room.start_recording(json.dumps(
        {"action": "start", "label": label}))
    room.wait_light(lambda x: durable(x, "cam-a") > 10)
    room.stop_recording()
    return session


def test_sessions_are_listed_named_and_copied(room):
    room.server("cam-a", room.stamped("cam-a"))
    room.client(segment=1)
    room.wait_connected("cam-a")
    first, second = record(room, "trial"), record(room, "trial")
    done = camctl("sessions", room.data, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert [x["session"] for x in said["sessions"]] == [first, second]
    for x in said["sessions"]:
        assert (x["label"], x["verdict"]) == ("trial", "all there")
        assert x["cameras"]["cam-a"]["recorded"] > 10 and x["bytes"] > 0
    text = camctl("sessions", room.data).stdout
    assert text.count("all there") == 2 and str(first) in text

    # A label means the latest session of that name; the other one is named.
    done = camctl("verify", room.data, "--session", "trial")
    assert done.returncode == 0, done.stdout
    assert f"session {second} trial" in done.stdout
    assert f"session {first} trial" not in done.stdout
    assert str(first) in done.stderr
    done = camctl("align", room.data, "--session", "trial", "--out", "-")
    assert done.returncode == 0 and str(first) in done.stderr

    # One session's files alone, with and without the folder of sensors.
    copy = room.folder / "copy"
    manifest, = (room.data / "sessions").glob(f"{first}*")
    (copy / "sessions").mkdir(parents=True)
    shutil.copy(manifest, copy / "sessions")
    (copy / "cam" / "cam-a").mkdir(parents=True)
    books = json.loads(manifest.read_text())
    for x in books["cameras"]["cam-a"]["segments"]:
        for path in (room.data / "cam" / "cam-a").glob(x["file"] + ".*"):
            shutil.copy(path, copy / "cam" / "cam-a")
    status, said = verify(copy)
    assert (status, said["verdict"]) == (0, "all there"), said
    assert [x["session"] for x in said["sessions"]] == [first]
    assert json.loads(camctl("sessions", copy, "--json").stdout)["sessions"][
        0]["verdict"] == "all there"


def test_a_stop_that_names_another_session_is_refused(room):
    begin(room, "cam-a", command=json.dumps(
        {"action": "start", "label": "mine"}))
    room.ear.publish("command/rec", json.dumps(
        {"action": "stop", "label": "other"}))
    light = room.wait_light(lambda x: x["commands_refused"] == 1)
    assert light["state"] == "recording"
    assert light["last_error"] == (
        "stop: the session that is recorded is mine, not other")
    room.ear.publish("command/rec", json.dumps(
        {"action": "stop", "label": "mine"}))
    room.wait_light(lambda x: x["state"] == "idle")
