"""Rescaling: numbers and arrays as scale and offset."""

import numpy as np
import pytest

import engine

Rescaling = engine.layers.Rescaling
X = np.random.default_rng(1).normal(size=(30, 4)).astype("float32")
Y = X[:, :1]


def network(*first):
    engine.utils.set_random_seed(2)
    model = engine.Sequential([engine.Input((4,)), *first, engine.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("scale, offset", [(3.0, 0.0), (np.array([1.0, 2, 3, 4]), -0.5)])
def test_training_on_rescaled_rows(scale, offset):
    inside = network(Rescaling(scale, offset))
    outside = network()
    ready = X * np.float32(scale) + np.float32(offset)
    told = [m.fit(x, Y, epochs=2, verbose=0) for m, x in ((inside, X), (outside, ready))]
    assert told[0].history == told[1].history
    assert np.array_equal(inside.predict(X, verbose=0), outside.predict(ready, verbose=0))


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda: Rescaling("1/255"), TypeError, "scale"),
        (lambda: Rescaling(np.nan), ValueError, "scale to be finite"),
        (lambda: Rescaling(1.0, offset=np.inf), ValueError, "offset to be finite"),
        (
            lambda: network(Rescaling([1.0, 2.0])),
            ValueError,
            r"scale of layer.*\(2,\).*\(None, 4\)",
        ),
        (lambda: network(Rescaling(np.ones((3, 4)))), ValueError, r"\(3, 4\).*\(None, 4\)"),
    ],
)
def test_is_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


@pytest.mark.keras
@pytest.mark.parametrize("options", [{"scale": 0.5}, {"scale": np.ones(4), "offset": 2}])
def test_config_and_result_are_those_of_keras(options, keras):
    ours, theirs = Rescaling(**options, name="r"), keras.layers.Rescaling(**options, name="r")
    assert ours.get_config() == theirs.get_config()
    again = Rescaling.from_config(theirs.get_config())
    for layer in (ours, again):
        assert np.array_equal(layer(X), np.asarray(theirs(X)))
