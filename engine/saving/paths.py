"""Names of files: which may be read, which may be written, and writing them whole."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

MODEL_SUFFIX, WEIGHTS_SUFFIX = ".keras", ".weights.h5"

Path = str | os.PathLike[str]


def _as_path(filepath: Path, *suffixes: str) -> str:
    """Return `filepath` as a string with one of the suffixes."""
    if not isinstance(filepath, str | os.PathLike):
        raise TypeError(f"Expected filepath to be a path. Received: filepath={filepath!r}")
    path = os.fspath(filepath)
    if not isinstance(path, str) or not path.endswith(suffixes):
        raise ValueError(
            f"Expected a file name that ends in {' or '.join(suffixes)}. "
            f"Received: filepath={path!r}"
        )
    return path


def source(filepath: Path, *suffixes: str) -> str:
    """Return the path of an existing file."""
    path = _as_path(filepath, *suffixes)
    if not os.path.isfile(path):
        raise FileNotFoundError(f"Expected an existing file. Received: filepath={path!r}")
    return path


def target(filepath: Path, suffix: str, overwrite: bool) -> str:
    """Return the path of a file that may be written."""
    path = _as_path(filepath, suffix)
    if not isinstance(overwrite, bool):
        raise TypeError(f"Expected overwrite to be True or False. Received: {overwrite!r}")
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"Expected a file in a folder that exists. Received: {path!r}")
    if os.path.isdir(path):
        raise IsADirectoryError(f"Expected a file. Received: the folder {path!r}")
    if not overwrite and os.path.exists(path):
        raise FileExistsError(
            f"Expected a new file, because of overwrite=False. Received: filepath={path!r}"
        )
    return path


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Turn whatever is wrong with a file into a ValueError that names it."""
    try:
        yield
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, MemoryError) as error:
        raise ValueError(f"Cannot load {path!r}. {error}") from error


def replace_file(path: str, write: Callable[[IO[bytes]], Any]) -> None:
    """Call `write` with a new file beside `path`, then move it to `path`; on failure, remove it."""
    target = os.path.realpath(path)
    beside = f"{target}.{secrets.token_hex(8)}.tmp"
    try:
        with open(beside, "xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException:
        if os.path.exists(beside):
            os.remove(beside)
        raise
