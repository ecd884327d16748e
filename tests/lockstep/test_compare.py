"""What the comparison says of two streams of events that were made by hand."""

import dataclasses
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from keras_ref.lockstep.compare import compare
from keras_ref.lockstep.digests import digest
from keras_ref.lockstep.events import End, Epoch, Start, Step
from keras_ref.lockstep.show import growth_table, remarks, show_difference


def stream():
    """Two steps in one epoch of a chain of two layers."""
    weights = {"W1": np.ones((2, 2), "f4"), "b1": np.zeros(2, "f4"), "W2": np.ones((2, 1), "f4")}
    tensors = {
        "x": np.array([[1, 2]], "f4"),
        "a1": np.array([[3, 3]], "f4"),
        "loss": np.array(0.5, "f4"),
        "dW2": np.array([[0.1], [0.0]], "f4"),
        "m(W1)": np.zeros((2, 2), "f4"),
        **weights,
    }
    logs = {"accuracy": 0.5, "loss": 0.25, "mse": 0.1, "val_loss": 0.75}
    return [
        Start("2-2-1", weights, ["first", "second"], {"dW2": "a1ᵀ·dz2"}),
        Step(1, 1, 1, tensors, {"loss": 0.5}),
        Step(2, 1, 2, dict(tensors), {"loss": 0.25}),
        Epoch(1, logs, weights),
        End({"loss": 0.5, "accuracy": 1.0}, np.array([[0.5]], "f4")),
    ]


def changed(event, part, name, value):
    """`stream()` with one value of one event replaced."""
    events = stream()
    content = {**getattr(events[event], part), name: value}
    events[event] = dataclasses.replace(events[event], **{part: content})
    return events


def test_the_same():
    result = compare(stream(), stream())
    assert (result.level, result.status, result.first) == ("bits", 0, None)
    assert (result.fits, result.steps, result.tensors) == (1, 2, 3 + 2 * 8 + 3 + 1)
    assert [(g.epoch, g.steps, g.max_ulps) for g in result.growth] == [(1, 2, 0)]


def test_the_first_difference_is_named():
    ours = changed(2, "tensors", "dW2", np.array([[np.nextafter(np.float32(0.1), 1)], [0]], "f4"))
    result = compare(ours, stream())
    first = result.first
    assert (result.level, result.status) == ("tolerance", 3)
    assert (first.step, first.epoch, first.batch, first.tensor) == (2, 1, 2, "dW2")
    assert first.layer == "second (layer 2 of 2)"
    assert (first.index, first.ulps, first.count, first.size) == ((0, 0), 1, 1, 2)
    assert first.keras == np.float32(0.1) and first.engine > first.keras
    assert first.formula == "a1ᵀ·dz2"


def test_the_first_of_several():
    ours = changed(1, "tensors", "m(W1)", np.full((2, 2), 1e-8, "f4"))
    ours[2] = changed(2, "tensors", "x", np.zeros((1, 2), "f4"))[2]
    first = compare(ours, stream()).first
    assert (first.step, first.tensor, first.layer) == (1, "m(W1)", "first (layer 1 of 2)")


def test_signs_of_zeros_are_bits():
    ours = changed(1, "tensors", "dW2", np.array([[0.1], [-0.0]], "f4"))
    first = compare(ours, stream()).first
    assert (first.tensor, first.ulps, first.index) == ("dW2", 0, (1, 0))
    assert first.remark == "only the signs of zeros differ"


@pytest.mark.parametrize(
    ("event", "part", "name", "value", "level", "tensor"),
    [
        (0, "weights", "b1", np.ones(2, "f4"), "tolerance", "b1"),
        (1, "running", "loss", 0.5000001, "tolerance", "so far in the epoch: loss"),
        (3, "logs", "loss", 0.2500001, "tolerance", "History: loss"),
        (3, "logs", "loss", 0.26, "apart", "History: loss"),
        (3, "logs", "val_loss", float("nan"), "apart", "History: val_loss"),
        (3, "logs", "accuracy", 0.5001, "tolerance", "History: accuracy"),
        (3, "logs", "accuracy", 0.75, "apart", "History: accuracy"),
        (3, "logs", "mse", 0.2, "apart", "History: mse"),
        (4, "evaluated", "loss", 0.6, "apart", "evaluate: loss"),
        (1, "tensors", "x", np.array([[np.nan, 2]], "f4"), "apart", "x"),
        (1, "tensors", "x", np.zeros((2, 2), "f4"), "apart", "x"),
        (1, "tensors", "a1", np.array([[3.0, 3.0]]), "tolerance", "a1"),
        (1, "tensors", "extra", np.zeros(1, "f4"), "apart", "extra"),
        (1, "running", "extra", 1.0, "apart", "so far in the epoch: extra"),
    ],
    ids=str,
)
def test_levels(event, part, name, value, level, tensor):
    for sides in (
        (changed(event, part, name, value), stream()),
        (stream(), changed(event, part, name, value)),
    ):
        result = compare(*sides)
        assert (result.level, result.first.tensor) == (level, tensor)


def test_predictions_are_held_to_the_tolerance():
    for value, level in ((0.500001, "tolerance"), (0.51, "apart"), (np.nan, "apart")):
        ours = stream()
        ours[4] = dataclasses.replace(ours[4], predicted=np.array([[value]], "f4"))
        assert compare(ours, stream()).level == level


def test_labels_may_be_of_another_type_and_rank():
    ours = changed(1, "tensors", "y", np.array([[2.0]], "f4"))
    theirs = changed(1, "tensors", "y", np.array([2]))
    assert compare(ours, theirs).level == "bits"
    theirs = changed(1, "tensors", "y", np.array([1]))
    assert compare(ours, theirs).first.tensor == "y"


def test_features_may_be_of_another_type():
    whole = np.array([[1, 2]], np.uint8)
    assert compare(stream(), changed(1, "tensors", "x", whole)).level == "bits"
    assert compare(stream(), changed(1, "tensors", "x", whole + 1)).first.tensor == "x"
    rows = np.array([[0.1, 0.2]])
    both = (changed(1, "tensors", "x", rows), changed(1, "tensors", "x", rows.astype("f4")))
    assert compare(*both).level == compare(*both[::-1]).level == "bits"


def test_predictions_of_which_only_digests_are_known():
    ours, theirs = stream(), stream()
    for side, value in ((ours, 0.5), (theirs, 1.0)):
        (found,) = digest({"predict": np.full((2, 1), value, "f4")}).values()
        side[4] = dataclasses.replace(side[4], predicted=found)
    result = compare(ours, theirs)
    assert (result.level, result.undecided, result.status) == ("tolerance", True, 1)
    assert "how far they are apart is not known" in " ".join(remarks(result))
    result = compare(theirs, theirs)
    assert (result.undecided, result.status) == (False, 0)


def test_differences_where_steps_are_not_told():
    """They are not before the first step, and the initial weights have no part in them."""
    ours = [event for event in stream() if not isinstance(event, Step)]
    theirs = [*ours[:2], dataclasses.replace(ours[2], predicted=np.array([[0.9]], "f4"))]
    result = compare(ours, theirs)
    assert (result.first.step, result.first.epoch) == (0, 1)
    assert "initial" not in " ".join(remarks(result))
    printed = Console(file=StringIO(), width=100)
    show_difference(printed, result.first)
    assert "at the end of epoch 1" in printed.file.getvalue()


def test_formulas_are_printed_whole():
    """Brackets are no markup."""
    ours = changed(1, "tensors", "dW2", np.array([[0.2], [0.0]], "f4"))
    ours[0] = dataclasses.replace(ours[0], formulas={"dW2": "g·(softmax(z2) − [c = y])"})
    printed = Console(file=StringIO(), width=100)
    show_difference(printed, compare(ours, stream()).first)
    assert "dW2 = g·(softmax(z2) − [c = y])" in printed.file.getvalue()
    assert "engine  dW2[0, 0] =" in printed.file.getvalue()


NAN = float("nan")


def test_nan_on_both_sides_is_the_same():
    for event, part, name, value in (
        (3, "logs", "loss", NAN),
        (1, "tensors", "a1", np.array([[NAN, 3]], "f4")),
    ):
        both = [changed(event, part, name, value) for _ in range(2)]
        result = compare(*both)
        assert (result.level, result.first) == ("bits", None)
    both = [[*stream()[:4], End({"loss": NAN}, np.array([[NAN]], "f4"))] for _ in range(2)]
    result = compare(*both)
    assert (result.level, result.first) == ("bits", None)


def test_a_nan_beside_other_differences():
    """Only a NaN that the other side does not have is outside the tolerance."""
    theirs = np.array([[NAN, 3]], "f4")
    for ours, level in (([[NAN, 3.000001]], "tolerance"), ([[3, NAN]], "apart")):
        sides = (changed(1, "tensors", "a1", np.array(a, "f4")) for a in (ours, theirs))
        assert compare(*sides).level == level


def test_growth_in_ulps():
    near = np.nextafter(np.float32(1), 2)
    ours = changed(3, "weights", "W1", np.array([[near, 1], [1, 1]], "f4"))
    (growth,) = compare(ours, stream()).growth
    assert (growth.max_ulps, growth.median_ulps) == (1, 0)
    assert growth.max_difference == pytest.approx(2**-23)
    nan = changed(3, "weights", "W1", np.array([[np.nan, np.inf], [1, 1]], "f4"))
    assert compare(nan, nan).growth[0].max_difference == 0
    assert compare(nan, stream()).growth[0].max_difference == np.inf
    assert growth.dtype == "float32"
    assert "float" not in growth_table([growth]).title
    assert "float64" in growth_table([dataclasses.replace(growth, dtype="float64")]).title


@pytest.mark.parametrize("cut", [-1, -2])
def test_other_numbers_of_events(cut):
    with pytest.raises(ValueError, match="Expected the same events from both sides"):
        compare(stream()[:cut], stream())
    with pytest.raises(ValueError, match="Expected the same events from both sides"):
        compare(stream(), stream()[:cut])
