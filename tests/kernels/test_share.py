"""How many threads a worker's task takes, and what it counts."""

import threading

import pytest

from engine.kernels import machine, share


@pytest.fixture(autouse=True)
def nobody_limits(monkeypatch):
    for name in share.VARIABLES:
        monkeypatch.delenv(name, raising=False)


LIMITS = {
    "none": ({}, 8),
    "joblib's": ({"NUMBA_NUM_THREADS": "2", "OMP_NUM_THREADS": "3"}, 2),
    "Dask's": ({"OMP_NUM_THREADS": "1"}, 1),
    "levels": ({"OMP_NUM_THREADS": "4,2"}, 4),
    "more than there are": ({"OMP_NUM_THREADS": "64"}, 8),
    "no number": ({"OMP_NUM_THREADS": "many"}, 8),
    "zero": ({"OMP_NUM_THREADS": "0"}, 1),
}


@pytest.mark.parametrize("name", LIMITS)
def test_variables(name, monkeypatch):
    variables, expected = LIMITS[name]
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    assert share.threads(8) == expected
    with share.share(3, counted=8):
        assert share.threads(8) == min(3, expected)


def test_a_share_ends_with_its_block():
    here = machine.processors()
    with pytest.raises(KeyError), share.share(1, counted=here + 5):
        assert (share.threads(8), machine.processors()) == (1, here + 5)
        with share.share(2, counted=3):
            assert (share.threads(8), machine.processors()) == (2, 3)
        assert (share.threads(8), machine.processors()) == (1, here + 5)
        raise KeyError
    assert (share.threads(8), machine.processors()) == (8, here)


def test_a_share_is_that_of_a_thread():
    found = []
    with share.share(1, counted=99):
        other = threading.Thread(target=lambda: found.append(share.threads(8)))
        other.start()
        other.join()
    assert found == [8]
