"""Servers whose clocks are wrong: UTC by Debian's faketime, the clock on which
frames are stamped by libcamnode_clock_shift.so."""

import glob
import os
import pathlib

from processes import CAMNODE, HERE
from streams import boottime_ns

NAME = "tests/libcamnode_clock_shift.so"

# How long before its time a change of a clock is told to it: longer than any
# machine takes from one line of a test to the next.
SOON_NS = 2_000_000_000


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
    """The clock on which a server stamps its frames. What it shows is known to
    the ns at any time, as changes are told to it before their time."""

    def __init__(self, room, name, ahead_ns, ppm=0):
        self._path = room.folder / f"{name}.clock"
        self._file = self._path.open("ab", buffering=0)
        # How it goes: since when, how far ahead then, and how fast.
        self._spans = []
        self._append(boottime_ns(), ahead_ns, ppm)

    def _append(self, since_ns, ahead_ns, ppm):
        self._spans.append((since_ns, ahead_ns, ppm))
        self._file.write(f"{ahead_ns} {ppm} {since_ns}\n".encode())

    def _change(self, by_ns, ppm):
        since_ns = boottime_ns() + SOON_NS
        self._append(since_ns, self.ahead_ns(since_ns) + by_ns, ppm)
        assert boottime_ns() < since_ns
        return since_ns

    def step(self, by_ns):
        """Sets it forward, soon.
        :returns: CLOCK_BOOTTIME in ns when that is.
        """
        return self._change(by_ns, self._spans[-1][2])

    def slew(self, ppm):
        """Soon it runs faster or slower, as a time daemon makes it.
        :returns: CLOCK_BOOTTIME in ns when that begins.
        """
        return self._change(0, ppm)

    def ahead_ns(self, boot_ns):
        """How far ahead it is at that CLOCK_BOOTTIME."""
        since_ns, ahead_ns, ppm = next(
            (x for x in reversed(self._spans) if x[0] <= boot_ns),
            self._spans[0])
        return ahead_ns + (boot_ns - since_ns) * ppm // 1_000_000

    def true_ns(self, stamp_ns):
        """CLOCK_BOOTTIME when the clock showed `stamp_ns`."""
        since_ns, ahead_ns, ppm = next(
            (x for x in reversed(self._spans) if x[0] + x[1] <= stamp_ns),
            self._spans[0])
        ahead = stamp_ns - ahead_ns - since_ns
        return since_ns + ahead * 1_000_000 // (1_000_000 + ppm)

    def environment(self):
        library = find_library()
        assert library, f"there is no {NAME}: tools/build dev"
        return {**preloaded(library), "CAMNODE_CLOCK_SHIFT": str(self._path)}

    def close(self):
        self._file.close()
