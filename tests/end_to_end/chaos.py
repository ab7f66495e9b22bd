"""Chaos: a room in which things die, and the verdict on what was recorded.

The verdict rests on the stamps inside the recorded JPEGs and on the journals of
the sources that made them. camnode's own index serves for one thing only: to
find the number that the manifest has for a frame that is missing.
"""

import bisect
import csv
import dataclasses
import functools
import os
import pathlib
import random
import signal
import subprocess
import time

import films
from processes import CAMNODE, PATIENCE, free_port, random_address, wait_until
from recordings import Recording
from streams import Network, boottime_ns

CAMCTL = os.environ.get("CAMCTL", str(pathlib.Path(CAMNODE).parent / "camctl"))

# A frame that was stamped this long before a stop was captured before it, also
# on a busy machine.
STOP_SLACK_NS = 2_000_000_000


@functools.lru_cache
def help_of(*command):
    try:
        done = subprocess.run([*command, "--help"], capture_output=True,
                              text=True, timeout=PATIENCE, check=False)
    except OSError:
        return ""
    return done.stdout + done.stderr


def can_kill_actors():
    """Whether camctl is there and can kill actors."""
    return "introspect.socket" in help_of(CAMNODE, "--role=client") \
        and "kill" in help_of(CAMCTL)


def quiet_ports():
    """The options of a client that has none of the ports that others have."""
    known = help_of(CAMNODE, "--role=client")
    return ["--http.port=0"] if "http.port" in known else []


def can_resume():
    """Whether a client that was killed goes on with its session."""
    return "record.resume" in help_of(CAMNODE, "--role=client")


@dataclasses.dataclass
class Pace:
    """How long things stay away, in seconds, and the pauses in between."""
    outage: tuple = (4.5, 5.0)
    broker: tuple = (5.0, 60.0)
    pause: tuple = (0.5, 3.0)


SHORT = Pace(outage=(0.5, 3.0), broker=(1.0, 3.0), pause=(0.1, 0.5))


class Camera:
    """A server with a stamped source behind a network that can break."""

    def __init__(self, room, name, fps, *options):
        self.name = name
        self._room = room
        self._host, way = random_address(), random_address()
        self._port = free_port(self._host, way)
        self._options = [room.stamped(name, fps),
                         f"--stream.advertise={way}", *options]
        self.starts = [] # BOOTTIME in ns, and the node.
        self.start()
        self.network = Network(way, self.server.where())
        room.helpers.append(self.network)

    def start(self):
        self.starts.append((boottime_ns(), self._room.server(
            self.name, *self._options, host=self._host, port=self._port)))

    @property
    def server(self):
        return self.starts[-1][1]

    def epoch_of(self, run):
        """The run of the server that a run of its source belongs to."""
        at = bisect.bisect([ns for ns, _ in self.starts], run) - 1
        return int(self.starts[at][1].wait_log(r", run (\d+)")[1])

    def last_epoch(self):
        return int(self.server.wait_log(r", run (\d+)")[1])


class Chaos:
    """Cameras, a client, and what happens to them."""

    def __init__(self, room, seed, cameras=2, fps=25, pace=SHORT, say=print,
                 client_options=()):
        self.room = room
        self.seed = seed
        self.pace = pace
        self.say = say
        self.happened = []
        self._random = random.Random(seed)
        self._client_options = list(client_options)
        self.cameras = [Camera(room, f"cam-{chr(ord('a') + i)}", fps)
                        for i in range(cameras)]
        self.client = None
        self._start_client()
        self.session = None
        room.wait_connected(*(x.name for x in self.cameras))

    def _start_client(self):
        self.client = self.room.client(*self._client_options)

    def _seconds(self, bounds):
        return self._random.uniform(*bounds)

    # -- the events ----------------------------------------------------------

    def kinds(self):
        """The events that these programs can go through."""
        result = [self.network_reset, self.network_silent, self.client_frozen,
                  self.broker_dead, self.server_killed]
        if can_kill_actors():
            result += [self.recorder_killed, self.viewer_killed]
        if can_resume():
            result.append(self.client_killed)
        return {x.__name__: x for x in result}

    def network_reset(self, camera):
        """One camera's connections break and cannot be made again."""
        camera.network.break_down()
        time.sleep(self._seconds(self.pace.outage))
        camera.network.heal()

    def network_silent(self, camera):
        """One camera's network takes and brings nothing, without a word."""
        camera.network.fall_silent()
        time.sleep(self._seconds(self.pace.outage))
        camera.network.heal()

    def client_frozen(self, _camera):
        os.kill(self.client.pid, signal.SIGSTOP)
        time.sleep(self._seconds(self.pace.outage))
        os.kill(self.client.pid, signal.SIGCONT)

    def client_killed(self, _camera):
        self.client.kill()
        time.sleep(self._seconds(self.pace.outage) * 0.8)
        self._start_client()

    def broker_dead(self, _camera):
        self.room.kill_broker()
        time.sleep(self._seconds(self.pace.broker))
        self.room.start_broker()

    def server_killed(self, camera):
        camera.server.kill()
        time.sleep(self._seconds(self.pace.outage))
        camera.start()

    def recorder_killed(self, camera):
        self._kill_actor(f"recorder/{camera.name}")

    def viewer_killed(self, camera):
        self._kill_actor(f"viewer/{camera.name}")

    def _kill_actor(self, name):
        ended = f"{name} ended"
        before = self.client.log().count(ended)
        done = subprocess.run([CAMCTL, "--node", self.client.inspected(),
                               "kill", name],
                              capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        assert done.returncode == 0, f"camctl kill {name}: {done.stderr}"
        wait_until(ended, lambda: self.client.log().count(ended) > before)

    # -- the course of a session ---------------------------------------------

    def start_recording(self):
        self.session = self.room.start_recording()
        self._wait_well(time.monotonic())

    def _wait_well(self, since):
        """Waits until a light that was lit later says that all record."""
        def well(message):
            light = message.json
            return message.time > since and isinstance(light, dict) \
                and light["state"] == "recording" \
                and light["session"] == self.session \
                and all(light["cameras"].get(x.name, {}).get("state")
                        == "recording" for x in self.cameras)
        self.room.ear.wait("camera/recording/client", well, 2 * PATIENCE)

    def course(self, count, only=None):
        """So many events, each kind as often as any other."""
        kinds = sorted(x for x in self.kinds() if not only or x in only)
        assert kinds, f"there is no event {only}"
        result = []
        while len(result) < count:
            self._random.shuffle(kinds)
            result += kinds
        return result[:count]

    def happen(self, kind):
        """One event, and all that follows from it."""
        camera = self._random.choice(self.cameras)
        begin = time.monotonic()
        self.kinds()[kind](camera)
        over = time.monotonic()
        self._wait_well(over)
        self.happened.append((kind, camera.name))
        self.say(f"  {kind:16} {camera.name}  for {over - begin:4.1f} s,"
                 f" all well {time.monotonic() - over:4.1f} s later")
        time.sleep(self._seconds(self.pace.pause))

    def stop_recording(self):
        time.sleep(1) # Something to record after the last event.
        self.room.stop_recording()

    # -- the verdict ---------------------------------------------------------

    def verdict(self):
        """Figures by camera, and everything that is wrong with them."""
        recording = Recording(self.room.data, self.session)
        figures, faults = {}, names_faults(recording)
        for camera in self.cameras:
            figures[camera.name], found = Verdict(
                self.room, recording, camera).run()
            faults += [f"{camera.name}: {x}" for x in found]
        return figures, faults


def names_faults(recording):
    """What is wrong with the files of a session that is over, by their names and
    forms: each is one cut, or, where something was killed, a piece of one; each
    film is closed."""
    faults = []
    if recording.manifest["state"] != "finished":
        faults.append(f"the manifest says {recording.manifest['state']}")
    faults += [f"{x} is left" for x in recording.data.rglob("*.part")]
    faults += [f"{x} is no ordinary MP4"
               for x in recording.ours(recording.data.glob("cam/*/*.mp4"))
               if not films.is_ordinary(x)]
    cuts = [tuple(map(int, x.split("-"))) for x in recording.cuts()]
    for path in recording.ours(recording.data.glob("cam/*/*")) \
            + recording.ours(recording.data.glob("sensors/**/*.csv")):
        begin, end = map(int, path.stem.split("-"))
        if not any(a <= begin < end <= b for a, b in cuts):
            faults.append(f"{path} is in no cut")
    return faults


class Verdict:
    """On the recording of one camera."""

    def __init__(self, room, recording, camera):
        self._recording = recording
        self._camera = camera
        self._journal = {}
        for run, number, ns in room.journal(camera.name):
            self._journal.setdefault(run, {})[number] = ns
        self._books = recording.manifest["cameras"][camera.name]
        self._faults = []
        self._recorded = {} # Run: {number: sequence}
        self._doubled = 0

    def run(self):
        last = None
        for path in self._recording.films(self._camera.name):
            try:
                last = self._read(path, last)
            except films.Broken as error:
                self._faults.append(f"{path.name}: {error}")
        named = unnamed = 0
        for run in self._journal:
            missing = self._missing(run)
            told = self._named(run, missing)
            named += len(told)
            unnamed += len(missing) - len(told)
            if len(missing) > len(told):
                wrong = sorted(set(missing) - set(told))
                self._faults.append(
                    f"{len(wrong)} frames of run {run} are missing and not "
                    f"named: {wrong[:5]} to {wrong[-1]}")
        total = sum(map(len, self._recorded.values()))
        if total == 0:
            self._faults.append("nothing is recorded")
        self._check_books(total)
        return ({"recorded": total, "named": named, "unnamed": unnamed,
                 "doubled": self._doubled}, self._faults)

    def _read(self, path, last):
        """Takes the pictures of a film; returns the last one's time."""
        with path.with_suffix(".csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        found = films.pictures(path)
        if len(rows) != len(found):
            self._faults.append(f"{path.name}: {len(found)} pictures, "
                                f"{len(rows)} rows")
        for picture, row in zip(found, rows):
            run, number, ns = picture.stamp
            seen = self._recorded.setdefault(run, {})
            if number in seen:
                self._doubled += 1
                self._faults.append(f"{path.name}: frame {number} of run "
                                    f"{run} is there twice")
            seen[number] = int(row["sequence"])
            if last and ns <= last:
                self._faults.append(f"{path.name}: frame {number} is out of "
                                    "order")
            last = ns
            known = self._journal.get(run, {})
            # The last one of a killed source may not be in its journal.
            if known.get(number) != ns and number != len(known):
                self._faults.append(f"{path.name}: nobody made frame {number} "
                                    f"of run {run}")
        return last

    def _missing(self, run):
        """The numbers that a run of the source made in the session and that
        are not on disk."""
        recorded = self._recorded.get(run, {})
        start_ns = self._recording.start_ms * 1_000_000
        stop_ns = self._recording.stop_ms * 1_000_000
        behind = max(recorded, default=-1)
        result = []
        for number, ns in self._journal[run].items():
            at = self._recording.capture_ns(ns)
            inside = start_ns <= at and (at < stop_ns - STOP_SLACK_NS
                                         or number < behind)
            if inside and number not in recorded:
                result.append(number)
        return result

    def _named(self, run, missing):
        """Those of the missing frames that only a killed server can have lost,
        and that the manifest names."""
        killed = len(self._camera.starts) > 1
        recorded = self._recorded.get(run)
        if not missing or not killed or not recorded:
            return []
        epoch = self._camera.epoch_of(run)
        steps = {sequence - number for number, sequence in recorded.items()}
        if len(steps) != 1:
            self._faults.append(f"the numbers of run {run} are shifted: "
                                f"{sorted(steps)[:5]}")
            return []
        step, = steps
        lost = [(x["first_sequence"], x["last_sequence"])
                for x in self._books["losses"] if x["epoch"] == epoch]
        ends = [x["unknown_behind_sequence"]
                for x in self._books["server_restarts"] if x["epoch"] == epoch]
        if epoch != self._camera.last_epoch() \
                and ends != [max(recorded.values())]:
            self._faults.append(f"run {epoch} of the server ends with "
                                f"{max(recorded.values())}, not {ends}")
        return [number for number in missing
                if any(a <= number + step <= b for a, b in lost)
                or any(number + step > x for x in ends)]

    def _check_books(self, total):
        books = self._books
        lost = sum(x["frames"] for x in books["losses"])
        if books["recorded"] != total or books["durable"] != total:
            self._faults.append(f"the books say {books['recorded']} recorded, "
                                f"{books['durable']} durable, not {total}")
        if books["captured"] != books["recorded"] + books["lost"] \
                or books["lost"] != lost:
            self._faults.append("the books do not balance")
