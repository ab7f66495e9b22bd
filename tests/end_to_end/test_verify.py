"""`camctl verify` and `camctl align` as programs: what they say of a session
that is not over, and to who names none."""

import json

import pytest

from crashes import begin, check_done, check_nothing_missing, verify, wait_more
from processes import camctl, wait_until
from recordings import Recording

# How many films of each camera are completed while it is verified.
CUTS = 6


def check_no_damage(room):
    """What a look at the folder says, for people and for programs: nothing is
    wrong. Returns the latter."""
    done = camctl("verify", room.data)
    assert done.returncode == 0, done.stdout
    for word in ("damage", "DAMAGED", "missing", "lost: ", "unknown file"):
        assert word not in done.stdout, done.stdout
    status, said = verify(room.data)
    assert status == 0, said
    assert said["damage"] == said["unknown_files"] == []
    return said


def films(room, camera):
    return sorted((room.data / "cam" / camera).glob("*-*.mp4"))


def test_a_session_is_verified_while_it_is_recorded(room):
    cameras = ("cam-a", "cam-b")
    begin(room, *cameras, segment=1)
    looks = 0
    before = min(len(films(room, x)) for x in cameras)
    while min(len(films(room, x)) for x in cameras) < before + CUTS:
        room.ear.publish("sensor/count", json.dumps({"number": looks}))
        complete = {x: len(films(room, x)) for x in cameras}
        said = check_no_damage(room)
        assert said["verdict"] == "recording" and said["in_use"] is True
        session, = said["sessions"]
        assert session["verdict"] == "recording" and not session["over"]
        for camera in cameras:
            told = session["cameras"][camera]
            assert told["films"] >= complete[camera]
            assert told["frames"] >= 10 * told["films"]
            assert len(told["open"]) <= 2 # A film, or its index alone.
        looks += 1
    assert looks >= 2
    room.stop_recording()
    recording = Recording(room.data, session["session"])
    check_done(room, recording)


def test_a_session_that_was_cut_off_is_unfinished_until_it_is_repaired(room):
    client, session = begin(room, "cam-a", segment=1)
    wait_until("films are complete", lambda: len(films(room, "cam-a")) >= 2)
    client.kill()
    said = check_no_damage(room)
    assert said["verdict"] == "unfinished" and said["in_use"] is False
    text = camctl("verify", room.data).stdout
    assert "start the client again, which repairs it" in text
    # A fault in what is complete is one all the same.
    film = films(room, "cam-a")[0]
    whole = film.read_bytes()
    at = whole.rindex(b"moov") - 100 # In the last picture.
    film.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1:])
    status, said = verify(room.data)
    assert (status, said["verdict"]) == (3, "damage")
    assert "(checksum)" in said["sessions"][0]["cameras"]["cam-a"]["damage"][0]
    film.write_bytes(whole)
    check_no_damage(room)
    room.client(segment=1)
    wait_more(room, "cam-a", 30)
    # The first manifest told of a camera that no client was there for.
    wait_until("the manifest has what came out of the server's ring",
               lambda: verify(room.data)[0] == 0)
    assert check_no_damage(room)["verdict"] == "recording"
    room.stop_recording()
    recording, _ = check_nothing_missing(room, session, "cam-a")
    check_done(room, recording)


def test_an_open_film_that_is_gone_is_damage(room):
    client, _ = begin(room, "cam-a", segment=60)
    client.kill()
    check_no_damage(room)
    film, = (room.data / "cam/cam-a").glob("*.mp4.part")
    film.unlink()
    status, said = verify(room.data)
    assert (status, said["verdict"]) == (3, "damage"), said
    assert "without its film" in str(said)


@pytest.mark.parametrize("words, told", [
    (["verify"], "want one data folder"),
    (["verify", ""], "want one data folder"),
    (["verify", "none"], "none: is no folder"),
    (["verify", "data", "--session", ""], "--session: the name is empty"),
    (["verify", "data", "--session="], "--session: the name is empty"),
    (["verify", "data", "--session"], "--session: wants a value"),
    (["verify", "data", "--session", "x"], "there is no session x in data; the "
                                           "newest there: 1800-trial"),
    (["verify", "data", "--frames"], "--frames: no such option here"),
    (["align", "data", "--session", "", "--out", "-"],
     "--session: the name is empty"),
    (["align", "none", "--session", "x", "--out", "-"], "none: is no folder"),
    (["align", "data", "--session", "x", "--out", "-"],
     "there is no session x in data; the newest there: 1800-trial"),
    (["align", "data", "--session", "1800-trial", "--out", "-"],
     "data/sessions/1800-trial.json: is no JSON"),
    (["align", "data", "--session", "x", "--out", "none/x.csv"],
     "--out: cannot create none/x.csv.part: No such file"),
])
def test_who_asks_wrongly_is_told_in_one_line(tmp_path, monkeypatch, words,
                                              told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/sessions").mkdir(parents=True)
    (tmp_path / "data/sessions/1800-trial.json").write_text("{")
    done = camctl(*words)
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr.count("\n") == 1 and told in done.stderr, done.stderr
    assert "failed" not in done.stderr
