"""The truth light over a WebSocket."""

import json
import socket
import struct


class Looker:
    """A WebSocket (RFC 6455) to a client, over its Unix socket."""

    def __init__(self, client):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(60)
        self._socket.connect(client.inspected())
        self._socket.sendall(
            b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        self._file = self._socket.makefile("rb")
        assert b" 101 " in self._file.readline()
        while self._file.readline() != b"\r\n":
            pass

    def lights(self):
        """Each light as it comes."""
        while True:
            first, size = self._file.read(2)
            if size == 126:
                size, = struct.unpack(">H", self._file.read(2))
            elif size == 127:
                size, = struct.unpack(">Q", self._file.read(8))
            text = self._file.read(size)
            if first == 0x89: # A ping, which wants its content back.
                self._socket.sendall(bytes([0x8a, 0x80 | size, 0, 0, 0, 0])
                                     + text)
            else:
                assert first == 0x81
                yield json.loads(text)["status"]

    def wait(self, accept):
        return next(x for x in self.lights() if accept(x))

    def close(self):
        self._file.close()
        self._socket.close()


def test_each_change_is_told_to_all_who_look(room):
    room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    room.wait_connected("cam-a")
    lookers = [Looker(client) for _ in range(3)]
    for x in lookers:
        assert next(x.lights())["state"] == "idle"
    session = room.start_recording()
    for x in lookers:
        light = x.wait(lambda y: y["state"] == "recording")
        assert light["session"] == session and "cam-a" in light["cameras"]
    # It goes on each second, for figures that grow.
    durable = [x["cameras"]["cam-a"]["frames_durable"] for x, _ in
               zip(lookers[0].lights(), range(4))]
    assert durable[-1] > durable[0]
    lookers.pop().close()
    room.stop_recording()
    for x in lookers:
        x.wait(lambda y: y["state"] == "idle")
        x.close()
