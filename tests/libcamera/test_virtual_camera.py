"""Cameras through libcamera: whole recordings of pictures that are known, at
the rate that is asked for; what a camera cannot do; a camera that stops."""

import math
import os
import pathlib
import re
import subprocess

import pytest

from processes import CAMNODE, random_address, wait_until
from recordings import Recording, check_against
from streams import Reader, get

TESTS = pathlib.Path(CAMNODE).parent
PICTURES = pathlib.Path("/pictures")

# With the sanitizers, preloading anything but theirs is a mistake otherwise.
CAMERA = {
    "LD_PRELOAD": os.environ["VIRTUAL_CAMERA"],
    "ASAN_OPTIONS": "verify_asan_link_order=0",
    "LIBCAMERA_PIPELINES_MATCH_LIST": "virtual",
    "LIBCAMERA_LOG_LEVELS": "*:ERROR",
}
PACED = {**CAMERA, "CAMNODE_FAKE_FPS": "30"}

FPS = 30


def run(*arguments, environment=CAMERA):
    """Exit status, output and errors of camnode, or a program beside it."""
    done = subprocess.run(
        [CAMNODE if arguments[0].startswith("--") else TESTS / arguments[0],
         *arguments[0 if arguments[0].startswith("--") else 1:]],
        env={**os.environ, **environment}, capture_output=True, text=True,
        timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def plain_server(room, *options, environment):
    return room.node("cam-a", "server", f"--stream.host={random_address()}",
                     "--stream.port=0", *options, environment=environment)


def server(room, *options, environment):
    return plain_server(room, "--camera.source=libcamera", "--camera.width=640",
                        "--camera.height=360", *options,
                        environment=environment)


def wait_frame(where):
    wait_until("there is a frame",
               lambda: get(where, "/snapshot.jpg")[0] == 200)


def pixels(jpeg):
    """A picture as ffmpeg decodes it, in planes."""
    return subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "mjpeg", "-i", "-", "-f", "rawvideo",
         "-pix_fmt", "yuvj420p", "-"], input=jpeg, capture_output=True,
        check=True).stdout


def mean_square(a, b):
    """Of the differences, over every 7th sample."""
    a, b = a[::7], b[::7]
    return sum((x - y) ** 2 for x, y in zip(a, b)) / len(a)


def psnr(a, b):
    assert len(a) == len(b) > 0
    error = mean_square(a, b)
    return 99 if error == 0 else 10 * math.log10(255 * 255 / error)


def check_pictures(frames):
    """Each frame is one of the pictures that the camera shows, in their order,
    four times each at most."""
    known = [pixels(x.read_bytes()) for x in sorted(
        PICTURES.glob("*.jpg"), key=lambda x: int(x.stem))]
    shown = []
    for frame in frames:
        picture = pixels(frame.jpeg)
        nearest = min(range(len(known)),
                      key=lambda i: mean_square(picture[::31], known[i][::31]))
        assert psnr(picture, known[nearest]) > 33, frame.sequence
        if not shown or shown[-1] != nearest:
            shown.append(nearest)
    assert len(set(shown)) == len(known)
    if all(b.sequence - a.sequence == 1 for a, b in zip(frames, frames[1:])):
        for a, b in zip(shown, shown[1:]):
            assert b == (a + 1) % len(known)


# -- what a camera offers --------------------------------------------------------


def test_cameras_are_listed_with_sizes_rates_and_controls():
    status, out, err = run("--list-cameras")
    assert status == 0, err
    assert re.search(r"^\S.* \(known pictures\)$", out, re.M)
    assert re.search(r"^  NV12: .*640x360.* 1280x720|^  NV12: .*1280x720", out,
                     re.M)
    assert re.search(r"^  30 to 30 fps", out, re.M)
    assert "FrameDurationLimits [33333..33333]" in out


def test_the_version_says_which_libcamera_was_built_with_and_runs():
    status, out, _ = run("--version")
    assert status == 0
    assert re.search(r"^libcamera \d+\.\d+\.\d+ built with, v?\d+\.\d+.* "
                     "running$", out, re.M)


@pytest.mark.parametrize("heap", [False, True])
def test_the_source_does_what_its_contract_says(heap):
    environment = {**PACED, "CAMNODE_FAKE_HEAP": "1"} if heap else PACED
    status, out, err = run("camnode-libcamera-test", "-n", "-v", "3", "-s",
                           "^libcamera_source$", environment=environment)
    assert status == 0, out + err
    assert ("buffers from a DMA heap" in err) == heap
    assert not re.search(r"checks: +0\b", out)


@pytest.mark.parametrize("option, want", [
    ("width=642", "642x360: want 640x360"),
    ("fps=60", "camera.fps=60: want at most 30 at 640x360"),
    ("exposure-us=1000", "camera.exposure-us=1000: this camera has no such"),
    ("gain=2", "camera.gain=2: this camera has no such"),
    ("autofocus=continuous", "camera.autofocus=continuous: this camera has no"),
    ("white-balance=1.9,1.4", "camera.white-balance=1.9,1.4: this camera has"),
    ("hdr=single", "camera.hdr"),
])
def test_what_a_camera_cannot_do_is_a_usage_error(option, want):
    sizes = {"width": "640", "height": "360"}
    name, value = option.split("=")
    sizes[name] = value
    status, _, err = run("--role=server", "--camera.source=libcamera",
                         *(f"--camera.{k}={v}" for k, v in sizes.items()))
    assert status == 2
    lines = [x for x in err.splitlines() if x.startswith("camnode: ")]
    assert len(lines) == 1 and want in lines[0], err


# -- whole recordings ------------------------------------------------------------


def test_known_pictures_are_recorded_at_the_rate_of_the_camera(room):
    camera = server(room, environment=PACED)
    room.client(segment=4)
    where = camera.where()
    reader = Reader(where)
    room.helpers.append(reader)
    room.wait_connected("cam-a")
    session = room.start_recording()
    room.wait_files("cam-a", "*.mp4", 2)
    room.wait_light(lambda x: x["cameras"]["cam-a"]["frames_durable"] >= 10 * FPS)
    room.stop_recording()
    reader.wait(len(reader.parts) + 1)
    reader.close()

    recording = Recording(room.data, session)
    recording.check_names()
    frames = recording.check_camera("cam-a")
    check_against(recording, frames, reader.parts)
    check_pace(frames, least=FPS * 0.97)
    check_pictures(frames[:100])


def check_pace(frames, least):
    """Lost ones included, frames come at the rate that was asked for."""
    seconds = (frames[-1].capture_ns - frames[0].capture_ns) / 1e9
    assert seconds > 8
    rate = (frames[-1].sequence - frames[0].sequence) / seconds
    assert least <= rate <= FPS * 1.03, rate


def test_a_camera_that_is_too_fast_is_brought_down_to_the_rate(room):
    # On its own, the virtual camera is as fast as the processor.
    camera = server(room, "--camera.fps=10", environment=CAMERA)
    where = camera.where()
    reader = Reader(where)
    room.helpers.append(reader)
    reader.wait(60)
    reader.close()
    parts = reader.parts[5:]
    seconds = (parts[-1].capture_mono_ns - parts[0].capture_mono_ns) / 1e9
    rate = (parts[-1].sequence - parts[0].sequence) / seconds
    assert 9.5 <= rate <= 10.4, rate
    metrics = get(where, "/metrics")[2].decode()
    captured = int(re.search(r"^camnode_frames_captured_total (\d+)", metrics,
                             re.M)[1])
    assert captured < 2 * len(reader.parts) # What is left out is not counted.


def test_the_quality_follows_the_bandwidth(room):
    camera = server(room, "--camera.bitrate=4000", environment=PACED)
    reader = Reader(camera.where())
    room.helpers.append(reader)
    reader.wait(180)
    reader.close()
    parts = reader.parts[90:]
    seconds = (parts[-1].capture_mono_ns - parts[0].capture_mono_ns) / 1e9
    got = sum(len(x.jpeg) for x in parts[1:]) * 8 / 1000 / seconds
    assert 3200 <= got <= 4800, got


# -- cameras that fail -----------------------------------------------------------


def test_a_camera_that_completes_nothing_is_started_again(room, tmp_path):
    stall = tmp_path / "stall"
    environment = {**PACED, "CAMNODE_FAKE_STALL": str(stall)}
    camera = server(room, environment=environment)
    where = camera.where()
    reader = Reader(where)
    room.helpers.append(reader)
    reader.wait(10)

    stall.touch()
    camera.wait_log(r"source stalled: camera '.*' completed no request for "
                    r"\d+ ms, after \d+ frames")
    wait_until("/healthz says so", lambda: get(where, "/healthz")[0] == 503)
    assert b"camera" in get(where, "/healthz")[2]
    # Its next life finds nothing either, until the camera works again.
    camera.wait_log("source stalled: camera '.*' completed no request",
                    count=2)
    before = len(reader.parts)
    stall.unlink()
    reader.wait(before + 30)
    wait_until("/healthz is well", lambda: get(where, "/healthz")[0] == 200)
    sequences = [x.sequence for x in reader.parts]
    assert sequences == sorted(set(sequences))
    reader.close()


def test_a_camera_that_is_not_there_is_waited_for(room):
    environment = {**CAMERA, "LIBCAMERA_PIPELINES_MATCH_LIST": "simple"}
    camera = server(room, environment=environment)
    where = camera.where()
    camera.wait_log("libcamera finds no camera")
    status, _, body = get(where, "/healthz")
    assert status == 503 and b"libcamera finds no camera" in body
    camera.wait_log("libcamera finds no camera", count=3)


def test_auto_means_the_camera_that_is_there(room):
    camera = plain_server(room, environment=PACED)
    camera.wait_log("camera '.*': 1280x720-NV12")
    wait_frame(camera.where())


def test_auto_means_a_test_picture_where_there_is_none(room):
    environment = {**CAMERA, "LIBCAMERA_PIPELINES_MATCH_LIST": "simple"}
    camera = plain_server(room, environment=environment)
    camera.wait_log("no camera is configured or found")
    wait_frame(camera.where())
