#!/usr/bin/env python3
"""A camera program for tests: writes files to standard output in turn.

feeding_source.py FPS,BUSY_S,REST_S FILE...: one per tick for BUSY_S, then
nothing for REST_S, and again."""

import sys
import time

fps, busy, rest = map(float, sys.argv[1].split(","))
pictures = []
for name in sys.argv[2:]:
    with open(name, "rb") as file:
        pictures.append(file.read())
n = 0
while True:
    end = time.monotonic() + busy
    while time.monotonic() < end:
        sys.stdout.buffer.write(pictures[n % len(pictures)])
        sys.stdout.buffer.flush()
        n += 1
        time.sleep(1 / fps)
    time.sleep(rest)
