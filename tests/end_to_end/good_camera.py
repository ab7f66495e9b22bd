"""The good camera of tests with bad neighbours, and what those have in common.
"""

import json

from recordings import Recording, check_against
from streams import Reader, get


class GoodCamera:
    """A camera that is recorded while others misbehave."""

    def __init__(self, room, *options, client=()):
        """
        :param options: Of the server.
        :param client: Options of the client.
        """
        self.room = room
        self.server = room.server("good", room.stamped("good"), *options)
        self.where = self.server.where()
        self.client = room.client(*client, segment=1)
        self.reader = Reader(self.where)
        room.helpers.append(self.reader)
        room.wait_connected("good")
        self.outside = self.files_outside()
        self.session = room.start_recording()

    def files_outside(self):
        """All that is there but where nodes may write."""
        room = self.room
        return sorted(
            (str(x), x.stat().st_size) for x in room.folder.rglob("*")
            if room.data not in (x, *x.parents)
            and room.logs not in x.parents and x.is_file())

    def metric(self, series):
        _, _, text = get(self.where, "/metrics")
        for line in text.decode().splitlines():
            name, _, value = line.rpartition(" ")
            if name == series:
                return float(value)
        raise AssertionError(f"no {series} in /metrics")

    def finish(self):
        """Stops the session and checks that nothing of it is missing."""
        self.reader.wait(len(self.reader.parts) + 10)
        self.room.stop_recording()
        self.reader.close()
        recording = Recording(self.room.data, self.session)
        recording.check_names()
        frames = recording.check_camera("good")
        check_against(recording, frames, self.reader.parts)
        assert recording.manifest["cameras"]["good"]["lost"] == 0
        numbers = [x.sequence for x in self.reader.parts]
        assert numbers == list(range(1, len(numbers) + 1))
        assert self.server.runs and self.client.runs
        assert self.files_outside() == self.outside
        top = {x.name for x in self.room.data.iterdir()}
        assert top <= {"cam", "sensors", "sessions", ".camnode.lock",
                       ".camnode.reserve"}
        return recording


def announcement(camera, where, **changes):
    told = {"id": camera, "ip": where[0], "port": where[1], "state": "online",
            "epoch": 7, "width": 320, "height": 240, "fps": 25,
            "version": "1"}
    return json.dumps({**told, **changes})


def says(*pieces):
    """Says all that, and then nothing."""
    def serve(peer):
        peer.recv(4096)
        for piece in pieces:
            peer.sendall(piece)
        while peer.recv(4096):
            pass
    return serve
