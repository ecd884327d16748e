"""From random words to the unit interval, and from there to the bell curve.

    U(w)  = (w mod 2²³) / 2²³                          float32, from one word
    U(w)  = ((w₀ mod 2²⁰)·2³² + w₁) / 2⁵²              float64, from two words

    r     = √(−2·ln max(U, 10⁻⁷))
    z₀    = sin(2π·U')·r,   z₁ = cos(2π·U')·r          (sine first)

In float32 the angle 2π·U' is a product in double, rounded once; ln, sin and cos are the C library's
``logf``, ``sinf`` and ``cosf``, which is what ``math.log`` and so on of a float32 mean in compiled
code.  NumPy's float32 functions give other last bits in 12–22 % of the values.  So the bits of a
normal value belong to the C library (glibc for Linux builds of TensorFlow), while uniform values
are exact everywhere.

Source
------
Box & Muller, "A note on the generation of random normal deviates" (1958).

Keras
-----
``Uint32ToFloat``, ``Uint64ToDouble``, ``BoxMullerFloat`` and ``BoxMullerDouble`` in TensorFlow
2.21's ``tsl/lib/random/random_distributions.h``, which puts 1.m together as bits and subtracts
1: the same number, as both are exact.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.kernels.compiler import formula, inlined

_2PI = 2.0 * math.pi
_SMALLEST = np.float32(1e-7)
_MINUS_2 = np.float32(-2.0)
_23_BITS, _20_BITS, _32 = np.uint64(2**23 - 1), np.uint64(2**20 - 1), np.uint64(32)
_ULP32, _ULP64 = np.float32(2.0**-23), 2.0**-52


@formula
def unit32(w: Any) -> Any:
    """Return a float32 in [0, 1) from one word."""
    return np.float32(np.int32(w & _23_BITS)) * _ULP32


@formula
def unit64(w0: Any, w1: Any) -> Any:
    """Return a float64 in [0, 1) from two words."""
    return np.float64(np.int64(((w0 & _20_BITS) << _32) | w1)) * _ULP64


@inlined
def box_muller32(w0: Any, w1: Any) -> Any:
    """Return two independent standard normal float32 values from two words."""
    u = unit32(w0)
    if u < _SMALLEST:
        u = _SMALLEST
    angle = np.float32(_2PI * np.float64(unit32(w1)))
    r = math.sqrt(_MINUS_2 * math.log(u))
    return math.sin(angle) * r, math.cos(angle) * r


@inlined
def box_muller64(w0: Any, w1: Any, w2: Any, w3: Any) -> Any:
    """Return two independent standard normal float64 values from four words."""
    u = max(unit64(w0, w1), 1e-7)
    angle = _2PI * unit64(w2, w3)
    r = math.sqrt(-2.0 * math.log(u))
    return math.sin(angle) * r, math.cos(angle) * r
