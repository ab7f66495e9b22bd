"""Markers and what a session is to be remembered with: whichever way they come,
they are on the disk, and nothing of them goes unnamed."""

import csv
import http.client
import io
import json
import socket

from crashes import verify
from processes import camctl
from reading import camnode
from recordings import Recording

METADATA = {"subject": "mouse 7", "experimenter": "Ada", "cage": "12"}


def post(client, body):
    """Sets a marker over the API. Returns status and answer."""
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(client.inspected())
    connection.request("POST", "/api/v1/mark", json.dumps(body))
    answer = connection.getresponse()
    result = answer.status, json.loads(answer.read())
    connection.close()
    return result


def announce_reading(room):
    """Publishes what each client hears once it hears markers, too."""
    room.ear.publish("sensor/hello", "x", retain=True)


def wait_hears(room, session=True):
    """Waits until a client hears markers.
    :param session: Whether it records.
    """
    return room.wait_light(lambda x: "sensors" in x and x["sensors"][
        "received" if session else "outside_sessions"] == 1)


def mark(room, client, number):
    """Sets a marker in each of the three ways. Returns text and source."""
    told = client.camctl("mark", f"camctl {number}", "--key", f"n={number}")
    assert told.returncode == 0, told.stderr
    assert "marked at " in told.stdout
    room.ear.publish("command/mark", f"mqtt {number}")
    status, answer = post(client, {"text": f"api, {number}", "n": number})
    assert status == 200, answer
    return [(f"camctl {number}", "camctl"), (f"mqtt {number}", "mqtt"),
            (f"api, {number}", "api")]


def wait_durable(room, n):
    return room.wait_light(lambda x: x.get("markers", {}).get("durable") == n)


def check_files(recording, expected):
    """Each marker is in the file of its time, in the order of arrivals."""
    found = []
    files = recording.ours((recording.data / "markers").glob("*.csv"))
    assert len(files) >= 2
    for path in files:
        begin_ms, end_ms = map(int, path.stem.split("-"))
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                assert begin_ms <= int(row["time_ns"]) // 1_000_000 < end_ms
                found.append((int(row["time_ns"]), row["text"], row["source"]))
    assert sorted(x[1:] for x in found) == sorted(expected)
    assert found == sorted(found, key=lambda x: x[0])
    told = recording.manifest["markers"]
    assert told["files"] == [x.stem for x in files]
    assert told["received"] == told["written"] == told["durable"] \
        == len(expected) and not told["rejected"]
    return found


def check_readers(data, found):
    """camctl align and the Python reader have all of them."""
    table = camctl("align", data, "--session", "t7", "--out", "-")
    assert table.returncode == 0, table.stderr
    cells = [x["marker"] for x in csv.DictReader(io.StringIO(table.stdout))]
    assert " | ".join(x for x in cells if x).split(" | ") \
        == [x for _, x, _ in found]
    session = camnode.open(data)
    assert session.check() == []
    assert session.manifest.metadata == METADATA
    markers = session.markers
    assert list(markers.columns) == ["time_ns", "text", "source", "n"]
    assert list(markers["time_ns"]) == [x for x, _, _ in found]
    assert list(markers["text"]) == [x for _, x, _ in found]
    assert list(markers.index.asi8) == [x for x, _, _ in found]


def test_markers_of_three_ways_survive_a_killed_client(room):
    announce_reading(room)
    room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    room.wait_connected("cam-a")
    wait_hears(room, session=False)
    session = room.start_recording(json.dumps(
        {"action": "start", "label": "t7", "metadata": METADATA}))
    expected = mark(room, client, 0)
    room.wait_files("cam-a", "*.mp4")
    expected += mark(room, client, 1)
    wait_durable(room, 6)
    assert "\ncamnode_markers_durable_total 6\n" \
        in client.camctl("metrics").stdout
    client.kill()
    second = room.client()
    second.wait_log(f"session {session} goes on")
    wait_hears(room)
    expected += mark(room, second, 2)
    wait_durable(room, 9)
    room.wait_files("cam-a", "*.mp4", 3)
    room.stop_recording()
    recording = Recording(room.data, session)
    assert recording.manifest["metadata"] == METADATA
    found = check_files(recording, expected)
    # What was published while there was no client, nobody knows.
    status, said = verify(room.data)
    assert status == 1 and said["sessions"][0]["damage"] == []
    assert said["sessions"][0]["markers"]["readings"] == 9
    assert said["sessions"][0]["markers"]["damage"] == []
    check_readers(room.data, found)
    listed = json.loads(camctl("sessions", room.data, "--json").stdout)
    assert listed["sessions"][0]["metadata"] == METADATA
    assert listed["sessions"][0]["markers"] == 9


def test_markers_that_are_none_are_refused_in_words(room):
    announce_reading(room)
    client = room.client()
    told = client.camctl("mark", "early")
    assert told.returncode == 1 and "nothing is being recorded" in told.stderr
    assert post(client, {"text": "early"}) \
        == (409, {"error": "nothing is being recorded"})
    wait_hears(room, session=False)
    room.ear.publish("command/mark", "early")
    light = room.wait_light(lambda x: x["markers"]["outside_sessions"] == 1)
    assert light["markers"]["last_error"] == "nothing is being recorded"
    client.wait_log("refused a marker: nothing is being recorded")
    session = room.start_recording()
    room.ear.publish("command/mark", b'{"note": "none"}')
    room.ear.publish("command/mark", b"x" * 5000)
    room.ear.publish("command/mark", "good")
    status, answer = post(client, {"text": ""})
    assert status == 400 and "needs a text" in answer["error"]
    told = client.camctl("mark", "x" * 5000)
    assert told.returncode == 1 and "4 KiB at most" in told.stderr
    wait_durable(room, 1)
    room.stop_recording()
    books = Recording(room.data, session).manifest["markers"]
    assert books["received"] == 3 and books["written"] == 1
    assert sorted(books["rejected"].values()) == [1, 1]
    status, said = verify(room.data)
    assert status == 1 and said["verdict"] == "losses, all named"
    assert len(said["sessions"][0]["markers"]["losses"]) == 2


def test_metadata_are_kept_or_the_start_is_refused(room):
    client = room.client()
    room.wait_light(lambda x: x["state"] == "idle")
    room.ear.publish("command/rec", json.dumps(
        {"action": "start", "metadata": {"a": {"b": 1}}}))
    light = room.wait_light(lambda x: x["commands_refused"] == 1)
    assert 'metadata "a" must be a text' in light["last_error"]
    assert light["state"] == "idle"
    done = client.camctl("record", "start", "--metadata", "cage")
    assert done.returncode == 2 and "want KEY=VALUE" in done.stderr
    done = client.camctl("record", "start", "--notes", "x" * (16 << 10))
    assert done.returncode == 1 and "larger than 16 KiB" in done.stderr
    done = client.camctl("record", "start", "--subject", "mouse 7",
                         "--experimenter", "Ada", "--metadata", "cage=12")
    assert done.returncode == 0, done.stderr
    light = room.wait_light(lambda x: x["state"] == "recording")
    assert client.camctl("mark", "door").returncode == 0
    wait_durable(room, 1)
    room.stop_recording()
    recording = Recording(room.data, light["session"])
    assert recording.manifest["metadata"] == METADATA
    status, said = verify(room.data)
    assert (status, said["verdict"]) == (0, "all there")
