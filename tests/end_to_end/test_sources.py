"""Camera programs as they are: pictures that only decoders take, rests, words
on stderr; and what of them is told to whom."""

import shlex
import subprocess
import sys
import time

import pytest
from processes import CAMCTL, HERE, wait_until
from recordings import ARRIVAL_TIME, Recording
from streams import get

FEED = HERE / "feeding_source.py"

SOI = b"\xff\xd8"
EOI = b"\xff\xd9"


def segment(code, payload):
    return bytes((0xFF, code)) + (len(payload) + 2).to_bytes(2, "big") + payload


def damaged(jpeg, code, length):
    """One byte of the picture data reads as a marker with a length."""
    at = jpeg.index(b"\xff\xda") + 40
    return (jpeg[:at] + bytes((0xFF, code)) + length.to_bytes(2, "big")
            + jpeg[at + 4:])


@pytest.fixture(name="feed")
def start_feed(room):
    """Starts a server whose program writes these pictures in turn."""
    def start(pictures, rhythm, *options, name="cam-a"):
        files = []
        for i, picture in enumerate(pictures):
            files.append(room.folder / f"{name}-{i}.jpg")
            files[-1].write_bytes(picture)
        words = [sys.executable, "-I", FEED, rhythm, *files]
        command = "exec " + " ".join(shlex.quote(str(x)) for x in words)
        return room.server(name, "--camera.command=" + command, *options)
    return start


def record(room, frames, camera="cam-a"):
    room.client()
    room.wait_connected(camera)
    session = room.start_recording()
    room.wait_light(
        lambda x: x["cameras"][camera]["frames_durable"] >= frames)
    room.stop_recording()
    done = subprocess.run([CAMCTL, "verify", room.data], capture_output=True,
                          text=True, check=False)
    return Recording(room.data, session), done


def frames_of(recording, camera="cam-a"):
    result = []
    for path in recording.films(camera):
        done = subprocess.run(
            ["ffprobe", "-v", "fatal", "-count_frames", "-select_streams", "v",
             "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0",
             str(path)], capture_output=True, text=True, check=True)
        result.append(int(done.stdout.strip().strip(",")))
    return sum(result)


def test_pictures_that_decoders_take_are_recorded(room, feed):
    jpeg = room.picture
    padded = jpeg[:2] + segment(0xFE, b"x") + bytes(3) + jpeg[2:]
    feed([jpeg[:-2]], "10,1,0", name="cam-a")
    feed([padded], "10,1,0", name="cam-b")
    feed([SOI + jpeg], "10,1,0", name="cam-c")
    room.client()
    cameras = ("cam-a", "cam-b", "cam-c")
    for camera in cameras:
        room.wait_connected(camera)
    session = room.start_recording()
    room.wait_light(lambda x: all(
        x["cameras"][y]["frames_durable"] > 20 for y in cameras))
    room.stop_recording()
    recording = Recording(room.data, session)
    for camera in cameras:
        books = recording.manifest["cameras"][camera]
        assert books["lost"] == 0 and books["recorded"] > 20, camera
        assert frames_of(recording, camera) == books["recorded"], camera
        assert books["time"] == "arrival at the server"
    done = subprocess.run([CAMCTL, "verify", room.data], check=False,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_a_damaged_picture_costs_no_other_one(room, feed):
    jpeg = room.picture
    pictures = [jpeg, damaged(jpeg, 0xC5, 0x55AA), jpeg,
                damaged(jpeg, 0xE1, 0xFFFF), jpeg, jpeg]
    server = feed(pictures, "20,1,0")
    recording, done = record(room, 60)
    books = recording.manifest["cameras"]["cam-a"]
    assert set(books["lost_by_place"]) == {"source"}
    # Two of six are damaged, wherever the session begins and ends.
    assert abs(books["lost"] * 3 - books["captured"]) <= 12
    assert {x["frames"] for x in books["losses"]} == {1}
    frames = recording.check_camera("cam-a")
    assert {x.jpeg for x in frames} == {jpeg}
    assert "all there" not in done.stdout
    server.wait_log("lost a JPEG of the program: its picture data is damaged")


def check_stalls(room, recording, camera):
    """No rest of a camera is a stall: that is only told while frames are not on
    disk 1.2 s after they were captured, as on a busy machine."""
    captured_ns = [x.capture_ns for x in recording.check_camera(camera)]
    for light in room.ear.heard("camera/recording/client"):
        told = light.json.get("cameras", {}).get(camera, {})
        if told.get("state") == "stalled":
            due_ns = light.json["time_ms"] * 1_000_000 - 1_200_000_000
            due = sum(x <= due_ns for x in captured_ns)
            assert told["frames_durable"] < due, light.text


def test_a_slow_camera_is_recorded_as_it_comes(room, feed):
    """One frame in 3 s, and bursts with rests, are what a camera may do."""
    slow = feed([room.picture], "0.33,1,0", name="cam-a")
    bursts = feed([room.picture], "10,2,5", name="cam-b")
    client = room.client()
    room.wait_connected("cam-a")
    room.wait_connected("cam-b")
    session = room.start_recording()
    begin = time.monotonic()
    unwell = []

    def enough():
        light = room.ear.heard("camera/recording/client")[-1].json
        for node in (slow, bursts):
            status, _, text = get(node.where(), "/healthz")
            if status != 200 and b"no frame yet" not in text:
                unwell.append(text)
        return all(x["frames_durable"] >= n for x, n in
                   zip((light["cameras"][y] for y in ("cam-a", "cam-b")),
                       (5, 60))) and time.monotonic() - begin > 20
    wait_until("frames of slow cameras are there", enough, 90)
    room.stop_recording()
    recording = Recording(room.data, session)
    for camera in ("cam-a", "cam-b"):
        books = recording.manifest["cameras"][camera]
        assert books["lost"] == 0, books["losses"]
        check_stalls(room, recording, camera)
    assert not unwell
    for node in (slow, bursts):
        assert b'restarts_total{actor="camera"} 0' \
            in get(node.where(), "/metrics")[2]
    assert client.runs
    with recording.films("cam-a")[0].with_suffix(".csv").open() as file:
        assert f",{ARRIVAL_TIME}," in file.read()


SECRET = "hunter2"


def test_no_command_and_no_password_leaves_the_node(room):
    url = f"rtsp://admin:{SECRET}@10.0.0.7/live"
    server = room.server(
        "cam-a", f"--camera.command=echo 'ERROR: cannot open {url}' >&2; : -u "
        f"admin:{SECRET} /opt/secret-program; exit 3")
    where = server.where()
    told = room.ear.wait("camera/announce/cam-a", lambda x:
                         "exited with status 3" in x.json.get("camera", ""))
    texts = [told.text]
    for page in ("/healthz", "/metrics", "/"):
        texts.append(get(where, page)[2].decode())
    assert "exited with status 3" in texts[1]
    for text in texts:
        assert SECRET not in text and "secret-program" not in text
    assert "rtsp://***@10.0.0.7/live" in texts[0]
    server.wait_log(r"error.*camera.*program: ERROR: cannot open rtsp://\*\*\*@")
    assert SECRET not in server.log()
