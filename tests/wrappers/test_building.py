"""New models from functions and from models."""

import functools

import numpy as np
import pytest

import engine as keras
from engine.wrappers.building import called, checked_compiled, copied, made_anew, takes


def template():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.5), "mse")
    model.fit(np.ones((4, 2)), np.ones(4), verbose=0)
    return model


def test_what_a_function_takes():
    assert takes(lambda units=1: None, "units")
    assert takes(lambda **anything: None, "units")
    assert not takes(lambda other: None, "units")
    assert takes(functools.partial(lambda a, b: None, 1), "b")


def test_a_copy_goes_on_where_the_model_is():
    model = template()
    copy = copied(model)
    assert copy.optimizer.iterations == model.optimizer.iterations == 1
    before = model.get_weights()
    for made in (copy, model):
        made.fit(np.ones((4, 2)), np.ones(4), verbose=0)
    for a, b, c in zip(copy.get_weights(), model.get_weights(), before, strict=True):
        assert (a == b).all() and (a != c).all()


def test_anew_has_other_weights_and_the_same_settings():
    model = template()
    made = made_anew(model)
    assert made.optimizer.learning_rate == 0.5 and made.optimizer.iterations == 0
    assert (made.get_weights()[0] != model.get_weights()[0]).any()
    bare = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    assert not made_anew(bare).compiled


def test_what_is_no_model():
    with pytest.raises(TypeError, match="Expected model to be a function.*Received: model='m'"):
        called("m", {})
    with pytest.raises(TypeError, match="Expected the model function to return a model.*None"):
        called(lambda: None, {})


def test_what_cannot_be_trained():
    bare = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="Expected a compiled model with a loss.*not compiled"):
        checked_compiled(bare)
    bare.compile("sgd")
    with pytest.raises(ValueError, match="Expected a compiled model.*compiled without a loss"):
        checked_compiled(bare)
