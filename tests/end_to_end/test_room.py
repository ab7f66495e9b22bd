"""The broker of a real room, with the files that tools/make-room writes: every
machine can do what it has to, and nothing that is another one's."""

import json
import os
import shutil
import subprocess

import pytest

from harness import Ear, mqtt_client
from processes import PATIENCE, camctl, free_port, random_address
from recordings import Recording
from streams import LegacyServer
from trusted_server import make_certs, make_room

MACHINES = ("--broker=127.0.0.1", "--client=client", "--client=other",
            "--button=red", "--sensor", "climate", "--sensor", "door",
            "--viewer=wall")
SERVERS = ("cam-a", "cam-b")


class MadeRoom:
    """A room whose broker and nodes have what tools/make-room made for them,
    with folders and ports of the test."""

    def __init__(self, room, legacy=False):
        """
        :param legacy: Whether legacy nodes are let in, as LEGACY.md says; not
            from other machines.
        """
        self.room = room
        self.folder = room.folder / "made"
        self.hosts = {x: random_address() for x in SERVERS}
        done = make_room(self.folder, *MACHINES,
                         *(f"{x}={host}" for x, host in self.hosts.items()))
        assert done.returncode == 0, done.stderr
        # An ear that nothing is kept from.
        broker = self.folder / "broker"
        new = room.folder / "new"
        new.write_text("ear:ear\n")
        subprocess.run(["mosquitto_passwd", "-U", new], check=True)
        for name, text in (("passwords", new.read_text()),
                           ("camnode.acl", "user ear\ntopic readwrite #\n")):
            with (broker / name).open("a", encoding="utf-8") as file:
                file.write(text)
        acl = broker / "camnode.acl"
        if legacy:
            acl.write_text(self._moved(acl, ("#topic ", "topic ")))
        self.plain_port = free_port("127.0.0.1")
        config = room.folder / "mosquitto.conf"
        config.write_text(self._moved(
            broker / "mosquitto.conf", ("/etc/mosquitto/camnode", broker),
            ("listener 8883\n", f"listener {room.port} 127.0.0.1\n"),
            ("listener 1883 127.0.0.1\n",
             f"listener {self.plain_port} 127.0.0.1\n"),
            *([("allow_anonymous false", "allow_anonymous true")]
              if legacy else [])))
        room.run_broker(config, self.plain_port, ("ear", "ear"))

    @staticmethod
    def _moved(path, *changes):
        text = path.read_text()
        for old, new in changes:
            assert old in text, text
            text = text.replace(old, str(new))
        return text

    def server(self, name):
        return self.room.server(name, self.room.stamped(name),
                                self.options(name, "server"),
                                host=self.hosts[name])

    def client(self):
        return self.room.client(self.options("client", "client"))

    def camctl(self, *arguments):
        """Runs camctl as whoever has the room's private folder does."""
        private = self.folder / "private"
        return camctl(*arguments, "--ca", private / "room-ca.pem",
                      "--token-file", private / "servers.token")

    def options(self, name, role):
        """What a node is started with: its configuration, on this machine."""
        config = self.room.folder / f"{name}.conf"
        config.write_text(self._moved(
            self.folder / name / f"{role}.conf",
            ("/etc/camnode", self.folder / name)))
        return f"--config={config}"

    def password(self, name):
        return (self.folder / name / f"{name}.password").read_text().strip()

    def user(self, name):
        ear = Ear(self.plain_port, (name, self.password(name)))
        self.room.helpers.append(ear)
        return ear

    def publish(self, name, topic, text):
        """Publishes as whoever has the folder does."""
        subprocess.run(
            ["mosquitto_pub", "-p", str(self.room.port), "-q", "1", "-t", topic,
             "-m", text], check=True, timeout=PATIENCE,
            env={**os.environ, "XDG_CONFIG_HOME": str(self.folder / name)})

    def settle(self, ear):
        """Returns when the broker is done with all that it got before."""
        ear.publish("settled", "")
        ear.wait("settled")


@pytest.fixture
def made(quiet_room):
    return MadeRoom(quiet_room)


def test_all_machines_do_what_they_have_to(made):
    room = made.room
    nodes = [made.server(x) for x in SERVERS]
    nodes.append(made.client())
    room.wait_connected(*SERVERS)
    made.publish("red", "command/rec", "start")
    session = room.wait_light(lambda x: x["state"] == "recording")["session"]
    made.publish("climate", "sensor/climate/air", "21.5")
    light = room.wait_light(
        lambda x: x["sensors"]["received"] == 1
        and all(x["cameras"][y]["frames_durable"] > 30 for y in SERVERS))
    assert not light["alarms"] and not light["last_error"]
    made.publish("red", "command/rec", "stop")
    room.wait_light(lambda x: x["state"] == "idle")
    for node in nodes:
        assert "refuses" not in node.log()

    recording = Recording(room.data, session)
    for x in SERVERS:
        recording.check_camera(x)
    assert set(recording.manifest["sensors"]) == {"sensor/climate/air"}
    assert camctl("verify", room.data).returncode == 0


def test_all_nodes_are_asked_with_what_the_private_folder_has(made):
    nodes = [made.server(x) for x in SERVERS]
    client = made.client()
    made.room.wait_connected(*SERVERS)
    done = made.camctl("ps", "--all", "--json", "--node", client.inspected())
    assert done.returncode == 0, done.stderr
    found = {json.loads(x)["node"]["id"]: json.loads(x)["node"]
             for x in done.stdout.splitlines()}
    assert set(found) == {"client", *SERVERS}
    assert all(x["operates"] for x in found.values())
    where = nodes[0].where()
    url = f"https://{where[0]}:{where[1]}"
    done = made.camctl("kill", "camera", "--wait", "--node", url)
    assert done.returncode == 0, done.stderr
    done = camctl("log-level", "debug", "--node", url, "--ca",
                  made.folder / "private/room-ca.pem")
    assert done.returncode == 1
    assert "name the file with its token, with --token-file" in done.stderr
    page = client.camctl("console").stdout.strip()
    assert page.startswith("http://127.0.0.1:") and "/?token=" in page


def test_legacy_nodes_can_be_let_in(quiet_room):
    made = MadeRoom(quiet_room, legacy=True)
    room = made.room
    server = LegacyServer(made.plain_port, random_address(), room.picture)
    room.helpers.append(server)
    room.client(made.options("client", "client"))
    room.wait_connected(server.address)
    anyone = Ear(made.plain_port)
    room.helpers.append(anyone)
    for topic in ("camera/announce/cam-a", "camera/recording/other",
                  "sensor/door"):
        anyone.publish(topic, "x")
    made.settle(room.ear)
    assert [x.topic for x in room.ear.messages if x.text == "x"] \
        == ["sensor/door"]
    anyone.publish("command/rec", "start")
    room.wait_light(lambda x: x["state"] == "recording")
    made.user("red").publish("sensor/door", "y") # Who has a name stays in it.
    made.settle(room.ear)
    assert len(room.ear.heard("sensor/door")) == 1


MAY = {
    "cam-a": ["camera/announce/cam-a", "camera/response/client"],
    "client": ["command/getIP", "camera/recording/client"],
    "red": ["command/rec", "command/mark"],
    "climate": ["sensor/climate", "sensor/climate/air"],
    "wall": []}

TOPICS = ["camera/announce", "camera/announce/cam-a", "camera/announce/cam-a/x",
          "camera/announce/cam-b", "camera/announce/new", "camera/recording",
          "camera/recording/client", "camera/recording/client/x",
          "camera/recording/other", "camera/response", "camera/response/client",
          "camera/response/other", "command/getIP", "command/rec",
          "command/mark", "command/else", "sensor", "sensor/climate", "sensor/climate/air",
          "sensor/climate2", "sensor/door", "sensor/door/climate", "else"]


def forbidden(user):
    """Topics that a user may not publish, some with its own name."""
    own = [f"{x}/{user}" for x in ("camera/announce", "camera/recording",
                                   "sensor")]
    for topic in (*TOPICS, *own):
        answer = user == "cam-a" and topic.startswith("camera/response")
        if topic not in MAY[user] and not answer:
            yield topic


def test_what_nobody_granted_is_not_heard_and_not_kept(made):
    for name, granted in MAY.items():
        user = made.user(name)
        for topic in (*forbidden(name), *granted):
            user.publish(topic, name, retain=True)
    made.settle(made.room.ear)
    late = made.user("wall")
    everything = Ear(made.plain_port, ("ear", "ear"))
    made.room.helpers.append(everything)
    for ear in (made.room.ear, everything):
        made.settle(ear)
        heard = sorted((x.text, x.topic) for x in ear.messages
                       if x.topic != "settled")
        assert heard == sorted((name, topic) for name, granted in MAY.items()
                               for topic in granted)
    late.publish("else", "") # Its answer comes after all that it hears.
    assert {x.topic for x in late.messages} \
        == {topic for granted in MAY.values() for topic in granted}


def test_a_will_of_a_topic_that_nobody_granted_is_not_heard(made):
    ear = made.room.ear
    wills = [(name, topic) for name in MAY for topic in forbidden(name)]
    wills.append(("cam-a", "camera/announce/cam-a"))
    for name, topic in wills:
        die_with_will(made, name, topic)
    made.room.broker.wait_log("closed its connection", len(wills))
    made.settle(ear)
    assert [(x.text, x.topic) for x in ear.messages if x.topic != "settled"] \
        == wills[-1:]


def die_with_will(made, name, topic):
    """Connects, and leaves without a word."""
    client = mqtt_client("will")
    client.username_pw_set(name, made.password(name))
    client.will_set(topic, name, qos=1, retain=True)
    connected = []
    client.on_connect = lambda *_: connected.append(True)
    client.connect("127.0.0.1", made.plain_port)
    while not connected:
        assert client.loop(PATIENCE) == 0
    client.socket().close()


def test_users_hear_what_they_need_and_no_more(made):
    hears = {
        "cam-a": ["camera/announce/cam-a", "command/getIP"],
        "client": ["camera/recording/client", "camera/response/client",
                   "command/rec", "command/mark", *(x for x in TOPICS if x.startswith(
                       ("camera/announce", "sensor")))],
        "red": [x for x in TOPICS if x.startswith("camera/recording")],
        "climate": []}
    users = {name: made.user(name) for name in hears}
    for topic in TOPICS:
        made.room.ear.publish(topic, "x")
    for name, user in users.items():
        user.publish("else", "x") # Its answer comes after all that it hears.
        assert {x.topic for x in user.messages} == set(hears[name]), name


def test_a_server_cannot_announce_another_one(made):
    room = made.room
    server = room.server("cam-b", room.stamped("cam-b"),
                         made.options("cam-a", "server"))
    server.wait_log("the broker does not pass on")
    made.settle(room.ear)
    assert not [x for x in room.ear.messages
                if x.topic.startswith("camera/announce")]


def test_who_has_no_name_or_a_wrong_password_is_refused(made):
    ca = made.folder / "cam-a/room-ca.pem"
    for port, tls in ((made.plain_port, ()),
                      (made.room.port, ("--cafile", ca))):
        for login in ((), ("-u", "red"), ("-u", "red", "-P", "x"),
                      ("-u", "red", "-P", made.password("wall")),
                      ("-u", "nobody", "-P", "x")):
            done = subprocess.run(
                ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(port), *tls,
                 *login, "-t", "command/rec", "-m", "start"],
                capture_output=True, text=True, timeout=PATIENCE, check=False)
            assert done.returncode == 5 and "not authorised" in done.stderr
    made.settle(made.room.ear)
    assert not made.room.ear.heard("command/rec")


def test_a_broker_that_nobody_vouches_for_gets_no_password(made):
    room = made.room
    other = make_certs(room.folder / "other", "cam-a")
    shutil.copy(other / "room-ca.pem", made.folder / "cam-a/room-ca.pem")
    server = made.server("cam-a")
    server.wait_log("cannot connect: no broker answers there whose certificate")
    room.broker.wait_log("unknown ca", 2) # It tries again, and films.
    server.wait_log("first frame")
    assert "u'cam-a'" not in room.broker.log()


def test_payloads_that_camnode_would_refuse_are_not_passed_on(made):
    sensor = made.user("climate")
    for length in (262_145, 262_144):
        sensor.publish("sensor/climate", bytes(length))
    made.settle(made.room.ear)
    heard, = made.room.ear.heard("sensor/climate")
    assert len(heard.payload) == 262_144
