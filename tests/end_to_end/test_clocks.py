"""One clock: whatever the servers' clocks say, frames are where they belong."""

import bisect
import csv
import json
import subprocess
import time

import pytest

from clocks import WrongCaptureClock, WrongUtc, honest
from harness import CAMCTL, free_port, random_address, wait_until
from recordings import (ARRIVAL_TIME, MOVED_FORWARD, RECEIVE_TIME_ONLY,
                        Recording, check_flags)
from streams import Reader, SlowNetwork, boottime_ns, get

SECOND = 1_000_000_000

# From a source's stamp to the first byte that its server reads, on a machine
# that does ten other things.
LATE_NS = 10 * SECOND


def utc_is_off(where, seconds):
    """Whether UTC of a server is off by so much, as far as anybody can tell
    whose question takes its time."""
    before = time.time()
    clock = json.loads(get(where, "/clock")[2])
    return before - 0.1 <= clock["utc_ns"] / 1e9 - seconds <= time.time() + 0.1


def wait_durable(room, n, *cameras):
    room.wait_light(lambda x: all(
        x["cameras"][y]["frames_durable"] >= n for y in cameras))


def check_places(recording, camera):
    """Every frame is where its source has stamped it."""
    frames = recording.check_camera(camera)
    assert recording.manifest["cameras"][camera]["lost"] == 0
    check_flags(frames)
    for frame in frames:
        late_ns = frame.capture_ns - recording.capture_ns(frame.stamp[2])
        assert frame.flags & ~MOVED_FORWARD == ARRIVAL_TIME
        assert -frame.offset_error_ns <= late_ns \
            <= LATE_NS + frame.offset_error_ns, frame.sequence
    return frames


def tell(what, errors_ns):
    """For people who read the log of a test."""
    errors = sorted(map(abs, errors_ns))
    print(f"{what}: {len(errors)} frames, off by {errors[len(errors) // 2]} ns "
          f"(median), {errors[len(errors) * 99 // 100]} ns (p99), "
          f"{errors[-1]} ns (worst)")


def test_utc_of_servers_is_of_no_matter(room):
    wrong = {"cam-a": WrongUtc(room, "cam-a", 3.7),
             "cam-b": WrongUtc(room, "cam-b", -3600)}
    where = {x: room.server(x, honest(room.stamped(x)),
                            environment=y.environment()).where()
             for x, y in wrong.items()}
    where["cam-c"] = room.server("cam-c", room.stamped("cam-c")).where()
    assert utc_is_off(where["cam-a"], 3.7)
    assert utc_is_off(where["cam-b"], -3600)
    room.client(segment=1)
    room.wait_connected(*where)
    session = room.start_recording()
    wait_durable(room, 40, *where)
    wrong["cam-a"].step(-3600)
    wrong["cam-b"].step(3.7)
    wait_until("the clocks are set", lambda: utc_is_off(where["cam-a"], -3600)
               and utc_is_off(where["cam-b"], 3.7))
    wait_durable(room, 120, *where)
    room.stop_recording()
    recording = Recording(room.data, session)
    recording.check_names()
    films = [[y.name for y in recording.films(x)] for x in where]
    assert films[0] == films[1] == films[2] and len(films[0]) >= 3
    frames = {x: check_places(recording, x) for x in where}
    for camera, found in frames.items():
        tell(camera, [x.capture_ns - recording.capture_ns(x.stamp[2])
                      for x in found])
    check_aligned(room, recording, frames)


@pytest.fixture
def shifted(room):
    """A server whose capture clock is ahead; it and its clock."""
    def start(name, ahead_ns, ppm=0, *options, **where):
        clock = WrongCaptureClock(room, name, ahead_ns, ppm)
        room.helpers.append(clock)
        server = room.server(name, honest(room.stamped(name)), *options,
                             environment=clock.environment(), **where)
        return clock, server
    return start


def check_bounds(what, recording, camera, clock, parts):
    """Every frame is where its server has captured it, within its own bound:
    by the server's stamps, as another reader has them, and the source's."""
    stamps = {x.sequence: x.capture_mono_ns for x in parts}
    off = []
    frames = recording.check_camera(camera)
    check_flags(frames)
    for frame in frames:
        assert frame.flags & ~MOVED_FORWARD == ARRIVAL_TIME, frame.sequence
        true_ns = recording.capture_ns(clock.true_ns(stamps[frame.sequence]))
        off.append(frame.capture_ns - true_ns)
        # Both sides have their clocks to the microsecond.
        assert abs(off[-1]) <= frame.offset_error_ns + 2000, frame.sequence
        written_ns = recording.capture_ns(frame.stamp[2])
        assert true_ns >= written_ns - 2000, frame.sequence
    tell(what, off)
    bounds = sorted(x.offset_error_ns for x in frames)
    print(f"{what}: bounds {bounds[len(bounds) // 2]} ns (median), "
          f"{bounds[-1]} ns (worst)")
    return frames


def test_a_capture_clock_that_is_off_and_drifts_is_followed(room, shifted):
    clock, server = shifted("cam-a", 3600 * SECOND, ppm=200)
    reader = Reader(server.where())
    room.helpers.append(reader)
    room.client(segment=2)
    room.wait_connected("cam-a")
    session = room.start_recording()
    wait_durable(room, 250, "cam-a")
    room.stop_recording()
    recording = Recording(room.data, session)
    recording.check_names()
    check_bounds("an hour ahead, 200 ppm fast", recording, "cam-a", clock,
                 reader.parts)
    told = recording.manifest["cameras"]["cam-a"]["clock"]
    assert abs(told["drift_ppb"] + 200_000) <= told["drift_error_ppb"] + 1000
    assert told["restarts"] == 0
    history = recording.manifest["cameras"]["cam-a"]["clock_history"]
    assert history and all(
        abs(x["offset_ns"] + 3600 * SECOND) < SECOND for x in history)


def test_a_slewed_capture_clock_is_within_the_bounds(room, shifted):
    """By 5 ms a second for 5 s, as a time daemon does that has found a server
    to be off. The next looks at the clock show that; until then nobody can
    know."""
    clock, server = shifted("cam-a", 3600 * SECOND, ppm=40)
    reader = Reader(server.where())
    room.helpers.append(reader)
    room.client(segment=5)
    room.wait_connected("cam-a")
    session = room.start_recording()
    wait_durable(room, 75, "cam-a")
    begin_ns = clock.slew(5040)
    wait_until("the slew is over",
               lambda: boottime_ns() - begin_ns > 5 * SECOND)
    clock.slew(40)
    wait_durable(room, 300, "cam-a")
    room.stop_recording()
    recording = Recording(room.data, session)
    recording.check_names()
    frames = recording.check_camera("cam-a")
    books = recording.manifest["cameras"]["cam-a"]
    assert books["lost"] == 0 and books["clock"]["restarts"] >= 1
    stamps = {x.sequence: x.capture_mono_ns for x in reader.parts}
    over = {True: [], False: []}
    for frame in frames:
        boot_ns = clock.true_ns(stamps[frame.sequence])
        off_ns = abs(frame.capture_ns - recording.capture_ns(boot_ns))
        blind = 0 <= boot_ns - begin_ns < 3 * SECOND
        over[blind].append(off_ns - frame.offset_error_ns)
    print(f"beyond the bound: {max(over[True]) / 1000:.0f} us at most until "
          f"the slew is known, {max(over[False]) / 1000:.0f} us else; bounds up"
          f" to {max(x.offset_error_ns for x in frames) / 1000:.0f} us")
    assert max(over[True]) < 15_000_000 # All of what 3 s make.
    # The index has no bound of an arrival, and the manifest has the clock's every
    # 10 s: between two looks, of five a second, a slew makes 1 ms. The test's own
    # clock is off by 10 us.
    assert max(over[False]) <= 1_010_000


# On its way to the server and back, in s at most; the clock's drift in ppm.
SLOW_WAYS = {"cam-a": (0.005, 0, -150), "cam-b": (0, 0.005, 30),
             "cam-c": (0.005, 0.005, 200)}


def test_frames_over_a_slow_network_are_within_their_bounds(room, shifted):
    """The network is a TCP relay which holds back each piece at random, and
    one of the ways breaks for some seconds, after which frames come late. No
    packets are lost or reordered, which TCP would show as long ways anyway."""
    clocks, readers, networks = {}, {}, {}
    for seed, (camera, (there, back, ppm)) in enumerate(SLOW_WAYS.items()):
        here, relay = random_address(), random_address()
        clocks[camera], server = shifted(
            camera, 3600 * SECOND, ppm, f"--stream.advertise={relay}",
            host=here, port=free_port(here, relay))
        networks[camera] = SlowNetwork(relay, server.where(), there, back,
                                       seed)
        readers[camera] = Reader(server.where())
        room.helpers += [networks[camera], readers[camera]]
    room.client(segment=5)
    room.wait_connected(*SLOW_WAYS)
    session = room.start_recording()
    wait_durable(room, 100, *SLOW_WAYS)
    networks["cam-c"].break_down()
    wait_durable(room, 250, "cam-a", "cam-b")
    networks["cam-c"].heal()
    wait_durable(room, 350, *SLOW_WAYS)
    room.stop_recording()
    recording = Recording(room.data, session)
    recording.check_names()
    for camera, (there, back, ppm) in SLOW_WAYS.items():
        assert networks[camera].connections >= 2 # Frames, and the clock.
        frames = check_bounds(
            f"{there * 1000:g} ms there, {back * 1000:g} ms back, {ppm} ppm",
            recording, camera, clocks[camera], readers[camera].parts)
        assert recording.manifest["cameras"][camera]["lost"] == 0
        if camera == "cam-c": # What it captured while its way was broken.
            assert sum(x.receive_ns - x.capture_ns > 2 * SECOND
                       for x in frames) > 25


def test_a_step_of_the_capture_clock_costs_a_second_of_places(room, shifted):
    clock, _ = shifted("cam-a", 3_700_000_000)
    room.client(segment=2)
    room.wait_connected("cam-a")
    session = room.start_recording()
    wait_durable(room, 60, "cam-a")
    clock.step(6_700_000_000)
    wait_durable(room, 180, "cam-a")
    room.stop_recording()
    recording = Recording(room.data, session)
    recording.check_names()
    frames = recording.check_camera("cam-a")
    books = recording.manifest["cameras"]["cam-a"]
    assert books["lost"] == 0 and books["clock"]["restarts"] == 1
    for frame in frames:
        late_ns = frame.capture_ns - recording.capture_ns(frame.stamp[2])
        if frame.flags & RECEIVE_TIME_ONLY == 0:
            assert -frame.offset_error_ns <= late_ns \
                <= LATE_NS + frame.offset_error_ns, frame.sequence
    by_receipt = [x for x in frames if x.flags & RECEIVE_TIME_ONLY]
    assert len(by_receipt) < 75 # Of 25 a second, until the next look.
    assert frames[-1].flags == frames[0].flags == ARRIVAL_TIME


# -- camctl align --------------------------------------------------------------

def align(room, session, *options):
    out = room.folder / "aligned.csv"
    subprocess.run([CAMCTL, "align", room.data, "--session", str(session),
                    "--out", out, *options], check=True, capture_output=True)
    with out.open(newline="") as file:
        return list(csv.DictReader(file))


def check_aligned(room, recording, frames):
    """Every row has the frames that Python finds, too."""
    rows = align(room, recording.start_ms, "--reference", "cam-b")
    assert len(rows) == len(frames["cam-b"])
    for row, frame in zip(rows, frames["cam-b"]):
        assert int(row["time_ns"]) == frame.capture_ns
        assert not row["cam-b.error_ns"] # An arrival has no bound.
        for camera in ("cam-a", "cam-c"):
            times = [x.capture_ns for x in frames[camera]]
            at = bisect.bisect_left(times, frame.capture_ns)
            near = min(frames[camera][max(0, at - 1):at + 1],
                       key=lambda x: abs(x.capture_ns - frame.capture_ns))
            assert int(row[f"{camera}.dt_ns"]) \
                == near.capture_ns - frame.capture_ns
            assert not row[f"{camera}.error_ns"]
            film = room.data / "cam" / camera / row[f"{camera}.file"]
            with film.with_suffix(".csv").open(newline="") as file:
                told = list(csv.DictReader(file))[int(row[f"{camera}.frame"])]
            assert int(told["capture_ns"]) == near.capture_ns


def test_align_says_what_it_wants(room):
    for words in ([], ["x"], ["x", "--session", "1"], ["--nonsense"],
                  [room.data, "--session", "1", "--out", "x"],
                  ["x", "--session", "1", "--out", "x", "--tolerance", "-1"]):
        done = subprocess.run([CAMCTL, "align", *words], capture_output=True,
                              text=True, check=False, cwd=room.cwd)
        assert done.returncode == 2 and done.stderr.count("\n") == 1, words
        assert not done.stdout
    done = subprocess.run([CAMCTL, "align", "--help"], capture_output=True,
                          text=True, check=True)
    assert "--tolerance" in done.stdout
    assert not list(room.cwd.iterdir())
