"""Strangers who speak CAF's protocol at the inspection ports: what camctl does
not say never reaches CAF, and whatever they say, the node lives."""

import random
import socket
import ssl
import struct

import pytest

from harness import PATIENCE, camctl, free_port, random_address
from test_inspect import exchange, question_of_camctl
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
