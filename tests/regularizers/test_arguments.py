"""Arguments, configs, names: what goes in, what comes back, what cannot be changed."""

import copy
import json

import numpy as np
import pytest

import engine
from engine import regularizers
from engine.regularizers import L1, L1L2, L2


def test_defaults():
    assert L1().get_config() == {"l1": 0.009999999776482582}  # a float32, as in Keras
    assert L2().get_config() == {"l2": 0.01}
    assert L1L2().get_config() == {"l1": 0.0, "l2": 0.0}
    assert (
        L1(None).l1 == L1().l1 and L2(None).l2 == 0.01 and L1L2(None, None).factors == (None,) * 2
    )


def test_factors():
    assert L2(1).l2 == 1.0 and type(L2(1).l2) is float
    assert type(L2(np.float32(0.5)).l2) is float
    assert L1(0.1).l1 == float(np.float32(0.1)) and L1L2(l1=0.1).l1 == 0.1
    assert L1(0.0).factors == (0.0, None) and L2(0.0).factors == (None, 0.0)
    assert L1L2(0.5, 0.0).factors == (0.5, None) and L1L2(0.0, 0.5).factors == (None, 0.5)


@pytest.mark.parametrize("name", ["l1", "L1", "l2", "L2", "l1l2", "L1L2"])
def test_names(name):
    found = regularizers.get(name)
    assert type(found).__name__ == name.upper()
    assert found.get_config() == type(found)().get_config()
    assert regularizers.get(type(found)).get_config() == found.get_config()
    assert regularizers.get(found) is found


def test_functions_are_the_classes():
    assert (regularizers.l1, regularizers.l2, regularizers.l1_l2) == (L1, L2, L1L2)
    assert regularizers.get(None) is None and regularizers.serialize(None) is None


@pytest.mark.parametrize("regularizer", [L1(0.3), L2(0.1), L1L2(0.1, 0.2)])
def test_config_there_and_back(regularizer):
    config = json.loads(json.dumps(regularizers.serialize(regularizer)))
    assert config["module"] == "keras.regularizers" and config["registered_name"] is None
    for again in (
        regularizers.deserialize(config),
        regularizers.get(config),
        type(regularizer).from_config(regularizer.get_config()),
        copy.deepcopy(regularizer),
    ):
        assert type(again) is type(regularizer)
        assert again.get_config() == regularizer.get_config()


def test_factors_stay():
    for regularizer, name in ((L1(0.1), "l1"), (L2(0.1), "l2"), (L1L2(0.1, 0.2), "l1")):
        before = regularizer.get_config()
        with pytest.raises(AttributeError, match=f"Expected {name} to stay.*Received: {name}=0.5"):
            setattr(regularizer, name, 0.5)
        assert regularizer.get_config() == before


def test_config_of_a_layer():
    layer = engine.layers.Dense(2, kernel_regularizer="l2", bias_regularizer=L1(0.5))
    config = layer.get_config()
    assert config["kernel_regularizer"] == regularizers.serialize(L2())
    again = engine.layers.Dense.from_config(config)
    assert again.get_config() == config
    model = engine.Sequential([engine.Input((3,)), layer])
    assert type(model).from_config(model.get_config()).layers[0].get_config() == config


def test_a_regularizer_draws_no_seed():
    """The same weights with and without, as in Keras."""
    weights = []
    for options in ({}, {"kernel_regularizer": "l2", "bias_regularizer": "l1"}):
        engine.utils.set_random_seed(3)
        layer = engine.layers.Dense(4, **options)
        layer.build((None, 3))
        weights.append(layer.get_weights()[0])
    assert np.array_equal(*weights)


def test_the_base_says_what_is_missing():
    base = regularizers.Regularizer()
    for call in (lambda: base(1.0), lambda: base.gradient(1.0), lambda: base.factors):
        with pytest.raises(NotImplementedError, match="Regularizer does not define"):
            call()
