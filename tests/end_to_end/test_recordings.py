"""What a client has recorded, as it gives it to those who ask its API."""

import bisect
import csv
import http.client
import json
import socket
import threading
import time

from faulty_disk import FaultyDisk
from processes import camctl, wait_until
from recordings import Recording
from streams import get, stamp_of


class SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Door:
    """The API of a client."""

    def __init__(self, client):
        self._path = client.inspected()

    def ask(self, target, method="GET", **headers):
        """Status, headers and body of an answer."""
        connection = SocketConnection(self._path)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for key, value in headers.items():
                connection.putheader(key.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def json(self, target):
        status, _, body = self.ask(target)
        assert status == 200, body
        return json.loads(body)

    def file(self, path):
        status, _, body = self.ask(f"/api/v1/files/{path}")
        assert status == 200, body
        return body


def start(room, **process):
    for name in ("cam-a", "cam-b"):
        room.server(name, room.stamped(name))
    client = room.client(**process)
    room.wait_connected("cam-a", "cam-b")
    return client, Door(client), room.start_recording()


def check_list(room, door, recording):
    listed, = door.json("/api/v1/sessions")["sessions"]
    told = json.loads(camctl("sessions", room.data, "--json").stdout)
    told, = told["sessions"]
    for key in ("session", "start", "label", "state", "over", "verdict",
                "manifest", "sensors"):
        assert listed[key] == told[key], key
    for name, books in told["cameras"].items():
        assert books.items() <= listed["cameras"][name].items()
    assert listed["stop_ns"] == recording.stop_ms * 1_000_000
    session = door.json(f"/api/v1/sessions/{recording.start_ms}")
    assert session == {"listed": listed, "manifest": recording.manifest}


def check_instants(door, recording, camera, frames):
    """Of any instant, the nearest frame is found, and where it is."""
    times = [x.capture_ns for x in frames]
    span = times[-1] - times[0]
    for part in range(-1, 12):
        ns = times[0] + span * part // 10
        after = bisect.bisect_left(times, ns)
        n = min((x for x in (after - 1, after) if 0 <= x < len(times)),
                key=lambda x: abs(times[x] - ns))
        found = door.json(f"/api/v1/sessions/{recording.start_ms}/at?ns={ns}")
        found = found["cameras"][camera]
        assert found["n"] == n
        assert found["capture_ns"] == times[n]
        assert found["dt_ns"] == times[n] - ns
        assert found["sequence"] == frames[n].sequence
        index = (recording.data / found["file"]).with_suffix(".csv")
        with index.open(newline="") as file:
            row = list(csv.DictReader(file))[found["frame"]]
        assert int(row["capture_ns"]) == times[n]
        assert str(found["error_ns"] or "") == row["offset_error_ns"]
        status, _, jpeg = door.ask(found["picture"])
        assert status == 200 and jpeg == frames[n].jpeg


def check_frames(door, session, camera, frames):
    for n, frame in enumerate(frames):
        status, headers, jpeg = door.ask(
            f"/api/v1/sessions/{session}/cameras/{camera}/frames/{n}.jpg")
        assert status == 200 and jpeg == frame.jpeg, n
        assert headers["Content-Type"] == "image/jpeg"
        assert int(headers["X-Camnode-Sequence"]) == frame.sequence
        assert int(headers["X-Camnode-Capture-Ns"]) == frame.capture_ns
    status, _, body = door.ask(f"/api/v1/sessions/{session}/cameras/{camera}"
                               f"/frames/{len(frames)}.jpg")
    assert status == 404 and str(len(frames)) in json.loads(body)["error"]


def check_files(door, data):
    for path in data.glob("cam/*/*"):
        name = f"/api/v1/files/{path.relative_to(data)}"
        whole = path.read_bytes()
        status, headers, body = door.ask(name)
        assert (status, body) == (200, whole)
        tag = headers["ETag"]
        status, headers, body = door.ask(name, Range="bytes=100-199",
                                         If_Range=tag)
        assert (status, body) == (206, whole[100:200])
        assert headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
        status, headers, body = door.ask(name, "HEAD")
        assert (status, body) == (200, b"")
        assert int(headers["Content-Length"]) == len(whole)


def test_a_recording_is_given_as_it_is_on_disk(room):
    client, door, session = start(room)
    room.wait_files("cam-a", "*-*.mp4", 2)
    room.stop_recording()
    recording = Recording(room.data, session)
    check_list(room, door, recording)
    _, _, at_port = get(client.status_where(), "/api/v1/sessions")
    assert json.loads(at_port) == door.json("/api/v1/sessions")
    for camera in ("cam-a", "cam-b"):
        frames = recording.check_camera(camera)
        check_instants(door, recording, camera, frames)
        check_frames(door, session, camera, frames)
    check_files(door, room.data)


def test_a_film_that_is_gone_is_damage_over_the_api_and_to_camctl(room):
    _, door, _ = start(room)
    room.wait_files("cam-a", "*-*.mp4", 2)
    room.stop_recording()
    film = next(room.data.glob("cam/cam-a/*.mp4"))
    film.unlink()
    film.with_suffix(".csv").unlink()
    told, = json.loads(camctl("sessions", room.data, "--json").stdout)["sessions"]
    listed, = door.json("/api/v1/sessions")["sessions"]
    assert listed["verdict"] == told["verdict"] == "damage"
    assert len(listed["faults"]) == 2
    missing = f"{film.name}: is missing, with "
    assert listed["faults"][0].startswith(f"cam/cam-a/{missing}")
    assert missing in camctl("verify", room.data).stdout


def test_no_spelling_leads_out_of_the_folder(room):
    _, door, session = start(room)
    room.stop_recording()
    secret = room.data.parent / "secret.json"
    secret.write_text("not for you")
    (room.data / "sessions/1.json").symlink_to(secret)
    (room.data / "cam/other").symlink_to(room.data.parent)
    manifest = f"sessions/{session}.json"
    assert door.file(manifest)
    for path in ("../secret.json", "%2e%2e/secret.json", "..%2fsecret.json",
                 "%2e%2e%2fsecret.json", "cam/../../secret.json",
                 "cam/%2e%2e/%2e%2e/secret.json", "/etc/passwd",
                 "%2fetc%2fpasswd", "//etc/passwd", "sessions/1.json",
                 "cam/other/secret.json", "..%252fsecret.json",
                 "sessions/..%2f..%2fsecret.json", "..\\secret.json",
                 "..%5csecret.json", "%00/../secret.json",
                 f"{manifest}%00.json", f"./{manifest}", f"{manifest}/",
                 f"cam/..%2f{manifest}", "%c0%ae%c0%ae/secret.json",
                 ".camnode.lock", ".camnode.reserve", "", ".", ".."):
        status, _, body = door.ask(f"/api/v1/files/{path}")
        assert status in (400, 404), path
        assert json.loads(body)["error"], path


def test_of_a_running_session_there_is_what_is_durable(room):
    _, door, session = start(room)
    room.wait_files("cam-a", "*-*.mp4", 1)
    listed, = door.json("/api/v1/sessions")["sessions"]
    assert listed["verdict"] == "recording" and listed["stop_ns"] is None

    def newest():
        """A frame of the film that is open now."""
        found = door.json(f"/api/v1/sessions/{session}/at"
                          f"?ns={time.time_ns()}")["cameras"]["cam-a"]
        return found if (found["file"] or "").endswith(".part") else None

    found = wait_until("a frame of an open film is durable", newest)
    _, headers, jpeg = door.ask(found["picture"])
    assert stamp_of(jpeg)
    assert int(headers["X-Camnode-Sequence"]) == found["sequence"]

    def part():
        """An open film as it is given, and as it is on disk a bit later."""
        for path in room.data.glob("cam/cam-a/*.mp4.part"):
            name = path.relative_to(room.data)
            status, headers, film = door.ask(f"/api/v1/files/{name}")
            assert "ETag" not in headers
            if status == 200 and path.exists():
                return film, path.read_bytes()
        return None

    film, there = wait_until("an open film is there", part)
    assert there.startswith(film)
    room.stop_recording()
    frames = Recording(room.data, session).check_camera("cam-a")
    assert frames[found["n"]].jpeg == jpeg
    assert frames[found["n"]].capture_ns == found["capture_ns"]


def test_cameras_are_told_as_they_are(room):
    client, door, _ = start(room)
    for x in door.json("/api/v1/cameras")["cameras"]:
        assert x["connected"] and x["protocol"] == "http"
        assert x["width"] == 320 and x["height"] == 240
        assert x["newest_age_ns"] >= 0
    status, _, body = Door(room.nodes[0]).ask("/api/v1/cameras")
    assert status == 404 and "server" in json.loads(body)["error"]
    assert client.runs


def test_a_stuck_disk_holds_up_nobody_but_its_askers(room):
    disk = FaultyDisk(room)
    client, door, session = start(room, environment=disk.environment())
    frame = f"/api/v1/sessions/{session}/cameras/cam-b/frames/0.jpg"
    wait_until("the manifest names cam-b's film",
               lambda: door.ask(frame)[0] == 200)
    disk.block("read", "cam/cam-b")
    answers = []

    def ask():
        status, _, body = door.ask(frame)
        assert status in (200, 503), body
        answers.append(status)

    askers = [threading.Thread(target=ask) for _ in range(30)]
    for x in askers:
        x.start()
    # Two are at the disk, and no more than 16 wait for them.
    wait_until("the others are told to come again", lambda: len(answers) >= 12)
    # While not one of them has an answer:
    where = client.status_where()
    assert get(where, "/healthz")[0] == 200
    assert b"camnode" in get(where, "/metrics")[2]
    assert get(where, "/status")[0] == 200
    assert door.json("/api/v1/status")["state"] == "recording"
    assert door.json("/api/v1/node")["role"] == "client"
    assert set(answers) == {503} and len(answers) < 30
    disk.heal()
    for x in askers:
        x.join()
    ask()
    assert answers[-1] == 200
    room.stop_recording()
    Recording(room.data, session).check_camera("cam-b")
