"""Distances between floats, worked out by hand and by numpy.nextafter."""

import numpy as np
import pytest

from keras_ref.lockstep.ulps import hexadecimal, ulps


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_neighbours_are_one_apart(dtype):
    rng = np.random.default_rng(0)
    x = (rng.normal(size=1000) * 10.0 ** rng.integers(-30, 30, 1000)).astype(dtype)
    x = np.append(x, np.array([0.0, -0.0, 1.0, 2.0, -1.0], dtype))
    assert (ulps(x, np.nextafter(x, np.array(2e38, dtype))) == 1).all()
    assert (ulps(x, x) == 0).all()


def test_across_zero():
    tiny = np.float32(1e-45)
    assert ulps(tiny, -tiny) == 2
    assert ulps(np.float32(0.0), np.float32(-0.0)) == 0
    assert ulps(np.float32(1.0), np.float32(-1.0)) == 2 * 0x3F800000
    assert ulps(np.float64(1.0), np.float64(-1.0)) == 2.0 * 0x3FF0000000000000


def test_symmetric_and_counted():
    a, b = np.float32(1.0), np.float32(1.5)
    assert ulps(a, b) == ulps(b, a) == 2**22


def test_nan_is_far_from_every_number():
    nan = np.float32(np.nan)
    assert ulps(nan, np.float32(1)) == ulps(np.float32(1), nan) == np.inf
    assert ulps(nan, -nan) == 0


@pytest.mark.parametrize("other", [np.zeros(3, "f4"), np.zeros(2, "f8")], ids=str)
def test_only_alike_arrays(other):
    with pytest.raises(ValueError, match="Expected arrays of one shape and type"):
        ulps(np.zeros(2, "f4"), other)


def test_hexadecimal():
    assert hexadecimal(np.float32(1)) == "0x3f800000"
    assert hexadecimal(np.float32(-0.0)) == "0x80000000"
    assert hexadecimal(np.float64(1)) == "0x3ff0000000000000"
