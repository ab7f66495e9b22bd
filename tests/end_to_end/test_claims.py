"""An announcement is a claim: pictures are taken from the server that it names
and from nobody else, and no claim costs a camera that sends."""

import json

import pytest

from crashes import check_nothing_missing, durable
from good_camera import announcement
from processes import free_port, random_address, wait_until
from streams import Listener, get

TOPIC = "camera/announce/cam-a"


def trouble_of(node):
    """What `/healthz` of a client says is wrong; None if all is well."""
    status, _, text = get(node.status_where(), "/healthz")
    return text.decode() if status == 503 else None


def films_of(room, camera):
    return list((room.data / "cam" / camera).glob("*.mp4*"))


@pytest.mark.parametrize("wrong_first", [False, True])
def test_a_copied_address_records_nobody_else(room, wrong_first):
    """Two servers, and one is announced where the other is."""
    hosts = [random_address(), random_address()]
    port = free_port(*hosts)

    def right():
        room.server("cam-a", room.stamped("cam-a"), host=hosts[0], port=port)

    def wrong():
        room.server("cam-b", room.stamped("cam-b"),
                    f"--stream.advertise={hosts[0]}", host=hosts[1], port=port)
    client = room.client()
    for start in (wrong, right) if wrong_first else (right, wrong):
        start()
    room.wait_connected("cam-a")
    light = room.wait_light(lambda x: "server/cam-b" in x["alarms"])
    assert "calls itself 'cam-a'" in light["alarms"]["server/cam-b"]
    assert not light["cameras"]["cam-b"]["connected"]
    session = room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 100)
    assert "calls itself 'cam-a'" in trouble_of(client)
    parts = {x["name"]: x for x in client.look()["parts"]}
    connection = parts["connection/cam-b"]
    assert "calls itself 'cam-a'" in connection["last_error"]
    assert connection["frames"] == 0
    room.stop_recording()
    check_nothing_missing(room, session, "cam-a")
    assert not films_of(room, "cam-b")
    assert client.log().count("cam-b is not at") == 1


def test_a_copied_run_does_not_move_a_camera(room):
    """Somebody says that a server is elsewhere, with all else as it says
    itself. Both the server and the client notice; the recording does not."""
    server = room.server("cam-a", room.stamped("cam-a"))
    where = server.where()
    told = room.ear.wait(TOPIC).json
    client = room.client()
    room.wait_connected("cam-a")
    session = room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 30)
    thief = Listener(random_address(), 0, lambda peer: peer.recv(4096))
    room.helpers.append(thief)
    fake = {**told, "ip": thief.where[0], "port": thief.where[1]}
    room.ear.publish(TOPIC, json.dumps(fake), retain=True)
    light = room.wait_light(lambda x: "server/cam-a" in x["alarms"])
    assert f"announced at {thief.where[0]}:{thief.where[1]}" \
        in light["alarms"]["server/cam-a"]
    assert "cam-a is announced at" in trouble_of(client)
    wait_until("the server is unwell", lambda: "somebody announces 'cam-a'"
               in get(where, "/healthz")[2].decode())
    room.ear.wait(TOPIC, lambda x: x.json["ip"] == where[0])
    before = durable(light, "cam-a")
    room.wait_light(lambda x: durable(x, "cam-a") > before + 50)
    room.stop_recording()
    recording, _ = check_nothing_missing(room, session, "cam-a")
    books = recording.manifest["cameras"]["cam-a"]
    assert books["connections"] == 1
    assert books["address"] == f"{where[0]}:{where[1]}"


def test_a_claim_and_a_break_do_not_lose_a_camera(room):
    """Nobody is where the server is said to be by another run; it is found
    again where it was."""
    server = room.server("cam-a", room.stamped("cam-a"))
    told = room.ear.wait(TOPIC).json
    client = room.client()
    room.wait_connected("cam-a")
    fake = {**told, "port": 9}
    room.ear.publish(TOPIC, json.dumps(fake))
    room.wait_light(lambda x: "server/cam-a" in x["alarms"])
    assert client.camctl("kill", "viewer/cam-a", "--wait").returncode == 0
    room.wait_connected("cam-a")
    assert server.runs


BAD_ADDRESSES = {
    "many": "224.0.0.1", "all": "255.255.255.255", "none": "0.0.0.0",
    "zero": "0.1.2.3", "link": "169.254.7.7", "late": "240.0.0.1",
    "many6": "ff02::1", "link6": "fe80::1", "none6": "::",
    "mapped": "::ffff:224.0.0.1", "loop": "127.255.255.255"}


def test_addresses_that_no_camera_has_are_refused(room):
    client = room.client()
    room.wait_light(lambda x: x["state"] == "idle")
    for _ in range(2):
        for camera, ip in BAD_ADDRESSES.items():
            room.ear.publish(f"camera/announce/{camera}",
                             announcement(camera, (ip, 8000)), retain=True)
        room.ear.publish("camera/response/client", "239.1.1.1")
    light = room.wait_light(lambda x: f"{len(BAD_ADDRESSES) + 1} servers"
                            in x["alarms"].get("ignored servers", ""))
    assert not light["cameras"]
    assert "many (224.0.0.1)" in light["alarms"]["ignored servers"]
    assert "at addresses that no camera has" in trouble_of(client)
    for camera, ip in {**BAD_ADDRESSES, "239.1.1.1": "239.1.1.1"}.items():
        line = f"ignored server {camera} at {ip}: "
        assert client.log().count(line) == 1, line
    wait_until("all are counted", lambda: any(
        f"ignored: {2 * len(BAD_ADDRESSES) + 2} for their address"
        in x["state"] for x in client.look()["actors"]))
    for camera in BAD_ADDRESSES:
        room.ear.publish(f"camera/announce/{camera}", "", retain=True)
    room.wait_light(lambda x: "1 server "
                    in x["alarms"].get("ignored servers", ""))


def test_a_server_outside_of_the_allowed_networks_is_named(room):
    server = room.server("cam-a", "--camera.source=pattern")
    host = server.where()[0]
    client = room.client("--discovery.allow=10.0.0.0/8")
    light = room.wait_light(lambda x: "ignored servers" in x["alarms"])
    assert light["alarms"]["ignored servers"] == \
        "1 server outside of discovery.allow is ignored: " \
        f"cam-a ({host})"
    client.wait_log(f"ignored server cam-a at {host}: that is outside of "
                    "discovery.allow=10.0.0.0/8")
    assert "outside of discovery.allow" in trouble_of(client)
    assert server.end()[0] == 0
    room.wait_light(lambda x: not x["alarms"])
    assert client.log().count("ignored server cam-a") == 1


def test_a_full_table_makes_room_for_a_server_that_sends(room):
    """Those that never connected make room for one that came after them, and
    whoever was ignored is fetched again."""
    nobody = (random_address(), 9)
    for n in range(300):
        room.ear.publish(f"camera/announce/x{n}",
                         announcement(f"x{n}", nobody), retain=True)
    client = room.client()
    room.wait_light(lambda x: "for which there is no room"
                    in x["alarms"].get("ignored servers", ""), timeout=90)
    room.server("cam-a", "--camera.source=pattern")
    room.ear.wait(TOPIC)
    wait_until("the server is connected", lambda: room.ear.heard(
        "camera/recording/client")[-1].json["cameras"].get(
            "cam-a", {}).get("connected"), timeout=120)
    client.wait_log("ignored server x[0-9]+ at .*: there are 256 already")


def test_a_broker_that_passes_nothing_on_is_trouble_at_the_server(quiet_room):
    """Until its rules let the announcement through."""
    room = quiet_room
    rules = room.folder / "acl"
    rules.write_text("topic read #\ntopic write command/#\n")
    rules.chmod(0o600)
    room.start_broker(f"acl_file {rules}")
    server = room.server("cam-a", "--camera.source=pattern")
    where = server.where()
    wait_until("the server is unwell", lambda:
               "the broker does not pass on what is published to " + TOPIC
               in get(where, "/healthz")[2].decode())
    rules.write_text("topic readwrite #\n")
    room.broker.tell(1) # SIGHUP: it reads its rules again.
    wait_until("the server is well", lambda: get(where, "/healthz")[0] == 200)
    assert room.ear.wait(TOPIC).json["state"] == "online"
    assert server.log().count("does not pass on what is published") == 1


def test_two_clients_of_one_id_are_noticed(room):
    first = room.client()
    room.wait_light(lambda x: x["state"] == "idle")
    second = room.client(data=room.folder / "other")
    for client in (first, second):
        client.wait_log("another client calls itself 'client'")
        wait_until("the client is unwell",
                   lambda node=client: "another client calls itself"
                   in (trouble_of(node) or ""))
    room.wait_light(lambda x: "this client" in x.get("alarms", {}))
    assert second.end()[0] == 0
    first.wait_log("no other client calls itself 'client' any more")
    wait_until("the client is well", lambda: trouble_of(first) is None)


def test_without_a_broker_a_connection_is_what_is_known(room):
    room.server("cam-a", "--camera.source=pattern")
    client = room.client()
    room.wait_connected("cam-a")
    room.kill_broker()
    client.wait_log("going on with the servers known")
    wait_until("it says so", lambda: "connected, announcement unknown without a "
               "broker" in client.camctl("servers").stdout)
    assert "offline" not in client.camctl("servers").stdout
