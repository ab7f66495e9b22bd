"""Many things go wrong in a random order, and no frame is missing, doubled or
out of place. tools/chaos does the same for longer, and with bigger pictures."""

import os
import shutil
import time

from chaos import Chaos
from processes import wait_until

EVENTS = 21


def test_chaos_costs_no_frame_that_is_not_named(room):
    seed = int(os.environ.get("CHAOS_SEED", time.time_ns() % 1_000_000))
    print(f"CHAOS_SEED={seed}")
    chaos = Chaos(room, seed)
    chaos.start_recording()
    for kind in chaos.course(EVENTS):
        chaos.happen(kind)
    chaos.stop_recording()
    figures, faults = chaos.verdict()
    print(figures)
    assert not faults
    assert len(chaos.happened) == EVENTS
    assert all(x["recorded"] > 100 for x in figures.values())


def test_the_verdict_finds_what_is_missing_doubled_and_cut_short(room):
    """Or it would prove nothing."""
    chaos = Chaos(room, 1, cameras=1)
    chaos.start_recording()
    room.wait_files("cam-a", "*.mp4", 4)
    chaos.stop_recording()
    assert not chaos.verdict()[1]

    folder = room.data / "cam/cam-a"
    first, second, third = sorted(folder.glob("*.mp4"))[:3]
    begin, end = map(int, second.stem.split("-"))
    piece = folder / f"{begin + 1}-{end - 1}"
    for suffix in (".mp4", ".csv"):
        shutil.copy(second.with_suffix(suffix), f"{piece}{suffix}")
    check_found(chaos, "there twice", doubled=40)
    for suffix in (".mp4", ".csv"):
        os.unlink(f"{piece}{suffix}")
        second.with_suffix(suffix).unlink()
    check_found(chaos, "missing and not named", unnamed=40)
    os.truncate(third, third.stat().st_size - 1)
    check_found(chaos, "are left")


def check_found(chaos, what, **at_least):
    figures, faults = chaos.verdict()
    assert any(what in x for x in faults), faults
    for name, count in at_least.items():
        assert figures["cam-a"][name] >= count


def test_the_verdict_takes_a_loss_only_from_a_server_that_was_killed(room):
    chaos = Chaos(room, 1, cameras=1)
    chaos.start_recording()
    camera = chaos.cameras[0]
    camera.server.kill()
    count = len(room.journal("cam-a"))
    camera.start()
    wait_until("the new one runs",
               lambda: len(room.journal("cam-a")) > count + 50)
    # As if the old one had made pictures that nobody read.
    run, number, ns = room.journal("cam-a")[count - 1]
    lines = room.journal_path("cam-a").read_text().splitlines()
    lines[count:count] = [f"{run} {number + i} {ns + i}" for i in (1, 2, 3)]
    room.wait_files("cam-a", "*.mp4", 4)
    chaos.stop_recording()
    later = room.journal_path("cam-a").read_text().splitlines()
    lines += later[len(lines) - 3:]
    room.journal_path("cam-a").write_text("\n".join(lines) + "\n")
    figures, faults = chaos.verdict()
    assert not faults
    assert figures["cam-a"]["named"] >= 3
    del camera.starts[1:]
    assert any("not named" in x for x in chaos.verdict()[1])
