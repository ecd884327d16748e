"""Digests: what is kept as values, and that any other bit gives another digest."""

import dataclasses

import numpy as np
import pytest

from keras_ref.lockstep.compare import compare
from keras_ref.lockstep.digests import FEW, digest, digested, is_digest
from keras_ref.lockstep.events import End
from keras_ref.lockstep.recorded import read_events, write_events
from tests.lockstep import test_compare, test_recorded_files


def stream(size=4):
    """Two epochs of a fit; weights of two times `size` numbers."""
    start, _, _, epoch, end = test_compare.stream()
    weights = {"W1": np.ones((size, 2), "f4")}
    second = dataclasses.replace(epoch, number=2, weights=weights)
    start, epoch = (dataclasses.replace(event, weights=weights) for event in (start, epoch))
    return [start, epoch, second, end]


def changed(events, event, part, value):
    events = list(events)
    events[event] = dataclasses.replace(events[event], **{part: value})
    return events


def kept(events):
    """Whether the arrays of each event are digests."""
    arrays = [e.predicted if isinstance(e, End) else next(iter(e.weights.values())) for e in events]
    return [is_digest(array) for array in arrays]


def test_few_numbers_stay_and_many_do_not():
    assert kept(digested(stream())) == [False, True, False, False]
    assert kept(digested(stream(FEW))) == [True, True, True, False]
    many = changed(stream(), -1, "predicted", np.zeros((FEW + 1, 1), "f4"))
    assert kept(digested(many)) == [False, True, False, True]


def test_each_fit_has_a_last_epoch():
    two = [*stream(), *stream()]
    assert kept(digested(two)) == [False, True, False, False] * 2


def test_steps_keep_their_names():
    events = test_compare.stream()
    large = {**events[1].tensors, "a1": np.zeros((FEW + 1, 1), "f4")}
    events[1] = dataclasses.replace(events[1], tensors=large)
    found = list(digested(events))[1].tensors
    assert list(found) == list(large)
    assert [name for name, values in found.items() if is_digest(values)] == ["a1"]


def test_there_and_back(tmp_path):
    path = tmp_path / "digests.npz"
    write_events(path, digested(stream(FEW)), test_recorded_files.ABOUT)
    assert compare(digested(stream(FEW)), read_events(path)).level == "bits"


def test_one_bit():
    other = np.ones((4, 2), "f4")
    other[1, 1] = np.nextafter(np.float32(1), 2)
    result = compare(digested(changed(stream(), 1, "weights", {"W1": other})), digested(stream()))
    assert result.level == "tolerance"
    assert (result.first.epoch, result.first.tensor) == (1, "W1")
    assert result.first.remark == "the digests of their bits differ"


def test_losses_are_held_to_the_tolerance_beside_digests():
    ours = changed(stream(), 1, "logs", {"loss": 1.5})
    assert compare(digested(ours), digested(stream())).level == "apart"


@pytest.mark.parametrize(
    "other",
    [{"W2": np.zeros(6, "f4")}, {"W1": np.zeros(6, "f8")}, {"W1": np.zeros((2, 3), "f4")},
     {"W1": -np.zeros(6, "f4")}, {"W1": np.zeros(6, "f4"), "b1": np.zeros(0, "f4")}],
    ids=str,
)  # fmt: skip
def test_what_a_digest_covers(other):
    def raw(tensors):
        return next(iter(digest(tensors).values())).tobytes()

    assert raw({"W1": np.zeros(6, "f4")}) == raw({"W1": np.zeros(6, "f4")})
    assert raw({"W1": np.zeros(6, "f4")}) != raw(other)


def test_only_epochs_are_grown_from_values():
    assert [g.epoch for g in compare(digested(stream()), digested(stream())).growth] == [2]
