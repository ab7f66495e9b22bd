"""Servers whose clocks are wrong: UTC by Debian's faketime, the clock on which
frames are stamped by libcamnode_clock_shift.so."""

import glob
import os
import pathlib

from harness import CAMNODE, HERE
from streams import boottime_ns

NAME = "tests/libcamnode_clock_shift.so"


def find_library():
    """It belongs to the tests, which the release preset does not build."""
    places = [pathlib.Path(CAMNODE).parents[1] / NAME,
              HERE.parents[1] / "build/dev" / NAME]
    return os.environ.get("CAMNODE_CLOCK_SHIFT") or next(
        (str(x) for x in places if x.exists()), None)


def preloaded(library):
    sanitizer = os.environ.get("ASAN_OPTIONS", "")
    return {"LD_PRELOAD": library,
            "ASAN_OPTIONS": f"{sanitizer}:verify_asan_link_order=0"}


def honest(option):
    """A `stamped` option whose source has the kernel's clocks all the same."""
    return option.replace("=exec ", "=exec env -u LD_PRELOAD ", 1)


class WrongUtc:
    """UTC of a server, off by some seconds; its other clocks are right."""

    def __init__(self, room, name, seconds):
        self._path = room.folder / f"{name}.utc"
        self.step(seconds)

    def step(self, seconds):
        new = self._path.with_suffix(".new")
        new.write_text(f"{seconds:+}s\n")
        new.rename(self._path)

    def environment(self):
        library, = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        return {**preloaded(library),
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "FAKETIME_TIMESTAMP_FILE": str(self._path),
                "FAKETIME_NO_CACHE": "1",
                "NO_FAKE_STAT": "1"}


class WrongCaptureClock:
    """The clock on which a server stamps its frames."""

    def __init__(self, room, name, ahead_ns, ppm=0):
        self._path = room.folder / f"{name}.clock"
        self.ppm = ppm
        self.since_ns = boottime_ns()
        self.ahead_ns = 0
        self._file = self._path.open("w")
        self.step(ahead_ns)

    def step(self, ahead_ns):
        self.ahead_ns = ahead_ns
        # In place and of one length: it is looked at while this writes.
        text = f"{ahead_ns:+020} {self.ppm:+08} {self.since_ns:+020}\n"
        os.pwrite(self._file.fileno(), text.encode(), 0)

    def true_ns(self, stamp_ns):
        """CLOCK_BOOTTIME when the clock showed `stamp_ns`, without steps."""
        ahead = stamp_ns - self.ahead_ns - self.since_ns
        return self.since_ns + ahead * 1_000_000 // (1_000_000 + self.ppm)

    def environment(self):
        library = find_library()
        assert library, f"there is no {NAME}: tools/build dev"
        return {**preloaded(library), "CAMNODE_CLOCK_SHIFT": str(self._path)}

    def close(self):
        self._file.close()
