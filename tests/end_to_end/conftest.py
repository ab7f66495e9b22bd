"""Fixtures of the end-to-end tests."""

import contextlib
import pathlib
import shutil
import tempfile

import pytest

from harness import Room, make_picture


@pytest.fixture(scope="session")
def picture():
    """The JPEG of the stamped sources, as bytes."""
    with tempfile.TemporaryDirectory() as folder:
        return make_picture(pathlib.Path(folder) / "picture.jpg")


@contextlib.contextmanager
def a_room(picture):
    """A room whose broker does not run yet. Its end is the test's last check:
    no node may have crashed, or have ended any other way than it was told."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="camnode-test-"))
    room = Room(folder, picture)
    try:
        yield room
    finally:
        faults = room.close()
        room.print_logs() # Shown by pytest if the test has failed.
        shutil.rmtree(folder)
    assert not faults


@pytest.fixture
def quiet_room(picture):
    with a_room(picture) as room:
        yield room


@pytest.fixture
def room(quiet_room):
    quiet_room.start_broker()
    return quiet_room
