"""camctl: what it shows is true, what it is told is done, and nothing that
happens to it or to its port harms a node."""

import fcntl
import json
import os
import random
import re
import select
import signal
import socket
import threading
import time

import pytest

from harness import (CAMNODE, PATIENCE, Node, camctl, free_port,
                     peak_memory_mib, random_address, wait_until)
from recordings import Recording
from streams import get

# How often each actor is killed. A supervisor waits up to 10 s before it starts
# one again that keeps ending, so 20 rounds take three minutes.
KILLS = int(os.environ.get("CAMNODE_KILLS", "4"))

F_SETPIPE_SZ = 1031


def actor(look, name):
    return next((x for x in look["actors"] if x["name"] == name), None)


def part(look, name):
    return next((x for x in look["parts"] if x["name"] == name), None)


def names(look):
    return {x["name"] for x in look["actors"]}


def room_of_two(room):
    server = room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    room.wait_connected("cam-a")
    return server, client


def test_every_actor_is_in_the_tree(room):
    server, client = room_of_two(room)
    assert names(server.look()) == {
        "server_supervisor", "camera", "stream_publisher", "discovery",
        "inspector", "inspector/operator"}
    look = client.look()
    assert names(look) == {
        "client_supervisor", "discovery", "session", "sensor_log",
        "status_port", "inspector", "inspector/operator", "viewer/cam-a", "recorder/cam-a"}
    for x in look["actors"]:
        root = x["name"] == "client_supervisor"
        keeper = x["name"] == "inspector/operator"
        assert x["supervisor"] == ("" if root else "inspector" if keeper
                                   else "client_supervisor")
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
        "--introspect.port=0", "--http.port=0"], room.logs, room.cwd)
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
    assert stuck["busy_with"] == "record_command"
    assert stuck["mailbox"] > 0
    assert stuck["oldest_ns"] > 0
    log.go_on()
    wait_until("SESSION is well again", lambda: (
        x := session())["busy_ns"] == 0 and x["mailbox"] == 0)


def kill_all(node, which):
    for name in which:
        done = node.camctl("kill", name)
        assert done.returncode == 0, done.stderr


def whole(node, which, restarts):
    """Whether all are there, each started so often again."""
    where = re.findall(r"answers camctl on (\S+:\d+)", node.log())[-1]
    done = camctl("tree", "--json", "--node", where, "--timeout", "10")
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
    client = room.client("--viewer.replay=60",
                         f"--introspect.port={free_port('127.0.0.1')}")
    room.wait_connected("cam-a")
    session = room.start_recording()
    room.wait_light(lambda x: x["cameras"]["cam-a"]["frames_durable"] > 10)
    of_server = ["camera", "stream_publisher", "discovery", "inspector"]
    of_client = ["discovery", "session", "sensor_log", "status_port",
                 "viewer/cam-a", "recorder/cam-a", "inspector"]
    for n in range(1, KILLS + 1):
        server_inspected = len(re.findall("answers camctl", server.log()))
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
                      ("inspector/operator", "belongs to inspector"),
                      ("nobody", "nobody")):
        done = server.camctl("kill", name)
        assert done.returncode == 1 and why in done.stderr, done.stderr
    done = server.camctl("kill", "inspector", "--wait")
    assert done.returncode == 0, done.stderr
    assert "inspector is back" in done.stdout


def test_a_node_that_vanishes_is_named_in_time(room):
    port = free_port("127.0.0.1")
    where = f"127.0.0.1:{port}"
    server = room.server("cam-a", "--camera.source=none",
                         f"--introspect.port={port}")
    server.inspected()
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
    host = random_address()
    server = room.server("cam-a", "--camera.source=none", host=host,
                         port=free_port(host))
    client = room.client()
    room.wait_light(lambda x: "cam-a" in x["cameras"])
    done = client.camctl("servers", "--json")
    told, = json.loads(done.stdout)["servers"]
    assert (told["id"], told["ip"]) == ("cam-a", host)
    assert server.inspected().startswith("127.0.0.1:")
    # It is not open at the address that it announced, and said to be so.
    done = client.camctl("ps", "--all", "--timeout", "5")
    assert done.returncode == 1 and f"{host}:" in done.stderr
    assert "client client" in done.stdout
    again = room.server("cam-b", "--camera.source=none",
                        f"--introspect.host={host}", "--introspect.port=4710",
                        host=host, port=0)
    again.inspected()
    done = wait_until("the servers are found", lambda: (
        x := client.camctl("ps", "--all", "--json")).returncode == 0 and x)
    assert {json.loads(x)["node"]["id"] for x in done.stdout.splitlines()} \
        == {"client", "cam-b"}


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


def exchange(where, data):
    """What the port answers before it closes, or within a second."""
    host, port = where.rsplit(":", 1)
    with socket.create_connection((host, int(port)), PATIENCE) as peer:
        peer.settimeout(1)
        answer = b""
        try:
            peer.sendall(data)
            while piece := peer.recv(4096):
                answer += piece
        except OSError:
            pass
        return answer


def test_strangers_at_the_port_do_no_harm(room):
    server = room.server("cam-a", room.stamped("cam-a"))
    where = server.inspected()
    chance = random.Random(4710)
    for data in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"", b"\0" * 32,
                 b"\xff" * 64, *(chance.randbytes(chance.randint(1, 400))
                                 for _ in range(20))):
        assert not exchange(where, data).startswith(b"HTTP")
    idle = [socket.create_connection(("127.0.0.1",
                                      int(where.rsplit(":", 1)[1])))
            for _ in range(20)]
    look = server.look()
    assert actor(look, "inspector")["restarts"] == 0
    for x in idle:
        x.close()
    done = camctl("ps", "--node", "{}:{}".format(*server.where()))
    assert done.returncode == 1
    assert get(server.where(), "/clock")[0] == 200


def test_silent_strangers_do_not_keep_others_out(room):
    server = room.server("cam-a", "--camera.source=none")
    host, port = server.inspected().rsplit(":", 1)
    silent = [socket.create_connection((host, int(port))) for _ in range(100)]
    done = server.camctl("ps")
    assert done.returncode == 0, done.stderr
    for x in silent: # Each in its time, the last of them after 5 s.
        assert exhausted(x)


def exhausted(peer):
    """Reads until the other side closes; whether it does so in time."""
    peer.settimeout(PATIENCE)
    try:
        while peer.recv(65536):
            pass
    except ConnectionError:
        pass
    except socket.timeout:
        return False
    return True


def overheard(ear, where):
    """Passes a connection on, and returns what was said from our side."""
    said = []
    peer, _ = ear.accept()
    with peer, socket.create_connection(where) as node:
        other = {peer: node, node: peer}
        while True:
            ready, _, _ = select.select([peer, node], [], [], PATIENCE)
            try:
                data = ready[0].recv(65536)
                if not data:
                    return said
                if ready[0] is peer:
                    said.append(data)
                other[ready[0]].sendall(data)
            except ConnectionError: # One of them has ended the hard way.
                return said


def question_of_camctl(server):
    """The bytes with which camctl says hello, and those of its question."""
    host, port = server.inspected().rsplit(":", 1)
    said = []
    with socket.create_server(("127.0.0.1", 0)) as ear:
        where = f"127.0.0.1:{ear.getsockname()[1]}"
        asker = threading.Thread(target=lambda: camctl("ps", "--node", where))
        asker.start()
        while not said:
            said = overheard(ear, (host, int(port)))
        asker.join()
    data = b"".join(said)
    # Frames: a header of 32 bytes, the length of the rest in bytes 4 to 7.
    frames = []
    while data:
        size = 32 + int.from_bytes(data[4:8], "big")
        frames.append(data[:size])
        data = data[size:]
    hello = next(x for x in frames if x[0] == 1)
    question = next(x for x in frames if x[0] == 2 # A message, not for SpawnServ.
                    and not x.endswith(b"info"))
    return hello, question


def test_who_asks_and_never_reads_is_closed(room):
    server = room.server("cam-a", room.stamped("cam-a"))
    hello, question = question_of_camctl(server)
    host, port = server.inspected().rsplit(":", 1)
    before = peak_memory_mib(server.pid)
    with socket.create_connection((host, int(port))) as peer:
        peer.settimeout(PATIENCE)
        peer.sendall(hello)
        deadline = time.monotonic() + PATIENCE
        with pytest.raises(ConnectionError):
            while time.monotonic() < deadline:
                peer.sendall(question)
    assert peak_memory_mib(server.pid) < before + 500
    assert server.camctl("ps").returncode == 0


def test_a_port_that_is_taken_is_had_later(room):
    port = free_port("127.0.0.1")
    holder = socket.create_server(("127.0.0.1", port))
    server = room.server("cam-a", room.stamped("cam-a"),
                         f"--introspect.port={port}")
    server.wait_log(rf"warning inspector: cannot be asked: .*:{port}")
    server.wait_log("first frame")
    holder.close()
    assert server.inspected() == f"127.0.0.1:{port}"
    assert server.look()["node"]["id"] == "cam-a"
    assert len(re.findall("cannot be asked", server.log())) == 1


@pytest.mark.parametrize("arguments", [
    ["ps", "--sort", "beauty"], ["ps", "--node", "a:b:c"],
    ["ps", "--node", "127.0.0.1:0"], ["ps", "--node"], ["ps", "--nodes=x"],
    ["ps", "extra"], ["show"], ["kill"], ["record"], ["record", "pause"],
    ["record", "start", "--duration", "long"], ["tree", "--timeout", "0"],
    ["tree", "--cert", "/no/such"], ["top"], ["trees"], [],
])
def test_wrong_usage_is_told_in_one_line(arguments):
    done = camctl(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert not arguments or done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize("arguments, hint", [
    (["tre"], "there is no command 'tre'; did you mean tree?"),
    (["help"], "did you mean --help?"),
    (["start"], "did you mean record start?"),
    (["everything"], "want tree, ps, top, show, servers, record, kill, "),
    (["--nod", "x", "tree"],
     "--nod: no such option in front of a command; did you mean --node?"),
    (["tree", "--jsno"], "--jsno: no such option here; did you mean --json?"),
    (["tree", "-x"], "-x: no such option here; want --help, --all, "),
    (["verify", "--sesion", "x", "."], "did you mean --session?"),
    (["align", "--sesion=x", "."], "did you mean --session?"),
    (["record"], "a word is missing: want start, stop or status"),
    (["record", "strat"], "there is no record strat; did you mean start?"),
    (["log-level", "warn"], "there is no level warn; did you mean warning?"),
    (["show"], "a word is missing: want the NAME "),
])
def test_wrong_words_are_told_what_would_be_right(arguments, hint):
    done = camctl(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr and done.stderr.count("\n") == 1, done.stderr


def test_a_part_of_a_name_is_told_whose_it_may_be(room):
    _, client = room_of_two(room)
    done = client.camctl("show", "recorder")
    assert (done.returncode, done.stderr) == (
        1, "camctl: there is no 'recorder'; did you mean recorder/cam-a?\n")
    done = client.camctl("show", "zebra")
    assert (done.returncode, done.stderr) == (
        1, "camctl: there is no 'zebra'; camctl tree has the names\n")
    done = client.camctl("kill", "sesion")
    assert done.returncode == 1
    assert done.stderr == "camctl: found no actor 'sesion' at the given " \
        "nodes; did you mean session?\n"


def test_help_is_for_all_commands():
    overview = camctl("--help")
    assert overview.returncode == 0
    for name in ("tree", "ps", "top", "show", "kill", "servers", "record",
                 "log-level", "metrics"):
        assert f"\n  {name} " in overview.stdout
        done = camctl(name, "--help")
        assert done.returncode == 0 and f"camctl {name}" in done.stdout
        assert "--node" in done.stdout
        assert camctl(name, "-h").stdout == done.stdout
