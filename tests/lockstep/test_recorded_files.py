"""Events that go to a file and come back."""

import numpy as np
import pytest

from keras_ref.lockstep.compare import compare
from keras_ref.lockstep.recorded import about, read_events, write_events
from tests.lockstep.test_compare import stream

ABOUT = {"request": {}, "versions": {"keras": "3.15.1"}, "reciprocal": "a table"}


def test_there_and_back(tmp_path):
    path = tmp_path / "events.npz"
    write_events(path, stream(), ABOUT)
    assert about(path) == ABOUT
    back = list(read_events(path))
    assert [type(event) for event in back] == [type(event) for event in stream()]
    result = compare(back, stream())
    assert (result.level, result.tensors) == ("bits", 23)


@pytest.mark.parametrize("name", ABOUT)
def test_a_recording_says_where_it_comes_from(tmp_path, name):
    path = tmp_path / "events.npz"
    write_events(path, stream(), {k: v for k, v in ABOUT.items() if k != name})
    for read in (about, lambda path: list(read_events(path))):
        with pytest.raises(ValueError, match=f"Received: no {name}"):
            read(path)


def test_another_file(tmp_path):
    np.savez(tmp_path / "other.npz", x=np.zeros(2))
    with pytest.raises(ValueError, match="Expected a recording of Keras"):
        list(read_events(tmp_path / "other.npz"))
