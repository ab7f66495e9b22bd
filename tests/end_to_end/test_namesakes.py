"""Who else speaks in a server's name: another server, or the will of a run that
is over."""

import json
import re

from crashes import check_nothing_missing
from processes import free_port, random_address, wait_until
from recordings import Recording
from streams import get

TOPIC = "camera/announce/cam-a"


def told(room):
    return room.ear.heard(TOPIC)[-1].json


def test_two_servers_of_one_id_are_noticed(room):
    first = room.server("cam-a", room.stamped("cam-a"))
    epoch = room.ear.wait(TOPIC).json["epoch"]
    wait_until("the first one is well",
               lambda: get(first.where(), "/healthz")[0] == 200)
    second = room.server("cam-a", "--camera.source=pattern")
    room.ear.wait(TOPIC, lambda x: x.json["epoch"] != epoch)
    wait_until("the first one is unwell",
               lambda: get(first.where(), "/healthz")[0] == 503)
    text = get(first.where(), "/healthz")[2].decode()
    assert "another server calls itself 'cam-a'" in text
    first.wait_log("another server calls itself 'cam-a'")
    assert second.end()[0] == 0
    wait_until("the first one is well again",
               lambda: get(first.where(), "/healthz")[0] == 200)
    wait_until("it is announced again", lambda: told(room)["epoch"] == epoch
               and told(room)["state"] == "online")


def test_a_late_will_does_not_hide_a_server(room):
    room.server("cam-a", room.stamped("cam-a"))
    online = room.ear.wait(TOPIC).json
    will = {**online, "epoch": online["epoch"] - 1, "state": "offline"}
    heard = len(room.ear.heard(TOPIC))
    room.ear.publish(TOPIC, json.dumps(will), retain=True)
    wait_until("it is announced again",
               lambda: len(room.ear.heard(TOPIC)) >= heard + 2
               and told(room)["state"] == "online"
               and told(room)["epoch"] == online["epoch"])


def test_two_servers_of_one_id_are_two_cameras(room):
    """The one that was first keeps the id; neither is recorded twice."""
    hosts = [random_address(), random_address()]
    port = free_port(*hosts)
    room.server("cam-a", room.stamped("first"), host=hosts[0], port=port)
    room.ear.wait(TOPIC)
    client = room.client()
    room.wait_connected("cam-a")
    second = room.server("cam-a", room.stamped("second"), host=hosts[1],
                         port=port)
    light = room.wait_connected("cam-a", hosts[1])
    assert set(light["cameras"]) == {"cam-a", hosts[1]}
    assert f"calls itself 'cam-a', at {hosts[1]}" in light["alarms"]["node.id"]
    states = {x["id"]: (x["ip"], x["state"]) for x in client.look()["parts"]
              if x["kind"] == "server"}
    assert states == {"cam-a": (hosts[0], "online, connected"),
                      hosts[1]: (hosts[1], "online, connected")}
    session = room.start_recording()
    room.wait_light(lambda x: all(
        y["frames_durable"] > 20 for y in x["cameras"].values()))
    room.stop_recording()
    recording = Recording(room.data, session)
    assert set(recording.manifest["cameras"]) == {"cam-a", hosts[1]}
    for camera, source in (("cam-a", "first"), (hosts[1], "second")):
        stamps = [x.stamp for x in recording.check_camera(camera)]
        assert set(stamps) <= set(room.journal(source))
        assert len(set(stamps)) == len(stamps) > 20
    assert second.end()[0] == 0
    room.wait_light(lambda x: "node.id" not in x["alarms"])


def two_servers(room):
    """Two servers of one id, the second one known by its IP, whose pictures are
    recorded. Returns the client, the second one's IP, and the session."""
    hosts = [random_address(), random_address()]
    port = free_port(*hosts)
    room.server("cam-a", room.stamped("cam-a"), "--stream.replay=60",
                host=hosts[0], port=port)
    room.ear.wait(TOPIC)
    client = room.client("--viewer.replay=60")
    room.wait_connected("cam-a")
    room.server("cam-a", room.stamped(hosts[1]), "--stream.replay=60",
                host=hosts[1], port=port)
    room.wait_connected("cam-a", hosts[1])
    session = room.start_recording()
    wait_more(room, hosts[1])
    return client, hosts[1], session


def wait_more(room, second):
    """Waits until four seconds more of both are on disk: longer than the client
    takes to tell who is who."""
    def durable(light):
        return [light["cameras"].get(x, {}).get("frames_durable", 0)
                for x in ("cam-a", second)]
    before = durable(room.wait_light(lambda x: x["state"] == "recording"))
    room.wait_light(lambda x: x["state"] == "recording" and all(
        b > a + 100 for a, b in zip(before, durable(x))))


def check_two_cameras(room, session, second):
    """Each has its own pictures, all of them, once."""
    for camera in ("cam-a", second):
        recording, frames = check_nothing_missing(room, session, camera)
        assert {x.stamp for x in frames} <= set(room.journal(camera))
        assert set(recording.manifest["cameras"]) == {"cam-a", second}


def test_a_restart_of_discovery_swaps_no_folders(room):
    """Whichever of the two the broker has stored. That may change: a server is
    announced again when its camera's rate does, as on a busy machine."""
    client, second, session = two_servers(room)
    line = f"(calls itself 'cam-a'|has the id of one that is known), at {second}"
    heard = room.ear.heard(TOPIC)
    of_second = next(x for x in heard if x.json["ip"] == second)
    for stored in (of_second, heard[0]):
        room.ear.publish(TOPIC, stored.text, retain=True)
        known = len(re.findall(line, client.log()))
        assert client.camctl("kill", "discovery", "--wait").returncode == 0
        client.wait_log(line, known + 1)
        wait_more(room, second)
    room.stop_recording()
    check_two_cameras(room, session, second)


def test_a_killed_client_that_goes_on_swaps_no_folders(room):
    client, second, session = two_servers(room)
    client.kill()
    again = room.client("--viewer.replay=60")
    again.wait_log(f"session {session} goes on")
    again.wait_log(f"calls itself 'cam-a', at {second}")
    wait_more(room, second)
    room.stop_recording()
    check_two_cameras(room, session, second)
