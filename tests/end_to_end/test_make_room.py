"""The folder that tools/make-room writes: what is in it, and what is refused."""

import subprocess

import pytest

from trusted_server import make_room


def contents(folder):
    return {x.relative_to(folder): x.read_bytes()
            for x in folder.rglob("*") if x.is_file()}


def test_a_room_grows_and_nothing_in_it_changes(tmp_path):
    room = tmp_path / "room"
    words = ("--broker", "lab", "--broker=10.0.0.5", "--client", "desk", "pi-3")
    assert make_room(room, *words).returncode == 0
    before = contents(room)
    for again in (words, (), ("pi-3",)):
        assert make_room(room, *again).returncode == 0
        assert contents(room) == before
    done = make_room(room, "--button=red", "pi.3")
    assert (done.returncode, done.stderr) == (0, "")
    after = contents(room)
    for path, text in before.items():
        assert after[path].startswith(text), path
        if path.name not in ("camnode.acl", "passwords"):
            assert after[path] == text, path
    assert {x.parts[0] for x in set(after) - set(before)} \
        == {"private", "red", "pi.3"}
    users = [x.split(b":")[0] for x in after_lines(room, "passwords")]
    assert sorted(users) == [b"desk", b"pi-3", b"pi.3", b"red"]
    for x in ("desk", "pi-3", "pi.3", "red"):
        password = (room / x / f"{x}.password").read_bytes().strip()
        assert len(password) == 48
        assert not any(password in text for path, text in after.items()
                       if path.parts[0] != x)
    assert not [x for x in room.rglob("*") if x.stat().st_mode & 0o77]
    names = subprocess.run(
        ["openssl", "x509", "-in", room / "broker/broker.pem", "-noout", "-ext",
         "subjectAltName"], capture_output=True, text=True, check=True).stdout
    assert "DNS:lab, IP Address:10.0.0.5, DNS:localhost" in names


def after_lines(room, name):
    return (room / "broker" / name).read_bytes().splitlines()


def test_what_was_cut_short_is_completed(tmp_path):
    room = tmp_path / "room"
    words = ("--broker=lab", "--button=red", "pi-3")
    assert make_room(room, *words).returncode == 0
    before = contents(room)
    for path in ("red/red.password", "broker/passwords", "pi-3/server.conf"):
        (room / path).unlink()
    assert make_room(room, *words).returncode == 0
    assert set(contents(room)) == set(before)
    assert len(after_lines(room, "passwords")) == 2


def test_make_room_tells_what_it_makes():
    done = make_room("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("--broker", "--client", "--button", "--sensor", "--viewer",
                 "server.conf", "camnode.acl"):
        assert word in done.stdout


@pytest.mark.parametrize("words, why", [
    ((), "want a folder"),
    (("{}",), "want --broker HOST"),
    (("{}", "pi-3"), "want --broker HOST"),
    (("{}", "--broker"), "wants a value"),
    (("{}", "--broker=a b", "pi-3"), "want a name or an address"),
    (("{}", "--broker=lab", "--days=0"), "want 1 to 99999"),
    (("{}", "--broker=lab", "--wall=x"), "no such option"),
    (("{}", "--broker=lab", "-x"), "no such option"),
    (("{}", "--broker=lab", "a/b"), "want 1 to 64 of"),
    (("{}", "--broker=lab", "a" * 65), "want 1 to 64 of"),
    (("{}", "--broker=lab", "broker"), "is a name of something else"),
    (("{}", "--broker=lab", "room-ca"), "is a name of something else"),
    (("{}", "--broker=lab", "--button=a=b"), "has no certificate"),
    (("{}", "--broker=lab", "--button=a", "a"), "is a button, too"),
])
def test_wrong_usage_is_told_and_makes_nothing(tmp_path, words, why):
    room = tmp_path / "room"
    done = make_room(*(x.format(room) for x in words))
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr and done.stderr.startswith("make-room: ")
    assert done.stderr.count("\n") == 1
    assert not room.exists()


def test_a_name_stays_what_it_is_in_a_room(tmp_path):
    room = tmp_path / "room"
    assert make_room(room, "--broker=lab", "pi-3").returncode == 0
    before = contents(room)
    for words, why in ((("--sensor=pi-3",), "is a server in"),
                       (("--broker=other", "pi-4"), "has the broker lab")):
        done = make_room(room, *words)
        assert done.returncode == 2 and why in done.stderr
        assert contents(room) == before


def test_an_address_that_is_none_is_told_and_can_be_corrected(tmp_path):
    room = tmp_path / "room"
    done = make_room(room, "--broker=999.0.0.1", "pi-3")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "999.0.0.1" in done.stderr
    done = make_room(room, "--broker=10.0.0.1", "pi-3")
    assert (done.returncode, done.stderr) == (0, "")
