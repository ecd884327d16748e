"""Events that go to a file and come back."""

import numpy as np
import pytest

from keras_ref.lockstep.compare import compare
from keras_ref.lockstep.recorded import about, read_events, write_events
from tests.lockstep.test_compare import stream


def test_there_and_back(tmp_path):
    path = tmp_path / "events.npz"
    write_events(path, stream(), {"versions": {"keras": "3.15.1"}})
    assert about(path) == {"versions": {"keras": "3.15.1"}}
    back = list(read_events(path))
    assert [type(event) for event in back] == [type(event) for event in stream()]
    result = compare(back, stream())
    assert (result.level, result.tensors) == ("bits", 23)


def test_another_file(tmp_path):
    np.savez(tmp_path / "other.npz", x=np.zeros(2))
    with pytest.raises(ValueError, match="Expected a recording of Keras"):
        list(read_events(tmp_path / "other.npz"))
