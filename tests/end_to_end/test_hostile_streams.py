"""Servers that lie or talk nonsense: the client gives them up, says why, and
records the good ones."""

import json
import random
import time

from good_camera import GoodCamera, announcement, says
from processes import random_address, wait_until
from streams import Listener, stamped

MULTIPART = (b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; "
             b"boundary=x\r\n\r\n--x\r\n")


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
        "wrong-delimiter": (says(MULTIPART + part(b"no jpeg", length=3)),
                            "--x"),
        "long-length": (says(MULTIPART + part(jpeg, length=16 << 20)),
                        "no byte for"),
        "legacy-huge": (says(b"\xff\xff\xff\xff" + noise), ""),
        "silence": (says(), "no byte for"),
        "goodbye": (lambda peer: None, ""),
        "bad-sequence": (says(MULTIPART + part(jpeg, X_Camnode_Sequence="x")),
                         "X-Camnode-Sequence"),
    }


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
    # Two connections each time: one asks for the clock.
    wait_until("all were tried again", lambda: all(
        x.connections > 3 for x in listeners.values()))
    light = room.wait_light(lambda x: all(
        x["cameras"][y]["last_error"] for y in streams))
    for camera, (_, reason) in streams.items():
        assert reason in light["cameras"][camera]["last_error"]
    good.finish()
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
    """Clocks and frames. Numbers are the largest that a stream may have: others
    end it."""
    biggest, smallest = 2 ** 63 - 1, -2 ** 63
    now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    honest = {"receive_mono_ns": now, "send_mono_ns": now}

    def frames(mono, numbers=range(1, 20)):
        return [{"X_Camnode_Epoch": 7, "X_Camnode_Sequence": n,
                 "X_Camnode_Capture_Mono_Ns": mono(n)} for n in numbers]
    lost = frames(lambda n: now + n)
    lost[3]["X_Camnode_Lost"] = f"1-{2 ** 53 - 1}"
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
        "far-number": (honest, frames(lambda n: now,
                                      [1, 2, 2 ** 53 - 2, 2 ** 53 - 1])),
        "all-lost": (honest, lost),
    }


def test_cameras_that_lie_about_times_and_numbers(room):
    good = GoodCamera(room)
    liars = lies()
    for camera, (clock, frames) in liars.items():
        announce(room, camera,
                 LyingCamera(room.picture, clock, frames).serve)

    def connected():
        lights = room.ear.heard("camera/recording/client")
        return {camera for light in lights for camera, told
                in light.json["cameras"].items() if told["connected"]}
    wait_until("all were listened to", lambda: connected() >= set(liars))
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
            jpeg = stamped(room.picture, 1, n)
            if n % 20 == 0:
                jpeg = b"\xff\xd8\xff\xd9"
            peer.sendall(part(jpeg, X_Camnode_Epoch=7, X_Camnode_Sequence=n,
                              X_Camnode_Capture_Mono_Ns=now + n * 40_000_000))
            time.sleep(0.04)
        while peer.recv(4096):
            pass
    announce(room, "odd", serve)
    room.wait_light(lambda x: x["cameras"].get("odd", {}).get(
        "frames_durable", 0) >= 57)
    recording = good.finish()
    frames = recording.check_camera("odd")
    assert [x.sequence for x in frames] == [n for n in range(1, 60) if n % 20]
    losses = recording.manifest["cameras"]["odd"]["losses"]
    assert [x["first_sequence"] for x in losses] == [20, 40]
