"""A client and its servers: it gives its token to nobody but them, takes
pictures from nobody but them, and says in words what keeps them apart."""

import shutil
import subprocess

import pytest

from crashes import durable
from processes import CAMNODE, PATIENCE, wait_until
from streams import get
from trusted_server import ENDED, TrustedServer, make_certs, make_expired

TOKEN = "open-sesame-open-sesame"


@pytest.fixture(scope="module")
def certs(tmp_path_factory):
    folder = make_certs(tmp_path_factory.mktemp("certs"), "cam-a", "cam-b")
    make_expired(folder, "cam-a")
    (folder / "token").write_text(TOKEN + "\n")
    (folder / "token").chmod(0o600)
    return folder


def shown(certs, name="cam-a", key="cam-a"):
    return certs / f"{name}.pem", certs / f"{key}.key"


def client_of(room, certs, authority="room-ca.pem"):
    return room.client(f"--viewer.ca-file={certs / authority}",
                       f"--viewer.token-file={certs}/token")


def check_trouble(room, client, name, *words):
    """All that tells of a client's health has these words."""
    def said_of(text):
        return all(x in text for x in words)
    light = room.wait_light(
        lambda x: said_of(x["alarms"].get(f"server/{name}", "")))
    assert not light["cameras"][name]["connected"]
    status, _, text = get(client.status_where(), "/healthz")
    assert status == 503 and said_of(text.decode()), text
    wait_until("the connection's last error tells it", lambda: said_of(next(
        x["last_error"] for x in client.look()["parts"]
        if x["name"] == f"connection/{name}")))


def secrets_in(server):
    """Whether somebody was told the token, or asked for anything."""
    return [x for x in server.heard if b"GET" in x or TOKEN.encode() in x]


def test_frames_come_over_tls_to_who_shows_the_token(room, certs):
    server = TrustedServer(room, "cam-a", shown(certs), TOKEN)
    client = client_of(room, certs)
    room.wait_connected("cam-a")
    session = room.start_recording()
    light = room.wait_light(lambda x: durable(x, "cam-a") > 60)
    room.stop_recording()
    assert not light["alarms"] and session
    assert all(TOKEN.encode() in x for x in server.heard)
    assert any(x.startswith(b"GET /stream.mjpg?") for x in server.heard)
    assert any(x.count(b"GET /clock ") > 3 for x in server.heard)
    part = next(x for x in client.look()["parts"] if x["name"] == "server/cam-a")
    assert part["tls"] == 1
    assert TOKEN not in client.log()


def test_a_server_with_the_certificate_of_another_node_gets_nothing(
        room, certs):
    server = TrustedServer(room, "cam-a", shown(certs, "cam-b", "cam-b"), TOKEN)
    client = client_of(room, certs)
    check_trouble(room, client, "cam-a", 'a certificate for "cam-b"',
                  'not for "cam-a"')
    assert not secrets_in(server)
    server.show(*shown(certs))
    light = room.wait_connected("cam-a")
    room.wait_light(lambda x: not x["alarms"])
    assert light["cameras"]["cam-a"]["connected"]


def test_an_expired_certificate_is_named_until_it_is_renewed(room, certs):
    server = TrustedServer(room, "cam-a", shown(certs, "cam-a-expired"), TOKEN)
    client = client_of(room, certs)
    check_trouble(room, client, "cam-a", f"a certificate that expired on {ENDED}")
    assert not secrets_in(server)
    server.show(*shown(certs))
    room.wait_connected("cam-a")
    room.wait_light(lambda x: not x["alarms"])


def test_another_authority_is_named_until_its_file_is_there(
        room, certs, tmp_path):
    others = make_certs(tmp_path / "others", "cam-a")
    mine = tmp_path / "ca.pem"
    shutil.copy(others / "room-ca.pem", mine)
    server = TrustedServer(room, "cam-a", shown(certs), TOKEN)
    client = client_of(room, certs, mine)
    check_trouble(room, client, "cam-a", "a certificate of another authority",
                  f"viewer.ca-file={mine}")
    assert not secrets_in(server)
    mine.write_text("no certificate")
    client.wait_log("want certificates .* going on with what it had before")
    shutil.copy(certs / "room-ca.pem", mine)
    room.wait_connected("cam-a")


@pytest.mark.parametrize("token, words", [
    (None, "wants a token, and viewer.token-file names none"),
    ("another-token-another-token", "refuses the token of viewer.token-file=")])
def test_a_token_that_is_not_right_is_named(room, certs, tmp_path, token, words):
    mine = tmp_path / "token"
    server = TrustedServer(room, "cam-a", shown(certs), TOKEN)
    options = [f"--viewer.ca-file={certs}/room-ca.pem"]
    if token:
        mine.write_text(token)
        options.append(f"--viewer.token-file={mine}")
    client = room.client(*options)
    check_trouble(room, client, "cam-a", words)
    assert not any(b"GET /stream" in x for x in server.heard)
    if token: # It is read again, too.
        mine.write_text(TOKEN)
        room.wait_connected("cam-a")
    assert token is None or token not in client.log()


def test_a_token_that_is_changed_is_named_at_the_next_connection(
        room, certs, tmp_path):
    """By a real server, which lets who shows a wrong one wait."""
    theirs = tmp_path / "token"
    theirs.write_text(TOKEN)
    options = room.stamped("cam-a"), f"--stream.token-file={theirs}"
    server = room.server("cam-a", *options)
    host, port = server.where()
    client = room.client(f"--viewer.token-file={certs}/token")
    room.wait_connected("cam-a")
    theirs.write_text("another-token-another-token")
    server.end()
    room.server("cam-a", *options, host=host, port=port)
    check_trouble(room, client, "cam-a",
                  "refuses the token of viewer.token-file=")


@pytest.mark.parametrize("announces, words", [
    (False, "announces no TLS, which viewer.ca-file wants"),
    (True, "hangs up where TLS begins")])
def test_a_server_in_the_clear_is_told_nothing_by_who_wants_tls(
        room, certs, announces, words):
    server = TrustedServer(room, "cam-a", None, TOKEN, announces_tls=announces)
    client = client_of(room, certs)
    check_trouble(room, client, "cam-a", words)
    assert bool(server.heard) == announces # A greeting, and no more.
    assert not secrets_in(server)


def test_a_server_with_tls_is_told_nothing_in_the_clear(room, certs):
    server = TrustedServer(room, "cam-a", None, TOKEN, announces_tls=True)
    client = room.client(f"--viewer.token-file={certs}/token")
    check_trouble(room, client, "cam-a", "the server speaks TLS",
                  "viewer.ca-file")
    assert server.connections == 0


def test_no_try_follows_the_other_without_a_rest(room, certs):
    server = TrustedServer(room, "cam-a", shown(certs, "cam-b", "cam-b"), TOKEN)
    client_of(room, certs)
    room.wait_light(lambda x: "server/cam-a" in x["alarms"])
    begin = server.connections
    lights = len(room.ear.heard("camera/recording/client"))
    wait_until("ten more lights", lambda: len(room.ear.heard(
        "camera/recording/client")) > lights + 10)
    newest = room.ear.heard("camera/recording/client")
    took_s = newest[-1].time - newest[lights].time
    assert server.connections - begin < 2 * took_s + 6


@pytest.mark.parametrize("option, text, why", [
    ("viewer.ca-file", "no certificate", "want certificates (PEM)"),
    ("viewer.ca-file", None, "exists and is readable"),
    ("viewer.token-file", "too-short\n", "want a token of 16 to 256"),
    ("viewer.token-file", "", "want a token of 16 to 256"),
    ("viewer.token-file", "a" * 16 + "\x7f", "want a token of 16 to 256")])
def test_files_that_cannot_be_used_end_the_start(tmp_path, option, text, why):
    path = tmp_path / "file"
    if text is not None:
        path.write_text(text)
    done = subprocess.run(
        [CAMNODE, "--role=client", "--display=none", f"--{option}={path}"],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
        cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"camnode: {option}")
    assert why in done.stderr
    assert not text or text.strip() not in done.stderr
