"""Strangers at the stream port: nothing crashes, and every good reader gets
every frame."""

import random
import socket
import threading
import time

from good_camera import GoodCamera
from processes import PATIENCE, wait_until
from streams import Reader, get


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
    for thread in threads:
        thread.join(PATIENCE)
    assert endings == [True] * len(threads)
    assert get(good.where, "/healthz")[0] == 200
    assert good.metric("camnode_stream_bad_requests_total") >= 6
    good.finish()


def test_more_connections_than_there_is_room_for(room):
    good = GoodCamera(room)
    crowd = [socket.create_connection(good.where, 10) for _ in range(300)]
    # The silent ones become legacy readers, of which there may be 192.
    wait_until("the others have made room, or are refused", lambda: sum(
        good.metric(x) for x in (
            'camnode_stream_connections_total{result="refused"}',
            "camnode_stream_displaced_connections_total")) >= 300 - 192)
    assert any(is_closed(x) for x in crowd)
    assert good.metric('camnode_stream_readers{protocol="legacy"}') <= 192
    for peer in crowd:
        peer.close()
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
    end = b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    requests = [b"GET /stream.mjpg" + end,
                b"GET /stream.mjpg?mode=lossless&after=0:0" + end,
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
