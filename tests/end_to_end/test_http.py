"""The stream port, as browsers, curl, players and scripts meet it."""

import json
import socket
import subprocess
import time

import pytest

from processes import random_address, wait_until
from streams import (LEGACY_PORT, Reader, boottime_ns, get, read_legacy,
                     stamp_of)


def curl(where, path, *options):
    """Exit status and output of curl."""
    done = subprocess.run(
        ["curl", "-sS", "-g", "--max-time", "20", *options,
         f"http://{where[0]}:{where[1]}{path}"],
        capture_output=True, check=False)
    return done.returncode, done.stdout


def status_of(where, path, *options):
    _, out = curl(where, path, "-o", "/dev/null", "-w", "%{http_code}",
                  *options)
    return int(out)


@pytest.fixture
def where(quiet_room):
    """Of a server with frames; nothing on this page needs a broker."""
    server = quiet_room.server("cam-a", quiet_room.stamped("cam-a"))
    where = server.where()
    wait_until("there is a frame",
               lambda: get(where, "/snapshot.jpg")[0] == 200)
    return where


def test_pages_are_what_curl_expects(where, tmp_path):
    _, page = curl(where, "/")
    assert b"<html" in page.lower() and b"stream.mjpg" in page
    picture = tmp_path / "snapshot.jpg"
    curl(where, "/snapshot.jpg", "-o", str(picture))
    assert stamp_of(picture.read_bytes())
    before = boottime_ns()
    _, text = curl(where, "/clock")
    clock = json.loads(text)
    assert clock["id"] == "cam-a"
    assert before <= clock["receive_mono_ns"] <= clock["send_mono_ns"] \
        <= boottime_ns()
    assert abs(clock["utc_ns"] - time.time_ns()) < 10_000_000_000
    assert curl(where, "/healthz") == (0, b"ok\n")
    for path, kind in (("/", "text/html"), ("/snapshot.jpg", "image/jpeg"),
                       ("/clock", "application/json"),
                       ("/metrics", "text/plain"), ("/healthz", "text/plain")):
        assert get(where, path)[1]["Content-Type"].startswith(kind)


def test_a_connection_serves_several_requests(where):
    _, out = curl(where, "/healthz", "-w", "%{num_connects} ",
                  f"http://{where[0]}:{where[1]}/clock",
                  f"http://{where[0]}:{where[1]}/healthz")
    assert [x for x in out.decode().split() if x in ("0", "1")] \
        == ["1", "0", "0"]
    # Two at once, the second one in pieces.
    with socket.create_connection(where, 10) as peer:
        peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
                     b"HEAD /clo")
        time.sleep(0.2)
        peer.sendall(b"ck HTTP/1.1\r\nHost: localhost\r\n"
                     b"Connection: close\r\n\r\n")
        answers = b""
        while data := peer.recv(4096):
            answers += data
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert answers.endswith(b"\r\n\r\n") # No body for HEAD.


def test_head_has_the_headers_of_get(where):
    for path in ("/", "/healthz"):
        _, headers, body = get(where, path)
        status, same, nothing = get(where, path, "HEAD")
        assert (status, nothing) == (200, b"")
        assert same["Content-Length"] == headers["Content-Length"] \
            == str(len(body))
    status, headers, _ = get(where, "/stream.mjpg", "HEAD")
    assert status == 200
    assert headers["Content-Type"].startswith("multipart/x-mixed-replace")


def test_wrong_requests_are_told_what_is_wrong(where):
    assert status_of(where, "/favicon.ico") == 404
    assert status_of(where, "/../../etc/passwd", "--path-as-is") == 404
    assert status_of(where, "/stream.mjpg", "-X", "POST", "-d", "x") == 403
    assert get(where, "/", "DELETE")[1]["Allow"] == "GET, HEAD, POST"
    for query in ("mode=fast", "after=1:1", "mode=lossless&after=x",
                  "mode=lossless&after=1:2:3", "mode=lossless&after=-1:1",
                  "mode=lossless&after=1:99999999999999999999", "mode=%zz"):
        status, _, text = get(where, f"/stream.mjpg?{query}")
        assert status == 400 and text.count(b"\n") == 1, query
    assert status_of(where, "/" + "x" * 2000) == 400
    assert status_of(where, "/", "-H", "X: " + "x" * 9000) in (400, 431)
    for text in (b"GET / HTTP/9.9\r\n\r\n", b"hello\r\n\r\n",
                 b"GET  /  HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n"):
        with socket.create_connection(where, 10) as peer:
            peer.sendall(text)
            assert peer.recv(4096).startswith(b"HTTP/1.1 400 "), text
    assert status_of(where, "/healthz") == 200


def test_ffmpeg_reads_the_stream_as_players_do(where):
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i",
         f"http://{where[0]}:{where[1]}/stream.mjpg", "-frames:v", "40",
         "-f", "framemd5", "-"], capture_output=True, text=True, timeout=60,
        check=True)
    frames = [x for x in done.stdout.splitlines() if not x.startswith("#")]
    assert len(frames) == 40
    assert not done.stderr


def test_the_stream_says_what_protocol_md_says(where):
    reader = Reader(where)
    parts = reader.wait(10)
    reader.close()
    assert reader.head["x-camnode-id"] == "cam-a"
    assert reader.head["content-type"] \
        == "multipart/x-mixed-replace; boundary=camnode"
    assert {x.epoch for x in parts} \
        == {int(reader.head["x-camnode-epoch"])} != {0}
    for part in parts:
        # A program tells no times: a frame's is that of its first byte here.
        late_ns = part.capture_mono_ns - stamp_of(part.jpeg)[2]
        assert 0 <= late_ns < 10_000_000_000
        assert part.headers["content-type"] == "image/jpeg"
        utc_ns = int(part.headers["x-camnode-capture-utc-ns"])
        assert abs(utc_ns - time.time_ns()) < 60_000_000_000


def test_a_lossless_reader_that_comes_back_misses_nothing(where):
    whole = Reader(where)
    numbers = []
    after = "0:0"
    for _ in range(5):
        reader = Reader(where, f"/stream.mjpg?mode=lossless&after={after}")
        parts = reader.wait(8)
        reader.close()
        assert all(x.lost is None for x in reader.parts)
        numbers += [x.number for x in parts]
        after = "{}:{}".format(*numbers[-1])
    expected = whole.wait(len(numbers))
    whole.close()
    assert numbers == [x.number for x in expected]
    assert [x.sequence for x in expected] == list(range(1, len(expected) + 1))


def test_a_reader_is_told_what_the_ring_has_let_go_of(quiet_room):
    server = quiet_room.server("cam-a", quiet_room.stamped("cam-a", fps=50),
                               "--stream.replay=0.5")
    where = server.where()
    whole = Reader(where)
    first = whole.wait(5)[0]
    whole.wait(60) # More than a second behind it.
    late = Reader(where, "/stream.mjpg?mode=lossless&after="
                         f"{first.epoch}:{first.sequence}")
    part = late.wait(1)[0]
    assert part.lost == (first.sequence + 1, part.sequence - 1)
    assert part.headers["x-camnode-lost-at"] == "server ring"
    rest = late.wait(20)[1:]
    assert all(x.lost is None for x in rest)
    # Of another run nobody knows how much there was.
    other = Reader(where, f"/stream.mjpg?mode=lossless&after={first.epoch + 1}"
                          ":7").wait(1)[0]
    assert other.lost == (1, other.sequence - 1)
    whole.close()


def test_a_slow_live_reader_skips_and_a_lossless_one_does_not(quiet_room):
    """Neither reads while 20 MB go by: more than sockets hold."""
    where = quiet_room.server(
        "cam-a", quiet_room.stamped("cam-a", fps=50, padding=3)).where()
    whole = Reader(where)
    whole.wait(1)
    peers = {}
    for mode in ("live", "lossless"):
        peer = socket.create_connection(where, 10)
        peer.sendall(f"GET /stream.mjpg?mode={mode} HTTP/1.0\r\n"
                     "Host: localhost\r\n\r\n".encode())
        peers[mode] = peer
    whole.wait(len(whole.parts) + 100)
    newest = whole.parts[-1].sequence
    numbers = {x: sequences_of(y, newest) for x, y in peers.items()}
    whole.close()
    steps = [b - a for a, b in zip(numbers["live"], numbers["live"][1:])]
    assert min(steps) >= 1 and max(steps) > 20
    assert numbers["lossless"] == list(range(numbers["lossless"][0],
                                             numbers["lossless"][-1] + 1))


def sequences_of(peer, end):
    """Reads a stream until frame `end`, and closes it."""
    result = [0]
    with peer, peer.makefile("rb") as stream:
        while result[-1] < end:
            name, _, value = stream.readline().partition(b":")
            if name == b"Content-Length":
                size = int(value)
            elif name == b"X-Camnode-Sequence":
                result.append(int(value))
            elif name == b"\r\n" and result[-1] > 0:
                stream.read(size + 2)
    return result[1:]


def test_one_camera_feeds_both_protocols_at_once(room):
    host = random_address()
    room.server("cam-a", "--camera.source=command",
                "--camera.command=exec ffmpeg -v error -re -f lavfi -i "
                "testsrc2=size=320x240:rate=25 -f mjpeg -",
                host=host, port=LEGACY_PORT).where()
    reader = Reader((host, LEGACY_PORT))
    reader.wait(1)
    frames, _ = read_legacy(host, 30)
    jpegs = [x.jpeg for x in reader.wait(len(reader.parts) + 2)]
    reader.close()
    # A legacy reader is live: a slow one misses some, and none comes twice.
    numbers = [jpegs.index(x) for x in frames]
    assert numbers == sorted(set(numbers))
    width = room.ear.wait("camera/announce/cam-a",
                          lambda x: x.json["width"] > 0).json["width"]
    assert width == 320
