"""Predictions: of one row, of many, of a batch."""

from __future__ import annotations

import numpy as np
import pytest

import engine as keras
from benchmarks.workloads import workload


@pytest.fixture
def model():
    """pima-adam's network, trained."""
    work = workload("pima-adam")
    model = work.model(keras)
    model.fit(work.x, work.y, batch_size=work.batch, epochs=work.epochs, verbose=0)
    return model


def expected_of(model, x):
    """relu, relu, relu, sigmoid in double precision."""
    a, weights = x.astype("float64"), model.get_weights()
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        a = np.maximum(a @ kernel + bias, 0)
    return 1 / (1 + np.exp(-(a @ weights[-2] + weights[-1])))


def rows(count):
    """Seeded rows of eight features."""
    return np.random.default_rng(1).normal(size=(count, 8)).astype("float32")


def timed(benchmark, model, x, predict, **options):
    """Check the predictions of rows, then take the time."""
    expected = expected_of(model, x)
    assert len(x) == 1 or np.ptp(expected) > 0.1
    np.testing.assert_allclose(predict(x, **options), expected, atol=1e-5)
    np.testing.assert_allclose(benchmark(predict, x, **options), expected, atol=1e-5)


@pytest.mark.parametrize("count", [1, 1000])
def bench_predict(benchmark, model, count):
    """`predict` in batches of 32."""
    timed(benchmark, model, rows(count), model.predict, verbose=0)


def bench_predict_of_a_large_layer(benchmark):
    """60,000 rows of 784-128-10 in batches of 32; ``taskset -c 0`` shows what one thread takes."""
    model = workload("784-128-10").model(keras)
    x = np.random.default_rng(1).standard_normal((60_000, 784), np.float32)
    hidden, bias, last, own = (w.astype("float64") for w in model.get_weights())
    z = np.maximum(x[:100].astype("float64") @ hidden + bias, 0) @ last + own
    e = np.exp(z - z.max(axis=1, keepdims=True))
    told = benchmark(model.predict, x, verbose=0)
    np.testing.assert_allclose(told[:100], e / e.sum(axis=1, keepdims=True), atol=1e-5)


@pytest.mark.parametrize("count", [1, 32])
def bench_predict_on_batch(benchmark, model, count):
    """`predict_on_batch`."""
    timed(benchmark, model, rows(count), model.predict_on_batch)
