"""Read a shipped CSV file, and refuse it unless it is the file that was shipped.

The checks, from the one that says most to the one that misses nothing:
the file is there → its header → its number of rows → its SHA-256.
"""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

DATA = Path(__file__).with_name("data")
CATALOGUE = DATA / "catalogue.json"
DTYPES = {"int": "int64", "float": "float64"}


class DatasetError(ValueError):
    """A data file is missing, damaged or not the one expected; the message names the file."""


def read_bytes(path: Path, what: str) -> bytes:
    """Return the bytes of `path`; `what` says in the message which file was expected."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(
            f"Expected {what} at {path}. Received: {type(error).__name__} ({error.strerror})"
        ) from error


def catalogue(path: str | Path = CATALOGUE) -> dict[str, Any]:
    """Origin, licence, columns, row count and checksum of every shipped set, by name.

    Examples
    --------
    >>> catalogue()["sonar"]["rows"]
    208
    """
    path = Path(path)
    text = read_bytes(path, "the catalogue of the shipped data")
    try:
        return json.loads(text)
    except ValueError as error:
        raise DatasetError(f"Expected JSON in {path}. Received: {error}") from error


def read_shipped(name: str, folder: str | Path | None = None) -> pd.DataFrame:
    """Return the shipped set `name` as a frame, after all checks.

    Parameters
    ----------
    name : str
        A key of the catalogue: "pima", "sonar" or "penguins".
    folder : path, optional
        Where the CSV file lies; the shipped `datasets/data` by default. The file is compared
        with the shipped catalogue wherever it lies.

    Raises
    ------
    DatasetError
        If the file is missing, or its header, its row count or its SHA-256 is not the shipped
        one. The message names the file.
    """
    import pandas as pd

    entries = catalogue()
    if name not in entries:
        raise DatasetError(f"Expected one of {sorted(entries)} in {CATALOGUE}. Received: {name!r}")
    entry = entries[name]
    path = (DATA if folder is None else Path(folder)) / entry["file"]
    content = read_bytes(path, f"the shipped data set {name!r}")
    check(content, entry, path)

    # As text first: read_csv's own float parser differs between pandas versions by up to one unit
    # in the last place, float() does not.
    text = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False, na_values=["NA"])
    # What is text stays as it is: pandas 2 would write "nan" for what is missing.
    columns = {column["name"]: DTYPES.get(column["type"]) for column in entry["columns"]}
    frame = text.astype({name: dtype for name, dtype in columns.items() if dtype})
    frame.attrs.update(name=name, title=entry["title"], synthetic=False)
    return frame


def check(content: bytes, entry: dict[str, Any], path: Path) -> None:
    """Raise `DatasetError`, naming `path`, unless `content` is what `entry` describes."""
    expected = [column["name"] for column in entry["columns"]]
    first_line = content.partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")
    header = first_line.split(",")
    if header != expected:
        raise DatasetError(f"Expected {_columns(expected, header)} in {path}. Received: {header}")

    rows = len(content.splitlines()) - 1
    if rows != entry["rows"]:
        raise DatasetError(f"Expected {entry['rows']} rows in {path}. Received: {rows}")

    digest = hashlib.sha256(content).hexdigest()
    if digest != entry["sha256"]:
        unix = hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
        hint = " (the same rows, but with Windows line endings)" if unix == entry["sha256"] else ""
        raise DatasetError(
            f"Expected SHA-256 {entry['sha256']} of {path}. Received: {digest}{hint}"
        )


def _columns(expected: list[str], header: list[str]) -> str:
    """Say which columns are expected: only the first that differs where the number is right."""
    if len(expected) == len(header):
        k = next(i for i, pair in enumerate(zip(expected, header, strict=True)) if len({*pair}) > 1)
        return f"column {k + 1} to be {expected[k]!r}"
    return f"{len(expected)} columns {expected}"
