"""The folder that is recorded to, or one in it, gets another name or is removed
in the middle of a recording."""

import shutil

from crashes import (begin, check_done, check_nothing_missing, verify,
                     wait_more)
from processes import wait_until
from recordings import Recording
from streams import get


def alarm(room):
    """What the truth light says of the data folder, once it does."""
    light = room.wait_light(lambda x: x.get("alarms", {}).get("data.dir"))
    return light["alarms"]["data.dir"]


def test_a_data_folder_that_is_renamed_keeps_what_is_recorded(room):
    client, session = begin(room, "cam-a", segment=1)
    name = room.data
    moved = name.with_name("moved")
    name.rename(moved)
    text = alarm(room)
    assert text.startswith(f"{name} was renamed to {moved}, where")
    client.wait_log(f"data.dir: {name} was renamed")
    status, _, body = get(client.status_where(), "/healthz")
    assert status == 503 and b"data.dir" in body
    wait_more(room, "cam-a", 60) # Beyond the next cut.
    room.stop_recording()
    assert not name.exists()

    # Another session would be in a folder that the user does not expect.
    room.ear.publish("command/rec", '{"action":"start","force":true}')
    light = room.wait_light(lambda x: "start:" in x["last_error"])
    assert "was renamed" in light["last_error"]
    moved.rename(name)
    client.wait_log("data.dir is as it was")
    recording, _ = check_nothing_missing(room, session, "cam-a")
    check_done(room, recording)
    room.wait_light(lambda x: not x["alarms"])
    second = room.start_recording()
    assert second != session
    wait_more(room, "cam-a", 5)
    room.stop_recording()


def test_a_data_folder_that_is_removed_is_told_and_not_made_again(room):
    client, _ = begin(room, "cam-a", segment=60)
    shutil.rmtree(room.data)
    assert alarm(room).startswith(f"{room.data} was removed")
    room.wait_light(lambda x: x["cameras"]["cam-a"]["state"] == "stalled")
    client.wait_log("was removed while it was written")
    room.ear.publish("command/rec", "stop")
    room.wait_light(lambda x: x["state"] == "stopping")
    client.end()
    assert not room.data.exists()


def test_a_cameras_folder_that_is_renamed_is_missed_until_it_is_back(room):
    client, session = begin(room, "cam-a", "cam-b", segment=1)
    folder = room.data / "cam/cam-a"
    moved = folder.with_name("old")
    folder.rename(moved)
    assert alarm(room).startswith(f"{folder} was renamed or removed")
    light = room.wait_light(
        lambda x: x["cameras"]["cam-a"]["state"] == "stalled")
    assert light["cameras"]["cam-b"]["state"] == "recording"
    room.wait_light(lambda x: "was renamed or removed"
                    in x["cameras"]["cam-a"]["last_error"])
    assert not folder.exists()
    moved.rename(folder)
    client.wait_log("data.dir is as it was")
    room.wait_light(lambda x: x["cameras"]["cam-a"]["state"] == "recording")
    room.stop_recording()
    recording = Recording(room.data, session)
    for camera in ("cam-a", "cam-b"):
        recording.check_camera(camera)
    wait_until("all files are complete",
               lambda: not list(room.data.rglob("*.part")))
    status, said = verify(room.data)
    assert status in (0, 1), said


def test_a_folder_of_manifests_that_is_renamed_forgets_no_stop(room):
    client, session = begin(room, "cam-a", segment=60)
    folder = room.data / "sessions"
    moved = folder.with_name("old")
    folder.rename(moved)
    alarm(room)
    room.ear.publish("command/rec", "stop")
    room.wait_light(lambda x: x["state"] == "stopping"
                    and "cannot write the manifest" in x["last_error"]
                    and "was renamed or removed" in x["last_error"])
    assert not folder.exists()
    moved.rename(folder)
    wait_until("the session is complete", lambda: Recording(
        room.data, session).manifest["state"] == "finished")
    recording, _ = check_nothing_missing(room, session, "cam-a")
    check_done(room, recording)
    assert client.runs
