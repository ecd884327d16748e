"""The shrinker, with failures that are known."""

import numpy as np

from keras_ref.fuzz.drawing import draw_experiment
from keras_ref.fuzz.shrinking import shrink


def drawn(wanted):
    """The first experiment drawn that is `wanted`."""
    for number in range(1000):
        experiment = draw_experiment(np.random.default_rng([3, number]))
        if wanted(experiment):
            return experiment
    raise AssertionError("Expected such an experiment among a thousand")


def test_to_the_smallest_chain_with_a_sigmoid_inside():
    def fails(experiment):
        return any(layer["activation"] == "sigmoid" for layer in experiment.dense[:-1])

    start = drawn(lambda e: fails(e) and len(e.dense) == 4 and e.data.get("sample_weight"))
    smallest = shrink(start, fails, trials=1000)
    assert fails(smallest)
    assert [layer["units"] for layer in smallest.layers][0] == smallest.inputs == 1
    assert len(smallest.layers) == 2
    assert smallest.optimizer == "sgd"
    assert smallest.metrics is None
    assert smallest.fit == {"batch_size": 1, "epochs": 1}
    assert set(smallest.data) <= {"rows", "labels", "seed"} and smallest.data["rows"] == 1


def test_what_matters_stays():
    def fails(experiment):
        options = experiment.optimizer["config"] if experiment.optimizer != "sgd" else {}
        return options.get("amsgrad") and experiment.fit["batch_size"] >= 9

    start = drawn(lambda e: e.optimizer["config"].get("amsgrad") and e.fit["batch_size"] > 30)
    smallest = shrink(start, fails, trials=1000)
    assert smallest.optimizer == {"class_name": "Adam", "config": {"amsgrad": True}}
    assert smallest.fit["batch_size"] == 9
    assert len(smallest.layers) == 1


def test_the_trials_are_limited():
    asked = []

    def fails(experiment):
        asked.append(experiment)
        return False

    start = drawn(lambda e: len(e.layers) == 3)
    assert shrink(start, fails, trials=5) == start
    assert len(asked) == 5
