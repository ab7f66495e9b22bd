"""A disk that fails, blocks, or loses its power: libcamnode_faults.so in front of
a client's calls (tests/faults/faults.cpp says how)."""

import errno
import json
import os
import pathlib
import subprocess
import sys

import films
from chaos import quiet_ports
from processes import CAMNODE, HERE, Node, wait_until

sys.path.insert(0, str(HERE.parent / "faults"))
# pylint: disable=wrong-import-position
from power_cut import Event, Log # noqa: E402

NAME = "tests/libcamnode_faults.so"


def find_library():
    """It belongs to the tests, which the release preset does not build."""
    places = [pathlib.Path(CAMNODE).parents[1] / NAME,
              HERE.parents[1] / "build/dev" / NAME]
    return os.environ.get("CAMNODE_FAULTS") or next(
        (str(x) for x in places if x.exists()), None)


LIBRARY = find_library()

# Frames this old at a power cut are on disk.
DURABLE_NS = 2_000_000_000


class FaultyDisk:
    """What a room's data folder is on, as the client sees it."""

    def __init__(self, room):
        assert LIBRARY, f"there is no {NAME}: tools/build dev"
        self._room = room
        self._trigger = room.folder / "faults"
        self.log_path = room.folder / "writes.log"
        room.data.mkdir(parents=True)

    def environment(self):
        """Of the client, whose every call is logged."""
        sanitizer = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": LIBRARY,
                "ASAN_OPTIONS": f"{sanitizer}:verify_asan_link_order=0",
                "CAMNODE_FAULTS_ROOT": str(self._room.data.resolve()),
                "CAMNODE_FAULTS_LOG": str(self.log_path),
                "CAMNODE_FAULTS_TRIGGER": str(self._trigger)}

    def fail(self, call, part, error):
        """From now on `call` (`read`, `write` or `sync`) fails on paths with
        `part`."""
        self._set(f"{call} {part} {getattr(errno, error)}\n")

    def fail_all(self, **errors):
        """From now on each of these calls fails, on all paths."""
        self._set("".join(f"{call} / {getattr(errno, error)}\n"
                          for call, error in errors.items()))

    def block(self, call, part):
        """From now on `call` does not return on paths with `part`."""
        self._set(f"{call} {part} 0\n")

    def heal(self):
        self._trigger.unlink()

    def _set(self, text):
        new = self._trigger.with_suffix(".new")
        new.write_text(text)
        new.rename(self._trigger)

    def log(self):
        return Log(self.log_path, self._room.data.resolve())


class PowerCuts:
    """Cuts the power of a client that has recorded, again and again."""

    def __init__(self, room, disk, seed):
        self.seed = seed
        self.most_lost_ns = 0
        self.damaged = 0 # Pictures that were kept with other bytes.
        self._room = room
        self._log = disk.log()
        self._written = self._frames_written()

    def __len__(self):
        return len(self._log.records)

    def at_closes(self):
        """The places in the log where films are being closed: from the last
        picture before the tables to what follows both new names."""
        result = set()
        records = self._log.records
        for switch, x in enumerate(records):
            if x.what != Event.WRITE or x.a != films.SWITCH_AT \
                    or x.data[4:8] != b"mdat":
                continue
            names = [at for at, y in enumerate(records) if at > switch
                     and y.what == Event.RENAME and y.node is x.node]
            tables = [at for at, y in x.node.changes if at < switch]
            result.update(range(tables[-1], names[0] + 3))
        return sorted(x for x in result if x <= len(records))

    def _frames_written(self):
        """Place in the log, time and bytes of each frame, by its stamp."""
        result = {}
        for at, x in enumerate(self._log.records):
            if x.what == Event.WRITE:
                stamp = films.Picture(0, x.data).stamp
                if stamp:
                    result[stamp] = at, x.boottime_ns, x.data
        return result

    def cut(self, number, at, options=(), kill=False):
        """Cuts the power before a record, has a client repair what is left,
        and returns what is wrong with that.
        :param kill: The power stays, the client alone is killed.
        """
        folder = self._room.folder / f"cut-{number}"
        self._log.rebuild(at, None if kill else self.seed + number, folder)
        left = sorted(str(x.relative_to(folder)) + f" {x.stat().st_size}"
                      for x in folder.rglob("*") if x.is_file())
        node = Node(f"cut-{number}", [
            CAMNODE, "--role=client", "--display=none",
            f"--node.id=cut-{number}", f"--data.dir={folder}",
            "--mqtt.host=127.0.0.1", "--mqtt.port=1",
            *quiet_ports(), *options], self._room.logs, self._room.cwd)
        faults = []
        try:
            wait_until("all files are repaired",
                       lambda: not node.runs or (
                           "node: camnode" in node.log()
                           and not list(folder.rglob("*.part"))))
        except AssertionError as error:
            faults.append(str(error))
        node.end()
        faults += node.faults() + self._judge(folder, at)
        return [f"cut {number} (seed {self.seed}) before record {at}: {x}"
                for x in faults] + ([f"  left: {left}"] if faults else [])

    def _judge(self, folder, at):
        faults = [f"{x} is left" for x in folder.rglob("*.part")]
        for path in folder.glob("sessions/*.json"):
            try:
                state = json.loads(path.read_text())["state"]
            except ValueError as error:
                state = str(error)
            if state not in ("finished", "interrupted"):
                faults.append(f"{path.name} says {state}")
        found = []
        for path in sorted(folder.glob("cam/*/*")):
            if path.suffix == ".mp4":
                try:
                    found += films.pictures(path)
                    if not films.is_ordinary(path):
                        faults.append(f"{path.name} is no ordinary MP4")
                except films.Broken as error:
                    faults.append(f"{path.name}: {error}")
                if not path.with_suffix(".csv").exists():
                    faults.append(f"{path.name} has no index")
        now = self._log.records[at - 1].boottime_ns
        stamps = {x.stamp for x in found}
        if len(stamps) < len(found):
            faults.append(f"{len(found) - len(stamps)} frames are there twice")
        # What came back with other bytes did not survive.
        known = {x.stamp for x in found if x.stamp in self._written
                 and self._written[x.stamp][2].endswith(x.jpeg)}
        self.damaged += len(stamps) - len(known)
        for stamp, (place, ns, _) in self._written.items():
            if place >= at or stamp in known:
                continue
            self.most_lost_ns = max(self.most_lost_ns, now - ns)
            if now - ns > DURABLE_NS:
                faults.append(f"frame {stamp} of {(now - ns) / 1e9:.2f} s "
                              "before the cut is lost")
        strange = stamps - set(self._written) - {None}
        if strange:
            faults.append(f"nobody wrote {sorted(strange)[:3]}")
        return faults[:5]


def play(folder):
    """Has ffprobe read the last film of each camera; returns what is wrong."""
    faults = []
    for camera in folder.glob("cam/*"):
        for path in sorted(camera.glob("*.mp4"))[-1:]:
            done = subprocess.run(
                ["ffprobe", "-v", "error", "-count_packets", "-show_streams",
                 str(path)], capture_output=True, text=True, check=False)
            if done.returncode != 0 or done.stderr:
                faults.append(f"{path}: ffprobe says {done.stderr}")
    return faults
