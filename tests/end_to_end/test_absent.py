"""A camera that should be there and is not: whoever looks is told, while it is
so and afterwards."""

import json
import signal
import socket
import threading

import pytest

from crashes import durable, verify
from metrics import scrape
from processes import free_port, random_address
from recordings import Recording
from streams import get


class Stranger:
    """Something at an address that takes connections, and says `words`."""

    def __init__(self, room, words):
        self._socket = socket.create_server((random_address(), 0))
        self.where = self._socket.getsockname()
        self._words = words
        self._taken = []
        room.helpers.append(self)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        try:
            while True:
                taken, _ = self._socket.accept()
                self._taken.append(taken)
                taken.sendall(self._words)
        except OSError:
            pass

    def close(self):
        for x in (self._socket, *self._taken):
            x.close()


def closed_port(_room):
    address = random_address()
    return address, free_port(address)


def silent(room):
    return Stranger(room, b"").where


def legacy_garbage(room):
    return Stranger(room, (5).to_bytes(4, "big") + b"hello").where


def unreadable(room):
    """Whole parts, whose bodies are no pictures."""
    part = b"--camnode\r\nContent-Type: image/jpeg\r\nContent-Length: 9\r\n\r\n" \
        + b"not a one\r\n"
    return Stranger(room, b"HTTP/1.1 200 OK\r\nContent-Type: multipart/"
                    b"x-mixed-replace; boundary=camnode\r\n\r\n"
                    + 20 * part).where


def announce(room, camera, where):
    room.ear.publish(f"camera/announce/{camera}", json.dumps({
        "id": camera, "ip": where[0], "port": where[1], "state": "online",
        "epoch": 7}), retain=True)


def losses(data, camera, *options):
    """What `camctl verify` says is missing of a camera; it must be something,
    and no damage."""
    status, said = verify(data, *options)
    assert status == 1, said
    return said["sessions"][-1]["cameras"][camera]["losses"]


def absences(room, session, camera):
    books = Recording(room.data, session).manifest["cameras"][camera]
    assert books["captured"] == books["recorded"] + books["lost"]
    return books["absences"]


@pytest.mark.parametrize("place", [closed_port, silent, legacy_garbage,
                                   unreadable])
def test_a_camera_that_gave_no_frame_is_a_named_loss(room, place):
    room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    announce(room, "cam-b", place(room))
    room.wait_connected("cam-a")
    room.wait_light(lambda x: "cam-b" in x["cameras"])
    session = room.start_recording()
    room.wait_light(
        lambda x: x["cameras"]["cam-b"]["state"] == "stalled"
        and x["cameras"]["cam-b"].get("seconds_without_frames", 0) > 1
        and x["cameras"]["cam-b"]["last_error"]
        and durable(x, "cam-a") > 10)
    status, _, body = get(client.status_where(), "/healthz")
    assert status == 503 and b"cam-b" in body
    room.stop_recording()

    away, = absences(room, session, "cam-b")
    recording = Recording(room.data, session)
    assert away["from_ms"] == recording.start_ms
    assert away["to_ms"] == recording.stop_ms
    assert away["absent_ms"] == recording.stop_ms - recording.start_ms
    assert away["why"]
    assert not recording.manifest["cameras"]["cam-a"]["absences"]
    line, = losses(room.data, "cam-b")
    assert line.startswith("no frame from ") and away["why"] in line


def test_a_camera_announced_within_the_session_is_a_loss_until_it_comes(room):
    room.server("cam-a", room.stamped("cam-a"))
    room.client()
    room.wait_connected("cam-a")
    session = room.start_recording()
    room.wait_light(lambda x: x["seconds"] >= 2 and durable(x, "cam-a") > 10)
    announce(room, "never", closed_port(room))
    room.server("late", room.stamped("late"))
    room.wait_light(lambda x: durable(x, "late") > 10
                    and x["cameras"].get("never", {}).get("state")
                    == "stalled")
    room.stop_recording()
    recording = Recording(room.data, session)
    late, = absences(room, session, "late")
    assert late["from_ms"] == recording.start_ms
    assert 1000 <= late["absent_ms"] == late["to_ms"] - late["from_ms"]
    assert late["to_ms"] <= recording.films("late")[0].stat().st_mtime * 1000
    never, = absences(room, session, "never")
    assert never["to_ms"] == recording.stop_ms
    assert losses(room.data, "never") and losses(room.data, "late")


def test_an_absence_outlives_the_client(room):
    room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    announce(room, "cam-b", closed_port(room))
    room.wait_connected("cam-a")
    room.wait_light(lambda x: "cam-b" in x["cameras"])
    session = room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 10
                    and "seconds_without_frames" in x["cameras"]["cam-b"])
    client.kill()
    # The announcement is gone meanwhile: only the manifest knows the camera.
    room.ear.publish("camera/announce/cam-b", b"", retain=True)
    client = room.client("--record.resume=false")
    client.wait_log("is closed as interrupted")
    client.end()
    manifest = Recording(room.data, session).manifest
    assert manifest["state"] == "interrupted"
    away, = absences(room, session, "cam-b")
    assert away["from_ms"] == manifest["start_ms"]
    assert away["to_ms"] == manifest["stop_ms"]
    assert losses(room.data, "cam-b")


def test_an_absence_outlives_a_client_that_goes_on(room):
    room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    announce(room, "cam-b", closed_port(room))
    room.wait_connected("cam-a")
    room.wait_light(lambda x: "cam-b" in x["cameras"])
    session = room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 10)
    client.kill()
    room.client()
    light = room.wait_light(lambda x: x["state"] == "recording"
                            and durable(x, "cam-a") > 50
                            and "seconds_without_frames"
                            in x["cameras"]["cam-b"])
    assert light["session"] == session
    room.stop_recording()
    away, = absences(room, session, "cam-b")
    assert away["from_ms"] == session
    assert losses(room.data, "cam-b")


def test_a_session_that_recorded_nothing_says_so(room):
    client = room.client()
    room.wait_light(lambda x: x["state"] == "idle")
    session = room.start_recording()
    light = room.wait_light(lambda x: x["session"] == session)
    assert "no camera is known" in light["alarms"]["session"]
    status, _, body = get(client.status_where(), "/healthz")
    assert status == 503 and b"no camera is known" in body
    room.stop_recording()
    status, said = verify(room.data)
    assert status == 1 and said["verdict"] == "losses, all named"
    line, = said["sessions"][0]["losses"]
    assert line.startswith("nothing was recorded: no camera was known")


def test_a_start_without_an_expected_camera_is_refused(room):
    room.server("cam-a", room.stamped("cam-a"))
    client = room.client("--record.expect=cam-a,cam-b")
    room.wait_connected("cam-a")
    light = room.wait_light(lambda x: "cam-b" in x["missing"])
    assert list(light["missing"]) == ["cam-b"]
    status, _, body = get(client.status_where(), "/healthz")
    assert status == 503 and b"cam-b: is to be there" in body
    assert scrape(client.status_where())["camnode_expected_cameras_missing"] \
        == 1
    done = client.camctl("record", "start")
    assert done.returncode == 1
    assert "cam-b is not there" in done.stderr
    assert '"without_missing":true' in done.stderr
    assert room.ear.heard("camera/recording/client")[-1].json["state"] == "idle"

    done = client.camctl("record", "start", "--without-missing")
    assert done.returncode == 0 and "cam-b is missing" in done.stderr
    assert done.stdout.startswith("recording 1 camera, ")
    session = room.wait_light(lambda x: x["state"] == "recording"
                              and durable(x, "cam-a") > 10)["session"]
    room.stop_recording()
    away, = absences(room, session, "cam-b")
    assert "nobody has announced it" in away["why"]
    assert losses(room.data, "cam-b")

    room.server("cam-b", room.stamped("cam-b"))
    room.wait_light(lambda x: x["cameras"]["cam-b"]["connected"]
                    and not x["missing"])
    session = room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 10
                    and durable(x, "cam-b") > 10)
    room.stop_recording()
    status, said = verify(room.data, "--session", str(session))
    assert status == 0, said


def test_a_start_names_the_cameras_of_the_last_session_that_are_away(room):
    servers = {x: room.server(x, room.stamped(x)) for x in ("cam-a", "cam-b")}
    client = room.client()
    room.wait_connected("cam-a", "cam-b")
    room.start_recording()
    room.wait_light(lambda x: all(durable(x, y) > 10 for y in servers))
    room.stop_recording()
    client.end()
    servers["cam-b"].end()
    client = room.client()
    room.wait_connected("cam-a")
    done = client.camctl("record", "start")
    assert done.returncode == 0, done.stderr
    assert "not there as in the last session: cam-b" in done.stderr
    light = room.wait_light(lambda x: x["state"] == "recording")
    assert light["not_as_last_time"] == ["cam-b"]
    room.stop_recording()


def test_a_server_that_ended_stays_listed_until_it_is_told_off(room):
    server = room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    room.wait_connected("cam-a")
    server.end()
    room.wait_light(lambda x: x["cameras"]["cam-a"]["state"] == "gone")
    client.wait_log("server cam-a said goodbye")
    status, _, body = get(client.status_where(), "/healthz")
    assert status == 200, body
    assert "gone" in client.camctl("servers").stdout
    # It has no part in a session that begins without it.
    session = room.start_recording()
    room.stop_recording()
    assert "cam-a" not in Recording(room.data, session).manifest["cameras"]
    room.ear.publish("camera/announce/cam-a", b"", retain=True)
    room.wait_light(lambda x: not x["cameras"])
    room.server("cam-a", room.stamped("cam-a"))
    room.wait_connected("cam-a")


def test_a_server_that_was_killed_is_trouble(room):
    server = room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    room.wait_connected("cam-a")
    server.kill()
    room.wait_light(lambda x: not x["cameras"]["cam-a"]["connected"])
    room.ear.wait("camera/announce/cam-a",
                  lambda x: x.json["state"] == "offline")
    client.wait_log("server cam-a is not announced any more")
    status, _, body = get(client.status_where(), "/healthz")
    assert status == 503 and b"cam-a: not connected" in body


def test_a_camera_that_comes_back_leaves_a_trace(room):
    server = room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    room.wait_connected("cam-a")
    session = room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 10)
    server.end(signal.SIGKILL)
    room.wait_light(lambda x: x["cameras"]["cam-a"].get(
        "seconds_without_frames", 0) >= 1.5)
    before = room.ear.heard("camera/recording/client")[-1].json
    room.server("cam-a", room.stamped("cam-a"))
    light = room.wait_light(
        lambda x: x["cameras"]["cam-a"]["state"] == "recording"
        and durable(x, "cam-a") > durable(before, "cam-a") + 10)
    camera = light["cameras"]["cam-a"]
    assert camera["server_restarts"] == 1
    assert camera["unknown_breaks"] == 1
    assert camera["seconds_without_frames"] >= 1.5
    assert camera["last_error"] == ""
    figures = scrape(client.status_where())
    label = '{camera="cam-a"}'
    assert figures[f"camnode_recording_server_restarts_total{label}"] == 1
    assert figures[f"camnode_recording_unknown_breaks_total{label}"] == 1
    assert figures[f"camnode_recording_absent_seconds{label}"] >= 1.5
    said = client.camctl("record", "status").stdout
    assert ", 1 restart, " in said and "s without a frame" in said
    room.stop_recording()
    away, = absences(room, session, "cam-a")
    assert away["absent_ms"] >= 1500
    assert any(x.startswith("no frame from ")
               for x in losses(room.data, "cam-a"))
