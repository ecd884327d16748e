"""The packet sum: its stated order to the bit, and nothing from behind the end."""

import numpy as np
import pytest

from engine.kernels.compiler import piece
from engine.kernels.lanes import pointer, store
from engine.kernels.sums import packet_sum
from tests.kernels import orders
from tests.tolerances import assert_close, assert_same_bits

SIZES = [*range(1, 70), 95, 96, 97, 127, 128, 129, 255, 1000, 1023, 1024, 5000]


@piece
def total_of(x, out, n):
    store(pointer(out), 0, packet_sum(pointer(x), n))


def kernel_sum(x):
    behind = np.full(16, np.nan, x.dtype)
    out = np.full(2, 12345, x.dtype)
    total_of(np.concatenate([x, behind]), out, x.size)
    assert out[1] == 12345
    return out[0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_order(dtype, rng):
    for n in SIZES:
        x = rng.normal(size=n).astype(dtype)
        assert_same_bits(kernel_sum(x), orders.packets(x), n)


def test_order_shows_in_the_bits(rng):
    """Other orders give other bits, so the comparison above can fail."""
    x = rng.normal(size=(200, 45)).astype("float32")
    sums = np.array([kernel_sum(v) for v in x])
    for other in (np.array([orders.one_by_one(v) for v in x]), np.array([np.sum(v) for v in x])):
        assert (sums != other).sum() > 20


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_value(dtype, rng):
    for n in SIZES:
        x = rng.uniform(0, 1, n).astype(dtype)
        assert_close(kernel_sum(x), np.sum(x.astype("longdouble")).astype(dtype), "sum")


def test_nan_and_infinity_come_through():
    for n in (3, 8, 40, 47):
        for place in (0, n // 2, n - 1):
            x = np.ones(n, "float32")
            x[place] = np.inf
            assert kernel_sum(x) == np.inf
            x[place] = np.nan
            assert np.isnan(kernel_sum(x))


def test_nothing_to_add():
    assert kernel_sum(np.zeros(0, "float32")) == 0
