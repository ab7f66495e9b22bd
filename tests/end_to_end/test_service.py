"""What systemd hears of a node, and what it hears of one that is stuck."""

import fcntl
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from processes import CAMNODE, HERE, PATIENCE, wait_until


class Manager:
    """The service manager's socket, and all that was told to it."""

    WATCHDOG_S = 1

    def __init__(self, address):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address[0] == "@" else address)
        self._address = address
        self.told = [] # Seconds, and one assignment.
        threading.Thread(target=self._hear, daemon=True).start()

    def environment(self):
        return {"NOTIFY_SOCKET": self._address,
                "WATCHDOG_USEC": str(int(self.WATCHDOG_S * 1_000_000))}

    def _hear(self):
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                return
            now = time.monotonic()
            self.told += [(now, x) for x in data.decode().split("\n")]

    def wait(self, assignment, count=1):
        """Waits until it was told for the nth time."""
        return wait_until(f"{assignment} ({count})", lambda: [
            at for at, x in list(self.told) if x == assignment][count - 1:])[0]

    def silence(self):
        """Seconds since the last sign of life."""
        return time.monotonic() - max(
            at for at, x in list(self.told) if x == "WATCHDOG=1")

    def close(self):
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request, quiet_room):
    address = str(quiet_room.folder / "notify") if request.param == "path" \
        else f"@camnode-test-{os.getpid()}-{time.monotonic_ns()}"
    result = Manager(address)
    quiet_room.helpers.append(result)
    return result


def test_a_node_says_that_it_is_up_alive_and_stopping(quiet_room, manager):
    server = quiet_room.node("cam-a", "server", "--stream.host=127.0.0.1",
                             "--stream.port=0", "--camera.source=pattern",
                             environment=manager.environment())
    ready = manager.wait("READY=1")
    manager.wait("WATCHDOG=1", 5)
    manager.wait("STATUS=running")
    server.tell(signal.SIGTERM)
    stopping = manager.wait("STOPPING=1")
    assert stopping > ready
    wait_until("the server has ended", lambda: not server.runs)
    assert server.status == 0
    assert [x for _, x in manager.told].count("READY=1") == 1


def test_a_client_says_what_it_does(room):
    manager = Manager(str(room.folder / "notify"))
    room.helpers.append(manager)
    room.server("cam-a", room.stamped("cam-a"))
    room.client(environment=manager.environment())
    room.wait_connected("cam-a")
    manager.wait("STATUS=1 cameras")
    room.start_recording()
    manager.wait("STATUS=1 cameras, recording")
    room.stop_recording()


def test_the_watchdog_hears_nothing_of_a_frozen_node(quiet_room, manager):
    server = quiet_room.node("cam-a", "server", "--stream.host=127.0.0.1",
                             "--stream.port=0", "--camera.source=none",
                             environment=manager.environment())
    manager.wait("WATCHDOG=1", 3)
    os.kill(server.pid, signal.SIGSTOP)
    wait_until("silence", lambda: manager.silence() > 1.5 * manager.WATCHDOG_S)
    before = len(manager.told)
    os.kill(server.pid, signal.SIGCONT)
    wait_until("it lives", lambda: len(manager.told) > before)


def test_the_watchdog_hears_nothing_of_a_root_that_is_stuck(room):
    """Its log goes into a pipe that nobody reads, as with a log daemon that
    hangs: what logs next is stuck, in the end the root that names each server,
    while the main thread lives on."""
    manager = Manager(str(room.folder / "notify"))
    room.helpers.append(manager)
    taken, given = os.pipe()
    fcntl.fcntl(given, fcntl.F_SETPIPE_SZ, 4096)
    client = room.client(environment=manager.environment(), log=given)
    os.close(given)
    manager.wait("WATCHDOG=1", 3)

    numbers = itertools.count()

    def is_silent():
        if manager.silence() < manager.WATCHDOG_S: # It may not be stuck yet.
            told = {"id": f"cam-{next(numbers)}", "ip": "127.0.0.1", "port": 1,
                    "state": "online", "epoch": 7, "version": "1"}
            room.ear.publish(f"camera/announce/{told['id']}", json.dumps(told))
        return manager.silence() > 3 * manager.WATCHDOG_S
    wait_until("silence", is_silent)
    assert client.runs

    # Somebody reads again: all goes on.
    drain = threading.Thread(target=lambda: [None for _ in iter(
        lambda: os.read(taken, 65536), b"")], daemon=True)
    drain.start()
    before = len(manager.told)
    wait_until("it lives", lambda: "WATCHDOG=1" in [
        x for _, x in manager.told[before:]])
    client.kill() # How fast so many servers are let go of is of no matter here.
    drain.join(PATIENCE)
    os.close(taken)


@pytest.fixture
def analyze():
    """The program that judges units."""
    result = shutil.which("systemd-analyze")
    if result is None:
        pytest.skip("there is no systemd-analyze on this machine")
    return result


def unit_of(role):
    return HERE.parents[1] / f"configs/camnode-{role}.service"


@pytest.mark.parametrize("role", ["server", "client"])
def test_systemd_has_nothing_to_say_about_a_unit(analyze, role, tmp_path):
    unit = tmp_path / f"camnode-{role}.service"
    text = unit_of(role).read_text()
    assert "ExecStart=/usr/local/bin/camnode " in text
    unit.write_text(text.replace("/usr/local/bin/camnode", str(CAMNODE)))
    done = subprocess.run(
        [analyze, "verify", "--man=no", "--recursive-errors=no", unit],
        capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("role", ["server", "client"])
def test_a_service_may_do_little_more_than_it_needs(analyze, role):
    """As systemd itself rates it: 10 is everything, and 3 is the bound."""
    done = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=30", "--no-pager",
         unit_of(role)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Overall exposure level for camnode-\w+.service: [0-3]\.",
                     done.stdout), done.stdout
