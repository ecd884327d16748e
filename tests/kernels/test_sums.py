"""The packet sum: its stated order to the bit, and nothing from behind the end."""

import numpy as np
import pytest

from engine.kernels.compiler import piece
from engine.kernels.lanes import pointer, store
from engine.kernels.machine import processors
from engine.kernels.sums import long_sum, packet_sum
from engine.study import orders
from tests.parity.promise import SAME_BITS
from tests.tolerances import assert_close, assert_same_bits

SIZES = [*range(1, 70), 95, 96, 97, 127, 128, 129, 255, 1000, 1023, 1024, 5000]


@piece
def total_of(x, out, n):
    store(pointer(out), 0, packet_sum(pointer(x), n))


@piece
def long_total_of(x, out, n, threads):
    store(pointer(out), 0, long_sum(pointer(x), n, threads))


def kernel_sum(x, threads=None):
    behind = np.full(16, np.nan, x.dtype)
    out = np.full(2, 12345, x.dtype)
    padded = np.concatenate([x, behind])
    if threads is None:
        total_of(padded, out, x.size)
    else:
        long_total_of(padded, out, x.size, threads)
    assert out[1] == 12345
    return out[0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_order(dtype, rng):
    for n in SIZES:
        x = rng.normal(size=n).astype(dtype)
        assert_same_bits(kernel_sum(x), orders.packets(x), n)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_order_of_long_sums(dtype, rng):
    """Up to 8,192 numbers it is the packet sum; then parts of unequal size and depth."""
    for n in (1, 7, 40, 8191, 8192, 8193, 8200, 16383, 16384, 16385, 16390, 32785, 100003):
        x = rng.normal(size=n).astype(dtype)
        assert_same_bits(kernel_sum(x, 64), orders.tree(x, 0, n), n)
    x = rng.normal(size=(40, 9000)).astype("float32")
    assert sum(kernel_sum(v, 64) != kernel_sum(v) for v in x) > 5


def test_parts_for_threads(rng):
    """From 108,388 numbers on there is a part for each thread that pays, 7 for 400,000 numbers."""
    for n, parts in ((108387, 1), (108388, 2), (400001, 7)):
        x = rng.uniform(size=n).astype("float32")
        for threads in (1, 2, 3, 64):
            assert_same_bits(kernel_sum(x, threads), orders.by_threads(x, threads), (n, threads))
        assert_same_bits(kernel_sum(x, 64), orders.by_threads(x, parts), n)
    x = rng.uniform(size=(20, 150001)).astype("float32")
    assert sum(kernel_sum(v, 1) != kernel_sum(v, 2) for v in x) > 3


@pytest.mark.keras
def test_long_sums_of_tensorflow(keras, rng):
    """The same in TensorFlow, with as many threads as it starts here."""
    if not SAME_BITS:
        pytest.skip("the order belongs to the processor")
    import tensorflow as tf

    total = tf.function(tf.reduce_sum)
    for n in (5000, 8193, 20001, 108387, 108388, 170003, 401408):
        for x in rng.normal(size=(6, n)).astype("float32") ** 2:
            assert_same_bits(kernel_sum(x, processors()), total(x).numpy(), n)


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
