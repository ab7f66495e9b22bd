"""Strangers on the broker: what they say is refused and counted, and nothing is
written where it does not belong."""

import json
import re

from good_camera import GoodCamera, announcement
from processes import wait_until


def wrong_commands():
    return [b"", b"begin", b"start stop", b"\xff\xfe\x00", b"0", b"null", b"[]",
            b"{}", b"{" * 10_000, b'{"action":"pause"}', b'{"action":1}',
            b'{"action":"start","label":"../../etc/x"}',
            b'{"action":"start","label":"a/b"}',
            b'{"action":"start","label":7}',
            b'{"action":"start","lable":"x"}',
            b'{"action":"start","label":"' + b"x" * 65 + b'"}',
            b'{"action":"start","duration_s":-1}',
            b'{"action":"start","duration_s":1e300}',
            b'{"action":"start","duration_s":"1"}', b"x" * 100_000]


def wrong_announcements(where):
    def change(**changes):
        return announcement("x", where, **changes).encode()
    return [b"x", b"[]", b"null", b"\xff\xfe", b"{" * 10_000,
            change(id="../../etc"), change(id=".."), change(id="y"),
            change(id=7), change(ip="127.0.0.1; rm -rf /"), change(ip="x.org"),
            change(ip=""), change(ip="300.1.1.1"), change(port=0),
            change(port=65536), change(port=-1), change(port="8000"),
            change(epoch=-1), change(epoch=2 ** 63), change(epoch=None),
            change(state="maybe"), change(width=10 ** 9), change(fps=-1),
            change(fps=1e300), change(version=[]), change(version="v" * 65),
            b"{}", b"x" * 100_000]


WRONG_REPLY_TOPICS = [
    b"", b"command/rec", b"camera/response", b"camera/response/",
    b"camera/responses/x", b"/camera/response/x", b"camera/response/#",
    b"camera/response/+/x", b"camera/response/x\n", b"camera/response/\xff",
    b"camera/response/" + b"x" * 300, b"sensor/door", b"$SYS/x",
    b"camera/announce/good", b"x" * 100_000]

ODD_TOPICS = [
    "sensor/../../../escaped", "sensor/..", "sensor/.", "sensor//", "sensor",
    "sensor/a//b/", "sensor/" + "x" * 500, "sensor/" + "x/" * 40,
    "sensor/a.csv", "sensor/a.csv/b", "sensor/a.part", "sensor/%2e%2e/x",
    "sensor/\\..\\x", "sensor/~", "sensor/$(reboot)", "sensor/ü",
    "sensor/ a b "]

ODD_PAYLOADS = [
    b"", bytes(range(256)), b"{", b'{"a":' * 1000, b'{"a":' * 40 + b"1"
    + b"}" * 40, b'{"a":1,"a":2}', b'{"timestamp":"then"}', b'{"":1}',
    b'{"a.b":1,"a":{"b":2}}', b'{"a":NaN}', b'{"a":1e999}',
    json.dumps({str(x): x for x in range(2000)}).encode(),
    b'{"' + b"k" * 300 + b'":1}', b'{"a":"\\ud800"}', b'{"a":"\\u0000"}',
    b"x" * 262_144, b'"' + b"\n" * 100 + b'"']


def refused_by(node):
    """How many messages a node's DISCOVERY says that it has refused."""
    state, = (x["state"] for x in node.look()["actors"]
              if x["name"] == "discovery")
    found = re.search(r"messages refused: (\d+)", state)
    return int(found[1]) if found else 0


def test_hostile_messages(room):
    good = GoodCamera(room)
    before = room.ear.heard("camera/recording/client")[-1].json
    ear = room.ear
    for payload in wrong_commands():
        ear.publish("command/rec", payload)
    for payload in wrong_announcements(good.where):
        ear.publish("camera/announce/x", payload)
    ear.publish("camera/announce/..",
                announcement("..", good.where))
    for payload in (b"", b"localhost", b"1.2.3", b"\xff" * 100,
                    b"127.0.0.1\n127.0.0.2", b"x" * 100_000):
        ear.publish("camera/response/client", payload)
    for payload in WRONG_REPLY_TOPICS:
        ear.publish("command/getIP", payload)
    for topic in ("command/rec", "command/getIP", "camera/announce/x",
                  "sensor/big", "camera/response/client"):
        ear.publish(topic, b"{" + b" " * 300_000 + b"}")
    for topic in ODD_TOPICS:
        ear.publish(topic, '{"a":1}')
    for payload in ODD_PAYLOADS:
        ear.publish("sensor/odd", payload)
    ear.publish("sensor/good", "1")
    room.wait_light(lambda x: x["sensors"]["received"]
                    == len(ODD_TOPICS) + len(ODD_PAYLOADS) + 2)

    refused = len(wrong_commands())
    light = room.wait_light(lambda x: x["commands_refused"]
                            == before["commands_refused"] + refused)
    assert light["last_error"] and light["session"] == good.session
    assert set(light["cameras"]) == {"good"}
    # Not a line each in the log, but counted.
    wait_until("the server has counted them", lambda: refused_by(good.server)
               == len(WRONG_REPLY_TOPICS))
    told = refused + len(wrong_announcements(good.where)) + 1 + 6
    wait_until("the client has counted them",
               lambda: refused_by(good.client) >= told - 1)
    assert good.server.log().count("refused getIP request") < 5
    for node in (good.server, good.client):
        node.wait_log("dropped a message of 300002 bytes")
    answered = {x.topic for x in ear.messages if x.payload
                == good.where[0].encode()}
    assert answered == {"camera/response/client"}

    recording = good.finish()
    sensors = recording.manifest["sensors"]
    for figures in sensors.values():
        assert figures["received"] == figures["written"] \
            + sum(figures["rejected"].values())
    assert sensors["sensor/good"]["written"] == 1
    assert sensors["sensor/big"]["rejected"] == {"larger than 256 KiB": 1}
    assert set(sensors["sensor/odd"]["files"]) <= set(recording.cuts())
    written = {x for x in room.data.rglob("*") if x.is_file()}
    assert all(room.data in x.resolve().parents for x in written)
    assert not list(room.folder.rglob("*escaped*.csv"))
    assert not list(room.folder.rglob("etc"))


def test_floods_of_servers_and_topics(room):
    """Both are limited; what is beyond is counted or logged, and costs none of
    the others."""
    good = GoodCamera(room)
    for n in range(300):
        room.ear.publish(f"camera/announce/x{n}", announcement(
            f"x{n}", (good.where[0], 9)))
    for n in range(600):
        room.ear.publish(f"sensor/x{n}", "1")
    light = room.wait_light(lambda x: x["sensors"]["received"] == 600)
    assert 0 < light["sensors"]["rejected"] < 200
    assert 200 < len(light["cameras"]) <= 256
    recording = good.finish()
    further = recording.manifest["sensors"]["(further topics)"]
    assert sum(further["rejected"].values()) == light["sensors"]["rejected"]


def test_answers_under_the_prefix_do_no_harm(room):
    good = GoodCamera(room)
    topics = ["camera/response/a/b", "camera/response/../x",
              "camera/response/ü", "camera/response//"]
    for topic in topics:
        room.ear.publish("command/getIP", topic)
        assert room.ear.wait(topic).text == good.where[0]
    good.finish()
