"""Strangers at the ways into a node: whatever they say, nothing changes that
they have no right to change, the node lives, and camctl is answered."""

import itertools
import json
import os
import random
import socket

import pytest

from processes import PATIENCE, peak_memory_mib
from streams import get

TOKEN = "0123456789abcdef"
BEARER = f"Authorization: Bearer {TOKEN}"
POSTS = ("/api/v1/actors/discovery/kill", "/api/v1/record",
         "/api/v1/log-level")


def request(method, path, *headers, body=b"", host="127.0.0.1"):
    head = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close",
            *headers]
    if body or method == "POST":
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def connect(where):
    """:param where: HOST:PORT, or the path of a socket."""
    if where.startswith("/"):
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(PATIENCE)
        peer.connect(where)
        return peer
    host, port = where.rsplit(":", 1)
    return socket.create_connection((host, int(port)), PATIENCE)


def exchange(where, data, ends=False):
    """What is answered until the other side closes.

    :param ends: Whether to say that there is no more to come.
    """
    with connect(where) as peer:
        answer = b""
        try:
            peer.sendall(data)
            if ends:
                peer.shutdown(socket.SHUT_WR)
            while piece := peer.recv(65536):
                answer += piece
        except ConnectionError:
            pass
        return answer


def status_of(answer):
    return int(answer.split(b" ", 2)[1])


def untouched(server):
    """Looks at a node, none of whose actors has been ended."""
    look = server.look()
    assert all(x["restarts"] == 0 for x in look["actors"])
    assert "log from" not in server.log()
    return look


@pytest.fixture
def server(room):
    token = room.folder / "token"
    token.write_text(TOKEN)
    return room.server("cam-a", "--camera.source=none",
                       f"--stream.token-file={token}")


def stream_of(server):
    return "{}:{}".format(*server.where())


def test_who_may_operate_is_obeyed(server):
    """So that the refusals below are not for another reason."""
    for where, *token in ((server.inspected(),), (stream_of(server), BEARER)):
        answer = exchange(where, request("POST", POSTS[2], *token,
                                         body=b"error"))
        assert status_of(answer) == 200
        assert b'{"told":"logging from error on"' in answer


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "",
                                  "127.0.0.1.evil.example", "[x]"])
def test_a_page_behind_another_name_reaches_nothing(server, host):
    where = stream_of(server)
    for path in POSTS:
        answer = exchange(where, request("POST", path, BEARER, body=b"error",
                                         host=host))
        assert status_of(answer) in (400, 421), answer
        assert "error" in json.loads(answer.split(b"\r\n\r\n", 1)[1])
    for path in ("/api/v1/node", "/metrics", "/", "/clock", "/stream.mjpg",
                 "/nothing"):
        answer = exchange(where, request("GET", path, BEARER, host=host))
        assert status_of(answer) in (400, 421) and b"cam-a" not in answer
    untouched(server)


def test_a_page_of_somebody_else_operates_nothing(server):
    where = stream_of(server)
    for path in POSTS:
        for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
            answer = exchange(where, request(
                "POST", path, BEARER, f"Origin: {origin}", body=b"error"))
            assert status_of(answer) == 403, answer
    untouched(server)


@pytest.mark.parametrize("data, status", [
    (b"\0" * 32, 400),
    (b"\xff" * 64, 400),
    (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 421),
    (b"GET /api/v1/node HTTP/3.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    (request("GET", "/"), 200),
    (request("GET", "/api/v1/../../etc/passwd"), 404),
    (request("GET", "/api/v1/%2e%2e/%2e%2e/etc/passwd"), 404),
    (request("GET", "/api/v1/node%00"), 400),
    (request("GET", "/" + "x" * 2000), 400),
    (request("GET", "/" + "x" * 9000), 431),
    (request("GET", "/api/v1/node", "X: " + "x" * 9000), 431),
    (request("GET", "/api/v1/node", body=b"x"), 400),
    (request("GET", POSTS[0]), 405),
    (request("PUT", POSTS[0]), 405),
    (request("TRACE", "/api/v1/node"), 405),
    (request("POST", "/api/v1/node"), 401),
    (request("POST", POSTS[1], body=b"x" * 70000), 413),
    (b"POST /api/v1/record HTTP/1.1\r\nHost: 127.0.0.1\r\n"
     b"Content-Length: 99999999999999999999\r\n\r\n", 400),
    (b"POST /api/v1/record HTTP/1.1\r\nHost: 127.0.0.1\r\n"
     b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400),
    (b"POST /api/v1/record HTTP/1.1\r\nHost: 127.0.0.1\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n11170\r\n" + b"x" * 70000, 413),
], ids=itertools.count())
def test_a_bad_request_is_answered_in_words(server, data, status):
    for where in (stream_of(server), server.inspected()):
        answer = exchange(where, data)
        if where.startswith("/"):
            expected = {401: 405, 421: 404, 200: 404}.get(status, status)
            assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["error"]
        else:
            expected = status
        assert status_of(answer) == expected, answer
    untouched(server)


def test_whoever_stops_in_the_middle_is_closed(server):
    whole = request("POST", POSTS[1], body=b"start")
    for where in (stream_of(server), server.inspected()):
        for n in range(0, len(whole), 7):
            answer = exchange(where, whole[:n], ends=True)
            assert answer == b"" or status_of(answer) == 400, answer
    untouched(server)


def test_who_asks_and_never_reads_is_closed(room):
    """AddressSanitizer keeps what was freed: here, little of it."""
    kept = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8"
    server = room.server("cam-a", "--camera.source=none",
                         environment={"ASAN_OPTIONS": kept})
    where = stream_of(server)
    untouched(server)
    before = peak_memory_mib(server.pid)
    question = request("GET", "/api/v1/node").replace(
        b"Connection: close\r\n", b"")
    with connect(where) as peer, pytest.raises(OSError):
        while True: # Ends by a timeout of the socket at the latest.
            peer.sendall(question)
    assert peak_memory_mib(server.pid) < before + 50
    untouched(server)


@pytest.mark.parametrize("way", [stream_of, lambda x: x.inspected()])
def test_a_crowd_does_not_keep_others_out(server, way):
    where = way(server)
    crowd = [connect(where) for _ in range(256)]
    for x in crowd[-64:]: # Older ones may have been closed for these.
        x.sendall(b"GET /api/v1/no")
    untouched(server)
    for _ in range(2000):
        connect(where).close()
    untouched(server)
    for x in crowd:
        x.close()


@pytest.mark.parametrize("seed", [12, 32])
def test_requests_that_are_nearly_right_do_no_harm(server, seed):
    chance = random.Random(seed)
    ways = (stream_of(server), server.inspected())
    good = (request("GET", "/api/v1/node"), request("GET", "/api/v1/metrics"),
            request("POST", "/api/v1/record", body=b"start"))
    for n in range(300):
        data = bytearray(chance.choice(good))
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.choice(
                (0, 10, 13, 32, 58, 0x7f, 0xff, chance.randrange(256)))
        if chance.random() < 0.2:
            data = bytearray(chance.randbytes(chance.randint(1, 400)))
        exchange(chance.choice(ways), bytes(data), ends=True)
        assert server.runs, f"seed {seed}, input {n}: {data.hex()}"
    untouched(server)


def test_a_server_without_a_token_is_operated_at_its_socket_alone(room):
    server = room.server("cam-a", room.stamped("cam-a"))
    for path in POSTS:
        answer = exchange(stream_of(server), request("POST", path, BEARER))
        assert status_of(answer) == 403 and b"has no token" in answer
    assert get(server.where(), "/clock")[0] == 200
    untouched(server)
