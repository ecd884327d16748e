"""The check itself: it must notice what a wrong call may leave behind, and poor messages."""

import numpy as np
import pytest

from engine.activations import tanh
from engine.layers import Dense, Input

GOOD = "Expected x to be good. Received: x=1"


def fails_after(change):
    def call(s):
        change(s)
        raise ValueError(GOOD)

    return call


def nudge(array):
    array.flat[0] = np.nextafter(array.flat[0], np.float32(np.inf))


CHANGES = {
    "a weight by one bit": lambda s: nudge(s.binary.weights[0].array),
    "a slot by one bit": lambda s: nudge(s.onehot.optimizer.slots[0]),
    "the steps": lambda s: setattr(s.binary.optimizer, "iterations", 99),
    "the learning rate": lambda s: setattr(s.binary.optimizer, "learning_rate", 0.5),
    "the optimizer": lambda s: setattr(s.binary, "optimizer", s.sparse.optimizer),
    "the loss": lambda s: s.binary._compile_config.update(loss="mse"),
    "what was compiled": lambda s: s.plain.compile("sgd", "mse"),
    "the name": lambda s: setattr(s.binary, "name", "other"),
    "a layer's name": lambda s: setattr(s.binary.layers[0], "name", "other"),
    "a layer less": lambda s: s.binary.pop(),
    "a layer more": lambda s: s.binary.add(Dense(3)),
    "being built": lambda s: s.unbuilt.build((None, 2)),
    "an Input": lambda s: s.empty.add(Input((2,))),
    "the history": lambda s: s.binary.history.history["loss"].append(0.0),
    "another history": lambda s: setattr(s.binary, "history", None),
    "stopping": lambda s: setattr(s.binary, "stop_training", True),
    "the shapes met": lambda s: s.binary._first_shapes.update(fit=77),
    "an activation": lambda s: vars(s.binary.layers[0]).update(activation=tanh),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_noticed(name, refuses):
    with pytest.raises(AssertionError, match="has changed"):
        refuses(fails_after(CHANGES[name]), ValueError, "x", draws=True)


def test_a_random_number_is_noticed(refuses):
    with pytest.raises(AssertionError, match="random numbers were drawn"):
        refuses(fails_after(lambda s: np.random.random()), ValueError, "x")


def test_a_good_error_passes(refuses):
    refuses(fails_after(lambda s: None), ValueError, "x", "good", "=1")


MESSAGES = {
    "no expectation": "x is bad. Received: x=1",
    "nothing received": "Expected x to be good.",
    "not the argument": "Expected good. Received: 1",
    "three sentences": "Expected x to be good. You know. Received: x=1",
    "too long": f"Expected x to be good. Received: x=1{'0' * 300}",
    "two lines": "Expected x to be good.\nReceived: x=1",
    "names from inside": "Expected x to be good. Received: x=1 in engine.kernels.train",
    "Numba": "Expected x to be good. Received: x=1: numba.core.errors.TypingError",
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_poor_message_is_noticed(name, refuses):
    def call(s):
        raise ValueError(MESSAGES[name])

    with pytest.raises(AssertionError):
        refuses(call, ValueError, "x")


def test_another_exception_is_noticed(refuses):
    def call(s):
        raise TypeError(GOOD)

    with pytest.raises(AssertionError, match="TypeError"):
        refuses(call, ValueError, "x")


def test_a_traceback_of_two_errors_is_noticed(refuses):
    def call(s):
        try:
            np.asarray([[1], [1, 2]])
        except ValueError:
            raise ValueError(GOOD)  # noqa: B904

    with pytest.raises(AssertionError, match="another error"):
        refuses(call, ValueError, "x")
