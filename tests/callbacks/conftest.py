"""Stand-ins for models and clocks, and wrong versions of a module."""

from __future__ import annotations

import importlib
import inspect
from types import ModuleType, SimpleNamespace

import pytest


class Model:
    """Counts its trained epochs as its weights."""

    def __init__(self, metrics=()):
        self.stop_training = False
        self.metrics = list(metrics)
        self.weights = -1
        self.restored = None

    def get_weights(self):
        return [self.weights]

    def set_weights(self, weights):
        self.restored = weights[0]


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now=1000.0):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def stand_ins():
    return SimpleNamespace(Model=Model, Clock=Clock)


@pytest.fixture
def wrong_version():
    """Load a module of the engine with one piece of its source replaced."""

    def load(name, right, wrong):
        source = inspect.getsource(importlib.import_module(name))
        assert source.count(right) >= 1, f"{right!r} is not in {name}"
        module = ModuleType(name)
        exec(compile(source.replace(right, wrong), name, "exec"), module.__dict__)
        return module

    return load
