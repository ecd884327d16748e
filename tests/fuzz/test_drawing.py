"""What the fuzzer draws: every option that a chain may have, and the same from one seed."""

from collections import Counter

import numpy as np

import engine
from keras_ref.experiment import Experiment
from keras_ref.fuzz.drawing import HIDDEN, KERNELS, draw_experiment

MANY = [draw_experiment(np.random.default_rng([7, n])) for n in range(400)]


def options(name):
    return [e.optimizer["config"].get(name) for e in MANY]


def test_the_same_from_one_seed():
    again = [draw_experiment(np.random.default_rng([7, n])) for n in range(20)]
    assert again == MANY[:20]
    assert len({str(e) for e in MANY}) == len(MANY)


def test_chains():
    assert {len(e.dense) for e in MANY} == {1, 2, 3, 4}
    widths = [n for e in MANY for n in (e.inputs, *(layer["units"] for layer in e.dense))]
    assert min(widths) == 1 and 100 <= max(widths) <= 800
    assert not [w for w in widths if 70 < w < 100]
    assert 0.01 < np.mean(np.array(widths) >= 100) < 0.1
    hidden = {layer["activation"] for e in MANY for layer in e.dense[:-1]}
    assert hidden == set(HIDDEN)


def test_every_activation_of_the_engine():
    assert {engine.activations.get(name).__name__ for name in HIDDEN} == set(
        engine.activations._KNOWN
    )


def test_every_random_initializer():
    drawn = {layer.get("kernel_initializer", "glorot_uniform") for e in MANY for layer in e.dense}
    assert drawn == {"glorot_uniform", *KERNELS} and len(drawn) == 9
    for name in drawn:
        assert hasattr(engine.initializers.get(name), "seed"), name


def test_penalties_of_kernels_and_biases():
    for weight in ("kernel", "bias"):
        drawn = [layer.get(f"{weight}_regularizer") for e in MANY for layer in e.dense]
        counts = Counter(penalty["class_name"] for penalty in drawn if penalty)
        assert set(counts) == {"L1", "L2", "L1L2"} and min(counts.values()) > 15


def test_losses_optimizers_and_labels():
    losses = Counter(e.loss["class_name"] for e in MANY)
    assert len(losses) == 4 and min(losses.values()) > 60
    assert {e.optimizer["class_name"] for e in MANY} == {"SGD", "Adam", "RMSprop"}
    for name in (
        "momentum", "nesterov", "beta_1", "epsilon", "amsgrad", "centered", "weight_decay",
        "clipnorm", "clipvalue", "global_clipnorm", "use_ema",
    ):  # fmt: skip
        assert sum(value is not None for value in options(name)) > 15
    assert {e.data["labels"] for e in MANY} == {"binary", "one-hot", "classes", "soft", "real"}
    assert {e.data.get("dtype", "float32") for e in MANY} == {"float32", "int64"}


def test_layers_without_trained_weights_and_frozen_ones():
    others = Counter(x["class_name"] for e in MANY for x in e.layers if "class_name" in x)
    assert set(others) == {"Dropout", "Rescaling", "Normalization"} and min(others.values()) > 15
    frozen = [e for e in MANY if any(x.get("trainable") is False for x in e.dense)]
    assert len(frozen) > 15
    assert all(any(x.get("trainable", True) for x in e.dense) for e in frozen)
    reductions = Counter(e.loss["config"].get("reduction") for e in MANY)
    assert len(reductions) == 4 and min(reductions.values()) > 5


def test_crossentropies_on_probabilities():
    """Behind every activation, and not only on the logits of sigmoid and softmax."""
    found = set()
    for e in MANY:
        activation, options = e.layers[-1]["activation"], e.loss["config"]
        if "Crossentropy" in e.loss["class_name"] and not options.get("from_logits"):
            found.add(activation)
    assert found == set(HIDDEN)


def test_batches_weights_and_validation():
    batches = [e.fit["batch_size"] for e in MANY]
    assert min(batches) == 1 and max(batches) == 64
    ragged = [e.data["rows"] % e.fit["batch_size"] != 0 for e in MANY]
    assert 0.5 < np.mean(ragged) < 1
    for part, name in (
        ("data", "sample_weight"),
        ("data", "validation_rows"),
        ("data", "validation_weight"),
        ("fit", "class_weight"),
        ("fit", "validation_split"),
        ("fit", "validation_batch_size"),
        ("fit", "shuffle"),
        ("fit", "initial_epoch"),
    ):
        assert sum(name in getattr(e, part) for e in MANY) > 15, name


def test_files_there_and_back(tmp_path):
    for number, experiment in enumerate(MANY[:50]):
        path = tmp_path / f"{number}.json"
        experiment.save(path)
        assert Experiment.load(path) == experiment


def test_the_engine_takes_all_of_them():
    for experiment in MANY[:60]:
        model = experiment.build(engine)
        assert len(model.layers) == len(experiment.layers)
        assert len(experiment.rows().x) == experiment.data["rows"]
