"""camctl as a program: its options, its output for programs, and how it behaves
on a terminal and with nodes that come and go."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import time

import pytest

from processes import (CAMCTL, HERE, PATIENCE, RUNTIME, Process, camctl,
                       free_port, random_address, wait_until)

COMPLETION = HERE.parents[1] / "configs/camctl.bash-completion"


@pytest.mark.parametrize("arguments", [
    ["kill", "camera", "--watch"], ["kill", "camera", "--all"],
    ["record", "start", "--watch"], ["record", "stop", "--force"],
    ["record", "status", "--label", "x"], ["log-level", "info", "--watch"],
    ["metrics", "--json"], ["metrics", "--all"], ["top", "--json"],
    ["top", "--watch"],
])
def test_an_option_that_means_nothing_is_refused(arguments):
    done = camctl(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1 and arguments[-1].startswith("x") \
        or arguments[-1] in done.stderr, done.stderr


def test_camctl_needs_no_camera_and_no_display():
    told = subprocess.run(["readelf", "-d", CAMCTL], capture_output=True,
                          text=True, check=True).stdout
    needed = re.findall(r"NEEDED.*\[(.*)\]", told)
    assert any(name.startswith("libcaf_core") for name in needed), told
    foreign = [name for name in needed if re.match(
        r"libcamera|libopencv|libQt|libav|libsw|libpaho|"
        r"libcaf_(io|openssl)", name)]
    assert foreign == []


def test_a_node_of_this_machine_is_found_at_its_socket(room):
    """The only client, else the only server, and each by its id."""
    with socket.socket(socket.AF_UNIX) as stale: # Its node has ended.
        os.makedirs(f"{RUNTIME}/camnode", exist_ok=True)
        stale.bind(f"{RUNTIME}/camnode/gone.sock")
    server = room.server("cam-a", "--camera.source=none")
    where = server.inspected()
    for which in ((), ("--node", "cam-a"), ("--node", where)):
        done = camctl("tree", *which)
        assert (done.returncode, done.stderr) == (0, "")
        assert re.match(f"server cam-a, .*, at {where}\n", done.stdout)
    room.client(name="lab").inspected()
    assert camctl("tree").stdout.startswith("client lab, ")
    done = camctl("kill", "stream_publisher", "--wait")
    assert done.returncode == 0, done.stderr
    room.client(name="lab-2", data=room.folder / "second").inspected()
    done = camctl("tree")
    assert (done.returncode, done.stdout, done.stderr) == (
        2, "", "camctl: there are several clients here: lab and lab-2; say "
        "which with --node lab\n")
    assert camctl("tree", "--node", "lab-2").stdout.startswith("client lab-2,")
    done = camctl("tree", "--node", "gone")
    assert done.returncode == 1 and "gone.sock is not there" in done.stderr
    os.unlink(f"{RUNTIME}/camnode/gone.sock")


def test_commands_answer_programs_in_json(room):
    server = room.server("cam-a", "--camera.source=none")
    where = server.inspected()
    done = server.camctl("kill", "discovery", "--json")
    assert json.loads(done.stdout)["killed"] == "discovery", done.stderr
    wait_until("it is back", lambda: server.camctl("show", "discovery")
               .returncode == 0)
    done = server.camctl("kill", "stream_publisher", "--wait", "--json")
    told = json.loads(done.stdout)
    assert told["node"] == {"address": where, "role": "server", "id": "cam-a"}
    assert told["restarts"] == 1 and told["back_after_ns"] > 0
    done = server.camctl("log-level", "info", "--json")
    assert json.loads(done.stdout)["level"] == "info"
    client = room.client()
    room.wait_light(lambda x: x["state"] == "idle")
    done = client.camctl("record", "start", "--json")
    told = json.loads(done.stdout)
    assert told["state"] == "recording" and told["cameras"] == 1
    assert "cam-a is not recorded" in done.stderr # It has no source.
    done = client.camctl("record", "stop", "--json")
    assert json.loads(done.stdout)["session"] == told["session"]


@pytest.mark.parametrize("arguments, why", [
    (["stop"], "nothing is being recorded"), # The truth light tells it,
    (["start", "--label", "../x"], "label"), # and the port.
])
def test_a_refusal_is_json_too(room, arguments, why):
    client = room.client()
    room.wait_light(lambda x: x["state"] == "idle")
    done = client.camctl("record", *arguments, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1 and why in told["error"]
    assert told["node"]["address"] == client.inspected()
    assert done.stderr == f"camctl: {told['error']}\n"


def test_show_says_of_which_node(room):
    server = room.server("cam-a", "--camera.source=none")
    for name in ("discovery", "ring"):
        done = server.camctl("show", name)
        assert re.match(rf"server cam-a, .*, at {server.inspected()}\n",
                        done.stdout), done.stdout


@pytest.mark.parametrize("command", [["tree"], ["show", "discovery"], ["metrics"]])
def test_watching_outlasts_a_node(room, command):
    """Which is away for a while; and no other node is shown instead."""
    first = room.server("cam-a", "--camera.source=none")
    where = first.inspected()
    watch = Process("watch", [CAMCTL, *command, "--watch", "--node", where,
                              "--timeout", "10"], room.logs, room.cwd)
    room.helpers.append(Closed(watch))

    def shown():
        return len(re.findall(r"^(server cam-a|camnode_build_info)",
                              watch.log(), re.MULTILINE))
    wait_until("the node is shown", shown)
    first.kill()
    watch.wait_log("camctl: node .* is not there")
    before = shown()
    room.server("cam-a", "--camera.source=none")
    wait_until("the node is shown again", lambda: shown() > before)


class Closed:
    """Ends a process with its room."""

    def __init__(self, process):
        self._process = process

    def close(self):
        self._process.kill()


def test_watching_recordings_outlasts_a_client(room):
    first = room.client()
    room.wait_light(lambda x: x["state"] == "idle")
    watch = Process("watch", [CAMCTL, "record", "status", "--watch", "--node",
                              first.inspected(), "--timeout", "10"],
                    room.logs, room.cwd)
    room.helpers.append(Closed(watch))
    watch.wait_log("^idle")
    first.kill()
    watch.wait_log("camctl: node .* is not there")
    before = len(re.findall("^idle", watch.log(), re.MULTILINE))
    room.client()
    watch.wait_log("^idle", before + 1)


def test_a_machine_that_drops_packets_hides_no_other(room):
    server = room.server("cam-a", "--camera.source=none")
    host = random_address()
    with socket.socket() as full:
        # Who comes when the queue is full hears nothing.
        full.bind((host, 0))
        full.listen(0)
        port = full.getsockname()[1]
        crowd = []
        for _ in range(4):
            x = socket.socket()
            x.setblocking(False)
            x.connect_ex((host, port))
            crowd.append(x)
        begin = time.monotonic()
        done = camctl("tree", "--node", f"{host}:{port}", "--timeout", "3",
                      "--node", server.inspected())
        took = time.monotonic() - begin
        for x in crowd:
            x.close()
    assert done.returncode == 1
    assert f"{host}:{port} does not answer within 3 s" in done.stderr
    assert "server cam-a" in done.stdout, done.stderr
    assert took < PATIENCE / 2


class Screen:
    """camctl on a terminal of its own."""

    def __init__(self, columns, *arguments):
        self.text = ""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execv(CAMCTL, [CAMCTL, *map(str, arguments)])
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 40, columns, 0, 0))

    def wait(self, pattern):
        """Reads until a pattern has come, after what was awaited before."""
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.text)):
            ready, _, _ = select.select(
                [self._fd], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"no {pattern!r} in {self.text[-2000:]!r}"
            self.text += os.read(self._fd, 65536).decode(errors="replace")
        before = self.text[:found.end()]
        self.text = self.text[found.end():]
        return before

    def press(self, key):
        os.write(self._fd, key)

    def is_stopped(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "T"

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)


SCREEN_ON = re.escape("\033[?1049h")
SCREEN_OFF = re.escape("\033[?1049l")


def test_top_draws_and_leaves_the_terminal_as_it_was(room):
    server = room.server("cam-a", "--camera.source=none")
    screen = Screen(60, "top", "--node", server.inspected(), "--timeout", "10")
    room.helpers.append(screen)
    screen.wait(SCREEN_ON)
    screen.wait("sorted by load")
    drawn = screen.wait("sorted by load") # Its size is known by now.
    lines = [re.sub("\033\\[[0-9;?]*[A-Za-z]", "", x)
             for x in re.split("\r+\n|\033\\[H", drawn)]
    assert any(x.startswith("ACTOR") for x in lines)
    headline = lines.index(next(x for x in lines
                                if x.startswith("server cam-a")))
    assert lines[headline + 1].startswith("ACTOR")
    assert max(map(len, lines)) <= 60
    screen.press(b"s")
    screen.wait("sorted by p50")
    screen.press(b"\x1a") # Ctrl+Z
    screen.wait(SCREEN_OFF)
    wait_until("it is stopped", screen.is_stopped)
    os.kill(screen.pid, signal.SIGCONT)
    screen.wait(SCREEN_ON)
    screen.wait("sorted by p50")
    screen.press(b"\x1c") # Ctrl+\
    screen.wait(SCREEN_OFF)


def test_completion_knows_what_a_command_takes(room):
    server = room.server("cam-a", "--camera.source=none")
    server.inspected()

    def completed(*words):
        script = f"""source {COMPLETION}
            COMP_WORDS=(camctl "$@"); COMP_CWORD=$#
            command() {{ shift; {CAMCTL} "$@"; }}
            _camctl; printf '%s\\n' "${{COMPREPLY[@]}}" """
        done = subprocess.run(["bash", "-c", script, "bash", *words],
                              capture_output=True, text=True, check=True,
                              timeout=PATIENCE)
        return done.stdout.split()
    node = ["--node", server.inspected()]
    shown = wait_until("the node answers in time",
                       lambda: completed(*node, "show", ""))
    assert {"discovery", "ring", "frames", "server_supervisor",
            "inspector"} <= set(shown)
    killed = wait_until("the node answers in time",
                        lambda: completed(*node, "kill", ""))
    assert "discovery" in killed and "ring" not in killed
    assert "--json" in completed("kill", "--")
    assert "--json" not in completed("metrics", "--")
    assert "--watch" not in completed("top", "--")
