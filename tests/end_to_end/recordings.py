"""What a client left on disk, read as anybody would: MP4 by ffmpeg, CSV and
JSON by Python. `check_camera` and `check_names` hold for every recording."""

import csv
import fractions
import json
import re
import subprocess
import time

import streams

INDEX = ["frame", "sequence", "capture_ns", "receive_ns", "offset_ns",
         "offset_error_ns", "exposure_us", "bytes", "flags", "xxh3", "epoch"]

RECEIVE_TIME_ONLY = 1
MOVED_FORWARD = 2
ARRIVAL_TIME = 8

# What a clock may drift against another one, as nodes take it. Only for times of
# arrival, of which the files have no bound: only looks at the clock, every 10 s.
MAX_DRIFT_PPM = 300

# By what readings of two clocks of one machine can differ.
READING_NS = 2_000


class Frame:
    """One frame on disk: its row in the index, and its JPEG in the film."""

    def __init__(self, row, jpeg):
        self.sequence = int(row["sequence"])
        self.capture_ns = int(row["capture_ns"])
        self.receive_ns = int(row["receive_ns"])
        self.offset_ns = int(row["offset_ns"])
        self.flags = int(row["flags"])
        # Arrivals have none: `check_camera` puts the clock's own there.
        assert bool(row["offset_error_ns"]) \
            == (self.flags & (RECEIVE_TIME_ONLY | ARRIVAL_TIME) == 0)
        self.offset_error_ns = int(row["offset_error_ns"] or 0)
        self.jpeg = jpeg

    @property
    def stamp(self):
        return streams.stamp_of(self.jpeg)


class Piece:
    """One film of a camera with its index."""

    def __init__(self, path):
        self.path = path
        self.start_ms, self.end_ms = map(int, path.stem.split("-"))
        self.packets = probe(path)
        with path.with_suffix(".csv").open(newline="") as file:
            self.rows = list(csv.DictReader(file))
        self.frames = self._frames()

    def _frames(self):
        """Cuts what ffmpeg takes out of the film by the sizes of the index."""
        film = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", str(self.path), "-map", "0:v",
             "-c", "copy", "-f", "image2pipe", "-"],
            capture_output=True, check=True).stdout
        result = []
        for row in self.rows:
            size = int(row["bytes"])
            result.append(Frame(row, film[:size]))
            film = film[size:]
        assert not film, f"{self.path}: more pictures than rows"
        return result

    def check(self):
        assert list(self.rows[0]) == INDEX
        assert len(self.packets) == len(self.rows), self.path
        for i, (row, (pts_us, size)) in enumerate(zip(self.rows,
                                                      self.packets)):
            where = f"{self.path}, row {i}"
            assert int(row["frame"]) == i, where
            assert int(row["bytes"]) == size, where
            in_file_ns = int(row["capture_ns"]) - self.start_ms * 1_000_000
            assert abs(pts_us * 1000 - in_file_ns) <= 1000, where
            assert (self.start_ms * 1_000_000 <= int(row["capture_ns"])
                    < self.end_ms * 1_000_000), where
        for frame in self.frames:
            assert frame.jpeg[:2] == b"\xff\xd8", self.path
            assert frame.jpeg[-2:] == b"\xff\xd9", self.path


def probe(path):
    """Time in us and size in bytes of each packet, as ffprobe has them."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-show_packets",
         "-show_entries", "packet=pts,size:stream=time_base,codec_name",
         "-of", "json", str(path)], capture_output=True, text=True, check=True)
    assert not done.stderr, f"{path}: {done.stderr}"
    found = json.loads(done.stdout)
    assert found["streams"][0]["codec_name"] == "mjpeg", path
    base = fractions.Fraction(found["streams"][0]["time_base"])
    return [(int(int(x["pts"]) * base * 1_000_000), int(x["size"]))
            for x in found.get("packets", [])]


class Recording:
    """One session on disk."""

    def __init__(self, data, session_ms):
        self.data = data
        self.manifest_path, = (data / "sessions").glob(f"{session_ms}*.json")
        self.manifest = json.loads(self.manifest_path.read_text())
        self.start_ms = self.manifest["start_ms"]
        self.stop_ms = self.manifest["stop_ms"]
        self.segment_ms = self.manifest["segment_ms"]

    def cuts(self):
        """The names that the session's segments have."""
        return [f"{x}-{min(x + self.segment_ms, self.stop_ms)}"
                for x in range(self.start_ms, self.stop_ms, self.segment_ms)]

    def ours(self, paths):
        """Those paths whose names say that they are of this session."""
        result = []
        for path in paths:
            start_ms = int(re.match(r"\d+", path.name)[0])
            if self.start_ms <= start_ms < self.stop_ms:
                result.append(path)
        return sorted(result, key=lambda x: int(re.match(r"\d+", x.name)[0]))

    def films(self, camera):
        return self.ours((self.data / "cam" / camera).glob("*.mp4"))

    def sensor_files(self, folder):
        return self.ours((self.data / "sensors" / folder).glob("*.csv"))

    def session_ns(self, mono_ns):
        """An instant of CLOCK_MONOTONIC on the session clock."""
        clock = self.manifest["session_clock"]
        return (clock["anchor_utc_ms"] * 1_000_000 + mono_ns
                - clock["anchor_monotonic_ns"])

    def capture_ns(self, boottime_ns):
        """The place on the session clock of what a server on this very machine
        captured, which needs no estimate of its clock."""
        return self.session_ns(boottime_ns + monotonic_minus_boottime())

    def server_ns(self, frame):
        """The time on its server's clock that a frame was placed by."""
        return frame.capture_ns - self.session_ns(frame.offset_ns)

    def check_names(self):
        """The session is complete, and all have been cut at the same times."""
        assert self.manifest["state"] == "finished"
        assert not list(self.data.rglob("*.part"))
        assert not list(self.data.rglob("*.wider"))
        cuts = self.cuts()
        for path in self.ours(self.data.glob("cam/*/*")) \
                + self.ours(self.data.glob("sensors/**/*.csv")):
            assert path.stem in cuts, path

    def check_camera(self, camera):
        """The books balance and tell what the files have.
        :returns: All frames, in order.
        """
        books = self.manifest["cameras"][camera]
        pieces = [Piece(x) for x in self.films(camera)]
        folder = self.data / "cam" / camera
        assert [x.stem for x in self.ours(folder.glob("*.csv"))] \
            == [x.path.stem for x in pieces] \
            == [x["file"] for x in books["segments"]]
        for piece, told in zip(pieces, books["segments"]):
            piece.check()
            assert told["closed"]
            assert told["frames"] == len(piece.rows) > 0
            assert told["bytes"] == sum(size for _, size in piece.packets)
        frames = [x for piece in pieces for x in piece.frames]
        times = [x.capture_ns for x in frames]
        assert all(a < b for a, b in zip(times, times[1:]))
        assert self.start_ms * 1_000_000 <= times[0]
        assert times[-1] < self.stop_ms * 1_000_000
        assert books["recorded"] == books["durable"] == len(frames)
        assert books["captured"] == books["recorded"] + books["lost"]
        assert books["lost"] == sum(books["lost_by_place"].values()) \
            == sum(x["frames"] for x in books["losses"])
        self._check_sequence(books, frames)
        self._check_times(books, frames)
        return frames

    @staticmethod
    def _check_times(books, frames):
        """The manifest says what the times are. Where the index has no bound,
        the clock's own holds for the time of arrival, and what the clock may
        have drifted since it was written down, which is every 10 s."""
        kinds = {ARRIVAL_TIME: "arrival at the server",
                 RECEIVE_TIME_ONLY: "arrival at the client", 0: "sensor"}
        kind = frames[-1].flags & (ARRIVAL_TIME | RECEIVE_TIME_ONLY)
        assert books["time"] == kinds[kind]
        clocks = [*books["clock_history"], books["clock"] or {"error_ns": 0}]
        error_ns = max(x["error_ns"] for x in clocks)
        looks_ns = [x["at_ns"] for x in books["clock_history"]]
        for frame in frames:
            if frame.flags & ARRIVAL_TIME:
                age_ns = min((frame.capture_ns - x for x in looks_ns
                              if x <= frame.capture_ns), default=0)
                frame.offset_error_ns = error_ns \
                    + age_ns * MAX_DRIFT_PPM // 1_000_000

    @staticmethod
    def _check_sequence(books, frames):
        """A number that is missing is in the books."""
        lost = {n for x in books["losses"]
                for n in range(x["first_sequence"], x["last_sequence"] + 1)}
        for a, b in zip(frames, frames[1:]):
            if b.sequence > a.sequence:
                missing = range(a.sequence + 1, b.sequence)
            else: # Another run of the server.
                missing = range(1, b.sequence)
            assert set(missing) <= lost, (a.sequence, b.sequence, lost)


def monotonic_minus_boottime():
    """In ns; 0 on a machine that has never slept."""
    best = None
    for _ in range(20):
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        boot = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        after = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        if best is None or after - before < best[0]:
            best = after - before, (before + after) // 2 - boot
    return best[1]


def check_flags(frames):
    """Every frame has its capture time, or that of its arrival at the server.
    On a busy machine clocks are known to less than the time between two frames:
    one that would be before the last one is moved right after it, and says so.
    """
    last_ns = None
    for frame in frames:
        moved = frame.flags & MOVED_FORWARD and (
            last_ns is None or frame.capture_ns - last_ns <= 2_000)
        kind = frame.flags & ~(MOVED_FORWARD if moved else 0)
        assert kind in (0, ARRIVAL_TIME), (frame.sequence, frame.flags)
        last_ns = frame.capture_ns


def check_against(recording, frames, parts):
    """Every frame that a reader of the same server got is on disk as it was,
    once, in order and at its place in time, if it was captured in the session.
    """
    by_number = {x.sequence: x for x in frames}
    check_flags(frames)
    errors_ns = sorted(x.offset_error_ns for x in frames)
    error_ns = errors_ns[-1] + 1000
    # Of most frames: a first look at the clock may take a busy machine long.
    assert errors_ns[len(errors_ns) // 2] < 500_000_000
    expected = []
    for part in parts:
        capture_ns = recording.capture_ns(part.capture_mono_ns)
        inside_ns = min(capture_ns - recording.start_ms * 1_000_000,
                        recording.stop_ms * 1_000_000 - capture_ns)
        if inside_ns > error_ns:
            assert part.sequence in by_number, \
                f"frame {part.sequence} is missing"
        if part.sequence in by_number:
            expected.append(part)
            frame = by_number[part.sequence]
            assert inside_ns > -error_ns
            assert recording.server_ns(frame) == part.capture_mono_ns
            moved_ns = 0
            if frame.flags & MOVED_FORWARD and part.flags == ARRIVAL_TIME:
                # Frames that arrive in one read have one time; they are moved
                # apart by a microsecond each. (Of others, `offset_error_ns`
                # has what they were moved by.)
                moved_ns = 1000 * len(parts)
            assert abs(frame.capture_ns - capture_ns) \
                <= frame.offset_error_ns + moved_ns + 1000, part.sequence
            # As exactly as the offset is known.
            assert frame.capture_ns \
                <= frame.receive_ns + frame.offset_error_ns + moved_ns
            assert frame.flags & ~MOVED_FORWARD == part.flags, \
                (part.sequence, frame.flags)
            assert frame.jpeg == part.jpeg
    assert [x.sequence for x in expected] == [x.sequence for x in frames]
