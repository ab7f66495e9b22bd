"""One clock: whatever the servers' clocks say, frames are where they belong."""

import bisect
import csv
import json
import subprocess
import time

import pytest

from clocks import WrongCaptureClock, WrongUtc
from metrics import Scrape
from processes import CAMCTL, free_port, random_address, wait_until
from recordings import (ARRIVAL_TIME, MOVED_FORWARD, READING_NS,
                        RECEIVE_TIME_ONLY, Recording, check_flags,
                        monotonic_minus_boottime)
from streams import SlowNetwork, boottime_ns, get, pattern_stamp_of

SECOND = 1_000_000_000

# From a source's stamp to the first byte that its server reads, on a machine
# that does ten other things.
LATE_NS = 10 * SECOND

# The test picture, which has the time of its capture, as a sensor has.
PATTERN = ("--camera.source=pattern", "--camera.width=320",
           "--camera.height=240", "--camera.fps=25")


def utc_is_off(where, seconds):
    """Whether UTC of a server is off by so much, as far as anybody can tell
    whose question takes its time."""
    before = time.time()
    clock = json.loads(get(where, "/clock")[2])
    return before - 0.1 <= clock["utc_ns"] / 1e9 - seconds <= time.time() + 0.1


def wait_durable(room, n, *cameras):
    room.wait_light(lambda x: all(
        x["cameras"][y]["frames_durable"] >= n for y in cameras))


def wait_more(room, camera):
    """Waits for three seconds of frames more than there are by now."""
    now_ms = time.time() * 1000
    light = room.wait_light(lambda x: x["time_ms"] > now_ms)
    wait_durable(room, light["cameras"][camera]["frames_durable"] + 75, camera)


def frames_of(recording, camera):
    """All frames of a test picture; it may only have lost what a busy machine
    has kept from being drawn."""
    frames = recording.check_camera(camera)
    books = recording.manifest["cameras"][camera]
    assert set(books["lost_by_place"]) <= {"encoder"}
    for frame in frames:
        assert frame.flags & RECEIVE_TIME_ONLY \
            or recording.server_ns(frame) == pattern_stamp_of(frame.jpeg)
    return frames


def beyond_ns(recording, frame, true_ns):
    """How far a frame is beyond its bound from where its server has captured
    it; 0 or less if it is within.
    :param true_ns: Makes CLOCK_BOOTTIME of a server's time.
    """
    place_ns = recording.capture_ns(true_ns(pattern_stamp_of(frame.jpeg)))
    return abs(frame.capture_ns - place_ns) - frame.offset_error_ns \
        - READING_NS


def check_places(what, recording, camera, true_ns):
    """Every frame is where its server has captured it, within its own bound."""
    frames = frames_of(recording, camera)
    check_flags(frames)
    for frame in frames:
        assert frame.flags & ~MOVED_FORWARD == 0, frame.sequence
        assert beyond_ns(recording, frame, true_ns) <= 0, frame.sequence
    # For people who read the log of a test.
    bounds = sorted(x.offset_error_ns for x in frames)
    print(f"{what}: bounds {bounds[len(bounds) // 2]} ns (median of "
          f"{len(bounds)}), {bounds[-1]} ns (worst)")
    return frames


def test_utc_of_servers_is_of_no_matter(room):
    wrong = {"cam-a": WrongUtc(room, "cam-a", 3.7),
             "cam-b": WrongUtc(room, "cam-b", -3600)}
    where = {x: room.server(x, *PATTERN, environment=y.environment()).where()
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
    # The last cut may be too short for a frame of each.
    assert all(len(recording.films(x)) >= 3 for x in where)
    frames = {x: check_places(x, recording, x, lambda stamp_ns: stamp_ns)
              for x in wrong}
    frames["cam-c"] = check_arrivals(recording, "cam-c")
    check_aligned(room, recording, frames)


def check_arrivals(recording, camera):
    """Frames of a program have the time at which their server got them: after
    the program wrote them. Of its own, that time has no bound."""
    frames = recording.check_camera(camera)
    assert recording.manifest["cameras"][camera]["lost"] == 0
    check_flags(frames)
    for frame in frames:
        assert frame.flags & ~MOVED_FORWARD == ARRIVAL_TIME
        written_ns = frame.stamp[2]
        assert written_ns <= recording.server_ns(frame) \
            <= written_ns + LATE_NS, frame.sequence
    return frames


@pytest.fixture
def shifted(room):
    """A server whose capture clock is ahead; it and its clock."""
    def start(name, ahead_ns, ppm=0, *options, **where):
        clock = WrongCaptureClock(room, name, ahead_ns, ppm)
        room.helpers.append(clock)
        server = room.server(name, *PATTERN, *options,
                             environment=clock.environment(), **where)
        return clock, server
    return start


def check_looks(recording, camera, clock):
    """What each look at the clock says was so."""
    looks = recording.manifest["cameras"][camera]["clock_history"]
    assert looks
    for look in looks:
        true_ns = monotonic_minus_boottime() \
            - clock.ahead_ns(look["at_ns"] - recording.capture_ns(0))
        assert abs(look["offset_ns"] - true_ns) \
            <= look["error_ns"] + READING_NS, look


def test_a_capture_clock_that_is_off_and_drifts_is_followed(room, shifted):
    clock, _ = shifted("cam-a", 3600 * SECOND, ppm=200)
    room.client(segment=2)
    room.wait_connected("cam-a")
    session = room.start_recording()
    wait_durable(room, 250, "cam-a")
    room.stop_recording()
    recording = Recording(room.data, session)
    recording.check_names()
    check_places("an hour ahead, 200 ppm fast", recording, "cam-a",
                 clock.true_ns)
    check_looks(recording, "cam-a", clock)
    told = recording.manifest["cameras"]["cam-a"]["clock"]
    assert abs(told["drift_ppb"] + 200_000) <= told["drift_error_ppb"] + 1000
    assert told["restarts"] == 0


def test_a_slewed_capture_clock_is_within_the_bounds(room, shifted):
    """By 5 ms a second, as a time daemon does that has found a server to be off.
    The next looks at the clock show that; until then nobody can know, and a frame
    may be beyond its bound by what was slewed."""
    clock, _ = shifted("cam-a", 3600 * SECOND, ppm=40)
    client = room.client(segment=5)
    room.wait_connected("cam-a")
    session = room.start_recording()
    wait_durable(room, 75, "cam-a")
    begin_ns = clock.slew(5040)
    wait_until("the slew is known", lambda: Scrape(get(
        client.status_where(), "/metrics")[2].decode()).sum(
            "camnode_clock_restarts_total") > 0)
    known_ns = boottime_ns()
    end_ns = clock.slew(40)
    wait_until("the slew is over", lambda: boottime_ns() > end_ns)
    wait_more(room, "cam-a")
    room.stop_recording()
    recording = Recording(room.data, session)
    recording.check_names()
    frames = frames_of(recording, "cam-a")
    assert known_ns > begin_ns
    blind = [x for x in frames
             if x.receive_ns < recording.capture_ns(known_ns)]
    for frame in blind:
        boot_ns = clock.true_ns(pattern_stamp_of(frame.jpeg))
        slewed_ns = max(0, boot_ns - begin_ns) * 5000 // 1_000_000
        # One whose stamp cannot be has its time of receipt instead.
        assert frame.flags & RECEIVE_TIME_ONLY and slewed_ns \
            or beyond_ns(recording, frame, clock.true_ns) <= slewed_ns
    seen = frames[len(blind):]
    for frame in seen:
        assert frame.flags & ~MOVED_FORWARD == 0, frame.sequence
        assert beyond_ns(recording, frame, clock.true_ns) <= 0, frame.sequence
    assert seen[0].capture_ns < recording.capture_ns(end_ns)
    print(f"known after {(known_ns - begin_ns) / 1e9:.2f} s; bounds up to "
          f"{max(x.offset_error_ns for x in frames) / 1000:.0f} us")


# On its way to the server and back, in s at most; the clock's drift in ppm.
SLOW_WAYS = {"cam-a": (0.005, 0, -150), "cam-b": (0, 0.005, 30),
             "cam-c": (0.005, 0.005, 200)}


def test_frames_over_a_slow_network_are_within_their_bounds(room, shifted):
    """The network is a TCP relay which holds back each piece at random, and
    one of the ways breaks for some seconds, after which frames come late. No
    packets are lost or reordered, which TCP would show as long ways anyway."""
    clocks, networks = {}, {}
    for seed, (camera, (there, back, ppm)) in enumerate(SLOW_WAYS.items()):
        here, relay = random_address(), random_address()
        clocks[camera], server = shifted(
            camera, 3600 * SECOND, ppm, f"--stream.advertise={relay}",
            host=here, port=free_port(here, relay))
        networks[camera] = SlowNetwork(relay, server.where(), there, back,
                                       seed)
        room.helpers.append(networks[camera])
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
        frames = check_places(
            f"{there * 1000:g} ms there, {back * 1000:g} ms back, {ppm} ppm",
            recording, camera, clocks[camera].true_ns)
        check_looks(recording, camera, clocks[camera])
        if camera == "cam-c": # What it captured while its way was broken.
            assert sum(x.receive_ns - x.capture_ns > 2 * SECOND
                       for x in frames) > 25


def test_a_step_of_the_capture_clock_costs_a_second_of_places(room, shifted):
    clock, _ = shifted("cam-a", 3_700_000_000)
    room.client(segment=2)
    room.wait_connected("cam-a")
    session = room.start_recording()
    wait_durable(room, 60, "cam-a")
    stepped_ns = clock.step(3 * SECOND)
    wait_until("the clock is set", lambda: boottime_ns() > stepped_ns)
    wait_more(room, "cam-a")
    room.stop_recording()
    recording = Recording(room.data, session)
    recording.check_names()
    frames = frames_of(recording, "cam-a")
    books = recording.manifest["cameras"]["cam-a"]
    assert books["clock"]["restarts"] == 1
    looks = books["clock_history"]
    found_ns = next(x["at_ns"] for x in looks
                    if x["offset_ns"] < looks[0]["offset_ns"] - SECOND)
    for frame in frames:
        if frame.flags & RECEIVE_TIME_ONLY: # Until the next look.
            assert clock.true_ns(pattern_stamp_of(frame.jpeg)) >= stepped_ns
            assert frame.capture_ns <= found_ns, frame.sequence
        else:
            assert beyond_ns(recording, frame, clock.true_ns) <= 0, \
                frame.sequence
    assert frames[-1].flags == frames[0].flags == 0


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
        assert int(row["cam-b.error_ns"]) == frame.offset_error_ns
        for camera in ("cam-a", "cam-c"):
            times = [x.capture_ns for x in frames[camera]]
            at = bisect.bisect_left(times, frame.capture_ns)
            near = min(frames[camera][max(0, at - 1):at + 1],
                       key=lambda x: abs(x.capture_ns - frame.capture_ns))
            assert int(row[f"{camera}.dt_ns"]) \
                == near.capture_ns - frame.capture_ns
            # An arrival has no bound.
            assert row[f"{camera}.error_ns"] == (
                "" if near.flags & ARRIVAL_TIME else
                str(near.offset_error_ns + frame.offset_error_ns))
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
