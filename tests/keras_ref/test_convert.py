"""Weights and models go to the other side and back, and training goes on the same."""

import numpy as np
import pytest

import engine
from keras_ref.compare import same_bits
from keras_ref.convert import to_engine, to_keras, weights_to_engine, weights_to_keras
from keras_ref.quiet import tutorial_wording
from keras_ref.tutorials import penguins, pima_adam

pytestmark = pytest.mark.keras


@pytest.fixture
def rows():
    rng = np.random.default_rng(11)
    x = rng.normal(size=(40, 4)).astype("f4")
    return x, np.eye(3, dtype="f4")[rng.integers(0, 3, 40)]


def made(side, seed, optimizer=None):
    side.utils.set_random_seed(seed)
    model = penguins.network(side)
    if optimizer is not None:
        model.compile(optimizer(side), "categorical_crossentropy", metrics=["accuracy"])
    return model


def fitted(model, rows, epochs):
    for side in (engine, pytest.importorskip("keras")):
        side.utils.set_random_seed(9)
    return model.fit(*rows, batch_size=7, epochs=epochs, verbose=0).history


OPTIMIZERS = {
    "adam": lambda side: side.optimizers.Adam(0.01),
    "amsgrad": lambda side: side.optimizers.Adam(0.01, amsgrad=True),
    "sgd": lambda side: side.optimizers.SGD(0.1),
    "momentum": lambda side: side.optimizers.SGD(0.1, momentum=0.9),
}


def test_weights_both_ways(keras):
    ours, theirs = made(engine, 1), made(keras, 2)
    assert not same_bits(ours.get_weights(), theirs.get_weights())
    weights_to_keras(ours, theirs)
    assert same_bits(ours.get_weights(), theirs.get_weights())
    ours, theirs = made(engine, 1), made(keras, 2)
    weights_to_engine(theirs, ours)
    assert same_bits(ours.get_weights(), theirs.get_weights())
    assert same_bits(theirs.get_weights(), made(keras, 2).get_weights())


def test_other_shapes_are_refused(keras):
    with tutorial_wording():
        ours, theirs = made(engine, 1), pima_adam.network(keras)
    before = theirs.get_weights()
    with pytest.raises(ValueError, match=r"Expected weights of the shapes \[\(8, 10\).*Received"):
        weights_to_keras(ours, theirs)
    assert same_bits(before, theirs.get_weights())


@pytest.mark.parametrize("network", [penguins.network, pima_adam.network])
def test_models_both_ways(keras, network):
    with tutorial_wording():
        ours = network(engine)
    theirs = to_keras(ours)
    again = to_engine(theirs)
    assert type(theirs).__name__ == type(again).__name__ == type(ours).__name__
    assert theirs.get_config() == ours.get_config() == again.get_config()
    assert same_bits(ours.get_weights(), theirs.get_weights())
    assert same_bits(ours.get_weights(), again.get_weights())


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("back", [False, True])
def test_training_goes_on_on_the_other_side(keras, rows, name, back):
    start = keras if back else engine
    first = made(start, 3, OPTIMIZERS[name])
    fitted(first, rows, epochs=3)
    second = to_engine(first) if back else to_keras(first)
    assert int(np.asarray(second.optimizer.iterations)) == 18
    histories = [fitted(model, rows, epochs=4) for model in (first, second)]
    assert np.allclose(histories[0]["loss"], histories[1]["loss"], rtol=0, atol=1e-6)
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        assert np.allclose(a, b, rtol=0, atol=1e-5)


def test_the_optimizers_state_matters(keras, rows):
    """Without its slots the twin would train differently: the test above can tell."""
    first = made(engine, 3, OPTIMIZERS["adam"])
    fitted(first, rows, epochs=3)
    second = to_keras(first)
    second.optimizer.iterations.assign(0)
    for variable in second.optimizer.variables[2:]:
        variable.assign(np.zeros(variable.shape))
    losses = [fitted(model, rows, epochs=4)["loss"] for model in (first, second)]
    assert np.max(np.abs(np.subtract(*losses))) > 1e-4


def test_what_cannot_be_converted(keras):
    ours, theirs = made(engine, 1), made(keras, 1)
    for convert, model, side in ((to_keras, theirs, "engine"), (to_engine, ours, "keras")):
        with pytest.raises(TypeError, match=f"functional model of {side}. Received: a "):
            convert(model)
    with pytest.raises(TypeError, match="Received: a builtins.int"):
        to_keras(3)
    with pytest.raises(ValueError, match="Expected a built model.*built=False"):
        to_keras(engine.Sequential([engine.layers.Dense(2)]))
    normalised = keras.Sequential([keras.Input((8,)), keras.layers.BatchNormalization()])
    with pytest.raises(ValueError, match="Expected .*layer.* Received: .*BatchNormalization"):
        to_engine(normalised)
