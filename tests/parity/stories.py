"""A training as a story: told once by Keras and once by the engine, from the same lines."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

import engine

LOSSES = {
    "binary": "BinaryCrossentropy",
    "categorical": "CategoricalCrossentropy",
    "sparse": "SparseCategoricalCrossentropy",
    "squared": "MeanSquaredError",
}


@dataclass(frozen=True)
class Case:
    """What a training needs, in words that both engines understand."""

    sizes: tuple[int, ...] = (5, 4, 1)
    activations: tuple[str | None, ...] = ("relu", "sigmoid")
    loss: str = "binary"
    loss_options: dict[str, Any] = field(default_factory=dict)
    optimizer: str = "SGD"
    options: dict[str, Any] = field(default_factory=lambda: {"learning_rate": 0.1})
    rows: int = 43
    batch: int = 5
    epochs: int = 2
    metrics: tuple[Any, ...] | None = ("accuracy",)
    weights: str | None = None
    validation: str | None = None
    fit: dict[str, Any] = field(default_factory=dict)
    use_bias: bool = True
    penalties: tuple[Any, ...] = ()
    seed: int = 42
    scale: float = 1.0
    afterwards: bool = False

    def __str__(self) -> str:
        parts = ["-".join(map(str, self.sizes)), "-".join(str(a) for a in self.activations)]
        parts += [self.loss, self.optimizer.lower(), f"batch {self.batch} of {self.rows}"]
        options = {**self.loss_options, **self.options, **self.fit}
        parts += [f"{k}={v}" for k, v in options.items() if k != "learning_rate"]
        parts += [str(v) for v in (self.weights, self.validation) if v]
        parts += [] if self.use_bias else ["no bias"]
        parts += ["|".join(map(_name, self.penalties))] if self.penalties else []
        parts += [] if self.metrics in (None, ("accuracy",)) else list(map(str, self.metrics))
        return " ".join(parts)


def labels(case: Case, score: Any) -> Any:
    if case.loss == "sparse":
        return score.argmax(axis=1)
    if case.loss == "categorical":
        return np.eye(case.sizes[-1], dtype="float32")[score.argmax(axis=1)]
    return (score > 0 if case.loss == "binary" else score).astype("float32")


def data(case: Case, rows: int, stream: int) -> tuple[Any, Any]:
    """Features and labels that suit the loss: neither separable nor pure noise."""
    rng = np.random.default_rng([case.seed, stream])
    x = (rng.normal(size=(rows, case.sizes[0])) * case.scale).astype("float32")
    truth = np.random.default_rng(case.seed).normal(size=(case.sizes[0], case.sizes[-1]))
    return x, labels(case, x @ truth + rng.normal(size=(rows, case.sizes[-1])))


def sample_weights(case: Case, rows: int) -> Any:
    return np.random.default_rng([case.seed, 9]).uniform(0.1, 3.0, rows).astype("float32")


def _name(pair: Any) -> str:
    return "+".join("-" if p is None else p[0] for p in pair)


def regularizers(keras: Any, pair: Any) -> dict[str, Any]:
    """Dense's arguments for (kernel, bias), each None or (class, factor …)."""
    made = [None if p is None else getattr(keras.regularizers, p[0])(*p[1:]) for p in pair]
    return dict(zip(("kernel_regularizer", "bias_regularizer"), made, strict=True))


def build(keras: Any, case: Case) -> Any:
    """A compiled model, its weights drawn from the seed."""
    keras.utils.set_random_seed(case.seed)
    pairs = case.penalties or ((None, None),) * len(case.activations)
    layers = [
        keras.layers.Dense(
            units, activation=activation, use_bias=case.use_bias, **regularizers(keras, pair)
        )
        for units, activation, pair in zip(case.sizes[1:], case.activations, pairs, strict=True)
    ]
    model = keras.Sequential([keras.Input((case.sizes[0],)), *layers])
    model.compile(
        optimizer=getattr(keras.optimizers, case.optimizer)(**case.options),
        loss=getattr(keras.losses, LOSSES[case.loss])(**case.loss_options),
        metrics=None if case.metrics is None else list(case.metrics),
    )
    return model


def fit(model: Any, case: Case, stream: int = 1, **changes: Any) -> dict[str, Any]:
    """Train as the case says; the History as arrays, and the weights."""
    x, y = data(case, case.rows, stream)
    arguments = dict(case.fit)
    if case.weights == "sample_weight":
        arguments["sample_weight"] = sample_weights(case, case.rows)
    if case.weights == "class_weight":
        arguments["class_weight"] = {0: 0.7, 1: 2.5}
    if case.validation == "split":
        arguments["validation_split"] = 0.3
    elif case.validation:
        weights = (sample_weights(case, 19),) if case.validation == "weighted" else ()
        arguments["validation_data"] = (*data(case, 19, 2), *weights)
    settings = {"batch_size": case.batch, "epochs": case.epochs, "verbose": 0}
    history = model.fit(x, y, **{**settings, **arguments, **changes}).history
    return {f"History {k}": np.array(v) for k, v in history.items()} | weights_of(model)


def weights_of(model: Any) -> dict[str, Any]:
    return {f"weights {i}": w for i, w in enumerate(model.get_weights())}


def afterwards(model: Any, case: Case) -> dict[str, Any]:
    """Predictions and evaluations on other data."""
    x, y = data(case, 23, 3)
    told = {"predict": model.predict(x, batch_size=7, verbose=0)}
    result = model.evaluate(x, y, batch_size=8, verbose=0, return_dict=True)
    return told | {f"evaluate {k}": np.array(v) for k, v in result.items()}


def training(keras: Any, case: Case) -> dict[str, Any]:
    """The whole story: everything that can be compared, by name."""
    model = build(keras, case)
    told = fit(model, case)
    return told | (afterwards(model, case) if case.afterwards else {})


def both(keras: Any, story: Any, *arguments: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The story as the engine tells it, and as Keras does; the names must agree, in order."""
    ours, theirs = story(engine, *arguments), story(keras, *arguments)
    assert list(ours) == list(theirs)
    return ours, theirs
