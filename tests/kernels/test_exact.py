"""The judge of fma is judged by whole numbers and by cases where rounding twice goes wrong."""

from fractions import Fraction

import numpy as np

from tests.kernels.exact import fma
from tests.tolerances import assert_same_bits


def rounded(value, dtype):
    """A fraction as the nearest number of `dtype`, ties to even: no arithmetic but comparisons."""
    near = np.array(float(value), dtype)
    around = [
        np.nextafter(near, -np.inf, dtype=dtype),
        near,
        np.nextafter(near, np.inf, dtype=dtype),
    ]
    bits = f"int{8 * near.itemsize}"
    return min(around, key=lambda c: (abs(Fraction(float(c)) - value), int(c.view(bits)) & 1))


def test_rounds_once(rng):
    for dtype in ("float32", "float64"):
        x, y = rng.normal(size=(2, 2000)).astype(dtype)
        z = (-x * y * (1 + rng.normal(size=2000) * 10.0 ** rng.integers(-9, 9, 2000))).astype(dtype)
        got = fma(x, y, z)
        for a, b, c, r in zip(x, y, z, got, strict=True):
            exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
            assert_same_bits(r, rounded(exact, dtype))


def test_where_two_roundings_go_wrong():
    """1 + 2⁻²⁴ is a tie; a product of 2⁻⁸⁰ beside it decides, and float64 cannot hold both."""
    one, tie, tiny = (np.float32(2.0**n) for n in (0, -24, -40))
    x, z = np.array([one + np.float32(2**-23), tiny, -tiny]), np.array([tie, one, one])
    y = np.array([one, tiny, tiny])
    expected = [float(a) * float(b) + float(c) for a, b, c in zip(x, y, z, strict=True)]
    assert_same_bits(fma(x, y, z), np.array(expected, "float32"))
    # (1 + 2⁻¹²)² = 1 + 2⁻¹¹ + 2⁻²⁴ is a tie of float32, and 2⁻⁶⁰ lies beyond float64
    near = np.array([1 + 2.0**-12], "float32")
    up, down = (np.array([s * 2.0**-60], "float32") for s in (1, -1))
    assert float(fma(near, near, up)[0]) == 1 + 2**-11 + 2**-23
    assert float(fma(near, near, down)[0]) == 1 + 2**-11
    wrong = (near.astype("float64") ** 2 + up.astype("float64")).astype("float32")
    assert float(wrong[0]) == 1 + 2**-11


def test_infinities_and_denormals():
    for dtype in ("float32", "float64"):
        small, large = np.finfo(dtype).smallest_subnormal, np.finfo(dtype).max
        x = np.array([np.inf, 2, small, large, 0], dtype)
        y = np.array([1, -np.inf, 0.5, 2, np.inf], dtype)
        z = np.array([1, 1, small, -large, 1], dtype)
        got = fma(x, y, z)
        # 1½ of the smallest number is a tie; the even neighbour is 2
        assert_same_bits(got[:4], np.array([np.inf, -np.inf, 2 * small, large], dtype))
        assert np.isnan(got[4])
