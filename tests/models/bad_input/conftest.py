"""The scene of every wrong call: models of all kinds, right data, and a look at everything."""

import random
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import engine as keras
from engine.random import get_random_seed, seeds

ROWS = 8


def _models():
    dense = keras.layers.Dense
    binary = keras.Sequential(
        [keras.Input((2,)), dense(3, "relu"), dense(1, "sigmoid")], name="binary"
    )
    binary.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    sparse = keras.Sequential([dense(3, "softmax", input_shape=(2,))], name="sparse")
    sparse.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    onehot = keras.Sequential([keras.Input((2,)), dense(3, "softmax")], name="onehot")
    onehot.compile(keras.optimizers.SGD(0.1, momentum=0.9), "categorical_crossentropy")
    inputs = keras.Input((2,))
    functional = keras.Model(inputs, dense(1)(dense(2, "tanh")(inputs)), name="functional")
    functional.compile("adam", "mse")
    unbuilt = keras.Sequential([dense(3, "relu"), dense(1, "sigmoid")], name="unbuilt")
    unbuilt.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    plain = keras.Sequential([keras.Input((2,)), dense(1)], name="plain")
    lossless = keras.Sequential([keras.Input((2,)), dense(1)], name="lossless")
    lossless.compile("sgd")
    empty = keras.Sequential(name="empty")
    empty.compile("sgd", "mse")
    return SimpleNamespace(
        binary=binary,
        sparse=sparse,
        onehot=onehot,
        functional=functional,
        unbuilt=unbuilt,
        plain=plain,
        lossless=lossless,
        empty=empty,
    )


class Is:
    """Equal to what holds the very same object."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return self.value is other.value


def _layer_state(layer):
    return (
        Is(layer),
        layer.name,
        layer.built,
        layer.dtype,
        [(w.path, w.dtype, w.shape, w.array.tobytes()) for w in layer.weights],
        {k: Is(v) for k, v in vars(layer).items()},
    )


def _optimizer_state(optimizer):
    if optimizer is None:
        return None
    return (
        Is(optimizer),
        optimizer.iterations,
        optimizer.get_config(),
        [slot.tobytes() for slot in optimizer.slots],
    )


def snapshot(model):
    """Everything that a call may change: weights and slots to the bit, the rest by identity."""
    history = model.history
    return {
        "model": (model.name, model.built, model.compiled, model.stop_training),
        "layers": [_layer_state(layer) for layer in model.layers],
        "optimizer": _optimizer_state(model.optimizer),
        "history": (Is(history), history and (list(history.epoch), repr(history.history))),
        "compiled with": repr(model.get_compile_config()) if model.compiled else None,
        "config": repr(model.get_config()),
        "shapes met": repr(getattr(model, "_first_shapes", None)),
        "attributes": {k: Is(v) for k, v in vars(model).items() if k != "_kept_program"},
    }


def _randomness():
    _, keys, place, *_ = np.random.get_state()
    return get_random_seed(), random.getstate(), keys.tobytes(), place


def _everything(scene):
    state = {name: snapshot(model) for name, model in vars(scene.models).items()}
    return state | {"floatx": keras.config.floatx()}


@pytest.fixture
def scene(tmp_path, monkeypatch):
    """Models, the trained ones trained, and data that they accept."""
    python, numpy = random.getstate(), np.random.get_state()
    monkeypatch.setattr(seeds, "_global_seed", None)  # and put back afterwards
    keras.utils.set_random_seed(1)
    models = _models()
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, 2)).astype("float32")
    y = np.arange(ROWS, dtype="float32") % 2
    classes = np.arange(ROWS) % 3
    rows = keras.utils.to_categorical(classes)
    models.binary.fit(x, y, epochs=2, verbose=0)
    models.binary.train_on_batch(x, y)
    models.sparse.fit(x, classes, verbose=0)
    models.onehot.fit(x, rows, verbose=0)
    models.functional.fit(x, y, verbose=0)
    yield SimpleNamespace(
        **vars(models),
        models=models,
        x=x,
        y=y,
        classes=classes,
        rows=rows,
        frame=pd.DataFrame({"a": x[:, 0], "b": x[:, 1]}),
        folder=tmp_path,
        Dense=keras.layers.Dense,
        Input=keras.Input,
    )
    keras.config.set_floatx("float32")
    random.setstate(python)
    np.random.set_state(numpy)


def check_message(error, words):
    """Two sentences: what was expected, what was received; nothing of the engine's inside."""
    message = str(error)
    assert message.startswith("Expected "), message
    assert "Received: " in message, message
    assert len(message) <= 300, f"{len(message)} characters: {message}"
    assert "\n" not in message, message
    expected, _, received = message.partition(" Received: ")
    assert len(re.findall(r"[.!?] +[A-Z]", expected)) == 0, f"more than two sentences: {message}"
    assert len(re.findall(r"[.!?] +[A-Z]", received)) == 0, f"more than two sentences: {message}"
    inside = re.search(r"numba|njit|ndim|\b_\w|engine\.(kernels|models)|__\w+__\(|assert", message)
    assert not inside, f"{inside[0]!r} in: {message}"
    for word in words:
        # A name must not be a part of another word, as x is of "Expected".
        pattern = rf"(?<!\w){word}" if word.isidentifier() else re.escape(word)
        assert re.search(pattern, message), f"{word!r} is not in: {message}"
    assert error.__context__ is None or error.__suppress_context__, "shows another error above it"


@pytest.fixture
def refuses(scene):
    """Check that a call in the scene fails as it should, and leaves all models as they were.

    `setup` prepares the scene further; `draws` allows the call to draw random numbers.
    """

    def check(call, kind, *words, setup=lambda scene: None, draws=False):
        setup(scene)
        before, randomness = _everything(scene), _randomness()
        with pytest.raises((ValueError, TypeError)) as caught:
            call(scene)
        assert caught.type is kind, f"{caught.type.__name__}: {caught.value}"
        check_message(caught.value, words)
        after = _everything(scene)
        for name, state in before.items():
            assert after[name] == state, f"{name} has changed"
        assert draws or _randomness() == randomness, "random numbers were drawn"

    return check
