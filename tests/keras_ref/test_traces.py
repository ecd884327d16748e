"""The five tutorials: a trace has the numbers that the kernels left, and Keras's gradients."""

import numpy as np
import pytest

import engine
from keras_ref.lockstep.events import SLOTS, Step
from keras_ref.lockstep.side import Request, events
from keras_ref.page import traces
from keras_ref.tutorials import TUTORIALS
from tests.tolerances import assert_same_bits

LETTERS = {"a": "a", "z": "z", "dz": "dz", "dW": "dkernel", "db": "dbias"}
STEPS = 6


def of_side(side, key):
    """The tensors of a side's first steps."""
    steps = (event for event in events(side, Request(key, 42, STEPS)) if isinstance(event, Step))
    return [next(steps).tensors for _ in range(STEPS)]


def of_trace(told):
    """A trace's numbers under the names that lockstep has for them."""
    found = {"x": told.x, "y": told.y, "loss": np.float32(told.loss)}
    for number, layer in enumerate(told.layers, start=1):
        for letters, name in LETTERS.items():
            found[f"{letters}{number}"] = getattr(layer, name)
    names = [f"{kind}{n}" for n in range(1, len(told.layers) + 1) for kind in "Wb"]
    for name, weight in zip(names, told.weights, strict=True):
        found[name] = weight.new
        for slot, values in weight.slots_after.items():
            found[f"{SLOTS[slot]}({name})"] = values
    return found


def compared(key, side):
    """How many tensors of each step were compared, and on how many steps."""
    counts = []
    for number, (told, theirs) in enumerate(
        zip(traces(key, 42, STEPS), of_side(side, key), strict=True)
    ):
        ours = of_trace(told)
        names = ours.keys() & theirs.keys()
        for name in sorted(names):
            value = np.asarray(theirs[name]).reshape(np.shape(ours[name]))
            if side == "engine" or engine.arithmetic().level == "bits":
                assert_same_bits(np.asarray(ours[name]), value, f"{key}, {number + 1}: {name}")
            assert ours[name] == pytest.approx(value, rel=1e-4, abs=1e-6)
        counts.append(len(names))
    return counts


@pytest.mark.parametrize("key", TUTORIALS)
def test_numbers_of_the_kernels(key):
    """x, y and loss; of each layer a or z, dz, dW, db, W, b and the optimizer's slots."""
    layers, slots = len(traces(key, 42, 1)[0].layers), 0 if key == "pima-sgd" else 2
    counts = compared(key, "engine")
    assert len(counts) == STEPS and min(counts) >= 3 + layers * (6 + 2 * slots)


@pytest.mark.keras
@pytest.mark.parametrize("key", TUTORIALS)
def test_numbers_of_keras(key):
    """Its own fit's: the gradients are those of its GradientTape."""
    layers = len(traces(key, 42, 1)[0].layers)
    counts = compared(key, "keras")
    assert len(counts) == STEPS and min(counts) >= 3 + layers * 5
