"""What an export costs: films that are copied, and films that ffmpeg encodes."""

import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

from day import FRAMES, make_day
from films import record_camnode
from lab import FPS

# As `camctl export --codec h264` has ffmpeg encode.
ENCODE = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-bf", "0",
          "-g", str(FPS), "-flags", "+cgop", "-pix_fmt", "yuv420p",
          "-movflags", "+faststart")


def took(*command):
    """Seconds by the clock on the wall."""
    begin = time.monotonic()
    done = subprocess.run([str(x) for x in command], check=False, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode != 0:
        raise OSError(f"{command[0]}: {done.stderr}")
    return time.monotonic() - begin


def export(lab, data, *options):
    """Seconds that it takes. The export is removed."""
    out = data / "out"
    try:
        manifest, = data.glob("sessions/*.json")
        seconds = took(lab.camctl, "export", data, "--session", manifest.stem,
                       "--to", out, *options)
        return seconds
    finally:
        shutil.rmtree(out, ignore_errors=True)
        os.sync() # No run pays for the writes of the one before.


def encode_with_ffmpeg(data, films):
    """Seconds for films one after the other, as a script would do it."""
    out = data / "ffmpeg.mp4"
    seconds = 0
    for film in films:
        seconds += took("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", film,
                        *ENCODE, out)
    out.unlink()
    os.sync()
    return seconds


def record_cameras(lab, cameras, seconds, folder):
    """:returns: The films."""
    server = lab.programs.start(
        lab.bench, "serve", lab.clip, "--count", cameras, "--fps", FPS,
        stdout=subprocess.PIPE)
    ports = [int(x) for x in server.stdout.readline().split()]
    _, films = record_camnode(lab, ports, folder, seconds)
    lab.programs.stop(server)
    return films


def exports(lab):
    cameras, seconds, repeats = (2, 5, 1) if lab.quick else (4, 20, 3)
    data = pathlib.Path(tempfile.mkdtemp(prefix="camnode-bench-",
                                         dir="/var/tmp"))
    try:
        films = record_cameras(lab, cameras, seconds, data)
        recorded = sum(x.stat().st_size for x in films)
        print(f"\nexport: {cameras} cameras of 1080p at {FPS} fps, {seconds} s,"
              f" {recorded / 1e6:.0f} MB in the page cache; medians of "
              f"{repeats} runs")
        report_copy(lab, data, recorded, repeats)
        report_encode(lab, data, films, repeats)
    finally:
        shutil.rmtree(data)
    report_day(lab)


def report_copy(lab, data, recorded, repeats):
    runs = [export(lab, data) for _ in range(repeats)]
    rate = recorded / statistics.median(runs) / 1e6
    print(f"  copy: {statistics.median(runs):.2f} s, {rate:.0f} MB/s, films read"
          f" back and proved")
    lab.goal(f"copies at least 300 MB/s: {rate:.0f}", rate >= 300)


def report_encode(lab, data, films, repeats):
    ours, theirs = [], []
    for _ in range(repeats):
        theirs.append(encode_with_ffmpeg(data, films))
        ours.append(export(lab, data, "--codec", "h264"))
    ratio = statistics.median(a / b for a, b in zip(ours, theirs))
    print(f"  h264: {statistics.median(ours):.1f} s, decoded again and proved; "
          f"ffmpeg with the same preset, film after film, not proved: "
          f"{statistics.median(theirs):.1f} s")
    lab.goal(f"takes no longer than ffmpeg: {ratio:.2f} x its time", ratio <= 1)


def report_day(lab):
    """A day of one camera, with tiny pictures, as one film."""
    frames = FRAMES // 24 if lab.quick else FRAMES
    folder = pathlib.Path(tempfile.mkdtemp(prefix="camnode-bench-",
                                           dir="/var/tmp"))
    try:
        make_day(lab.bench, folder, frames)
        out = folder / "out"
        seconds = took(lab.camctl, "export", folder, "--session", "day",
                       "--to", out)
        film, = out.rglob("*.mp4")
        opens = {name: min(took(*command, film) for _ in range(3))
                 for name, command in OPENERS.items()}
        print(f"  a day: {frames} frames of one camera in {seconds:.1f} s, one "
              f"film of {film.stat().st_size / 1e6:.0f} MB; opened, its first "
              f"frame shown, in s: "
              + ", ".join(f"{x} {y:.2f}" for x, y in opens.items()))
        for name, took_s in opens.items():
            lab.goal(f"{name} opens it in less than 1 s", took_s < 1)
    finally:
        shutil.rmtree(folder)


OPENERS = {
    "ffprobe": ("ffprobe", "-v", "error", "-show_streams"),
    "OpenCV": ("/usr/bin/python3", "-c", "import cv2, sys; x = "
               "cv2.VideoCapture(sys.argv[1]); assert x.read()[0]"),
    "PyAV": ("/usr/bin/python3", "-c", "import av, sys; next(av.open("
             "sys.argv[1]).decode(video=0))"),
}
