"""What becomes of sensors' readings: none is doubled, none goes unnamed, every
byte of them can be had back."""

import collections
import csv
import json
import pathlib
import re

from processes import HERE, camctl, wait_until
from recordings import Recording
from streams import get

# As in FORMAT.md, which is compared with it.
HAVE_BACK = '''import base64
def bytes_of(cell): return base64.b64decode(cell[7:]) if cell.startswith("base64:") else cell.encode()
'''

FLOAT32 = b"\xc3\xf5\xaaA"
LATIN1 = b'{"t": 21.0, "unit": "\xb0C"}'
WIDE = b'{"t":1,"xs":[' + b",".join(b"%d" % x for x in range(1100)) + b"]}"
DEEP = b'{"t":2,"deep":' + b"[" * 99 + b"7" + b"]" * 99 + b"}"
ODD = b'{"t":3,"s":"\r\n\\u0000,\\"","k\n\xff":1}'


def have_back():
    names = {}
    exec(HAVE_BACK, names) # pylint: disable=exec-used
    return names["bytes_of"]


def begin(room, *options):
    """A session of one camera; the client's options are given."""
    room.server("cam-a", room.stamped("cam-a"))
    client = room.client(*options, segment=60)
    room.wait_connected("cam-a")
    return client, room.start_recording()


def received(room, n):
    return room.wait_light(lambda x: x["sensors"]["received"] == n)


def rows(recording, topic):
    """Columns and cells of a topic's file, as Python reads them."""
    path, = recording.sensor_files(topic)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_bytes_can_be_had_back(room):
    payloads = {"float": FLOAT32, "latin": LATIN1,
                "nan": b'{"t": NaN, "h": 41.5, "x": 1e400, "y": .5}',
                "twice": b'{"t": 20.1, "t": 20.2, "h": 40}',
                "wide": WIDE, "deep": DEEP, "odd": ODD, "empty": b"",
                "marked": b"base64:AAAA", "big": b"9007199254740993",
                "any": bytes(range(256)), "pi": b'{"x":3.14159265358979323846}'}
    begin(room)
    for name, payload in payloads.items():
        room.ear.publish(f"sensor/{name}", payload)
    received(room, len(payloads))
    room.stop_recording()
    recording, = [Recording(room.data, x.stem.split("-")[0])
                  for x in (room.data / "sessions").glob("*.json")]
    for figures in recording.manifest["sensors"].values():
        assert (figures["written"], figures["rejected"]) == (1, {})

    bytes_of = have_back()

    def row(name):
        result, = rows(recording, f"sensor/{name}")
        del result["timestamp"]
        return result
    for name in ("float", "empty", "marked", "big", "any"):
        assert bytes_of(row(name)["value"]) == payloads[name], name
    assert row("latin")["t"] == "21.0"
    assert bytes_of(row("latin")["unit"]) == b"\xb0C"
    assert row("nan") == {"t": "NaN", "h": "41.5", "x": "1e400", "y": ".5"}
    assert row("twice") == {"t": "20.2", "h": "40"}
    assert row("wide")["t"] == "1"
    assert json.loads(row("wide")["xs"]) == list(range(1100))
    assert json.loads("[" * 31 + row("deep").popitem()[1] + "]" * 31) \
        == json.loads(DEEP)["deep"]
    assert row("pi") == {"x": "3.14159265358979323846"}
    odd = {bytes_of(key): bytes_of(x) for key, x in row("odd").items()}
    assert odd == {b"t": b"3", b"s": b'\r\n\0,"', b"k\n\xff": b"1"}

    done = camctl("verify", room.data)
    assert done.returncode == 0, done.stdout


def test_the_rule_is_in_the_format():
    path = HERE.parents[1] / "messages/disk/FORMAT.md"
    assert HAVE_BACK in path.read_text(encoding="utf-8")


def test_filters_that_overlap_do_not_double_readings(quiet_room):
    # What some brokers do always.
    quiet_room.start_broker("allow_duplicate_messages true\n")
    _, session = begin(quiet_room,
                       "--mqtt.topic-sensors=a/+/t, a/lab/+,a/lab/t,door")
    for topic in ("a/lab/t", "a/hall/t", "a/lab/h", "a/hall/h", "door", "else"):
        quiet_room.ear.publish(topic, "1")
    quiet_room.ear.publish("door", "2")
    received(quiet_room, 5)
    quiet_room.stop_recording()
    sensors = Recording(quiet_room.data, session).manifest["sensors"]
    assert {topic: x["written"] for topic, x in sensors.items()} \
        == {"a/lab/t": 1, "a/hall/t": 1, "a/lab/h": 1, "door": 2}


def test_a_stop_and_a_start_in_a_flood_lose_no_reading_unnamed(quiet_room):
    # The broker keeps all that a busy client has not taken yet.
    room = quiet_room
    room.start_broker("max_queued_messages 0\nmax_inflight_messages 0\n")
    _, first = begin(room)
    sent = collections.Counter()

    def flood(n):
        for i in range(n):
            topic = f"sensor/{i % 400}"
            room.ear.publish(topic, json.dumps({"n": i, "even": i % 2}), qos=0)
            sent[topic] += 1
    flood(4000)
    received(room, sent.total())
    room.ear.publish("command/rec", "stop")
    room.ear.publish("command/rec", "start")
    flood(4000) # Of both sessions, and of none.
    second = room.wait_light(lambda x: x["state"] == "recording"
                             and x["session"] != first)["session"]
    flood(400)
    # The last of each topic is of the second session, and comes last.
    room.wait_light(lambda x: x["sensors"]["received"]
                    + x["sensors"]["outside_sessions"]
                    + in_manifest(room, first) == sent.total())
    light = room.ear.heard("camera/recording/client")[-1].json
    room.stop_recording()
    figures = [Recording(room.data, x).manifest["sensors"]
               for x in (first, second)]
    told = collections.Counter()
    for sensors in figures:
        assert set(sensors) <= set(sent)
        for topic, x in sensors.items():
            assert x["received"] == x["written"] + sum(x["rejected"].values())
            told[topic] += x["received"]
    assert told.total() + light["sensors"]["outside_sessions"] == sent.total()
    assert all(told[topic] <= n for topic, n in sent.items())


def in_manifest(room, session):
    manifest = Recording(room.data, session).manifest
    return sum(x["received"] for x in manifest["sensors"].values())


RIGHTS = {
    "defaultACLAccess": {
        "publishClientSend": True, "publishClientReceive": True,
        "subscribe": True, "unsubscribe": True},
    "clients": [], "anonymousGroup": "all",
    "groups": [{"groupname": "all", "roles": [{"rolename": "all"}]}],
    "roles": [{"rolename": "all", "acls": []}]}


def broker_that_refuses(room, *filters):
    """mosquitto with its plugin for rights."""
    plugin, = pathlib.Path("/usr/lib").glob("*/mosquitto_dynamic_security.so")
    path = room.folder / "rights.json"
    rights = json.loads(json.dumps(RIGHTS))
    rights["roles"][0]["acls"] = [
        {"acltype": "subscribeLiteral", "topic": x, "priority": 1,
         "allow": False} for x in filters]
    path.write_text(json.dumps(rights))
    return room.start_broker(f"plugin {plugin}\n"
                             f"plugin_opt_config_file {path}\n")


def test_a_refused_subscription_is_trouble_until_it_is_granted(quiet_room):
    room = quiet_room
    broker_that_refuses(room, "sensor/#")
    client, session = begin(room, "--mqtt.topic-sensors=sensor/#,door")
    light = room.wait_light(
        lambda x: "subscriptions/sensor_log" in x["alarms"])
    text = light["alarms"]["subscriptions/sensor_log"]
    assert "no subscription to sensor/#: the broker refuses it" in text
    assert light["sensors"]["last_error"] == text
    status, _, body = get(client.status_where(), "/healthz")
    assert status == 503 and b"no subscription to sensor/#" in body
    actor, = (x for x in client.look()["actors"] if x["name"] == "sensor_log")
    assert "sensor/#" in actor["last_error"]
    room.ear.publish("sensor/air", "1")
    room.ear.publish("door", "open")
    received(room, 1) # The other filter is not concerned.

    # Granted with the next connection.
    room.kill_broker()
    client.wait_log("no readings until the broker is back")
    broker_that_refuses(room)
    client.wait_log("grants all subscriptions")
    room.wait_light(lambda x: not x["alarms"])
    room.ear.publish("sensor/air", "2")
    received(room, 2)
    room.stop_recording()
    assert len(re.findall(r"no subscription to sensor/#", client.log())) == 1

    manifest = Recording(room.data, session).manifest
    unknown, = (x for x in manifest["sensor_outages"] if "filter" in x)
    assert unknown["filter"] == "sensor/#" and unknown["why"] == text
    assert session <= unknown["from_ms"] < unknown["to_ms"]
    done = camctl("verify", room.data)
    assert done.returncode == 1
    assert "no subscription to sensor/#" in done.stdout


def test_a_server_says_what_its_broker_refuses(quiet_room):
    room = quiet_room
    broker_that_refuses(room, "command/getIP")
    server = room.server("cam-a", room.stamped("cam-a"))
    where = server.where()
    server.wait_log("no subscription to command/getIP: the broker refuses it")
    wait_until("it is in /healthz", lambda: b"no subscription to command/getIP"
               in get(where, "/healthz")[2])
    assert get(where, "/healthz")[0] == 503


def test_a_client_says_what_its_broker_refuses(quiet_room):
    room = quiet_room
    broker_that_refuses(room, "command/rec", "camera/announce/+")
    client = room.client()
    for refused in ("camera/announce/[+]", "command/rec"):
        client.wait_log(f"no subscription to {refused}: the broker refuses it")
    room.wait_light(
        lambda x: "command/rec" in x["alarms"].get("subscriptions/discovery",
                                                   ""))
    assert len(re.findall("error +discovery: no subscr", client.log())) == 2
