"""pow, log and cos of single numbers: the C library's bits, whatever the shapes."""

import ctypes
import ctypes.util

import numpy as np
import pytest

from engine.kernels.library import cosines, logs, powers
from tests.tolerances import assert_same_bits

PATH = ctypes.util.find_library("m")
X = np.random.default_rng(0).uniform(0.01, 40, 4000).astype(np.float32)
Y = np.random.default_rng(1).uniform(-3, 3, 4000).astype(np.float32)


def of_the_library(name, *arguments):
    if PATH is None:
        pytest.skip("no C library to be found")
    function = getattr(ctypes.CDLL(PATH), name)
    function.restype, function.argtypes = ctypes.c_float, [ctypes.c_float] * len(arguments)
    rows = zip(*(values.tolist() for values in arguments), strict=True)
    return np.array([function(*row) for row in rows], np.float32)


def test_float32():
    assert_same_bits(logs(X), of_the_library("logf", X))
    assert_same_bits(cosines(X), of_the_library("cosf", X))
    assert_same_bits(powers(X, Y), of_the_library("powf", X, Y))


def test_float64():
    x, y = X.astype(np.float64), Y.astype(np.float64)
    np.testing.assert_allclose(logs(x), np.log(x), rtol=1e-15)
    np.testing.assert_allclose(cosines(x), np.cos(x), rtol=0, atol=1e-15)
    np.testing.assert_allclose(powers(x, y), x**y, rtol=1e-15)


def test_shapes():
    assert powers(np.float32(2), np.float32([[1, 2], [3, 4]])).tolist() == [[2, 4], [8, 16]]
    assert powers(np.float32(2), np.float32(3)).tolist() == 8.0
