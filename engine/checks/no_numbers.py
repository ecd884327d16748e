"""What an error says of values that are no array of numbers: what they are, and the way to one.

    sparse matrix     x.toarray()
    file of arrays    its arrays by name
    texts             class numbers for labels, columns of zeros and ones for features

Nothing is imported to look at a value: a sparse matrix is known by its methods.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType, MethodType
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.checks.shown import shown

Array = npt.NDArray[Any]


def is_sparse(values: Any) -> bool:
    """Whether `values` is a sparse matrix of SciPy's, or one with the same words.

    >>> is_sparse(np.ones((2, 2)))
    False
    """
    return hasattr(values, "toarray") and hasattr(values, "nnz")


def no_array(values: Any, name: str) -> TypeError:
    """The error for what is not even an array-like."""
    if is_sparse(values):
        return TypeError(
            f"Expected {name} to be dense, an array or a frame; {name}.toarray() makes it so. "
            f"Received: {name} of type {type(values).__name__}"
        )
    hint = names = ""
    if isinstance(values, FunctionType | MethodType):
        hint = "; a generator is what the function returns when it is called"
    elif isinstance(values, str | bytes):
        hint = '; of a file, np.load(…, mmap_mode="r") or utils.ParquetBatches reads it'
    elif isinstance(values, Mapping):
        hint = "; of several arrays, take one by its name"
        names = f" with {shown(list(values))}"
    return TypeError(
        f"Expected {name} to be an array, a frame or a list of numbers{hint}. "
        f"Received: {name} of type {type(values).__name__}{names}"
    )


def no_numbers(array: Array, name: str) -> TypeError:
    """The error for an array of something else, with the first entry that is no number."""
    return TypeError(
        f"Expected numbers in {name}{remedy(array, name)}. "
        f"Received: {name} of type {array.dtype}{_example(array, name)}"
    )


def remedy(array: Array, name: str) -> str:
    """How to make numbers of entries that are none, where there is a way."""
    if array.dtype.kind == "U" or any(isinstance(entry, str) for entry in array.flat):
        return "; utils.class_numbers(y) makes them of texts" if name == "y" else ""
    if array.dtype.kind == "O":
        if any(entry is None for entry in array.flat):
            return "; fill what is missing, or leave its rows out"
        return f'; np.asarray({name}, "float32") makes them of Python\'s'
    return ""


def remedy_of_column(column: Any, kind: Any, name: str) -> str:
    """The same for a column of a frame; of dates there is no one way."""
    if kind.kind != "O":
        return ""
    entries = np.asarray(column, object)
    texts = any(isinstance(entry, str) for entry in entries.flat)
    if not texts and str(kind) != "category":
        return remedy(entries, name)
    if name == "y":
        return "; utils.class_numbers(y) makes them of labels"
    return "; encode them first, e.g. with pandas.get_dummies"


def _example(array: Array, name: str) -> str:
    if not array.size:
        return ""
    first = np.unravel_index(0, array.shape)
    if array.dtype.kind == "O":
        wrong = (i for i in np.ndindex(array.shape) if not _is_number(array[i]))
        first = next(wrong, first)
    place = f"{name}[{', '.join(map(str, first))}]" if array.ndim else name
    entry = array[tuple(first)]
    return f", such as {place} = {shown(entry.item() if isinstance(entry, np.generic) else entry)}"


def _is_number(entry: Any) -> bool:
    return isinstance(entry, int | float | np.integer | np.floating | np.bool_)
