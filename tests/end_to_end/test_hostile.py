"""Strangers on the network: nothing crashes, nothing is written where it does
not belong, and good cameras are recorded meanwhile without a loss."""

import json
import random
import signal
import socket
import subprocess
import threading
import time

import pytest

from harness import CAMNODE, PATIENCE, random_address, wait_until
from recordings import Recording, check_against
from streams import Listener, Reader, get, stamped

MULTIPART = (b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; "
             b"boundary=x\r\n\r\n--x\r\n")


class GoodCamera:
    """A camera that is recorded while others misbehave."""

    def __init__(self, room, *options):
        self.room = room
        self.server = room.server("good", room.stamped("good"), *options)
        self.where = self.server.where()
        self.client = room.client(segment=1)
        self.reader = Reader(self.where)
        room.helpers.append(self.reader)
        room.wait_connected("good")
        self.outside = self.files_outside()
        self.session = room.start_recording()

    def files_outside(self):
        """All that is there but where nodes may write."""
        room = self.room
        return sorted(
            (str(x), x.stat().st_size) for x in room.folder.rglob("*")
            if room.data not in (x, *x.parents)
            and room.logs not in x.parents and x.is_file())

    def metric(self, name):
        _, _, text = get(self.where, "/metrics")
        return sum(float(x.rpartition(" ")[2]) for x in text.decode().split("\n")
                   if x.startswith(name))

    def finish(self):
        """Stops the session and checks that nothing of it is missing."""
        self.reader.wait(len(self.reader.parts) + 10)
        self.room.stop_recording()
        self.reader.close()
        recording = Recording(self.room.data, self.session)
        recording.check_names()
        frames = recording.check_camera("good")
        check_against(recording, frames, self.reader.parts)
        assert recording.manifest["cameras"]["good"]["lost"] == 0
        numbers = [x.sequence for x in self.reader.parts]
        assert numbers == list(range(1, len(numbers) + 1))
        assert self.server.runs and self.client.runs
        assert self.files_outside() == self.outside
        top = {x.name for x in self.room.data.iterdir()}
        assert top <= {"cam", "sensors", "sessions"}
        return recording


# -- the stream port ----------------------------------------------------------


def ends_within(peer, seconds):
    """Reads until the other side closes; true if it does so in time."""
    peer.settimeout(seconds)
    try:
        while peer.recv(65536):
            pass
        return True
    except ConnectionError:
        return True
    except socket.timeout:
        return False


def send_all(where, data):
    """Sends as much as is taken, and returns whether the server closed."""
    with socket.create_connection(where, 10) as peer:
        try:
            peer.sendall(data)
        except OSError:
            return True
        return ends_within(peer, PATIENCE)


def drip(where, data):
    """A byte at a time: to an end, that is, within a request's 5 s."""
    with socket.create_connection(where, 10) as peer:
        try:
            for byte in data:
                peer.sendall(bytes([byte]))
                time.sleep(0.05)
        except OSError:
            return True
        return ends_within(peer, PATIENCE)


def garbage_requests():
    random_bytes = random.Random(1).randbytes
    return [
        random_bytes(100_000),
        b"\0" * 100_000,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000,
        b"GET / HTTP/1.1\r\nX: " + b"y" * 100_000,
        b"GET /" + b"a" * 100_000,
        b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n"
        + random_bytes(100_000),
        b"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
        b"Connection: close\r\n\r\nffffffffffffffff\r\n",
        b"\xff\xff\xff\xff" * 1000,
        b"\r\n" * 50_000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]


def test_garbage_on_the_stream_port(room):
    good = GoodCamera(room)
    endings = []
    threads = [threading.Thread(target=lambda x=x: endings.append(
        send_all(good.where, x))) for x in garbage_requests()]
    threads.append(threading.Thread(target=lambda: endings.append(
        drip(good.where, b"GET / HTTP/1.1\r\nX: " + b"y" * 1000))))
    for thread in threads:
        thread.start()
    crowd = []
    while good.metric('camnode_stream_connections_total{result="refused"}') \
            == 0 and len(crowd) < 300:
        # Room is left for the question above.
        crowd += [socket.create_connection(good.where, 10) for _ in range(50)]
        if len(crowd) >= 240:
            break
    for thread in threads:
        thread.join(PATIENCE)
    assert endings == [True] * len(threads)
    assert get(good.where, "/healthz")[0] == 200
    assert good.metric("camnode_stream_bad_requests_total") >= 6
    for peer in crowd:
        peer.close()
    good.finish()


def test_more_connections_than_there_is_room_for(room):
    good = GoodCamera(room)
    crowd = [socket.create_connection(good.where, 10) for _ in range(300)]
    closed = wait_until("some are refused", lambda: [
        x for x in crowd if is_closed(x)])
    assert 40 <= len(closed) < 60
    for peer in crowd:
        peer.close()
    wait_until("there is room again", lambda: good.metric(
        'camnode_stream_connections_total{result="refused"}') >= 40)
    good.finish()


def is_closed(peer):
    """Whether the other side has ended the connection without a byte."""
    peer.setblocking(False)
    try:
        return peer.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_fifty_readers_that_never_read(quiet_room):
    server = quiet_room.server(
        "good", quiet_room.stamped("good", fps=25, padding=6),
        "--stream.replay=1")
    where = server.where()
    reader = Reader(where)
    quiet_room.helpers.append(reader)
    reader.wait(5)
    requests = [b"GET /stream.mjpg HTTP/1.1\r\n\r\n",
                b"GET /stream.mjpg?mode=lossless&after=0:0 HTTP/1.1\r\n\r\n",
                b""] # The legacy way.
    peers = []
    for i in range(50):
        peer = socket.socket()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.connect(where)
        peer.sendall(requests[i % 3])
        peers.append(peer)

    def closed():
        _, _, text = get(where, "/metrics")
        return b"camnode_stream_stalled_readers_total 50\n" in text
    wait_until("all of them are closed", closed)
    parts = reader.wait(len(reader.parts) + 25)
    reader.close()
    assert [x.sequence for x in parts] \
        == list(range(parts[0].sequence, parts[0].sequence + len(parts)))
    assert all(x.lost is None for x in parts)
    for peer in peers:
        peer.close()


# -- streams that the client reads --------------------------------------------


def says(*pieces):
    """Says all that, and then nothing."""
    def serve(peer):
        peer.recv(4096)
        for piece in pieces:
            peer.sendall(piece)
        while peer.recv(4096):
            pass
    return serve


def never_ends(head, body):
    def serve(peer):
        peer.recv(4096)
        peer.sendall(head)
        while True:
            peer.sendall(body)
    return serve


def part(jpeg, **fields):
    names = {"length": len(jpeg), **fields}
    lines = [f"{'Content-Length' if k == 'length' else k}: {v}".encode()
             for k, v in ((k.replace("_", "-"), v) for k, v in names.items())]
    return b"\r\n".join(lines) + b"\r\n\r\n" + jpeg + b"\r\n--x\r\n"


def hostile_streams(jpeg):
    """What servers do, and what the client says of it."""
    noise = random.Random(2).randbytes(100_000)
    status = b"HTTP/1.1 500 Internal Server Error\r\n\r\n"
    no_boundary = MULTIPART.replace(b"boundary=x", b"charset=x")
    return {
        "noise": (says(b"\x80" + noise), "length"),
        "status": (says(status), "500"),
        "no-boundary": (says(no_boundary), "boundary"),
        "not-multipart": (says(MULTIPART.replace(b"multipart/", b"image/")),
                          "image/x-mixed-replace"),
        "endless-head": (never_ends(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), ""),
        "endless-line": (never_ends(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 1000),
                         ""),
        "endless-part": (never_ends(MULTIPART, b"X: y\r\n"), ""),
        "no-length": (says(MULTIPART + b"X: y\r\n\r\n" + jpeg),
                      "Content-Length"),
        "huge-length": (says(MULTIPART + part(jpeg, length=99999999999)),
                        "Content-Length"),
        "minus-length": (says(MULTIPART + part(jpeg, length=-1)),
                         "Content-Length"),
        "short-length": (says(MULTIPART + part(jpeg, length=1000)), "--x"),
        "long-length": (says(MULTIPART + part(jpeg, length=16 << 20)),
                        "no byte for"),
        "legacy-huge": (says(b"\xff\xff\xff\xff" + noise), ""),
        "silence": (says(), "no byte for"),
        "goodbye": (lambda peer: None, ""),
        "bad-sequence": (says(MULTIPART + part(jpeg, X_Camnode_Sequence="x")),
                         "X-Camnode-Sequence"),
    }


def announcement(camera, where, **changes):
    told = {"id": camera, "ip": where[0], "port": where[1], "state": "online",
            "epoch": 7, "width": 320, "height": 240, "fps": 25,
            "version": "1"}
    return json.dumps({**told, **changes})


def announce(room, camera, serve):
    """Starts a server that behaves so, and has the client find it."""
    listener = Listener(random_address(), 0, serve)
    room.helpers.append(listener)
    room.ear.publish(f"camera/announce/{camera}",
                     announcement(camera, listener.where))
    return listener


def test_hostile_streams_are_given_up_with_a_reason(room):
    good = GoodCamera(room)
    streams = hostile_streams(room.picture)
    listeners = {x: announce(room, x, serve)
                 for x, (serve, _) in streams.items()}
    for camera in streams:
        good.client.wait_log(f"warning viewer/{camera}: .*trying again",
                             count=2)
    assert all(x.connections > 2 for x in listeners.values())
    light = room.wait_light(lambda x: all(
        x["cameras"][y]["last_error"] for y in streams))
    for camera, (_, reason) in streams.items():
        assert reason in light["cameras"][camera]["last_error"]
        assert light["cameras"][camera]["frames_durable"] == 0
    recording = good.finish()
    for camera in streams:
        assert recording.manifest["cameras"][camera]["recorded"] == 0
    assert [x.name for x in (room.data / "cam").iterdir()] == ["good"]


class LyingCamera:
    """Speaks camnode's protocol well, but about times and numbers that cannot
    be."""

    def __init__(self, jpeg, clock, frames):
        self._jpeg = jpeg
        self._clock = clock
        self._frames = frames

    def serve(self, peer):
        request = peer.recv(4096)
        while b"/clock" in request:
            body = json.dumps(self._clock).encode()
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                         % (len(body), body))
            request = peer.recv(4096)
        if not request:
            return
        peer.sendall(MULTIPART)
        for number, fields in enumerate(self._frames):
            peer.sendall(part(stamped(self._jpeg, 1, number), **fields))
            time.sleep(0.02)
        while peer.recv(4096):
            pass


def lies():
    """Clocks and frames."""
    biggest, smallest = 2 ** 63 - 1, -2 ** 63
    now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    honest = {"receive_mono_ns": now, "send_mono_ns": now}

    def frames(mono, numbers=range(1, 20)):
        return [{"X_Camnode_Epoch": 7, "X_Camnode_Sequence": n,
                 "X_Camnode_Capture_Mono_Ns": mono(n)} for n in numbers]
    lost = frames(lambda n: now + n)
    lost[3]["X_Camnode_Lost"] = f"1-{2 ** 64 - 1}"
    return {
        "far-clock": ({"receive_mono_ns": biggest, "send_mono_ns": smallest},
                      frames(lambda n: now)),
        "late-clock": ({"receive_mono_ns": smallest, "send_mono_ns": smallest},
                       frames(lambda n: biggest - n)),
        "early-clock": ({"receive_mono_ns": biggest, "send_mono_ns": biggest},
                        frames(lambda n: smallest + n)),
        "backwards": (honest, frames(lambda n: now - n * 10 ** 15)),
        "same-time": (honest, frames(lambda n: now)),
        "far-future": (honest, frames(lambda n: biggest - n)),
        "far-number": (honest, frames(lambda n: now + n, [1, 2, 2 ** 64 - 2,
                                                          2 ** 64 - 1])),
        "all-lost": (honest, lost),
    }


def test_cameras_that_lie_about_times_and_numbers(room):
    good = GoodCamera(room)
    for camera, (clock, frames) in lies().items():
        liar = LyingCamera(room.picture, clock, frames)
        announce(room, camera, liar.serve)
        good.client.wait_log(f"viewer/{camera}: receiving from")
    recording = good.finish()
    same = recording.check_camera("same-time")
    assert len(same) == 0 or same[-1].capture_ns - same[0].capture_ns < 10 ** 9


def test_a_frame_that_is_no_picture_costs_no_other(room):
    """A JPEG's first and last bytes, with nothing in between."""
    good = GoodCamera(room)
    now = time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    def serve(peer):
        if b"/clock" in peer.recv(4096):
            return
        peer.sendall(MULTIPART)
        for n in range(1, 60):
            jpeg = stamped(room.picture, 1, n) if n % 20 else b"\xff\xd8\xff\xd9"
            peer.sendall(part(jpeg, X_Camnode_Epoch=7, X_Camnode_Sequence=n,
                              X_Camnode_Capture_Mono_Ns=now + n * 40_000_000))
            time.sleep(0.04)
        while peer.recv(4096):
            pass
    announce(room, "odd", serve)
    room.wait_light(lambda x: x["cameras"].get("odd", {}).get(
        "frames_durable", 0) >= 57, timeout=10)
    recording = good.finish()
    frames = recording.check_camera("odd")
    assert [x.sequence for x in frames] == [n for n in range(1, 60) if n % 20]
    losses = recording.manifest["cameras"]["odd"]["losses"]
    assert [x["first_sequence"] for x in losses] == [20, 40]


# -- the broker ---------------------------------------------------------------


def wrong_commands():
    return [b"", b"begin", b"start stop", b"\xff\xfe\x00", b"0", b"null", b"[]",
            b"{}", b"{" * 10_000, b'{"action":"pause"}', b'{"action":1}',
            b'{"action":"start","label":"../../etc/x"}',
            b'{"action":"start","label":"a/b"}',
            b'{"action":"start","label":7}',
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
                    == len(ODD_TOPICS) + len(ODD_PAYLOADS) + 1)

    refused = len(wrong_commands())
    light = room.wait_light(lambda x: x["commands_refused"]
                            == before["commands_refused"] + refused)
    assert light["last_error"] and light["session"] == good.session
    assert set(light["cameras"]) == {"good"}
    good.server.wait_log(
        f"refused getIP request number {len(WRONG_REPLY_TOPICS)},")
    told = refused + len(wrong_announcements(good.where)) + 1 + 6
    good.client.wait_log(f"refused message number {told - 1},")
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
    assert set(sensors["sensor/odd"]["files"]) <= set(recording.cuts())
    written = {x for x in room.data.rglob("*") if x.is_file()}
    assert all(room.data in x.resolve().parents for x in written)
    assert not list(room.folder.rglob("*escaped*.csv"))
    assert not list(room.folder.rglob("etc"))


def test_answers_under_the_prefix_do_no_harm(room):
    good = GoodCamera(room)
    topics = ["camera/response/a/b", "camera/response/../x",
              "camera/response/ü", "camera/response//"]
    for topic in topics:
        room.ear.publish("command/getIP", topic)
        assert room.ear.wait(topic).text == good.where[0]
    good.finish()


# -- the command line and the end ---------------------------------------------


@pytest.mark.parametrize("arguments", [
    [], ["--role=boss"], ["--role=server", "--stream.port=70000"],
    ["--role=server", "--no.such=1"], ["--role=server", "file.conf"],
    ["--role=server", "--data.dir=x"], ["--role=client", "--camera.fps=1"],
    ["--role=client", "--config=/no/such/file"], ["--role=client", "--config"],
    ["--role=server", "--node.id=a/b"], ["--role=server", "--node.id=.."],
    ["--role=server", "--camera.source=command"],
    ["--role=client", "--record.segment=0"],
    ["--role=client", "--record.segment=nan"],
    ["--role=client", "--discovery.allow=10.0.0.0/99"],
    ["--role=client", "--mqtt.topic-sensors=a/#/b"],
    ["--role=client", "--node.id=a", "--node.id=b"],
    ["--role=server", "--stream.host=here\nthere"],
], ids=lambda x: " ".join(x)[:40].replace("\n", " ") or "nothing")
def test_wrong_usage_is_one_line_and_exit_2(arguments):
    done = subprocess.run([CAMNODE, *arguments], capture_output=True,
                          text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1 and done.stderr.endswith("\n")
    assert done.stderr.startswith("camnode: ")


def test_help_and_version_go_to_stdout():
    for option in ("--help", "--version"):
        done = subprocess.run([CAMNODE, option], capture_output=True,
                              text=True, timeout=PATIENCE, check=True)
        assert "camnode" in done.stdout and done.stderr == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nodes_end_in_time_whatever_hangs(quiet_room, number):
    """Without a broker, with a camera program that does not want to end, and
    readers who never read."""
    room = quiet_room
    source = room.stamped("stubborn", padding=6).partition("exec ")[2]
    server = room.server(
        "stubborn", "--camera.command=trap '' TERM INT; " + source)
    client = room.client()
    where = server.where()
    reader = Reader(where)
    reader.wait(3)
    deaf = socket.create_connection(where, 10)
    deaf.sendall(b"GET /stream.mjpg HTTP/1.1\r\n\r\n")
    reader.wait(20)
    client.wait_log("cannot connect")
    for node in (client, server):
        status, seconds = node.end(number)
        assert status == 0, node.name
        assert seconds < 3, node.name
    reader.close()
    deaf.close()


def test_a_second_signal_ends_a_node_at_once(room):
    """In the middle of completing a session, that is."""
    server = room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    room.wait_connected("cam-a")
    room.start_recording()
    client.tell(signal.SIGINT)
    client.wait_log("node: stopping")
    client.tell(signal.SIGINT)
    wait_until("the client has ended", lambda: not client.runs, timeout=2)
    assert client.status in (0, 1)
    room.nodes.remove(client) # Its status is checked here.
    assert server.runs
