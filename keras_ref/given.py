"""The ways in which rows are given to fit, evaluate and predict: the same rows in the same batches.

arrays      x, y
memmap      the same, in files that are read as they are needed
PyDataset   batches with numbers, which fit shuffles if it is asked to
generator   batches that come one after the other, pass after pass, without an end
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

WAYS = ("arrays", "memmap", "PyDataset", "generator")


def given(keras: Any, way: str, batch_size: int, *arrays: np.ndarray | None) -> tuple[Any, ...]:
    """Features, labels and weights as `fit` takes them, three or one; `way` is one of `WAYS`."""
    if way == "arrays":
        return arrays
    if way == "memmap":
        return tuple(None if values is None else _on_disk(values) for values in arrays)
    parts = [values for values in arrays if values is not None]
    starts = range(0, len(parts[0]), batch_size)
    batches = [tuple(v[start : start + batch_size] for v in parts) for start in starts]
    if way == "generator":
        return (_endless(batches),)

    class Dataset(keras.utils.PyDataset):  # type: ignore[misc]
        def __len__(self) -> int:
            return len(batches)

        def __getitem__(self, number: int) -> tuple[np.ndarray, ...]:
            return batches[number]

    return (Dataset(),)


def _endless(batches: list[Any]) -> Iterator[Any]:
    for _ in count():
        yield from batches


def _on_disk(values: np.ndarray) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:  # the map outlives the name
        path = Path(folder) / "values.npy"
        np.save(path, values)
        mapped: np.ndarray = np.load(path, mmap_mode="r")
    return mapped
