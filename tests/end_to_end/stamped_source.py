#!/usr/bin/python3
"""A camera program for tests: writes MJPEG whose every frame says which it is.

Each frame is one JPEG with a comment (COM) that holds its stamp: the program's
run, the frame's number in it from 0, and CLOCK_BOOTTIME in ns when it was
written. What has been written whole is noted in a journal, one stamp a line.

A plan tells runs what to do. Each run takes the first line of the plan file:
    exit N       ends with status 3 after N frames
    stall N      falls silent after N frames, but stays
    until FILE   ends with status 3 once FILE is there
    hold FILE    waits until FILE is gone before it begins
Without a line left, a run goes on for ever.
"""

import argparse
import os
import pathlib
import sys
import time


def boottime_ns():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def take_plan(path):
    """Takes the first line off the plan, as a list of words."""
    if path is None or not path.exists():
        return []
    first, _, rest = path.read_text().partition("\n")
    path.write_text(rest)
    return first.split()


def stamped(jpeg, stamp):
    comment = f"camnode-stamp {stamp}".encode()
    length = (len(comment) + 2).to_bytes(2, "big")
    return jpeg[:2] + b"\xff\xfe" + length + comment + jpeg[2:]


def sleep_until(seconds):
    time.sleep(max(0, seconds - time.monotonic()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jpeg", type=pathlib.Path, required=True)
    parser.add_argument("--journal", required=True)
    parser.add_argument("--fps", type=float, default=25)
    parser.add_argument("--plan", type=pathlib.Path)
    options = parser.parse_args()

    jpeg = options.jpeg.read_bytes()
    action, argument = (take_plan(options.plan) + ["", ""])[:2]
    while action == "hold" and os.path.exists(argument):
        time.sleep(0.02)
    last = int(argument) if action in ("exit", "stall") else None

    journal = os.open(options.journal,
                      os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    run = boottime_ns()
    start = time.monotonic()
    number = 0
    while number != last \
            and not (action == "until" and os.path.exists(argument)):
        sleep_until(start + number / options.fps)
        stamp = f"{run} {number} {boottime_ns()}"
        sys.stdout.buffer.write(stamped(jpeg, stamp))
        sys.stdout.buffer.flush()
        os.write(journal, f"{stamp}\n".encode())
        number += 1
    if action == "stall":
        time.sleep(3600)
    sys.exit(3)


if __name__ == "__main__":
    main()
