"""Who comes in at a node's TCP ports, and what for: at a server's stream port
and at a client's http.port. messages/wire/API.md, "Who may do what"."""

import base64
import json
import pathlib
import socket
import subprocess
import threading
import time

import pytest

from metrics import Scrape
from processes import PATIENCE, RUNTIME, free_port, wait_until
from streams import Reader, read_legacy

TOKEN = "0123456789abcdef-of-this-node"
OTHERS = "0123456789abcdef-of-another"
REALM = 'Basic realm="camnode"'


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def basic(token, user="x"):
    pair = base64.b64encode(f"{user}:{token}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


class Port:
    """A node's TCP port, and what it has for those who look."""

    def __init__(self, node, where, pages):
        self.node = node
        self.where = ("127.0.0.1", where[1])
        self.pages = pages

    @property
    def origin(self):
        return "http://{}:{}".format(*self.where)

    def ask(self, path, method="GET", headers=(), body=b""):
        """Status, headers in small letters, and what came of the body."""
        headers = {"Host": "{}:{}".format(*self.where), **dict(headers)}
        if method == "POST":
            headers["Content-Length"] = len(body)
        head = f"{method} {path} HTTP/1.1\r\nConnection: close\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in headers.items())
        with socket.create_connection(self.where, PATIENCE) as peer:
            peer.sendall(head.encode() + b"\r\n" + body)
            heard = b""
            while b"\r\n\r\n" not in heard and (some := peer.recv(4096)):
                heard += some
            answer, _, body = heard.partition(b"\r\n\r\n")
            lines = answer.decode().split("\r\n")
            status = int(lines[0].split()[1])
            told = {x.split(": ")[0].lower(): x.split(": ", 1)[1]
                    for x in lines[1:]}
            while len(body) < int(told.get("content-length", 0)):
                body += peer.recv(65536)
        return status, told, body

    def status(self, path, *more, **others):
        return self.ask(path, *more, **others)[0]

    def resources(self):
        """Method and path of all in the API, as it says itself."""
        body = self.ask("/api/v1/nothing", headers=bearer(TOKEN))[2]
        paths = json.loads(body)["error"].removeprefix("there are ").split(", ")
        assert len(paths) > 5
        result = []
        for path in paths:
            path = path.replace("<name>", "nobody").replace("<ms>", "1")
            status = self.status(path, headers=bearer(TOKEN))
            result.append(("POST" if status == 405 else "GET", path))
        return result


def token_file(room):
    path = room.folder / "token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    return path


def open_port(room, role, *options, host="0.0.0.0"):
    """Of a node with a token, where it is open to other machines."""
    if role == "server":
        server = room.server("cam-a", room.stamped("cam-a"), *options,
                             host=host, port=free_port("127.0.0.1"))
        server.wait_log("first frame")
        return Port(server, server.where(), (
            "/", "/stream.mjpg", "/stream.mjpg?mode=lossless", "/snapshot.jpg",
            "/clock", "/metrics", "/healthz"))
    client = room.client(f"--http.host={host}", *options)
    room.wait_light(lambda x: x["state"] == "idle")
    return Port(client, client.status_where(),
                ("/", "/status", "/metrics", "/healthz"))


def with_token(room, role):
    option = "stream" if role == "server" else "http"
    return f"--{option}.token-file={token_file(room)}"


@pytest.fixture(params=["server", "client"])
def port(request, room):
    return open_port(room, request.param, with_token(room, request.param))


@pytest.fixture(params=["server", "client"])
def own_port(request, room):
    """One for this machine alone."""
    return open_port(room, request.param, with_token(room, request.param),
                     host="127.0.0.1")


def test_without_the_token_there_is_nothing(port):
    known = [("GET", x) for x in port.pages] + port.resources()
    for method, path in known + [("GET", "/nothing"), ("POST", "/nothing")]:
        status, told, body = port.ask(path, method)
        assert (status, told["www-authenticate"]) == (401, REALM), path
        assert b"cam-a" not in body and b"durable" not in body
        assert path.startswith("/api/") == (told["content-type"]
                                            == "application/json")


def test_the_token_opens_all(port):
    for method, path in [("GET", x) for x in port.pages] + port.resources():
        for headers in (bearer(TOKEN), basic(TOKEN), basic(TOKEN, "")):
            status, _, body = port.ask(path, method, headers, b"nonsense")
            # Nobody is killed, and "nonsense" is no command.
            if method == "POST":
                assert status in (400, 409), (path, body)
            else:
                # 400, 426: some want more than a path. 409: a server has no
                # console.
                assert status in (200, 400, 404, 409, 426, 503), (path, body)
    assert port.status("/healthz", headers=bearer(TOKEN)) in (200, 503)


@pytest.mark.parametrize("headers", [
    bearer("wrong"), bearer(OTHERS), bearer(TOKEN[:-1]), bearer(TOKEN + "x"),
    bearer(""), basic("wrong"), basic(""), {"Authorization": "Basic ?"},
    {"Cookie": f"camnode={OTHERS}"}], ids=lambda x: str(*x.values()))
def test_a_wrong_token_costs_a_second(port, headers):
    begin = time.monotonic()
    status, told, body = port.ask("/healthz", headers=headers)
    assert time.monotonic() - begin >= 1
    assert (status, told["www-authenticate"]) == (401, REALM)
    assert body == b"this is not the token of this node\n"
    port.node.wait_log("a wrong token from 127.0.0.1")


def test_whoever_guesses_waits_and_locks_nobody_out(port):
    """Several at once get one answer a second."""
    guesses = 4
    statuses = []

    def guess(number):
        statuses.append(port.status("/healthz", headers=bearer(f"{number}")))
    begin = time.monotonic()
    threads = [threading.Thread(target=guess, args=(i,))
               for i in range(guesses)]
    for x in threads:
        x.start()
    assert port.status("/api/v1/node", headers=bearer(TOKEN)) == 200
    for x in threads:
        x.join()
    assert statuses == guesses * [401]
    assert time.monotonic() - begin >= guesses


def test_a_token_belongs_into_no_query(port):
    for path in port.pages[1:] + ("/api/v1/node",):
        mark = "&" if "?" in path else "?"
        for headers in ((), bearer(TOKEN)):
            assert port.status(f"{path}{mark}token={TOKEN}",
                               headers=headers) == 400, path
    assert port.status(f"/?token={TOKEN}", "POST") == 400


def test_the_page_exchanges_it_for_a_cookie(port):
    status, told, _ = port.ask(f"/?token={TOKEN}")
    assert (status, told["location"]) == (303, "/")
    cookie, *attributes = told["set-cookie"].split("; ")
    assert cookie == f"camnode={TOKEN}"
    assert set(attributes) == {"Path=/", "SameSite=Strict", "HttpOnly"}
    shown = {"Cookie": f"a=b; {cookie}"}
    for path in port.pages:
        assert port.status(path, headers=shown) in (200, 503)
    begin = time.monotonic()
    assert port.status(f"/?token={OTHERS}") == 401
    assert time.monotonic() - begin >= 1


def level(port, headers):
    return port.status("/api/v1/log-level", "POST", headers, b"info")


def test_pages_of_others_operate_nothing(port):
    cookie = {"Cookie": f"camnode={TOKEN}"}
    own = {"Origin": port.origin}
    assert level(port, bearer(TOKEN)) == 200
    assert level(port, {**bearer(TOKEN), **own}) == 200
    assert level(port, {**cookie, **own}) == 200
    assert level(port, cookie) == 403 # Browsers tell whose page it is.
    for origin in ("http://evil.example", "null", port.origin + "0",
                   port.origin.replace("http", "https"), "http://127.0.0.1"):
        for shown in (bearer(TOKEN), basic(TOKEN), cookie):
            assert level(port, {**shown, "Origin": origin}) == 403, origin


def test_a_name_of_others_leads_nowhere(port):
    known = [("GET", x) for x in port.pages] + port.resources()
    for host in ("evil.example", "localhost.evil.example", ""):
        for method, path in known:
            assert port.status(path, method,
                               {**bearer(TOKEN), "Host": host}) == 421, path
    for host in (socket.gethostname(), socket.gethostname() + ".local",
                 "LOCALHOST", "[::1]:80", "192.0.2.1"):
        assert port.status("/healthz", headers={**bearer(TOKEN), "Host": host}) \
            in (200, 503)


def test_on_loopback_everyone_looks_and_nobody_operates(own_port):
    for method, path in [("GET", x) for x in own_port.pages] \
            + own_port.resources():
        status = own_port.status(path, method)
        if method == "POST":
            assert status == 401, path
        elif path == "/api/v1/console": # It tells the token.
            assert status == 403
        else:
            assert status in (200, 400, 404, 426, 503), path
    report = json.loads(own_port.ask("/api/v1/node")[2])
    assert report["operates"] is False
    report = json.loads(own_port.ask("/api/v1/node", headers=bearer(TOKEN))[2])
    assert report["operates"] is True
    # Cookies know no ports: this one is of the other node of the machine.
    assert own_port.status("/", headers={"Cookie": "camnode=x"}) == 200


def test_names_of_the_machine_are_an_option(room):
    port = open_port(room, "server", "--stream.names=lab.example,lab",
                     host="127.0.0.1")
    for host, status in (("lab.example", 200), ("LAB:8000", 200),
                         ("lab.example.org", 421)):
        assert port.status("/healthz", headers={"Host": host}) == status


def test_a_crowd_costs_nothing(port):
    """256 that say nothing, and 10,000 that come and go."""
    crowd = [socket.create_connection(port.where) for _ in range(256)]
    assert port.status("/api/v1/node", headers=bearer(TOKEN)) == 200
    for i in range(10_000):
        with socket.create_connection(port.where) as peer:
            if i % 3:
                peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n"
                             b"Authorization: Bearer wrong\r\n\r\n"[:i % 90])
    assert port.status("/api/v1/node", headers=bearer(TOKEN)) == 200
    look = port.node.look()
    assert all(x["restarts"] == 0 for x in look["actors"])
    for x in crowd:
        x.close()


def test_a_client_makes_its_token_and_logs_the_way_in(room):
    client = room.client()
    address = client.wait_log(r"status on (http://\S+/\?token=\S+)")[1]
    path = pathlib.Path(RUNTIME, "state/camnode/client.token")
    token = path.read_text().strip()
    assert path.stat().st_mode & 0o777 == 0o600
    assert address.endswith("/?token=" + token) and len(token) == 43
    port = Port(client, client.status_where(), ())
    assert port.status(f"/?token={token}") == 303
    assert level(port, bearer(token)) == 200
    client.end()
    again = room.client()
    again.wait_log(rf"status on http://\S+/\?token={token}")


def test_a_client_without_a_token_opens_no_port_to_others(room):
    client = room.client("--http.host=0.0.0.0", "--http.token-file=")
    client.wait_log("http.port stays closed: http.host=0.0.0.0 is open to other "
                    "machines, and there is no http.token-file")
    room.wait_light(lambda x: x["state"] == "idle")
    assert "status on" not in client.log()


def test_a_bad_token_is_told_at_the_start(room):
    for role, option in (("server", "stream"), ("client", "http")):
        short = room.folder / "short"
        short.write_text("password\n")
        node = room.node("x", role, f"--{option}.token-file={short}")
        room.nodes.remove(node)
        wait_until("it ends", lambda node=node: not node.runs)
        assert node.status == 2
        assert "want a token of 16 to 256 visible ASCII" in node.log()


def test_a_token_that_all_can_read_is_told(room):
    path = token_file(room)
    path.chmod(0o644)
    for folder in list(path.parents)[:-1]:
        if folder.stat().st_uid == path.stat().st_uid:
            folder.chmod(folder.stat().st_mode | 0o001)
    server = room.server("cam-a", "--camera.source=none",
                         f"--stream.token-file={path}")
    server.wait_log(r"stream.token-file=\S+: every user of this machine can")


def test_legacy_readers_know_no_token(room):
    port = open_port(room, "server", with_token(room, "server"))
    with socket.create_connection(port.where, PATIENCE) as peer:
        assert peer.recv(1) == b""
        name = "{}:{}".format(*peer.getsockname())
    port.node.wait_log(f"closed {name}, which said nothing, as legacy clients "
                       "do: .* wants a token")
    figures = Scrape(port.ask("/metrics", headers=bearer(TOKEN))[2].decode())
    assert figures["camnode_stream_silent_connections_total"] == 1


def test_on_loopback_legacy_readers_are_served(room):
    port = open_port(room, "server", with_token(room, "server"),
                     host="127.0.0.1")
    with socket.create_connection(port.where, PATIENCE) as peer:
        assert len(peer.recv(4)) == 4


def players(address):
    """Programs that read a stream, and print how many frames they had."""
    return (
        ["ffprobe", "-v", "error", "-count_frames", "-read_intervals", "%+#5",
         "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", address],
        ["ffmpeg", "-v", "error", "-i", address, "-frames:v", "5", "-f",
         "framemd5", "-"],
        ["/usr/bin/python3", "-c", "import cv2, sys\n"
         "x = cv2.VideoCapture(sys.argv[1])\n"
         "print(sum(x.read()[0] for _ in range(5)))", address])


def test_players_show_the_token_in_the_address(room):
    port = open_port(room, "server", with_token(room, "server"))
    where = "{}:{}".format(*port.where)
    for command in players(f"http://x:{TOKEN}@{where}/stream.mjpg"):
        done = subprocess.run(command, capture_output=True, text=True,
                              timeout=2 * PATIENCE, check=False)
        if "No module named 'cv2'" in done.stderr:
            continue
        assert done.returncode == 0, (command[0], done.stderr)
        frames = [x for x in done.stdout.splitlines()
                  if x and not x.startswith("#")]
        assert len(frames) >= 5 or int(frames[0]) >= 5, done.stdout
    command = players(f"http://{where}/stream.mjpg")[1]
    done = subprocess.run(command, capture_output=True, text=True,
                          timeout=2 * PATIENCE, check=False)
    assert done.returncode != 0 and "401" in done.stderr
