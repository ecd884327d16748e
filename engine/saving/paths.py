"""Names of files: which may be read, which may be written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from engine.saving.refused import RefusedFile

MODEL_SUFFIX, WEIGHTS_SUFFIX, LEGACY_SUFFIXES = ".keras", ".weights.h5", (".h5", ".hdf5")
ONNX_SUFFIX = ".onnx"

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


def target(filepath: Path, overwrite: bool, *suffixes: str) -> str:
    """Return the path of a file that may be written."""
    path = _as_path(filepath, *suffixes)
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


_WRONG = (
    *(ValueError, TypeError, LookupError, ArithmeticError, AttributeError),
    *(RecursionError, MemoryError),
)
"""What a file can lead to; the checks say it in words of their own, and the rest is for safety."""


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Turn whatever is wrong with a file into a RefusedFile that names it."""
    try:
        yield
    except _WRONG as error:
        raise RefusedFile(f"Cannot load {path!r}. {error}") from error
