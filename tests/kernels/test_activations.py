"""Activations over whole tensors: which arithmetic runs for which element, and the row sums.

The element-wise functions have their own tests; here they are called on single lanes and packets,
and it is judged which of them a tensor gets.
"""

from types import SimpleNamespace

import numpy as np
import pytest

from engine.kernels import activations, elementary
from engine.kernels.compiler import piece
from engine.kernels.lanes import load, pointer, store
from engine.study import orders
from tests.kernels.harness import run
from tests.tolerances import assert_same_bits, same_bits

SHAPES = [
    *((1, 1), (1, 5), (3, 1), (2, 4), (3, 7), (1, 33), (5, 9), (4, 40), (16, 70), (7, 129)),
    *((33, 5), (40, 1), (50, 17)),  # more than one tile of rows
]


def padded(values):
    """Row after row, with NaN behind as far as a kernel may read."""
    return np.concatenate(
        [values.reshape(-1), np.full(16 * values.shape[1] + 64, np.nan, values.dtype)]
    )


def forward(name, z, fused):
    out = padded(z)
    rows, units = z.shape
    run(activations.FORWARD[name][fused], (0, 0, units), rows, z.dtype, OUTPUTS=out)
    # The softmax takes rows sixteen at a time.
    room = 15 * units + 16 if name == "softmax" else 0
    assert np.isnan(out[z.size + room :]).all(), "written behind the end"
    return out[: z.size].reshape(z.shape)


def backward(name, a, da):
    out = padded(da)
    rows, units = a.shape
    numbers = 0, 0, units
    run(activations.BACKWARD[name], numbers, rows, a.dtype, OUTPUTS=padded(a), DELTAS=out)
    assert np.isnan(out[a.size :]).all(), "written behind the end"
    return out[: a.size].reshape(a.shape)


def of_lanes(function):
    """The function called on single lanes and on packets of eight."""

    @piece
    def one(x, out, n):
        for i in range(n):
            store(pointer(out), i, function(load(pointer(x), i, 1)))

    @piece
    def eight(x, out, n):
        for i in range(0, n, 8):
            store(pointer(out), i, function(load(pointer(x), i, 8)))

    def calling(kernel):
        def call(x):
            filled = np.ones(x.size + 7, x.dtype)
            filled[: x.size] = x.reshape(-1)
            out = np.zeros_like(filled)
            kernel(filled, out, x.size)
            return out[: x.size].reshape(x.shape)

        return call

    return SimpleNamespace(one=calling(one), eight=calling(eight))


@pytest.fixture(scope="module")
def functions():
    names = ("exp", "fused_exp", "logistic", "fused_logistic", "tanh", "fused_tanh")
    return {name: of_lanes(getattr(elementary, name)) for name in names}


def packets_and_rest(packets, rest, x):
    """The first 8·⌊n/8⌋ elements by one function, the others by another."""
    whole = x.size // 8 * 8
    flat = x.reshape(-1)
    return np.concatenate([packets(flat[:whole]), rest(flat[whole:])]).reshape(x.shape)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "elu"])
def test_behind_a_bias_and_without(name, shape, functions, rng):
    """oneDNN's arithmetic for all elements; or Eigen's for packets, the C library for the rest."""
    one = np.float32(1)
    z = rng.normal(scale=2, size=shape).astype("float32")
    if name == "elu":
        low = np.minimum(z, 0)
        exp, fused = functions["exp"], functions["fused_exp"]
        behind = np.where(z > 0, z, fused.one(low) - one)
        without = np.where(z < 0, packets_and_rest(exp.eight, exp.one, low) - one, z)
    else:
        plain = {"sigmoid": "logistic"}.get(name, name)
        behind = functions[f"fused_{plain}"].one(z)
        without = packets_and_rest(functions[plain].eight, functions[plain].one, z)
    assert_same_bits(forward(name, z, True), behind)
    assert_same_bits(forward(name, z, False), without)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "elu"])
def test_the_two_differ(name, rng):
    """The comparison above can fail: the two arithmetics have other last bits."""
    z = rng.normal(scale=2, size=(40, 25)).astype("float32")
    assert (forward(name, z, True) != forward(name, z, False)).sum() > 20


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_softmax(shape, functions, rng):
    z = rng.normal(scale=3, size=shape).astype("float32")
    e = functions["fused_exp"].one(z - z.max(axis=1, keepdims=True))
    shares = np.array([[np.float32(1) / orders.sixteen_lanes(row)] for row in e])
    assert_same_bits(forward("softmax", z, True), e * shares)


def test_order_of_the_softmax_shows_in_the_bits(functions, rng):
    z = rng.normal(scale=3, size=(50, 45)).astype("float32")
    e = functions["fused_exp"].one(z - z.max(axis=1, keepdims=True))
    for add in (orders.packets, orders.one_by_one, np.sum):
        shares = np.array([[np.float32(1) / add(row)] for row in e])
        assert not same_bits(forward("softmax", z, True), e * shares)


def d_softmax(a, da, row_sum=orders.packets):
    """(da − Σ da·a)·a, the products of each row added by packets."""
    products = da * a
    return (da - np.array([[row_sum(row)] for row in products])) * a


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_gradient_of_softmax(shape, dtype, rng):
    a, da = rng.dirichlet(np.ones(shape[1]), shape[0]).astype(dtype), rng.normal(size=shape)
    assert_same_bits(backward("softmax", a, da.astype(dtype)), d_softmax(a, da.astype(dtype)))


def test_order_of_softmax_shows_in_the_bits(rng):
    a, da = rng.dirichlet(np.ones(45), 50).astype("float32"), rng.normal(size=(50, 45))
    da = da.astype("float32")
    ours = backward("softmax", a, da)
    one_by_one = d_softmax(a, da, orders.one_by_one)
    spread_out = da * a - d_softmax(a, da) * 0 - np.array([[orders.packets(r)] for r in da * a]) * a
    for wrong in (one_by_one, d_softmax(a, da, np.sum), spread_out):
        assert not same_bits(ours, wrong)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_gradient_of_elu(shape, rng):
    a, da = np.expm1(rng.normal(size=shape)).astype("float32"), rng.normal(size=shape)
    da = da.astype("float32")
    assert_same_bits(backward("elu", a, da), np.where(a < 0, (a + np.float32(1)) * da, da))


def test_gradients_that_are_not_finite_come_through():
    """0·∞ and 0·NaN are NaN: a unit that is off does not hide that something has gone wrong."""
    da = np.array([[np.inf, np.nan, 1.0, -2.0] * 4], "float32")
    off = np.zeros_like(da)
    with np.errstate(invalid="ignore"):
        for name in ("relu", "softmax"):
            dz = backward(name, off, da)
            assert np.isnan(dz[0, :2]).all(), name
    assert (backward("relu", off, da)[0, 2:4] == 0).all()
