"""Words and values beside Keras itself; whole trainings are in tests/parity."""

import numpy as np
import pytest

from engine import layers, regularizers
from tests.tolerances import assert_close

pytestmark = pytest.mark.keras

FACTORS = {"L1": (0.3,), "L2": (0.7,), "L1L2": (0.3, 0.7)}
IDENTIFIERS = ["l1", "l2", "l1l2", "L1", "L2", "L1L2", "l1_l2", "l3", "ridge", None]


@pytest.mark.parametrize("name", FACTORS)
def test_values_and_configs(keras, name):
    ours, theirs = (
        getattr(room, name)(*FACTORS[name]) for room in (regularizers, keras.regularizers)
    )
    assert regularizers.serialize(ours) == keras.regularizers.serialize(theirs)
    assert keras.regularizers.deserialize(regularizers.serialize(ours)).get_config()
    w = np.random.default_rng(1).normal(size=(20, 30)).astype("float32")
    assert_close(np.asarray(ours(w)), np.asarray(theirs(w)), "sum")


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_names(keras, identifier):
    try:
        theirs = keras.regularizers.get(identifier)
    except ValueError:
        with pytest.raises(ValueError, match="Expected regularizer"):
            regularizers.get(identifier)
        return
    ours = regularizers.get(identifier)
    assert regularizers.serialize(ours) == keras.regularizers.serialize(theirs)


def test_exported_names(keras):
    """All of Keras's but the one that the engine has not."""
    theirs = {n for n in dir(keras.regularizers) if not n.startswith("_")}
    missing = {"OrthogonalRegularizer", "orthogonal_regularizer"}
    assert set(regularizers.__all__) == theirs - missing


def test_config_of_a_layer(keras):
    configs = []
    for room, kind in ((regularizers, layers), (keras.regularizers, keras.layers)):
        layer = kind.Dense(2, kernel_regularizer=room.L1(0.1), bias_regularizer="l1l2", name="d")
        configs.append(layer.get_config())
    ours, theirs = configs
    for key in ("kernel_regularizer", "bias_regularizer"):
        assert ours[key] == theirs[key]
    assert list(ours) == list(theirs)
