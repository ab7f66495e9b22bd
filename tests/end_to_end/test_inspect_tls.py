"""Nodes that can be looked into, and operated, from other machines: whoever has
no certificate of the right authority is refused."""

import json
import resource
import shutil
import socket
import ssl
import subprocess
import time

import pytest

from processes import (CAMNODE, HERE, PATIENCE, camctl, cpu_seconds, free_port,
                       peak_memory_mib, random_address)
from streams import get

MAKE_CERTS = HERE.parents[1] / "tools/make-certs"


def make_certs(folder, *names):
    subprocess.run([MAKE_CERTS, folder, *names], check=True,
                   stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="module")
def certs(tmp_path_factory):
    """Certificates for node cam-a, and one for a looker that has expired."""
    folder = make_certs(tmp_path_factory.mktemp("certs"), "cam-a")
    expire(folder, "looker", "late", "clientAuth")
    expire(folder, "cam-a", "cam-late", "serverAuth")
    shutil.copy(folder / "looker-ca.pem", folder / "copy-of-ca.pem")
    subprocess.run(
        "openssl genrsa -out weak.key 1024 && openssl req -new -key weak.key "
        "-subj /CN=weak | openssl x509 -req -CA looker-ca.pem -CAkey "
        "looker-ca.key -days 9 -set_serial 98 -out weak.pem", shell=True,
        check=True, cwd=folder, capture_output=True)
    return folder


def expire(folder, like, name, usage):
    """Makes a certificate that was valid until 2021."""
    def run(*words, **options):
        subprocess.run(["openssl", *map(str, words)], check=True,
                       capture_output=True, cwd=folder, **options)
    (folder / "usage.conf").write_text(f"extendedKeyUsage={usage}\n")
    (folder / f"{name}.key").write_bytes((folder / f"{like}.key").read_bytes())
    (folder / "ca.txt").write_text("")
    (folder / "ca.conf").write_text(
        "[ca]\ndefault_ca=x\n[x]\ndatabase=ca.txt\nnew_certs_dir=.\n"
        "default_md=sha256\npolicy=p\nrand_serial=yes\n[p]\nCN=supplied\n")
    run("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}",
        "-out", f"{name}.csr")
    run("ca", "-batch", "-config", "ca.conf", "-cert", "looker-ca.pem",
        "-keyfile", "looker-ca.key", "-in", f"{name}.csr", "-notext",
        "-extfile", "usage.conf",
        "-startdate", "20200101000000Z", "-enddate", "20210101000000Z",
        "-out", f"{name}.pem")


@pytest.fixture(scope="module")
def rogues(tmp_path_factory):
    """The same names, from other authorities."""
    return make_certs(tmp_path_factory.mktemp("rogues"), "cam-a")


def files(folder, name, authority):
    return ["--cert", folder / f"{name}.pem", "--key", folder / f"{name}.key",
            "--ca", folder / f"{authority}.pem"]


class Remote:
    """A server with a port to look at and one to operate, both with TLS."""

    def __init__(self, room, certs):
        host = random_address()
        self.look_port = free_port(host)
        self.operator_port = free_port(host)
        self.host = host
        self.server = room.server(
            "cam-a", "--camera.source=none", f"--introspect.host={host}",
            f"--introspect.port={self.look_port}",
            f"--introspect.cert-file={certs}/cam-a.pem",
            f"--introspect.key-file={certs}/cam-a.key",
            f"--introspect.ca-file={certs}/looker-ca.pem",
            f"--introspect.operator-host={host}",
            f"--introspect.operator-port={self.operator_port}",
            f"--introspect.operator-cert-file={certs}/cam-a-operator.pem",
            f"--introspect.operator-key-file={certs}/cam-a-operator.key",
            f"--introspect.operator-ca-file={certs}/operator-ca.pem")
        self.server.wait_log(r"answers camctl on \S+, with TLS, to look only")
        self.server.wait_log(r"answers camctl on \S+, with TLS$")

    def look_at(self, *arguments):
        return camctl(*arguments, "--node", f"{self.host}:{self.look_port}")

    def operate(self, *arguments):
        return camctl(*arguments, "--node", f"{self.host}:{self.operator_port}")

    def greet(self, port, folder, name):
        """What a TLS client hears in answer to what is no request."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if name:
            context.load_cert_chain(folder / f"{name}.pem",
                                    folder / f"{name}.key")
        with socket.create_connection((self.host, port), PATIENCE) as peer:
            try:
                with context.wrap_socket(peer) as tls:
                    tls.sendall(bytes(32))
                    return tls.recv(100)
            except OSError:
                return b""


@pytest.fixture
def remote(room, certs):
    return Remote(room, certs)


def test_who_has_a_certificate_may_look_and_an_operator_may_operate(
        remote, certs):
    look = files(certs, "looker", "looker-ca")
    operate = files(certs, "operator", "operator-ca")
    done = remote.look_at("tree", "--json", *look)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["node"]["operates"] is False
    assert "inspector" in {x["name"] for x in found["actors"]}
    done = remote.look_at("metrics", *look)
    assert "camnode_frames_captured_total" in done.stdout, done.stderr
    done = remote.operate("kill", "discovery", "--wait", *operate)
    assert done.returncode == 0, done.stderr
    assert "discovery is back" in done.stdout
    done = remote.operate("kill", "inspector", "--wait", *operate)
    assert done.returncode == 0, done.stderr


def test_a_looker_cannot_operate(remote, certs):
    look = files(certs, "looker", "looker-ca")
    for command in (("kill", "discovery"), ("log-level", "debug")):
        done = remote.look_at(*command, *look)
        assert done.returncode == 1
        assert "lets you look, not operate" in done.stderr
        done = remote.operate(*command, *look)
        assert (done.returncode, done.stdout) == (1, "")
    # Nor does it help to trust the operators' authority.
    mixed = [*look[:4], "--ca", certs / "operator-ca.pem"]
    done = remote.operate("kill", "discovery", *mixed)
    assert done.returncode == 2 and "not vouched for" in done.stderr
    assert remote.greet(remote.operator_port, certs, "looker") == b""
    assert remote.greet(remote.operator_port, certs, "operator") != b""
    look_again = remote.look_at("tree", "--json", *look)
    actors = json.loads(look_again.stdout)["actors"]
    assert all(x["restarts"] == 0 for x in actors)


def test_strangers_are_refused_and_do_no_harm(remote, certs, rogues):
    assert remote.greet(remote.look_port, certs, "looker") != b""
    for folder, name in ((certs, None), (rogues, "looker"), (certs, "late"),
                         (certs, "operator")):
        assert remote.greet(remote.look_port, folder, name) == b"", name
    for arguments in ((), files(rogues, "looker", "looker-ca")):
        done = remote.look_at("ps", *arguments)
        assert (done.returncode, done.stdout) == (1, ""), done.stderr
        assert f"{remote.host}:{remote.look_port}" in done.stderr
    with socket.create_connection((remote.host, remote.look_port)) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        done = remote.look_at("ps", *files(certs, "looker", "looker-ca"))
    assert done.returncode == 0, done.stderr


def test_who_asks_with_and_without_tls_is_told_what_the_node_wants(
        room, remote, certs):
    look = files(certs, "looker", "looker-ca")
    done = remote.look_at("ps")
    assert done.returncode == 1 and "(--cert, --key, --ca)" in done.stderr
    where = f"{remote.host}:{remote.look_port}"
    done = camctl("ps", "--node", f"https://{where}", *look)
    assert done.returncode == 0, done.stderr
    done = camctl("ps", "--node", f"https://{where}")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "needs --cert, --key and --ca" in done.stderr
    plain = room.server("cam-b", "--camera.source=none").inspected()
    done = camctl("ps", "--node", plain, *look)
    assert done.returncode == 1
    assert "without --cert, --key and --ca" in done.stderr
    done = camctl("ps", "--node", f"http://{plain}", *look)
    assert done.returncode == 0, done.stderr


def test_an_expired_certificate_is_told_before_anyone_is_asked(certs):
    done = camctl("ps", *files(certs, "late", "looker-ca"))
    assert done.returncode == 2 and "expired on Jan  1" in done.stderr


def test_silent_strangers_cost_nothing(remote, certs):
    look = files(certs, "looker", "looker-ca")
    # Fewer descriptors than strangers who come.
    resource.prlimit(remote.server.pid, resource.RLIMIT_NOFILE, (100, 100))
    silent = [socket.create_connection((remote.host, remote.look_port))
              for _ in range(100)]
    done = remote.look_at("ps", *look)
    assert done.returncode == 0, done.stderr
    before = cpu_seconds(remote.server.pid)
    begin = time.monotonic()
    for x in silent[-20:]: # Those who were not made to leave for others.
        x.settimeout(PATIENCE)
        try:
            assert x.recv(1) == b"", "no byte before the handshake"
        except ConnectionError:
            pass
    took = time.monotonic() - begin
    assert cpu_seconds(remote.server.pid) - before < 0.3 * took
    done = remote.look_at("ps", *look)
    assert done.returncode == 0, done.stderr


def test_a_looker_cannot_make_a_node_wait_or_grow(remote, certs):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.load_cert_chain(certs / "looker.pem", certs / "looker.key")
    before = peak_memory_mib(remote.server.pid)
    for head in (b"POST /api/v1/record HTTP/1.1\r\nHost: x\r\n"
                 b"Content-Length: 4000000000\r\n\r\n",
                 b"GET /" + b"x" * 20000, bytes(40)):
        with socket.create_connection((remote.host, remote.look_port)) as peer, \
                context.wrap_socket(peer) as tls:
            tls.settimeout(PATIENCE)
            tls.sendall(head)
            heard = b""
            try:
                while piece := tls.recv(4096):
                    heard += piece
            except OSError as e: # ssl.SSLError is one, too.
                assert "timed out" not in str(e)
            assert heard.startswith(b"HTTP/1.1 4"), heard
    assert peak_memory_mib(remote.server.pid) < before + 100
    done = remote.look_at("ps", *files(certs, "looker", "looker-ca"))
    assert done.returncode == 0, done.stderr


def test_what_becomes_of_the_files_concerns_no_open_port(
        room, certs, tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(certs, mine)
    remote = Remote(room, mine)
    for x in mine.iterdir():
        x.write_text("no certificate")
    done = remote.look_at("ps", *files(certs, "looker", "looker-ca"))
    assert done.returncode == 0, done.stderr


def test_a_certificate_of_a_node_opens_no_other_node(remote, certs, tmp_path):
    """Nor does one that does not say what it is for."""
    for port, name in ((remote.look_port, "cam-a"),
                       (remote.operator_port, "cam-a-operator")):
        assert remote.greet(port, certs, name) == b"", name
    done = remote.look_at("ps", *files(certs, "cam-a", "looker-ca"))
    assert done.returncode == 2 and "clientAuth" in done.stderr
    plain = tmp_path / "plain"
    shutil.copytree(certs, plain)
    (plain / "x.conf").write_text("basicConstraints=CA:FALSE\n")
    subprocess.run(
        "openssl req -new -key looker.key -subj /CN=x | openssl x509 -req "
        "-CA looker-ca.pem -CAkey looker-ca.key -days 9 -set_serial 99 "
        "-extfile x.conf -out looker.pem", shell=True, check=True, cwd=plain,
        capture_output=True)
    assert remote.greet(remote.look_port, plain, "looker") == b""


def test_a_node_whose_certificate_has_expired_works_all_the_same(
        room, certs, tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(certs, mine)
    for kind in ("pem", "key"):
        shutil.copy(certs / f"cam-late.{kind}", mine / f"cam-a.{kind}")
    host = random_address()
    port = free_port(host)
    server = room.server(
        "cam-a", room.stamped("cam-a"), f"--introspect.host={host}",
        f"--introspect.port={port}", f"--introspect.cert-file={mine}/cam-a.pem",
        f"--introspect.key-file={mine}/cam-a.key",
        f"--introspect.ca-file={mine}/looker-ca.pem")
    server.wait_log("first frame")
    server.wait_log(r"warning inspector: cannot be asked: .*cam-a.pem: "
                    r"expired on Jan  1 00:00:00 2021")
    metrics = get(server.where(), "/metrics")[2].decode()
    assert 'camnode_certificate_expiry_timestamp_seconds' \
        '{actor="inspector/looker"} 1609459200\n' in metrics
    assert 'camnode_actor_alarm{actor="inspector/looker"} 1\n' in metrics
    for kind in ("pem", "key"):
        shutil.copy(certs / f"cam-a.{kind}", mine / f"cam-a.{kind}")
    server.wait_log(r"answers camctl on \S+, with TLS, to look only")
    done = camctl("ps", "--node", f"{host}:{port}",
                  *files(certs, "looker", "looker-ca"))
    assert done.returncode == 0, done.stderr
    metrics = get(server.where(), "/metrics")[2].decode()
    assert "camnode_actor_alarm{" not in metrics


@pytest.mark.parametrize("options, why", [
    (["cert-file={}/weak.pem", "key-file={}/weak.key",
      "ca-file={}/looker-ca.pem"], "key too small"),
    (["cert-file={}/looker.pem", "key-file={}/looker.key",
      "ca-file={}/looker-ca.pem"], "want extendedKeyUsage=serverAuth"),
    (["host=0.0.0.0"], "needs introspect.cert-file"),
    (["host=::"], "needs introspect.cert-file"),
    (["cert-file={}/cam-a.pem"], "needs introspect.cert-file"),
    (["cert-file={}/cam-a.pem", "key-file={}/looker.key",
      "ca-file={}/looker-ca.pem"], "is not the key of"),
    (["cert-file={}/cam-a.pem", "key-file={}/cam-a.key",
      "ca-file={}/operator-ca.pem"], "not vouched for"),
    (["cert-file={}/ca.conf", "key-file={}/cam-a.key",
      "ca-file={}/looker-ca.pem"], "want a certificate (PEM)"),
    (["cert-file={}/cam-a.pem", "key-file={}/ca.conf",
      "ca-file={}/looker-ca.pem"], "want a private key (PEM)"),
    (["cert-file={}/cam-a.pem", "key-file={}/cam-a.key",
      "ca-file={}/ca.conf"], "want a certificate (PEM)"),
    (["cert-file={}/none.pem", "key-file={}/cam-a.key",
      "ca-file={}/looker-ca.pem"], "exists and is readable"),
    (["operator-host=127.0.0.9"], "needs introspect.operator-cert-file"),
    (["operator-ca-file={}/looker-ca.pem"], "need introspect.operator-host"),
    (["cert-file={}/cam-a.pem", "key-file={}/cam-a.key",
      "ca-file={}/looker-ca.pem", "operator-host=127.0.0.9",
      "operator-cert-file={}/cam-a.pem", "operator-key-file={}/cam-a.key",
      "operator-ca-file={}/looker-ca.pem"], "want another CA"),
    (["cert-file={}/cam-a.pem", "key-file={}/cam-a.key",
      "ca-file={}/looker-ca.pem", "operator-host=127.0.0.9",
      "operator-cert-file={}/cam-a.pem", "operator-key-file={}/cam-a.key",
      "operator-ca-file={}/copy-of-ca.pem"], "want another CA"),
])
def test_a_node_with_certificates_that_cannot_work_does_not_start(
        certs, options, why):
    done = subprocess.run(
        [CAMNODE, "--role=server", "--camera.source=none",
         *(f"--introspect.{x.format(certs)}" for x in options)],
        capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("camnode: introspect.")
    assert why in done.stderr and done.stderr.count("\n") == 1
