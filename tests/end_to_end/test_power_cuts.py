"""The power goes at any moment: every film plays afterwards, and at most the
last two seconds are lost. tools/power_cuts does it more often."""

import os
import random
import shutil
import time

import pytest

from chaos import can_resume
from faulty_disk import FaultyDisk, PowerCuts, play

CUTS = 50


def record(room, disk, seconds=9):
    """A session of two cameras and a sensor whose every write is logged."""
    servers = [room.server(x, room.stamped(x)) for x in ("cam-a", "cam-b")]
    client = room.client(environment=disk.environment())
    room.wait_connected("cam-a", "cam-b")
    room.start_recording()
    for _ in range(int(seconds * 5)):
        room.ear.publish("sensor/door", "open")
        time.sleep(0.2) # The length of the session is all that matters.
    room.stop_recording()
    client.end()
    for server in servers:
        server.end()


def test_what_is_rebuilt_without_a_cut_is_what_is_there(room):
    disk = FaultyDisk(room)
    record(room, disk, seconds=3)
    log = disk.log()
    rebuilt = room.folder / "rebuilt"
    log.rebuild(len(log.records) + 1, 1, rebuilt)

    def content(folder):
        return {x.relative_to(folder): x.read_bytes()
                for x in folder.rglob("*") if x.is_file()}
    assert content(rebuilt) == content(room.data)
    assert len(content(rebuilt)) >= 10


@pytest.mark.skipif(not can_resume(), reason="nothing repairs files yet")
def test_power_cuts_leave_films_that_play(room):
    seed = int(os.environ.get("CUTS_SEED", time.time_ns() % 1_000_000))
    print(f"CUTS_SEED={seed}")
    disk = FaultyDisk(room)
    record(room, disk)
    cuts = PowerCuts(room, disk, seed)
    luck = random.Random(seed)
    faults = []
    closes = cuts.at_closes()
    assert closes
    for number in range(CUTS):
        # A cut in four is where films are being closed.
        at = luck.choice(closes) if number % 4 == 0 \
            else luck.randint(1, len(cuts))
        resume = f"--record.resume={'true' if number % 2 else 'false'}"
        faults += cuts.cut(number, at, [resume])
        if number % 10 == 0:
            faults += play(room.folder / f"cut-{number}")
        shutil.rmtree(room.folder / f"cut-{number}")
    print(f"at most {cuts.most_lost_ns / 1e9:.2f} s lost")
    assert not faults


@pytest.mark.skipif(not can_resume(), reason="nothing repairs files yet")
def test_a_client_that_is_killed_while_it_closes_a_film_loses_nothing(room):
    disk = FaultyDisk(room)
    record(room, disk, seconds=3)
    cuts = PowerCuts(room, disk, 0)
    faults = []
    # Both cameras close their films at the same time, step by step.
    for number, at in enumerate(cuts.at_closes()):
        faults += cuts.cut(number, at, ["--record.resume=false"], kill=True)
        shutil.rmtree(room.folder / f"cut-{number}")
    assert cuts.most_lost_ns == 0
    assert not faults
