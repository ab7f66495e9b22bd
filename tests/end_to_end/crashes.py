"""What the tests of crashes and full disks share: how a recording begins and
goes on, and that nothing is missing and nothing doubled afterwards."""

import json
import pathlib
import subprocess

from processes import CAMNODE
from recordings import Recording

CAMCTL = pathlib.Path(CAMNODE).with_name("camctl")


def durable(light, camera):
    return light.get("cameras", {}).get(camera, {}).get("frames_durable", 0)


def verify(data, *options):
    """What `camctl verify` says, and its exit status."""
    done = subprocess.run([str(CAMCTL), "verify", str(data), "--json",
                           *options], capture_output=True, text=True)
    assert done.returncode in (0, 1, 3), done.stderr
    return done.returncode, json.loads(done.stdout)


def check_nothing_missing(room, session, camera):
    """Every picture that the source numbered from the first to the last one
    recorded is there once, in order, and the books say so."""
    recording = Recording(room.data, session)
    frames = recording.check_camera(camera)
    stamps = [x.stamp for x in frames]
    assert len({run for run, _, _ in stamps}) == 1
    numbers = [number for _, number, _ in stamps]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert recording.manifest["cameras"][camera]["lost"] == 0
    # All that the source says to have written, but at the very end.
    inside = {number for _, number, ns in room.journal(camera)
              if recording.start_ms * 1_000_000 <= recording.capture_ns(ns)
              <= recording.stop_ms * 1_000_000 - 1_000_000_000}
    assert inside <= set(numbers)
    return recording, frames


def check_done(room, recording):
    assert recording.manifest["state"] == "finished"
    assert not list(room.data.rglob("*.part"))
    status, said = verify(room.data)
    assert status == 0, said
    assert said["verdict"] == "all there"


def wait_more(room, camera, frames):
    """Waits until so many more frames are durable, in whichever client."""
    before = durable(room.ear.heard("camera/recording/client")[-1].json, camera)
    return room.wait_light(lambda x: x["state"] == "recording"
                           and durable(x, camera) >= before + frames)


def begin(room, *cameras, segment=2, command="start"):
    for camera in cameras:
        room.server(camera, room.stamped(camera))
    client = room.client(segment=segment)
    room.wait_connected(*cameras)
    session = room.start_recording(command)
    room.wait_light(lambda x: all(durable(x, y) > 30 for y in cameras))
    return client, session
