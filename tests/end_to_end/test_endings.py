"""How a node ends: wrong usage, signals, and whatever hangs."""

import signal
import socket
import subprocess

import pytest

from good_camera import says
from processes import CAMNODE, PATIENCE, wait_until
from recordings import Recording
from streams import Listener, Reader


@pytest.mark.parametrize("arguments", [
    [], ["--role=boss"], ["--role=server", "--stream.port=70000"],
    ["--role=server", "--no.such=1"], ["--role=server", "file.conf"],
    ["--role=server", "--data.dir=x"], ["--role=client", "--camera.fps=1"],
    ["--role=client", "--config=/no/such/file"], ["--role=client", "--config"],
    ["--role=server", "--node.id=a/b"], ["--role=server", "--node.id=.."],
    ["--role=server", "--camera.source=command"],
    ["--role=client", "--record.segment=0"],
    ["--role=client", "--record.segment=nan"],
    ["--role=client", "--discovery.allow=10.0.0.0/99"],
    ["--role=client", "--mqtt.topic-sensors=a/#/b"],
    ["--role=client", "--node.id=a", "--node.id=b"],
    ["--role=server", "--stream.host=here\nthere"],
    ["--role=client", "--mqtt.host=lab:1883"],
    ["--role=client", "--data.dir=~/Data"],
    ["--role=client", "--data.group=nosuch"],
    ["--role=client", "--data.dir='/srv/x'"],
], ids=lambda x: " ".join(x)[:40].replace("\n", " ") or "nothing")
def test_wrong_usage_is_one_line_and_exit_2(arguments):
    done = subprocess.run([CAMNODE, *arguments], capture_output=True,
                          text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1 and done.stderr.endswith("\n")
    assert done.stderr.startswith("camnode: ")


def test_a_data_folder_that_cannot_be_is_told_in_one_line(quiet_room):
    path = quiet_room.folder / "file"
    path.touch()
    for data in (path, path / "in"):
        done = subprocess.run(
            [CAMNODE, "--role=client", f"--data.dir={data}", "--display=none",
             "--log.level=warning"], capture_output=True, text=True,
            timeout=PATIENCE, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (
            1, "", f"camnode: data.dir={data}: {path} is not a folder; want a "
            "folder, or the name of a new one\n")


def test_help_and_version_go_to_stdout():
    for option in ("--help", "--version"):
        done = subprocess.run([CAMNODE, option], capture_output=True,
                              text=True, timeout=PATIENCE, check=True)
        assert "camnode" in done.stdout and done.stderr == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nodes_end_in_time_whatever_hangs(quiet_room, number):
    """A broker that takes connections and says nothing, a camera program that
    does not want to end, and a reader that never reads."""
    room = quiet_room
    room.helpers.append(Listener("127.0.0.1", room.port, says()))
    source = room.stamped("stubborn", padding=6).partition("exec ")[2]
    server = room.server(
        "stubborn", "--camera.command=trap '' TERM INT; " + source)
    client = room.client()
    where = server.where()
    reader = Reader(where)
    reader.wait(3)
    deaf = socket.create_connection(where, 10)
    deaf.sendall(b"GET /stream.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n")
    reader.wait(20)
    for node in (client, server):
        status, _ = node.end(number)
        assert status == 0, node.name # Within its 3 s, by its own clock.
    reader.close()
    deaf.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nodes_end_in_time_without_a_broker(quiet_room, number):
    server = quiet_room.server("cam-a", quiet_room.stamped("cam-a"))
    client = quiet_room.client()
    reader = Reader(server.where())
    reader.wait(10)
    for node in (client, server):
        assert node.end(number)[0] == 0, node.name
    reader.close()


def test_a_second_signal_ends_a_node_at_once(room):
    """In the middle of completing a session, that is."""
    server = room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    room.wait_connected("cam-a")
    room.start_recording()
    client.tell(signal.SIGINT)
    client.wait_log("node: stopping")

    def ended():
        if client.runs: # One that comes at once is no second one.
            client.tell(signal.SIGINT)
        return not client.runs
    wait_until("the client has ended", ended)
    if client.status != 0: # Else it was faster than the second signal.
        assert client.status == 1
        assert "ended at once, by a second signal" in client.log()
    room.nodes.remove(client) # Its status is checked here.
    assert server.runs


def test_a_signal_that_comes_twice_at_once_is_one(room):
    """As `timeout` sends it: to the process, and to its group."""
    room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    room.wait_connected("cam-a")
    session = room.start_recording()
    # Both are there when it comes to look.
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT,
                   signal.SIGCONT):
        client.tell(number)
    wait_until("the client has ended", lambda: not client.runs)
    assert client.status == 0
    room.nodes.remove(client) # Its status is checked here.
    recording = Recording(room.data, session)
    recording.check_names()
    assert recording.manifest["state"] == "finished"
