"""A disk that is full, or will be: it is told, files are complete and play, and
what is missing is named."""

import pathlib
import shutil
import subprocess
import tempfile

import pytest

from crashes import begin, check_done, verify
from harness import Room
from processes import wait_until
from recordings import Recording


@pytest.fixture
def small_room(picture, request):
    """A room whose data folder is a file system of so many MiB."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="camnode-test-"))
    room = Room(folder, picture)
    room.data.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={request.param}m", "tmpfs", str(room.data)],
        capture_output=True, text=True)
    if mounted.returncode != 0:
        shutil.rmtree(folder)
        pytest.skip("SKIPPED LOUDLY: no right to mount a tmpfs: "
                    + mounted.stderr)
    try:
        room.start_broker()
        yield room
    finally:
        faults = room.close()
        room.print_logs()
        subprocess.run(["umount", str(room.data)], check=True)
        shutil.rmtree(folder)
    assert not faults


def fill(room, left):
    """Takes what the disk has, but for `left` bytes."""
    path = room.data / "filler"
    with path.open("ab", buffering=0) as file:
        try:
            while shutil.disk_usage(room.data).free > left:
                file.write(bytes(1 << 14))
        except OSError:
            pass
    return path


def camera(light):
    return light["cameras"].get("cam-a", {})


@pytest.mark.parametrize("small_room", [12], indirect=True)
def test_a_full_disk_is_told_and_what_is_there_plays(small_room):
    room = small_room
    _, session = begin(room, "cam-a", segment=60,
                       command='{"action":"start","force":true}')
    filler = fill(room, 0)
    light = room.wait_light(lambda x: camera(x)["state"] == "stalled"
                            and camera(x)["last_error"])
    assert "No space left" in camera(light)["last_error"]
    filler.unlink()
    room.wait_light(lambda x: camera(x)["state"] == "recording")
    room.stop_recording()
    recording = Recording(room.data, session)
    frames = recording.check_camera("cam-a")
    stamps = [x.stamp[1] for x in frames]
    assert len(stamps) > 30
    assert stamps == sorted(set(stamps))
    missing = stamps[-1] - stamps[0] + 1 - len(stamps)
    assert recording.manifest["cameras"]["cam-a"]["lost"] == missing
    assert recording.manifest["cameras"]["cam-a"]["restarts"]["recorder"] > 0
    status, said = verify(room.data)
    assert status == (1 if missing else 0), said


@pytest.mark.parametrize("small_room", [16], indirect=True)
def test_a_stop_on_a_full_disk_is_not_forgotten(small_room):
    """Room for it is kept, and what is left of the session is completed by the
    next client, which does not go on with it."""
    room = small_room
    client, session = begin(room, "cam-a", segment=60,
                            command='{"action":"start","force":true}')
    filler = fill(room, 0)
    room.wait_light(lambda x: camera(x)["state"] == "stalled"
                    and "No space left" in camera(x)["last_error"])
    room.ear.publish("command/rec", "stop")
    wait_until("the stop is on disk", lambda: Recording(
        room.data, session).manifest["stop_ms"])
    assert shutil.disk_usage(room.data).free < 1 << 20
    client.kill()
    filler.unlink()
    client = room.client(segment=60)
    client.wait_log(f"session {session} goes on.*it was stopped already")
    wait_until("the session is complete", lambda: Recording(
        room.data, session).manifest["state"] == "finished")
    room.wait_light(lambda x: x["state"] == "idle")
    recording = Recording(room.data, session)
    assert len(recording.check_camera("cam-a")) > 30
    assert (room.data / ".camnode.reserve").stat().st_mode & 0o777 == 0o600
    status, said = verify(room.data)
    assert status in (0, 1), said


@pytest.mark.parametrize("small_room", [64], indirect=True)
def test_the_end_of_the_room_is_foreseen(small_room):
    room = small_room
    room.server("cam-a", room.stamped("cam-a"))
    room.client(segment=60)
    room.wait_connected("cam-a")
    light = room.wait_light(lambda x: (x.get("disk") or {}).get("bytes_per_s"))
    assert light["disk"]["free_bytes"] <= 64 << 20
    room.ear.publish("command/rec", "start")
    light = room.wait_light(lambda x: x["last_error"])
    assert light["state"] == "idle"
    assert "the disk is full in less than 10 minutes" in light["last_error"]
    assert not list(room.data.glob("cam/*/*"))


@pytest.mark.parametrize("small_room", [64], indirect=True)
def test_a_recording_is_stopped_while_its_files_can_be_completed(small_room):
    room = small_room
    room.server("cam-a", room.stamped("cam-a"))
    room.client("--record.min-minutes=0", segment=60)
    room.wait_connected("cam-a")
    session = room.start_recording()
    light = room.wait_light(lambda x: camera(x).get("frames_durable", 0) > 30
                            and (x.get("disk") or {}).get("bytes_per_s"))
    fill(room, 30 * light["disk"]["bytes_per_s"])
    light = room.wait_light(lambda x: x["state"] == "idle")
    assert "stopped: the disk is full" in light["last_error"]
    recording = Recording(room.data, session)
    recording.check_camera("cam-a")
    (room.data / "filler").unlink()
    check_done(room, recording)
