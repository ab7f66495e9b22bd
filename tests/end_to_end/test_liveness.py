"""Whoever is frozen, or behind a network that says nothing, is seen as soon as
whoever is dead."""

import os
import re
import signal
import time

from chaos import Camera
from harness import wait_until

# What is to be seen within 2 s; a busy machine takes its time to tell it.
SLACK = 3


def seconds_until(what, condition):
    begin = time.monotonic()
    wait_until(what, condition)
    return time.monotonic() - begin


def start(room, fps=25):
    camera = Camera(room, "cam-a", fps)
    client = room.client()
    room.wait_connected("cam-a")
    room.start_recording()
    room.wait_light(lambda x: x["cameras"]["cam-a"]["state"] == "recording")
    return camera, client


def camera_light(room):
    light = room.ear.heard("camera/recording/client")[-1].json
    return light["cameras"]["cam-a"]


def check_seen(room, client):
    """The camera's end is seen in time, and by which sign."""
    took = seconds_until("it is told to be stalled",
                         lambda: camera_light(room)["state"] == "stalled")
    assert took < 2 + SLACK
    took += seconds_until("it is told not to be connected",
                          lambda: not camera_light(room)["connected"])
    assert took < 2 + SLACK
    silent = client.wait_log(r"viewer/cam-a: .*no sign of life for (\d+) ms")
    assert int(silent[1]) < 2000 + 1000 * SLACK


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
    time.sleep(4) # Longer than any server may be silent.
    assert "trying again" not in client.log()
    os.kill(camera.server.pid, signal.SIGSTOP)
    took = seconds_until("it is told not to be connected",
                         lambda: not camera_light(room)["connected"])
    assert took < 2 + SLACK
    os.kill(camera.server.pid, signal.SIGCONT)
    room.wait_connected("cam-a")


def test_an_idle_client_shows_that_it_lives(room):
    """A light each second, so that a frozen client is missed."""
    client = room.client()
    room.wait_light(lambda x: x["state"] == "idle")
    before = len(room.ear.heard("camera/recording/client"))
    wait_until("five lights more", lambda: len(
        room.ear.heard("camera/recording/client")) >= before + 5)
    lights = room.ear.heard("camera/recording/client")[before:]
    times = [x.json["time_ms"] for x in lights]
    assert all(900 <= b - a for a, b in zip(times, times[1:]))
    assert abs(times[-1] - time.time() * 1000) < 1000 * (2 + SLACK)
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
