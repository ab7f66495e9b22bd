"""A data folder that others use, too, that others may not read, or whose file
system can do little."""

import os
import pathlib
import shutil
import stat
import subprocess
import time

import pytest

from crashes import begin, check_nothing_missing, verify, wait_more
from faulty_disk import FaultyDisk
from processes import camctl
from recordings import Recording

FILMS = {
    "legacy.mp4": ["-c:v", "mpeg4"],
    "faststart.mp4": ["-c:v", "libx264", "-movflags", "+faststart"],
    "fragmented.mp4": ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-movflags",
                       "+frag_keyframe+empty_moov+default_base_moof"],
}


def put_foreign(data, around_ms):
    """Films and readings of others under names that are camnode's, from an hour
    before a time on. Returns what is in them, by path."""
    folder = data / "cam/10.0.0.5"
    folder.mkdir(parents=True)
    start = around_ms - 3_600_000
    for options in FILMS.values():
        for name in (f"{start}-{start + 60_000}.mp4",
                     f"{start + 60_000}.mp4.part"):
            subprocess.run(
                ["ffmpeg", "-v", "error", "-f", "lavfi", "-i",
                 "testsrc2=size=64x48:rate=10:duration=1", *options, "-f",
                 "mp4", str(folder / name)], check=True)
        start += 120_000
    readings = data / "sensors/room"
    readings.mkdir(parents=True)
    for name in (f"{start}-{start + 5}.csv", f"{start + 9}.csv.part"):
        (readings / name).write_text(f"timestamp,mp905\n{start},1\n")
    (data / "notes.txt").write_text("somebody's")
    return {x: x.read_bytes() for x in data.rglob("*") if x.is_file()}


def unchanged(files):
    return all(path.read_bytes() == content for path, content in files.items())


def check_complete(room, session):
    """All is there but the readings of while nobody listened, and whole."""
    recording, _ = check_nothing_missing(room, session, "cam-a")
    assert recording.manifest["state"] == "finished"
    assert recording.manifest["sensors"]["sensor/a"]["written"] == 1
    assert not list(room.data.rglob("*.part"))
    status, said = verify(room.data)
    assert status == 1 and said["verdict"] == "losses, all named", said
    session, = said["sessions"]
    assert len(session["losses"]) == 1
    assert session["cameras"]["cam-a"]["losses"] == []
    assert session["sensors"]["sensor/a"]["losses"] == []


def test_what_others_put_there_stays_as_it_is(room):
    files = put_foreign(room.data, time.time_ns() // 1_000_000)
    client, session = begin(room, "cam-a", segment=1)
    client.wait_log(r"recovery: cam/10\.0\.0\.5: 6 files of others \(")
    client.wait_log(r"recovery: sensors/room: 2 files of others \(")
    assert unchanged(files)
    client.kill() # What is repaired then is camnode's alone.
    room.client(segment=1)
    wait_more(room, "cam-a", 50)
    room.stop_recording()
    assert unchanged(files)
    check_nothing_missing(room, session, "cam-a")

    done = camctl("verify", room.data)
    assert done.returncode in (0, 1), done.stdout # It was killed.
    assert "9 files of others, left alone: " in done.stdout
    assert "damage" not in done.stdout
    _, said = verify(room.data)
    assert said["damage"] == []
    assert said["foreign"]["cam/10.0.0.5"] == 6
    assert unchanged(files)


def test_a_folder_of_others_is_told_as_that(room):
    put_foreign(room.data, time.time_ns() // 1_000_000)
    done = camctl("verify", room.data)
    assert done.returncode == 2
    line, = done.stderr.splitlines()
    assert "there is no recording in it, but 9 files of others" in line


def test_a_legacy_client_in_the_folder_is_an_alarm(room):
    folder = room.data / "cam/10.0.0.5"
    folder.mkdir(parents=True)
    film = folder / "20261130_101502.123.mp4"
    film.write_bytes(b"a film that is being written")
    client = room.client()
    client.wait_log(r"data\.dir=.*20261130_101502\.123\.mp4: a client of the "
                    "legacy system records into this folder")
    room.wait_light(lambda x: film.name in x["alarms"].get("legacy client", ""))


@pytest.mark.parametrize("errors", [
    {"noreplace": "EINVAL"}, # NFS.
    {"noreplace": "EINVAL", "link": "EPERM"}, # exFAT and FAT.
], ids=["links", "neither"])
def test_a_folder_that_cannot_rename_without_replacing_is_recorded_into(
        room, errors):
    disk = FaultyDisk(room)
    disk.fail_all(**errors)
    room.server("cam-a", room.stamped("cam-a"))
    client = room.client(segment=1, environment=disk.environment())
    client.wait_log("the file system of data.dir=.* cannot rename without "
                    "replacing")
    room.wait_connected("cam-a")
    session = room.start_recording()
    room.ear.publish("sensor/a", '{"x":1}')
    wait_more(room, "cam-a", 50)
    client.kill()
    room.client(segment=1, environment=disk.environment())
    wait_more(room, "cam-a", 50)
    room.stop_recording()
    check_complete(room, session)


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_others_may_not_read_what_is_recorded(room, umask):
    before = os.umask(umask)
    try:
        room.server("cam-a", room.stamped("cam-a"))
        room.client(segment=1)
    finally:
        os.umask(before)
    room.wait_connected("cam-a")
    room.start_recording()
    room.ear.publish("sensor/a", '{"x":1}')
    wait_more(room, "cam-a", 30)
    room.ear.publish("sensor/a", '{"y":1}')
    wait_more(room, "cam-a", 30)
    check_modes(room.data, umask) # While files are open, and afterwards.
    room.stop_recording()
    assert check_modes(room.data, umask) >= 6


def check_modes(data, umask):
    files = 0
    for path in [data, *data.rglob("*")]:
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            continue # It has another name by now.
        want = (0o750 if stat.S_ISDIR(mode)
                else 0o600 if path.name.startswith(".camnode.") else 0o640)
        assert stat.S_IMODE(mode) == want & ~umask, path
        files += stat.S_ISREG(mode)
    return files


# -- a real one ---------------------------------------------------------------

@pytest.fixture
def exfat(tmp_path):
    """A folder on exFAT, by FUSE and a loop device."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    programs = [shutil.which(x, path=path)
                for x in ("losetup", "mkfs.exfat", "mount.exfat-fuse",
                          "umount")]
    if not all(programs):
        pytest.skip("no exfatprogs and exfat-fuse on this machine")
    loop, make, mount, umount = programs
    image = tmp_path / "image"
    folder = tmp_path / "disk"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(512 << 20)
    subprocess.run([make, image], check=True, stdout=subprocess.DEVNULL)
    made = subprocess.run([loop, "--find", "--show", image], check=False,
                          capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"no loop devices here: {made.stderr}")
    device = made.stdout.strip()
    try:
        done = subprocess.run([mount, device, folder], check=False,
                              capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"no FUSE here: {done.stderr}")
        yield pathlib.Path(folder)
        subprocess.run([umount, folder], check=True)
    finally:
        subprocess.run([loop, "--detach", device], check=True)


def test_a_session_on_exfat_is_all_there(exfat, room):
    room.data = exfat / "Data"
    client, session = begin(room, "cam-a", segment=1)
    for limit in ("cannot rename without replacing", "does not tell A from a"):
        client.wait_log(f"the file system of data.dir=.* {limit}")
    room.ear.publish("sensor/a", '{"x":1}')
    wait_more(room, "cam-a", 50)
    client.kill()
    room.client(segment=1)
    wait_more(room, "cam-a", 50)
    room.stop_recording()
    check_complete(room, session)


def test_names_that_differ_in_case_alone_are_not_mixed_on_exfat(exfat, room):
    room.data = exfat / "Data"
    room.server("cam", room.stamped("cam"))
    client = room.client(segment=1)
    room.wait_connected("cam")
    room.start_recording()
    wait_more(room, "cam", 25)
    room.stop_recording()
    room.server("Cam", room.stamped("Cam"))
    room.wait_connected("cam", "Cam")
    session = room.start_recording()
    room.ear.publish("sensor/a", '{"x":1}')
    wait_more(room, "cam", 25)
    for _ in range(5):
        room.ear.publish("sensor/A", '{"x":1}')
    light = room.wait_light(
        lambda x: "another folder" in x["cameras"]["Cam"]["last_error"]
        and x["cameras"]["Cam"]["lost"] > 25
        and x["sensors"]["rejected"] == 5)
    assert light["cameras"]["cam"]["state"] == "recording"
    room.stop_recording()
    recording = Recording(room.data, session)
    books = recording.manifest["cameras"]["Cam"]
    assert books["recorded"] == 0
    assert {x["place"] for x in books["losses"]} == {"recorder"}
    assert books["restarts"]["recorder"] == 0
    # Once for the camera, and once for the topic.
    assert client.log().count("another folder") == 2
    assert recording.manifest["cameras"]["cam"]["lost"] == 0
    assert [x.name for x in (room.data / "cam").iterdir()] == ["cam"]
