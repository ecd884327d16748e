"""fma with its single rounding, in NumPy: what a kernel's fma must return to the bit."""

from fractions import Fraction
from math import inf, isfinite
from typing import Any

import numpy as np


def _fma32(x: Any, y: Any, z: Any) -> Any:
    """Round to odd in float64 on the way: then the second rounding cannot go wrong.

    The product of two float32 is exact in float64.  The sum is not, so its error is computed too
    (Knuth's two-sum); where there is one, the neighbour with an odd last digit is taken.  It never
    lies on a tie of float32, whose digits end 29 binary places earlier.
    """
    with np.errstate(all="ignore"):
        p, z = x.astype("float64") * y.astype("float64"), z.astype("float64")
        s = p + z
        back = s - p
        error = (p - (s - back)) + (z - back)
        bits = s.view("int64")
        outwards = (error > 0) == (s > 0)
        odd = np.where(outwards, bits | 1, np.where(bits & 1, bits, bits - 1))
        moved = np.where((error != 0) & np.isfinite(s), odd, bits).view("float64")
        return moved.astype("float32")


def _fma64_one(x: float, y: float, z: float) -> float:
    if not (isfinite(x) and isfinite(y) and isfinite(z)) or 0 in (x, y):
        return x * y + z
    exact = Fraction(x) * Fraction(y) + Fraction(z)
    try:
        return float(exact)
    except OverflowError:
        return inf if exact > 0 else -inf


_fma64 = np.frompyfunc(_fma64_one, 3, 1)


def fma(x: Any, y: Any, z: Any) -> Any:
    """x·y + z, rounded once; float32 or float64 arrays, broadcast."""
    x, y, z = (np.ascontiguousarray(v) for v in np.broadcast_arrays(x, y, z))
    if x.dtype == np.float32:
        return _fma32(x, y, z)
    with np.errstate(all="ignore"):
        return np.asarray(_fma64(x, y, z), "float64")
