"""camctl: what it shows is true, however a node fares."""

import fcntl
import json
import os
import re
import signal
import threading
import time

import pytest

from looks import actor, names, part, room_of_two
from processes import (CAMNODE, PATIENCE, Node, camctl, free_port,
                       random_address, wait_until)
from streams import LEGACY_PORT, LegacyServer, get

F_SETPIPE_SZ = 1031


def test_every_actor_is_in_the_tree(room):
    server, client = room_of_two(room)
    assert names(server.look()) == {
        "server_supervisor", "camera", "stream_publisher", "discovery",
        "inspector"}
    look = client.look()
    assert names(look) == {
        "client_supervisor", "discovery", "session", "sensor_log",
        "status_port", "inspector", "viewer/cam-a", "recorder/cam-a"}
    for x in look["actors"]:
        root = x["name"] == "client_supervisor"
        assert x["supervisor"] == ("" if root else "client_supervisor")
        assert x["alive"] and x["restarts"] == 0 and x["uptime_ns"] > 0
    assert look["node"]["role"] == "client"
    assert look["node"]["pid"] == client.pid
    # The actors' names are drawn, each below its supervisor.
    drawn = client.camctl("tree").stdout
    for x in look["actors"]:
        assert re.search(rf"{re.escape(x['name'])}  ", drawn), drawn


def test_figures_of_rings_readers_and_books_are_true(room):
    server, client = room_of_two(room)
    session = room.start_recording()
    room.wait_light(lambda x: x["cameras"]["cam-a"]["frames_durable"] > 10)

    def rates():
        x = actor(client.look(), "recorder/cam-a")
        return x if x["messages"]["beat"]["per_second"] > 1 else None
    recorder = wait_until("the rate of beats is measured", rates)
    assert recorder["state"].startswith("recording")
    assert recorder["p50_ns"] <= recorder["p99_ns"]
    assert recorder["handled"] >= recorder["messages"]["beat"]["handled"] > 0

    look = client.look()
    books = part(look, "books/cam-a")
    assert books["session"] == session
    assert books["written"] >= books["durable"] > 10 and books["lost"] == 0
    assert part(look, "ring/cam-a")["frames"] > 10
    connection = part(look, "connection/cam-a")
    assert connection["connected"] == 1
    assert connection["clock_error_ns"] > 0
    assert (part(look, "server/cam-a")["ip"],
            part(look, "server/cam-a")["port"]) == server.where()

    look = server.look()
    reader = next(x for x in look["parts"] if x["kind"] == "reader")
    assert reader["state"].startswith("lossless")
    assert reader["frames_sent"] > 10
    # One look takes the camera's figures first.
    assert part(server.look(), "frames")["captured"] \
        >= part(look, "ring")["frames"]
    # What passes each step, and how long frames take to it.
    def flows():
        return [part(server.look(), "frames").get("captured_per_1000_s", 0),
                *(x.get("frames_sent_per_1000_s", 0)
                  for x in server.look()["parts"] if x["kind"] == "reader"),
                part(client.look(), "connection/cam-a").get(
                    "frames_per_1000_s", 0),
                part(client.look(), "books/cam-a").get("durable_per_1000_s", 0)]
    wait_until("frames are seen to pass all steps",
               lambda: (x := flows()) and min(x) > 0)
    for look, name, step in (
            (server.look(), "frames", "capture_to_ring"),
            (server.look(), reader["name"], "capture_to_sent"),
            (client.look(), "connection/cam-a", "capture_to_received"),
            (client.look(), "books/cam-a", "received_to_durable")):
        x = part(look, name)
        assert 0 < x[step + "_p50_ns"] <= x[step + "_p99_ns"], step
    drawn = client.camctl("tree").stdout
    assert re.search(r"\(books/cam-a\) .* MB/s, received to durable p99 ", drawn)

    metrics = server.camctl("metrics").stdout
    assert "camnode_frames_captured_total" in metrics
    assert metrics.splitlines()[0] == \
        get(server.where(), "/metrics")[2].decode().splitlines()[0]
    metrics = client.camctl("metrics").stdout
    assert metrics.splitlines()[0] == \
        get(client.status_where(), "/metrics")[2].decode().splitlines()[0]
    room.stop_recording()


def test_an_actor_that_is_stuck_is_seen_and_seen_to_be_well_again(room):
    """A camera whose file is a pipe that nobody writes to: CAMERA waits from its
    birth on, so that each look itself says for how long."""
    pipe = room.folder / "camera.mjpeg"
    os.mkfifo(pipe)
    server = room.server("cam-a", "--camera.source=file",
                         f"--camera.file={pipe}")

    def old_enough():
        camera = actor(server.look(), "camera")
        if camera is None or not camera["alive"]:
            return None
        # It is busy for as long as it lives, and said to be.
        if camera["busy_ns"] >= 2_000_000_000:
            assert "busy with its start for" in camera["trouble"]
        return camera["busy_ns"] > 4_000_000_000 and camera
    camera = wait_until("CAMERA is stuck for 4 s", old_enough)
    assert camera["busy_with"] == "its start"
    assert "! busy with its start for" in server.camctl("tree").stdout.replace(
        "does not answer; started again once it ends, ", "")
    assert get(server.where(), "/healthz")[0] == 503
    # Told to end, it has one message more that waits, and longer and longer.
    assert server.camctl("kill", "camera").returncode == 0
    wait_until("what waits for it is seen to grow old", lambda:
               actor(server.look(), "camera")["oldest_ns"] > 1_000_000_000)

    writer = os.open(pipe, os.O_WRONLY)
    picture = room.folder / "one.mjpeg"
    picture.write_bytes(room.picture)
    picture.rename(pipe)
    os.close(writer)
    camera = wait_until("CAMERA delivers", lambda: (
        x := actor(server.look(), "camera"))
        and x["state"].startswith("delivering") and x)
    assert camera["restarts"] >= 1 and camera["last_end"]


class Stall:
    """A pipe that is read, as a journal reads a log, until it is not."""

    def __init__(self, path):
        os.mkfifo(path)
        self.path = path
        self.text = ""
        self._reads = threading.Event()
        self._reads.set()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        with self.path.open("rb", buffering=0) as pipe:
            fcntl.fcntl(pipe, F_SETPIPE_SZ, 4096)
            while data := pipe.read(4096):
                self.text += data.decode(errors="replace")
                self._reads.wait()

    def stop(self):
        self._reads.clear()

    def go_on(self):
        self._reads.set()


def test_a_node_whose_log_stalls_can_still_be_looked_into(room):
    log = Stall(room.folder / "log")
    client = Node("stalled", [
        "sh", "-c", f'exec "$0" "$@" 2>{log.path}', CAMNODE, "--role=client",
        "--node.id=client", "--display=none", f"--data.dir={room.data}",
        "--mqtt.host=127.0.0.1", f"--mqtt.port={room.port}",
        "--http.port=0"], room.logs, room.cwd)
    room.nodes.append(client)
    where = wait_until("it can be looked into", lambda: re.search(
        r"answers camctl on (\S+)", log.text))[1]

    def session():
        done = camctl("show", "session", "--json", "--node", where,
                      "--timeout", "10")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["actor"]
    room.wait_light(lambda x: x["state"] == "idle")
    log.stop()
    for _ in range(200):
        room.ear.publish("command/rec", "nonsense", qos=0)
    stuck = wait_until("SESSION is seen to be stuck", lambda: (
        x := session())["busy_ns"] > 1_000_000_000 and x)
    assert stuck["busy_with"] == "refuse"
    assert stuck["mailbox"] > 0
    assert stuck["oldest_ns"] > 0
    log.go_on()
    wait_until("SESSION is well again", lambda: (
        x := session())["busy_ns"] == 0 and x["mailbox"] == 0)


def test_a_node_that_vanishes_is_named_in_time(room):
    server = room.server("cam-a", "--camera.source=none")
    where = server.inspected()
    assert camctl("ps", "--node", where).returncode == 0
    server.tell(signal.SIGSTOP)
    try:
        begin = time.monotonic()
        done = camctl("ps", "--node", where, "--timeout", "0.5")
        took = time.monotonic() - begin
    finally:
        server.tell(signal.SIGCONT)
    assert (done.returncode, done.stdout) == (1, "")
    assert "does not answer within 0.5 s" in done.stderr
    assert took < PATIENCE / 2
    wait_until("it answers again",
               lambda: camctl("ps", "--node", where).returncode == 0)
    server.kill()
    done = camctl("ps", "--node", where)
    assert done.returncode == 1 and "is not there" in done.stderr
    # Of two, the one that is there is shown.
    other = room.server("cam-b", "--camera.source=none")
    done = camctl("tree", "--node", where, "--node", other.inspected())
    assert done.returncode == 1 and where in done.stderr
    assert "server cam-b" in done.stdout


def test_all_asks_the_servers_that_a_client_knows(room):
    servers = {x: room.server(x, "--camera.source=none")
               for x in ("cam-a", "cam-b")}
    legacy = LegacyServer(room.port, random_address(), room.picture)
    room.helpers.append(legacy)
    client = room.client()
    room.wait_light(lambda x: {"cam-a", "cam-b", legacy.address}
                    <= set(x["cameras"]))
    told = json.loads(client.camctl("servers", "--json").stdout)["servers"]
    assert {(x["ip"], x["port"], x["tls"]) for x in told} \
        == {(*x.where(), 0) for x in servers.values()} \
        | {(legacy.address, LEGACY_PORT, 0)}
    done = client.camctl("ps", "--all", "--json")
    assert done.returncode == 0, done.stderr
    found = [json.loads(x)["node"] for x in done.stdout.splitlines()]
    assert {x["id"] for x in found} == {"client", *servers}
    assert [x["id"] for x in found if x["operates"]] == ["client"]


def shown_state(client):
    """What `camctl servers` says of the only server, and the window knows."""
    look = client.look()
    return next((x["state"] for x in look["parts"] if x["kind"] == "server"),
                "not listed")


@pytest.mark.parametrize("recording", [False, True])
def test_a_server_is_listed_as_it_is_announced(room, recording):
    """Gone from its goodbye on, until it is back; with and without a session."""
    host = random_address()
    where = {"host": host, "port": free_port(host)}
    server = room.server("cam-a", room.stamped("cam-a"), **where)
    client = room.client()
    room.wait_connected("cam-a")
    assert shown_state(client) == "online, connected"
    if recording:
        room.start_recording()
    assert server.end()[0] == 0
    assert room.ear.wait("camera/announce/cam-a").json["state"] == "offline"
    wait_until("it is listed as gone", lambda:
               shown_state(client) == "gone, as it said goodbye")
    assert "gone, as it said goodbye" in client.camctl("servers").stdout
    room.server("cam-a", room.stamped("cam-a"), **where)
    wait_until("it is listed as online again",
               lambda: shown_state(client) == "online, connected")
    if recording:
        room.stop_recording()
