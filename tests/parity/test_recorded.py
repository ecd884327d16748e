"""The engine beside what Keras computed when it was recorded: no TensorFlow, and in seconds.

`make record` records anew.
"""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

import engine
from engine.promise.software import CONFIRMED
from keras_ref.cases import CASES
from keras_ref.lockstep.compare import compare
from keras_ref.lockstep.events import End, Epoch, Step
from keras_ref.lockstep.record import NAMES, about, request_for, tell
from keras_ref.lockstep.recorded import about as told_by
from keras_ref.lockstep.recorded import read_events
from keras_ref.lockstep.side import Request
from tests.lockstep.recordings import FOLDER, comparable, path_of


def assert_as_recorded(name, recorded):
    """Compare bits where they are promised, the losses and predictions elsewhere."""
    if name in CASES and CASES[name].data.get("scale", 1) > 1 and not comparable(name):
        pytest.skip("inputs this large multiply every rounding: only same bits can be asked for")
    engine.utils.clear_session()
    ours, data = tell("engine", name)
    if data != told_by(path_of(name))["data"]:
        pytest.skip(f"recorded with other data than {data}")
    result = compare(ours, recorded)
    if comparable(name):
        assert result.level == "bits", result.first
    else:
        assert result.level != "apart", result.first


@pytest.mark.parametrize("name", NAMES)
def test_as_recorded(name):
    assert_as_recorded(name, read_events(path_of(name)))


# --- the recordings -----------------------------------------------------------------------------


def test_all_are_there_and_no_others():
    assert {path.stem for path in FOLDER.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_recorded_of_this_training(name):
    told = told_by(path_of(name))
    assert Request(**told["request"]) == request_for(name), "the case has changed: make record"
    assert set(told) == set(about(name, ""))


def test_versions_and_machine():
    for name in NAMES:
        told = told_by(path_of(name))
        for package, version in CONFIRMED.items():
            assert (told["versions"][package] + ".").startswith(version + "."), name
        assert told["versions"]["machine"] and told["reciprocal"], name
    assert len({told_by(path_of(name))["reciprocal"] for name in NAMES}) == 1


# --- the comparison -----------------------------------------------------------------------------


def changed(name, kind, part, change):
    """The recorded events, the last of a kind with one of its parts changed."""
    events = list(read_events(path_of(name)))
    place = max(i for i, event in enumerate(events) if isinstance(event, kind))
    value = change(getattr(events[place], part))
    events[place] = dataclasses.replace(events[place], **{part: value})
    return events


def next_float(values):
    """A copy of which one number is the next larger one."""
    values = values.copy()
    values.flat[-1] = np.nextafter(values.flat[-1], np.inf, dtype=values.dtype)
    return values


def other_bit(values):
    """A copy of which one bit is another."""
    raw = bytearray(values.tobytes())
    raw[-1] ^= 1
    return np.frombuffer(bytes(raw), values.dtype).reshape(values.shape)


def first_of(change):
    """A change of the first of several tensors."""
    return lambda told: {**told, (name := next(iter(told))): change(told[name])}


@pytest.mark.parametrize(
    ("name", "kind", "part", "change"),
    [
        ("sgd", Step, "tensors", lambda t: {**t, "dW1": next_float(t["dW1"])}),
        ("adam", Epoch, "weights", first_of(next_float)),
        ("adam", Epoch, "logs", lambda logs: {**logs, "loss": np.nextafter(logs["loss"], 1)}),
        ("softmax-11", End, "predicted", next_float),
        ("penalties-wide", Epoch, "weights", first_of(other_bit)),
        ("penguins-7", Epoch, "weights", first_of(next_float)),
        ("sherlock-neuron-1", End, "predicted", other_bit),
        ("sonar-cv-0", Epoch, "weights", first_of(other_bit)),
    ],
)
def test_the_smallest_difference_is_found(name, kind, part, change):
    if not comparable(name):
        pytest.skip("not the same bits are asked for on this machine")
    with pytest.raises(AssertionError, match="Difference"):
        assert_as_recorded(name, changed(name, kind, part, change))


@pytest.mark.parametrize(
    ("name", "kind", "part", "change"),
    [
        ("adam", Epoch, "logs", lambda logs: {**logs, "loss": logs["loss"] + 1e-4}),
        ("categorical", End, "predicted", lambda values: values + np.float32(1e-4)),
        ("pima-sgd-42", End, "evaluated", lambda told: {**told, "loss": told["loss"] - 1e-4}),
        ("sparse", End, "evaluated", lambda told: {**told, "loss": float("nan")}),
    ],
)
def test_a_large_difference_is_found_everywhere(name, kind, part, change):
    with pytest.raises(AssertionError, match="Difference"):
        assert_as_recorded(name, changed(name, kind, part, change))


def test_without_tensorflow():
    """Where TensorFlow and Keras cannot be imported the comparison passes, too."""
    program = f"""
import sys
import pytest
sys.modules["tensorflow"] = sys.modules["keras"] = None
chosen = "test_as_recorded and (sgd-batch-16 or penguins-7)"
raise SystemExit(pytest.main(["-q", "-m", "not keras", "-k", chosen, {__file__!r}]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=FOLDER.parent.parent.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout + done.stderr
