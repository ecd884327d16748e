"""Losses: values worked by hand, limits, and gradients judged by differences of the values."""

from importlib import import_module

import numpy as np
import pytest

from engine import config, losses
from tests.tolerances import assert_close

BINARY, CATEGORICAL, SPARSE, SQUARED = (
    import_module(f"engine.losses.{name}")
    for name in (
        "binary_crossentropy",
        "categorical_crossentropy",
        "sparse_categorical_crossentropy",
        "mean_squared_error",
    )
)


@pytest.fixture(autouse=True)
def float64():
    before = config.floatx()
    config.set_floatx("float64")
    yield
    config.set_floatx(before)


def check(loss, y, p, expected):
    assert_close(loss.call(np.array(y), np.array(p)), np.array(expected), "elementary")


def test_binary_by_hand():
    """−ln ¾ for a yes, −ln ¼ for a no; on logits ±ln 3 the same."""
    yes, no = -np.log(0.75), -np.log(0.25)
    check(losses.BinaryCrossentropy(), [[1.0], [0.0]], [[0.75], [0.75]], [yes, no])
    logit = np.log(3)
    on_logits = losses.BinaryCrossentropy(from_logits=True)
    check(on_logits, [[1.0], [0.0]], [[logit], [logit]], [yes, no])
    check(on_logits, [[1.0, 0.0]], [[logit, logit]], [(yes + no) / 2])
    # labels 0.9 and 0.1 after smoothing by 0.2
    smooth = losses.BinaryCrossentropy(label_smoothing=0.2)
    check(smooth, [[1.0], [0.0]], [[0.75]] * 2, [0.9 * yes + 0.1 * no, 0.1 * yes + 0.9 * no])


def test_binary_limits():
    """Clipped at 1e-7 on probabilities; without a limit on logits."""
    check(losses.BinaryCrossentropy(), [[1.0]], [[0.0]], [-np.log(1e-7)])
    on_logits = losses.BinaryCrossentropy(from_logits=True)
    check(on_logits, [[1.0], [0.0], [1.0]], [[-1000.0], [1000.0], [1000.0]], [1000.0, 1000.0, 0.0])


def test_categorical_by_hand():
    p = [[0.125, 0.25, 0.625]]
    for scale in (1, 4):  # the probabilities are divided by their sum
        values = np.array(p) * scale
        check(losses.CategoricalCrossentropy(), [[0.0, 1.0, 0.0]], values, [np.log(4)])
    z = np.log(p) + 5
    check(losses.CategoricalCrossentropy(True), [[0.0, 1.0, 0.0]], z, [np.log(4)])
    check(losses.SparseCategoricalCrossentropy(), [1], p, [np.log(4)])
    check(losses.SparseCategoricalCrossentropy(True), [1], z, [np.log(4)])
    smooth = losses.CategoricalCrossentropy(label_smoothing=0.3)
    expected = 0.1 * np.log(8) + 0.8 * np.log(4) + 0.1 * np.log(1.6)
    check(smooth, [[0.0, 1.0, 0.0]], p, [expected])


def test_categorical_limits():
    check(losses.CategoricalCrossentropy(True), [[1.0, 0.0]], [[-1000.0, 0.0]], [1000.0])
    check(losses.CategoricalCrossentropy(), [[1.0, 0.0]], [[0.0, 1.0]], [-np.log(1e-7)])


def test_squares_by_hand():
    check(losses.MeanSquaredError(), [[1.0, 2.0], [0.0, 0.0]], [[2.0, 4.0], [0.0, 3.0]], [2.5, 4.5])


def test_mean_over_the_rows():
    """Weights multiply, and the rows are counted all the same."""
    loss, y, p = losses.MeanSquaredError(), np.zeros((2, 1)), np.array([[1.0], [3.0]])
    assert loss(y, p) == 5.0
    assert loss(y, p, sample_weight=[2.0, 0.0]) == 1.0


def by_differences(value, x, y, h=1e-6):
    """The gradient of the sum of the rows' values."""
    slope = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += h
        down[place] -= h
        slope[place] = (np.sum(value(up, y)) - np.sum(value(down, y))) / (2 * h)
    return slope


def cases():
    rng = np.random.default_rng(3)
    z, y = rng.normal(size=(6, 4)) * 2, (rng.random((6, 4)) > 0.5).astype("float64")
    p, numbers = rng.uniform(0.05, 0.95, (6, 4)), rng.integers(0, 4, 6)
    soft = rng.dirichlet(np.ones(4), 6)
    return {
        "binary, logits": (BINARY.from_logits, BINARY.d_from_logits, z, y),
        "binary, soft labels": (BINARY.from_logits, BINARY.d_from_logits, z, soft),
        "binary": (BINARY.from_probabilities, BINARY.d_from_probabilities, p, y),
        "categorical, logits": (CATEGORICAL.from_logits, CATEGORICAL.d_from_logits, z, soft),
        "categorical": (CATEGORICAL.from_probabilities, CATEGORICAL.d_from_probabilities, p, soft),
        "categorical, any labels": (
            CATEGORICAL.from_probabilities, CATEGORICAL.d_from_probabilities, p, y,
        ),
        "sparse, logits": (SPARSE.from_logits, SPARSE.d_from_logits, z, numbers),
        "sparse": (SPARSE.from_probabilities, SPARSE.d_from_probabilities, p, numbers),
        "squares": (SQUARED.squared, SQUARED.d_squared, z, y),
    }  # fmt: skip


@pytest.mark.parametrize("name", cases())
def test_gradient_by_differences(name):
    value, slope, x, y = cases()[name]
    expected = by_differences(value, x, y)
    assert_close(slope(x, y, np.ones((6, 1))), expected, "differences")
    g = np.linspace(0.1, 2, 6)[:, np.newaxis]
    assert_close(slope(x, y, g), expected * g, "differences")


def test_gradient_is_zero_where_clipped():
    p, y = np.array([[0.0, 1.0, 0.5]]), np.array([[1.0, 0.0, 1.0]])
    slope = BINARY.d_from_probabilities(p, y, np.ones((1, 1)))
    assert slope.tolist() == [[0.0, 0.0, -2.0]]
    slope = SPARSE.d_from_probabilities(p, np.array([2]), np.ones((1, 1)))
    assert slope[0, 0] == slope[0, 1] == 0 and slope[0, 2] < 0


def test_logits_equal_probabilities():
    """The fused pair says what sigmoid or softmax and the loss say one after the other."""
    rng = np.random.default_rng(5)
    z, y = rng.normal(size=(8, 3)), np.eye(3)[rng.integers(0, 3, 8)]
    sigmoid = 1 / (1 + np.exp(-z))
    softmax = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    for module, p in ((BINARY, sigmoid), (CATEGORICAL, softmax)):
        value = module.from_probabilities(p, y)
        assert_close(module.from_logits(z, y), value, "differences")
    numbers = y.argmax(axis=1)
    assert_close(SPARSE.from_logits(z, numbers), CATEGORICAL.from_logits(z, y), "elementary")
    ones = np.ones((8, 1))
    assert_close(BINARY.d_from_logits(z, y, ones), sigmoid - y, "differences")
    assert_close(CATEGORICAL.d_from_logits(z, y, ones), softmax - y, "differences")


def test_four_terms_are_p_minus_y():
    """In float32 the four terms of the gradient are p − y within rounding, and 0 when saturated."""
    z = np.linspace(-20, 20, 1001).astype("float32")[:, np.newaxis]
    for label in (0.0, 1.0):
        y, g = np.full_like(z, label), np.full_like(z, 0.125)
        p = 1 / (1 + np.exp(-z.astype("float64")))
        slope = BINARY.d_from_logits(z, y, g)
        assert_close(slope, ((p - label) / 8).astype("float32"), "step")
    assert BINARY.d_from_logits(np.float32(25), np.float32(1), np.float32(1)) == 0
