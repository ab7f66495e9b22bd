"""Whatever dies and comes back: what is missing is nothing, or is named."""

import signal

from crashes import verify
from processes import CAMNODE, Node, free_port, random_address, wait_until
from recordings import Recording, check_against
from streams import Network, Reader, get, stamp_of


def durable(light, camera):
    return light["cameras"].get(camera, {}).get("frames_durable", 0)


def reader_of(room, server, **options):
    reader = Reader(server.where(), **options)
    room.helpers.append(reader)
    return reader


def record_into_a_break(room, *options):
    """Records a camera until the network between it and the client breaks.
    Returns the network, a reader beside it, and the session's start in ms."""
    host, way = random_address(), random_address()
    port = free_port(host, way)
    server = room.server("cam-a", room.stamped("cam-a"), *options,
                         f"--stream.advertise={way}", host=host, port=port)
    network = Network(way, server.where())
    room.helpers.append(network)
    reader = reader_of(room, server)
    room.client()
    room.wait_connected("cam-a")
    session = room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 10)
    network.break_down()
    return network, reader, session


def test_a_restart_of_the_broker_costs_no_frame(room):
    server = room.server("cam-a", room.stamped("cam-a"))
    room.client()
    reader = reader_of(room, server)
    room.wait_connected("cam-a")
    session = room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 10)

    room.kill_broker()
    reader.wait(len(reader.parts) + 40) # Goes on without a broker.
    room.start_broker()
    room.ear.wait("camera/announce/cam-a",
                  lambda x: x.json["state"] == "online")
    light = room.wait_light(lambda x: x["state"] == "recording")
    assert light["session"] == session
    room.ear.wait("command/getIP")
    wait_for_readings(room)
    room.stop_recording()
    reader.close()

    recording = Recording(room.data, session)
    recording.check_names()
    frames = recording.check_camera("cam-a")
    check_against(recording, frames, reader.parts)
    assert recording.manifest["cameras"]["cam-a"]["lost"] == 0
    assert recording.manifest["cameras"]["cam-a"]["connections"] == 1


def wait_for_readings(room):
    """Publishes readings until the client has one."""
    def publish():
        room.ear.publish("sensor/door", "open")
        light = room.ear.heard("camera/recording/client")[-1].json
        return light["sensors"]["received"] > 0
    wait_until("a reading is received", publish)


def test_nodes_start_without_a_broker_and_find_each_other_later(quiet_room):
    room = quiet_room
    server = room.server("cam-a", room.stamped("cam-a"))
    room.client()
    reader_of(room, server).wait(40) # By then both have tried in vain.
    assert get(server.where(), "/healthz")[0] == 200

    room.start_broker()
    room.wait_connected("cam-a")
    session = room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 10)
    room.stop_recording()
    recording = Recording(room.data, session)
    recording.check_names()
    recording.check_camera("cam-a")


def test_a_brokers_name_that_nobody_knows_is_told(quiet_room):
    """It may be known later: the node goes on."""
    room = quiet_room
    node = Node("lost", [CAMNODE, "--role=server", "--node.id=lost",
                         "--mqtt.host=no-such-host.invalid",
                         "--stream.host=127.0.0.1", "--stream.port=0",
                         "--camera.source=none"],
                room.logs, room.cwd)
    room.nodes.append(node)
    node.wait_log("the name no-such-host.invalid is not known here")
    assert get(node.where(), "/healthz")[0] == 200


def test_recording_goes_on_when_a_killed_server_is_back(room):
    host = random_address()
    port = free_port(host)

    def start():
        return room.server("cam-a", room.stamped("cam-a"), host=host,
                           port=port)
    first = start()
    room.server("cam-b", room.stamped("cam-b"))
    room.client()
    readers = [reader_of(room, first)]
    room.wait_connected("cam-a", "cam-b")
    session = room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 20)
    first.kill()
    room.ear.wait("camera/announce/cam-a",
                  lambda x: x.json["state"] == "offline")
    recorded = room.wait_light(
        lambda x: not x["cameras"]["cam-a"]["connected"])
    second = start()
    readers.append(reader_of(room, second))
    room.wait_light(lambda x: durable(x, "cam-a")
                    > durable(recorded, "cam-a") + 40)
    room.stop_recording()
    for reader in readers:
        reader.close()

    recording = Recording(room.data, session)
    recording.check_names()
    frames = recording.check_camera("cam-a")
    check_two_runs(recording, frames, *readers)
    books = recording.manifest["cameras"]["cam-a"]
    assert len({x["epoch"] for x in books["segments"]}) == 2
    recording.check_camera("cam-b")
    assert recording.manifest["cameras"]["cam-b"]["lost"] == 0


def check_two_runs(recording, frames, first, second):
    """What could be read of both runs is on disk, and every frame of the
    second run that is not, is named."""
    runs = [x.stamp[0] for x in frames]
    cut = runs.index(stamp_of(second.parts[0].jpeg)[0])
    assert len(set(runs[:cut])) == len(set(runs[cut:])) == 1
    last = frames[cut - 1].sequence
    # A reader may have got one frame more or less before the end.
    assert abs(first.parts[-1].sequence - last) <= 1
    check_against(recording, frames[:cut],
                  [x for x in first.parts if x.sequence <= last])
    lost = {n for x in recording.manifest["cameras"]["cam-a"]["losses"]
            for n in range(x["first_sequence"], x["last_sequence"] + 1)}
    assert set(range(1, frames[cut].sequence)) <= lost
    check_against(recording, frames[cut:],
                  [x for x in second.parts if x.sequence not in lost])


def test_a_broken_network_costs_no_frame(room):
    """Three seconds each: one camera's connections break, and cannot be made
    again; another one's fall silent."""
    networks = {}
    readers = {}
    for camera in ("cam-a", "cam-b"):
        host, way = random_address(), random_address()
        port = free_port(host, way)
        # On a busy machine, three seconds may be more than ten.
        server = room.server(camera, room.stamped(camera),
                             "--stream.replay=60",
                             f"--stream.advertise={way}", host=host, port=port)
        networks[camera] = Network(way, server.where())
        room.helpers.append(networks[camera])
        readers[camera] = reader_of(room, server)
        told = room.ear.wait(f"camera/announce/{camera}").json
        assert (told["ip"], told["port"]) == (way, port)
    room.client()
    room.wait_connected(*networks)
    session = room.start_recording()
    before = room.wait_light(
        lambda x: all(durable(x, y) > 10 for y in networks))

    networks["cam-a"].break_down()
    networks["cam-b"].fall_silent()
    for reader in readers.values():
        reader.wait(len(reader.parts) + 75)
    light = room.wait_light(lambda x: not any(
        y["connected"] for y in x["cameras"].values()))
    assert all(x["last_error"] for x in light["cameras"].values())
    for network in networks.values():
        network.heal()
    room.wait_connected(*networks)
    room.wait_light(lambda x: all(
        durable(x, y) > durable(before, y) + 100 for y in networks))
    room.stop_recording()

    recording = Recording(room.data, session)
    recording.check_names()
    for camera, reader in readers.items():
        frames = recording.check_camera(camera)
        check_against(recording, frames, reader.close())
        books = recording.manifest["cameras"][camera]
        assert books["lost"] == 0
        assert books["connections"] > 1


def test_what_the_ring_has_let_go_of_is_named(room):
    """As above, with a ring that is too small for the break."""
    network, reader, session = record_into_a_break(room, "--stream.replay=1")
    reader.wait(len(reader.parts) + 60)
    network.heal()
    room.wait_light(lambda x: x["cameras"]["cam-a"]["lost"] > 0)
    room.stop_recording()

    recording = Recording(room.data, session)
    recording.check_names()
    frames = recording.check_camera("cam-a")
    books = recording.manifest["cameras"]["cam-a"]
    loss, = books["losses"]
    assert loss["place"] == "server ring"
    assert loss["frames"] > 20
    have = {x.sequence for x in frames}
    lost = set(range(loss["first_sequence"], loss["last_sequence"] + 1))
    assert not have & lost
    assert have | lost == set(range(min(have), max(have) + 1))
    check_against(recording, frames, [
        x for x in reader.close() if x.sequence not in lost])
    following = next(x for x in frames if x.sequence > loss["last_sequence"])
    assert abs(following.capture_ns - loss["before_ns"]) \
        <= following.offset_error_ns + 1000


def test_a_camera_program_that_ends_or_stalls_is_started_again(room):
    hold = room.folder / "hold"
    hold.touch()
    room.plan_path("cam-a").write_text(f"exit 20\nstall 20\nhold {hold}\n")
    server = room.server("cam-a", room.stamped("cam-a"))
    where = server.where()
    reader = reader_of(room, server)
    client = room.client()
    room.wait_connected("cam-a")
    session = room.start_recording()

    reader.wait(21)
    status, _, text = wait_until("the server is unwell",
                                 lambda: unwell(where))
    assert status == 503 and b"no frame for" in text
    assert get(where, "/clock")[0] == 200
    hold.unlink()
    wait_until("the server is well again",
               lambda: get(where, "/healthz")[0] == 200)
    reader.wait(70)
    room.wait_light(lambda x: durable(x, "cam-a") > 20)
    room.stop_recording()
    reader.close()

    # Numbers for what the camera would have captured meanwhile are between two
    # runs alone.
    assert reader.parts[0].sequence == 1
    assert all(b.sequence == a.sequence + 1 or run_of(a) != run_of(b)
               for a, b in zip(reader.parts, reader.parts[1:]))
    assert len({run_of(x) for x in reader.parts}) == 3
    recording = Recording(room.data, session)
    recording.check_names()
    check_against(recording, recording.check_camera("cam-a"), reader.parts)
    _, _, metrics = get(where, "/metrics")
    assert b'camnode_actor_restarts_total{actor="camera"} 2' in metrics
    assert client.runs


def run_of(part):
    return stamp_of(part.jpeg)[0]


def test_what_a_camera_would_have_captured_while_it_was_away_is_missed(room):
    hold, gone = room.folder / "hold", room.folder / "gone"
    hold.touch()
    room.plan_path("cam-a").write_text(f"until {gone}\nhold {hold}\n")
    server = room.server("cam-a", room.stamped("cam-a"))
    room.client()
    room.wait_connected("cam-a")
    session = room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 30)
    gone.touch()
    wait_until("the server is unwell", lambda: unwell(server.where()))
    hold.unlink()
    room.wait_light(lambda x: x["cameras"]["cam-a"]["lost"] > 0)
    before = durable(room.ear.heard("camera/recording/client")[-1].json,
                     "cam-a")
    room.wait_light(lambda x: durable(x, "cam-a") > before + 20)
    room.stop_recording()

    recording = Recording(room.data, session)
    recording.check_names()
    frames = recording.check_camera("cam-a")
    last, first = next((a, b) for a, b in zip(frames, frames[1:])
                       if a.stamp[0] != b.stamp[0])
    missing = first.sequence - last.sequence - 1
    books = recording.manifest["cameras"]["cam-a"]
    assert books["lost_by_place"] == {"source": missing}
    # At the rate that it had, which is 25 a second where the machine keeps up.
    times = [x.capture_ns for x in frames[:frames.index(first)]]
    period_ns = (times[-1] - times[0]) / (len(times) - 1)
    away_ns = first.capture_ns - last.capture_ns
    assert away_ns > 1_900_000_000
    assert away_ns / period_ns / 2 < missing < away_ns / period_ns * 2
    status, said = verify(room.data)
    assert (status, said["verdict"]) == (1, "losses, all named")


def unwell(where):
    answer = get(where, "/healthz")
    return answer if answer[0] != 200 else None


def test_a_node_that_is_told_to_end_completes_its_session(room):
    server = room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    reader = reader_of(room, server)
    room.wait_connected("cam-a")
    session = room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 10)
    wait_for_readings(room)
    # Within their 3 s, by their own clocks.
    assert client.end(signal.SIGTERM)[0] == 0
    room.wait_light(lambda x: x["state"] == "offline")
    assert server.end(signal.SIGINT)[0] == 0
    told = room.ear.wait("camera/announce/cam-a",
                         lambda x: x.json["state"] == "offline").json
    epochs = {x.json["epoch"] for x in room.ear.heard("camera/announce/cam-a")}
    assert epochs == {told["epoch"]}

    recording = Recording(room.data, session)
    recording.check_names()
    check_against(recording, recording.check_camera("cam-a"), reader.close())
    assert recording.manifest["sensors"]["sensor/door"]["written"] > 0


def test_a_camera_that_cannot_be_written_costs_no_other(room):
    """A file stands where the camera's folder belongs."""
    (room.data / "cam").mkdir(parents=True)
    (room.data / "cam/cam-b").write_text("in the way")
    for camera in ("cam-a", "cam-b"):
        room.server(camera, room.stamped(camera))
    client = room.client()
    room.wait_connected("cam-a", "cam-b")
    session = room.start_recording()
    light = room.wait_light(lambda x: durable(x, "cam-a") > 20
                            and x["cameras"]["cam-b"]["state"] == "stalled")
    assert "cam-b" in light["cameras"]["cam-b"]["last_error"]
    assert client.end(signal.SIGTERM)[0] == 0
    recording = Recording(room.data, session)
    recording.check_camera("cam-a")
    told = recording.manifest["cameras"]["cam-b"]
    assert told["recorded"] == 0
    assert told["last_error"]
    assert (room.data / "cam/cam-b").read_text() == "in the way"


def test_frames_that_a_stop_finds_behind_a_break_are_there_or_named(room):
    network, reader, session = record_into_a_break(room)
    reader.wait(len(reader.parts) + 40)
    room.ear.publish("command/rec", "stop")
    reader.wait(len(reader.parts) + 40)
    network.heal()
    room.wait_light(lambda x: x["state"] == "idle")

    recording = Recording(room.data, session)
    recording.check_names()
    frames = recording.check_camera("cam-a")
    lost = {n for x in recording.manifest["cameras"]["cam-a"]["losses"]
            for n in range(x["first_sequence"], x["last_sequence"] + 1)}
    check_against(recording, frames, [
        x for x in reader.close() if x.sequence not in lost])


def test_a_camera_that_never_delivers_does_not_hold_a_session_up(room):
    room.server("cam-a", room.stamped("cam-a"))
    room.server("dead", "--camera.source=none")
    client = room.client()
    room.wait_light(lambda x: x["cameras"].get("cam-a", {}).get("connected")
                    and "dead" in x["cameras"])
    room.start_recording()
    room.wait_light(lambda x: durable(x, "cam-a") > 10)
    room.ear.publish("command/rec", "stop")
    room.wait_light(lambda x: x["state"] == "stopping")
    room.ear.publish("command/rec", '{"action":"start","label":"next"}')
    light = room.wait_light(lambda x: x.get("label") == "next")
    assert light["state"] == "recording"
    assert "not all files of the session" not in client.log()
    room.stop_recording()
