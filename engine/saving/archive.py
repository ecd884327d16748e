"""The .keras file: a zip archive of three members, stored as they are.

    metadata.json       which version of the format, and when it was saved
    config.json         see :mod:`engine.saving.config`
    model.weights.h5    see :mod:`engine.saving.weights`

Members are read into memory under limits and never unpacked to disk, so their names cannot lead
anywhere; an archive with any other member, or with anything before, between or behind them, is
refused.  The weights are read last, when the config has said how large they may be.

Keras: ``keras.src.saving.saving_lib`` of Keras 3.15.1, which would also write ``assets/`` for
layers that keep vocabularies; the engine has none.
"""

from __future__ import annotations

import json
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any

from engine.saving.replacing import replace_file

METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"

MEGABYTE = 1 << 20
LIMITS = {METADATA: MEGABYTE // 16, CONFIG: 4 * MEGABYTE, WEIGHTS: 2048 * MEGABYTE}
"""The most bytes that a member may have: 2 GiB are 500 million weights, 4 MiB 3,000 layers."""
MOST_EXPANSION = 4
"""How many times larger than stored a member may be; Keras stores without compression."""
FREE_EXPANSION = 16 * MEGABYTE
"""Members up to this size may be any number of times larger: HDF5 begins with kilobytes of 0."""
MOST_DIRECTORY = MEGABYTE // 16
"""The most bytes of the archive's list of members; three of them need 200."""

FORMAT = "3.15.1"

_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,  # from seeking to where a damaged directory points
)


def pack(config: dict[str, Any], weights: bytes) -> list[tuple[str, bytes]]:
    """Return the three members."""
    saved = datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    metadata = {"keras_version": FORMAT, "date_saved": saved}
    return [
        (METADATA, json.dumps(metadata).encode()),
        (CONFIG, json.dumps(config).encode()),
        (WEIGHTS, weights),
    ]


def write_archive(path: str, members: list[tuple[str, bytes]]) -> None:
    """Write the members to `path`: a reader sees the old file or the whole new one.

    Raises
    ------
    ValueError
        If a member is larger than :func:`open_archive` would accept.
    OSError
        If the file cannot be written; nothing is left behind.
    """
    for name, data in members:
        check_size(name, len(data))

    def write(file: IO[bytes]) -> None:
        with zipfile.ZipFile(file, "w") as archive:
            for name, data in members:
                info = zipfile.ZipInfo(name)
                info.external_attr = 0o600 << 16
                archive.writestr(info, data)

    replace_file(path, write)


class Archive:
    """An open archive of the three members, each of them found to be harmless."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._infos = {info.filename: info for info in archive.infolist()}

    def config(self) -> dict[str, Any]:
        """Return config.json as a dict."""
        metadata = parse(self._read(METADATA), METADATA)
        version = metadata.get("keras_version")
        if not isinstance(version, str) or not version.startswith("3."):
            raise ValueError(
                f"Expected a file of Keras 3. Received: keras_version={str(version)[:40]!r}"
            )
        return parse(self._read(CONFIG), CONFIG)

    def weights(self, most: int) -> bytes:
        """Return the bytes of model.weights.h5, which are `most` at most."""
        check_size(WEIGHTS, self._infos[WEIGHTS].file_size, most)
        return self._read(WEIGHTS)

    def _read(self, name: str) -> bytes:
        info = self._infos[name]
        with _damage_named(), self._archive.open(info) as member:
            # With a number: without one, zipfile unpacks all that the member holds, whatever its
            # declared size is.
            data = member.read(info.file_size)
        if len(data) != info.file_size:
            raise ValueError(
                f"Expected {info.file_size:,} bytes of {name}. Received: {len(data):,} bytes"
            )
        return data


@contextmanager
def open_archive(path: str) -> Iterator[Archive]:
    """Open an archive for reading.

    Raises
    ------
    ValueError
        If the file is no such archive, is damaged, or holds anything else.
    OSError
        If there is no file, or it cannot be read.
    """
    with open(path, "rb") as file:
        with _damage_named():
            _check_end(file)
            archive = zipfile.ZipFile(file)
        with archive:
            _check_members(archive)
            yield Archive(archive)


@contextmanager
def _damage_named() -> Iterator[None]:
    """Turn what zipfile says about a broken file into one ValueError."""
    try:
        yield
    except _DAMAGED as error:
        raise ValueError(f"Expected an undamaged zip archive. Received: {error}") from error


def _check_end(file: IO[bytes]) -> None:
    """Refuse an archive whose list of members is long, or does not end the file."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - 42, 0))
    end = file.read()[-22:]
    file.seek(max(size - 42, 0))
    if len(end) < 22 or end[:4] != b"PK\x05\x06" or end[20:] != bytes(2):
        raise zipfile.BadZipFile("a file that does not end as an archive does")
    listed = int.from_bytes(end[12:16], "little")
    if listed > MOST_DIRECTORY or file.read(4) == b"PK\x06\x07":
        raise zipfile.BadZipFile(f"a list of members of {listed:,} bytes, or of another form")


def _check_members(archive: zipfile.ZipFile) -> None:
    """Refuse an archive unless it holds the three members, all of them harmless."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if sorted(names) != sorted(LIMITS):
        odd = [n for n in names if n not in LIMITS or names.count(n) > 1]
        missing = [n for n in LIMITS if n not in names]
        raise ValueError(
            f"Expected an archive of {', '.join(LIMITS)} and nothing else. Received: "
            + (f"the member {odd[0][:80]!r}" if odd else f"an archive without {missing[0]}")
        )
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        check_size(info.filename, info.file_size)
        _check_form(info)
        if info.header_offset < end or (end == 0 and info.header_offset != 0):
            raise ValueError(
                f"Expected {info.filename} to stand behind the member before it, and the first "
                f"at 0. Received: its place {info.header_offset:,}"
            )
        end = info.header_offset + 30 + len(info.filename) + info.compress_size
        if end > archive.start_dir:
            raise ValueError(
                f"Expected {info.filename} to stand before the list of members. "
                f"Received: {info.compress_size:,} bytes at {info.header_offset:,}"
            )


def _check_form(info: zipfile.ZipInfo) -> None:
    """Refuse what is encrypted, compressed too well or in another way, or a link."""
    plain = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if info.flag_bits & 0x1 or not plain:
        raise ValueError(
            f"Expected {info.filename} to be stored or deflated, and not encrypted. "
            f"Received: compression {info.compress_type}, flags {info.flag_bits:#x}"
        )
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise ValueError(f"Expected {info.filename} to be a file. Received: mode {mode:#o}")
    most = max(FREE_EXPANSION, MOST_EXPANSION * info.compress_size)
    if info.file_size > most:
        raise ValueError(
            f"Expected {info.filename} to be at most {MOST_EXPANSION} times as large as it "
            f"is stored. "
            f"Received: {info.file_size:,} bytes in {info.compress_size:,}"
        )


def check_size(name: str, size: int, most: int | None = None) -> None:
    """Refuse a member that is larger than `most`, or than any of its name may be."""
    limit = LIMITS.get(name, LIMITS[WEIGHTS])
    most = limit if most is None else min(most, limit)
    if size > most:
        raise ValueError(
            f"Expected {name} to have at most {most:,} bytes. Received: {size:,} bytes"
        )


@contextmanager
def open_weights(path: str) -> Iterator[IO[bytes]]:
    """Open a file of weights that is no larger than a member of an archive may be."""
    with open(path, "rb") as file:
        check_size("the file", os.fstat(file.fileno()).st_size, LIMITS[WEIGHTS])
        yield file


def parse(data: bytes | str, name: str) -> dict[str, Any]:
    """Return the dict that a JSON member holds; no key may occur twice."""
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        value = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"Expected {name} to be JSON. Received: {error}") from error
    if not isinstance(value, dict):
        raise ValueError(f"Expected {name} to hold a dict. Received: {type(value).__name__}")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError(f"a key that occurs twice among {', '.join(made)}"[:200])
    return made
