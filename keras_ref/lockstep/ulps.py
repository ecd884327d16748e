"""How many floats apart two numbers are.

    ulps(a, b) = |k(a) − k(b)|     k numbers the floats: …, −1 the largest below −0, 0 both zeros, …

so neighbours are 1 apart, and from −x to x it is twice as far as from 0 to x. Two NaN are 0 apart,
a NaN and a number are as far apart as can be.
"""

from __future__ import annotations

from typing import Any

import numpy as np

FARTHEST = float("inf")


def ulps(a: Any, b: Any) -> np.ndarray:
    """Return the distances of two float arrays of one shape and type, as float64.

    >>> ulps(np.float32(1), np.nextafter(np.float32(1), np.float32(2)))
    array(1.)
    >>> ulps(np.float32(0.0), np.float32(-0.0))
    array(0.)
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype != b.dtype:
        raise ValueError(
            "Expected arrays of one shape and type. "
            f"Received: {a.dtype} {a.shape}, {b.dtype} {b.shape}"
        )
    m, n = _number(a), _number(b)
    # The difference of two int64 may need 64 bits without a sign; it wraps into them.
    with np.errstate(over="ignore"):
        distance = np.where(m > n, m - n, n - m).view(np.uint64)
    nan_a, nan_b = np.isnan(a), np.isnan(b)
    return np.where(nan_a | nan_b, np.where(nan_a & nan_b, 0.0, FARTHEST), distance)


def same(a: Any, b: Any) -> np.ndarray:
    """Whether numbers have the same bits, zeros their signs included; one NaN is like another."""
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype.kind != "f":
        return np.asarray(a == b)
    return ((a == b) & (np.signbit(a) == np.signbit(b))) | (np.isnan(a) & np.isnan(b))


def distances(a: Any, b: Any) -> np.ndarray:
    """Return |a − b| as float64; 0 for two NaN or one infinity twice, ∞ beside one NaN.

    >>> distances(np.float32([1, np.nan, np.nan]), np.float32([3, np.nan, 0]))
    array([ 2.,  0., inf])
    """
    a, b = np.asarray(a, "f8"), np.asarray(b, "f8")
    with np.errstate(invalid="ignore", over="ignore"):
        found = np.where(same(a, b), 0.0, np.abs(a - b))
    return np.where(np.isnan(found), FARTHEST, found)


def _number(values: np.ndarray) -> np.ndarray:
    """Return k."""
    bits = values.view(f"i{values.dtype.itemsize}").astype(np.int64)
    lowest = np.int64(-(2**31) if values.dtype.itemsize == 4 else np.iinfo(np.int64).min)
    return np.where(bits < 0, lowest - bits, bits)


def hexadecimal(value: Any) -> str:
    """Return a float's bits, as 0x3f800000 for 1."""
    value = np.asarray(value)
    return f"0x{int(value.view(f'u{value.dtype.itemsize}')):0{2 * value.dtype.itemsize}x}"
