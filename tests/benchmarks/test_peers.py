"""The peers do the engine's training; a peer that does another one is found out."""

import numpy as np
import pytest

import engine
from benchmarks.peers import PEERS, missing, module
from benchmarks.rounds import Result, against, unlike
from benchmarks.worker import Worker
from benchmarks.workloads import MAKERS, workload


def trained(name, key):
    peer = module(name).Peer(workload(key))
    peer.prepare()
    peer.train()
    return peer.weights()


@pytest.mark.parametrize("key", ["pima-sgd", "pima-adam", "penguins", "sonar-cv"])
@pytest.mark.parametrize("name", ["limit", "sklearn_mlp"])
def test_the_same_training(name, key):
    """To rounding, which Adam lets grow: the losses of the final weights agree."""
    if missing(name):
        pytest.skip(f"{name} needs {missing(name)}")
    work = workload(key)
    ours, theirs = work.loss_of(trained("engine", key)), work.loss_of(trained(name, key))
    assert theirs == pytest.approx(ours, rel=2e-3)
    assert abs(ours - work.loss_of(work.initial_weights())) > 0.01


def test_no_rounding_to_hide_behind():
    """One sample at a time with SGD nothing grows: the C program arrives at the same weights."""
    for ours, limit in zip(
        trained("engine", "pima-sgd"), trained("limit", "pima-sgd"), strict=True
    ):
        np.testing.assert_allclose(limit, ours, atol=2e-5)


def test_the_limit_leaves_the_processor_as_it_was():
    """The C program flushes denormals while it runs, and nowhere else."""
    trained("limit", "pima-sgd")
    assert np.float32(1e-40) * np.float32(0.5) > 0


def test_training_starts_anew_each_time():
    work = workload("penguins")
    for name in ("engine", "limit", "sklearn_mlp"):
        peer = module(name).Peer(work)
        ends = []
        for _ in range(2):
            peer.prepare()
            peer.train()
            ends.append(work.loss_of(peer.weights()))
        assert ends[0] == ends[1], name


def test_losses():
    """The judge itself, beside the engine's own evaluation."""
    for key in ("pima-adam", "penguins"):
        work = workload(key)
        model = work.model(engine)
        loss, _ = model.evaluate(work.x, work.y, verbose=0)
        assert work.loss_of(model.get_weights()) == pytest.approx(loss, rel=1e-5)


def test_order_and_steps():
    work = workload("sonar-cv")
    x, y = work.ordered()
    order = engine.random.epoch_order(len(work.x), 0)
    assert (x == work.x[order]).all() and (y == work.y[order]).all()
    assert work.steps == 100 * -(-len(x) // 5)
    assert work.parameters == sum(w.size for w in work.initial_weights()) == 3721


def test_another_training_is_refused():
    ours = Result("engine", 0.5, 0.0, 0.0, {})
    assert unlike(Result("peer", 0.504, 0.0, 0.0, {}), ours) == ""
    for loss in (0.506, 0.49, float("nan")):
        assert "loss" in unlike(Result("peer", loss, 0.0, 0.0, {}), ours)


def test_ratios_round_by_round():
    results = {
        "engine": Result("engine", 0, 0, 0, {}, [1.0, 2.0], [0.5, 0.8]),
        "engine_validating": Result("engine_validating", 0, 0, 0, {}, [2.0, 4.0]),
        "keras": Result("keras", 0, 0, 0, {}, [10.0, 10.0]),
        "jax_fit": Result("jax_fit", 0, 0, 0, {}, [3.0, 3.0]),
        "limit": Result("limit", 0, 0, 0, {}, [0.5, 0.4]),
    }
    assert against(results, "jax_fit") == [3.0, 1.5]
    assert against(results, "keras") == [5.0, 2.5]
    assert against(results, "limit") == [1.0, 0.5]


def test_errors_of_a_process_are_told():
    worker = Worker("limit")
    try:
        with pytest.raises(RuntimeError, match="KeyError"):
            worker.ask(workload="unknown")
        assert worker.ask(workload="pima-sgd")["loss"] > 0
    finally:
        worker.close()


def test_all_are_listed():
    assert len(MAKERS) == 8
    for name in PEERS:
        assert module(name).__doc__ and module(name).NEEDS
