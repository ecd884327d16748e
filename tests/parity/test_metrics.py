"""Metrics in trainings beside Keras: History, evaluate, single batches; weights, extremes."""

import os

import numpy as np
import pytest

import engine
from tests.parity.promise import assert_as_promised

pytestmark = pytest.mark.keras

ROWS, FEATURES = 43, 5  # a smaller last batch of 3

BINARY = [
    ("Precision", {}),
    ("Recall", {}),
    ("Precision", {"thresholds": [0.25, 0.5, 0.9]}),
    ("Recall", {"thresholds": [0.0, 0.5, 1.0]}),
    ("TruePositives", {"thresholds": 0.4}),
    ("TrueNegatives", {}),
    ("FalsePositives", {"thresholds": 0.25}),
    ("FalseNegatives", {"name": "missed"}),
    ("AUC", {}),
    ("AUC", {"curve": "PR"}),
    ("AUC", {"curve": "PR", "summation_method": "majoring", "num_thresholds": 20}),
    ("AUC", {"curve": "PRGAIN"}),
    ("AUC", {"summation_method": "minoring", "thresholds": [0.2, 0.25, 0.6]}),
    ("AUC", {"from_logits": True}),
    ("F1Score", {"threshold": 0.5}),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}),
    ("MeanAbsoluteError", {}),
    ("RootMeanSquaredError", {}),
    ("R2Score", {}),
    ("Accuracy", {}),
]
SEVERAL = [
    ("AUC", {"multi_label": True}),
    ("AUC", {"multi_label": True, "curve": "PR", "num_labels": 3}),
    ("Precision", {"class_id": 1}),
    ("Recall", {"top_k": 2}),
    ("Precision", {"top_k": 1, "thresholds": [0.2, 0.4]}),
    ("F1Score", {}),
    ("F1Score", {"average": "macro"}),
    ("FBetaScore", {"average": "weighted", "beta": 2.0, "threshold": 0.3}),
    ("TopKCategoricalAccuracy", {"k": 2}),
    ("R2Score", {"class_aggregation": None}),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}),
    ("MeanAbsolutePercentageError", {}),
    ("MeanSquaredLogarithmicError", {}),
]
CLASSES = [
    ("SparseTopKCategoricalAccuracy", {"k": 2}),
    ("SparseCategoricalCrossentropy", {}),
    ("SparseCategoricalAccuracy", {}),
]
STRINGS = ["AUC", "auc", "Precision", "mse", "mae", "MAE", "precision", "accuracy", "msle"]

NETS = {
    "binary": (1, "sigmoid", "binary_crossentropy", BINARY),
    "squared": (1, "sigmoid", "mse", BINARY),
    "linear": (1, None, "mse", BINARY),
    "three sigmoids": (3, "sigmoid", "binary_crossentropy", BINARY + SEVERAL),
    "softmax": (3, "softmax", "categorical_crossentropy", BINARY[:11] + SEVERAL),
    "sparse": (3, "softmax", "sparse_categorical_crossentropy", CLASSES),
    "eleven": (11, "sigmoid", "binary_crossentropy", BINARY[:6] + SEVERAL[2:12] + BINARY[-3:]),
}


EXTREMES: list[dict[str, object]] = [{}, {"labels": "one class"}, {"scale": 100.0}]
FULL = [
    (name, options) for name in NETS for options in EXTREMES if "GLASSNET_ALL_METRICS" in os.environ
]
"""All of them, if the environment asks for them: six minutes."""


def rows_for(units, loss, labels):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(ROWS, FEATURES)).astype("float32")
    if loss.startswith("sparse"):
        y = rng.integers(0, units, ROWS)
    elif loss.startswith("categorical"):
        y = np.eye(units, dtype="float32")[rng.integers(0, units, ROWS)]
    else:
        y = (rng.random((ROWS, units)) < 0.4).astype("float32")
    if labels == "one class":
        y = np.zeros_like(y) if y.ndim == 1 else np.eye(units, dtype="float32")[np.zeros(ROWS, int)]
    return x, y, rng.random(ROWS).astype("float32")


def as_arrays(told, title):
    return {f"{title} {k}": np.asarray(v, "float64") for k, v in told.items()}


def listed(values):
    return {str(i): v for i, v in enumerate(values)}


def story(k, units, activation, loss, metrics, weighted, labels="drawn", scale=1.0):
    """Train, evaluate, and take single batches."""
    k.utils.clear_session()
    k.utils.set_random_seed(5)
    x, y, w = rows_for(units, loss, labels)
    x *= scale

    def made(table):
        return [m if isinstance(m, str) else getattr(k.metrics, m[0])(**m[1]) for m in table]

    model = k.Sequential(
        [k.Input((FEATURES,)), k.layers.Dense(4, "relu"), k.layers.Dense(units, activation)]
    )
    model.compile(
        k.optimizers.SGD(0.2), loss, metrics=made(metrics), weighted_metrics=made(weighted)
    )
    arguments = {"epochs": 2, "batch_size": 8, "verbose": 0}
    history = model.fit(x[:30], y[:30], sample_weight=w[:30], **arguments,
                        validation_data=(x[30:], y[30:], w[30:])).history  # fmt: skip
    told = as_arrays(history, "History")
    plainly = model.fit(x, y, class_weight={0: 0.5, 1: 2.0}, **arguments).history
    told |= as_arrays(plainly, "class weights")
    told |= as_arrays(listed(model.evaluate(x, y, batch_size=16, verbose=0)), "evaluate")
    scores = model.evaluate(x, y, sample_weight=w, verbose=0, return_dict=True)
    told |= as_arrays(scores, "weighted")
    told |= as_arrays(listed(model.train_on_batch(x[:20], y[:20], w[:20])), "train_on_batch")
    named = model.test_on_batch(x[:9], y[:9], w[:9], return_dict=True)
    return told | as_arrays(named, "test_on_batch")


def assert_same(keras, *arguments, **options):
    ours, theirs = story(engine, *arguments, **options), story(keras, *arguments, **options)
    assert list(ours) == list(theirs)
    for name, values in theirs.items():
        assert ours[name].shape == values.shape, name
        assert_as_promised(ours[name], values, name)


@pytest.mark.parametrize("name", ["binary", "softmax", "sparse", "eleven"])
def test_every_metric(keras, name):
    """Beside each other, without and with weights."""
    units, activation, loss, metrics = NETS[name]
    assert_same(keras, units, activation, loss, metrics, metrics[::-1])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("squared", {}),
        ("linear", {}),
        ("three sigmoids", {"scale": 100.0}),
        ("binary", {"labels": "one class"}),
        *FULL,
    ],
    ids=str,
)
def test_extremes(keras, name, options):
    """Labels of one class only; predictions that are 0 and 1."""
    units, activation, loss, metrics = NETS[name]
    assert_same(keras, units, activation, loss, [], metrics, **options)


def test_of_all_classes_together(keras):
    """In the graphs of single batches TensorFlow adds ε first: the last bit may be another."""
    several = [("FBetaScore", {"average": "micro", "beta": 0.5})]
    arguments = 11, "sigmoid", "binary_crossentropy", several, several
    ours, theirs = story(engine, *arguments), story(keras, *arguments)
    for name, values in theirs.items():
        if "on_batch" in name:
            np.testing.assert_allclose(ours[name], values, rtol=2e-7)
        else:
            assert_as_promised(ours[name], values, name)


def test_names(keras):
    """Strings, numbers behind names that occur twice, and "weighted_"."""
    metrics = [*STRINGS, "mse", ("Precision", {}), ("Precision", {})]
    assert_same(keras, 1, "sigmoid", "bce", metrics, ["accuracy", "mse", "auc", ("Recall", {})])


def test_only_weighted_accuracy(keras):
    """The single sigmoid's shortcut counts without weights."""
    assert_same(keras, 1, "sigmoid", "binary_crossentropy", [], ["accuracy"])
