"""Living with the Python system that camnode replaces."""

from crashes import verify
from processes import free_port, random_address, wait_until
from recordings import RECEIVE_TIME_ONLY, Recording
from streams import LEGACY_PORT, LegacyServer, get, read_legacy, stamp_of

# Between sending a frame and its arrival, at most, on a busy machine.
DELIVERY_NS = 10_000_000_000


def legacy_server(room):
    server = LegacyServer(room.port, random_address(), room.picture)
    room.helpers.append(server)
    return server


def legacy_host(room, name, *options):
    """A camnode server where legacy clients look for it."""
    host = random_address()
    room.server(name, *options, host=host, port=LEGACY_PORT).where()
    return host


def test_a_legacy_server_is_found_and_recorded(room):
    server = legacy_server(room)
    room.client()
    room.wait_connected(server.address)
    session = room.start_recording()
    room.wait_light(
        lambda x: x["cameras"][server.address]["frames_durable"] > 55)
    room.stop_recording()

    recording = Recording(room.data, session)
    recording.check_names()
    frames = recording.check_camera(server.address)
    books = recording.manifest["cameras"][server.address]
    assert books["protocol"] == "legacy"
    assert books["clock"] is None
    assert books["address"] == f"{server.address}:{LEGACY_PORT}"
    assert books["lost"] == 0
    assert {x.flags for x in frames} == {RECEIVE_TIME_ONLY}
    assert all(x.capture_ns == x.receive_ns for x in frames)
    check_all_sent(recording, frames, server.sent)


def test_legacy_servers_at_another_port_are_found(room):
    address = random_address()
    port = free_port(address)
    room.helpers.append(LegacyServer(room.port, address, room.picture,
                                     port=port))
    client = room.client(f"--discovery.legacy-port={port}")
    room.wait_connected(address)
    assert f"{address}:{port}" in client.camctl("servers").stdout


def check_all_sent(recording, frames, connections):
    """The frames are those that were sent in the session, all of one
    connection, in their order."""
    sent, = connections
    stamps = [x.stamp for x in frames]
    numbers = [number for _, number, _ in stamps]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    for frame in frames:
        run, number, stamp_ns = frame.stamp
        late_ns = frame.capture_ns - recording.capture_ns(stamp_ns)
        assert -1000 < late_ns < DELIVERY_NS, (run, number)
    for number, sent_ns in sent:
        if recording.capture_ns(sent_ns) > recording.start_ms * 1_000_000 \
                and number < numbers[-1]:
            assert number in numbers
    # Later than the last one nothing came within the session.
    assert (recording.stop_ms * 1_000_000 - frames[-1].capture_ns
            < DELIVERY_NS)


def test_what_a_legacy_server_sent_while_nobody_was_connected_is_unknown(room):
    server = legacy_server(room)
    room.client()
    room.wait_connected(server.address)
    session = room.start_recording()
    def durable(frames):
        room.wait_light(lambda x: x["cameras"][server.address]
                        ["frames_durable"] >= frames)
    durable(20)
    server.break_off()
    wait_until("it is connected again", lambda: len(server.sent) == 2)
    durable(len(server.sent[0]) + 20)
    room.stop_recording()
    frames = Recording(room.data, session).check_camera(server.address)
    gap, = Recording(room.data, session) \
        .manifest["cameras"][server.address]["server_restarts"]
    runs = [x.stamp[0] for x in frames]
    assert gap["unknown_behind_sequence"] == frames[runs.count(runs[0]) - 1] \
        .sequence
    status, said = verify(room.data)
    assert status == 1, said
    losses = said["sessions"][0]["cameras"][server.address]["losses"]
    assert "the stream was broken off" in losses[0]


def test_a_legacy_client_is_answered_and_fed(room):
    host = legacy_host(room, "cam-a", room.stamped("cam-a"))
    room.ear.wait("camera/announce/cam-a")
    room.ear.publish("command/getIP", "camera/response/workstation-7")
    answer = room.ear.wait("camera/response/workstation-7")
    assert answer.payload == host.encode()
    assert not answer.retained

    frames, waited = read_legacy(answer.text, 30)
    assert waited >= 0.1
    numbers = [stamp_of(x)[1] for x in frames]
    assert numbers == list(range(numbers[0], numbers[0] + 30))
    assert all(x[:2] == b"\xff\xd8" and x[-2:] == b"\xff\xd9" for x in frames)
    _, _, metrics = get((host, LEGACY_PORT), "/metrics")
    assert b'camnode_stream_readers{protocol="legacy"}' in metrics


def test_a_server_that_is_found_both_ways_is_one_camera(room):
    host = legacy_host(room, "cam-a", room.stamped("cam-a"))
    room.ear.wait("camera/announce/cam-a")
    room.client()
    answers = "camera/response/client"
    room.ear.wait(answers, lambda x: x.text == host)
    room.wait_connected("cam-a")
    # Answers after the other one; so once this is a camera, an answer of the
    # other one would have made it a second camera.
    legacy = legacy_server(room)
    room.ear.publish("command/getIP", answers)
    room.ear.wait(answers, lambda x: x.text == legacy.address)
    light = room.wait_connected(legacy.address)
    assert set(light["cameras"]) == {"cam-a", legacy.address}

    session = room.start_recording()
    room.wait_light(lambda x: all(
        y["frames_durable"] > 10 for y in x["cameras"].values()))
    room.stop_recording()
    recording = Recording(room.data, session)
    recording.check_names()
    assert set(recording.manifest["cameras"]) == {"cam-a", legacy.address}
    for camera, protocol in (("cam-a", "http"), (legacy.address, "legacy")):
        recording.check_camera(camera)
        assert recording.manifest["cameras"][camera]["protocol"] == protocol
    assert [x.name for x in sorted((room.data / "cam").iterdir())] \
        == sorted(["cam-a", legacy.address])


def test_a_legacy_server_that_announces_itself_later_stays_one_camera(room):
    """As when a lab replaces one node by the other at the same address."""
    legacy = legacy_server(room)
    room.client()
    room.wait_connected(legacy.address)
    legacy.close()
    room.helpers.remove(legacy)
    room.wait_light(lambda x: not x["cameras"][legacy.address]["connected"])
    room.server("cam-a", room.stamped("cam-a"), host=legacy.address,
                port=LEGACY_PORT)
    room.wait_light(lambda x: set(x["cameras"]) == {"cam-a"}
                    and x["cameras"]["cam-a"]["connected"])
