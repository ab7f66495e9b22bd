"""Recording: every frame and every reading is on disk, once, in its place."""

import csv
import json
import re
import threading
import time

import pytest

from recordings import Recording, check_against
from streams import Reader, stamp_of

# A message that is published takes this long at most to be with the client,
# on a machine that does ten other things.
DELIVERY_MS = 10_000

# A text with all that CSV has to quote.
NASTY = 'a, "b"\nand c\r\n;\td, ümlaut'


class Sensor(threading.Thread):
    """Publishes numbered readings, and keeps them."""

    def __init__(self, ear, topic, reading, period):
        super().__init__(daemon=True)
        self.sent = [] # UTC ms right before it was published, and the reading.
        self._ear = ear
        self._topic = topic
        self._reading = reading
        self._period = period
        self._done = threading.Event()
        self.start()

    def run(self):
        while not self._done.wait(self._period):
            reading = self._reading(len(self.sent))
            self.sent.append((time.time_ns() // 1_000_000, reading))
            self._ear.publish(self._topic, json.dumps(reading))

    def close(self):
        self._done.set()
        self.join()


def weather(n):
    return {"n": n, "air": {"t": 20 + n / 10, "ok": n % 2 == 0}}


def notes(n):
    """A new key comes every 20 readings, and some values are hard to write."""
    result = {"n": n, "note": NASTY if n % 3 == 0 else ""}
    result.update({f"key {k}, of \"{k}\"": k for k in range(n // 20)})
    return result


def flat(reading, prefix=""):
    """A reading as its row has it: nested keys joined, JSON's words."""
    result = {}
    for key, value in reading.items():
        if isinstance(value, dict):
            result.update(flat(value, f"{prefix}{key}."))
        else:
            result[prefix + key] = value if isinstance(value, str) \
                else json.dumps(value)
    return result


def check_sensor(recording, topic, sent, arrived):
    """Every reading of the session is one row, of its time, in its file.
    :param arrived: How many of those sent were with the client in the session.
    """
    rows = []
    for path in recording.sensor_files(topic):
        start_ms, end_ms = map(int, path.stem.split("-"))
        with path.open(newline="", encoding="utf-8") as file:
            table = list(csv.reader(file, strict=True))
        header, body = table[0], table[1:]
        assert header[0] == "timestamp" and body
        assert all(len(row) == len(header) for row in body), path
        assert all(start_ms <= int(row[0]) < end_ms for row in body), path
        rows += [dict(zip(header, row)) for row in body]
    numbers = [int(row["n"]) for row in rows]
    assert numbers == list(range(numbers[0], numbers[0] + len(rows)))
    assert sorted(int(x["timestamp"]) for x in rows) \
        == [int(x["timestamp"]) for x in rows]
    for row in rows:
        sent_ms, reading = sent[int(row["n"])]
        assert sent_ms - 1 <= int(row["timestamp"]) <= sent_ms + DELIVERY_MS
        values = {k: v for k, v in row.items() if k != "timestamp" and v}
        assert values == {k: v for k, v in flat(reading).items() if v}
    for n, (sent_ms, _) in enumerate(sent[:arrived]):
        if recording.start_ms < sent_ms:
            assert n in numbers
    return len(rows)


def check_ends(recording):
    """Whatever has data throughout begins and ends with the session."""
    cuts = recording.cuts()
    assert len(cuts) >= 3
    # The stop may come so soon after a cut that not all have data there.
    begin, end = (int(x) for x in cuts[-1].split("-"))
    allowed = [cuts] if end - begin > 1000 else [cuts, cuts[:-1]]
    for camera in ("cam-a", "cam-b"):
        assert [x.stem for x in recording.films(camera)] in allowed
    for topic in ("sensor/roof/weather", "sensor/notes"):
        assert [x.stem for x in recording.sensor_files(topic)] in allowed


def test_everything_of_a_session_is_on_disk_once_and_in_its_place(room):
    servers = {x: room.server(x, room.stamped(x)) for x in ("cam-a", "cam-b")}
    room.client()
    readers = {x: Reader(y.where()) for x, y in servers.items()}
    sensors = {
        topic: Sensor(room.ear, topic, reading, period)
        for topic, reading, period in (("sensor/roof/weather", weather, 0.03),
                                       ("sensor/notes", notes, 0.05))
    }
    room.helpers += readers.values()
    room.helpers += sensors.values()
    room.wait_connected(*servers)

    session = room.start_recording()
    room.wait_files("cam-a", "*.mp4")
    late = room.server("cam-c", room.stamped("cam-c"))
    readers["cam-c"] = Reader(late.where())
    room.helpers.append(readers["cam-c"])
    room.ear.wait("camera/announce/cam-c")
    room.wait_files("cam-c", "*.mp4.part")
    for camera in servers:
        room.wait_files(camera, "*.mp4", 2)
    parts = len(readers["cam-c"].parts)
    readers["cam-c"].wait(parts + 30) # Well into the third segment.
    arrived = {x: len(y.sent) - 1 for x, y in sensors.items()}
    # Behind all of them on their way to the client.
    room.ear.publish("sensor/last", "1")
    room.wait_light(lambda x: x["sensors"]["topics"] == len(sensors) + 1)
    room.stop_recording()
    for reader in readers.values():
        reader.wait(len(reader.parts) + 1) # From after the stop.
    for x in (*sensors.values(), *readers.values()):
        x.close()

    recording = Recording(room.data, session)
    recording.check_names()
    check_ends(recording)
    for camera, reader in readers.items():
        frames = recording.check_camera(camera)
        check_against(recording, frames, reader.parts)
        assert recording.manifest["cameras"][camera]["lost"] == 0
        check_journal(room, recording, camera, frames, reader)
    for topic, sensor in sensors.items():
        rows = check_sensor(recording, topic, sensor.sent, arrived[topic])
        told = recording.manifest["sensors"][topic]
        assert told["received"] == told["written"] == rows
        assert told["files"] == recording.cuts()


def check_journal(room, recording, camera, frames, reader):
    """What the camera program wrote in the session is there: all that it wrote
    before the last frame on disk, from the first one on."""
    stamps = [x.stamp for x in frames]
    written = room.journal(camera)
    first = written.index(stamps[0])
    assert written[first:first + len(stamps)] == stamps
    if first > 0: # Written before the session, or it would be there.
        assert recording.capture_ns(written[first - 1][2]) \
            <= recording.start_ms * 1_000_000
    # What it wrote next was captured after the stop.
    captured = {stamp_of(x.jpeg): x.capture_mono_ns for x in reader.parts}
    error_ns = frames[-1].offset_error_ns + 1000
    assert recording.capture_ns(captured[written[first + len(stamps)]]) \
        > recording.stop_ms * 1_000_000 - error_ns


def test_a_session_with_a_duration_stops_by_itself(room):
    room.server("cam-a", room.stamped("cam-a"))
    room.client()
    room.wait_connected("cam-a")
    session = room.start_recording(json.dumps(
        {"action": "start", "label": "trial-07", "duration_s": 1.5}))
    light = room.wait_light(lambda x: x["state"] != "recording")
    assert light["state"] in ("stopping", "idle")
    room.wait_light(lambda x: x["state"] == "idle")

    recording = Recording(room.data, session)
    assert recording.manifest_path.name == f"{session}-trial-07.json"
    assert recording.manifest["label"] == "trial-07"
    # No sooner, and a moment later where the machine is busy.
    assert 1500 <= recording.stop_ms - recording.start_ms < 10_000
    recording.check_names()
    recording.check_camera("cam-a")


def test_sessions_follow_each_other_without_mixing(room):
    server = room.server("cam-a", room.stamped("cam-a"))
    room.client(segment=1)
    room.wait_connected("cam-a")
    reader = Reader(server.where())
    room.helpers.append(reader)
    sessions = []
    for _ in range(3):
        sessions.append(room.start_recording())
        room.wait_light(lambda x: x["cameras"]["cam-a"]["frames_durable"] > 5)
        room.stop_recording()
    reader.close()
    numbers = []
    for session in sessions:
        recording = Recording(room.data, session)
        recording.check_names()
        frames = recording.check_camera("cam-a")
        check_against(recording, frames, reader.parts)
        numbers += [x.sequence for x in frames]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("word", [" Recording_START\n", "TRUE"])
def test_words_of_the_legacy_system_start_and_stop(room, word):
    room.server("cam-a", room.stamped("cam-a"))
    room.client()
    room.wait_connected("cam-a")
    session = room.start_recording(word)
    room.ear.publish("command/rec", "recording_stop" if "_" in word
                     else "False")
    room.wait_light(lambda x: x["state"] == "idle")
    recording = Recording(room.data, session)
    assert recording.manifest["state"] == "finished"
    assert re.match(r"\d+\.json$", recording.manifest_path.name)
