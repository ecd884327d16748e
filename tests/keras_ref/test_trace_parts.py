"""Steps with every part: a trace has the numbers that the kernels left, and Keras's gradients."""

from typing import Any

import pytest

from keras_ref.chain import penalty
from tests.keras_ref.steps import compared

STEPS = 4


def made(class_name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": class_name, "config": config}


def schedule(class_name: str, **config: Any) -> dict[str, Any]:
    return {"module": "keras.optimizers.schedules", **made(class_name, **config)}


FALLING = schedule(
    "ExponentialDecay", initial_learning_rate=0.05, decay_steps=3, decay_rate=0.5, staircase=False
)
EXPERIMENTS = {
    "normalized, dropped, AdamW, clipnorm, schedule": {
        "inputs": 6,
        "layers": [
            {"class_name": "Normalization", "mean": 0.3, "variance": 2.0},
            {"units": 9, "activation": "relu", "kernel_regularizer": penalty("L2", l2=0.01)},
            {"class_name": "Dropout", "rate": 0.4},
            {"units": 3, "activation": "softmax"},
        ],
        "loss": made("CategoricalCrossentropy", label_smoothing=0.1),
        "optimizer": made("AdamW", learning_rate=FALLING, clipnorm=0.1, weight_decay=0.02),
        "data": {"rows": 23, "labels": "one-hot"},
    },
    "rescaled, frozen, activities, SGD, global_clipnorm, sum": {
        "inputs": 5,
        "layers": [
            {"class_name": "Rescaling", "scale": 0.5, "offset": 0.1},
            {"units": 8, "activation": "tanh", "trainable": False},
            {
                "units": 7,
                "activation": "elu",
                "activity_regularizer": penalty("L1L2", l1=0.01, l2=0.02),
            },
            {"class_name": "Dropout", "rate": 0.3},
            {"units": 1, "activation": "sigmoid", "activity_regularizer": penalty("L2", l2=0.1)},
        ],
        "loss": made("BinaryCrossentropy", reduction="sum"),
        "optimizer": made(
            "SGD", learning_rate=0.1, momentum=0.9, global_clipnorm=0.05, weight_decay=0.01
        ),
        "metrics": ["accuracy"],
        "data": {"rows": 23, "labels": "binary", "sample_weight": True},
    },
    "RMSprop, centered, clipvalue, a moving average that overwrites": {
        "inputs": 4,
        "layers": [
            {"class_name": "Dropout", "rate": 0.2},
            {"units": 11, "activation": "sigmoid"},
            {"class_name": "Normalization", "mean": 0.5, "variance": 0.3, "invert": True},
            {"units": 2},
        ],
        "loss": made("MeanSquaredError"),
        "optimizer": made(
            "RMSprop", learning_rate=0.01, momentum=0.5, centered=True, clipvalue=0.02,
            use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=2,
        ),
        "data": {"rows": 23, "labels": "real"},
    },
    "Adam, global_clipnorm, the mean by the weights": {
        "inputs": 4,
        "layers": [{"units": 6, "activation": "leaky_relu"}, {"units": 4, "activation": "softmax"}],
        "loss": made("SparseCategoricalCrossentropy", reduction="mean_with_sample_weight"),
        "optimizer": made("Adam", learning_rate=0.02, amsgrad=True, global_clipnorm=0.1),
        "data": {"rows": 23, "labels": "classes", "sample_weight": True},
    },
}  # fmt: skip


def experiment(name):
    return {"seed": 7, "fit": {"batch_size": 9, "epochs": 2}, **EXPERIMENTS[name]}


def assert_complete(name, names):
    """Loss, a gradient and the new value of every trained weight, a slot of each."""
    layers = [layer for layer in EXPERIMENTS[name]["layers"] if "units" in layer]
    trained = [k for k, layer in enumerate(layers, 1) if layer.get("trainable", True)]
    for k in trained:
        assert {f"dz{k}", f"dW{k}", f"db{k}", f"W{k}", f"b{k}"} <= names
        assert {f"m(W{k})", f"m(b{k})"} <= names
    assert {"x", "y", "loss"} <= names
    frozen = set(range(1, len(layers) + 1)) - set(trained)
    assert not {f"dW{k}" for k in frozen} & names
    if EXPERIMENTS[name]["optimizer"]["config"].get("use_ema"):
        assert {"ŵ(W1)", "ḡ(W1)", "v(W1)"} <= names


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_numbers_of_the_kernels(name):
    for names in compared("engine", experiment(name), 7, STEPS):
        assert_complete(name, names)


@pytest.mark.keras
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_numbers_of_keras(name):
    """Its own fit's: the gradients are those of its GradientTape."""
    for names in compared("keras", experiment(name), 7, STEPS):
        assert_complete(name, names)
