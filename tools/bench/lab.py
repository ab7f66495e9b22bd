"""What the benchmarks of `run` have in common."""

import contextlib
import getpass
import json
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

FPS = 30
FRAME_BYTES = 245_000


def die(text):
    sys.exit(f"bench: {text}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition, seconds=20, step=0.05):
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s in vain for {what}")
        time.sleep(step)
    return found


def median(runs, key):
    return statistics.median(x[key] for x in runs)


def cpu_seconds(pid):
    # The kernel's clock of a process (clock_getcpuclockid(3)).
    return time.clock_gettime(~pid << 3 | 2)


class Programs:
    """Programs that run meanwhile; all end with this one."""

    def __init__(self, folder):
        self.folder = folder
        self.running = []

    def start(self, *command, **options):
        log = open(self.folder / "log", "ab")
        options.setdefault("stdout", log)
        options.setdefault("stdin", subprocess.DEVNULL)
        x = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *map(str, command)],
            stderr=log, start_new_session=True, **options)
        self.running.append(x)
        return x

    def stop(self, *programs, by=signal.SIGTERM):
        for x in programs:
            x.send_signal(by)
        for x in programs:
            try:
                x.wait(10)
            except subprocess.TimeoutExpired:
                x.kill()
                x.wait()
            for pipe in (x.stdout, x.stdin):
                if pipe:
                    pipe.close()
            self.running.remove(x)

    def stop_all(self):
        self.stop(*reversed(self.running))

    def last_words(self):
        return (self.folder / "log").read_text(errors="replace")[-2000:]


class Broker:
    """A private mosquitto, and the newest payload of each topic."""

    def __init__(self, lab):
        self.port = free_port()
        config = lab.folder / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\n"
                          f"allow_anonymous true\nuser {getpass.getuser()}\n")
        lab.programs.start("mosquitto", "-c", config)
        self.newest = {}
        wait_for("the broker", lambda: self.publish("bench", "x") == 0)
        ears = lab.programs.start(
            "mosquitto_sub", "-p", self.port, "-t", "#", "-F", "%t %p",
            stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.listen, args=(ears.stdout,),
                         daemon=True).start()

    def listen(self, lines):
        with contextlib.suppress(ValueError):  # Closed at the end.
            for line in lines:
                topic, _, payload = line.rstrip("\n").partition(" ")
                self.newest[topic] = (time.monotonic(), payload)

    def publish(self, topic, payload, *options):
        return subprocess.run(
            ["mosquitto_pub", "-p", str(self.port), "-q", "1", "-t", topic,
             "-m", payload, *options], stderr=subprocess.DEVNULL,
            check=False).returncode

    def truth(self, client):
        return json.loads(self.newest.get(f"camera/recording/{client}",
                                          (0, "{}"))[1])


class Lab:
    """What all benchmarks need: programs, a folder, a broker, a clip."""

    def __init__(self, folder, binaries, clip, quick):
        self.folder = folder
        self.camnode = binaries / "camnode"
        self.camctl = binaries / "camctl"
        self.bench = binaries / "camnode-bench"
        self.clip = clip
        self.quick = quick
        # Both rings are measured when they are full, as they are in the lab.
        self.ring_s = 1 if quick else 10
        self.programs = Programs(folder)
        self.broker = Broker(self)
        self.failed = []

    def goal(self, text, met):
        print(f"  {'PASS' if met else 'FAIL'}  {text}")
        if not met:
            self.failed.append(text)

    def source(self, *options):
        return self.programs.start(self.bench, "source", self.clip, "--fps",
                                   FPS, *options, stdout=subprocess.PIPE)

    def server(self, *options, name="bench", ring_s=None):
        """A camnode server of the clip, and its port."""
        port = free_port()
        x = self.programs.start(
            self.camnode, "--role=server", f"--node.id={name}",
            "--mqtt.host=127.0.0.1", f"--mqtt.port={self.broker.port}",
            "--camera.source=command",
            f"--camera.command=exec {self.bench} source {self.clip}"
            f" --fps {FPS}", "--stream.host=127.0.0.1",
            f"--stream.port={port}", f"--stream.replay={ring_s or self.ring_s}",
            *options)
        self.wait_for_port(port)
        return x, port

    def client(self, folder, http_port=0):
        return self.programs.start(
            self.camnode, "--role=client", "--node.id=bench-client",
            "--mqtt.host=127.0.0.1", f"--mqtt.port={self.broker.port}",
            f"--data.dir={folder}", "--display=none",
            f"--http.port={http_port}",
            f"--viewer.replay={self.ring_s}")

    def fill_ring(self):
        time.sleep(self.ring_s + 1)

    @staticmethod
    def wait_for_port(port):
        def answers():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                return True
        wait_for(f"port {port}", answers)

    def read(self, port, count, seconds, pid=0, path=""):
        """What `count` readers find at a port within some seconds."""
        done = subprocess.run(
            [self.bench, "readers", str(port), "--count", str(count),
             "--seconds", str(seconds), "--pid", str(pid), "--path", path],
            stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)

    def wait_for_state(self, state, cameras=()):
        def reached():
            truth = self.broker.truth("bench-client")
            return truth.get("state") == state and all(
                truth["cameras"].get(x, {}).get("connected") for x in cameras)
        wait_for(f"the client to be {state}", reached)


def make_clip(path):
    """Noise of such a strength that frames have the size that is wanted."""
    def encode(strength, frames, file):
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i",
             f"testsrc2=size=1920x1080:rate={FPS},noise=all_seed=1:allf=t:"
             f"c0s={strength // 2}:c1s={(strength + 1) // 2}:"
             f"c2s={(strength + 1) // 2},format=yuvj420p", "-frames:v",
             str(frames), "-c:v", "mjpeg", "-q:v", "5", "-f", "mjpeg",
             str(file)], check=True)
        return file.stat().st_size / frames
    path.parent.mkdir(parents=True, exist_ok=True)
    low, high, trial = 1, 120, path.with_suffix(".new")
    while low < high:
        middle = (low + high) // 2
        if encode(middle, 3, trial) < FRAME_BYTES:
            low = middle + 1
        else:
            high = middle
    size = min((abs(encode(x, 3, trial) - FRAME_BYTES), x)
               for x in (low - 1, low))
    if abs(encode(size[1], 60, trial) / FRAME_BYTES - 1) > 0.05:
        die("ffmpeg makes no frames of the size wanted")
    trial.rename(path)
