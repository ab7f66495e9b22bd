"""Reads recordings of camnode: `camnode.open("Data", "trial-07")`.

tools/python/README.md shows how; messages/disk/FORMAT.md says what is in the
files.
"""

import pathlib
import warnings
from typing import List, Union

from . import folder as _folder
from .errors import Damage, Error
from .folder import Piece
from .manifest import (Absence, Camera, Clock, Loss, Manifest, Segment, Sensor,
                       SensorOutage, ServerRestart)
from .nearest import Instant, Near
from .sensor_files import bytes_of
from .session import Session

__all__ = ["Absence", "Camera", "Clock", "Damage", "Error", "Instant", "Loss",
           "Manifest", "Near", "Piece", "Segment", "Sensor", "SensorOutage",
           "ServerRestart", "Session", "bytes_of", "foreign", "open",
           "sessions"]

# Sessions that an error names.
_NAMES = 3

Folder = Union[str, "pathlib.PurePath"]


def sessions(folder: Folder, strict: bool = True) -> List[Session]:
    """All sessions in a data folder, the newest first.
    :param strict: If not, a manifest that cannot be read is warned of and left
        out, and so are damaged files of the sessions (see `Session`).
    :raises Error: where there is no such folder, or a manifest is broken.
    """
    result = []
    for found in _folder.list_manifests(_data_folder(folder)):
        try:
            result.append(Session(found.path, strict))
        except Error as error:
            if strict:
                raise
            warnings.warn(str(error), Damage, stacklevel=2)
    return result


def open(folder: Folder, session: Union[str, int, None] = None,
         strict: bool = True) -> Session:
    """Opens a session.
    :param folder: The data folder, or one into which a session's files were
        copied.
    :param session: Its label, its start in ms, or the name of its manifest;
        None where there is only one. A label means the newest session of
        that name; that there are others is warned of.
    :param strict: Whether damage is an error; see `Session`.
    :raises Error: where there is no such session, or its manifest is broken.
    """
    data = _data_folder(folder)
    found = _folder.list_manifests(data)
    if session is None:
        named = found if len(found) == 1 else []
    else:
        wanted = str(session)
        named = [x for x in found if x.is_named(wanted)] \
            or [x for x in found if x.label == wanted]
    if not named:
        newest = ", ".join(x.path.stem for x in found[:_NAMES])
        raise Error((f"{data}: which session?" if session is None
                     else f"{data}: has no session {session};")
                    + (f" The newest there: {newest}" if newest
                       else " there is none"))
    if len(named) > 1:
        warnings.warn(f"{data}: session {session} is the newest one of "
                      f"{len(named)} of that name, {named[0].start_ms}",
                      stacklevel=2)
    return Session(named[0].path, strict)


def foreign(folder: Folder) -> List[pathlib.Path]:
    """The files in a data folder that camnode did not write, such as the films
    of the legacy system: they belong to no session, and nobody knows their
    times. A folder of others is named as one.
    :raises Error: where there is no such folder.
    """
    return _folder.foreign(_data_folder(folder))


def _data_folder(folder: Folder) -> pathlib.Path:
    result = pathlib.Path(folder)
    if not result.is_dir():
        raise Error(f"{result}: is no folder; want a data.dir, with sessions/ "
                    "and cam/")
    return result
