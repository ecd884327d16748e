"""The .keras file: a zip archive of three members, stored as they are.

    metadata.json       which version of the format, and when it was saved
    config.json         see :mod:`engine.saving.config`
    model.weights.h5    see :mod:`engine.saving.weights`

Members are read into memory under limits and never unpacked to disk, so their names cannot lead
anywhere; an archive with any other member is refused.

Keras: ``keras.src.saving.saving_lib`` of Keras 3.15.1, which would also write ``assets/`` for
layers that keep vocabularies; the engine has none.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from datetime import datetime
from typing import IO, Any

from engine.saving.paths import replace_file

METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"

MEGABYTE = 1 << 20
LIMITS = {METADATA: MEGABYTE // 16, CONFIG: 16 * MEGABYTE, WEIGHTS: 2048 * MEGABYTE}
"""The most bytes that a member may have: 2 GiB are 500 million weights."""
MOST_EXPANSION = 100
"""How many times larger than stored a member may be; Keras stores without compression."""
FREE_EXPANSION = MEGABYTE
"""Members up to this size may be any number of times larger: HDF5 begins with kilobytes of 0."""

_FORMAT = "3.15.1"

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
    metadata = {"keras_version": _FORMAT, "date_saved": saved}
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
        If a member is larger than :func:`read_archive` would accept.
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


def read_archive(path: str) -> tuple[dict[str, Any], bytes]:
    """Return config.json as a dict, and the bytes of model.weights.h5.

    Raises
    ------
    ValueError
        If the file is no such archive, is damaged, or holds anything else.
    FileNotFoundError
        If there is no file.
    """
    with open(path, "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                members = _read_members(archive)
        except _DAMAGED as error:
            raise ValueError(f"Expected an undamaged zip archive. Received: {error}") from error
    metadata = parse(members[METADATA], METADATA)
    version = metadata.get("keras_version")
    if not isinstance(version, str) or not version.startswith("3."):
        raise ValueError(
            f"Expected a file of Keras 3. Received: keras_version={str(version)[:40]!r}"
        )
    return parse(members[CONFIG], CONFIG), members[WEIGHTS]


def _read_members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Return the three members, read only once all of them are known to be harmless."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if sorted(names) != sorted(LIMITS):
        odd = [n for n in names if n not in LIMITS or names.count(n) > 1]
        missing = [n for n in LIMITS if n not in names]
        raise ValueError(
            f"Expected an archive of {', '.join(LIMITS)} and nothing else. Received: "
            + (f"the member {odd[0][:80]!r}" if odd else f"an archive without {missing[0]}")
        )
    for info in infos:
        check_size(info.filename, info.file_size)
        if info.flag_bits & 0x1 or info.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            raise ValueError(
                f"Expected {info.filename} to be stored or deflated, and not encrypted. "
                f"Received: compression {info.compress_type}, flags {info.flag_bits:#x}"
            )
        most = max(FREE_EXPANSION, MOST_EXPANSION * info.compress_size)
        if info.file_size > most:
            raise ValueError(
                f"Expected {info.filename} to be at most {MOST_EXPANSION} times as large as it "
                f"is stored. "
                f"Received: {info.file_size:,} bytes in {info.compress_size:,}"
            )
    return {info.filename: archive.read(info) for info in infos}


def check_size(name: str, size: int) -> None:
    """Refuse a member that is larger than it may be."""
    if size > LIMITS[name]:
        raise ValueError(
            f"Expected {name} to have at most {LIMITS[name]:,} bytes. Received: {size:,} bytes"
        )


def parse(data: bytes, name: str) -> dict[str, Any]:
    """Return the dict that a JSON member holds; no key may occur twice."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
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
