"""oneDNN's vector functions for float32: with fma, and alike for all elements of a tensor.

TensorFlow runs them where an activation directly follows a Dense layer's bias, and for every
softmax that is read.  The constants are those of oneDNN's eltwise injector (Apache-2.0); the order
of operations was confirmed against TensorFlow 2.21 bit by bit (docs/parity.md).
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import inlined
from engine.kernels.lanes import (
    exponent,
    floor,
    fma,
    fraction,
    lookup,
    maximum,
    minimum,
    pointer,
    power_of_two,
    where,
)
from engine.kernels.onednn_tanh import COEFFICIENTS, COLUMNS

SMALLEST = -87.33654022216797
LARGEST = 88.72283172607422
TANH_IS_X = 4.2286395910196006e-4
TANH_IS_1 = 9.010912895202637


@inlined
def exp(x: Any) -> Any:
    """eˣ; 0 where the result would not be a normal float32, below about −87."""
    inside = maximum(minimum(x, LARGEST), SMALLEST)
    n = floor(inside * 1.44269502162933349609375 + 0.5)
    r = fma(-n, 0.693147182464599609375, inside)
    p = fma(r, 0.00828929059207439423, 0.0418978221714496612548828125)
    p = fma(p, r, 0.1666765213012695312)
    p = fma(p, r, 0.499991506338119506835)
    p = fma(p, r, 0.9999997019767761230)
    p = fma(p, r, 1.0)
    return where(x < SMALLEST, 0.0, (p * power_of_two(n - 1.0)) * 2.0)


@inlined
def relu(x: Any) -> Any:
    """max(x, 0); 0 for NaN, which a maximum of two registers does not see."""
    return where(x > 0.0, x, 0.0)


@inlined
def logistic(x: Any) -> Any:
    """1 / (1 + e⁻ˣ), by e^(−|x|) and the symmetry σ(x) = 1 − σ(−x)."""
    e = exp(-abs(x))
    s = e / (e + 1.0)
    return where(x < 0.0, s, 1.0 - s)


@inlined
def _coefficient(degree: Any, column: Any) -> Any:
    return lookup(pointer(COEFFICIENTS), column + degree * COLUMNS)


@inlined
def tanh(x: Any) -> Any:
    """tanh x, by tanh(−x) = −tanh x and a polynomial for each half binade of |x|.

    x where |x| is tiny, ±1 where it is large.  A NaN comes through (oneDNN makes it ±1).
    """
    size = minimum(maximum(TANH_IS_X, abs(x)), TANH_IS_1)
    e = exponent(size) - 1.0  # 2ᵉ ≤ size < 2ᵉ⁺¹
    start, column = power_of_two(e), 2.0 * (e + 12.0)
    upper = fraction(size) >= 0.75
    start, column = where(upper, 1.5 * start, start), where(upper, column + 1.0, column)
    r = size - start
    p = _coefficient(6, column)
    for degree in range(5, -1, -1):
        p = fma(p, r, _coefficient(degree, column))
    p = where(abs(x) < TANH_IS_1, p, 1.0)
    return where(abs(x) >= TANH_IS_X, where(x < 0.0, -p, p), x)
