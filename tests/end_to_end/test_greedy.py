"""Servers that take more than their part: of the client's memory, of its disk,
of its processor. They pay for it themselves; the good camera loses nothing."""

import itertools
import threading
import time

from good_camera import GoodCamera, announcement
from processes import peak_memory_mib, random_address, wait_until
from recordings import Recording
from streams import Listener

MULTIPART = (b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; "
             b"boundary=x\r\n\r\n--x\r\n")


class Server:
    """An announced server, of which each stream does as `stream(peer)` says.
    It answers no question for the clock."""

    def __init__(self, room, name, stream):
        self._stream = stream
        self.begins = [] # When each stream began.
        self.listener = Listener(random_address(), 0, self._serve)
        room.helpers.append(self.listener)
        room.ear.publish(f"camera/announce/{name}",
                         announcement(name, self.listener.where))

    def _serve(self, peer):
        if b"/stream.mjpg" not in peer.recv(4096):
            return # A question for the clock, or one that was given up.
        self.begins.append(time.monotonic())
        peer.sendall(MULTIPART)
        self._stream(peer)


def send_part(peer, body, number=None):
    fields = b"Content-Length: %d\r\n" % len(body)
    if number is not None:
        fields += (b"X-Camnode-Epoch: 7\r\nX-Camnode-Sequence: %d\r\n"
                   % number)
    peer.sendall(fields + b"\r\n")
    peer.sendall(body)
    peer.sendall(b"\r\n--x\r\n")


def wait_for_end(peer):
    while peer.recv(4096):
        pass


def finish(good):
    """Stops the session, and checks that the good camera lost nothing, however
    busy the machine is."""
    good.room.stop_recording()
    recording = Recording(good.room.data, good.session)
    numbers = [x.sequence for x in recording.check_camera("good")]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert recording.manifest["cameras"]["good"]["lost"] == 0
    assert good.server.runs and good.client.runs
    return recording


def alarms(room, name):
    """What the newest light says of a camera's viewer."""
    lights = room.ear.heard("camera/recording/client")
    told = lights[-1].json if lights else None
    return (told or {}).get("alarms", {}).get(f"viewer/{name}", "")


def test_all_cameras_together_have_one_bound_of_memory(room):
    """Five servers send 320 MB each, in pictures that no film takes, so that
    the disk has no part in it. Each one's own bound would let them have 640
    MiB."""
    good = GoodCamera(room, client=("--viewer.total-mib=64",
                                    "--viewer.replay=60",
                                    "--record.max-mbit=1000000"))
    before = peak_memory_mib(good.client.pid)
    picture = b"\xff\xd8" + bytes(8_000_000) + b"\xff\xd9"
    sent = []

    def once():
        todo = iter([True])

        def stream(peer):
            if next(todo, False):
                for number in range(1, 41):
                    send_part(peer, picture, number)
                sent.append(True)
            wait_for_end(peer)
        return stream
    names = [f"big-{i}" for i in range(5)]
    for name in names:
        Server(room, name, once())
    wait_until("all is sent", lambda: len(sent) >= len(names))
    # AddressSanitizer's own, of what was freed, is up to 256 MiB.
    assert peak_memory_mib(good.client.pid) - before < 64 + 256 + 100
    room.wait_light(lambda x: all(
        x["cameras"].get(y, {}).get("lost", 0) >= 20 for y in names))
    recording = finish(good)
    for name in names: # The bound, or the film that takes no such picture.
        books = recording.manifest["cameras"][name]
        assert (books["captured"], books["lost"]) == (40, 40), books


def test_memory_for_frames_that_never_come_is_bounded(room):
    """Forty servers begin pictures of 16 MB each, send most of it, and wait."""
    good = GoodCamera(room, client=("--viewer.total-mib=64",))
    before = peak_memory_mib(good.client.pid)
    begun = []

    def stream(peer):
        try:
            peer.sendall(b"Content-Length: 16000000\r\n\r\n\xff\xd8"
                         + bytes(15_000_000))
        finally:
            begun.append(True)
        wait_for_end(peer)
    for i in range(40):
        Server(room, f"slow-{i}", stream)
    wait_until("all have begun", lambda: len(begun) >= 40)
    assert peak_memory_mib(good.client.pid) - before < 64 + 256 + 100
    finish(good)


def test_what_a_camera_sends_beyond_its_rate_is_its_own_named_loss(room):
    good = GoodCamera(room, client=("--record.max-mbit=8",))
    comment = b"\xff\xfe\xff\xff" + bytes(0xffff - 2)
    picture = room.picture[:2] + 8 * comment + room.picture[2:]
    stop = threading.Event()

    def stream(peer):
        for number in itertools.count(1):
            if stop.is_set():
                break
            send_part(peer, picture, number)
        wait_for_end(peer)
    begin = time.monotonic()
    fast = Server(room, "fast", stream)
    wait_until("there is an alarm",
               lambda: "record.max-mbit" in alarms(room, "fast"))
    room.wait_light(lambda x: x["cameras"]["fast"]["lost"] > 20)
    # The next one that is taken tells what was lost before it.
    good.reader.wait(len(good.reader.parts) + 50)
    stop.set()
    recording = finish(good)
    took = time.monotonic() - begin
    assert len(fast.begins) == 1
    books = recording.manifest["cameras"]["fast"]
    assert books["bytes"] < 1_000_000 * (30 + took) + 2 * len(picture)
    assert books["captured"] == books["recorded"] + books["lost"]
    assert books["lost_by_place"] == {"client rate": books["lost"]}
    frames = recording.check_camera("fast")
    missing = set(range(1, frames[-1].sequence)) - {x.sequence for x in frames}
    told = [n for x in books["losses"]
            for n in range(x["first_sequence"], x["last_sequence"] + 1)]
    assert missing <= set(told) and len(told) == books["lost"]


def repeats(data):
    """A stream of nothing but this."""
    many = data * (1 + 65536 // len(data))

    def stream(peer):
        while True:
            peer.sendall(many)
    return stream


WASTE = {
    "empty-parts": b"Content-Length: 0\r\n\r\n--x\r\n",
    "blank-lines": b"Content-Length: 2\r\n\r\n\xff\xd8" + 999 * b"\r\n"
                   + b"--x\r\n",
    "junk-parts": b"Content-Length: 2\r\n\r\nno\r\n--x\r\n",
    "tiny-frames": b"Content-Length: 2\r\n\r\n\xff\xd8\r\n--x\r\n",
    "long-headers": b"X: " + 3900 * b"y"
                    + b"\r\nContent-Length: 2\r\n\r\n\xff\xd8\r\n--x\r\n",
}


def test_connections_that_waste_are_ended_and_rested_from(room):
    good = GoodCamera(room, client=("--record.max-fps=100",))
    servers = {name: Server(room, name, repeats(data))
               for name, data in WASTE.items()}
    for name, server in servers.items():
        wait_until(f"{name} is an alarm", lambda name=name:
                   "wastes" in alarms(room, name))
        wait_until(f"{name} is tried again",
                   lambda server=server: len(server.begins) >= 4)
        # After 1, 2 and 4 s, and whatever the connections themselves took.
        rests = [b - a for a, b in zip(server.begins, server.begins[1:])]
        for rest, wanted in zip(rests, (1, 2, 4)):
            assert rest >= wanted, (name, rests)
    status = good.client.camctl("ps")
    assert status.returncode == 0
    finish(good)


def test_a_legacy_server_that_sends_no_frames_is_ended(room):
    good = GoodCamera(room)
    address = random_address()
    begins = []

    def serve(peer):
        begins.append(time.monotonic())
        while True:
            peer.sendall(bytes(65536))
    room.helpers.append(Listener(address, 8000, serve))
    room.ear.publish("camera/response/x", address)
    question = room.ear.wait("command/getIP").text
    room.ear.publish(question, address)
    wait_until("there is an alarm", lambda: "wastes" in alarms(room, address))
    wait_until("it is tried again", lambda: len(begins) >= 3)
    assert begins[2] - begins[1] >= 2
    finish(good)


def test_announcements_at_any_rate_are_followed_at_a_bounded_one(room):
    good = GoodCamera(room)
    listener = Listener(random_address(), 0, wait_for_end)
    room.helpers.append(listener)
    begin = time.monotonic()
    for epoch in range(1, 1001):
        room.ear.publish("camera/announce/restless",
                         announcement("restless", listener.where, epoch=epoch),
                         qos=0)
    room.ear.publish("command/none", "")
    wait_until("the last one is heard",
               lambda: room.ear.heard("command/none"))
    good.reader.wait(len(good.reader.parts) + 25)
    took = time.monotonic() - begin
    # One for the clock and one for frames, each 100 ms.
    assert listener.connections <= 2 * (took / 0.1 + 2)
    finish(good)
