"""The instructions for single rows give what the general ones give, to the bit."""

import numpy as np
import pytest

from engine.kernels import fields, one_row
from engine.study import orders
from tests.kernels.harness import run
from tests.kernels.test_dense import BEHIND, SIZES, Output, forward, poisoned
from tests.tolerances import assert_same_bits


def backward(x, dz, w, b, alpha, rectified=False, wanted=True):
    """dx, and W and b after a step; `b` may be None."""
    (_, inputs), units = x.shape, dz.shape[1]
    kernel, bias = Output(w.shape, w.dtype), Output((units,), w.dtype)
    dx, before = Output(x.shape, x.dtype), poisoned(dz)
    kernel.flat[: w.size] = w.ravel()
    if b is not None:
        bias.flat[: b.size] = b
    weights = np.concatenate([kernel.flat, bias.flat])
    deltas = np.concatenate([before, dx.flat])
    places = 0, 0, -1 if b is None else kernel.flat.size
    numbers = fields.X, 0, *places, inputs, units, before.size if wanted else -1, rectified
    buffers = {"X": poisoned(x), "DELTAS": deltas, "WEIGHTS": weights}
    run(one_row.backward_row, numbers, 1, x.dtype, RATE=np.full(1, alpha, x.dtype), **buffers)
    return (
        dx.taken(deltas[before.size :]),
        kernel.taken(weights[: kernel.flat.size]),
        bias.taken(weights[kernel.flat.size :]),
    )


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
        alpha = np.dtype(dtype).type(0.3)
        dw = orders.gradient_of_kernel(x, dz)
        ours, new_w, new_b = backward(x, dz, w, b, alpha)
        assert_same_bits(ours, dx, message)
        assert_same_bits(new_w, w - dw * alpha, message)
        assert_same_bits(new_b, b - dz[0] * alpha, message)
        ours, new_w, untouched = backward(x, dz, w, None, alpha, rectified=True)
        assert_same_bits(ours, np.where(x > 0, dx, dx * 0), message)
        assert_same_bits(new_w, w - dw * alpha, message)
        assert (untouched == BEHIND).all()
        untouched, new_w, _ = backward(x, dz, w, b, alpha, wanted=False)
        assert (untouched == BEHIND).all()
        assert_same_bits(new_w, w - dw * alpha, message)


def test_not_finite():
    """0·∞ and 0·NaN are NaN behind a relu that is off."""
    x, dz = np.zeros((1, 3), "float32"), np.array([[np.inf, 1.0]], "float32")
    dx, _, _ = backward(x, dz, np.ones((3, 2), "float32"), None, 0.1, rectified=True)
    assert np.isnan(dx).all()
