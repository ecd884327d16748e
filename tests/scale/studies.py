"""What the tests of this folder train, and how they compare it."""

import numpy as np

import engine as keras
from tests.tolerances import assert_same_bits

DRAW = np.random.default_rng(8)
X = DRAW.standard_normal((400, 6)).astype("float32")
Y = (X[:, 0] * X[:, 1] + 0.3 * DRAW.standard_normal(400) > 0).astype("float32")


def network(units=8, rate=0.2):
    """A network that draws masks, too, and whose optimizer keeps everything that one can keep."""
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(units, "relu")])
    model.add(keras.layers.Dropout(rate))
    model.add(keras.layers.Dense(1, "sigmoid"))
    optimizer = keras.optimizers.Adam(0.01, amsgrad=True, use_ema=True)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy", "AUC"])
    return model


def assert_same_fits(fits, expected):
    """Weights, histories, scores and what the members were made from."""
    assert (len(fits), fits.seeds, fits.learning_rates) == (
        len(expected), expected.seeds, expected.learning_rates
    )  # fmt: skip
    for ours, theirs in zip(fits.weights, expected.weights, strict=True):
        assert_same_bits(ours, theirs)
    assert list(fits.history) == list(expected.history)
    scores = [each.evaluate(X[:90], Y[:90]) for each in (fits, expected)]
    for found, wanted in ((fits.history, expected.history), tuple(scores)):
        for name, values in wanted.items():
            assert_same_bits(found[name], values, name)
