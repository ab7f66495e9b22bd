"""The rooms of the end-to-end tests, for those with libcamera's virtual camera.
Run by tools/test-libcamera, in a Debian 13."""

import importlib.util
import pathlib
import sys

END_TO_END = pathlib.Path(__file__).resolve().parents[1] / "end_to_end"
sys.path.insert(0, str(END_TO_END))

_spec = importlib.util.spec_from_file_location("end_to_end_conftest",
                                               END_TO_END / "conftest.py")
_shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_shared)

picture = _shared.picture
quiet_room = _shared.quiet_room
room = _shared.room
