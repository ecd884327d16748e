"""Activations: values worked by hand, and gradients judged by differences of the values."""

from importlib import import_module

import numpy as np
import pytest

from engine import activations
from tests.tolerances import assert_close, assert_same_bits

NAMES = ("linear", "relu", "leaky_relu", "elu", "sigmoid", "tanh")

BY_HAND = {
    "linear": {-2.0: -2.0, 0.0: 0.0, 3.5: 3.5},
    "relu": {-2.0: 0.0, 0.0: 0.0, 3.5: 3.5, 1e300: 1e300},
    "leaky_relu": {-2.0: -0.4, 0.0: 0.0, 3.5: 3.5, -1e300: -2e299},
    "elu": {0.0: 0.0, 3.5: 3.5, -np.log(2): -0.5, -np.log(4): -0.75, -1e300: -1.0, 1e300: 1e300},
    "sigmoid": {0.0: 0.5, np.log(3): 0.75, -np.log(3): 0.25, 1000.0: 1.0, -1000.0: 0.0},
    "tanh": {0.0: 0.0, np.log(2): 0.6, -np.log(2): -0.6, 1000.0: 1.0, -1000.0: -1.0},
}


def gradient_of(name):
    return getattr(import_module(f"engine.activations.{name}"), f"d_{name}")


@pytest.mark.parametrize("name", NAMES)
def test_by_hand(name):
    x = np.array(list(BY_HAND[name]))
    assert_close(
        getattr(activations, name)(x), np.array(list(BY_HAND[name].values())), "elementary"
    )


@pytest.mark.parametrize("name", NAMES)
def test_gradient_by_differences(name):
    """dz = da·a'(z) from the activation alone."""
    z = np.concatenate([np.linspace(-4, -0.01, 200), np.linspace(0.01, 4, 200)])
    function, h = getattr(activations, name), 1e-6
    slope = (function(z + h) - function(z - h)) / (2 * h)
    da = np.linspace(-2, 3, z.size)
    assert_close(gradient_of(name)(function(z), da), da * slope, "differences")


def test_gradient_of_softmax_by_differences():
    rng, h = np.random.default_rng(1), 1e-6
    z, da = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
    expected = np.zeros_like(z)
    for place in np.ndindex(z.shape):
        up, down = z.copy(), z.copy()
        up[place] += h
        down[place] -= h
        difference = activations.softmax(up) - activations.softmax(down)
        expected[place] = np.sum(da * difference) / (2 * h)
    actual = gradient_of("softmax")(activations.softmax(z), da)
    assert_close(actual, expected, "differences")
    assert np.abs(actual.sum(axis=1)).max() < 1e-15  # the probabilities go on adding up to 1


def test_softmax():
    assert_close(
        activations.softmax(np.log([[1.0, 2.0, 5.0]])),
        np.array([[0.125, 0.25, 0.625]]),
        "elementary",
    )
    assert activations.softmax(np.array([[1e4, 0.0, -1e4]])).tolist() == [[1, 0, 0]]
    shifted = activations.softmax(np.array([[1.0, 2.0]]) + 1000)
    assert_close(shifted, activations.softmax(np.array([[1.0, 2.0]])), "elementary")


def test_conventions_at_the_kink():
    zero, one = np.zeros(1), np.ones(1)
    assert gradient_of("relu")(zero, one) == 0
    assert_close(gradient_of("leaky_relu")(zero, one), np.array([0.2]), "elementary")
    assert gradient_of("elu")(zero, one) == 1


def test_plain_elu_is_one_formula():
    """What TensorFlow computes in two ways is the same mathematics."""
    x = np.linspace(-5, 5, 1001)
    module = import_module("engine.activations.elu")
    assert_same_bits(module.fused_elu(x), module.elu(x))


def test_relu_hides_no_infinity():
    """0·∞ is NaN: a unit that is off does not turn a gradient that has gone wrong into 0."""
    with np.errstate(invalid="ignore"):
        dz = gradient_of("relu")(np.zeros(3), np.array([np.inf, np.nan, -2.0]))
    assert np.isnan(dz[:2]).all() and dz[2] == 0


def test_two_orders_of_one_product():
    """The rest of a tensor multiplies the three factors of the sigmoid's gradient otherwise."""
    rng = np.random.default_rng(2)
    a, da = rng.uniform(size=1000).astype("float32"), rng.normal(size=1000).astype("float32")
    module = import_module("engine.activations.sigmoid")
    packets, rest = module.d_sigmoid(a, da), module.d_sigmoid_rest(a, da)
    assert_same_bits(packets, da * (a * (np.float32(1) - a)))
    assert_same_bits(rest, (da * a) * (np.float32(1) - a))
    assert (packets != rest).any()
    assert_close(packets, rest, "step")


@pytest.mark.parametrize("name", [*NAMES, "softmax"])
def test_type_and_nan(name):
    """The array's type stays, and NaN comes through."""
    for dtype in ("float32", "float64"):
        x = np.array([[-1.0, 0.5, 2.0]], dtype)
        a = getattr(activations, name)(x)
        assert a.dtype == dtype and a.shape == x.shape
        assert gradient_of(name)(a, x).dtype == dtype
        x[0, 0] = np.nan
        assert np.isnan(getattr(activations, name)(x)[0, 0])
