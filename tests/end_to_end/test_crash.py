"""A client that is killed at any moment, and started again: nothing is missing
and nothing doubled, by the stamps inside the recorded pictures."""

import csv
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

from harness import CAMNODE, Room, wait_until
from recordings import Piece, Recording

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
    # As long as the session, to what comes at once and what comes late.
    seconds = (recording.stop_ms - recording.start_ms) / 1000
    assert abs(len(frames) / 25 - seconds) < 1
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


def publish_readings(room, count):
    for number in range(count):
        room.ear.publish("sensor/count", json.dumps({"number": number}))


def readings(room):
    """The numbers in the sensor's files."""
    result = []
    folder = room.data / "sensors/sensor/count"
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="") as file:
            result += [int(x["number"]) for x in csv.DictReader(file)]
    return result


def test_a_killed_client_goes_on_where_it_was(room):
    client, session = begin(room, "cam-a", "cam-b")
    publish_readings(room, 20)
    room.wait_light(lambda x: x["sensors"]["durable"] == 20)
    client.kill()
    second = room.client()
    second.wait_log(f"session {session} goes on")
    light = wait_more(room, "cam-a", 60)
    assert light["session"] == session
    room.stop_recording()
    for camera in ("cam-a", "cam-b"):
        recording, _ = check_nothing_missing(room, session, camera)
        segments = recording.manifest["cameras"][camera]["segments"]
        assert len({x["file"] for x in segments}) == len(segments)
    assert len(recording.manifest["resumed_ms"]) == 1
    assert readings(room) == list(range(20))
    assert recording.manifest["sensors"]["sensor/count"]["written"] == 20
    check_done(room, recording)


def test_a_client_that_is_killed_again_and_again_loses_nothing(room):
    client, session = begin(room, "cam-a")
    client.kill()
    # Right after its repair, and while it connects.
    again = room.client()
    again.wait_log(f"session {session} goes on")
    again.kill()
    again = room.client()
    again.wait_log(r"receiving from")
    again.kill()
    again = room.client()
    wait_more(room, "cam-a", 30)
    again.kill()
    again = room.client()
    wait_more(room, "cam-a", 50)
    room.stop_recording()
    recording, _ = check_nothing_missing(room, session, "cam-a")
    # Who was killed at once may not have come to note it.
    assert 2 <= len(recording.manifest["resumed_ms"]) <= 4
    check_done(room, recording)


def test_a_repair_that_was_killed_half_way_is_completed(room):
    client, session = begin(room, "cam-a", segment=60)
    client.kill()
    folder = room.data / "cam/cam-a"
    film, = folder.glob("*.mp4.part")
    index, = folder.glob("*.csv.part")
    # A frame that was being written, and an index that has its name already.
    with film.open("ab") as file:
        file.write(film.read_bytes()[-5000:-100])
    rows = index.read_text().splitlines()
    last_ms = int(rows[-1].split(",")[2]) // 1_000_000
    index.rename(folder / f"{session}-{last_ms + 1}.csv")
    (folder / f"{session}.csv.part.new").write_text("frame,seq")
    room.client(segment=60)
    wait_more(room, "cam-a", 50)
    room.stop_recording()
    recording, _ = check_nothing_missing(room, session, "cam-a")
    check_done(room, recording)


def test_a_session_that_was_stopping_is_completed(room):
    client, session = begin(room, "cam-a")
    client.tell(signal.SIGSTOP)
    client.kill()
    manifest, = (room.data / "sessions").glob("*.json")
    told = json.loads(manifest.read_text())
    last = max(int(x.read_text().splitlines()[-1].split(",")[2])
               for x in (room.data / "cam/cam-a").glob("*.csv*"))
    told["state"] = "stopping"
    told["stop_ms"] = last // 1_000_000 + 200
    manifest.write_text(json.dumps(told, indent=2))
    second = room.client()
    second.wait_log(f"session {session} is complete")
    recording, frames = check_nothing_missing(room, session, "cam-a")
    assert recording.stop_ms == told["stop_ms"]
    assert frames[-1].capture_ns > last
    check_done(room, recording)


def test_a_session_ends_when_it_is_due_though_its_client_was_killed(room):
    client, session = begin(
        room, "cam-a", command='{"action":"start","duration_s":6}')
    client.kill()
    second = room.client()
    second.wait_log(f"session {session} is complete")
    recording, _ = check_nothing_missing(room, session, "cam-a")
    assert abs(recording.stop_ms - recording.start_ms - 6000) < 300
    check_done(room, recording)


def interrupted(room, session):
    path, = (room.data / "sessions").glob(f"{session}*.json")
    told = json.loads(path.read_text())
    return told if told["state"] == "interrupted" else None


def check_interrupted(room, session):
    told = interrupted(room, session)
    assert told["interrupted"]
    status, said = verify(room.data, "--session", str(session))
    assert status == 1, said
    frames = Recording(room.data, session).check_camera("cam-a")
    numbers = [x.stamp[1] for x in frames]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert len(frames) > 30


def test_without_resume_a_session_is_closed_as_interrupted(room):
    client, session = begin(room, "cam-a")
    client.kill()
    assert verify(room.data)[0] == 3 # Files are open.
    room.client("--record.resume=false")
    wait_until("the session is closed", lambda: interrupted(room, session))
    check_interrupted(room, session)
    room.wait_light(lambda x: x["state"] == "idle" and x["cameras"].get(
        "cam-a", {}).get("connected"))
    other = room.start_recording()
    assert other != session
    wait_more(room, "cam-a", 20)
    room.stop_recording()
    assert verify(room.data, "--session", str(other))[0] == 0


def test_another_run_of_the_machine_does_not_go_on(room):
    client, session = begin(room, "cam-a")
    client.kill()
    path, = (room.data / "sessions").glob("*.json")
    told = json.loads(path.read_text())
    told["boot_id"] = "another"
    path.write_text(json.dumps(told, indent=2))
    second = room.client()
    second.wait_log("closed as interrupted: the machine was started anew")
    check_interrupted(room, session)


def test_a_manifest_that_cannot_be_read_is_left_alone(room):
    client, session = begin(room, "cam-a")
    client.kill()
    path, = (room.data / "sessions").glob("*.json")
    path.write_text('{"state": "recording", ')
    second = room.client()
    second.wait_log("left alone")
    room.wait_connected("cam-a")
    assert path.read_text() == '{"state": "recording", '
    status, said = verify(room.data)
    assert status == 3
    assert any("is no JSON" in x for x in said["damage"])


def test_two_clients_do_not_share_a_folder(room):
    begin(room, "cam-a")
    second = room.client(name="other")
    wait_until("the second client ends", lambda: not second.runs)
    assert second.status == 1
    assert "another client records in here" in second.log()
    second.told_to_end = True
    room.nodes.remove(second)
    room.stop_recording()


@pytest.fixture
def small_room(picture):
    """A room whose data folder is a file system of 12 MiB."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="camnode-test-"))
    room = Room(folder, picture)
    room.data.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(room.data)],
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


def test_a_full_disk_is_told_and_what_is_there_plays(small_room):
    room = small_room
    # Somebody else fills the disk: the guard cannot foresee it.
    client, session = begin(room, "cam-a", segment=60)
    filler = room.data / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        except OSError:
            pass
    light = room.wait_light(
        lambda x: x["cameras"].get("cam-a", {}).get("state") == "stalled"
        or x["state"] == "idle")
    assert light["cameras"]["cam-a"]["last_error"] or light["last_error"]
    filler.unlink()
    if light["state"] != "idle":
        room.wait_light(lambda x: x["cameras"]["cam-a"]["state"] == "recording"
                        or x["state"] == "idle")
    os.sync()
    room.ear.publish("command/rec", "stop")
    room.wait_light(lambda x: x["state"] == "idle")
    for film in (room.data / "cam/cam-a").glob("*.mp4"):
        Piece(film).check()
    numbers = [x.stamp[1] for film in sorted(
        (room.data / "cam/cam-a").glob("*.mp4")) for x in Piece(film).frames]
    assert len(numbers) > 30
    assert len(numbers) == len(set(numbers))
    status, said = verify(room.data)
    assert status in (0, 1), said
