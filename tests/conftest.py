"""What several test folders share."""

import os
import warnings

import pytest


@pytest.fixture(scope="session")
def keras():
    """Keras itself, on TensorFlow's CPU kernels, imported quietly; skips where it is missing."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ["KERAS_BACKEND"] = "tensorflow"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("tensorflow")
        return pytest.importorskip("keras")


def pytest_report_header():
    """Say which promise of docs/parity.md this machine is held to."""
    from tests.parity.promise import SAME_BITS

    held = "the same bits" if SAME_BITS else "the tolerance, for lack of AVX-512 or oneDNN"
    return f"against Keras: {held}"
