"""Probabilities and log-odds."""

import numpy as np
import pytest

import engine as keras
from engine.wrappers.outputs import log_odds, probabilities


def model(units, activation, loss):
    made = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units, activation)])
    made.compile("sgd", loss)
    return made


Z = np.array([[-2.0, 0.0, 1.0]])


@pytest.mark.parametrize(
    ("made", "outputs", "expected"),
    [
        (model(1, "sigmoid", "binary_crossentropy"), [[0.2]], [[0.8, 0.2]]),
        (
            model(1, None, keras.losses.BinaryCrossentropy(from_logits=True)),
            [[np.log(4.0)]],
            [[0.2, 0.8]],
        ),
        (
            model(3, None, keras.losses.CategoricalCrossentropy(from_logits=True)),
            Z,
            np.exp(Z) / np.exp(Z).sum(),
        ),
        (
            model(3, None, keras.losses.BinaryCrossentropy(from_logits=True)),
            Z,
            1 / (1 + np.exp(-Z)),
        ),
        (model(3, "softmax", "categorical_crossentropy"), Z, Z),
        (model(3, None, "mse"), Z, Z),
    ],
)
def test_probabilities(made, outputs, expected):
    np.testing.assert_allclose(probabilities(np.asarray(outputs), made), expected, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_log_odds_are_finite_and_grow(dtype):
    limits = np.finfo(dtype)
    p = np.array([0.0, limits.tiny, 1e-30, 0.25, 0.5, 0.75, 1 - limits.epsneg, 1.0], dtype)
    odds = log_odds(p)
    assert odds.dtype == dtype
    assert np.isfinite(odds).all() and (np.diff(odds) >= 0).all()
    assert odds[4] == 0
    np.testing.assert_allclose(odds[[3, 5]], [-np.log(3), np.log(3)], rtol=1e-6)
