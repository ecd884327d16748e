"""Single instructions: products, softmax, losses, Adam.

A round is a thousand executions, so that its microseconds are an instruction's nanoseconds; it is
ten where a product has millions of terms.
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.suite.repeated import Repeated, laid_out
from engine.kernels import activations, dense, fields, losses, updates

PRODUCTS = [(8, 8, 8), (10, 8, 10), (32, 10, 3), (5, 60, 60), (128, 512, 512)]
"""Rows, inputs, units."""


def named(sizes):
    """The sizes in a benchmark's name."""
    return "x".join(map(str, sizes)) if isinstance(sizes, tuple) else None


of_products = pytest.mark.parametrize("sizes", PRODUCTS, ids=named)
of_batches = pytest.mark.parametrize("sizes", [(32, 3), (128, 10)], ids=named)


def drawn(*shape):
    """Seeded numbers."""
    return np.random.default_rng(1).normal(size=shape).astype("float32")


def timed(benchmark, instruction, checks, terms=0):
    """Execute once and compare what is in the buffers, then take the time of many executions.

    `checks` are pairs of a part of a buffer and of what NumPy expects there.
    """
    instruction.run(1)
    for part, expected in checks:
        rounding = 1e-5 * np.abs(expected).max()
        np.testing.assert_allclose(part, np.ravel(expected), rtol=1e-4, atol=rounding)
        assert np.ptp(part) > 0, "a constant would be too easy to get right"
    times = benchmark.extra_info["executions"] = 10 if terms > 1_000_000 else 1000
    benchmark(instruction.run, times)
    assert all(np.isfinite(part).all() for part, _ in checks)


@of_products
def bench_forward_layer(benchmark, sizes):
    """z = relu(x·W + b)."""
    rows, inputs, units = sizes
    x, w, b = drawn(rows, inputs), drawn(inputs, units), drawn(units)
    weights, _ = laid_out(np.concatenate([w.ravel(), b])[np.newaxis])
    z, _ = laid_out(np.zeros((rows, units)))
    numbers = fields.X, 0, 0, w.size, 0, inputs, units, True
    buffers = {"X": laid_out(x)[0], "WEIGHTS": weights, "OUTPUTS": z}
    instruction = Repeated(dense.forward_layer, numbers, rows, **buffers)
    expected = np.maximum(x @ w + b, 0)
    timed(benchmark, instruction, [(z[: expected.size], expected)], rows * inputs * units)


@of_products
def bench_d_input(benchmark, sizes):
    """dx = dz·Wᵀ."""
    rows, inputs, units = sizes
    w, dz = drawn(inputs, units), drawn(rows, units)
    deltas, (_, place) = laid_out(dz, np.zeros((rows, inputs)))
    numbers = 0, place, 0, inputs, units
    instruction = Repeated(dense.d_input, numbers, rows, DELTAS=deltas, WEIGHTS=laid_out(w)[0])
    dx = deltas[place : place + rows * inputs]
    timed(benchmark, instruction, [(dx, dz @ w.T)], rows * inputs * units)


@of_products
def bench_d_weights(benchmark, sizes):
    """dW = xᵀ·dz and db."""
    rows, inputs, units = sizes
    x, dz = drawn(rows, inputs), drawn(rows, units)
    gradients, _ = laid_out(np.zeros((1, (inputs + 1) * units)))
    numbers = fields.X, 0, 0, 0, inputs * units, inputs, units
    buffers = {"X": laid_out(x)[0], "DELTAS": laid_out(dz)[0], "GRADIENTS": gradients}
    instruction = Repeated(dense.d_weights, numbers, rows, **buffers)
    expected = np.concatenate([x.T @ dz, dz.sum(axis=0, keepdims=True)])
    checks = [(gradients[: expected.size], expected)]
    timed(benchmark, instruction, checks, rows * inputs * units)


@of_batches
def bench_softmax(benchmark, sizes):
    """p = e^z / Σ e^z."""
    rows, units = sizes
    z = drawn(rows, units)
    outputs, (_, place) = laid_out(z, np.zeros(sizes))
    instruction = Repeated(activations.softmax, (0, place, units), rows, OUTPUTS=outputs)
    expected = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    timed(benchmark, instruction, [(outputs[place : place + z.size], expected)])


def timed_loss(benchmark, form, z, y, expected, slope):
    """A loss on logits with its gradient."""
    (rows, units), (values, _), (dz, _) = z.shape, laid_out(z[:, 0]), laid_out(z)
    buffers = {"OUTPUTS": laid_out(z)[0], "TARGETS": laid_out(y)[0], "VALUES": values, "DELTAS": dz}
    buffers["SCALE"], _ = laid_out(np.full(z.shape, 1 / rows))
    instruction = Repeated(losses.PARTS[form], (0, 0, units, fields.TARGETS, 1), rows, **buffers)
    timed(benchmark, instruction, [(values[:rows], expected), (dz[: z.size], slope / rows)])


@of_batches
def bench_categorical_crossentropy(benchmark, sizes):
    """−Σ y·ln p and p − y."""
    rows, units = sizes
    z, y = drawn(*sizes), np.eye(units)[np.arange(rows) % units]
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    form = losses.CATEGORICAL_LOGITS
    timed_loss(benchmark, form, z, y, -(y * np.log(p)).sum(axis=1), p - y)


@pytest.mark.parametrize("sizes", [(32, 1)], ids=named)
def bench_binary_crossentropy(benchmark, sizes):
    """ln(1 + e^z) − z·y and σ(z) − y."""
    z, y = drawn(*sizes), np.arange(32)[:, np.newaxis] % 2
    expected, slope = np.logaddexp(0, z) - z * y, 1 / (1 + np.exp(-z)) - y
    timed_loss(benchmark, losses.BINARY_LOGITS, z, y, expected, slope)


@pytest.mark.parametrize("size", [259, 100_000])
def bench_adam(benchmark, size):
    """m, v and w."""
    w, g, m, v = drawn(4, size)
    v, rate, share_1, share_2, epsilon = v * v, 0.01, 0.1, 0.001, 1e-7
    tensors = {"WEIGHTS": w, "GRADIENTS": g, "SLOT_1": m, "SLOT_2": v, "SLOT_3": v}
    tensors |= {"RATE": np.full(16, rate), "HYPER": np.array([share_1, share_2, epsilon])}
    buffers = {name: laid_out(tensor[np.newaxis])[0] for name, tensor in tensors.items()}
    instruction = Repeated(updates.PARTS[updates.ADAM][0], (0, size), 1, **buffers)
    m, v = m + (g - m) * share_1, v + (g * g - v) * share_2
    expected = {"SLOT_1": m, "SLOT_2": v, "WEIGHTS": w - rate * m / (np.sqrt(v) + epsilon)}
    timed(benchmark, instruction, [(buffers[name][:size], e) for name, e in expected.items()])
