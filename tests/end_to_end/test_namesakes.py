"""Who else speaks in a server's name: another server, or the will of a run that
is over."""

import json

from harness import wait_until
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
