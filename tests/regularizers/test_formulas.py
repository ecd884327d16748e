"""The readable formulas: by hand, and their gradients by differences."""

import numpy as np
import pytest

import engine
from engine.regularizers import L1, L1L2, L2
from tests.tolerances import assert_close

EVERY = [L1(0.3), L2(0.7), L1L2(0.3, 0.7), L1L2(l1=0.2), L1L2(l2=0.2), L1L2()]


def test_by_hand():
    """w = (2, 0, −3): Σ|w| = 5, Σ w² = 13."""
    w = np.array([[2.0], [0.0], [-3.0]])
    assert L1(0.5)(w) == 2.5
    assert L2(0.25)(w) == 3.25
    assert L1L2(0.5, 0.25)(w) == 5.75
    assert L1(0.5).gradient(w).tolist() == [[0.5], [0.0], [-0.5]]
    assert L2(0.25).gradient(w).tolist() == [[1.0], [0.0], [-1.5]]
    assert L1L2(0.5, 0.25).gradient(w).tolist() == [[1.5], [0.0], [-2.0]]


@pytest.mark.parametrize("regularizer", EVERY, ids=lambda r: f"{type(r).__name__} {r.get_config()}")
def test_gradients_by_differences(regularizer):
    w, h = np.random.default_rng(1).normal(size=(4, 3)), 1e-6
    expected = np.zeros_like(w)
    for place in np.ndindex(w.shape):
        values = []
        for sign in (1, -1):
            moved = w.copy()
            moved[place] += sign * h
            values.append(regularizer(moved))
        expected[place] = (values[0] - values[1]) / (2 * h)
    assert_close(regularizer.gradient(w), expected, "differences")


def test_types_and_shapes():
    for regularizer in EVERY:
        for dtype in ("float32", "float64"):
            w = np.ones((2, 3), dtype)
            assert regularizer(w).dtype == dtype and regularizer(w).shape == ()
            assert regularizer.gradient(w).dtype == dtype
            assert regularizer.gradient(w).shape == (2, 3)
        assert regularizer([1, 2]).dtype == "float32"
        assert regularizer(np.zeros((0, 3))) == 0


def test_nan_and_infinity_come_through():
    for regularizer in (L1(0.5), L2(0.5), L1L2(0.5, 0.5)):
        assert regularizer([1.0, np.inf]) == np.inf
        assert np.isnan(regularizer([1.0, np.nan]))
        assert np.isnan(regularizer.gradient([np.nan, 1.0])[0])
    assert L1(0.5).gradient([-np.inf, -0.0]).tolist() == [-0.5, 0.0]


def test_losses_of_layers_and_models():
    """In the order of the weights, for those that have a regularizer and exist."""
    first = engine.layers.Dense(2, kernel_regularizer=L2(0.5), bias_regularizer=L1(0.25))
    plain = engine.layers.Dense(2)
    last = engine.layers.Dense(1, use_bias=False, kernel_regularizer="l1", bias_regularizer="l2")
    assert first.losses == []
    model = engine.Sequential([engine.Input((2,)), first, plain, last])
    model.set_weights([np.ones(w.shape) for w in model.weights])
    assert first.losses == [2.0, 0.5]
    assert plain.losses == []
    np.testing.assert_allclose(model.losses, [2.0, 0.5, 0.02], rtol=1e-6)


def test_penalties_are_no_metrics():
    """The loss of evaluate contains the penalties, a watched loss does not."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=20)
    model = engine.Sequential([engine.Input((3,)), engine.layers.Dense(1, kernel_regularizer="l2")])
    model.compile("sgd", "mse", metrics=["mse"])
    for batch in (20, 7):
        loss, watched = model.evaluate(x, y, batch_size=batch, verbose=0)
        assert abs(loss - watched - float(model.losses[0])) < 1e-6
        assert model.losses[0] > 1e-4


def test_weights_shrink():
    """On inputs of 0 a step of plain descent takes 2·α·l2 of each weight, or α·l1."""
    for regularizer, expected in ((L2(0.1), 4 * (1 - 2 * 0.5 * 0.1)), (L1(0.1), 4 - 0.5 * 0.1)):
        dense = engine.layers.Dense(2, kernel_regularizer=regularizer)
        model = engine.Sequential([engine.Input((3,)), dense])
        model.compile(engine.optimizers.SGD(0.5), "mse")
        model.set_weights([np.full((3, 2), 4.0), np.ones(2)])
        model.train_on_batch(np.zeros((5, 3)), np.ones((5, 2)))
        kernel, bias = model.get_weights()
        np.testing.assert_allclose(kernel, expected, rtol=1e-6)
        assert bias.tolist() == [1, 1]
