"""The processor's mode: flushing while a kernel runs, and the caller's mode afterwards."""

import numpy as np
import pytest

import engine
from engine.kernels.compiler import piece
from engine.kernels.machine import FLUSHING, IS_X86, exchange_mode

pytestmark = pytest.mark.skipif(not IS_X86, reason="only x86-64 has this mode")


@piece
def exchange(mode):
    return exchange_mode(mode)


@piece
def halve_while(mode, x, out):
    before = exchange_mode(mode)
    out[0] = x[0] * np.float32(0.5)  # the result is denormal
    out[1] = x[1] * np.float32(2.0) * np.float32(1e30)  # an argument is
    exchange_mode(before)


def mode_now():
    mode = exchange(np.uint32(0x1F80))
    exchange(np.uint32(mode))
    return mode & ~0x3F  # without the sticky flags of what happened


def test_denormals_are_flushed_only_inside():
    tiny = np.finfo("float32").tiny
    x, out = np.array([tiny, tiny / 4], "float32"), np.empty(2, "float32")
    before = mode_now()
    halve_while(np.uint32(FLUSHING), x, out)
    assert out.tolist() == [0, 0]
    assert mode_now() == before
    halve_while(np.uint32(before), x, out)
    assert out[0] == tiny / 2 and out[1] > 0
    assert x[0] * np.float32(0.5) == tiny / 2  # NumPy's own arithmetic is as it was


def test_training_and_predicting_restore_the_mode():
    model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    before = mode_now()
    x, y = np.zeros((4, 2)), np.ones(4)
    model.fit(x, y, verbose=0)
    model.evaluate(x, y, verbose=0)
    model.predict(x, verbose=0)
    model.train_on_batch(x, y)
    assert mode_now() == before
    assert np.float32(1e-38) * np.float32(0.1) > 0
