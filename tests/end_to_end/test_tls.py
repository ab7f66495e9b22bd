"""TCP ports that speak TLS: all is as in the clear, and a certificate may be
slow, renewed, broken or expired."""

import datetime
import os
import socket
import ssl
import subprocess
import time

import pytest

from metrics import Scrape
from processes import PATIENCE, wait_until
from streams import Reader

CONFIG = """[ca]
default_ca=x
[x]
database=ca.txt
new_certs_dir=.
default_md=sha256
policy=p
rand_serial=yes
unique_subject=no
[p]
commonName=supplied
"""


class Authority:
    """One that makes certificates for a node."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        (folder / "ca.txt").write_text("")
        (folder / "ca.conf").write_text(CONFIG)
        self._run("req", "-x509", *self._new_key("ca.key"), "-subj", "/CN=ca",
                  "-days", "9", "-out", "ca.pem")

    @staticmethod
    def _new_key(path):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", path)

    def _run(self, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True,
                       cwd=self.folder)

    def issue(self, lasts_s=9 * 86400, usage="serverAuth", name="node"):
        """Replaces NAME.pem and NAME.key, each in one step."""
        (self.folder / "usage.conf").write_text(
            f"extendedKeyUsage={usage}\n"
            "subjectAltName=DNS:cam-a,DNS:localhost,IP:127.0.0.1\n")
        end = datetime.datetime.now(datetime.timezone.utc) \
            + datetime.timedelta(seconds=lasts_s)
        self._run("req", "-new", *self._new_key("new.key"), "-subj", "/CN=x",
                  "-out", "new.csr")
        self._run("ca", "-batch", "-config", "ca.conf", "-cert", "ca.pem",
                  "-keyfile", "ca.key", "-in", "new.csr", "-notext",
                  "-extfile", "usage.conf", "-startdate", "20200101000000Z",
                  "-enddate", end.strftime("%Y%m%d%H%M%SZ"), "-out", "new.pem")
        for kind in ("pem", "key"):
            os.replace(self.folder / f"new.{kind}",
                       self.folder / f"{name}.{kind}")
        return self

    def options(self, section, name="node"):
        return [f"--{section}.cert-file={self.folder}/{name}.pem",
                f"--{section}.key-file={self.folder}/{name}.key"]

    def trust(self):
        """The TLS of a client that believes this authority alone."""
        result = ssl.create_default_context(cafile=self.folder / "ca.pem")
        result.check_hostname = False
        return result


@pytest.fixture
def authority(room):
    return Authority(room.folder / "authority").issue()


def serve(room, authority, *options, **source):
    return room.server("cam-a", room.stamped("cam-a", **source),
                       *authority.options("stream"), *options)


def curl(authority, where, path, *options):
    done = subprocess.run(
        ["curl", "-sS", "--max-time", "20", "--cacert",
         authority.folder / "ca.pem", "--resolve",
         f"cam-a:{where[1]}:{where[0]}", *options,
         f"https://cam-a:{where[1]}{path}", "-H", "Host: localhost"],
        capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def serial_at(authority, where):
    """Of the certificate that is shown; None: nobody gets in."""
    try:
        with socket.create_connection(where, PATIENCE) as peer, \
                authority.trust().wrap_socket(peer) as tls:
            return tls.getpeercert()["serialNumber"]
    except OSError:
        return None


def test_a_port_speaks_tls_and_nothing_else(room, authority):
    server = serve(room, authority)
    where = server.where()
    assert server.wait_log(r"stream on (https)://")
    room.ear.wait("camera/announce/cam-a", lambda x: x.json.get("tls") is True)
    server.wait_log("first frame")
    for path in ("/", "/clock", "/metrics", "/snapshot.jpg", "/api/v1/node"):
        status, out = curl(authority, where, path, "-o", "/dev/null", "-w",
                           "%{http_code}")
        assert (status, out) == (0, "200"), path
    for said in (b"GET /clock HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\0" * 32):
        with socket.create_connection(where, PATIENCE) as peer:
            peer.sendall(said)
            try:
                assert b"HTTP" not in peer.recv(4096)
            except ConnectionError:
                pass
    with socket.create_connection(where, PATIENCE) as silent: # As legacy ones.
        assert silent.recv(1) == b""
    server.wait_log("which said nothing, as legacy clients do: .* speaks TLS")
    old = authority.trust()
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(where, PATIENCE) as peer:
        with pytest.raises(OSError):
            old.wrap_socket(peer)


def test_a_certificate_for_another_name_is_not_believed(room, authority):
    where = serve(room, authority).where()
    done = subprocess.run(
        ["curl", "-sS", "--cacert", authority.folder / "ca.pem", "--resolve",
         f"cam-b:{where[1]}:{where[0]}", f"https://cam-b:{where[1]}/clock"],
        capture_output=True, check=False)
    assert done.returncode == 60 # Of its own check.


def test_a_stream_over_tls_is_whole(room, authority):
    """Of frames that are larger than a record."""
    where = serve(room, authority, padding=5).where()
    reader = Reader(where, tls=authority.trust())
    parts = reader.wait(50)
    assert [x.sequence for x in parts] \
        == list(range(parts[0].sequence, parts[0].sequence + len(parts)))
    assert all(x.lost is None for x in parts)
    live = Reader(where, "/stream.mjpg", tls=authority.trust())
    live.wait(5)
    for x in (reader, live):
        x.close()


def test_who_does_not_read_over_tls_is_closed(room, authority):
    server = serve(room, authority, "--stream.replay=0.5", padding=5)
    where = server.where()
    whole = Reader(where, tls=authority.trust())
    with socket.create_connection(where, PATIENCE) as peer, \
            authority.trust().wrap_socket(peer) as deaf:
        deaf.sendall(b"GET /stream.mjpg?mode=lossless HTTP/1.1\r\n"
                     b"Host: localhost\r\n\r\n")
        wait_until("it is closed", lambda: Scrape(
            curl(authority, where, "/metrics")[1])[
                "camnode_stream_stalled_readers_total"] == 1)
    count = len(whole.parts)
    whole.wait(count + 10)
    whole.close()


def test_slow_handshakes_keep_nobody_out(room, authority):
    server = serve(room, authority)
    where = server.where()
    slow = [socket.create_connection(where, PATIENCE) for _ in range(256)]
    for x in slow[::2]:
        x.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
    assert curl(authority, where, "/clock")[0] == 0
    reader = Reader(where, tls=authority.trust())
    reader.wait(5)
    for x in slow[-50:]:
        try: # Closed after 5 s, or to make room.
            assert x.recv(1) == b""
        except ConnectionError:
            pass
    reader.wait(len(reader.parts) + 5)
    reader.close()
    for x in slow:
        x.close()


def test_a_renewed_certificate_is_shown_at_once(room, authority):
    server = serve(room, authority)
    where = server.where()
    reader = Reader(where, tls=authority.trust())
    reader.wait(1)
    first = serial_at(authority, where)
    assert first
    authority.issue()
    wait_until("the new one is shown", lambda: serial_at(
        authority, where) not in (None, first))
    reader.wait(len(reader.parts) + 5) # The connection stays.
    reader.close()
    assert "warning stream_publisher: stream.cert" not in server.log()


def test_files_that_do_not_fit_leave_the_one_before(room, authority):
    server = serve(room, authority)
    where = server.where()
    first = serial_at(authority, where)
    key = authority.folder / "node.key"
    good = key.read_bytes()
    key.write_text("no key\n")
    server.wait_log("stream.key-file=.*: want a private key")
    assert serial_at(authority, where) == first
    assert "want a private key" in curl(authority, where, "/healthz")[1]
    key.write_bytes(good)
    server.wait_log("the certificate is well again")
    wait_until("it is healthy", lambda: curl(authority, where, "/healthz")[1]
               == "ok\n")
    assert serial_at(authority, where) == first


def alarms(server):
    return " ".join(x["alarm"] for x in server.look()["actors"] if x["alarm"])


def test_an_expired_certificate_shuts_the_port_until_it_is_renewed(
        room, authority):
    server = serve(room, authority)
    where = server.where()
    reader = Reader(where, tls=authority.trust())
    reader.wait(1)
    authority.issue(lasts_s=3)
    server.wait_log("stream.cert-file=.*: expired on .* UTC; nobody new gets in")
    assert serial_at(authority, where) is None
    assert "expired on" in alarms(server)
    reader.wait(len(reader.parts) + 5) # Who has a stream keeps it.
    authority.issue()
    server.wait_log("the certificate is well again")
    assert serial_at(authority, where)
    assert alarms(server) == ""
    reader.wait(len(reader.parts) + 5)
    reader.close()


def test_a_node_starts_with_an_expired_certificate(room, authority):
    authority.issue(lasts_s=-86400)
    server = serve(room, authority)
    server.wait_log("stream.cert-file=.*: expired on")
    assert serial_at(authority, server.where()) is None
    authority.issue()
    server.wait_log("the certificate is well again")
    assert curl(authority, server.where(), "/clock")[0] == 0


def test_a_client_has_a_page_over_tls(room, authority):
    client = room.client(*authority.options("http"))
    where = client.status_where()
    address = client.wait_log(r"status on (https://\S+)")[1]
    query = address[address.index("?"):]
    status, out = curl(authority, where, "/" + query, "-D", "-")
    assert status == 0 and " 303 " in out and "; Secure" in out
    token = query.removeprefix("?token=")
    for origin, expected in (("https://localhost", "200"),
                             ("http://localhost", "403")):
        assert curl(authority, where, "/api/v1/log-level", "-d", "info", "-H",
                    f"Authorization: Bearer {token}", "-H",
                    f"Origin: {origin}", "-o", "/dev/null", "-w",
                    "%{http_code}") == (0, expected)


@pytest.mark.parametrize("break_it, why", [
    (lambda x: x.issue(usage="clientAuth"), "is not for a server"),
    (lambda x: (x.folder / "node.pem").write_text("x"), "want a certificate"),
    (lambda x: (x.folder / "node.key").write_text("x"), "want a private key"),
    (lambda x: (x.folder / "node.key").write_bytes(
        (x.folder / "ca.key").read_bytes()), "is not the key of"),
])
def test_what_cannot_be_used_ends_the_start(room, authority, break_it, why):
    break_it(authority)
    for role, section in (("server", "stream"), ("client", "http")):
        node = room.node("x", role, *authority.options(section))
        room.nodes.remove(node)
        wait_until("it ends", lambda node=node: not node.runs)
        assert node.status == 2 and why in node.log(), node.log()
        assert node.log().startswith(f"camnode: {section}.")


def test_players_read_it(room, authority):
    where = room.server("cam-a", room.stamped("cam-a"), host="127.0.0.1",
                        *authority.options("stream")).where()
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-ca_file", authority.folder / "ca.pem",
         "-tls_verify", "1", "-i", f"https://{where[0]}:{where[1]}/stream.mjpg",
         "-frames:v", "5", "-f", "framemd5", "-"], capture_output=True,
        text=True, timeout=2 * PATIENCE, check=False)
    frames = [x for x in done.stdout.splitlines() if not x.startswith("#")]
    assert len(frames) == 5, done.stderr
