"""The live window, on a real X server without a screen (Xvfb)."""

import os
import pathlib
import re
import subprocess

import pytest

from processes import PATIENCE, Process, wait_until

SCREEN = (1320, 800)

# Where a picture of the window is kept for people to look at, if they want.
KEEP = os.environ.get("CAMNODE_WINDOW_PICTURE")


class Screen:
    """An X server with pictures of what it shows."""

    def __init__(self, room):
        reading, writing = os.pipe()
        os.set_inheritable(writing, True)
        # The server chooses a free display and tells it through the pipe.
        self._process = Process(
            "xvfb", ["Xvfb", "-displayfd", str(writing), "-screen", "0",
                     f"{SCREEN[0]}x{SCREEN[1]}x24", "-nolisten", "tcp"],
            room.logs, room.cwd, pass_fds=(writing,))
        os.close(writing)
        with os.fdopen(reading) as told:
            self.display = f":{told.readline().strip()}"
        assert self.display != ":", self._process.log()

    def close(self):
        self._process.end()

    def kill(self):
        self._process.kill()

    def _grab(self):
        return ["ffmpeg", "-v", "error", "-y", "-f", "x11grab",
                "-draw_mouse", "0",
                "-video_size", f"{SCREEN[0]}x{SCREEN[1]}",
                "-i", self.display, "-frames:v", "1"]

    def picture(self):
        """The screen as RGB bytes."""
        return subprocess.run(
            [*self._grab(), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
            check=True, capture_output=True, timeout=PATIENCE).stdout

    def keep_picture(self, path):
        subprocess.run(
            [*self._grab(), str(path)], check=True, timeout=PATIENCE)

    def press(self, key):
        """Types into the window once it is there."""
        found = wait_until("a window", lambda: subprocess.run(
            ["xdotool", "search", "--name", "camnode"], capture_output=True,
            text=True, env={**os.environ, "DISPLAY": self.display}
        ).stdout.split())
        subprocess.run(["xdotool", "windowfocus", "--sync", found[0], "key",
                        key], check=True, timeout=PATIENCE,
                       env={**os.environ, "DISPLAY": self.display})


def red_pixels(picture):
    """How many pixels are the red of the recording lamp."""
    return sum(1 for r, g, b in zip(picture[0::3], picture[1::3],
                                    picture[2::3])
               if r > 180 and g < 90 and b < 90)


def colours(picture):
    return len(set(zip(picture[0::97], picture[1::97], picture[2::97])))


@pytest.fixture
def screen(room):
    result = Screen(room)
    room.helpers.append(result)
    return result


def test_the_window_shows_cameras_and_what_is_really_recorded(room, screen):
    for name in ("cam-a", "cam-b"):
        room.server(name, "--camera.source=command", room.stamped(name))
    client = room.node("client", "client", "--display=window",
                       f"--data.dir={room.data}", "--record.segment=2",
                       environment={"DISPLAY": screen.display})
    room.wait_connected("cam-a", "cam-b")
    wait_until("a window with pictures",
               lambda: colours(screen.picture()) > 50)
    lamp_off = red_pixels(screen.picture())
    room.start_recording()
    # Two discs of some pixels each, beyond what the pictures have of red.
    wait_until("a red lamp",
               lambda: red_pixels(screen.picture()) > lamp_off + 100)
    if KEEP:
        screen.keep_picture(pathlib.Path(KEEP))
    screen.press("q")
    client.wait_log(r"window: closed; recording goes on")
    wait_until("an empty screen", lambda: colours(screen.picture()) == 1)
    durable = room.wait_light(lambda x: x["state"] == "recording")
    before = durable["cameras"]["cam-a"]["frames_durable"]
    room.wait_light(
        lambda x: x["cameras"]["cam-a"]["frames_durable"] > before + 25)
    room.stop_recording()
    assert client.runs


def test_a_recording_outlives_the_display_of_its_window(room, screen):
    room.server("cam-a", "--camera.source=command", room.stamped("cam-a"))
    client = room.node("client", "client", "--display=window",
                       f"--data.dir={room.data}",
                       environment={"DISPLAY": screen.display})
    room.wait_connected("cam-a")
    wait_until("a window with pictures",
               lambda: colours(screen.picture()) > 50)
    room.start_recording()
    screen.kill()
    client.wait_log(r"window: the display has gone")
    client.wait_log(r"window: closed; recording goes on")
    light = room.wait_light(lambda x: x["state"] == "recording")
    before = light["cameras"]["cam-a"]["frames_durable"]
    room.wait_light(
        lambda x: x["cameras"]["cam-a"]["frames_durable"] > before + 25)
    room.stop_recording()
    assert client.runs


def test_a_window_without_a_display_is_a_clear_error(room):
    client = room.node("client", "client", "--display=window",
                       f"--data.dir={room.data}", environment={"DISPLAY": ""})
    wait_until("the end", lambda: client.status is not None)
    client.told_to_end = True
    assert client.status == 1
    assert re.search(r"^camnode: display=window: there is no display",
                     client.log(), re.MULTILINE)
    room.nodes.remove(client)


def test_without_a_display_the_client_runs_without_a_window(room):
    client = room.node("client", "client", f"--data.dir={room.data}",
                       environment={"DISPLAY": ""})
    client.wait_log(r"no display: running without a window")
    room.wait_light(lambda x: x["state"] == "idle")
