"""A day of one camera on disk, as a client would have left it, in films of a
minute with tiny pictures."""

import json
import subprocess

START_MS = 1_800_000_000_000
SEGMENT_MS = 60_000
FPS = 30
FRAMES = 24 * 3600 * FPS


def make_day(bench, folder, frames):
    """:param bench: The program camnode-bench."""
    place = folder / "cam" / "cam-a"
    place.mkdir(parents=True)
    done = subprocess.run(
        [bench, "films", place, "--start-ms", str(START_MS), "--frames",
         str(frames), "--fps", str(FPS)], check=True, capture_output=True)
    jpeg_bytes = int(done.stdout)
    per_segment = FPS * SEGMENT_MS // 1000
    told = []
    for first in range(0, frames, per_segment):
        start = START_MS + first // per_segment * SEGMENT_MS
        last = min(frames, first + per_segment)
        told.append({"file": f"{start}-{start + SEGMENT_MS}", "closed": True,
                     "segment": first // per_segment, "start_ms": start,
                     "end_ms": start + SEGMENT_MS, "frames": last - first,
                     "bytes": (last - first) * jpeg_bytes, "epoch": 1,
                     "first_sequence": first + 1, "last_sequence": last})
    books = {"format": "camnode session 1", "state": "finished",
             "start_ms": START_MS, "stop_ms": told[-1]["end_ms"],
             "segment_ms": SEGMENT_MS, "label": "day",
             "session_clock": {"anchor_utc_ms": START_MS,
                               "anchor_monotonic_ns": 5},
             "cameras": {"cam-a": {
                 "time": "sensor", "captured": frames, "recorded": frames,
                 "durable": frames, "lost": 0, "lost_by_place": {},
                 "bytes": frames * jpeg_bytes, "segments": told, "losses": [],
                 "server_restarts": []}},
             "sensors": {}}
    (folder / "sessions").mkdir()
    (folder / "sessions" / f"{START_MS}-day.json").write_text(
        json.dumps(books))
