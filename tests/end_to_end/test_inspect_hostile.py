"""Strangers who speak CAF's protocol at the inspection ports: what camctl does
not say never reaches CAF, and whatever they say, the node lives."""

import random
import select
import socket
import ssl
import struct
import threading
import time

import pytest

from looks import actor
from processes import (PATIENCE, camctl, free_port, peak_memory_mib,
                       random_address)
from streams import get
from test_inspect_tls import certs, files # certs is a fixture.

__all__ = ["certs"]

HEADER = ">BBBBIQQQ"

# A server's handshake that announces no payload: CAF reads it all the same.
DEADLY = struct.pack(HEADER, 0, 0, 0, 0, 0, 3, 0, 0)


def header(operation, payload=0, data=0, source=0, destination=0, flags=0):
    return struct.pack(HEADER, operation, 0, 0, flags, payload, data, source,
                       destination)


def lives(server):
    done = server.camctl("ps", "--timeout", "20")
    assert done.returncode == 0, done.stderr
    return server.runs


def test_a_handshake_without_a_payload_ends_the_connection_not_the_node(room):
    server = room.server("cam-a", "--camera.source=none")
    where = server.inspected()
    hello, _ = question_of_camctl(server)
    for data in (DEADLY, hello + DEADLY, *(header(x) for x in range(8)),
                 *(hello + header(x) for x in range(8)),
                 *(hello + header(x, destination=1) for x in range(8)),
                 hello + header(5, source=1)):
        exchange(where, data)
        assert server.runs
    server.wait_log(r"warning inspector: closed a connection from 127\.\S+, "
                    r"which is not camctl's: a frame of type 0 with 0 bytes")
    assert lives(server)


def test_a_looker_cannot_end_a_node(room, certs):
    host = random_address()
    port = free_port(host)
    server = room.server("cam-a", "--camera.source=none",
                         f"--introspect.host={host}",
                         f"--introspect.port={port}",
                         f"--introspect.cert-file={certs}/cam-a.pem",
                         f"--introspect.key-file={certs}/cam-a.key",
                         f"--introspect.ca-file={certs}/looker-ca.pem")
    server.wait_log(r"answers camctl on \S+, with TLS, to look only")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.load_cert_chain(certs / "looker.pem", certs / "looker.key")
    for _ in range(3):
        with socket.create_connection((host, port), PATIENCE) as peer, \
                context.wrap_socket(peer) as tls:
            tls.settimeout(PATIENCE)
            tls.sendall(DEADLY)
            try:
                while tls.recv(4096):
                    pass
            except ConnectionError:
                pass
            except ssl.SSLError as error:
                assert "EOF" in str(error)
    server.wait_log("which is not camctl's")
    done = camctl("ps", "--timeout", "20", "--node", f"{host}:{port}",
                  *files(certs, "looker", "looker-ca"))
    assert done.returncode == 0, done.stderr


def mutations(chance, hello, question):
    """Frames that are nearly right: fields and payloads are changed, cut,
    doubled."""
    frames = [hello, question, header(6), header(4, 8, 0, 0, 1) + bytes(8),
              header(5, 8, 0, 1, 0) + bytes(8)]
    while True:
        talk = [hello] + [chance.choice(frames)
                          for _ in range(chance.randint(1, 4))]
        which = chance.randrange(len(talk))
        changed = bytearray(talk[which])
        payload_only = chance.random() < 0.7 and len(changed) > 32
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(32 if payload_only else 0, len(changed))
            changed[at] = chance.choice((0, 1, 0x7f, 0x80, 0xff,
                                         chance.randrange(256)))
        if chance.random() < 0.2:
            changed[32:] = changed[32:chance.randrange(32, len(changed) + 1)]
            changed[4:8] = struct.pack(">I", len(changed) - 32)
        talk[which] = bytes(changed)
        yield b"".join(talk)


@pytest.mark.parametrize("seed", [12, 32])
def test_frames_that_are_nearly_right_do_no_harm(room, seed):
    server = room.server("cam-a", "--camera.source=none")
    host, port = server.inspected().rsplit(":", 1)
    hello, question = question_of_camctl(server)
    chance = random.Random(seed)
    for n, data in enumerate(mutations(chance, hello, question)):
        if n == 300:
            break
        with socket.create_connection((host, int(port)), PATIENCE) as peer:
            try:
                peer.sendall(data)
                peer.shutdown(socket.SHUT_WR)
                peer.settimeout(PATIENCE)
                while peer.recv(4096):
                    pass
            except OSError:
                pass
        assert server.runs, f"seed {seed}, input {n}: {data.hex()}"
    assert lives(server)


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
