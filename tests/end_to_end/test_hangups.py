"""A terminal that closes, an SSH that is lost, and whoever is kept from hearing
of it."""

import os
import signal
import subprocess

import pytest

from crashes import check_done, check_nothing_missing, wait_more
from processes import CAMCTL, PATIENCE, Terminal, wait_until

# What has nohup's effect, in a terminal too, where nohup would have the log go
# to a file of its own.
DEAF = ("sh", "-c", 'trap "" HUP; exec "$@"', "sh")


def start(room, **process):
    server = room.server("cam-a", room.stamped("cam-a"))
    client = room.client(**process)
    room.wait_connected("cam-a")
    session = room.start_recording()
    wait_more(room, "cam-a", 30)
    return server, client, session


def check_ends_well(room, client, session):
    wait_until("the client has ended", lambda: not client.runs)
    client.told_to_end = True
    assert client.status == 0
    recording, _ = check_nothing_missing(room, session, "cam-a")
    check_done(room, recording)


def test_a_terminal_that_closes_ends_a_recording_as_a_signal_does(room):
    terminal = Terminal()
    _, client, session = start(room, terminal=terminal)
    client.wait_log("session .* begins")
    terminal.close()
    check_ends_well(room, client, session)


def test_a_server_ends_as_well_when_its_terminal_closes(room):
    terminal = Terminal()
    server = room.server("cam-a", room.stamped("cam-a"), terminal=terminal)
    server.where()
    room.ear.wait("camera/announce/cam-a", lambda x: "online" in x.text)
    terminal.close()
    wait_until("the server has ended", lambda: not server.runs)
    server.told_to_end = True
    assert server.status == 0
    # It said goodbye.
    room.ear.wait("camera/announce/cam-a", lambda x: "offline" in x.text)


def test_hangups_hurry_nobody(room):
    """The shell sends one, and the system another one."""
    _, client, session = start(room)
    client.tell(signal.SIGHUP)
    client.wait_log("node: stopping: SIGHUP")

    def ended():
        if client.runs:
            client.tell(signal.SIGHUP)
        return not client.runs
    wait_until("the client has ended", ended)
    check_ends_well(room, client, session)


@pytest.mark.parametrize("prefix", [("nohup",), DEAF])
def test_a_client_that_is_kept_from_hangups_goes_on(room, prefix):
    terminal = Terminal() if prefix is DEAF else None
    _, client, session = start(room, prefix=prefix, terminal=terminal)
    if terminal:
        terminal.close() # Nobody takes what it says from now on.
    client.tell(signal.SIGHUP)
    wait_more(room, "cam-a", 60)
    room.stop_recording()
    recording, _ = check_nothing_missing(room, session, "cam-a")
    check_done(room, recording)
    assert client.end()[0] == 0


def test_a_log_that_nobody_takes_any_more_holds_nothing_up(room):
    taken, given = os.pipe()
    _, client, session = start(room, log=given)
    os.close(given)
    os.close(taken)
    wait_more(room, "cam-a", 60)
    room.stop_recording()
    recording, _ = check_nothing_missing(room, session, "cam-a")
    check_done(room, recording)
    assert client.end()[0] == 0


def test_camctl_ends_with_its_terminal(room):
    client = room.client()
    where = client.inspected()
    ours, theirs = os.openpty()
    top = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "--", "setsid", "--ctty", CAMCTL,
         "top", "--node", where], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while b"discovery" not in shown:
        shown += os.read(ours, 65536)
    os.close(ours)
    assert top.wait(PATIENCE) in (0, 1, -signal.SIGHUP)
    assert client.runs
