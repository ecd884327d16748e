"""One step of a training: inside `fit`, and by itself with `train_on_batch` and `test_on_batch`.

A fit is so long that what surrounds its steps hardly counts; `steps` in the saved results says how
many it has.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import engine as keras
from benchmarks.peers.engine import Peer
from benchmarks.workloads import workload

EPOCHS = {
    "pima-sgd": 100,
    "sherlock-neuron": 40,
    "pima-adam": 200,
    "penguins": 800,
    "sonar-cv": 200,
    "784-128-10": 1,
}
"""About 5 milliseconds or more."""


@pytest.mark.parametrize("key", EPOCHS)
def bench_fit(benchmark, key):
    """A trained model goes back to the start and is trained again."""
    work = replace(workload(key), epochs=EPOCHS[key])
    peer = Peer(work)
    peer.prepare()
    peer.train()
    loss = work.loss_of(peer.weights())
    assert loss < work.loss_of(peer.start) - 0.01
    benchmark.extra_info["steps"] = work.steps
    rounds = 30 if work.tutorial else 10
    benchmark.pedantic(peer.train, setup=peer.prepare, rounds=rounds, warmup_rounds=2)
    assert work.loss_of(peer.weights()) == loss, "another training was timed"


@pytest.fixture
def batch():
    """The first ten rows of pima-adam."""
    work = workload("pima-adam")
    return replace(work, x=work.x[: work.batch], y=work.y[: work.batch])


def bench_train_on_batch(benchmark, batch):
    """One update."""
    model = batch.model(keras)
    before = batch.loss_of(model.get_weights())
    loss, _ = model.train_on_batch(batch.x, batch.y)
    assert loss == pytest.approx(before, rel=1e-5)
    assert batch.loss_of(model.get_weights()) < before
    benchmark(model.train_on_batch, batch.x, batch.y)
    assert all(np.isfinite(w).all() for w in model.get_weights())


def bench_test_on_batch(benchmark, batch):
    """One batch evaluated."""
    model = batch.model(keras)
    expected = pytest.approx(batch.loss_of(model.get_weights()), rel=1e-5)
    assert model.test_on_batch(batch.x, batch.y)[0] == expected
    loss, _ = benchmark(model.test_on_batch, batch.x, batch.y)
    assert loss == expected
