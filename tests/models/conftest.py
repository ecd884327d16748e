"""Random numbers and types for the tests of training."""

import numpy as np
import pytest

from engine import config


@pytest.fixture
def rng():
    """Random numbers, the same in every run."""
    return np.random.default_rng(20)


@pytest.fixture(params=["float32", "float64"])
def floatx(request):
    """Compute in each type, and go back to the one before."""
    before = config.floatx()
    config.set_floatx(request.param)
    yield request.param
    config.set_floatx(before)
