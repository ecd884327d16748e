"""pow, log and cos of single numbers, as the C library has them.

TensorFlow evaluates a tensor with one number by the C library; NumPy's float32 functions give other
last bits.  Here each element of an array is a single number.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.kernels.compiler import compiled
from engine.kernels.elementary import power
from engine.kernels.lanes import fill, pointer, store


@compiled
def _fill_powers(base: Any, exponents: Any, out: Any) -> None:
    p = pointer(out)
    for i in range(out.size):
        store(p, i, power(fill(p, base[i], 1), fill(p, exponents[i], 1)))


@compiled
def _fill_logs(x: Any, out: Any) -> None:
    for i in range(out.size):
        out[i] = math.log(x[i])


@compiled
def _fill_cosines(x: Any, out: Any) -> None:
    for i in range(out.size):
        out[i] = math.cos(x[i])


def powers(base: Any, exponents: Any) -> Any:
    """xʸ for arrays or numbers of one type."""
    bases, exponents = (np.array(v, order="C") for v in np.broadcast_arrays(base, exponents))
    out = np.empty_like(bases)
    _fill_powers(bases.reshape(-1), exponents.reshape(-1), out.reshape(-1))
    return out


def logs(x: Any) -> Any:
    """Ln x of an array."""
    out = np.empty_like(x)
    _fill_logs(x, out)
    return out


def cosines(x: Any) -> Any:
    """Cos x of an array."""
    out = np.empty_like(x)
    _fill_cosines(x, out)
    return out
