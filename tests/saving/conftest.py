"""The tutorials' networks, files made of them, and files with one thing wrong."""

import io
import json
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest

from engine import layers, naming
from engine.models import Model, Sequential
from engine.saving import save_model


def pima(layers, model):
    return model(
        [
            layers.Dense(8, activation="relu", input_shape=(8,)),
            layers.Dense(8, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def sherlock(layers, model):
    return model([layers.Input((4,)), layers.Dense(1, activation="sigmoid")])


def pima_adam(layers, model):
    return model(
        [
            layers.Input((8,)),
            layers.Dense(10, activation="relu"),
            layers.Dense(8, activation="tanh", kernel_initializer="he_normal"),
            layers.Dense(8, activation="leaky_relu", use_bias=False),
            layers.Dense(1, activation="sigmoid", name="verdict"),
        ],
        name="pima",
    )


def sonar(layers, model):
    return model(
        [
            layers.Input(shape=(60,)),
            layers.Dense(60, activation="relu"),
            layers.Dense(30, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def penguins(layers, model):
    inputs = layers.Input(shape=(4,))
    hidden = layers.Dense(10, activation="relu")(inputs)
    return model(inputs, layers.Dense(3, activation="softmax")(hidden))


NETWORKS = {f.__name__: f for f in (pima, sherlock, pima_adam, sonar, penguins)}


def make(name):
    """The engine's model of a network, its names counted from the start."""
    naming.forget_names()
    return NETWORKS[name](layers, Model if name == "penguins" else Sequential)


def make_in_keras(keras, name):
    """Keras's model of a network, its names counted from the start."""
    keras.backend.clear_session()
    model = keras.Model if name == "penguins" else keras.Sequential
    return NETWORKS[name](keras.layers, model)


def data_for(model, rows=24, seed=5):
    """Rows and labels that a model can train on."""
    rng = np.random.default_rng(seed)
    units = model.output_shape[-1]
    x = rng.normal(size=(rows, model.input_shape[-1])).astype("float32")
    if units == 1:
        return x, rng.integers(0, 2, (rows, 1)).astype("float32")
    return x, np.eye(units, dtype="float32")[rng.integers(0, units, rows)]


def loss_for(model):
    return "binary_crossentropy" if model.output_shape[-1] == 1 else "categorical_crossentropy"


def members(path):
    """The members of an archive, by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def config_of(path):
    """config.json, without the numbers that Keras gives to shared objects."""
    return json.loads(members(path)["config.json"], object_hook=_unshared)


def _unshared(pairs):
    pairs.pop("shared_object_id", None)
    return pairs


def zipped(contents, **options):
    """The bytes of an archive; `contents` are pairs of a name and bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as archive:
        for name, data in contents:
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture(params=NETWORKS)
def network(request):
    """The name of one of the tutorials' networks."""
    return request.param


@pytest.fixture(scope="session")
def kit():
    """The helpers of this file."""
    helpers = (make, make_in_keras, data_for, loss_for, members, config_of, zipped)
    return SimpleNamespace(**{helper.__name__: helper for helper in helpers})


@pytest.fixture
def trained():
    """A compiled 4-10-3 network after three epochs, whose optimizer has a state."""
    model = make("penguins")
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    model.fit(*data_for(model), epochs=3, verbose=0)
    return model


@pytest.fixture
def saved(trained, tmp_path):
    """The path of a sound file."""
    path = tmp_path / "sound.keras"
    save_model(trained, path)
    return path
