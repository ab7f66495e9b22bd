"""Cameras whose pictures show their numbers, so that what a player shows says which
frame it is, and what must be in a film, read without camnode's code (films.py)."""

import csv
import sys

import pytest

import films
from processes import HERE

cv2 = pytest.importorskip("cv2")
import numpy # noqa: E402 pylint: disable=wrong-import-position

BITS = 10
BAR = 8 # Pixels: a block of a JPEG.
PICTURES = 400


def numbered_jpeg(number, height):
    """A bar for each bit of the number."""
    bars = [(number >> bit & 1) * 255 for bit in range(BITS)]
    row = numpy.repeat(numpy.array(bars, numpy.uint8), BAR)
    picture = numpy.repeat(numpy.tile(row, (height, 1))[:, :, None], 3, 2)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def number_in(picture):
    bars = picture[picture.shape[0] // 2, BAR // 2::BAR]
    return sum(1 << bit for bit, bar in enumerate(bars)
               if int(bar.reshape(-1)[0]) > 127)


class Film:
    """What a film must show: the number and the time of each frame."""

    def __init__(self, path):
        self.path = path
        found = films.pictures(path)
        self.jpegs = [x.jpeg for x in found]
        self.times_us = [x.pts_us for x in found]
        self.numbers = [number_in(cv2.imdecode(
            numpy.frombuffer(x.jpeg, numpy.uint8), cv2.IMREAD_COLOR))
            for x in found]
        assert len(set(self.numbers)) == len(found), path
        assert films.is_ordinary(path), path

    def check_index(self):
        start_us = int(self.path.stem.split("-")[0]) * 1000
        with self.path.with_suffix(".csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [int(x["capture_ns"]) // 1000 - start_us for x in rows] \
            == self.times_us, self.path
        assert [int(x["bytes"]) for x in rows] == [len(x) for x in self.jpegs]

    def since_first_ms(self):
        return [(x - self.times_us[0]) / 1000 for x in self.times_us]


def camera(folder, rate, heights=(16,)):
    """The option of a server whose camera shows one number after the other.
    :param rate: Of feeding_source.py.
    :param heights: Of pictures, a hundred of each in turn.
    """
    folder.mkdir()
    for number in range(PICTURES):
        height = heights[number // 100 % len(heights)]
        (folder / f"{number:04}.jpg").write_bytes(
            numbered_jpeg(number, height))
    return (f"--camera.command=exec {sys.executable} -I "
            f"{HERE / 'feeding_source.py'} {rate} {folder}/*.jpg")
