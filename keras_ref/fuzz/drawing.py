"""An experiment drawn at random: chains of 1–4 layers, every activation, loss and option."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_ref.chain import penalty
from keras_ref.experiment import Experiment

HIDDEN = ["relu", "sigmoid", "tanh", "leaky_relu", "softmax", None, "elu"]
SHARES = {"relu": 4, "sigmoid": 2}
"""What is drawn more often than others."""

KERNELS = [
    "glorot_normal",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "random_normal",
    "random_uniform",
    "truncated_normal",
]
"""Beside glorot_uniform, the default."""


def draw_experiment(rng: np.random.Generator) -> Experiment:
    """Return an experiment; the same generator state gives the same one."""
    kind = str(rng.choice(["binary", "categorical", "sparse", "squared"]))
    count = int(rng.integers(1, 5))
    dense = [_layer(rng, _width(rng), _hidden(rng)) for _ in range(count - 1)]
    units, activation, loss, labels = OUTPUTS[kind](rng)
    dense.append(_layer(rng, units, activation))
    if rng.random() < 0.15:
        for number in rng.choice(count, int(rng.integers(1, count + 1)), replace=False)[1:]:
            dense[number]["trainable"] = False
    if rng.random() < 0.15:
        loss["config"]["reduction"] = str(rng.choice(["sum", "mean", "mean_with_sample_weight"]))
    layers = [layer for each in dense for layer in (*_others(rng), each)]
    rows, batch = int(rng.integers(20, 200)), int(rng.integers(1, 65))
    data: dict[str, Any] = {"rows": rows, "labels": labels, "seed": int(rng.integers(0, 1000))}
    if labels in ("binary", "one-hot", "classes") and rng.random() < 0.4:
        data["dtype"] = "int64"
    if rng.random() < 0.2:
        data["scale"] = float(rng.choice([1e-19, 0.01, 0.1, 3.0, 10.0, 30.0]))
    fit: dict[str, Any] = {"batch_size": batch, "epochs": int(rng.integers(1, 4))}
    _weights(rng, data, fit, units)
    _validation(rng, data, fit)
    if rng.random() < 0.1:
        fit["shuffle"] = False
    if fit["epochs"] > 1 and rng.random() < 0.1:
        fit["initial_epoch"] = 1
    _given(rng, data, fit)
    return Experiment(
        inputs=_width(rng),
        layers=layers,
        loss=loss,
        optimizer=_optimizer(rng),
        metrics=_metrics(rng, kind),
        data=data,
        fit=fit,
        seed=int(rng.integers(0, 2**32)),
    )


def _given(rng: np.random.Generator, data: dict[str, Any], fit: dict[str, Any]) -> None:
    """Another way than as arrays in which the rows are given: none, as a rule."""
    if rng.random() > 0.25:
        return
    batches = -(-data["rows"] // fit["batch_size"])
    way = str(rng.choice(["memmap", "PyDataset", "generator"]))
    if way != "memmap" and "validation_split" in fit:
        way = "memmap"
    if way == "generator" and "class_weight" in fit:
        way = "PyDataset"  # Keras refuses class weights beside generators
    data["given"] = way
    if way == "generator":
        fit["steps_per_epoch"] = int(rng.integers(1, 2 * batches + 1))
        if data.get("validation_rows"):
            fit["epochs"], fit["validation_steps"] = 1, 1  # it goes on where it stands
            fit.pop("initial_epoch", None)
    elif "validation_split" not in fit and rng.random() < 0.3:
        # Epochs that end where a pass does: else both engines warn.
        fit["steps_per_epoch"] = next(n for n in range(1 + batches // 4, 99) if batches % n == 0)


def _width(rng: np.random.Generator) -> int:
    return int(rng.integers(100, 801) if rng.random() < 0.06 else rng.integers(1, 71))


def _hidden(rng: np.random.Generator) -> str | None:
    shares = np.array([SHARES.get(str(name), 1) for name in HIDDEN], float)
    return HIDDEN[int(rng.choice(len(HIDDEN), p=shares / shares.sum()))]


def _layer(rng: np.random.Generator, units: int, activation: str | None) -> dict[str, Any]:
    if units == 1 and activation == "softmax":  # always 1
        activation = "sigmoid"
    layer: dict[str, Any] = {"units": units, "activation": activation}
    if rng.random() < 0.12:
        layer["use_bias"] = False
    if rng.random() < 0.25:
        layer["kernel_initializer"] = str(rng.choice(KERNELS))
    if rng.random() < 0.12:
        layer["bias_initializer"] = "random_uniform"
    for weight in ("kernel", "bias", "activity"):
        if rng.random() < 0.12:
            layer[f"{weight}_regularizer"] = _penalty(rng)
    return layer


def _others(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Layers without trained weights that stand before a Dense layer: none, as a rule."""
    chance = rng.random()
    if chance < 0.12:
        return [{"class_name": "Dropout", "rate": float(rng.choice([0.1, 0.3, 0.5, 0.9]))}]
    if chance < 0.18:
        return [{"class_name": "Rescaling", "scale": float(rng.normal()), "offset": 0.1}]
    if chance < 0.24:
        given = {"mean": float(rng.normal()), "variance": float(rng.uniform(0.5, 3))}
        return [{"class_name": "Normalization", **given, "invert": bool(rng.random() < 0.3)}]
    return []


def _penalty(rng: np.random.Generator) -> dict[str, Any]:
    name = str(rng.choice(["L1", "L2", "L1L2"]))
    factors = ("l1", "l2") if name == "L1L2" else (name.lower(),)
    return penalty(name, **{factor: float(rng.choice([0.001, 0.01, 0.1])) for factor in factors})


def _smoothing(rng: np.random.Generator) -> dict[str, Any]:
    return {"label_smoothing": float(rng.choice([0.05, 0.1, 0.2]))} if rng.random() < 0.2 else {}


def _loss(name: str, options: dict[str, Any]) -> Any:
    return {"class_name": name, "config": options}


def _binary(rng: np.random.Generator) -> tuple[int, str | None, Any, str]:
    units = 1 if rng.random() < 0.6 else int(rng.integers(2, 12))
    options = _smoothing(rng)
    activation: str | None = "sigmoid"
    if rng.random() < 0.15:
        activation, options["from_logits"] = None, True
    elif rng.random() < 0.1:
        activation = _hidden(rng)
    labels = "soft" if rng.random() < 0.15 else "binary"
    return units, activation, _loss("BinaryCrossentropy", options), labels


def _categorical(rng: np.random.Generator) -> tuple[int, str | None, Any, str]:
    units, options = int(rng.integers(2, 20)), _smoothing(rng)
    activation: str | None = "softmax"
    if rng.random() < 0.15:
        activation, options["from_logits"] = None, True
    elif rng.random() < 0.1:
        activation = _hidden(rng)
    labels = "soft" if rng.random() < 0.15 else "one-hot"
    return units, activation, _loss("CategoricalCrossentropy", options), labels


def _sparse(rng: np.random.Generator) -> tuple[int, str | None, Any, str]:
    units, options = int(rng.integers(2, 20)), {}
    activation: str | None = "softmax"
    if rng.random() < 0.15:
        activation, options["from_logits"] = None, True
    elif rng.random() < 0.1:
        activation = _hidden(rng)
    return units, activation, _loss("SparseCategoricalCrossentropy", options), "classes"


def _squared(rng: np.random.Generator) -> tuple[int, str | None, Any, str]:
    units = 1 if rng.random() < 0.5 else int(rng.integers(2, 12))
    return units, _hidden(rng), _loss("MeanSquaredError", {}), "real"


OUTPUTS = {
    "binary": _binary,
    "categorical": _categorical,
    "sparse": _sparse,
    "squared": _squared,
}


def _optimizer(rng: np.random.Generator) -> Any:
    rate = float(np.round(10 ** rng.uniform(-4, -0.5), 5))
    options: dict[str, Any] = {"learning_rate": rate, **_around(rng)}
    if rng.random() < 0.2:
        options["momentum"] = float(rng.choice([0.0, 0.5, 0.9]))
        options["centered"] = bool(rng.random() < 0.4)
        return {"class_name": "RMSprop", "config": options}
    if rng.random() < 0.5:
        if rng.random() < 0.5:
            options["momentum"] = float(rng.choice([0.5, 0.9, 0.99, 1.0]))
            options["nesterov"] = bool(rng.random() < 0.5)
        return {"class_name": "SGD", "config": options}
    if rng.random() < 0.4:
        options["beta_1"] = float(rng.choice([0.0, 0.5, 0.95]))
        options["beta_2"] = float(rng.choice([0.9, 0.99, 0.9999]))
    if rng.random() < 0.2:
        options["epsilon"] = float(rng.choice([1e-8, 1e-5, 1e-3]))
    if rng.random() < 0.3:
        options["amsgrad"] = True
    return {"class_name": "Adam", "config": options}


def _around(rng: np.random.Generator) -> dict[str, Any]:
    """What stands around an optimizer's step."""
    options: dict[str, Any] = {}
    chance = rng.random()
    for name, limit in (("clipvalue", 0.07), ("clipnorm", 0.14), ("global_clipnorm", 0.21)):
        if limit - 0.07 <= chance < limit:
            options[name] = float(rng.choice([0.01, 0.1, 1.0]))
    if rng.random() < 0.1:
        options["weight_decay"] = float(rng.choice([0.004, 0.1]))
    if rng.random() < 0.1:
        options["use_ema"] = True
        options["ema_momentum"] = float(rng.choice([0.5, 0.99]))
        if rng.random() < 0.5:
            options["ema_overwrite_frequency"] = int(rng.integers(1, 6))
    return options


def _metrics(rng: np.random.Generator, kind: str) -> list[str] | None:
    if rng.random() < 0.15:
        return None
    return ["mse"] if kind == "squared" else ["accuracy"]


def _weights(
    rng: np.random.Generator, data: dict[str, Any], fit: dict[str, Any], units: int
) -> None:
    chance = rng.random()
    if chance < 0.2:
        data["sample_weight"] = True
    elif chance < 0.3 and data["labels"] in ("binary", "one-hot", "classes"):
        fit["class_weight"] = {"0": 0.7, "1": 2.5}


def _validation(rng: np.random.Generator, data: dict[str, Any], fit: dict[str, Any]) -> None:
    chance = rng.random()
    if chance < 0.35:
        data["validation_rows"] = int(rng.integers(1, 60))
        data["validation_weight"] = bool(rng.random() < 0.3)
    elif chance < 0.45:
        fit["validation_split"] = float(rng.choice([0.1, 0.25, 0.5]))
    if chance < 0.45 and rng.random() < 0.3:
        fit["validation_batch_size"] = int(rng.integers(1, 33))
