"""The user's own files of sherlock_2apps: where they are looked up, and whether they are whole.

Source of the names and the format: the last cells of DeapSECURE's lesson 3, session 3, which write
the standardised features and the labels (Facebook 0, WhatsApp 1) as two CSV files without an index.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from datasets.shipped import DatasetError, read_bytes

if TYPE_CHECKING:
    import pandas as pd

APPS = ("Facebook", "WhatsApp")
COUNTS = (379_054, 233_060)
FEATURES = 4
FEATURES_FILE = "sherlock_2apps_features.csv"
LABELS_FILE = "sherlock_2apps_labels.csv"
VARIABLE = "GLASSNET_SHERLOCK"
USER_FOLDER = Path(__file__).with_name("user")


def find_folder(folder: str | Path | None) -> Path | None:
    """Return the folder to read, or None if there are no files and the stand-in is to be made."""
    if folder is not None:
        return Path(folder)
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    one_is_there = any((USER_FOLDER / name).exists() for name in (FEATURES_FILE, LABELS_FILE))
    return USER_FOLDER if one_is_there else None


def read_files(folder: Path) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
    """Return features (rows, 4), their names, and labels (rows,); raise `DatasetError` if damaged.

    Any four numeric columns are accepted as features, any one column as labels; the number of rows
    and of each label must be the course's, so that the name of the data set stays true.
    """
    x, columns = _read_features(folder / FEATURES_FILE)
    return x, columns, _read_labels(folder / LABELS_FILE)


def _read_csv(path: Path, columns: int) -> pd.DataFrame:
    import pandas as pd

    content = read_bytes(path, "the user's file of sherlock_2apps")
    try:
        frame = pd.read_csv(io.BytesIO(content))
    except ValueError as error:  # pandas's ParserError and EmptyDataError, and bad UTF-8
        raise DatasetError(f"Expected a CSV file at {path}. Received: {error}") from error
    if frame.shape[1] != columns:
        raise DatasetError(
            f"Expected {columns} column(s) in {path}. "
            f"Received: {frame.shape[1]} columns {list(frame.columns)}"
        )
    if len(frame) != sum(COUNTS):
        raise DatasetError(f"Expected {sum(COUNTS):,} rows in {path}. Received: {len(frame):,}")
    return frame


def _read_features(path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    frame = _read_csv(path, FEATURES)
    for name, column in frame.items():
        if is_bool_dtype(column.dtype) or not is_numeric_dtype(column.dtype):
            raise DatasetError(
                f"Expected numbers in column {name!r} of {path}. Received: {column.dtype} values"
            )
        if not np.isfinite(column).all():
            line = int(np.flatnonzero(~np.isfinite(column))[0]) + 2
            raise DatasetError(
                f"Expected finite numbers in column {name!r} of {path}. "
                f"Received: {column.iloc[line - 2]} in line {line}"
            )
    return frame.to_numpy(dtype=np.float64), tuple(frame.columns)


def _read_labels(path: Path) -> np.ndarray:
    """Return 0 and 1 for the labels 0 and 1, or for the two app names."""
    column = _read_csv(path, 1).iloc[:, 0]
    codes = {0: 0, 1: 1, **{app: i for i, app in enumerate(APPS)}}
    label = column.map(codes)
    if label.isna().any():
        strange = sorted({repr(value) for value in column[label.isna()]})[:5]
        raise DatasetError(
            f"Expected the labels 0 and 1, or {' and '.join(APPS)}, in {path}. "
            f"Received: {', '.join(strange)}"
        )
    counts = tuple(int((label == code).sum()) for code in (0, 1))
    if counts != COUNTS:
        raise DatasetError(
            f"Expected {COUNTS[0]:,} rows of {APPS[0]} and {COUNTS[1]:,} of {APPS[1]} in {path}. "
            f"Received: {counts[0]:,} and {counts[1]:,}"
        )
    return label.to_numpy(dtype=np.int64)
