"""How tests reach code that only kernels call.

The compiler cannot be switched off here: lanes are registers, which plain Python does not have,
and the pieces check nothing.  So each test compiles a small kernel around what it tests; what it
expects is stated beside it in plain NumPy or plain Python (:mod:`tests.kernels.exact`,
:mod:`engine.study.orders`).
"""

import numpy as np
import pytest


@pytest.fixture
def rng():
    """Random numbers, the same in every run."""
    return np.random.default_rng(20)
