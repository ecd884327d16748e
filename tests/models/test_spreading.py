"""However a study is cut, and whoever trains the parts: the same bits."""

import copy
import threading

import numpy as np
import pytest

import engine as keras
from engine.kernels import machine, share
from engine.models import fit_many as fit_many_module
from engine.models import spreading, together
from engine.wrappers import KerasClassifier, cross_val_score
from tests.scale.studies import X, Y, assert_same_fits, network
from tests.tolerances import assert_same_bits

joblib = pytest.importorskip("joblib")

BACKENDS = {
    "sequential": ("sequential", 1),
    "threading": ("threading", 2),
    "more threads": ("threading", 3),
    "loky": ("loky", 2),
}
ROWS = [np.arange(k, 380 - 7 * k) for k in range(9)]
STUDIES = {
    "seeds": {"seeds": range(9), "validation_split": 0.1},
    "rates": {"learning_rates": [0.1 / 2**k for k in range(9)], "shuffle": False},
    "both": {"seeds": range(9), "learning_rates": [0.1 / 2**k for k in range(9)]},
    "rows": {"seeds": range(9), "rows": ROWS, "class_weight": {0: 1.0, 1: 2.0}},
    "validation": {"seeds": range(9), "validation_data": [(X[k:99], Y[k:99]) for k in range(9)]},
    "two": {"seeds": [7, 3]},
}


def study(**options):
    keras.utils.set_random_seed(3)
    model = network()
    return keras.fit_many(model, X, Y, epochs=2, batch_size=16, verbose=0, **options)


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_same_bits(backend, name):
    expected = study(**STUDIES[name])
    kind, jobs = BACKENDS[backend]
    with joblib.parallel_config(kind, n_jobs=jobs):
        assert_same_fits(study(**STUDIES[name]), expected)


def test_data_of_each_member():
    xs = [X[k:] * (k + 1) for k in range(6)]
    ys = [Y[k:] for k in range(6)]
    options = {"seeds": range(6), "epochs": 2, "verbose": 0}
    options["sample_weight"] = [np.linspace(0.5, 2, len(y)) for y in ys]
    expected = keras.fit_many(network(), xs, ys, **options)
    with joblib.parallel_config("loky", n_jobs=2):
        assert_same_fits(keras.fit_many(network(), xs, ys, **options), expected)


@pytest.mark.parametrize("chunks", [1, 2, 7, 100])
def test_however_it_is_cut(chunks, monkeypatch):
    expected = study(seeds=range(23))
    monkeypatch.setattr(spreading, "CHUNKS", chunks)
    with joblib.parallel_config("threading", n_jobs=2):
        assert_same_fits(study(seeds=range(23)), expected)


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_models_become_what_the_workers_copies_are(backend):
    """Weights, slots, averages, histories and masks, as two studies here leave them."""
    keras.utils.set_random_seed(2)
    here = [network() for _ in range(5)]
    there = copy.deepcopy(here)
    views = [model.layers[0].kernel for model in there]
    for models, jobs in ((here, 1), (there, 2)):
        with joblib.parallel_config(backend, n_jobs=jobs):
            for epochs in (1, 2):
                fits = keras.fit_many(models, X, Y, seeds=range(5), epochs=epochs, verbose=0)
        for k, model in enumerate(models):
            assert_same_bits(fits.weights[0][k], model.get_weights()[0])
            model.fit(X, Y, epochs=1, shuffle=False, verbose=0)
    for ours, theirs in zip(here, there, strict=True):
        assert ours.history.history == theirs.history.history
        assert ours.history.epoch == theirs.history.epoch
        assert ours.optimizer.iterations == theirs.optimizer.iterations
        state = [ours.optimizer.average, *ours.optimizer.slots, *ours.get_weights()]
        twins = [theirs.optimizer.average, *theirs.optimizer.slots, *theirs.get_weights()]
        for a, b in zip(state, twins, strict=True):
            assert_same_bits(a, b)
    assert [model.layers[0].kernel for model in there] == views  # the very same variables


def test_the_model_and_the_generators_stay_as_they_are():
    keras.utils.set_random_seed(3)
    model = network()
    before = [w.tobytes() for w in model.get_weights()], str(np.random.get_state())
    with joblib.parallel_config("threading", n_jobs=2):
        keras.fit_many(model, X, Y, seeds=range(4), verbose=0)
    assert ([w.tobytes() for w in model.get_weights()], str(np.random.get_state())) == before
    assert model.optimizer.iterations == 0 and keras.random.get_random_seed() == 3


CLASSIFIERS = {
    "at once": {},
    "one by one": {"callbacks": keras.callbacks.EarlyStopping("loss", patience=0)},
}


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_cross_validation(backend, name):
    options = {"epochs": 3, "batch_size": 16, "verbose": 0, "random_state": 5}
    classifier = KerasClassifier(network, **options, **CLASSIFIERS[name])
    expected = cross_val_score(classifier, X, Y, cv=4)
    kind, jobs = BACKENDS[backend]
    with joblib.parallel_config(kind, n_jobs=jobs):
        assert cross_val_score(classifier, X, Y, cv=4).tolist() == expected.tolist()


def watched(monkeypatch):
    """Where parts are trained, on how many threads, counting how many processors."""
    seen = []
    train = fit_many_module.train_part

    def watch(part, *how):
        told = len(part), share.threads(4), machine.processors(), threading.get_ident()
        seen.append(told)
        return train(part, *how)

    monkeypatch.setattr(fit_many_module, "train_part", watch)
    return seen


@pytest.mark.parametrize(("jobs", "processors", "threads"), [(2, 4, 2), (3, 4, 1), (8, 4, 1)])
def test_a_task_takes_its_share(jobs, processors, threads, monkeypatch):
    """A chunk counts the processors of the machine that asks, and starts fewer threads."""
    for name in share.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(spreading, "processors", lambda: processors)
    seen = watched(monkeypatch)
    with joblib.parallel_config("threading", n_jobs=jobs):
        study(seeds=range(100))
    assert len(seen) == 4 * jobs and sum(size for size, *_ in seen) == 100
    assert {told[1:3] for told in seen} == {(threads, processors)}
    assert max(told[0] for told in seen) - min(told[0] for told in seen) <= 1


def test_the_processes_of_joblib_are_told_their_share():
    with joblib.parallel_config("loky", n_jobs=2):
        told = joblib.Parallel()(joblib.delayed(share.threads)(64) for _ in range(2))
    assert told == [max(1, joblib.cpu_count() // 2)] * 2


def test_without_workers_everything_is_one_call_here(monkeypatch):
    seen = watched(monkeypatch)
    study(seeds=range(9))
    with joblib.parallel_config("loky"):  # joblib's default is one job
        study(seeds=range(9))
    assert [(told[0], told[3]) for told in seen] == [(9, threading.get_ident())] * 2


def test_the_threads_of_a_call_are_limited(monkeypatch):
    """The bits of a chunk are those of any number of threads; fewer are started."""
    called = []
    go = together.all_at_once
    monkeypatch.setattr(together, "processors", lambda: 4)
    monkeypatch.setattr(
        together, "all_at_once", lambda f, calls: called.append(len(calls)) or go(f, calls)
    )
    with share.share(3, counted=4):
        study(seeds=range(9))
    assert set(called) == {3}


def test_the_bar_counts_members(capsys):
    with joblib.parallel_config("threading", n_jobs=2):
        keras.fit_many(network(), X, Y, seeds=range(9), epochs=1)
    assert "9/9" in capsys.readouterr().out


def test_mistakes_are_found_before_anything_is_sent(monkeypatch):
    monkeypatch.setattr(fit_many_module, "over_workers", lambda *a: pytest.fail("sent"))
    with joblib.parallel_config("threading", n_jobs=2):
        for options in ({"seeds": [1, -1]}, {"seeds": [1], "rows": [[900]]}, {"seeds": []}):
            with pytest.raises(ValueError, match="Expected"):
                keras.fit_many(network(), X, Y, **options)
