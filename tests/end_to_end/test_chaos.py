"""Many things go wrong in a random order, and no frame is missing, doubled or
out of place. tools/chaos does the same for longer, and with bigger pictures."""

import os
import time

from chaos import Chaos

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
