"""What several test folders share."""

import os
import shutil
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


CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)


@pytest.fixture(scope="session")
def browser():
    """Chromium; without it the test is skipped."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: `make browser` installs Debian's")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def pytest_report_header():
    """Say which promise of docs/parity.md this machine is held to, and why not a better one."""
    from tests.parity.promise import PROMISE, SAME_BITS

    if SAME_BITS:
        return "against Keras: the same bits"
    reasons = [f"    {reason}" for reason in PROMISE.reasons]
    return ["against Keras: within the tolerance, not the same bits", *reasons]
