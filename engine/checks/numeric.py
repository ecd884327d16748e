"""The one door through which arrays come in: anything array-like, if it holds numbers.

Arrays, pandas frames and series and nested lists are welcome, of booleans, integers or floats.
What would lose its meaning on the way is refused: complex numbers, texts, dates, categories,
masked entries, rows of different lengths.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.checks.no_numbers import is_sparse, no_array, no_numbers, remedy, remedy_of_column
from engine.checks.shown import shown


def numeric(values: Any, name: str) -> npt.NDArray[Any]:
    """`values` as an array of booleans, integers or floats; it may be the caller's own.

    A pandas frame of several types becomes float64, and what it lacks becomes NaN.

    Raises
    ------
    TypeError
        If `values` is no array-like, or not of numbers.
    ValueError
        If its rows differ in length, or entries are masked.

    >>> numeric([[1, 2.5], [True, 0]], "x")
    array([[1. , 2.5],
           [1. , 0. ]])
    """
    if type(values) is np.ndarray and values.dtype.kind in "fiub":
        return values
    if values is None or isinstance(values, str | bytes | Mapping | set | frozenset):
        raise no_array(values, name)
    if is_sparse(values):
        raise no_array(values, name)
    if np.ma.is_masked(values):
        raise ValueError(
            f"Expected no masked entries in {name}. Received: {name} with "
            f"{np.ma.getmaskarray(values).sum()} of them"
        )
    if hasattr(values, "to_numpy"):
        array = _of_frame(values, name)
    else:
        try:
            array = np.asarray(values)
        except (ValueError, TypeError):  # what NumPy says of ragged lists names no argument
            raise ValueError(
                f"Expected all rows of {name} to be equally long. Received: {name}={shown(values)}"
            ) from None
    if array.dtype.kind not in "fiub":
        if array.ndim == 0 and array.dtype.kind == "O":
            raise no_array(values, name)
        raise no_numbers(array, name)
    return array


def _of_frame(frame: Any, name: str) -> npt.NDArray[Any]:
    """A pandas object, if its columns are numbers by their own account."""
    columns = getattr(frame, "columns", None)
    if columns is None:
        kinds = [(None, getattr(frame, "dtype", None))]
    else:
        kinds = list(zip(columns, frame.dtypes, strict=True))
    for column, kind in kinds:
        if getattr(kind, "kind", "f") not in "fiub":
            where = f"{name}" if columns is None else f"{name} with column {column!r}"
            if columns is None:
                hint = remedy(np.asarray(frame, object), name)
            else:
                hint = remedy_of_column(frame[column], kind, name)
            raise TypeError(
                f"Expected columns of numbers in {name}{hint}. Received: {where} of type {kind}"
            )
    array = np.asarray(frame)
    if array.dtype.kind == "O":  # columns of several types, or missing entries
        array = np.asarray(frame.to_numpy(dtype="float64", na_value=np.nan))
    return array
