"""Writing a file whole: at any moment there is the old one or the new one, whatever happens.

    m.keras.0123456789abcdef.tmp    written beside, flushed to the disk
    m.keras                         the new name of it, in one step; then the folder is flushed

A writer that is killed leaves a file ``.tmp`` behind.  It held a lock on it, which is free now, so
that the next save to the same name can tell it from one that is being written, and removes it.
"""

from __future__ import annotations

import errno
import glob
import os
import re
import secrets
import stat
from collections.abc import Callable
from typing import IO, Any

try:
    import fcntl
except ImportError:  # not on Windows, where leftovers stay until somebody removes them
    fcntl = None  # type: ignore[assignment]

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def replace_file(path: str, write: Callable[[IO[bytes]], Any]) -> None:
    """Call `write` with a new file beside `path`, then move it to `path`.

    Raises
    ------
    OSError
        If there is no room, or the file cannot be written.  Nothing has changed then.
    """
    target = os.path.realpath(path)
    _remove_leftovers(target)
    beside, file = _new_file(target)
    try:
        with file:
            write(file)
            file.flush()
            if os.path.exists(target) and os.name == "posix":
                os.fchmod(file.fileno(), stat.S_IMODE(os.stat(target).st_mode))
            os.fsync(file.fileno())
            if fcntl is None:
                file.close()  # Windows moves no open file
            os.replace(beside, target)
    except BaseException as error:
        if os.path.exists(beside):
            os.remove(beside)
        if isinstance(error, OSError) and error.errno in _FULL:
            raise OSError(
                error.errno,
                f"Expected room for the file; what was there before is kept. Received: "
                f"{error.strerror}",
                path,
            ) from error
        raise
    _flush_folder(os.path.dirname(target))


def _new_file(target: str) -> tuple[str, IO[bytes]]:
    """Return the name of a new file beside `target`, and the file, locked."""
    while True:
        beside = f"{target}.{secrets.token_hex(8)}.tmp"
        file = open(beside, "xb")
        if fcntl is None or _lock(file):
            try:
                if os.path.samestat(os.stat(beside), os.fstat(file.fileno())):
                    return beside, file
            except FileNotFoundError:  # taken for a leftover before it was locked
                pass
        file.close()


def _lock(file: IO[bytes]) -> bool:
    """Return whether nobody else holds `file`, which is locked from now on."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        pass
    return True


def _remove_leftovers(target: str) -> None:
    """Remove what killed writers of `target` left: files that nobody has locked."""
    if fcntl is None:
        return
    name = re.compile(re.escape(target) + r"\.[0-9a-f]{16}\.tmp")
    for beside in glob.glob(f"{glob.escape(target)}.*.tmp"):
        if not name.fullmatch(beside):
            continue
        try:
            with open(beside, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.remove(beside)
        except OSError:  # somebody writes it, has just renamed it, or may not be disturbed
            continue


def _flush_folder(folder: str) -> None:
    """Have the disk keep the new name, too."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # a file system that cannot: the file itself is on the disk
        pass
    finally:
        os.close(handle)
