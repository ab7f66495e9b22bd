"""A room to test in: the real programs, a private broker, and an ear on it.

Everything listens on loopback addresses and free ports that differ from run to
run, lives below one temporary directory, and is ended by its process id.
Nothing sleeps to wait: tests wait for a line of a log or a message, and fail
with the logs if it does not come.
"""

import atexit
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import paho.mqtt.client as mqtt

from processes import (CAMNODE, HERE, PATIENCE, Node, Process, free_port,
                       random_address, wait_until)

# Truth lights that may come between an event and the one that tells of it.
LATE_LIGHTS = 6


class Message:
    """What came from the broker, and when."""

    def __init__(self, native):
        self.time = time.monotonic()
        self.topic = native.topic
        self.payload = native.payload
        self.retained = native.retain

    @property
    def text(self):
        return self.payload.decode(errors="replace")

    @property
    def json(self):
        try:
            return json.loads(self.payload)
        except ValueError:
            return None


def mqtt_client(name):
    """A client of paho 1 (Debian 12) or 2 (Debian 13)."""
    name = f"{name}-{random.getrandbits(48):x}"
    if hasattr(mqtt, "CallbackAPIVersion"):
        return mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=name)
    return mqtt.Client(client_id=name)


class Ear:
    """Hears all that it may on the broker, keeps it, and can speak."""

    def __init__(self, port, login=None):
        """
        :param login: User and password, where the broker wants them.
        """
        self.messages = []
        self._news = threading.Condition()
        self._subscribed = threading.Event()
        self._client = mqtt_client("ear")
        if login:
            self._client.username_pw_set(*login)
        self._client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._subscribed.wait(PATIENCE), "the broker does not answer"

    def _take(self, _client, _data, native):
        with self._news:
            self.messages.append(Message(native))
            self._news.notify_all()

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic, payload, retain=False, qos=1):
        told = self._client.publish(topic, payload, qos, retain)
        told.wait_for_publish(PATIENCE)
        assert told.is_published()

    def heard(self, topic):
        with self._news:
            return [x for x in self.messages if x.topic == topic]

    def wait(self, topic, accept=lambda message: True, timeout=PATIENCE):
        """Waits for a message, beginning with the topic's newest one."""
        at = max(0, len(self.heard(topic)) - 1)
        deadline = time.monotonic() + timeout
        while True:
            heard = self.heard(topic)
            for message in heard[at:]:
                if accept(message):
                    return message
            at = len(heard)
            with self._news:
                count = len(self.messages)
                left = deadline - time.monotonic()
                assert left > 0, \
                    f"{timeout} s without what is awaited on {topic}; last: " \
                    + (heard[-1].text if heard else "nothing")
                if count == len(self.messages):
                    self._news.wait(min(left, 0.2))


def make_picture(path):
    """A small JPEG, made once per run."""
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i",
         "testsrc2=size=320x240", "-frames:v", "1", "-q:v", "5",
         "-f", "image2", str(path)], check=True)
    return path.read_bytes()


class Room:
    """The programs of one test, from the broker to the client."""

    def __init__(self, folder, picture):
        self.folder = folder
        self.picture = picture
        # Deep, so that names that climb out of it still land in `folder`.
        self.data = folder / "a/b/c/data"
        self.cwd = folder / "cwd"
        self.logs = folder / "logs"
        for path in (self.data.parent, self.cwd, self.logs):
            path.mkdir(parents=True)
        self.port = free_port("127.0.0.1")
        self.nodes = []
        self.helpers = [] # What has a close(), which ends it.
        self.broker = None
        self.ear = None
        self._started = 0

    # -- the broker ----------------------------------------------------------

    def start_broker(self, *lines):
        """Starts it on the room's port, and returns an ear on it.
        :param lines: Of its configuration, besides the usual ones.
        """
        config = self.folder / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\n"
                          "allow_anonymous true\n" + "\n".join(lines) + "\n")
        return self.run_broker(config, self.port)

    def run_broker(self, config, port, login=None):
        """Starts it as a file says, and returns an ear on it.
        :param port: One on loopback, without TLS.
        :param login: The ear's user and password, if it needs them.
        """
        user = subprocess.run(["id", "-un"], capture_output=True, text=True,
                              check=True).stdout.strip()
        with config.open("a", encoding="utf-8") as file:
            file.write(f"user {user}\nlog_dest stdout\n")
        program = shutil.which("mosquitto",
                               path=os.environ["PATH"] + ":/usr/sbin")
        self._started += 1
        # By the line, or its last lines would be lost.
        self.broker = Process(f"broker-{self._started}",
                              [program, "-c", config], self.logs, self.cwd,
                              prefix=("stdbuf", "-oL"))

        def answers():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        wait_until("the broker listens", answers)
        self.ear = Ear(port, login)
        self.helpers.append(self.ear)
        return self.ear

    def kill_broker(self):
        self.broker.kill()
        self.ear.close()
        self.helpers.remove(self.ear)

    # -- nodes ---------------------------------------------------------------

    def node(self, name, role, *options, **process):
        self._started += 1
        node = Node(f"{name}-{self._started}",
                    [CAMNODE, f"--role={role}", f"--node.id={name}",
                     "--mqtt.host=127.0.0.1", f"--mqtt.port={self.port}",
                     *options], self.logs, self.cwd, **process)
        self.nodes.append(node)
        return node

    def server(self, name, *options, host=None, port=0, **process):
        """A server; `stamped` is the option that gives it a camera."""
        return self.node(name, "server",
                         f"--stream.host={host or random_address()}",
                         f"--stream.port={port}", *options, **process)

    def client(self, *options, name="client", segment=2, http_port=0,
               data=None, **process):
        return self.node(name, "client", "--display=none",
                         f"--data.dir={data or self.data}",
                         f"--record.segment={segment}",
                         f"--http.port={http_port}", *options, **process)

    def stamped(self, name, fps=25, padding=0):
        """The option of a server whose camera is the stamped source.
        :param padding: What the picture has on top, in pieces of 64 KiB.
        """
        jpeg = self.folder / f"{name}.jpg"
        comment = b"\xff\xfe\xff\xff" + bytes(0xffff - 2)
        jpeg.write_bytes(self.picture[:2] + padding * comment
                         + self.picture[2:])
        source = [sys.executable, "-I", HERE / "stamped_source.py",
                  "--jpeg", jpeg,
                  "--journal", self.journal_path(name),
                  "--plan", self.plan_path(name), "--fps", fps]
        return "--camera.command=exec " + " ".join(map(str, source))

    def journal_path(self, name):
        return self.logs / f"{name}.journal"

    def plan_path(self, name):
        return self.logs / f"{name}.plan"

    def journal(self, name):
        """The stamps that a server's source has written: run, number, ns."""
        path = self.journal_path(name)
        if not path.exists():
            return []
        lines = path.read_text().splitlines(keepends=True)
        return [tuple(map(int, x.split())) for x in lines if x.endswith("\n")]

    # -- recording -----------------------------------------------------------

    def wait_light(self, accept, timeout=PATIENCE, name="client"):
        """Waits for a truth light, which is returned."""
        def matches(message):
            light = message.json
            return isinstance(light, dict) and accept(light)
        return self.ear.wait(f"camera/recording/{name}", matches, timeout).json

    def wait_light_in_time(self, accept):
        """Waits for a truth light that is due within 2 s. There is one each
        second, and one more for each change: a busy machine takes longer, and
        has a few others at most before it all the same."""
        heard = self.ear.heard("camera/recording/client")
        light = self.wait_light(accept)
        lights = self.ear.heard("camera/recording/client")[len(heard):]
        others = [x for x in lights if x.json["time_ms"] < light["time_ms"]]
        assert len(others) <= LATE_LIGHTS, [x.text for x in others]
        return light

    def wait_connected(self, *ids):
        return self.wait_light(lambda light: all(
            light.get("cameras", {}).get(x, {}).get("connected") for x in ids))

    def wait_files(self, camera, pattern, count=1):
        """Waits until so many files of a camera are there."""
        wait_until(f"{count} {pattern} of {camera}", lambda: len(list(
            (self.data / "cam" / camera).glob(pattern))) >= count)

    def start_recording(self, command="start"):
        """Returns the session's start in ms."""
        self.ear.publish("command/rec", command)
        return self.wait_light(lambda x: x["state"] == "recording")["session"]

    def stop_recording(self):
        """Returns once all files are closed."""
        self.ear.publish("command/rec", "stop")
        self.wait_light(lambda x: x["state"] == "idle")

    # -- the end -------------------------------------------------------------

    def close(self):
        """Ends everything; returns what went wrong."""
        for node in sorted(self.nodes, key=lambda x: not x.is_client):
            if node.runs:
                node.end()
        for helper in self.helpers:
            helper.close()
        if self.broker:
            self.broker.kill()
        return [fault for x in self.nodes for fault in x.faults()]

    def print_logs(self):
        for path in sorted(self.logs.glob("*.log")):
            lines = path.read_text(errors="replace").splitlines()
            print(f"--- {path.name}, the last of {len(lines)} lines ---")
            print("\n".join(lines[-60:]))
