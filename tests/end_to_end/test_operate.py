"""What camctl is told is done, and no frame is missing for it."""

import json
import os
import re

from looks import actor, part, room_of_two
from processes import camctl, free_port, random_address, wait_until
from recordings import Recording
from streams import get

# How often each actor is killed. A supervisor waits up to 10 s before it starts
# one again that keeps ending, so 20 rounds take three minutes.
KILLS = int(os.environ.get("CAMNODE_KILLS", "4"))


def kill_all(node, which):
    for name in which:
        done = node.camctl("kill", name)
        assert done.returncode == 0, done.stderr


def whole(node, which, restarts):
    """Whether all are there, each started so often again."""
    done = camctl("tree", "--json", "--node", node.inspected(), "--timeout",
                  "10")
    if done.returncode != 0:
        return None # INSPECTOR is not there yet.
    look = json.loads(done.stdout)
    states = {x["name"]: x for x in look["actors"]}
    return look if all(
        x in states and states[x]["alive"] and states[x]["restarts"] == restarts
        for x in which) else None


def test_each_actor_can_be_killed_again_and_again(room):
    """All of them at once, INSPECTOR last; and not a frame is missing that the
    camera's program wrote. What it would have written meanwhile is named."""
    host = random_address()
    server = room.server("cam-a", room.stamped("cam-a"), "--stream.replay=60",
                         host=host, port=free_port(host))
    client = room.client("--viewer.replay=60")
    room.wait_connected("cam-a")
    session = room.start_recording()
    room.wait_light(lambda x: x["cameras"]["cam-a"]["frames_durable"] > 10)
    of_server = ["camera", "stream_publisher", "discovery", "inspector"]
    of_client = ["discovery", "session", "sensor_log", "status_port",
                 "viewer/cam-a", "recorder/cam-a", "inspector"]
    for n in range(1, KILLS + 1):
        server_inspected = len(
            re.findall(r"answers camctl on", server.log()))
        kill_all(client, of_client)
        kill_all(server, of_server)
        server.inspected(server_inspected + 1)
        look = wait_until("the client is whole again",
                          lambda: whole(client, of_client, n))
        assert actor(look, "recorder/cam-a")["last_end"] == "kill"
        before = part(look, "books/cam-a")["durable"]
        wait_until("the server is whole again",
                   lambda: whole(server, of_server, n))
        wait_until("frames reach the disk again", lambda: part(
            whole(client, of_client, n) or {"parts": []}, "books/cam-a")
            and part(client.look(), "books/cam-a")["durable"] > before + 10)
    room.stop_recording()

    recording = Recording(room.data, session)
    assert recording.manifest["state"] == "finished"
    assert not list(room.data.rglob("*.part"))
    stamps = {x.stamp for x in recording.check_camera("cam-a")}
    books = recording.manifest["cameras"]["cam-a"]
    assert set(books["lost_by_place"]) <= {"source"}
    first, last = min(x[2] for x in stamps), max(x[2] for x in stamps)
    assert {x for x in room.journal("cam-a") if first <= x[2] <= last} <= stamps
    assert books["restarts"] == {"viewer": KILLS, "recorder": KILLS}


def test_recording_is_started_and_stopped(room):
    _, client = room_of_two(room)
    done = client.camctl("record", "stop")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing is being recorded" in done.stderr
    done = client.camctl("record", "start", "--label", "trial-7")
    assert done.returncode == 0, done.stderr
    session = int(re.fullmatch(r"recording 1 camera, session (\d+)\n",
                               done.stdout)[1])
    shown = json.loads(client.camctl("record", "status", "--json").stdout)
    assert shown["cameras"]["cam-a"]["frames_durable"] > 0 # It has begun.
    done = client.camctl("record", "start")
    assert done.returncode == 1 and "recording already" in done.stderr
    done = client.camctl("record", "start", "--label", "../x")
    assert done.returncode == 1 and "label" in done.stderr
    room.wait_light(lambda x: x["cameras"]["cam-a"]["frames_durable"] > 10)
    done = client.camctl("record", "status")
    assert done.returncode == 0
    assert f"recording, session {session} trial-7" in done.stdout
    assert "cam-a  recording" in done.stdout
    done = client.camctl("record", "status", "--json")
    assert json.loads(done.stdout)["session"] == session
    done = client.camctl("record", "stop")
    assert (done.returncode, done.stdout) == \
        (0, f"stopped, session {session} is complete\n"), done.stderr
    Recording(room.data, session).check_camera("cam-a")

    done = client.camctl("record", "start", "--duration", "0.5")
    assert done.returncode == 0, done.stderr
    room.wait_light(lambda x: x["state"] == "idle")


def test_a_start_says_that_no_camera_is_known(room):
    client = room.client()
    room.wait_light(lambda x: x["state"] == "idle")
    done = client.camctl("record", "start")
    assert done.returncode == 0 and "no camera is known" in done.stderr
    assert done.stdout.startswith("recording 0 cameras, session ")
    assert client.camctl("record", "stop").returncode == 0


def test_a_server_says_that_it_does_not_record(room):
    server = room.server("cam-a", "--camera.source=none")
    done = server.camctl("record", "start")
    assert done.returncode == 1 and "client" in done.stderr


def test_the_log_level_changes_at_once(room):
    server = room.server("cam-a", room.stamped("cam-a"))
    server.wait_log("announced cam-a")
    assert server.camctl("log-level", "debug").returncode == 0
    get(server.where(), "/snapshot.jpg")
    assert server.camctl("log-level", "error").returncode == 0
    assert "told to log from debug on" in server.log()
    before = server.log()
    assert server.camctl("kill", "camera").returncode == 0 # A warning.
    wait_until("it is killed", lambda:
               actor(server.look(), "camera")["restarts"] == 1)
    assert server.log() == before
    done = server.camctl("log-level", "loud")
    assert done.returncode == 2 and "want debug" in done.stderr


def test_what_cannot_be_killed_is_named(room):
    server = room.server("cam-a", "--camera.source=none")
    for name, why in (("server_supervisor", "SIGTERM"),
                      ("nobody", "nobody")):
        done = server.camctl("kill", name)
        assert done.returncode == 1 and why in done.stderr, done.stderr
    done = server.camctl("kill", "inspector", "--wait")
    assert done.returncode == 0, done.stderr
    assert "inspector is back" in done.stdout
