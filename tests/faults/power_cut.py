"""What a power cut may leave of a folder, out of the log that
libcamnode_faults.so kept of all that was done to it.

The model is what POSIX promises, and no more:
- bytes that were written before a sync of their file began, which has returned,
  are there. Of those after them, a random part is: the writes up to some byte, and
  in some cuts pages of them are zeros, as where a file's new size was on disk
  and its bytes were not.
- names that were made, changed or removed before a sync of their directory
  began, which has returned, are as they were left. Of the later changes in a
  directory, the first few are there, as journaling file systems keep the order.
"""

import dataclasses
import enum
import os
import pathlib
import random
import struct

RECORD = struct.Struct("<IB3xqQQIIQ")
MAGIC = 0x31464e43
PAGE = 4096


class Event(enum.IntEnum):
    CREATE = 1
    MAKE_DIR = 2
    WRITE = 3
    TRUNCATE = 4
    SYNC_BEGIN = 5
    SYNC_END = 6
    RENAME = 7
    LINK = 8
    UNLINK = 9


@dataclasses.dataclass
class Record:
    """One thing that was done. `node` is the file or directory that it was
    done to, whose inode's number may have been another's before."""
    what: Event
    boottime_ns: int
    node: object
    a: int
    path: str
    second: str
    data: bytes


class Node:
    """A file or a directory, by its history."""

    def __init__(self, is_dir=False):
        self.is_dir = is_dir
        self.changes = [] # Of a file: (place in the log, record).
        self.names = []   # Of a directory: (place, name, node or None).
        self.syncs = []   # (place of the beginning, of the end).


class Log:
    """All records, and the tree as it was at the end."""

    def __init__(self, path, root):
        self.root = str(root)
        self.top = Node(is_dir=True)
        self.records = []
        self._nodes = {}
        self._paths = {self.root: self.top}
        self._begun = {}
        for at, record in enumerate(self._read(path)):
            self._take(at, record)
            self.records.append(record)

    @staticmethod
    def _read(path):
        data = pathlib.Path(path).read_bytes()
        at = 0
        while at + RECORD.size <= len(data):
            magic, what, ns, inode, a, size, second, bulk = \
                RECORD.unpack_from(data, at)
            assert magic == MAGIC, f"no record at byte {at}"
            at += RECORD.size
            texts = data[at:at + size], data[at + size:at + size + second]
            at += size + second
            if at + bulk > len(data):
                break # The program was killed while it wrote.
            yield Record(Event(what), ns, inode, a, texts[0].decode(),
                         texts[1].decode(), data[at:at + bulk])
            at += bulk

    def _take(self, at, x):
        inode = x.node
        if x.what in (Event.CREATE, Event.MAKE_DIR):
            x.node = self._nodes[inode] = Node(x.what == Event.MAKE_DIR)
            if x.path == self.root:
                self.top = x.node
            else:
                self._name(at, x.path, x.node)
            self._paths[x.path] = x.node
        elif x.what in (Event.WRITE, Event.TRUNCATE):
            x.node = self._nodes.get(inode)
            assert x.node, f"record {at}: nobody saw the file being made"
            x.node.changes.append((at, x))
        elif x.what == Event.SYNC_BEGIN:
            x.node = self._paths.get(x.path) or self._nodes.get(inode)
            self._begun[x.a] = at, x.node
        elif x.what == Event.SYNC_END:
            begin, x.node = self._begun.pop(x.a)
            if x.node:
                x.node.syncs.append((begin, at))
        elif x.what == Event.RENAME:
            x.node = self._paths.pop(x.path)
            self._paths[x.second] = x.node
            # One change where both names are in one directory.
            self._name(at, x.second, x.node,
                       was=os.path.basename(x.path))
            assert os.path.dirname(x.path) == os.path.dirname(x.second)
        elif x.what == Event.LINK:
            x.node = self._paths[x.second] = self._paths[x.path]
            self._name(at, x.second, x.node)
        elif x.what == Event.UNLINK:
            x.node = self._paths.pop(x.path, None)
            self._name(at, x.path, None)

    def _name(self, at, path, node, was=None):
        parent = self._paths.get(os.path.dirname(path))
        if parent is None:
            assert len(path) < len(self.root), f"{path} is nowhere"
            return
        parent.names.append((at, os.path.basename(path), node, was))

    # -- the cut -------------------------------------------------------------

    def rebuild(self, cut, seed, target):
        """Makes `target` what the folder may be after a cut right before the
        record `cut`.
        :param seed: None: the power stays, the program alone is killed.
        """
        luck = random.Random(seed) if seed is not None else None
        self._rebuild_dir(self.top, cut, luck, pathlib.Path(target))

    def _rebuild_dir(self, node, cut, luck, target):
        target.mkdir()
        for name, child in sorted(surviving_names(node, cut, luck).items()):
            if child.is_dir:
                self._rebuild_dir(child, cut, luck, target / name)
            else:
                (target / name).write_bytes(surviving_bytes(child, cut, luck))


def synced_before(node, cut):
    """The place in the log before which all that was done to `node` is durable
    at the cut."""
    return max((begin for begin, end in node.syncs if end < cut), default=-1)


def surviving_names(node, cut, luck):
    sure = synced_before(node, cut)
    done = [x for x in node.names if x[0] < cut]
    unsure = sum(1 for x in done if x[0] >= sure)
    kept = len(done) - unsure + luck.randint(0, unsure) if luck else len(done)
    result = {}
    for _, name, child, was in done[:kept]:
        if was is not None:
            result.pop(was, None)
        if child is None:
            result.pop(name, None)
        else:
            result[name] = child
    return result


def surviving_bytes(node, cut, luck):
    sure = synced_before(node, cut)
    content = bytearray()
    unsure = []
    for at, x in node.changes:
        if at >= cut:
            break
        if at < sure or not luck:
            apply(x, content)
        else:
            unsure.append(x)
    if not unsure:
        return content
    durable = bytes(content)
    kept = luck.randint(0, len(unsure))
    for x in unsure[:kept]:
        apply(x, content)
    if kept < len(unsure) and unsure[kept].what == Event.WRITE:
        torn = unsure[kept]
        apply(dataclasses.replace(
            torn, data=torn.data[:luck.randint(0, len(torn.data))]), content)
    if luck.random() < 0.5:
        lose_pages(content, durable, luck)
    return content


def lose_pages(content, durable, luck):
    """Some pages that hold new bytes have not been written: zeros, but for what
    was there for sure."""
    for begin in range(0, len(content), PAGE):
        end = min(begin + PAGE, len(content))
        if bytes(content[begin:end]) != durable[begin:end] \
                and luck.random() < 0.5:
            old = durable[begin:end]
            content[begin:end] = old + bytes(end - begin - len(old))


def apply(x, content):
    if x.what == Event.TRUNCATE:
        del content[x.a:]
        content.extend(bytes(x.a - len(content)))
    else:
        content.extend(bytes(max(0, x.a - len(content))))
        content[x.a:x.a + len(x.data)] = x.data
