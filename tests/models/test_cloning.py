"""clone_model."""

import numpy as np
import pytest

import engine
from engine.layers import Dense, Dropout
from engine.models import Functional, Sequential, clone_model


def test_a_clone_has_the_layers_and_weights_of_its_own():
    model = Sequential(
        [engine.Input((3,)), Dense(4, "relu", trainable=False), Dropout(0.2), Dense(1)], name="own"
    )
    engine.utils.set_random_seed(5)
    clone = clone_model(model)
    engine.utils.set_random_seed(5)
    again = clone_model(model)
    assert clone.get_config() == model.get_config()
    assert [layer.trainable for layer in clone.layers] == [False, True, True]
    assert not clone.compiled and clone.built
    for a, b, c in zip(model.weights, clone.weights, again.weights, strict=True):
        assert (b.array == c.array).all()
        assert a.array is not b.array
    assert (clone.get_weights()[0] != model.get_weights()[0]).any()


def test_functional_models_and_models_that_wait_for_data():
    inputs = engine.Input((3,))
    model = engine.Model(inputs, Dense(2)(inputs))
    assert isinstance(clone_model(model), Functional)
    waiting = Sequential([Dense(2)])
    assert not clone_model(waiting).built
    waiting.build((None, 5))
    assert clone_model(waiting).input_shape == (None, 5)


def test_only_models_are_cloned():
    with pytest.raises(TypeError, match="Expected model to be a model"):
        clone_model(Dense(2))


@pytest.mark.keras
def test_keras_draws_the_same_weights_for_its_clone():
    import keras

    def drawn(package):
        layers = [package.layers.Dense(4), package.layers.Dense(2)]
        model = package.Sequential([package.Input((3,)), *layers])
        package.utils.set_random_seed(5)
        return [np.array(w) for w in package.models.clone_model(model).get_weights()]

    for ours, theirs in zip(drawn(engine), drawn(keras), strict=True):
        assert (ours == theirs).all()
