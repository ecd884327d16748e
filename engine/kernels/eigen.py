"""Eigen's vector functions for float32, as TensorFlow's CPU build runs them: no fma anywhere.

TensorFlow evaluates the first 8·⌊n/8⌋ elements of a flat tensor with these and the rest with the
C library.  The digits are the published constants of Eigen's ``GenericPacketMathFunctions.h``
(MPL-2.0, shipped with TensorFlow's headers); the order of operations was confirmed against
TensorFlow 2.21 bit by bit (docs/parity.md).
"""

from __future__ import annotations

from typing import Any

from engine.kernels.compiler import inlined
from engine.kernels.estimate import estimate, root_estimate
from engine.kernels.lanes import (
    exponent,
    floor,
    fraction,
    maximum,
    minimum,
    power_of_two,
    where,
)

LOG2_E = 1.44269504088896341
LN2_HIGH = -0.693359375
LN2_LOW = 2.12194440e-4


@inlined
def _reduce(x: Any) -> Any:
    """x = m·ln 2 + r with whole m and |r| ≤ ½ ln 2."""
    m = floor(x * LOG2_E + 0.5)
    r = m * LN2_HIGH + x
    return m, m * LN2_LOW + r


@inlined
def exp(x: Any) -> Any:
    """eˣ; 0 below −104."""
    m, r = _reduce(minimum(maximum(x, -104.0), 88.723))
    q = r * r
    even = q * 1.37449637986719608306884765625e-3 + 4.166965186595916748046875e-2
    odd = q * 8.36894474923610687255859375e-3 + 0.16666518151760101318359375
    even = q * even + 0.49999988079071044921875
    y = r * odd + even
    y = q * y + (r + 1.0)
    half = floor(m * 0.5)  # 2ᵐ in two steps, each of them exact
    return where(x < -104.0, 0.0, y * power_of_two(half) * power_of_two(m - half))


@inlined
def log(x: Any) -> Any:
    """ln x for normal x > 0; infinity and NaN come through."""
    e, t = exponent(x), fraction(x)
    small = t < 0.707106781186547524
    e = where(small, e - 1.0, e)
    t = (t - 1.0) + where(small, t, 0.0)
    p = 0.18256296349849254 * t + 1.0000000190281063
    p = p * t + 1.0000000190281136
    p = t * p
    q = 0.049616247954120038 * t + 0.59923249590823520
    q = q * t + 1.4999999999999927
    q = q * t + 1.0
    return where(x < float("inf"), e * 0.693147180559945309417 + p / q, x)


@inlined
def log1p(x: Any) -> Any:
    """ln(1 + x) by the logarithm of the rounded sum and its correction."""
    u = x + 1.0
    logarithm = log(u)
    corrected = x * (logarithm / (u - 1.0))
    return where(u == 1.0, x, where(logarithm == u, x, corrected))


@inlined
def logistic(x: Any) -> Any:
    """1 / (1 + e⁻ˣ), as e/(1 + e) with e = (e^(x/2))²."""
    m, r = _reduce(minimum(maximum(x, -104.0), 16.6355324) * 0.5)
    q = r * r
    even = q * 4.1898667812347412109375e-2 + 0.49999141693115234375
    odd = q * 8.33471305668354034423828125e-3 + 0.16666877269744873046875
    p = r * odd + even
    p = q * p + (r + 1.0)
    e = p * power_of_two(m)
    e = e * e
    return where(x < -104.0, 0.0, e / (1.0 + e))


@inlined
def tanh(x: Any) -> Any:
    """tanh x as an odd rational function, clamped where it is 1."""
    x = minimum(maximum(x, -7.90738964080810547), 7.90738964080810547)
    s = x * x
    p = 1.394553628e-8 * s + 2.102733560e-5
    p = p * s + 3.520756727e-3
    p = p * s + 1.340216100e-1
    q = 8.015776984e-7 * s + 3.326951409e-4
    q = q * s + 2.597254514e-2
    q = q * s + 4.673548340e-1
    q = q * s + 1.0
    return ((s * x) * p + x) / q


@inlined
def reciprocal(x: Any) -> Any:
    """1/x by an estimate and one Newton step; at 0 and ∞ the estimate itself."""
    r = estimate(x)
    error = 1.0 - x * r
    return where(error == error, r * error + r, r)


@inlined
def reciprocal_root(x: Any) -> Any:
    """1/√x by an estimate and one Newton step; at 0 and ∞ the estimate itself."""
    r = root_estimate(x)
    error = (x * r) * r + -1.0
    refined = (r * -0.5) * error + r
    return where(refined == refined, refined, r)
