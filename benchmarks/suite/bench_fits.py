"""Whole calls as users make them: a tutorial's fit, many fits at once, folds, an evaluation."""

from __future__ import annotations

import pytest
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import datasets
import engine as keras
from benchmarks.peers.engine import Peer
from benchmarks.workloads import SEED, workload
from engine.wrappers import KerasClassifier, cross_val_score
from keras_ref.tutorials import sonar_cv

TUTORIALS = ["pima-sgd", "sherlock-neuron", "pima-adam", "penguins", "sonar-cv"]


@pytest.fixture
def trained(request):
    """The workload of that key, and the engine that has trained it once."""
    work = workload(request.param)
    peer = Peer(work)
    peer.validates = True
    peer.prepare()
    peer.train()
    assert work.loss_of(peer.weights()) < work.loss_of(peer.start) - 0.01
    return work, peer


@pytest.mark.parametrize("trained", TUTORIALS, indirect=True)
def bench_tutorial(benchmark, trained):
    """All epochs, on a model that was trained before."""
    work, peer = trained
    loss = work.loss_of(peer.weights())
    benchmark.pedantic(peer.train, setup=peer.prepare, rounds=200, warmup_rounds=5)
    assert work.loss_of(peer.weights()) == loss, "another training was timed"


@pytest.mark.parametrize("trained", ["pima-sgd"], indirect=True)
def bench_fit_many(benchmark, trained):
    """A hundred seeds; the first is that of the single fit."""
    work, peer = trained
    model, seeds = work.model(keras), range(SEED, SEED + 100)

    def fit_many():
        options = {"batch_size": work.batch, "epochs": work.epochs, "verbose": 0}
        return keras.fit_many(model, work.x, work.y, seeds=seeds, **options)

    fits = fit_many()
    for all_members, alone in zip(fits.weights, peer.weights(), strict=True):
        assert len(all_members) == len(seeds) and (all_members[0] == alone).all()
    fell = fits.history["loss"][:, -1] < fits.history["loss"][:, 0]
    assert fell.mean() > 0.9
    again = benchmark(fit_many)
    assert (again.history["loss"] == fits.history["loss"]).all()


def network():
    """The tutorial's first configuration, compiled."""
    model = sonar_cv.network(keras)
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def bench_cross_val_score(benchmark):
    """Ten folds of sonar, each standardised by its training part."""
    frame = datasets.load_sonar()
    x, y = frame.drop(columns="Class").to_numpy(), frame["Class"].to_numpy()
    settings = {"epochs": 100, "batch_size": 5, "verbose": 0, "random_state": SEED}
    pipeline = make_pipeline(StandardScaler(), KerasClassifier(network, **settings))
    folds = StratifiedKFold(10, shuffle=True, random_state=SEED)
    scores = cross_val_score(pipeline, x, y, cv=folds)
    assert scores.shape == (10,) and 0.75 < scores.mean() < 0.95
    again = benchmark.pedantic(cross_val_score, (pipeline, x, y), {"cv": folds}, rounds=10)
    assert again.tolist() == scores.tolist()


@pytest.mark.parametrize("trained", ["pima-adam", "784-128-10"], indirect=True)
def bench_evaluate(benchmark, trained):
    """All rows of the training."""
    work, peer = trained
    expected = pytest.approx(work.loss_of(peer.weights()), rel=1e-4)
    assert peer.model.evaluate(work.x, work.y, verbose=0)[0] == expected
    loss, accuracy = benchmark(peer.model.evaluate, work.x, work.y, verbose=0)
    assert loss == expected and 0.5 < accuracy <= 1
