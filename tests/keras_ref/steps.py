"""One step's tensors, as a trace tells them and as a side of lockstep leaves them, compared."""

from typing import Any

import numpy as np
import pytest

import engine
from engine.study import Trace
from keras_ref.lockstep.events import SLOTS, Step, Tensors
from keras_ref.lockstep.side import Request, events
from keras_ref.page import traces
from tests.tolerances import assert_same_bits


def of_side(side: str, training: Any, seed: int, steps: int) -> list[Tensors]:
    """The tensors of a side's first steps."""
    told = events(side, Request(training, seed, steps))
    found = (event for event in told if isinstance(event, Step))
    return [next(found).tensors for _ in range(steps)]


def of_trace(told: Trace) -> dict[str, Any]:
    """A trace's numbers under the names that lockstep has for them."""
    found = {"x": told.x, "y": told.y, "loss": np.float32(told.loss)}
    named = {}
    for number, layer in enumerate(told.layers, start=1):
        found |= {f"z{number}": layer.z, f"a{number}": layer.a, f"dz{number}": layer.dz}
        named[f"{layer.name}/kernel"] = f"W{number}", layer.dkernel
        named[f"{layer.name}/bias"] = f"b{number}", layer.dbias
    for weight in told.weights:
        name, gradient = named[weight.name]
        if weight.trained:
            assert_same_bits(weight.gradient, gradient, weight.name)
        found[name] = weight.new
        found[f"d{name}"] = gradient if weight.clipped is None else weight.clipped
        for slot, values in weight.slots_after.items():
            found[f"{SLOTS[slot]}({name})"] = values
    return {name: values for name, values in found.items() if values is not None}


def compared(side: str, training: Any, seed: int, steps: int) -> list[set[str]]:
    """Compare what a trace and a side both have of each step; the names of it, step by step.

    The same bits, if the side is the engine or this machine keeps Keras's; else nearly.
    """
    same = side == "engine" or engine.arithmetic().level == "bits"
    names = []
    pairs = zip(traces(training, seed, steps), of_side(side, training, seed, steps), strict=True)
    for number, (told, theirs) in enumerate(pairs, start=1):
        ours = of_trace(told)
        names.append(ours.keys() & theirs.keys())
        for name in sorted(names[-1]):
            value = np.asarray(theirs[name]).reshape(np.shape(ours[name]))
            if same:
                assert_same_bits(np.asarray(ours[name]), value, f"step {number}: {name}")
            assert ours[name] == pytest.approx(value, rel=1e-4, abs=1e-6), f"{number}: {name}"
    return names
