"""Crossentropies on probabilities: their order, stated once more in plain NumPy.

The logarithm and the reciprocal are the kernels' own; which of their readings an element gets, and
every other operation, is stated here.
"""

import numpy as np
import pytest

from engine.kernels import elementary, fields, losses
from engine.kernels.compiler import piece
from engine.kernels.lanes import load, pointer, store
from engine.study import orders
from tests.kernels.harness import run
from tests.tolerances import assert_close, assert_same_bits, same_bits

SHAPES = [(1, 1), (9, 1), (1, 5), (3, 3), (5, 4), (8, 8), (7, 11), (4, 40), (33, 2), (100, 70)]
LOW, HIGH = np.float32(1e-7), np.float32(1) - np.float32(1e-7)


def padded(values):
    width = values.shape[-1] if values.ndim > 1 else 1
    return np.concatenate([values.reshape(-1), np.full(16 * width + 64, np.nan)]).astype("float32")


def kernel(form, p, y, g):
    """The values of the rows, and the gradient; `g` has one number for each row or element."""
    rows, units = p.shape
    # Rows are taken sixteen at a time, units as well.
    room = 15 * units + 16
    values, dp = (np.full(n + room + 64, np.nan, "float32") for n in (rows, p.size))
    run(
        losses.PARTS[form],
        (0, 0, units, fields.TARGETS, True),
        rows,
        OUTPUTS=padded(p),
        TARGETS=padded(y),
        SCALE=padded(g),
        VALUES=values,
        DELTAS=dp,
    )
    assert np.isnan(dp[p.size + room :]).all(), "written too far"
    assert np.isnan(values[rows + 15 :]).all(), "written too far"
    return values[:rows], dp[: p.size].reshape(p.shape)


def element_wise(function):
    """Packets of eight, then single numbers, over the flat tensor."""

    @piece
    def loop(x, out, n):
        whole = n - n % 8
        for i in range(0, whole, 8):
            store(pointer(out), i, function(load(pointer(x), i, 8)))
        for i in range(whole, n):
            store(pointer(out), i, function(load(pointer(x), i, 1)))

    def call(x):
        out = padded(np.zeros_like(x))
        loop(padded(x), out, x.size)
        return out[: x.size].reshape(x.shape)

    return call


log, exp = element_wise(elementary.log), element_wise(elementary.exp)
reciprocal = element_wise(elementary.reciprocal)


def clip(p):
    return np.maximum(np.minimum(p, HIGH), LOW)


def inside(p):
    return (p <= HIGH) & (p >= LOW)


def row_sums(x, add=orders.packets):
    return np.array([[add(row)] for row in x], "float32")


def binary(p, y, g, inverse=reciprocal):
    """−(y·ln q + (1 − y)·ln(1 − q)); (1/q)·(y·−g) − (1/(1 − q))·((1 − y)·−g)."""
    q, one = clip(p), np.float32(1)
    values = -(y * log(q) + (one - y) * log(one - q))
    if p.shape[1] > 1:
        values = row_sums(values) / np.float32(p.shape[1])
    d = inverse(q) * (y * -g) + -(inverse(one - q) * ((one - y) * -g))
    return values[:, 0], np.where(inside(p), d, np.float32(0))


def categorical(p, y, g, inverse=reciprocal, add=orders.packets):
    """−Σ y·ln q; Σ dq·(((−p)/S)/S) + dq/S with dq = (1/q)·(y·−g)."""
    total = row_sums(p, add)
    share = p / total
    q = clip(share)
    values = -row_sums(y * log(q), add)
    dq = np.where(inside(share), inverse(q) * (y * -g[:, np.newaxis]), np.float32(0))
    return values[:, 0], row_sums(dq * (-p / total / total), add) + dq / total


def sparse(p, y, g, inverse=reciprocal, logarithm=log):
    """The loss of the logits ln q; (1/q)·dz."""
    q = clip(p)
    z = logarithm(q)
    m = z - z.max(axis=1, keepdims=True)
    sums = row_sums(np.concatenate([exp(row[np.newaxis]) for row in m]))
    hit = y[:, np.newaxis] == np.arange(p.shape[1])
    one_log = np.concatenate([log(s[np.newaxis]) for s in sums])  # always single numbers
    values = one_log[:, 0] - m[hit]
    block = -(-4507 // p.shape[1])  # whole rows, in each of which packets and rest are counted
    e = np.concatenate([exp(m[i : i + block]) for i in range(0, len(m), block)])
    dz = (e / sums - hit.astype("float32")) * g[:, np.newaxis]
    return values, np.where(inside(p), inverse(q) * dz, np.float32(0))


FORMS = {
    "binary": (losses.BINARY, binary),
    "categorical": (losses.CATEGORICAL, categorical),
    "sparse": (losses.SPARSE, sparse),
}


def example(name, shape, rng):
    """Predictions of which some lie outside the limits, labels, and the gradient of the mean."""
    rows, units = shape
    p = rng.uniform(-0.1, 1.1, shape) if name != "categorical" else rng.uniform(0, 3, shape)
    p[rng.random(shape) < 0.05] = 1e-8
    if name == "binary":
        y, g = (rng.random(shape) > 0.5) * 0.9 + 0.05, rng.uniform(0.01, 0.2, shape)
    elif name == "categorical":
        y = np.eye(units)[rng.integers(0, units, rows)] * 0.8 + 0.2 / units
        g = rng.uniform(0.01, 0.2, rows)
    else:
        y, g = rng.integers(0, units, rows), rng.uniform(0.01, 0.2, rows)
    return tuple(v.astype("float32") for v in (p, y, g))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", FORMS)
def test_order(name, shape, rng):
    code, stated = FORMS[name]
    for _ in range(5):
        p, y, g = example(name, shape, rng)
        for ours, expected in zip(kernel(code, p, y, g), stated(p, y, g), strict=True):
            assert_same_bits(ours, expected, name)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *((name, {"inverse": lambda q: np.float32(1) / q}) for name in FORMS),
        *(
            (name, {"inverse": lambda q: np.concatenate([reciprocal(row[None]) for row in q])})
            for name in FORMS
        ),
        ("categorical", {"add": orders.one_by_one}),
        ("sparse", {"logarithm": lambda q: np.vectorize(np.log)(q.astype("f8")).astype("f4")}),
    ],
)
def test_order_shows_in_the_bits(name, wrong, rng):
    """Exact division, packets counted row by row and other sums give other bits."""
    code, stated = FORMS[name]
    p, y, g = example(name, (40, 11), rng)
    ours, other = kernel(code, p, y, g), stated(p, y, g, **wrong)
    assert not all(same_bits(a, b) for a, b in zip(ours, other, strict=True))
    for a, b in zip(ours, other, strict=True):
        assert_close(a / np.abs(b).max(), b / np.abs(b).max(), "loss")


@pytest.mark.parametrize("name", FORMS)
def test_limits(name):
    """Nothing flows back from a probability outside the limits."""
    p = np.array([[0.5, -0.2, 1.5, 0.0]], "float32")
    y = np.array([1.0], "float32") if name == "sparse" else np.ones((1, 4), "float32")
    g = np.ones((1, 4) if name == "binary" else 1, "float32")
    _, dp = kernel(FORMS[name][0], p, y, g)
    if name == "categorical":  # here it flows through the sum alone, which all have in common
        assert dp[0, 1] == dp[0, 3]
    else:
        assert dp[0, 0] != 0 and (dp[0, 1:] == 0).all()


@pytest.mark.parametrize("name", FORMS)
def test_gradient_of_the_weighted_mean(name, rng):
    """(1/rows)·weight, over the units: a product when the shape is known, else a quotient."""
    rows, units = 7, 3
    weights = rng.uniform(0.1, 3, rows).astype("float32")
    code = FORMS[name][0]
    g = np.float32(1) / np.float32(rows) * weights
    for even in (True, False):
        scale = np.zeros(rows * units + 64, "float32")
        numbers = units, code in losses.ROW_WISE, even
        run(losses.fill_scale, numbers, rows, SCALE=scale, ROW_WEIGHTS=padded(weights))
        if name == "binary":
            third = np.float32(1) / np.float32(3)
            expected = np.repeat(g * third if even else g / np.float32(3), units)
        else:
            expected = g
        assert_same_bits(scale[: expected.size], expected)
