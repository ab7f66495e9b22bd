"""Crowds at a node's ports: who only waits makes room for who comes, and a
recording client always finds a place."""

import socket
import threading

from processes import free_port, random_address, wait_until
from recordings import Recording
from streams import Network, Reader, get

CLOCK = b"GET /clock HTTP/1.1\r\nHost: localhost\r\n\r\n"
LIVE = b"GET /stream.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF = b"GET /cl"


class Crowd:
    """Keeps so many connections to a port, and opens each again that is
    closed. It reads nothing."""

    def __init__(self, where, words):
        """
        :param words: What each of them says, once.
        """
        self._where = where
        self._words = words
        self._peers = [None] * len(words)
        self._closed = threading.Event()
        self.opened = 0
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def _keep(self):
        while not self._closed.is_set():
            away = [i for i, peer in enumerate(self._peers)
                    if peer is None or ended(peer)]
            for i in away[:20]:
                self._peers[i] = self._open(self._words[i])
            self._closed.wait(0.05)

    def _open(self, word):
        peer = socket.socket()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            peer.connect(self._where)
            peer.sendall(word)
        except OSError:
            peer.close()
            return None
        self.opened += 1
        return peer

    def close(self):
        self._closed.set()
        self._thread.join(10)
        for peer in self._peers:
            if peer is not None:
                peer.close()


def ended(peer):
    """Whether the other side has closed."""
    try:
        while True:
            if not peer.recv(65536, socket.MSG_DONTWAIT | socket.MSG_PEEK):
                return True
            return False
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_a_recording_client_is_back_at_once_however_many_others_wait(room):
    way, host = random_address(), random_address()
    port = free_port(host, way)
    server = room.server("cam-a", room.stamped("cam-a"),
                         f"--stream.advertise={way}", host=host, port=port)
    network = Network(way, server.where())
    room.helpers.append(network)
    reader = Reader(server.where())
    room.helpers.append(reader)
    room.client()
    room.wait_connected("cam-a")
    session = room.start_recording()
    room.wait_light(lambda x: x["cameras"]["cam-a"]["frames_durable"] > 10)
    crowds = [Crowd(server.where(), 128 * [word])
              for word in (CLOCK, b"", HALF, LIVE)]
    room.helpers.extend(crowds)
    wait_until("the port is full",
               lambda: all(x.opened >= 128 for x in crowds))
    for _ in range(3):
        network.break_down()
        light = room.wait_light(
            lambda x: not x["cameras"]["cam-a"]["connected"])
        durable = light["cameras"]["cam-a"]["frames_durable"]
        network.heal()
        room.wait_light(lambda x, least=durable + 30:
                        x["cameras"]["cam-a"]["frames_durable"] > least)
    assert get(server.where(), "/healthz")[0] == 200
    assert displaced(server.where()) > 100
    room.stop_recording()
    for x in crowds:
        x.close()
    captured = {x.sequence for x in reader.close()}
    recording = Recording(room.data, session)
    numbers = [x.sequence for x in recording.check_camera("cam-a")]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert set(numbers) <= captured
    assert recording.manifest["cameras"]["cam-a"]["lost"] == 0


def displaced(where):
    name = b"camnode_stream_displaced_connections_total "
    text = get(where, "/metrics")[2]
    return int(text.split(b"\n" + name)[1].split(b"\n")[0])


def test_live_viewers_leave_room_for_those_who_lose_nothing(room):
    server = room.server("cam-a", room.stamped("cam-a", fps=5))
    where = server.where()
    viewers = [Reader(where, "/stream.mjpg") for _ in range(192)]
    room.helpers.extend(viewers)
    for x in viewers:
        x.wait(2)
    assert get(where, "/stream.mjpg")[0] == 503
    reader = Reader(where)
    room.helpers.append(reader)
    parts = reader.wait(10)
    assert [x.sequence for x in parts] == list(range(1, 11))
    assert all(x.is_alive() for x in viewers)


def test_a_crowd_at_the_status_port_keeps_nobody_out(room):
    client = room.client()
    where = client.status_where()
    crowd = Crowd(where, 100 * [b"GET /healthz HTTP/1.1\r\n"
                                b"Host: localhost\r\n\r\n"]
                  + 100 * [b""] + 100 * [HALF])
    room.helpers.append(crowd)
    wait_until("the port is full", lambda: crowd.opened >= 300)
    for path in ("/status", "/metrics", "/"):
        wait_until("it answers", lambda path=path: answers(where, path))


def answers(where, path):
    try:
        return get(where, path)[0] == 200
    except OSError: # One of the crowd was faster.
        return False
