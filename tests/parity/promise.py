"""Which promise this machine is held to, the same bits or the tolerance; the engine knows it."""

from typing import Any

import numpy as np

import engine
from tests.tolerances import assert_close, assert_same_bits

PROMISE = engine.arithmetic()
SAME_BITS = PROMISE.level == "bits"


def assert_as_promised(actual: Any, expected: Any, message: Any = "") -> None:
    """Compare bits where they are promised, within the tolerance elsewhere."""
    if SAME_BITS or np.asarray(actual).dtype.kind in "iub":
        assert_same_bits(actual, expected, message)
    else:
        assert_close(actual, expected, "Keras", message)
