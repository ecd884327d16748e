"""The instructions for single rows give what the general ones give, to the bit."""

import numpy as np
import pytest

from engine.kernels import fields, one_row
from tests.kernels import orders
from tests.kernels.harness import run
from tests.kernels.test_dense import SIZES, Output, d_input, forward, poisoned
from tests.tolerances import assert_same_bits


def descended(x, dz, w, b, alpha):
    """W and b after a step; `b` may be None."""
    (_, inputs), units = x.shape, dz.shape[1]
    kernel, bias = Output(w.shape, w.dtype), Output((units,), w.dtype)
    kernel.flat[: w.size] = w.ravel()
    if b is not None:
        bias.flat[: b.size] = b
    weights = np.concatenate([kernel.flat, bias.flat])
    numbers = fields.X, 0, 0, 0, -1 if b is None else kernel.flat.size, inputs, units
    buffers = {"X": poisoned(x), "DELTAS": poisoned(dz), "WEIGHTS": weights}
    run(one_row.descend_row, numbers, 1, x.dtype, RATE=np.full(1, alpha, x.dtype), **buffers)
    return kernel.taken(weights[: kernel.flat.size]), bias.taken(weights[kernel.flat.size :])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("units", [*SIZES, 130])
def test_orders(units, dtype, rng):
    for inputs in (1, 2, 7, 8, 9, 16, 33, 70, 400):
        x, w = (rng.normal(size=shape).astype(dtype) for shape in ((1, inputs), (inputs, units)))
        b, dz = (rng.normal(size=shape).astype(dtype) for shape in (units, (1, units)))
        z = orders.forward(x, w, b)
        message = f"{inputs} × {units}"
        assert_same_bits(forward(x, w, b, False, one_row.forward_row), z, message)
        rectified = forward(x, w, b, True, one_row.forward_row)
        assert_same_bits(rectified, np.where(z < 0, z.dtype.type(0), z), message)
        bare = forward(x, w, None, True, one_row.forward_row)
        assert_same_bits(bare, orders.forward(x, w, None), message)
        dx = orders.gradient_of_input(dz, w)
        assert_same_bits(d_input(dz, w, one_row.d_input_row), dx, message)
        passed = d_input(dz, w, one_row.d_input_row, x)
        assert_same_bits(passed, np.where(x > 0, dx, dx * 0), message)
        alpha = np.dtype(dtype).type(0.3)
        new_w, new_b = descended(x, dz, w, b, alpha)
        assert_same_bits(new_w, w - orders.gradient_of_kernel(x, dz) * alpha, message)
        assert_same_bits(new_b, b - dz[0] * alpha, message)
        new_w, untouched = descended(x, dz, w, None, alpha)
        assert_same_bits(new_w, w - orders.gradient_of_kernel(x, dz) * alpha, message)
        assert (untouched == 12345.0).all()


def test_not_finite(rng):
    """0·∞ and 0·NaN are NaN behind a relu that is off."""
    x, dz = np.zeros((1, 3), "float32"), np.array([[np.inf, 1.0]], "float32")
    w = np.ones((3, 2), "float32")
    assert np.isnan(d_input(dz, w, one_row.d_input_row, x)).all()
