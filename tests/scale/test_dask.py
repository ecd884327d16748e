"""Studies over a real scheduler and two worker processes, one of which is killed on the way."""

import copy
import os
import signal
import threading
import time
from contextlib import nullcontext

import numpy as np
import pytest
import sklearn.model_selection
from sklearn.model_selection import GridSearchCV

import engine as keras
from engine.models import spreading
from engine.wrappers import KerasClassifier, cross_val_score, lasting
from tests.scale.studies import X, Y, assert_same_fits, network

joblib = pytest.importorskip("joblib")
pytest.importorskip("distributed")
cluster = pytest.importorskip("benchmarks.cluster").cluster

FITS = 200
SECONDS = 120
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    with cluster(2, tmp_path_factory.mktemp("dask")) as made:
        yield made


@pytest.fixture
def own_two(tmp_path):
    """A cluster of which a worker may be lost."""
    with cluster(2, tmp_path) as made:
        yield made


def study(epochs=4, **options):
    options = {"seeds": range(FITS), "epochs": epochs, "batch_size": 16, "verbose": 0, **options}
    keras.utils.set_random_seed(3)
    return keras.fit_many(network(), X, Y, validation_split=0.1, **options)


def chunks_done(dask_scheduler):
    log = [entry for entry in dask_scheduler.transition_log if "batch_of" in str(entry[0])]
    return sum(entry[2] == "memory" for entry in log)


def test_a_study_over_dask(two):
    expected, before = study(), two.client.run_on_scheduler(chunks_done)
    with joblib.parallel_config("dask"):
        assert_same_fits(study(), expected)
    assert two.client.run_on_scheduler(chunks_done) - before == 8  # four for each worker


@pytest.mark.parametrize("client", [None, "127.0.0.1:8786"])
def test_no_client(client):
    with pytest.raises(TypeError, match="Expected a distributed.Client. Received: "):
        lasting(client)


def test_models_trained_by_workers_go_on_here(two):
    """Weights, slots, averages, histories and masks, as two studies here leave them."""
    here = [network() for _ in range(10)]
    there = copy.deepcopy(here)
    for models, backend in ((here, nullcontext()), (there, joblib.parallel_config("dask"))):
        with backend:
            for epochs in (1, 2):
                keras.fit_many(models, X, Y, seeds=range(10), epochs=epochs, verbose=0)
        for model in models:
            model.fit(X, Y, epochs=1, shuffle=False, verbose=0)
    for ours, theirs in zip(here, there, strict=True):
        assert ours.history.history == theirs.history.history
        assert ours.optimizer.iterations == theirs.optimizer.iterations
        for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            assert np.array_equal(a, b)


def classifier(**options):
    return KerasClassifier(network, epochs=3, batch_size=16, verbose=0, random_state=5, **options)


@pytest.mark.parametrize("options", [{}, {"callbacks": keras.callbacks.EarlyStopping("loss")}])
def test_cross_validation_over_dask(two, options):
    expected = cross_val_score(classifier(**options), X, Y, cv=6)
    for score in (cross_val_score, sklearn.model_selection.cross_val_score):
        with joblib.parallel_config("dask"):
            assert score(classifier(**options), X, Y, cv=6).tolist() == expected.tolist()


def test_a_search_over_dask(two):
    grid = {"model__units": [3, 9], "optimizer__learning_rate": [0.1, 0.01]}
    expected = GridSearchCV(classifier(), grid, cv=3).fit(X, Y)
    with joblib.parallel_config("dask"):
        found = GridSearchCV(classifier(), grid, cv=3).fit(X, Y)
    for name in ("mean_test_score", "split1_test_score", "rank_test_score"):
        assert found.cv_results_[name].tolist() == expected.cv_results_[name].tolist()
    for a, b in zip(
        found.best_estimator_.model_.get_weights(),
        expected.best_estimator_.model_.get_weights(),
        strict=True,
    ):
        assert np.array_equal(a, b)


def lose_a_worker(cluster, chunks_before, lost):
    """Kill -9 the first worker that provably has a chunk in hand, once some have been done.

    It is stopped first, so that it cannot finish what it has while it is looked at.
    """

    def suspicious(keys, dask_scheduler):
        tasks = [dask_scheduler.tasks.get(key) for key in keys]
        return [task.suspicious for task in tasks if task is not None]

    def knows(address, dask_scheduler):
        return address in dask_scheduler.workers

    client, process = cluster.client, cluster.processes["0"]
    address, end = cluster.address(0), time.monotonic() + SECONDS
    while time.monotonic() < end:
        time.sleep(0.01)
        if client.run_on_scheduler(chunks_done) < chunks_before:
            continue
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(0.3)  # what it has sent arrives
        held = [key for key in client.processing().get(address, ()) if "batch_of" in str(key)]
        if held:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            while client.run_on_scheduler(knows, address):
                time.sleep(0.01)
            lost.update(held=held, suspicious=client.run_on_scheduler(suspicious, held))
            return
        os.kill(process.pid, signal.SIGCONT)


def test_a_worker_is_lost(own_two):
    """200 fits: complete, and the same as here, although a worker died with work in hand."""
    expected, lost = study(epochs=60), {}
    killer = threading.Thread(target=lose_a_worker, args=(own_two, 2, lost))
    killer.start()
    try:
        with joblib.parallel_config("dask"):
            fits = study(epochs=60)
    finally:
        killer.join()
    assert lost["held"] and max(lost["suspicious"]) == 1, lost
    assert own_two.processes["0"].returncode == -signal.SIGKILL
    assert own_two.processes["1"].poll() is None
    assert len(fits) == FITS
    assert_same_fits(fits, expected)


def lose_the_rows(cluster, lost):
    """Kill -9 a worker as soon as it has numbers that no other worker has."""
    client, end = cluster.client, time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = client.who_has().items()
        sole = [(key, at[0]) for key, at in found if len(at) == 1 and "batch_of" not in str(key)]
        if sole:
            lost["data"], holder = sole[0]
            lost["worker"] = "0" if holder == cluster.address(0) else "1"
            cluster.processes[lost["worker"]].kill()
            return
        time.sleep(0.002)


SEARCHES = {
    "search": lambda: (
        GridSearchCV(classifier(), {"model__units": [3, 9]}, cv=3)
        .fit(X, Y)
        .cv_results_["mean_test_score"]
        .tolist()
    ),
    "folds": lambda: cross_val_score(
        classifier(callbacks=keras.callbacks.EarlyStopping("loss")), X, Y, cv=6
    ).tolist(),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_the_worker_with_the_rows_is_lost(own_two, name):
    """joblib by itself ends in "lost dependencies" here; our cross_val_score sees to it itself."""
    expected, lost = SEARCHES[name](), {}
    killer = threading.Thread(target=lose_the_rows, args=(own_two, lost))
    options = {"client": lasting(own_two.client)} if name == "search" else {}
    killer.start()
    try:
        with joblib.parallel_config("dask", **options):
            assert SEARCHES[name]() == expected
    finally:
        killer.join()
    assert own_two.processes[lost["worker"]].wait(SECONDS) == -signal.SIGKILL
    assert "_itself" in str(lost["data"])


def test_what_all_chunks_read_outlives_the_worker_that_has_it(own_two):
    """joblib would scatter it to a worker, which takes it along."""
    client = own_two.client
    with spreading._sent(client, ("template", [X], None)) as sent:  # as over_workers does
        while not client.who_has(sent)[sent.key]:
            time.sleep(0.01)
        (holder,) = client.who_has(sent)[sent.key]
        number = 0 if holder == own_two.address(0) else 1
        own_two.processes[str(number)].kill()
        template, (x,), nothing = sent.result(timeout=SECONDS)
        assert template == "template" and nothing is None and np.array_equal(x, X)
        (other,) = client.who_has(sent)[sent.key]
        assert other != holder
