"""Which promise holds on this machine: the same bits, or the tolerance.

The order in which TensorFlow adds belongs to the processor and to oneDNN (docs/parity.md): it is
known for Linux on x86-64 with AVX-512 and oneDNN on.
"""

import os
import platform
import sys
from typing import Any

import numpy as np
from llvmlite import binding

from tests.tolerances import assert_close, assert_same_bits

SAME_BITS = (
    sys.platform == "linux"
    and platform.machine() in ("x86_64", "AMD64")
    and bool(binding.get_host_cpu_features().get("avx512f"))
    and os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1") != "0"
)


def assert_as_promised(actual: Any, expected: Any, message: Any = "") -> None:
    """Compare bits where they are promised, within the tolerance elsewhere."""
    if SAME_BITS or np.asarray(actual).dtype.kind in "iub":
        assert_same_bits(actual, expected, message)
    else:
        assert_close(actual, expected, "Keras", message)
