"""Checks of shapes, dtypes and numbers, made once at the public edge."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

_DTYPES = ("float32", "float64")
_FLOATS = tuple(np.dtype(name) for name in _DTYPES)
_LARGEST = float(np.finfo(np.float32).max)


def as_shape(shape: Iterable[Any]) -> tuple[int, ...]:
    """Return `shape` as a tuple of plain integers."""
    try:
        dimensions = tuple(operator.index(size) for size in shape)
    except TypeError:
        raise TypeError(
            f"Expected shape to be a tuple of integers. Received: shape={shape!r}"
        ) from None
    if any(size < 0 for size in dimensions):
        raise ValueError(f"Expected shape to have no negative dimension. Received: shape={shape!r}")
    return dimensions


def as_float_dtype(dtype: DTypeLike | None) -> np.dtype[Any]:
    """Return float32 for None, otherwise the dtype, which is float32 or float64."""
    if dtype is None:
        return np.dtype(np.float32)
    try:
        wanted = np.dtype(dtype)
    except TypeError:
        wanted = None
    if wanted is None or wanted not in _FLOATS:
        raise TypeError(f"Expected dtype to be one of {_DTYPES}. Received: dtype={dtype!r}")
    return wanted


def as_number(name: str, value: Any, dtype: np.dtype[Any]) -> Any:
    """Return `value` rounded to `dtype`; it must be a finite number there, too."""
    if type(value) in (float, np.float32) and -_LARGEST <= value <= _LARGEST:  # most are
        return dtype.type(value)
    if not isinstance(value, (Real, np.number)) or isinstance(value, bool):
        raise TypeError(f"Expected {name} to be a number. Received: {name}={value!r}")
    with np.errstate(over="ignore"):
        number = dtype.type(value)
    if not np.isfinite(number):
        raise ValueError(f"Expected {name} to be finite in {dtype}. Received: {name}={value!r}")
    return number


def as_cast_number(name: str, value: Any, dtype: np.dtype[Any]) -> Any:
    """Return `value` as ``tf.cast(value, dtype)`` does: a Python float is a float32 on the way.

    >>> float(as_cast_number("value", 0.1, np.dtype("float64")))
    0.10000000149011612
    """
    if type(value) is float:
        value = as_number(name, value, np.dtype(np.float32))
    return as_number(name, value, dtype)
