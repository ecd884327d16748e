"""What is published, built once; `make wheel` has these tests judge what lies in dist."""

import os
from pathlib import Path

import pytest

from tests.packaging.building import build, built
from tests.packaging.environment import CleanEnvironment


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """The wheel and the source distribution."""
    pytest.importorskip("build", reason="`build` is missing: constraints.txt pins it")
    if folder := os.environ.get("GLASSNET_DIST"):
        return built(Path(folder))
    return build(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="session")
def installed(published, tmp_path_factory):
    """An environment with the wheel, numpy and numba."""
    clean = CleanEnvironment(tmp_path_factory.mktemp("clean"))
    clean.install(published[0])
    return clean


@pytest.fixture(scope="session")
def with_everything(published, tmp_path_factory):
    """An environment with the wheel and the packages of some extras."""
    clean = CleanEnvironment(tmp_path_factory.mktemp("with-extras"))
    clean.install(published[0])
    for extra in ("files", "study"):
        clean.add(extra)
    return clean
