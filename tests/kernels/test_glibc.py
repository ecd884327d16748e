"""expf for a register of numbers is the C library's, number for number."""

import ctypes

import numpy as np
import pytest

import engine as keras
from engine.kernels import glibc
from engine.kernels.compiler import compiled
from engine.kernels.elementary import exp, single_exp
from engine.kernels.lanes import load, pointer, store
from engine.kernels.machine import FLUSHING, exchange_mode
from engine.models import run
from tests.tolerances import assert_same_bits

pytestmark = pytest.mark.skipif(not glibc.has_expf(), reason="another C library")


@compiled
def _both(x, registers, numbers):
    mode = exchange_mode(FLUSHING)
    for i in range(0, x.size, 16):
        store(pointer(registers), i, single_exp(load(pointer(x), i, 16)))
    for i in range(x.size):
        store(pointer(numbers), i, exp(load(pointer(x), i, 1)))
    exchange_mode(mode)


def both(x):
    registers, numbers = np.empty_like(x), np.empty_like(x)
    _both(x, registers, numbers)
    assert (np.isnan(registers) == np.isnan(numbers)).all()
    nothing = np.float32(0)
    return [np.where(np.isnan(x), nothing, values) for values in (registers, numbers)]


def bits(start, count):
    return (np.arange(count, dtype=np.uint64) + start).astype(np.uint32).view(np.float32)


def test_a_number_in_a_thousand():
    x = np.concatenate([bits(start, 1 << 12) for start in range(0, 1 << 32, 1 << 22)])
    assert_same_bits(*both(x))


@pytest.mark.slow
def test_every_number():
    for start in range(0, 1 << 32, 1 << 24):
        assert_same_bits(*both(bits(start, 1 << 24)), hex(start))


def test_the_probes_tell_it_from_a_better_one():
    """At each of them the nearest number is another one."""
    x = np.array(list(glibc._PROBES), np.uint32).view(np.float32)
    y = np.array(list(glibc._PROBES.values()), np.uint32).view(np.float32)
    nearest = np.exp(x.astype(np.float64)).astype(np.float32)
    assert (y != nearest).all()
    assert_same_bits(both(x)[0], y)


def test_another_library(monkeypatch):
    class Library:
        class expf:
            def __call__(self, x):
                return np.exp(x)

        expf = expf()

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Library)
    assert not glibc.has_expf.__wrapped__()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert not glibc.has_expf.__wrapped__()


@pytest.mark.parametrize("classes", [3, 10, 17])
def test_the_training_is_the_same_without_it(classes, monkeypatch):
    weights = []
    for known in (True, False):
        monkeypatch.setattr(run, "has_expf", lambda known=known: known)
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(classes, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        draw = np.random.default_rng(0)
        x, y = draw.standard_normal((50, 4)), draw.integers(0, classes, 50)
        model.fit(x, y, epochs=3, verbose=0)
        weights.append(model.get_weights())
    for with_it, without in zip(*weights, strict=True):
        assert_same_bits(with_it, without)
