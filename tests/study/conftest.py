"""Types and random numbers for the tests of single steps."""

import numpy as np
import pytest

from engine import config


@pytest.fixture
def float64():
    """Compute in float64, where differences of a loss still have ten digits."""
    before = config.floatx()
    config.set_floatx("float64")
    yield
    config.set_floatx(before)


@pytest.fixture
def rng():
    """Random numbers, the same in every run."""
    return np.random.default_rng(20)
