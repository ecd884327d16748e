"""Metrics: answers counted by hand, the object against the kernels, and what "accuracy" means."""

import numpy as np
import pytest

import engine
from engine import metrics
from tests.tolerances import assert_close


def test_binary_accuracy_by_hand():
    """Exactly on the threshold the answer is no."""
    y, p = [[1], [0], [1], [0]], [[0.7], [0.7], [0.5], [0.5]]
    assert metrics.binary_accuracy(y, p).tolist() == [1, 0, 0, 1]
    assert metrics.binary_accuracy([[1, 0]], [[0.7, 0.7]]).tolist() == [0.5]
    assert metrics.BinaryAccuracy(threshold=0.8)(y, p) == 0.5


def test_categorical_accuracy_by_hand():
    """Of several largest the first counts."""
    p = [[0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [0.1, 0.45, 0.45]]
    assert metrics.sparse_categorical_accuracy([1, 1, 1], p).tolist() == [1, 0, 1]
    assert metrics.categorical_accuracy(np.eye(3)[[1, 0, 2]], p).tolist() == [1, 1, 0]


def test_mean_over_all_rows():
    """Batches count by their rows; weights count."""
    metric = metrics.BinaryAccuracy()
    metric.update_state([[1], [1], [1]], [[0.9], [0.9], [0.1]])
    metric.update_state([[0]], [[0.9]])
    assert metric.result() == 0.5
    metric.reset_state()
    assert metric.result() == 0
    metric.update_state([[1], [0]], [[0.9], [0.9]], sample_weight=[3.0, 1.0])
    assert metric.result() == 0.75


@pytest.mark.parametrize(
    "width, units, name",
    [
        (1, 1, "BinaryAccuracy"),
        (1, 3, "SparseCategoricalAccuracy"),
        (3, 3, "CategoricalAccuracy"),
    ],
)
def test_accuracy_by_the_shapes(width, units, name):
    for identifier in ("accuracy", "acc"):
        metric = metrics.resolve(identifier, width, units)
        assert type(metric).__name__ == name and metric.name == identifier


NAMES = {
    1: ["accuracy", "binary_accuracy", "mse", "binary_crossentropy"],
    3: ["categorical_accuracy", "binary_accuracy", "mse", "categorical_crossentropy", "bce"],
}


@pytest.mark.parametrize("activation", ["sigmoid", "linear", "tanh", "softmax"])
@pytest.mark.parametrize("units", [1, 3, 10])
def test_kernels_count_like_the_objects(units, activation):
    """evaluate beside the metric objects on what predict returns; many ragged batches."""
    if units == 1 and activation == "softmax":
        pytest.skip("the softmax of one number is always 1")
    rng = np.random.default_rng(8)
    model = engine.Sequential(
        [engine.Input((4,)), engine.layers.Dense(units, activation=activation)]
    )
    names = NAMES[min(units, 3)]
    model.compile("sgd", engine.losses.BinaryCrossentropy(activation == "linear"), metrics=names)
    x = rng.normal(size=(101, 4)).astype("float32")
    y = np.eye(units)[rng.integers(0, units, 101)] if units > 1 else rng.integers(0, 2, (101, 1))
    p = model.predict(x, verbose=0)
    told = model.evaluate(x, y, batch_size=32, verbose=0, return_dict=True)
    for name in names:
        expected = np.float32(metrics.resolve(name, units, units)(y, p))
        if "crossentropy" in name or name == "bce":
            if activation == "softmax" and name != "categorical_crossentropy":
                continue  # formed from the softmax's logits, as Keras does
            if activation == "sigmoid" and name == "categorical_crossentropy":
                continue  # likewise
        assert_close(np.float32(told[name]), expected, "metric", name)


def test_class_numbers_in_the_kernels():
    rng = np.random.default_rng(9)
    engine.utils.set_random_seed(9)
    model = engine.Sequential([engine.Input((4,)), engine.layers.Dense(5, activation="softmax")])
    names = ["accuracy", "sparse_categorical_crossentropy"]
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=names)
    x, y = rng.normal(size=(60, 4)).astype("float32"), rng.integers(0, 5, 60)
    told = model.evaluate(x, y, batch_size=7, verbose=0, return_dict=True)
    p = model.predict(x, verbose=0)
    assert_close(np.float32(told["accuracy"]), np.float32((p.argmax(axis=1) == y).mean()), "metric")
    # The loss is a mean of means of batches, the metric a sum over rows: rounded differently.
    watched = np.float32(told["sparse_categorical_crossentropy"])
    assert_close(watched, np.float32(told["loss"]), "metric")


@pytest.mark.parametrize("name", ["categorical_accuracy", "top_k_categorical_accuracy"])
def test_a_metric_that_one_output_makes_1_is_announced(name):
    """As of one class the categorical loss is, which is always 0."""
    model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=[name])
    x, y = np.ones((8, 2)), np.arange(8) % 2
    for call in (model.fit, model.evaluate):
        with pytest.warns(UserWarning, match=f"several classes .*'{name}'.*1 output") as told:
            call(x, y, verbose=0)
        assert told[0].filename == __file__
    assert model.history.history[name] == [1.0]
    wide = engine.Sequential([engine.Input((2,)), engine.layers.Dense(3, "softmax")])
    wide.compile("sgd", "categorical_crossentropy", metrics=[name])
    wide.fit(x, np.eye(3)[y], verbose=0)  # without a warning
