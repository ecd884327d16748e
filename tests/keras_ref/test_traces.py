"""The five tutorials: a trace has the numbers that the kernels left, and Keras's gradients."""

import pytest

from keras_ref.page import traces
from keras_ref.tutorials import TUTORIALS
from tests.keras_ref import steps
from tests.keras_ref.steps import compared

STEPS = 6


@pytest.mark.parametrize("key", TUTORIALS)
def test_numbers_of_the_kernels(key):
    """x, y and loss; of each layer a or z, dz, dW, db, W, b and the optimizer's slots."""
    layers, slots = len(traces(key, 42, 1)[0].layers), 0 if key == "pima-sgd" else 2
    names = compared("engine", key, 42, STEPS)
    assert len(names) == STEPS and min(map(len, names)) >= 3 + layers * (6 + 2 * slots)


@pytest.mark.keras
@pytest.mark.parametrize("key", TUTORIALS)
def test_numbers_of_keras(key):
    """Its own fit's: the gradients are those of its GradientTape."""
    layers = len(traces(key, 42, 1)[0].layers)
    names = compared("keras", key, 42, STEPS)
    assert len(names) == STEPS and min(map(len, names)) >= 3 + layers * 5


# --- the tests tested ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["loss", "dz2", "dW1", "b3"])
def test_a_wrong_number_is_found(monkeypatch, name):
    right = steps.of_trace
    monkeypatch.setattr(steps, "of_trace", lambda told: (now := right(told)) | {name: -now[name]})
    with pytest.raises(AssertionError, match=f"step 1: {name}"):
        compared("engine", "pima-sgd", 42, 1)
