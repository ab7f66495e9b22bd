"""A disk that is full, broken or stuck for one camera."""

import time

import pytest

from chaos import Camera, Verdict
from crashes import verify
from faulty_disk import FaultyDisk
from processes import wait_until
from recordings import Recording


def start(room, disk):
    cameras = [Camera(room, x, 25) for x in ("cam-a", "cam-b")]
    client = room.client(environment=disk.environment())
    room.wait_connected("cam-a", "cam-b")
    session = room.start_recording()
    wait_recording(room)
    return cameras, client, session


def wait_recording(room):
    since = time.monotonic()
    room.ear.wait("camera/recording/client", lambda x: x.time > since and all(
        y["state"] == "recording" for y in x.json["cameras"].values()))


def wait_stalled(room):
    """Until the light says so of the one camera, and not of the other."""
    light = room.wait_light_in_time(
        lambda x: x["cameras"]["cam-b"]["state"] == "stalled")
    assert light["cameras"]["cam-a"]["state"] == "recording"
    return light


def check(room, cameras, session):
    recording = Recording(room.data, session)
    for camera in cameras:
        figures, faults = Verdict(room, recording, camera).run()
        assert not faults
        assert figures["named"] == 0
        assert figures["recorded"] > 30


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_a_disk_that_refuses_bytes_costs_no_frame_if_it_recovers(room, error):
    disk = FaultyDisk(room)
    cameras, _, session = start(room, disk)
    disk.fail("write", "cam/cam-b", error)
    light = wait_stalled(room)
    assert "cam-b" in light["cameras"]["cam-b"]["last_error"]
    disk.heal()
    wait_recording(room)
    room.stop_recording()
    check(room, cameras, session)


def test_a_disk_that_promises_nothing_costs_no_frame_if_it_recovers(room):
    disk = FaultyDisk(room)
    cameras, _, session = start(room, disk)
    disk.fail("sync", "cam/cam-b", "EIO")
    light = wait_stalled(room)
    assert "cam-b" in light["cameras"]["cam-b"]["last_error"]
    disk.heal()
    wait_recording(room)
    room.stop_recording()
    check(room, cameras, session)


def test_a_recorder_stuck_in_the_disk_is_told_and_started_again(room):
    """It cannot be ended from outside; no second one writes beside it."""
    disk = FaultyDisk(room)
    cameras, client, session = start(room, disk)
    disk.block("write", "cam/cam-b")
    wait_stalled(room)
    light = room.wait_light(lambda x: "recorder/cam-b" in x["alarms"])
    assert "does not answer" in light["alarms"]["recorder/cam-b"]
    assert client.log().count("recorder/cam-b ended") == 0
    disk.heal()
    client.wait_log("recorder/cam-b ended.*did not answer")
    wait_recording(room)
    room.wait_light(lambda x: not x["alarms"])
    room.stop_recording()
    check(room, cameras, session)


def test_a_client_whose_disk_is_stuck_ends_in_time_when_told(room):
    disk = FaultyDisk(room)
    _, client, session = start(room, disk)
    disk.block("write", "cam/cam-b")
    wait_stalled(room)
    # It says which part of it is still there.
    assert client.end()[0] == 1
    room.nodes.remove(client) # Its status is checked here.
    wait_until("the log says who hangs", lambda:
               "still there: recorder/cam-b" in client.log())
    # Nothing is said to be complete that is not: the next client completes it.
    recording = Recording(room.data, session)
    assert recording.manifest["state"] == "stopping"
    disk.heal()
    room.client(environment=disk.environment())
    wait_until("the session is complete", lambda: Recording(
        room.data, session).manifest["state"] == "finished")
    status, said = verify(room.data)
    assert status in (0, 1), said


def test_a_disk_that_takes_nothing_at_all_shows_in_the_light(room):
    disk = FaultyDisk(room)
    _, _, session = start(room, disk)
    disk.block("sync", "data")
    room.wait_light_in_time(lambda x: all(
        y["state"] == "stalled" for y in x["cameras"].values()))
    room.ear.publish("command/rec", "stop") # A manifest is due.
    light = room.wait_light(lambda x: "manifest" in x["last_error"])
    assert "the disk does not answer" in light["last_error"]
    assert light["state"] == "stopping"
    disk.heal()
    room.wait_light(lambda x: x["state"] == "idle")
    wait_until("the session is complete", lambda: Recording(
        room.data, session).manifest["state"] == "finished")
    status, said = verify(room.data)
    assert status in (0, 1), said


def test_a_session_that_the_next_one_overtakes_is_complete_in_the_end(room):
    """One camera's file is stuck in the disk when its session ends, and when
    the next one begins: neither loses a frame, and both have their books."""
    disk = FaultyDisk(room)
    cameras, client, first = start(room, disk)
    disk.block("write", "cam/cam-b")
    wait_stalled(room)
    room.ear.publish("command/rec", "stop")
    light = room.wait_light(lambda x: x["state"] == "idle")
    assert "not all files" in light["last_error"]
    assert "cam-b" in light["last_error"]
    second = room.start_recording()
    assert second != first
    room.wait_light(
        lambda x: x["cameras"]["cam-a"]["state"] == "recording")
    assert Recording(room.data, first).manifest["state"] == "stopping"
    disk.heal()
    client.wait_log(f"session {first} is complete after all")
    wait_recording(room)
    room.stop_recording()
    for session in (first, second):
        assert Recording(room.data, session).manifest["state"] == "finished"
        check(room, cameras, session)
    status, said = verify(room.data)
    assert status == 0, said


def test_sessions_begun_and_ended_while_a_disk_is_stuck_are_complete(room):
    """One camera's file is stuck in the disk for longer than a whole session
    lasts, and the actor that has the late ones is killed: what came meanwhile
    is in its own session."""
    disk = FaultyDisk(room)
    cameras, client, first = start(room, disk)
    disk.block("write", "cam/cam-b")
    wait_stalled(room)
    room.ear.publish("command/rec", "stop")
    room.wait_light(lambda x: x["state"] == "idle")
    second = room.start_recording()
    room.wait_light(lambda x: x["session"] == second
                    and x["cameras"]["cam-a"]["frames_durable"] > 50)
    room.ear.publish("command/rec", "stop")
    room.wait_light(lambda x: x["state"] == "stopping"
                    and x["session"] == second)
    assert client.camctl("kill", "session").returncode == 0
    light = room.wait_light(lambda x: x["state"] == "idle"
                            and str(second) in x["late_sessions"])
    assert light["late_sessions"] == {str(first): ["cam-b"],
                                      str(second): ["cam-b"]}
    third = room.start_recording()
    disk.heal()
    client.wait_log(f"session {first} is complete after all")
    client.wait_log(f"session {second} is complete after all")
    wait_recording(room)
    room.wait_light(lambda x: all(
        y["frames_durable"] > 50 for y in x["cameras"].values()))
    room.stop_recording()
    for session in (first, second, third):
        assert Recording(room.data, session).manifest["state"] == "finished"
        check(room, cameras, session)
    status, said = verify(room.data)
    assert status == 0, said
