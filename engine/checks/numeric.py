"""The one door through which arrays come in: anything array-like, if it holds numbers.

Arrays, pandas frames and series and nested lists are welcome, of booleans, integers or floats.
What would lose its meaning on the way is refused: complex numbers, texts, dates, categories,
masked entries, rows of different lengths.
"""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import Any

import numpy as np
import numpy.typing as npt

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
    if values is None or isinstance(values, str | bytes | dict | set | frozenset):
        raise _no_array(values, name)
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
            raise _no_array(values, name)
        example = f", such as {shown(array.flat[:1].tolist()[0])}" if array.size else ""
        raise TypeError(
            f"Expected numbers in {name}{_remedy(array, name)}. "
            f"Received: {name} of type {array.dtype}{example}"
        )
    return array


def _remedy(array: npt.NDArray[Any], name: str) -> str:
    """How to make numbers of entries that are none, where there is a way."""
    if array.dtype.kind == "U" or any(isinstance(entry, str) for entry in array.flat):
        return "; utils.class_numbers(y) makes them of texts" if name == "y" else ""
    if array.dtype.kind == "O":
        return f'; np.asarray({name}, "float32") makes them of Python\'s'
    return ""


def _no_array(values: Any, name: str) -> TypeError:
    hint = ""
    if isinstance(values, FunctionType | MethodType):
        hint = "; a generator is what the function returns when it is called"
    elif isinstance(values, str | bytes):
        hint = '; of a file, np.load(…, mmap_mode="r") or utils.ParquetBatches reads it'
    return TypeError(
        f"Expected {name} to be an array, a frame or a list of numbers{hint}. "
        f"Received: {name} of type {type(values).__name__}"
    )


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
            hint = "" if columns is not None else _remedy(np.asarray(frame, object), name)
            raise TypeError(
                f"Expected columns of numbers in {name}{hint}. Received: {where} of type {kind}"
            )
    array = np.asarray(frame)
    if array.dtype.kind == "O":  # columns of several types, or missing entries
        array = np.asarray(frame.to_numpy(dtype="float64", na_value=np.nan))
    return array
