"""Whoever is frozen, or behind a network that says nothing, is seen as soon as
whoever is dead."""

import os
import re
import signal
import time

from chaos import Camera
from processes import PATIENCE, wait_until

LIGHTS = "camera/recording/client"


def wait_lights(room, count):
    """Returns so many lights that come from now on, one each second."""
    before = len(room.ear.heard(LIGHTS))
    wait_until(f"{count} lights more",
               lambda: len(room.ear.heard(LIGHTS)) >= before + count)
    return [x.json for x in room.ear.heard(LIGHTS)[before:]]


def start(room, fps=25):
    camera = Camera(room, "cam-a", fps)
    client = room.client()
    room.wait_connected("cam-a")
    room.start_recording()
    room.wait_light(lambda x: x["cameras"]["cam-a"]["state"] == "recording")
    return camera, client


def wait_not_connected(room):
    room.wait_light_in_time(lambda x: not x["cameras"]["cam-a"]["connected"])


def check_seen(room, client):
    """The camera's end is seen in time, and by which sign."""
    room.wait_light_in_time(
        lambda x: x["cameras"]["cam-a"]["state"] == "stalled")
    wait_not_connected(room)
    silent = client.wait_log(r"viewer/cam-a: .*no sign of life for (\d+) ms")
    assert int(silent[1]) >= 1500


def test_a_frozen_server_is_seen_as_fast_as_a_dead_one(room):
    camera, client = start(room)
    os.kill(camera.server.pid, signal.SIGSTOP)
    check_seen(room, client)
    os.kill(camera.server.pid, signal.SIGCONT)
    room.wait_light(lambda x: x["cameras"]["cam-a"]["state"] == "recording")


def test_a_silent_network_is_seen_as_fast_as_a_broken_one(room):
    camera, client = start(room)
    camera.network.fall_silent()
    check_seen(room, client)
    camera.network.heal()
    room.wait_light(lambda x: x["cameras"]["cam-a"]["state"] == "recording")


def test_a_slow_camera_hides_no_frozen_server(room):
    """One picture in 10 s: what is between them is no sign of an end, and
    silence of the server itself is."""
    camera = Camera(room, "cam-a", 0.1, "--camera.fps=0.1")
    client = room.client()
    room.wait_connected("cam-a")
    wait_lights(room, 5) # Longer than any server may be silent.
    assert "trying again" not in client.log()
    os.kill(camera.server.pid, signal.SIGSTOP)
    wait_not_connected(room)
    os.kill(camera.server.pid, signal.SIGCONT)
    room.wait_connected("cam-a")


def test_an_idle_client_shows_that_it_lives(room):
    """A light each second, so that a frozen client is missed."""
    client = room.client()
    room.wait_light(lambda x: x["state"] == "idle")
    times = [x["time_ms"] for x in wait_lights(room, 5)]
    assert all(900 <= b - a for a, b in zip(times, times[1:]))
    assert abs(times[-1] - time.time() * 1000) < 1000 * PATIENCE # UTC, that is.
    os.kill(client.pid, signal.SIGSTOP)
    room.wait_light(lambda x: x["state"] == "offline")
    os.kill(client.pid, signal.SIGCONT)
    room.wait_light(lambda x: x["state"] == "idle")


def test_a_frozen_client_costs_no_frame_and_no_reader(room):
    camera, client = start(room)
    os.kill(client.pid, signal.SIGSTOP)
    wait_until("five seconds of pictures more", lambda count=len(
        room.journal("cam-a")): len(room.journal("cam-a")) > count + 5 * 25)
    os.kill(client.pid, signal.SIGCONT)
    room.wait_light(lambda x: x["cameras"].get("cam-a", {}).get("state")
                    == "recording")
    assert not re.search("does not answer", client.log())
    assert camera.server.runs
