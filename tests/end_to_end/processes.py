"""The programs under test: each a process with a log, ended by its id."""

import atexit
import json
import os
import pathlib
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
CAMNODE = os.environ.get("CAMNODE",
                         str(HERE.parents[1] / "build/release/bin/camnode"))
CAMCTL = str(pathlib.Path(CAMNODE).parent / "camctl")

# Nodes have their sockets here, and camctl looks for them: not in the folder of
# whoever runs the tests.
RUNTIME = tempfile.mkdtemp(prefix="camnode-")
atexit.register(shutil.rmtree, RUNTIME, ignore_errors=True)
os.environ["XDG_RUNTIME_DIR"] = RUNTIME
os.environ["XDG_STATE_HOME"] = RUNTIME + "/state" # Of clients' tokens.

# How long to wait for what should come within a second or two: a busy machine
# and a build with sanitizers take their time.
PATIENCE = 30

# What a node may take to end. One that takes more than 3 s says so and fails.
END_PATIENCE = PATIENCE

SANITIZER_REPORTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer",
                     "runtime error:", "WARNING: ThreadSanitizer")


def wait_until(what, condition, timeout=PATIENCE):
    """Calls `condition` until it is true, and returns what it returned."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"{timeout} s without: {what}"
        time.sleep(0.02)


def random_address():
    """A loopback address that nobody else is likely to use now."""
    parts = [random.randint(1, 254) for _ in range(3)]
    return "127." + ".".join(map(str, parts))


def free_port(*addresses):
    """A TCP port that is free on all of the addresses."""
    while True:
        with socket.socket() as first:
            first.bind((addresses[0], 0))
            port = first.getsockname()[1]
            try:
                for address in addresses[1:]:
                    with socket.socket() as probe:
                        probe.bind((address, port))
            except OSError:
                continue
            return port


def cpu_seconds(pid):
    """What a process has used of the CPU so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory_mib(pid):
    """The most that a process has had in memory so far. With AddressSanitizer,
    that includes up to 256 MiB that were freed."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1]) // 1024


class Terminal:
    """A terminal to run a program in, until it is closed. What the program says
    goes into its log."""

    def __init__(self):
        self._ours, self.theirs = os.openpty()
        self._closed = threading.Event()
        self._thread = None

    def show(self, log_path):
        os.close(self.theirs)
        self._thread = threading.Thread(target=self._copy, args=(log_path,),
                                        daemon=True)
        self._thread.start()

    def _copy(self, log_path):
        with log_path.open("ab", buffering=0) as log:
            while not self._closed.is_set():
                if select.select([self._ours], [], [], 0.05)[0]:
                    try:
                        log.write(os.read(self._ours, 65536))
                    except OSError: # The program has ended.
                        break
        os.close(self._ours) # Here, as a read would keep it open.

    def close(self):
        self._closed.set()
        self._thread.join()


class Process:
    """A program with its log. Dies with the test program at the latest."""

    def __init__(self, name, command, folder, cwd, environment=None,
                 pass_fds=(), log=None, prefix=(), terminal=None):
        """
        :param log: A descriptor for the log; a file of our own if None.
        :param prefix: A command that runs the program, such as nohup.
        :param terminal: The `Terminal` that it runs in; in none if None.
        """
        if terminal:
            log = terminal.theirs
            prefix = ("setsid", "--ctty", *prefix)
        self.name = name
        self.command = [str(x) for x in command]
        self.log_path = folder / f"{name}.log"
        self.told_to_end = False
        with self.log_path.open("ab") as file:
            log = file if log is None else log
            self._popen = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *prefix,
                 *self.command],
                stdin=log if terminal else subprocess.DEVNULL, stdout=log,
                stderr=log, cwd=cwd,
                env={**os.environ, **(environment or {})}, pass_fds=pass_fds)
        if terminal:
            terminal.show(self.log_path)

    @property
    def pid(self):
        return self._popen.pid

    @property
    def runs(self):
        return self._popen.poll() is None

    @property
    def status(self):
        """The exit status, or None while it runs."""
        return self._popen.poll()

    def log(self):
        return self.log_path.read_text(errors="replace")

    def wait_log(self, pattern, count=1, timeout=PATIENCE):
        """Waits for the nth line that matches, and returns the match."""
        def find():
            found = list(re.finditer(pattern, self.log(), re.MULTILINE))
            if len(found) >= count:
                return found[count - 1]
            assert self.runs, f"{self.name} has ended: {self.log()[-2000:]}"
            return None
        return wait_until(f"{self.name} logs {pattern!r}", find, timeout)

    def tell(self, number):
        self.told_to_end = True
        self._popen.send_signal(number)

    def end(self, number=signal.SIGTERM):
        """Ends it, and returns its exit status and the seconds it took."""
        begin = time.monotonic()
        if self.runs:
            self.tell(number)
        try:
            self._popen.wait(END_PATIENCE)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        return self.status, time.monotonic() - begin

    def kill(self):
        self.end(signal.SIGKILL)

    def faults(self):
        """What went wrong in a process that has ended."""
        text = self.log()
        result = [f"{self.name}: {report}" for report in SANITIZER_REPORTS
                  if report in text]
        if not self.told_to_end:
            result.append(f"{self.name}: ended by itself, {self.status}")
        elif self.status not in (0, -signal.SIGKILL):
            result.append(f"{self.name}: ended with {self.status}")
        return result


class Node(Process):
    """A camnode server or client."""

    @property
    def is_client(self):
        return "--role=client" in self.command

    def where(self):
        """Address and port of a server's stream, once it is open."""
        found = self.wait_log(r"stream on https?://([^/]*):(\d+)/")
        return found[1], int(found[2])

    def status_where(self):
        """Address and port of a client's status port, once it is open."""
        found = self.wait_log(r"status on https?://([^/]*):(\d+)/")
        return found[1], int(found[2])

    def inspected(self, count=1):
        """Its socket, at which it answers camctl, once it has opened n times."""
        return self.wait_log(r"answers camctl on (/\S+\.sock)$", count)[1]

    def camctl(self, *arguments, timeout=PATIENCE):
        """Runs camctl on this node, and returns what came of it."""
        return camctl(*arguments, "--node", self.inspected(), timeout=timeout)

    def look(self):
        """What `camctl tree --json` says of this node."""
        done = self.camctl("tree", "--json", "--timeout", "10")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def camctl(*arguments, timeout=PATIENCE):
    """Runs camctl, and returns its exit status, its output and its errors."""
    done = subprocess.run([CAMCTL, *map(str, arguments)], text=True,
                          capture_output=True, timeout=timeout, check=False,
                          stdin=subprocess.DEVNULL)
    for report in SANITIZER_REPORTS:
        assert report not in done.stderr, done.stderr
    return done
