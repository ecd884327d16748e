"""Saving and loading pima-adam's trained model."""

from __future__ import annotations

import pytest

import engine as keras
from benchmarks.workloads import workload
from engine.saving import load_model


@pytest.fixture
def model():
    """The network with its optimizer's state."""
    work = workload("pima-adam")
    model = work.model(keras)
    model.fit(work.x, work.y, batch_size=work.batch, epochs=2, verbose=0)
    return model


def untrained():
    """The same network with other weights."""
    return workload("pima-adam").model(keras)


def assert_same(model, other):
    """Weights and the optimizer's state, to the bit."""
    assert model.optimizer.iterations == other.optimizer.iterations > 0
    for ours, theirs in (
        (model.get_weights(), other.get_weights()),
        (model.optimizer.slots, other.optimizer.slots),
    ):
        assert [a.tobytes() for a in ours] == [b.tobytes() for b in theirs]


def bench_save_model(benchmark, model, tmp_path):
    """`model.save`."""
    path = tmp_path / "m.keras"
    model.save(path)
    assert_same(load_model(path), model)
    benchmark(model.save, path)
    assert_same(load_model(path), model)


def bench_load_model(benchmark, model, tmp_path):
    """`load_model`."""
    path = tmp_path / "m.keras"
    model.save(path)
    assert_same(load_model(path), model)
    assert_same(benchmark(load_model, path), model)


def bench_save_weights(benchmark, model, tmp_path):
    """`model.save_weights`."""
    path, other = tmp_path / "m.weights.h5", untrained()
    model.save_weights(path)
    other.load_weights(path)
    assert_same(other, model)
    benchmark(model.save_weights, path)


def bench_load_weights(benchmark, model, tmp_path):
    """`model.load_weights`."""
    path, other = tmp_path / "m.weights.h5", untrained()
    model.save_weights(path)
    other.load_weights(path)
    assert_same(other, model)
    benchmark(other.load_weights, path)
    assert_same(other, model)
