"""The Python reader on sessions that are recorded, cut off and resumed while it
looks, and in which something is lost."""

import json

import pandas as pd

from crashes import begin, durable, wait_more
from processes import free_port, random_address, wait_until
from reading import camnode, check_frames
from camnode.index import REBUILT
from streams import Network, Reader
from test_shared_folder import put_foreign

# How many films are completed while a session is read, and how often it is, at
# least.
CUTS = 5
LOOKS = 3


def check_prefix(before, after):
    """What was there is there still. An open film has its last name later."""
    assert len(before) <= len(after)
    same = [x for x in before.columns if x != "file"]
    pd.testing.assert_frame_equal(before[same], after[same].iloc[:len(before)])


def test_a_session_is_read_while_it_is_recorded(room):
    cameras = ("cam-a", "cam-b")
    _, start_ms = begin(room, *cameras, segment=1)
    session = camnode.open(room.data)
    assert session.manifest.start_ms == start_ms and session.stop is None
    before = {x: session.frames(x) for x in cameras}
    old = camnode.open(room.data) # Its films get other names meanwhile.
    first = old.jpeg("cam-a", len(old.frames("cam-a")) - 1)
    looks = 0
    while looks < LOOKS or len(list(
            (room.data / "cam/cam-b").glob("*-*.mp4"))) < CUTS:
        room.ear.publish("sensor/count", json.dumps({f"key{looks}": looks}))
        session.refresh()
        assert old.jpeg("cam-a", len(old.frames("cam-a")) - 1) == first
        for camera in cameras:
            found = session.frames(camera)
            check_prefix(before[camera], found)
            before[camera] = found
            last = session.jpeg(camera, len(found) - 1)
            assert last[:2] == b"\xff\xd8" and last[-2:] == b"\xff\xd9"
        if "sensor/count" in session.topics:
            assert len(session.sensors("sensor/count").columns) <= looks + 1
        assert session.state == "recording" and session.check() == []
        looks += 1
    room.stop_recording()
    session.refresh()
    assert session.state == "finished" and session.check() == []
    for camera in cameras:
        check_prefix(before[camera], session.frames(camera))
        check_frames(session, camera)
    counts = session.sensors("sensor/count")
    assert list(counts.columns) == [f"key{x}" for x in range(looks)]
    assert [counts[f"key{x}"].dropna().tolist() for x in range(looks)] \
        == [[x] for x in range(looks)]


def test_a_session_that_was_cut_off_is_read_and_goes_on(room):
    client, start_ms = begin(room, "cam-a", segment=2)
    room.ear.publish("sensor/count", '{"n": 1}')
    room.wait_light(lambda x: x["sensors"]["durable"] == 1)
    client.kill()
    # As it may look if the client dies at another moment.
    index, = (room.data / "cam/cam-a").glob("*.csv.part")
    film, = (room.data / "cam/cam-a").glob("*.mp4.part")
    whole = film.read_bytes()
    with index.open("ab") as file:
        file.write(b"7,")
    cut_off = camnode.open(room.data, start_ms)
    found = cut_off.frames("cam-a")
    assert cut_off.state == "recording" and len(found) > 30
    assert cut_off.check() == []
    for n in range(len(found)):
        assert cut_off.jpeg("cam-a", n)[-2:] == b"\xff\xd9"
    assert cut_off.sensors("sensor/count")["n"].tolist() == [1]
    last = found.iloc[-1]
    film.write_bytes(whole[:last["position"] + last["bytes"] - 1])
    cut_off.refresh()
    assert len(cut_off.frames("cam-a")) == len(found) - 1
    film.write_bytes(whole)

    room.client(segment=2)
    wait_more(room, "cam-a", 50)
    room.stop_recording()
    session = camnode.open(room.data, start_ms)
    assert session.state == "finished" and session.check() == []
    assert len(session.manifest.resumed_ms) == 1
    check_frames(session, "cam-a")
    check_prefix(found, session.frames("cam-a"))
    outage, = session.losses().itertuples()
    assert outage.kind == "unknown readings"
    assert session.start < outage.from_time < outage.to_time < session.stop


def test_an_interrupted_session_is_read(room):
    client, start_ms = begin(room, "cam-a")
    client.kill()
    room.client("--record.resume=false")
    wait_until("the session is closed",
               lambda: camnode.open(room.data, start_ms).state == "interrupted")
    session = camnode.open(room.data, start_ms)
    assert session.manifest.interrupted and session.check() == []
    check_frames(session, "cam-a")


def test_rows_that_a_repair_rebuilt_are_told_apart(room):
    client, start_ms = begin(room, "cam-a", segment=60)
    client.kill()
    index, = (room.data / "cam/cam-a").glob("*.csv.part")
    rows = index.read_bytes().splitlines(keepends=True)
    index.write_bytes(b"".join(rows[:-6])) # As a power cut may leave it.
    room.client(segment=60)
    wait_more(room, "cam-a", 30)
    room.stop_recording()
    session = camnode.open(room.data, start_ms)
    assert session.check() == []
    check_frames(session, "cam-a")
    frames = session.frames("cam-a")
    rebuilt = frames[frames["flags"] & REBUILT != 0]
    assert 0 < len(rebuilt) < 10
    assert rebuilt[["sequence", "epoch", "receive_ns"]].isna().all(None)
    near = session.at(rebuilt.time.iloc[0])["cam-a"]
    assert (near.n, near.dt_ns, near.error_ns) == (rebuilt.index[0], 0, None)


def test_of_a_server_that_was_killed_nobody_knows_its_last_frames(room):
    host = random_address()
    port = free_port(host)
    server = room.server("cam-a", room.stamped("cam-a"), host=host, port=port)
    room.client()
    room.wait_connected("cam-a")
    start_ms = room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 20)
    server.kill()
    away = room.wait_light(lambda x: not x["cameras"]["cam-a"]["connected"])
    room.server("cam-a", room.stamped("cam-a"), host=host, port=port)
    room.wait_light(lambda x: durable(x, "cam-a")
                    > durable(away, "cam-a") + 40)
    room.stop_recording()
    session = camnode.open(room.data, start_ms)
    assert session.check() == []
    check_frames(session, "cam-a")
    frames = session.frames("cam-a")
    first = frames[frames.epoch == frames.epoch[0]]
    second = frames[frames.epoch != frames.epoch[0]]
    gap, = session.losses().query("kind == 'unknown frames'").itertuples()
    assert (gap.camera, gap.epoch) == ("cam-a", frames.epoch[0])
    assert gap.first_sequence == first.sequence.iloc[-1] + 1
    assert first.time.iloc[-1] < gap.to_time
    assert second.time.iloc[0] > first.time.iloc[-1]


def test_lost_frames_have_rows_on_request(room):
    host, way = random_address(), random_address()
    port = free_port(host, way)
    server = room.server("cam-a", room.stamped("cam-a"), "--stream.replay=1",
                         f"--stream.advertise={way}", host=host, port=port)
    network = Network(way, server.where())
    reader = Reader(server.where())
    room.helpers += [network, reader]
    room.client()
    room.wait_connected("cam-a")
    room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 10)
    network.break_down()
    reader.wait(len(reader.parts) + 60)
    network.heal()
    room.wait_light(lambda x: x["cameras"]["cam-a"]["lost"] > 0)
    room.stop_recording()

    session = camnode.open(room.data)
    assert session.check() == []
    told = session.cameras["cam-a"]
    assert told.captured == told.recorded + told.lost and told.lost > 20
    loss = session.losses().query("kind == 'frames'").iloc[0]
    assert (loss["place"], loss["lost"]) == ("server ring", told.lost)
    both = session.frames("cam-a", missing=True)
    assert len(both) == told.recorded + told.lost
    # Each number from the first to the last one, in order, once.
    assert (both.sequence.diff().dropna() == 1).all()
    lost = both[both.n.isna()]
    assert lost.sequence.iloc[0] == loss["first_sequence"]
    assert lost.sequence.iloc[-1] == loss["last_sequence"]
    assert set(lost.place) == {"server ring"}
    assert lost[["file", "capture_ns", "time", "position"]].isna().all(None)
    kept = both[both.n.notna()].set_index("n").drop(columns="place")
    kept.index = kept.index.astype(int)
    pd.testing.assert_frame_equal(kept, session.frames("cam-a"),
                                  check_dtype=False, check_index_type=False)


def test_files_of_others_are_named(room):
    put_foreign(room.data, 1_800_000_000_000)
    begin(room, "cam-a")
    room.ear.publish("sensor/a/b", "1")
    room.wait_light(lambda x: x["sensors"]["durable"] == 1)
    for state in ("recording", "idle"):
        if state == "idle":
            room.stop_recording()
        found = {str(x.relative_to(room.data))
                 for x in camnode.foreign(room.data)}
        assert len(found) == 9, found
        told, = camnode.sessions(room.data)
        assert list(told.cameras) == ["cam-a"]
        assert all(not x.startswith(("cam/cam-a", "sensors/sensor"))
                   for x in found)
