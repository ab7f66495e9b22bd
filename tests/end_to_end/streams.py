"""The other ends of camnode's connections: readers, legacy nodes, a network
that breaks. All work on threads of the test and are ended by `close`."""

import http.client
import random
import re
import socket
import struct
import threading
import time

from harness import mqtt_client
from processes import PATIENCE

LEGACY_PORT = 8000


def stamp_of(jpeg):
    """Run, number and time that the stamped source put into a frame."""
    found = re.search(rb"camnode-stamp (\d+) (\d+) (\d+)", jpeg)
    return tuple(map(int, found.groups())) if found else None


def pattern_stamp_of(jpeg):
    """The server's clock in ns when it took that test picture."""
    found = re.search(rb"camnode frame=\d+ mono=(\d+) ", jpeg)
    return int(found[1]) if found else None


def stamped(jpeg, run, number):
    """A frame as the stamped source makes it."""
    comment = f"camnode-stamp {run} {number} {boottime_ns()}".encode()
    return (jpeg[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2)
            + comment + jpeg[2:])


def boottime_ns():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def get(where, path, method="GET", timeout=10):
    """Status, headers and body of one request over a new connection."""
    connection = http.client.HTTPConnection(*where, timeout=timeout)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def exact(stream, size):
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data


class Part:
    """One frame of a stream.mjpg, as PROTOCOL.md describes it."""

    def __init__(self, headers, jpeg):
        self.headers = headers
        self.jpeg = jpeg
        self.epoch = int(headers["x-camnode-epoch"])
        self.sequence = int(headers["x-camnode-sequence"])
        self.capture_mono_ns = int(headers["x-camnode-capture-mono-ns"])
        # As the index flags what the time is.
        self.flags = 8 if headers.get("x-camnode-time") == "arrival" else 0
        lost = headers.get("x-camnode-lost")
        self.lost = tuple(map(int, lost.split("-"))) if lost else None

    @property
    def number(self):
        return self.epoch, self.sequence


class Reader(threading.Thread):
    """Reads a stream.mjpg, independently of camnode's own client."""

    LOSSLESS = "/stream.mjpg?mode=lossless&after=0:0"

    def __init__(self, where, target=LOSSLESS, source="", tls=None):
        """
        :param source: Address to come from; any if empty.
        :param tls: An `ssl.SSLContext`; without, it speaks in the clear.
        """
        super().__init__(daemon=True)
        self.parts = []
        self.head = {}
        self.error = None
        self._socket = socket.create_connection(
            where, 10, source_address=(source, 0) if source else None)
        if tls:
            self._socket = tls.wrap_socket(self._socket)
        self._socket.settimeout(None)
        self._socket.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                             .encode())
        self.start()

    def run(self):
        try:
            with self._socket.makefile("rb", buffering=1 << 16) as stream:
                assert b" 200 " in stream.readline()
                self.head = self._fields(stream)
                while True:
                    self._read_part(stream)
        except (EOFError, OSError, ValueError):
            pass # The end of the connection.
        except AssertionError as error:
            self.error = error

    def _read_part(self, stream):
        line = stream.readline()
        while line == b"\r\n":
            line = stream.readline()
        if not line:
            raise EOFError
        assert line == b"--camnode\r\n", line
        headers = self._fields(stream)
        jpeg = exact(stream, int(headers["content-length"]))
        assert jpeg[:2] == b"\xff\xd8" and jpeg[-2:] == b"\xff\xd9"
        self.parts.append(Part(headers, jpeg))

    @staticmethod
    def _fields(stream):
        result = {}
        while True:
            line = stream.readline().decode("latin-1")
            if not line:
                raise EOFError
            if line == "\r\n":
                return result
            name, _, value = line.partition(":")
            result[name.lower()] = value.strip()

    def wait(self, count, timeout=PATIENCE):
        """Waits for so many parts."""
        deadline = time.monotonic() + timeout
        while len(self.parts) < count:
            assert not self.error, self.error
            assert time.monotonic() < deadline and self.is_alive(), \
                f"{len(self.parts)} parts, not {count}"
            time.sleep(0.02)
        return self.parts[:count]

    def close(self):
        """Ends the connection and checks what came."""
        try:
            # Not that of TLS, after which bytes would come as they are.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        except OSError:
            pass
        self.join(10)
        self._socket.close()
        assert not self.error, self.error
        return self.parts


class Listener:
    """A TCP server: `serve(socket)` runs on a thread per connection."""

    def __init__(self, address, port, serve):
        self._serve = serve
        self._closed = threading.Event()
        self._sockets = set()
        self._listening = socket.socket()
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listening.bind((address, port))
        self._listening.listen(64)
        self.connections = 0
        self.where = self._listening.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def open(self):
        return not self._closed.is_set()

    def _accept(self):
        while self.open:
            try:
                peer, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.add(peer)
            threading.Thread(target=self._run, args=(peer,),
                             daemon=True).start()

    def _run(self, peer):
        try:
            self._serve(peer)
        except OSError:
            pass # The other side has left.
        finally:
            self._sockets.discard(peer)
            peer.close()

    def reset_all(self):
        """Breaks all connections the hard way."""
        for peer in list(self._sockets):
            try:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                struct.pack("ii", 1, 0))
                peer.shutdown(socket.SHUT_RD)
            except OSError:
                pass

    def close(self):
        self._closed.set()
        self._listening.close()
        self.reset_all()


class Network(Listener):
    """A way to a server that can break: point `stream.advertise` at it."""

    def __init__(self, address, server):
        super().__init__(address, server[1], self._forward)
        self._server = server
        self._flows = threading.Event()
        self._flows.set()
        self._refuses = False

    def fall_silent(self):
        """From now on no byte comes through; connections stay."""
        self._flows.clear()

    def break_down(self):
        """Resets all connections, and every new one."""
        self._refuses = True
        self.reset_all()

    def heal(self):
        self._refuses = False
        self._flows.set()

    def _forward(self, peer):
        if self._refuses:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
            return
        with socket.create_connection(self._server, 10) as server:
            back = threading.Thread(target=self._pump,
                                    args=(server, peer, False), daemon=True)
            back.start()
            self._pump(peer, server, True)
            back.join()

    def _passing(self, is_there):
        """A piece is on its way to the server, or back."""

    def _pump(self, source, target, is_there):
        try:
            while self.open and not self._refuses:
                data = source.recv(65536)
                while not self._flows.wait(0.1):
                    if not self.open:
                        return
                if not data:
                    break
                self._passing(is_there)
                target.sendall(data)
        except OSError:
            pass
        finally:
            for end in (source, target):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


class SlowNetwork(Network):
    """A way to a server where every piece takes its time, in order: as long as
    its two directions say, at random and the same in each run."""

    def __init__(self, address, server, there_s, back_s, seed):
        """
        :param there_s: What a piece takes on its way to the server at most.
        """
        super().__init__(address, server)
        self._most = {True: there_s, False: back_s}
        self._random = random.Random(seed)

    def _passing(self, is_there):
        most = self._most[is_there]
        if most > 0:
            time.sleep(self._random.uniform(0, most))


class LegacyServer:
    """The system that camnode replaces: answers getIP, and sends each frame
    behind its length from the moment that somebody connects."""

    def __init__(self, broker_port, address, picture, fps=20,
                 port=LEGACY_PORT):
        """
        :param picture: A JPEG, or a list of them to send in turn.
        """
        self.address = address
        self.sent = [] # One list per connection: (number, boottime_ns).
        self._ended = 0 # Connections that were broken off.
        self._pictures = picture if isinstance(picture, list) else [picture]
        self._period = 1 / fps
        self._listener = Listener(address, port, self._serve)
        self._client = mqtt_client("legacy")
        subscribed = threading.Event()
        self._client.on_connect = \
            lambda client, *_: client.subscribe("command/getIP")
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_message = lambda client, _, message: \
            client.publish(message.payload.decode(), self.address)
        self._client.connect("127.0.0.1", broker_port)
        self._client.loop_start()
        assert subscribed.wait(PATIENCE)

    def _serve(self, peer):
        sent = []
        self.sent.append(sent)
        mine = len(self.sent)
        run = boottime_ns()
        start = time.monotonic()
        while self._listener.open and self._ended < mine:
            number = len(sent)
            if number % 7 == 3:
                peer.sendall(bytes(4)) # Allowed, and means nothing.
            picture = self._pictures[number % len(self._pictures)]
            jpeg = stamped(picture, run, number)
            peer.sendall(struct.pack(">I", len(jpeg)) + jpeg)
            sent.append((number, boottime_ns()))
            due = start + len(sent) * self._period
            time.sleep(max(0, due - time.monotonic()))

    def break_off(self):
        """Ends the connections that there are."""
        self._ended = len(self.sent)

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()
        self._listener.close()


def read_legacy(address, count):
    """What the legacy client does: connects, says nothing, reads frames.
    Returns them with the seconds until the first byte."""
    frames = []
    begin = time.monotonic()
    with socket.create_connection((address, LEGACY_PORT), 10) as peer, \
            peer.makefile("rb") as stream:
        stream.peek(1)
        waited = time.monotonic() - begin
        while len(frames) < count:
            size, = struct.unpack(">I", exact(stream, 4))
            if size > 0:
                frames.append(exact(stream, size))
    return frames, waited
