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
        self._file = self._path.open("w")
        # How it has gone: since when, how far ahead then, and how fast.
        self.spans = [(boottime_ns(), ahead_ns, ppm)]
        self._write()

    def _write(self):
        since_ns, ahead_ns, ppm = self.spans[-1]
        # In place and of one length: it is looked at while this writes.
        text = f"{ahead_ns:+020} {ppm:+08} {since_ns:+020}\n"
        os.pwrite(self._file.fileno(), text.encode(), 0)

    def step(self, ahead_ns):
        """Sets it; `true_ns` is of no use from then on."""
        since_ns, _, ppm = self.spans[-1]
        self.spans = [(since_ns, ahead_ns, ppm)]
        self._write()

    def slew(self, ppm):
        """From now on it runs faster or slower, as a time daemon makes it.
        :returns: CLOCK_BOOTTIME in ns.
        """
        since_ns, ahead_ns, old_ppm = self.spans[-1]
        now_ns = boottime_ns()
        moved_ns = (now_ns - since_ns) * old_ppm // 1_000_000
        self.spans.append((now_ns, ahead_ns + moved_ns, ppm))
        self._write()
        return now_ns

    def true_ns(self, stamp_ns):
        """CLOCK_BOOTTIME when the clock showed `stamp_ns`, without steps."""
        since_ns, ahead_ns, ppm = next(
            (x for x in reversed(self.spans) if x[0] + x[1] <= stamp_ns),
            self.spans[0])
        ahead = stamp_ns - ahead_ns - since_ns
        return since_ns + ahead * 1_000_000 // (1_000_000 + ppm)

    def environment(self):
        library = find_library()
        assert library, f"there is no {NAME}: tools/build dev"
        return {**preloaded(library), "CAMNODE_CLOCK_SHIFT": str(self._path)}

    def close(self):
        self._file.close()
