"""A long session on disk as a client would have left it, without its films:
what `camctl align` reads."""

import json
import math

START_MS = 1_800_000_000_000
SEGMENT_MS = 60_000
FPS = 30
CAMERAS = 4
SENSORS = {"room/climate": ("temperature", "humidity", "pressure"),
           "rig/wheel": ("angle", "speed", "torque")}
READINGS_HZ = 10


def write_index(path, camera, first, last):
    """Frames `first` to `last` (excluded); cameras run out of phase."""
    with path.open("w") as file:
        file.write("frame,sequence,capture_ns,receive_ns,offset_ns,"
                   "offset_error_ns,exposure_us,bytes,flags,xxh3,epoch\n")
        for i in range(first, last):
            at = START_MS * 1_000_000 + (i * 1_000_000_000 + 500_000_000) \
                // FPS + camera * 3_000_000 + i * 7919 % 400_000
            file.write(f"{i - first},{i + 1},{at},{at + 40_000_000},"
                       f"-123456789,{150_000 + i % 997},8000,245000,0,"
                       f"00112233445566{i % 256:02x},7\n")


def write_readings(path, keys, start_ms, end_ms):
    with path.open("w") as file:
        file.write("timestamp," + ",".join(keys) + "\n")
        for at in range(start_ms, end_ms, 1000 // READINGS_HZ):
            values = (f"{20 + math.sin(at / 1e5 + k):.6f}"
                      for k in range(len(keys)))
            file.write(f"{at}," + ",".join(values) + "\n")


def make_long_session(folder, rows):
    """Cameras with so many frames each, 30 a second, and six sensor keys.
    :returns: The session's name.
    """
    per_segment = FPS * SEGMENT_MS // 1000
    segments = -(-rows // per_segment)
    stop_ms = START_MS + segments * SEGMENT_MS
    stems = [f"{x}-{x + SEGMENT_MS}"
             for x in range(START_MS, stop_ms, SEGMENT_MS)]
    books = {"format": "camnode session 1", "state": "finished",
             "start_ms": START_MS, "stop_ms": stop_ms,
             "segment_ms": SEGMENT_MS, "label": "bench",
             "session_clock": {"anchor_utc_ms": START_MS,
                               "anchor_monotonic_ns": 5},
             "cameras": {}, "sensors": {}}
    for camera in range(CAMERAS):
        name = f"cam-{camera}"
        place = folder / "cam" / name
        place.mkdir(parents=True)
        told = []
        for i, stem in enumerate(stems):
            first, last = i * per_segment, min(rows, (i + 1) * per_segment)
            write_index(place / f"{stem}.csv", camera, first, last)
            start, end = map(int, stem.split("-"))
            told.append({"file": stem, "segment": i, "start_ms": start,
                         "end_ms": end, "frames": last - first, "bytes": 1,
                         "epoch": 7, "first_sequence": first + 1,
                         "last_sequence": last})
        books["cameras"][name] = {
            "captured": rows, "recorded": rows, "durable": rows, "lost": 0,
            "lost_by_place": {}, "segments": told, "losses": [],
            "server_restarts": []}
    for topic, keys in SENSORS.items():
        place = folder / "sensors" / topic
        place.mkdir(parents=True)
        for stem in stems:
            write_readings(place / f"{stem}.csv", keys,
                           *map(int, stem.split("-")))
        books["sensors"][topic] = {"received": 0, "written": 0, "rejected": {},
                                   "files": stems}
    (folder / "sessions").mkdir()
    (folder / "sessions" / f"{START_MS}-bench.json").write_text(
        json.dumps(books))
    return "bench"
