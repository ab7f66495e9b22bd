"""A client that is killed at any moment, and started again: nothing is missing
and nothing doubled, by the stamps inside the recorded pictures."""

import csv
import json
import os
import signal

from crashes import (begin, check_done, check_nothing_missing, verify,
                     wait_more)
from processes import wait_until
from recordings import Recording

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
    # What was published meanwhile, nobody knows.
    outage, = recording.manifest["sensor_outages"]
    assert session < outage["from_ms"] < outage["to_ms"] < recording.stop_ms
    status, said = verify(room.data)
    assert status == 1, said
    assert "no connection to the broker" in said["sessions"][0]["losses"][0]
    assert not said["sessions"][0]["cameras"]["cam-a"]["losses"]


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


def test_an_index_of_absurd_size_keeps_no_client_from_recording(room):
    client, session = begin(room, "cam-a", segment=60)
    client.kill()
    index, = (room.data / "cam/cam-a").glob("*.csv.part")
    os.truncate(index, 1 << 40)
    second = room.client(segment=60)
    second.wait_log("left as it is: open failed: .* too large for an index")
    wait_more(room, "cam-a", 30)
    assert index.stat().st_size == 1 << 40
    room.stop_recording()


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
        room, "cam-a", command='{"action":"start","duration_s":15}')
    client.kill()
    second = room.client()
    second.wait_log(f"session {session} is complete")
    recording, _ = check_nothing_missing(room, session, "cam-a")
    # No sooner, and a moment later where the machine is busy.
    assert 15_000 <= recording.stop_ms - recording.start_ms < 25_000
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
    status, said = verify(room.data)
    assert (status, said["verdict"]) == (0, "unfinished"), said
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
