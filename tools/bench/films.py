"""What recording costs: by camnode, by ffmpeg, and by a program that only
copies what it reads into files."""

import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time

from lab import FPS, FRAME_BYTES, cpu_seconds, median, wait_for


def record_camnode(lab, ports, folder, seconds, measure=None, http_port=0):
    """Records with a camnode client; `measure` it, or else its CPU time."""
    names = [f"bench-{i}" for i in range(len(ports))]
    for name, port in zip(names, ports):
        lab.broker.publish(f"camera/announce/{name}", json.dumps({
            "id": name, "ip": "127.0.0.1", "port": port, "state": "online",
            "epoch": 1, "width": 1920, "height": 1080, "fps": FPS,
            "version": "bench"}), "-r")
    client = lab.client(folder, http_port)
    lab.wait_for_state("idle", names)
    lab.fill_ring()
    lab.broker.publish("command/rec", "start")
    lab.wait_for_state("recording")
    used = (measure or cpu_of)([client], seconds)
    lab.broker.publish("command/rec", "stop")
    lab.wait_for_state("idle")
    lab.programs.stop(client)
    for name in names:
        lab.broker.publish(f"camera/announce/{name}", "", "-r")
    return used, list(folder.glob("cam/*/*.mp4"))


def record_ffmpeg(lab, ports, folder, seconds):
    files = [folder / f"{port}.mp4" for port in ports]
    programs = [lab.programs.start(
        "ffmpeg", "-nostdin", "-v", "error", "-f", "mpjpeg", "-i",
        f"http://127.0.0.1:{port}/stream.mjpg", "-c", "copy", "-f", "mp4",
        "-movflags", "frag_keyframe+empty_moov+default_base_moof", file)
        for port, file in zip(ports, files)]
    return finish_recording(lab, programs, files, seconds, signal.SIGINT)


def record_floor(lab, ports, folder, seconds):
    program = lab.programs.start(lab.bench, "copy", folder, *ports)
    files = [folder / f"{port}.multipart" for port in ports]
    return finish_recording(lab, [program], files, seconds, signal.SIGTERM)


def finish_recording(lab, programs, files, seconds, by):
    wait_for("the first frames on disk",
             lambda: all(x.exists() and x.stat().st_size > 1e6 for x in files))
    used = cpu_of(programs, seconds)
    lab.programs.stop(*programs, by=by)
    return used, files


def cpu_of(programs, seconds):
    """CPU seconds that programs use in a while."""
    before = sum(cpu_seconds(x.pid) for x in programs)
    time.sleep(seconds)
    return sum(cpu_seconds(x.pid) for x in programs) - before


def sequences_in(path):
    """Which stamps a recording has, whatever it is wrapped in."""
    stamp = re.compile(rb"camnode-bench (\d{20}) ")
    return [int(x) for x in stamp.findall(path.read_bytes())]


def judge_file(path, seconds):
    """How many frames a recording lacks, and whether it is too short."""
    found = sequences_in(path)
    gaps = found[-1] - found[0] + 1 - len(set(found)) if found else 0
    return gaps, len(found) < seconds * FPS - 2


def record_once(lab, way, cameras, place, seconds):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="camnode-bench-", dir=place))
    try:
        server = lab.programs.start(
            lab.bench, "serve", lab.clip, "--count", cameras, "--fps", FPS,
            stdout=subprocess.PIPE)
        ports = [int(x) for x in server.stdout.readline().split()]
        used, files = way(lab, ports, folder, seconds)
        lab.programs.stop(server)
        judged = [judge_file(x, seconds) for x in files]
        return {"cost": used / cameras / seconds * 60,
                "lost": sum(gaps for gaps, _ in judged),
                "short": len(files) != cameras or any(x for _, x in judged)}
    finally:
        shutil.rmtree(folder)
        os.sync()  # No run pays for the writes of the one before.


def record(lab):
    counts, repeats, seconds = ((1, 4), 1, 5) if lab.quick else (
        (1, 4, 8), 3, 20)
    places = {"disk": ("/var/tmp", counts), "tmpfs": ("/dev/shm", counts[-1:])}
    print(f"\nrecord: MJPEG 1080p at {FPS} fps, {FRAME_BYTES // 1000} KB a "
          f"frame, {seconds} s; medians of {repeats} runs")
    print(f"  {'place':<5} {'cameras':>7}  {'recorder':<9} "
          f"{'CPU s/camera-minute':>19} {'x floor':>8} {'x ffmpeg':>8} "
          f"{'lost':>5}")
    ways = {"floor": record_floor, "camnode": record_camnode,
            "ffmpeg": record_ffmpeg}
    for place, (path, cameras_there) in places.items():
        if not os.access(path, os.W_OK):
            continue
        for cameras in cameras_there:
            runs = {name: [] for name in ways}
            for _ in range(repeats):
                for name, way in ways.items():
                    runs[name].append(
                        record_once(lab, way, cameras, path, seconds))
            report_record(lab, place, cameras, runs)


def report_record(lab, place, cameras, runs):
    def against(name, other):
        return statistics.median(x["cost"] / y["cost"] for x, y in
                                 zip(runs[name], runs[other]))
    for name, found in runs.items():
        print(f"  {place:<5} {cameras:>7}  {name:<9} "
              f"{median(found, 'cost'):>19.2f} {against(name, 'floor'):>8.2f} "
              f"{against(name, 'ffmpeg'):>8.2f} "
              f"{sum(x['lost'] for x in found):>5}")
    ours = runs["camnode"]
    what = f"{cameras} cameras on {place}: camnode"
    if place == "disk":
        lab.goal(f"{what} costs at most what ffmpeg does",
                 against("camnode", "ffmpeg") <= 1)
    lab.goal(f"{what} loses no frame",
             not any(x["lost"] or x["short"] for x in ours))
